# SPDX-License-Identifier: Apache-2.0
# The components, lowest first: which of our own each one uses, and which third parties. scripts/check_layers.py holds every
# #include in the headers against the same table.
set(MULTILABEL_COMPONENTS core encoding metrics calibration threshold evaluation augmentation data loss model training bundle)

set(MULTILABEL_core_USES)
set(MULTILABEL_encoding_USES core)
set(MULTILABEL_metrics_USES core encoding)
set(MULTILABEL_calibration_USES core metrics)
set(MULTILABEL_threshold_USES core metrics)
set(MULTILABEL_evaluation_USES core encoding metrics)
set(MULTILABEL_augmentation_USES core)
set(MULTILABEL_data_USES core encoding augmentation)
set(MULTILABEL_loss_USES core)
set(MULTILABEL_model_USES core)
set(MULTILABEL_training_USES core encoding evaluation loss model)
set(MULTILABEL_bundle_USES core encoding calibration threshold augmentation data model)
set(MULTILABEL_multilabel_USES ${MULTILABEL_COMPONENTS})  # the umbrella: everything
list(APPEND MULTILABEL_COMPONENTS compat)  # but the door to xtensor, which is there for those who name it
set(MULTILABEL_compat_USES core)

set(MULTILABEL_core_NEEDS threads)
set(MULTILABEL_core_WANTS json)  # of safetensors.hpp alone
set(MULTILABEL_encoding_NEEDS)
set(MULTILABEL_encoding_WANTS json)  # of vocabulary_json.hpp alone; so calibrator_json.hpp and rule_json.hpp below
set(MULTILABEL_metrics_NEEDS)
set(MULTILABEL_calibration_NEEDS)
set(MULTILABEL_calibration_WANTS json)
set(MULTILABEL_threshold_NEEDS)
set(MULTILABEL_threshold_WANTS json)
set(MULTILABEL_evaluation_NEEDS)
set(MULTILABEL_evaluation_WANTS json)  # of held_out_file.hpp alone
set(MULTILABEL_augmentation_NEEDS opencv)
set(MULTILABEL_augmentation_WANTS json)  # of pipeline_json.hpp and those below it alone
set(MULTILABEL_data_NEEDS opencv_io json)
set(MULTILABEL_data_WANTS xml archive jpeg)  # used where they are found: read_voc and read_shards are there only then
set(MULTILABEL_loss_NEEDS torch)
set(MULTILABEL_model_NEEDS torch json)
set(MULTILABEL_training_NEEDS torch json)
set(MULTILABEL_bundle_NEEDS torch json opencv)
set(MULTILABEL_compat_NEEDS xtensor)

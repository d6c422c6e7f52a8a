// SPDX-License-Identifier: Apache-2.0
#pragma once
// One function a component; each fills the submodule of its name.

#include <pybind11/pybind11.h>

namespace multilabel::python {

void bind_encoding(pybind11::module_& module);
void bind_metrics(pybind11::module_& module);
void bind_score_metrics(pybind11::module_& module);  // the second half of metrics
void bind_streaming(pybind11::module_& module);      // into the submodule of metrics
void bind_calibration(pybind11::module_& module);
void bind_threshold(pybind11::module_& module);
void bind_augmentation(pybind11::module_& module);
void bind_label_safety(pybind11::module_& module);         // into the submodule of augmentation
void bind_geometry_operations(pybind11::module_& module);  // into the submodule of augmentation
void bind_value_operations(pybind11::module_& module);     // the same
void bind_pipeline_json(pybind11::module_& module);        // the same
void bind_data(pybind11::module_& module);
void bind_audit(pybind11::module_& module);    // into the submodule of data
void bind_readers(pybind11::module_& module);  // into the submodule of data
void bind_split(pybind11::module_& module);    // into the submodule of data

void bind_loss(pybind11::module_& module);
void bind_model(pybind11::module_& module);
void bind_training(pybind11::module_& module);
void bind_bundle(pybind11::module_& module);

}  // namespace multilabel::python

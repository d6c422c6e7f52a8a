// SPDX-License-Identifier: Apache-2.0
#pragma once
// All operations of the library for files of pipelines: those of the component augmentation, and `ImageCompression`, which
// stands here because it knows codecs. `augmentation::load(path, data::operation_forms())` reads whatever Python writes.

#include "multilabel/augmentation/operation_forms_json.hpp"
#include "multilabel/augmentation/parameter_list_json.hpp"
#include "multilabel/data/image_compression.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

inline void list_parameters(augmentation::ParameterList& list, ImageCompressionOptions& options) {
  list.choice("compression_type", options.compression_type, {"jpeg", "webp"});
  list.range("quality_range", options.quality_range);
  list.number("p", options.p);
}

[[nodiscard]] inline augmentation::OperationForms operation_forms() {
  augmentation::OperationForms forms;
  forms.add<ImageCompression>();
  return forms;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

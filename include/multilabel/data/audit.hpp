// SPDX-License-Identifier: Apache-2.0
#pragma once
// The audit of an augmentation on the images of a data set: `augmentation::audit` with the reading done.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/audit.hpp"
#include "multilabel/augmentation/audit_table.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/objects_of.hpp"
#include "multilabel/data/read_sample.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// At most `most` samples of a data set, drawn from all over it and always the same, in their order.
[[nodiscard]] inline Dataset sampled(const Dataset& dataset, std::size_t most) {
  auto positions = permutation(dataset.size(), {});
  positions.resize(std::min(most, positions.size()));
  std::sort(positions.begin(), positions.end());
  return dataset.select(positions);
}

/// As `augmentation::audit`, on the images of `dataset` with the columns of `vocabulary`; boxes go along where there are any.
/// Hand it a part of the data (see `sampled`): some hundred images say enough. Throws `LabelError` for a label that
/// `vocabulary` lacks, `DataError` for a file that cannot be read.
template <class Pipeline, augmentation::image_scorer Predict>
[[nodiscard]] augmentation::Audit audit(const Pipeline& pipeline, const Dataset& dataset,
                                        const encoding::Vocabulary& vocabulary, const Predict& predict,
                                        const augmentation::AuditOptions& options = {}) {
  if (dataset.empty()) fail<ArgumentError>({"data::audit", "dataset must have samples", "0"});
  const auto source = [&](std::size_t i) { return augmentation::AuditSample{read_sample(dataset[i]), objects_of(dataset[i])}; };
  const Matrix<float> targets = dataset.targets(vocabulary);
  return augmentation::audit(pipeline, dataset.size(), source, targets.view(), vocabulary.labels(), predict, options);
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

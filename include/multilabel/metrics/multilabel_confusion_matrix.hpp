// SPDX-License-Identifier: Apache-2.0
#pragma once
// What became of the cells of each label, or of each row: right and wrong, predicted and not, as scikit-learn's matrices of
// this name. For ratios of these counts see classification.hpp, for the counts themselves confusion.hpp.

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_source.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// [[TN, FP], [FN, TP]]: the cell `[truth][prediction]`.
using ConfusionMatrix = std::array<std::array<double, 2>, 2>;

/// Which rows count how much, which columns count, and what one matrix is of.
struct MultilabelConfusionOptions {
  std::vector<double> sample_weight{};  ///< [samples], finite and not all 0; empty: every row weighs 1
  std::vector<std::size_t> labels{};    ///< the columns to use, in this order; empty: all
  bool samplewise = false;              ///< one matrix a row instead of one a label
};

namespace detail {

[[nodiscard]] inline std::vector<ConfusionMatrix> confusion_matrices(std::string_view where, const LabelCells& targets,
                                                                     const LabelCells& predictions,
                                                                     const MultilabelConfusionOptions& options) {
  require_weights(where, options.sample_weight, targets.rows());
  const auto counts = options.samplewise ? count_by_sample(where, targets, predictions, options.labels)
                                         : count_by_label(where, targets, predictions, options.sample_weight, options.labels);
  std::vector<ConfusionMatrix> matrices(counts.size());
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    matrices[i] = {
        {{counts.true_negatives(i), counts.false_positives(i)}, {counts.false_negatives(i), counts.true_positives[i]}}};
    if (!options.samplewise || options.sample_weight.empty()) continue;
    for (auto& truth : matrices[i])  // the whole numbers times the weight: one rounding a cell
      for (auto& cells : truth) cells *= options.sample_weight[i];
  }
  return matrices;
}

}  // namespace detail

/// A matrix [[TN, FP], [FN, TP]] for each label, over all rows, or for each row, over the labels. Unknown cells are in none of
/// the four. Throws `ShapeError` when the shapes differ, `ArgumentError` on cells that are no labels or on impossible weights
/// or label numbers. O(samples * labels).
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] std::vector<ConfusionMatrix> multilabel_confusion_matrix(const Targets& targets, const Predictions& predictions,
                                                                       const MultilabelConfusionOptions& options = {}) {
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  return detail::confusion_matrices("metrics::multilabel_confusion_matrix", t.cells(), p.cells(), options);
}

}  // namespace MULTILABEL_NAMESPACE::metrics

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How often are targets and predictions right and wrong? One pass counts, for every label or for every row, the true positives,
// the predictions and the positives; everything in classification.hpp is arithmetic on these counts.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/counting.hpp"

namespace multilabel::metrics {

/// Counts for each label, or for each row: all vectors have that length. Weighted counts when rows have weights. Unknown cells
/// are in none of them.
struct Confusion {
  std::vector<double> true_positives;  ///< present and predicted
  std::vector<double> predicted;       ///< predicted, rightly or not
  std::vector<double> positives;       ///< present, predicted or not: the support
  std::vector<double> known;           ///< cells whose truth is known

  [[nodiscard]] std::size_t size() const noexcept { return known.size(); }
  [[nodiscard]] double false_positives(std::size_t i) const { return predicted[i] - true_positives[i]; }
  [[nodiscard]] double false_negatives(std::size_t i) const { return positives[i] - true_positives[i]; }
  [[nodiscard]] double true_negatives(std::size_t i) const {
    return known[i] - predicted[i] - positives[i] + true_positives[i];
  }

  /// The sums over all labels or rows, as a confusion of size 1.
  [[nodiscard]] Confusion total() const {
    const auto sum = [](const std::vector<double>& values) {
      return std::vector<double>{std::accumulate(values.begin(), values.end(), 0.0)};
    };
    return {sum(true_positives), sum(predicted), sum(positives), sum(known)};
  }
};

/// Which rows count how much, and which columns count.
struct ConfusionOptions {
  std::vector<double> sample_weight{};  ///< [samples], finite and not all 0; empty: every row weighs 1
  std::vector<std::size_t> labels{};    ///< the columns to use, in this order; empty: all
};

namespace detail {

[[nodiscard]] inline Confusion count_by_label(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                                              const std::vector<double>& weights, const std::vector<std::size_t>& labels) {
  require_weights(where, weights, targets.rows());
  const std::size_t columns = labels.empty() ? targets.columns() : labels.size();
  ColumnCounter counter(columns);
  WeightedColumnCounter weighted(weights.empty() ? 0 : columns);
  for_each_block(where, targets, predictions, labels, [&](const LabelBlock& block) {
    if (weights.empty()) {
      counter.add(block);
    } else {
      weighted.add(block, weights.data() + block.first);
    }
  });
  if (!weights.empty()) return {weighted.true_positives, weighted.predicted, weighted.positives, weighted.known};
  const auto convert = [](const std::vector<std::uint64_t>& counts) {
    return std::vector<double>(counts.begin(), counts.end());
  };
  return {convert(counter.true_positives()), convert(counter.predicted()), convert(counter.positives()),
          convert(counter.known(targets.rows()))};
}

[[nodiscard]] inline Confusion count_by_sample(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                                               const std::vector<std::size_t>& labels) {
  const std::size_t rows = targets.rows();
  Confusion confusion{std::vector<double>(rows), std::vector<double>(rows), std::vector<double>(rows),
                      std::vector<double>(rows, static_cast<double>(labels.empty() ? targets.columns() : labels.size()))};
  for_each_block(where, targets, predictions, labels, [&](const LabelBlock& block) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      const RowCounts counts =
          count_row(block.targets + i * block.columns, block.predictions + i * block.columns, block.columns);
      const std::size_t row = block.first + i;
      confusion.true_positives[row] = static_cast<double>(counts.true_positives);
      confusion.predicted[row] = static_cast<double>(counts.predicted);
      confusion.positives[row] = static_cast<double>(counts.positives);
      if (block.unknown != nullptr) {
        confusion.known[row] -= static_cast<double>(count_ones(block.unknown + i * block.columns, block.columns));
      }
    }
  });
  return confusion;
}

}  // namespace detail

/// The counts of each label, over all rows. Throws `ShapeError` when the shapes differ and `ArgumentError` on a cell that is no
/// label. One pass, O(samples * labels).
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] Confusion confusion_by_label(const Targets& targets, const Predictions& predictions,
                                           const ConfusionOptions& options = {}) {
  const auto t = row_major(targets);
  const auto p = row_major(predictions);
  return detail::count_by_label("metrics::confusion_by_label", detail::LabelCells(t.view()), detail::LabelCells(p.view()),
                                options.sample_weight, options.labels);
}

/// The counts of each row, over the labels; `options.sample_weight` multiplies each row's counts.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] Confusion confusion_by_sample(const Targets& targets, const Predictions& predictions,
                                            const ConfusionOptions& options = {}) {
  constexpr auto where = "metrics::confusion_by_sample";
  const auto t = row_major(targets);
  const auto p = row_major(predictions);
  detail::require_weights(where, options.sample_weight, t.view().rows());
  auto confusion = detail::count_by_sample(where, detail::LabelCells(t.view()), detail::LabelCells(p.view()), options.labels);
  for (std::size_t i = 0; i < options.sample_weight.size(); ++i) {
    const double weight = options.sample_weight[i];
    for (auto* counts : {&confusion.true_positives, &confusion.predicted, &confusion.positives, &confusion.known})
      (*counts)[i] *= weight;
  }
  return confusion;
}

}  // namespace multilabel::metrics

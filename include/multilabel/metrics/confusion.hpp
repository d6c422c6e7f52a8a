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
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/counting.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/sparse_codes.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

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

/// The counts of some rows, column by column. Whole numbers stay exact in doubles.
[[nodiscard]] inline Confusion count_block_by_label(std::string_view where, const LabelCells& targets,
                                                    const LabelCells& predictions, const std::vector<double>& weights,
                                                    const std::vector<std::size_t>& labels, std::size_t begin,
                                                    std::size_t end) {
  const std::size_t columns = labels.empty() ? targets.columns() : labels.size();
  if (!weights.empty()) {
    WeightedColumnCounter counter(columns);
    for_each_block(where, targets, predictions, labels, begin, end,
                   [&](const LabelBlock& block) { counter.add(block, weights.data() + block.first); });
    return {std::move(counter.true_positives), std::move(counter.predicted), std::move(counter.positives),
            std::move(counter.known)};
  }
  ColumnCounter counter(columns);
  for_each_block(where, targets, predictions, labels, begin, end, [&](const LabelBlock& block) { counter.add(block); });
  const auto convert = [](const std::vector<std::uint64_t>& counts) {
    return std::vector<double>(counts.begin(), counts.end());
  };
  return {convert(counter.true_positives()), convert(counter.predicted()), convert(counter.positives()),
          convert(counter.known(end - begin))};
}

/// The counts of all rows from stored cells only: O(stored cells), so that several threads would not pay.
[[nodiscard]] inline Confusion count_stored_by_label(const SparseCodes& targets, const SparseCodes& predictions,
                                                     const std::vector<double>& weights) {
  const std::size_t columns = targets.columns();
  Confusion counts{std::vector<double>(columns), std::vector<double>(columns), std::vector<double>(columns), {}};
  std::vector<double> hidden(columns);
  for_each_stored(targets, predictions, [&](std::size_t i, std::size_t j, Code truth, bool predicted) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    if (truth == unknown) {
      hidden[j] += weight;
      return;
    }
    if (truth == present) counts.positives[j] += weight;
    if (predicted) counts.predicted[j] += weight;
    if (truth == present && predicted) counts.true_positives[j] += weight;
  });
  const double all = weights.empty() ? static_cast<double>(targets.rows()) : pairwise_sum(weights);
  counts.known.assign(columns, all);
  for (std::size_t j = 0; j < columns; ++j) {
    counts.known[j] -= hidden[j];
    if (std::abs(counts.known[j]) < 1e-12 * std::abs(all)) counts.known[j] = 0.0;  // what rounding leaves where all is hidden
  }
  return counts;
}

/// The counts of each row from stored cells only.
[[nodiscard]] inline Confusion count_stored_by_sample(const SparseCodes& targets, const SparseCodes& predictions,
                                                      const std::vector<std::size_t>& labels) {
  const std::size_t rows = targets.rows();
  const std::size_t columns = targets.columns();
  std::vector<double> times(columns, labels.empty() ? 1.0 : 0.0);  // how often each column is among the labels
  for (const auto label : labels) times[label] += 1.0;
  Confusion counts{std::vector<double>(rows), std::vector<double>(rows), std::vector<double>(rows),
                   std::vector<double>(rows, static_cast<double>(labels.empty() ? columns : labels.size()))};
  for_each_stored(targets, predictions, [&](std::size_t i, std::size_t j, Code truth, bool predicted) {
    if (truth == unknown) {
      counts.known[i] -= times[j];
      return;
    }
    if (truth == present) counts.positives[i] += times[j];
    if (predicted) counts.predicted[i] += times[j];
    if (truth == present && predicted) counts.true_positives[i] += times[j];
  });
  return counts;
}

/// Whether both matrices are sparse and neither has a mask, after the check of their cells.
[[nodiscard]] inline bool are_stored(std::string_view where, const LabelCells& targets, const LabelCells& predictions) {
  if (targets.stored() == nullptr || predictions.stored() == nullptr) return false;
  targets.stored()->require_labels(where, false);
  predictions.stored()->require_labels(where, true);
  return true;
}

/// The entries `labels` of counts by label, in this order; all for no labels.
[[nodiscard]] inline Confusion select(Confusion all, const std::vector<std::size_t>& labels) {
  if (labels.empty()) return all;
  const auto take = [&](const std::vector<double>& from) {
    std::vector<double> taken(labels.size());
    std::transform(labels.begin(), labels.end(), taken.begin(), [&](std::size_t label) { return from[label]; });
    return taken;
  };
  return {take(all.true_positives), take(all.predicted), take(all.positives), take(all.known)};
}

[[nodiscard]] inline Confusion count_by_label(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                                              const std::vector<double>& weights, const std::vector<std::size_t>& labels) {
  require_weights(where, weights, targets.rows());
  require_pair(where, targets, predictions, labels);
  if (are_stored(where, targets, predictions)) {
    return select(count_stored_by_label(*targets.stored(), *predictions.stored(), weights), labels);
  }
  const Chunks chunks(targets.rows(), targets.columns());
  std::vector<Confusion> parts(chunks.count());
  chunks.for_each([&](std::size_t chunk, std::size_t begin, std::size_t end) {
    parts[chunk] = count_block_by_label(where, targets, predictions, weights, labels, begin, end);
  });
  const std::size_t columns = labels.empty() ? targets.columns() : labels.size();
  Confusion sum{std::vector<double>(columns), std::vector<double>(columns), std::vector<double>(columns),
                std::vector<double>(columns)};
  for (const auto& part : parts) {
    for (std::size_t j = 0; j < columns; ++j) {
      sum.true_positives[j] += part.true_positives[j];
      sum.predicted[j] += part.predicted[j];
      sum.positives[j] += part.positives[j];
      sum.known[j] += part.known[j];
    }
  }
  return sum;
}

[[nodiscard]] inline Confusion count_by_sample(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                                               const std::vector<std::size_t>& labels) {
  require_pair(where, targets, predictions, labels);
  if (are_stored(where, targets, predictions)) {
    return count_stored_by_sample(*targets.stored(), *predictions.stored(), labels);
  }
  const std::size_t rows = targets.rows();
  Confusion counts{std::vector<double>(rows), std::vector<double>(rows), std::vector<double>(rows),
                   std::vector<double>(rows, static_cast<double>(labels.empty() ? targets.columns() : labels.size()))};
  const auto add_block = [&](const LabelBlock& block) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      const std::size_t offset = i * block.columns;
      const RowCounts row = count_row(block.targets + offset, block.predictions + offset, block.columns);
      counts.true_positives[block.first + i] = static_cast<double>(row.true_positives);
      counts.predicted[block.first + i] = static_cast<double>(row.predicted);
      counts.positives[block.first + i] = static_cast<double>(row.positives);
      if (block.unknown == nullptr) continue;
      counts.known[block.first + i] -= static_cast<double>(count_ones(block.unknown + offset, block.columns));
    }
  };
  Chunks(rows, targets.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    for_each_block(where, targets, predictions, labels, begin, end, add_block);
  });
  return counts;
}

}  // namespace detail

/// The counts of each label, over all rows. Throws `ShapeError` when the shapes differ and `ArgumentError` on a cell that is no
/// label. One pass, O(samples * labels).
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] Confusion confusion_by_label(const Targets& targets, const Predictions& predictions,
                                           const ConfusionOptions& options = {}) {
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  return detail::count_by_label("metrics::confusion_by_label", t.cells(), p.cells(), options.sample_weight, options.labels);
}

/// The counts of each row, over the labels; `options.sample_weight` multiplies each row's counts.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] Confusion confusion_by_sample(const Targets& targets, const Predictions& predictions,
                                            const ConfusionOptions& options = {}) {
  constexpr auto where = "metrics::confusion_by_sample";
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  detail::require_weights(where, options.sample_weight, t.cells().rows());
  auto confusion = detail::count_by_sample(where, t.cells(), p.cells(), options.labels);
  for (std::size_t i = 0; i < options.sample_weight.size(); ++i) {
    const double weight = options.sample_weight[i];
    for (auto* counts : {&confusion.true_positives, &confusion.predicted, &confusion.positives, &confusion.known})
      (*counts)[i] *= weight;
  }
  return confusion;
}

}  // namespace MULTILABEL_NAMESPACE::metrics

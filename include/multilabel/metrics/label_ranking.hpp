// SPDX-License-Identifier: Apache-2.0
#pragma once
// Does each row rank its labels well, whatever the threshold? Three measures on scores [samples, labels], as scikit-learn
// defines them; unknown cells are taken out of their row before it is ranked.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace multilabel::metrics {

namespace detail {

/// The mean over rows of `value(RankedRow)`.
template <std::floating_point Score, class Value>
[[nodiscard]] double mean_over_rows(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                    const std::vector<double>& weights, Value&& value) {
  require_weights(where, weights, targets.rows());
  double sum = 0.0;
  double weight_sum = 0.0;
  for_each_ranked_row(where, targets, scores, [&](std::size_t i, const RankedRow<Score>& row) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    sum += weight * value(row);
    weight_sum += weight;
  });
  return weight_sum == 0.0 ? std::numeric_limits<double>::quiet_NaN() : sum / weight_sum;
}

template <std::floating_point Score>
[[nodiscard]] double label_ranking_average_precision(std::string_view where, const LabelCells& targets,
                                                     MatrixView<const Score> scores, const std::vector<double>& weights) {
  return mean_over_rows(where, targets, scores, weights, [](const RankedRow<Score>& row) {
    if (row.present == 0 || row.absent() == 0) return 1.0;
    return precision_sum(row) / static_cast<double>(row.present);
  });
}

template <std::floating_point Score>
[[nodiscard]] double coverage(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                              const std::vector<double>& weights) {
  return mean_over_rows(where, targets, scores, weights, [](const RankedRow<Score>& row) {
    if (row.present == 0) return 0.0;
    const Score lowest = *std::min_element(row.positives, row.positives + row.present);
    return static_cast<double>(count_at_least(row.scores, row.labels, lowest));
  });
}

template <std::floating_point Score>
[[nodiscard]] double ranking_loss(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                  const std::vector<double>& weights) {
  return mean_over_rows(where, targets, scores, weights, [](const RankedRow<Score>& row) {
    if (row.present == 0 || row.absent() == 0) return 0.0;
    return misordered_pairs(row, 1.0) / (static_cast<double>(row.present) * static_cast<double>(row.absent()));
  });
}

}  // namespace detail

/// The mean over rows of the mean over their positives of (positives ranked at or above) / (labels ranked at or above); ties
/// share the worst rank. In (0, 1], 1 is best. A row without positives, or without negatives, counts 1. Throws `ShapeError`
/// when the shapes differ and `ArgumentError` on a score that is not finite. O(samples * labels * positives of a row).
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double label_ranking_average_precision_score(const Targets& targets, const Scores& scores,
                                                           const std::vector<double>& sample_weight = {}) {
  const auto t = row_major(targets);
  const auto s = row_major(scores);
  return detail::label_ranking_average_precision("metrics::label_ranking_average_precision_score", detail::LabelCells(t.view()),
                                                 s.view(), sample_weight);
}

/// How many labels, best score first, one must take on average to have all positives of a row; ties count in full, a row
/// without positives counts 0. At best the mean number of positives. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double coverage_error(const Targets& targets, const Scores& scores,
                                    const std::vector<double>& sample_weight = {}) {
  const auto t = row_major(targets);
  const auto s = row_major(scores);
  return detail::coverage("metrics::coverage_error", detail::LabelCells(t.view()), s.view(), sample_weight);
}

/// The mean over rows of the share of (positive, negative) pairs in which the negative scores at least as high. In [0, 1], 0 is
/// best. A row without positives, or without negatives, counts 0. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double label_ranking_loss(const Targets& targets, const Scores& scores,
                                        const std::vector<double>& sample_weight = {}) {
  const auto t = row_major(targets);
  const auto s = row_major(scores);
  return detail::ranking_loss("metrics::label_ranking_loss", detail::LabelCells(t.view()), s.view(), sample_weight);
}

}  // namespace multilabel::metrics

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Does each row rank its labels well, whatever the threshold? Three measures on scores [samples, labels], as scikit-learn
// defines them; unknown cells are taken out of their row before it is ranked.

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

/// The three measures together, from one pass.
struct LabelRanking {
  double average_precision = 0.0;  ///< see `label_ranking_average_precision_score`
  double coverage_error = 0.0;     ///< see `coverage_error`
  double ranking_loss = 0.0;       ///< see `label_ranking_loss`
};

namespace detail {

template <std::floating_point Score>
[[nodiscard]] LabelRanking label_ranking(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                         const std::vector<double>& weights) {
  require_weights(where, weights, targets.rows());
  LabelRanking sums;
  double weight_sum = 0.0;
  for_each_ranked_row(where, targets, scores, [&](std::size_t i, const RankedRow<Score>& row) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    weight_sum += weight;
    if (row.present == 0 || row.absent() == 0) {
      sums.average_precision += weight;
      sums.coverage_error += weight * static_cast<double>(row.present);
      return;
    }
    const RowRanking ranking = rank_row(row);
    sums.average_precision += weight * ranking.precision_sum / static_cast<double>(row.present);
    sums.coverage_error += weight * static_cast<double>(ranking.coverage);
    sums.ranking_loss += weight * static_cast<double>(ranking.misordered) /
                         (static_cast<double>(row.present) * static_cast<double>(row.absent()));
  });
  const double factor = weight_sum == 0.0 ? std::numeric_limits<double>::quiet_NaN() : weight_sum;
  return {sums.average_precision / factor, sums.coverage_error / factor, sums.ranking_loss / factor};
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
  return detail::label_ranking("metrics::label_ranking_average_precision_score", detail::LabelCells(t.view()), s.view(),
                               sample_weight)
      .average_precision;
}

/// How many labels, best score first, one must take on average to have all positives of a row; ties count in full, a row
/// without positives counts 0. At best the mean number of positives. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double coverage_error(const Targets& targets, const Scores& scores,
                                    const std::vector<double>& sample_weight = {}) {
  const auto t = row_major(targets);
  const auto s = row_major(scores);
  return detail::label_ranking("metrics::coverage_error", detail::LabelCells(t.view()), s.view(), sample_weight).coverage_error;
}

/// The mean over rows of the share of (positive, negative) pairs in which the negative scores at least as high. In [0, 1], 0 is
/// best. A row without positives, or without negatives, counts 0. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double label_ranking_loss(const Targets& targets, const Scores& scores,
                                        const std::vector<double>& sample_weight = {}) {
  const auto t = row_major(targets);
  const auto s = row_major(scores);
  return detail::label_ranking("metrics::label_ranking_loss", detail::LabelCells(t.view()), s.view(), sample_weight)
      .ranking_loss;
}

/// All three of them, at the price of one. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] LabelRanking label_ranking(const Targets& targets, const Scores& scores,
                                         const std::vector<double>& sample_weight = {}) {
  const auto t = row_major(targets);
  const auto s = row_major(scores);
  return detail::label_ranking("metrics::label_ranking", detail::LabelCells(t.view()), s.view(), sample_weight);
}

}  // namespace multilabel::metrics

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Does each row rank its labels well, whatever the threshold? Three measures on scores [samples, labels], as scikit-learn
// defines them; unknown cells are taken out of their row before it is ranked, and rows of which nothing is known are left out.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/finite.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/rank_rows.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// The three measures together, from one pass.
struct LabelRanking {
  double average_precision = 0.0;  ///< see `label_ranking_average_precision_score`
  double coverage_error = 0.0;     ///< see `coverage_error`
  double ranking_loss = 0.0;       ///< see `label_ranking_loss`
};

namespace detail {

/// Weighted sums over rows.
struct RankingSums {
  LabelRanking sums;
  double unknown_weight = 0.0;  ///< of the rows of which nothing is known
  bool any_known = false;

  void add(const RowRanking& row, std::size_t positives, std::size_t negatives, double weight) {
    if (positives + negatives == 0) {
      unknown_weight += weight;
      return;
    }
    any_known = true;
    if (positives == 0 || negatives == 0) {
      sums.average_precision += weight;
      sums.coverage_error += weight * static_cast<double>(positives);
      return;
    }
    const auto p = static_cast<double>(positives), n = static_cast<double>(negatives);
    sums.average_precision += weight * row.precision_sum / p;
    sums.coverage_error += weight * static_cast<double>(row.coverage);
    sums.ranking_loss += weight * static_cast<double>(row.misordered) / (p * n);
  }
};

/// The sums over the rows from `begin` whose cells are all 0 or 1, up to the first block of rows with another or `end`; returns
/// where it stopped.
template <std::floating_point Score>
std::size_t add_clean_rows(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                           const std::vector<double>& weights, std::size_t begin, std::size_t end, RankingSums& sums) {
#if MULTILABEL_HAS_VECTORS
  constexpr std::size_t step = 16;  // few enough to stay in the first-level cache
  const std::size_t columns = targets.columns();
  std::vector<std::uint32_t> found(step * columns + columns_slack);
  std::vector<Score> positive_scores(columns);
  std::array<std::uint32_t, step> ends{};
  std::array<RowRanking, step> rankings{};
  for (std::size_t first = begin; first < end; first += step) {
    const std::size_t rows = std::min(step, end - first);
    if (!targets.find_present(first, rows, found.data(), ends.data())) return first;
    const Score* start = scores.data() + first * columns;
    const bool more = first + 2 * step <= end;
    const RankedRows<Score> block{
        start, rows, columns, found.data(), ends.data(), targets.row_address(first + step), more ? targets.row_bytes() : 0};
    bool finite = true;
    core::detail::run_kernel(RankRows<Score>{}, block, rankings.data(), &finite);
    if (!finite) require_finite(where, scores, first, rows);
    const std::uint32_t* at = found.data();
    for (std::size_t i = 0; i < rows; ++i) {
      const auto positives = static_cast<std::size_t>(found.data() + ends[i] - at);
      const double weight = weights.empty() ? 1.0 : weights[first + i];
      if (positives > few_positives && positives < columns) {
        const Score* row = start + i * columns;
        std::transform(at, at + positives, positive_scores.begin(), [row](std::uint32_t column) { return row[column]; });
        rankings[i] = rank_row(RankedRow<Score>{row, columns, positive_scores.data(), positives});
      }
      sums.add(rankings[i], positives, columns - positives, weight);
      at += positives;
    }
  }
  return end;
#else
  return begin;
#endif
}

/// The weighted sums over the rows `begin` ... `end`.
template <std::floating_point Score>
[[nodiscard]] RankingSums ranking_sums(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                       const std::vector<double>& weights, std::size_t begin, std::size_t end) {
  RankingSums sums;
  const std::size_t first = add_clean_rows(where, targets, scores, weights, begin, end, sums);
  for_each_ranked_row(where, targets, scores, first, end, [&](std::size_t i, const RankedRow<Score>& row) {
    const bool ranked = row.present > 0 && row.absent() > 0;
    sums.add(ranked ? rank_row(row) : RowRanking{}, row.present, row.absent(), weights.empty() ? 1.0 : weights[i]);
  });
  return sums;
}

template <std::floating_point Score>
[[nodiscard]] LabelRanking label_ranking(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                         const std::vector<double>& weights) {
  require_same_shape(where, "targets and scores", targets, scores);
  require_weights(where, weights, targets.rows());
  const Chunks chunks(targets.rows(), targets.columns());
  std::vector<RankingSums> parts(chunks.count());
  chunks.for_each([&](std::size_t chunk, std::size_t begin, std::size_t end) {
    parts[chunk] = ranking_sums(where, targets, scores, weights, begin, end);
  });
  LabelRanking sums;
  double weight_sum = weights.empty() ? static_cast<double>(targets.rows()) : pairwise_sum(weights);
  bool any_known = false;
  for (const auto& part : parts) {
    sums.average_precision += part.sums.average_precision;
    sums.coverage_error += part.sums.coverage_error;
    sums.ranking_loss += part.sums.ranking_loss;
    weight_sum -= part.unknown_weight;
    any_known = any_known || part.any_known;
  }
  const double factor = weight_sum == 0.0 || !any_known ? std::numeric_limits<double>::quiet_NaN() : weight_sum;
  return {sums.average_precision / factor, sums.coverage_error / factor, sums.ranking_loss / factor};
}

}  // namespace detail

/// The mean over rows of the mean over their positives of (positives ranked at or above) / (labels ranked at or above); ties
/// share the worst rank. In (0, 1], 1 is best. A row without positives, or without negatives, counts 1. Throws `ShapeError`
/// when the shapes differ and `ArgumentError` on a score that is not finite. O(samples * labels * positives of a row).
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double label_ranking_average_precision_score(const Targets& targets, const Scores& scores,
                                                           const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  constexpr std::string_view where = "metrics::label_ranking_average_precision_score";
  return detail::label_ranking(where, t.cells(), s.view(), sample_weight).average_precision;
}

/// How many labels, best score first, one must take on average to have all positives of a row; ties count in full, a row
/// without positives counts 0. At best the mean number of positives. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double coverage_error(const Targets& targets, const Scores& scores,
                                    const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  return detail::label_ranking("metrics::coverage_error", t.cells(), s.view(), sample_weight).coverage_error;
}

/// The mean over rows of the share of (positive, negative) pairs in which the negative scores at least as high. In [0, 1], 0 is
/// best. A row without positives, or without negatives, counts 0. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double label_ranking_loss(const Targets& targets, const Scores& scores,
                                        const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  return detail::label_ranking("metrics::label_ranking_loss", t.cells(), s.view(), sample_weight).ranking_loss;
}

/// All three of them, at the price of one. Errors as `label_ranking_average_precision_score`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] LabelRanking label_ranking(const Targets& targets, const Scores& scores,
                                         const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  return detail::label_ranking("metrics::label_ranking", t.cells(), s.view(), sample_weight);
}

}  // namespace MULTILABEL_NAMESPACE::metrics

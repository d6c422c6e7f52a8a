// SPDX-License-Identifier: Apache-2.0
#pragma once
// Do scores of 0.8 come true eight times in ten? The reliability curve bins scores and compares each bin's mean score with the
// share of positives; its expected calibration error is the gap, weighted by cells.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/calibration/detail/fit_cells.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/bins.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

using metrics::BinStrategy;

struct ReliabilityOptions {
  std::size_t n_bins = 10;
  BinStrategy strategy = BinStrategy::uniform;
};

/// One entry for each bin that holds a cell.
struct ReliabilityCurve {
  std::vector<double> scores;       ///< the mean score
  std::vector<double> rates;        ///< the share of positives
  std::vector<std::size_t> counts;  ///< cells

  /// The expected calibration error: the mean over cells of |rate - score| of their bin (Naeini et al., AAAI 2015).
  [[nodiscard]] double expected_error() const noexcept {
    double error = 0, total = 0;
    for (std::size_t b = 0; b < counts.size(); ++b) {
      error += static_cast<double>(counts[b]) * std::abs(rates[b] - scores[b]);
      total += static_cast<double>(counts[b]);
    }
    return total > 0 ? error / total : 0.0;
  }
};

namespace detail {

/// The inner edges of the bins.
[[nodiscard]] inline std::vector<double> inner_edges(std::vector<double> scores, const ReliabilityOptions& options) {
  std::vector<double> edges;
  if (options.strategy == BinStrategy::quantile) std::sort(scores.begin(), scores.end());
  for (std::size_t b = 1; b < options.n_bins; ++b) {
    const double share = static_cast<double>(b) / static_cast<double>(options.n_bins);
    const auto score = [&](std::size_t i) { return scores[i]; };
    edges.push_back(options.strategy == BinStrategy::uniform ? share
                                                             : metrics::detail::quantile_edge(scores.size(), share, score));
  }
  return edges;
}

}  // namespace detail

/// The reliability curve of all known cells together, as scikit-learn's calibration_curve: a bin holds the scores above its
/// lower and up to its upper edge, empty bins are left out. For one label pass its column.
/// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown. @param scores [samples, labels] in [0, 1].
/// @throws ShapeError, ArgumentError.
template <matrix_like Targets, matrix_like Scores>
[[nodiscard]] ReliabilityCurve reliability_curve(const Targets& targets, const Scores& scores,
                                                 const ReliabilityOptions& options = {}) {
  constexpr std::string_view where = "calibration::reliability_curve";
  metrics::detail::require_bins(where, options.n_bins);
  const auto known = detail::fit_cells(where, targets, scores, "scores");
  std::vector<double> cells;
  std::vector<std::uint8_t> positives;
  for (std::size_t i = 0; i < known.scores().size(); ++i) {
    const double score = known.scores().data()[i];
    const int target = known.targets().data()[i];
    if (score < 0 || score > 1) {
      fail<ArgumentError>(
          {where, "scores must be probabilities in [0, 1]", join_text(score), "Apply a sigmoid to logits first."});
    }
    if (target < 0) continue;
    cells.push_back(score);
    positives.push_back(target == 1 ? 1 : 0);
  }
  const auto edges = detail::inner_edges(cells, options);
  std::vector<double> score_sums(options.n_bins), positive_sums(options.n_bins);
  std::vector<std::size_t> counts(options.n_bins);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto bin = static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), cells[i]) - edges.begin());
    score_sums[bin] += cells[i];
    positive_sums[bin] += positives[i];
    ++counts[bin];
  }
  ReliabilityCurve curve;
  for (std::size_t b = 0; b < options.n_bins; ++b) {
    if (counts[b] == 0) continue;
    curve.scores.push_back(score_sums[b] / static_cast<double>(counts[b]));
    curve.rates.push_back(positive_sums[b] / static_cast<double>(counts[b]));
    curve.counts.push_back(counts[b]);
  }
  return curve;
}

}  // namespace MULTILABEL_NAMESPACE::calibration

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The metric at every distinct score (exact, one sort), or at the thresholds given (one pass, no sort), for one threshold that
// all labels share. The curve behind `tune`; use it to plot, or to see what a round number would cost.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/global.hpp"
#include "multilabel/threshold/detail/grid.hpp"
#include "multilabel/threshold/metric.hpp"
#include "multilabel/threshold/rule.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

struct SweepOptions {
  Metric metric = Metric::f1;
  metrics::Average average = metrics::Average::samples;
  std::vector<double> thresholds{};  ///< empty: every distinct score, and one just above the highest
  double beta = 1.0;                 ///< of Metric::fbeta
  CostMatrix cost{};                 ///< of Metric::cost
};

struct Sweep {
  std::vector<double> thresholds;  ///< ascending when exact, else as given
  std::vector<double> values;      ///< the metric with score >= threshold predicted
  ThresholdRule best;              ///< of equally good thresholds the highest
};

namespace detail {

/// The curve at every score.
[[nodiscard]] inline Sweep sweep_all(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                     const Objective& objective) {
  Curve curve;
  const Best best = *best_of_all(targets, scores, objective, std::nullopt, &curve);
  return {std::move(curve.thresholds), std::move(curve.values), rule({best.threshold}, objective, best.value)};
}

/// The curve at the thresholds given.
[[nodiscard]] inline Sweep sweep_given(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                       const Objective& objective, const std::vector<double>& thresholds) {
  const ThresholdRule finite(thresholds);
  auto given = values_at(targets, scores, objective, finite.thresholds());
  auto best = rule({thresholds[given.best]}, objective, given.values[given.best]);
  return {thresholds, std::move(given.values), std::move(best)};
}

}  // namespace detail

/// The metric along one threshold for all labels. Unknown cells are skipped; rows (samples) or labels (macro, weighted) without
/// a known cell leave the mean. Values equal scikit-learn's with zero_division=0 to 1e-12. O(cells) for float scores.
///
/// A threshold is the lowest score that is still predicted, never a point between two scores; given thresholds are compared in
/// the scores' own type.
/// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown.
/// @param scores [samples, labels], finite, of any range.
/// @throws ShapeError, ArgumentError on anything else.
template <matrix_like Targets, matrix_like Scores>
[[nodiscard]] Sweep sweep(const Targets& targets, const Scores& scores, const SweepOptions& options = {}) {
  constexpr std::string_view where = "threshold::sweep";
  const Objective objective{options.metric, options.average, options.beta, options.cost};
  require_valid(where, objective);
  const auto known = core::detail::known_targets(where, targets);
  const core::detail::KnownScores working(scores);
  core::detail::require_scores(where, known.view(), working.cells().cells);
  if (options.thresholds.empty()) return detail::sweep_all(known.view(), working.cells(), objective);
  return detail::sweep_given(known.view(), working.cells(), objective, options.thresholds);
}

}  // namespace MULTILABEL_NAMESPACE::threshold

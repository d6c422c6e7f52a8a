// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label where the labels do not touch each other: the macro and weighted averages. Each label's best point of
// its own curve is the exact optimum of the mean.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// Calls `at(threshold, counts)` for the thresholds of one label that can be its best, ascending: its lowest score, which
/// predicts all, the scores of positives, and one above all scores, which predicts nothing. Between two of them fewer
/// predictions lose no positive and are never worse; `passed(counts)` is told what lies just above a positive, where the value
/// can be worst. Neither is called for a label without a known cell.
template <class At, class Passed>
void walk_label(const core::detail::LabelSteps& label, const core::detail::ScoreCells& scores, At&& at, Passed&& passed) {
  if (label.known == 0) return;
  Counts<std::uint32_t> counts{label.positives, label.known, label.positives, label.known};
  at(label.lowest, counts);
  counts.predicted -= label.negatives_below;
  for (const auto& step : label.steps) {
    at(step.score, counts);
    counts.predicted -= step.positives + step.negatives;
    counts.true_positives -= step.positives;
    passed(counts);
    counts.predicted -= step.negatives_above;
  }
  at(scores.next_above(label.highest), counts);
}

/// Whether one label's counts keep a bound on its precision or recall; always without one.
[[nodiscard]] inline bool keeps(const std::optional<Constraint>& constraint, const Counts<std::uint32_t>& counts) noexcept {
  if (!constraint) return true;
  const Metric metric = constraint->quantity == Quantity::precision ? Metric::precision : Metric::recall;
  return linear_fraction({.metric = metric})(counts) >= constraint->bound;
}

/// The best threshold of one label among those that keep the constraint, of equally good ones the highest; nothing where the
/// value is the same at all of them. A label that cannot keep the constraint is never predicted.
[[nodiscard]] inline std::optional<double> best_of_label(const core::detail::LabelSteps& label,
                                                         const core::detail::ScoreCells& scores, const Objective& objective,
                                                         const std::optional<Constraint>& constraint) {
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  const GroupValue value_of(objective);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double best = -infinity, worst = infinity, last = 0, threshold = 0;
  const auto at = [&](double score, const Counts<std::uint32_t>& counts) {
    last = score;
    if (!keeps(constraint, counts)) return;
    const double value = sign * value_of(counts);
    worst = std::min(worst, value);
    if (value >= best) best = value, threshold = score;
  };
  walk_label(label, scores, at, [&](const Counts<std::uint32_t>& counts) { worst = std::min(worst, sign * value_of(counts)); });
  if (label.known == 0) return std::nullopt;
  if (constraint) return best > -infinity ? threshold : last;
  return best > worst ? std::optional(threshold) : std::nullopt;
}

[[nodiscard]] inline std::vector<std::optional<double>> best_of_each(MatrixView<const std::int8_t> targets,
                                                                     const core::detail::ScoreCells& scores,
                                                                     const Objective& objective,
                                                                     const std::optional<Constraint>& constraint) {
  std::vector<std::optional<double>> thresholds(targets.columns());
  core::detail::for_each_label_steps(targets, scores, [&](std::size_t j, const core::detail::LabelSteps& label) {
    thresholds[j] = best_of_label(label, scores, objective, constraint);
  });
  return thresholds;
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

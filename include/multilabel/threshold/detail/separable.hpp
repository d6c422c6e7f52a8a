// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label where the labels do not touch each other: the macro and weighted averages. Each label's best point of
// its own curve is the exact optimum of the mean.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/metric.hpp"

namespace multilabel::threshold::detail {

/// Calls `at(threshold, counts)` for the thresholds of one label that can be its best, ascending: its lowest score, which
/// predicts all, the scores of positives, and one above all scores, which predicts nothing. Between two of them fewer
/// predictions lose no positive and are never worse; `passed(counts)` is told what lies just above a positive, where the value
/// can be worst. Neither is called for a label without a known cell.
template <class S, class At, class Passed>
void walk_label(const core::detail::LabelSteps<S>& label, At&& at, Passed&& passed) {
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
  at(std::nextafter(label.highest, std::numeric_limits<S>::infinity()), counts);
}

/// Whether one label's counts keep a bound on its precision or recall; always without one.
[[nodiscard]] inline bool keeps(const std::optional<Constraint>& constraint, const Counts<std::uint32_t>& counts) noexcept {
  if (!constraint) return true;
  const Metric metric = constraint->quantity == Quantity::precision ? Metric::precision : Metric::recall;
  return linear_fraction({.metric = metric})(counts) >= constraint->bound;
}

/// The best threshold of every label among those that keep the constraint; nothing for a label whose value is the same at all
/// of them. One that cannot keep the constraint is never predicted.
template <class S>
[[nodiscard]] std::vector<std::optional<double>> best_of_each(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                                              const Objective& objective,
                                                              const std::optional<Constraint>& constraint) {
  std::vector<std::optional<double>> thresholds(targets.columns());
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  with_metric(objective, [&](auto score) {
    core::detail::for_each_label_steps<S>(targets, scores, [&](std::size_t j, const core::detail::LabelSteps<S>& label) {
      double best = 0, worst = 0, threshold = 0, last = 0;
      bool kept = false;
      const auto at = [&](S candidate, const Counts<std::uint32_t>& counts) {
        last = static_cast<double>(candidate);
        if (!keeps(constraint, counts)) return;
        const double value = sign * score(counts);
        if (!kept) best = worst = value;
        kept = true;
        worst = std::min(worst, value);
        if (value >= best) best = value, threshold = last;
      };
      const auto passed = [&](const Counts<std::uint32_t>& counts) { worst = std::min(worst, sign * score(counts)); };
      walk_label(label, at, passed);
      if (label.known > 0 && !kept) thresholds[j] = last;
      if (constraint ? kept : best > worst) thresholds[j] = threshold;
    });
  });
  return thresholds;
}

}  // namespace multilabel::threshold::detail

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
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/detail/narrow_labels.hpp"
#include "multilabel/threshold/detail/slots.hpp"
#include "multilabel/threshold/metric.hpp"

namespace multilabel::threshold::detail {

/// Calls `at(threshold, counts)` for the scores of one label's positives, ascending, and `passed(counts)` with what lies just
/// above each.
/// @param counts with all cells of `label` predicted.
/// @return the counts with none of them predicted.
template <class S, class At, class Passed>
Counts<std::uint32_t> walk_positives(const core::detail::LabelSteps<S>& label, Counts<std::uint32_t> counts, At&& at,
                                     Passed&& passed) {
  counts.predicted -= label.negatives_below;
  for (const auto& step : label.steps) {
    at(step.score, counts);
    counts.predicted -= step.positives + step.negatives;
    counts.true_positives -= step.positives;
    passed(counts);
    counts.predicted -= step.negatives_above;
  }
  return counts;
}

/// Calls `at(threshold, counts)` for the thresholds of one label that can be its best, ascending: its lowest score, which
/// predicts all, the scores of positives, and one above all scores, which predicts nothing. Between two of them fewer
/// predictions lose no positive and are never worse; `passed(counts)` is told what lies just above a positive, where the value
/// can be worst. Neither is called for a label without a known cell.
template <class S, class At, class Passed>
void walk_label(const core::detail::LabelSteps<S>& label, At&& at, Passed&& passed) {
  if (label.known == 0) return;
  const Counts<std::uint32_t> all{label.positives, label.known, label.positives, label.known};
  at(label.lowest, all);
  const auto none = walk_positives(label, all, at, passed);
  at(std::nextafter(label.highest, std::numeric_limits<S>::infinity()), none);
}

/// Whether one label's counts keep a bound on its precision or recall; always without one.
[[nodiscard]] inline bool keeps(const std::optional<Constraint>& constraint, const Counts<std::uint32_t>& counts) noexcept {
  if (!constraint) return true;
  const Metric metric = constraint->quantity == Quantity::precision ? Metric::precision : Metric::recall;
  return linear_fraction({.metric = metric})(counts) >= constraint->bound;
}

/// The best of one label's thresholds, offered ascending; of equally good ones the highest.
/// @param Value from counts, higher is better.
template <class S, class Value>
class LabelBest {
 public:
  explicit LabelBest(const Value& value, double worst = std::numeric_limits<double>::infinity())
      : value_(value), worst_(worst) {}

  void offer(S threshold, const Counts<std::uint32_t>& counts) {
    passed(counts);
    if (const double value = value_(counts); value >= best_) best_ = value, threshold_ = static_cast<double>(threshold);
  }
  /// Notes what no threshold needs to be offered for, but what can be the worst.
  void passed(const Counts<std::uint32_t>& counts) { worst_ = std::min(worst_, value_(counts)); }

  [[nodiscard]] bool found() const noexcept { return threshold_.has_value(); }
  /// Whether the threshold changes the value at all.
  [[nodiscard]] bool matters() const noexcept { return found() && best_ > worst_; }
  [[nodiscard]] std::optional<double> threshold() const noexcept { return threshold_; }

 private:
  const Value& value_;
  double worst_, best_ = -std::numeric_limits<double>::infinity();
  std::optional<double> threshold_;
};

/// The same thresholds as `best_of_each` without a constraint, from the few cells that can hold them; nothing where they are
/// too many for that to be faster.
template <class S, class Value>
[[nodiscard]] std::optional<std::vector<std::optional<double>>> best_of_few(MatrixView<const std::int8_t> targets,
                                                                            const core::detail::RangedScores<S>& scores,
                                                                            const Value& value) {
  if (scores.size() < worth_narrowing || targets.rows() < rows_worth_counters) return std::nullopt;
  const SlotOf<S> slot_of(scores.range);
  if (!slot_of.cuts()) return std::nullopt;
  const auto cells = label_slots(targets, scores, slot_of);
  std::vector<LabelRange> ranges;
  std::uint64_t few = 0;
  for (std::size_t j = 0; j < targets.columns(); ++j) {
    ranges.push_back(label_range(std::span(cells).subspan(j * slot_count, slot_count), value));
    few += ranges.back().cells;
  }
  if (few > scores.size() / 4) return std::nullopt;
  const auto steps = steps_within(targets, scores, slot_of, ranges);
  std::vector<std::optional<double>> thresholds(targets.columns());
  for (std::size_t j = 0; j < targets.columns(); ++j) {
    if (ranges[j].end == 0) continue;
    LabelBest<S, Value> best(value, ranges[j].worst);
    const auto at = [&](S threshold, const Counts<std::uint32_t>& counts) { best.offer(threshold, counts); };
    const auto passed = [&](const Counts<std::uint32_t>& counts) { best.passed(counts); };
    if (ranges[j].from_lowest) at(steps[j].lowest, ranges[j].counts);
    const auto left = walk_positives(steps[j], ranges[j].counts, at, passed);
    if (ranges[j].to_highest) at(std::nextafter(steps[j].highest, std::numeric_limits<S>::infinity()), left);
    if (best.matters()) thresholds[j] = best.threshold();
  }
  return thresholds;
}

/// The best threshold of every label among those that keep the constraint; nothing for a label whose value is the same at all
/// of them. One that cannot keep the constraint is never predicted.
template <class S>
[[nodiscard]] std::vector<std::optional<double>> best_of_each(MatrixView<const std::int8_t> targets,
                                                              const core::detail::RangedScores<S>& scores,
                                                              const Objective& objective,
                                                              const std::optional<Constraint>& constraint) {
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  return with_metric(objective, [&](auto score) {
    const auto value_of = [&](const Counts<std::uint32_t>& counts) { return sign * score(counts); };
    if (!constraint) {
      if (auto found = best_of_few<S>(targets, scores, value_of)) return *std::move(found);
    }
    std::vector<std::optional<double>> thresholds(targets.columns());
    core::detail::for_each_label_steps<S>(targets, scores, [&](std::size_t j, const core::detail::LabelSteps<S>& label) {
      LabelBest<S, decltype(value_of)> best(value_of);
      double last = 0;
      const auto at = [&](S threshold, const Counts<std::uint32_t>& counts) {
        last = static_cast<double>(threshold);
        if (keeps(constraint, counts)) best.offer(threshold, counts);
      };
      walk_label(label, at, [&](const Counts<std::uint32_t>& counts) { best.passed(counts); });
      if (constraint && label.known > 0 && !best.found()) thresholds[j] = last;
      if (constraint ? best.found() : best.matters()) thresholds[j] = best.threshold();
    });
    return thresholds;
  });
}

}  // namespace multilabel::threshold::detail

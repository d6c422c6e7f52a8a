// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label where the labels do not touch each other: the macro and weighted averages. Each label's best point of
// its own curve is the exact optimum of the mean; all curves are walked in one pass over the sorted cells.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/metric.hpp"

namespace multilabel::threshold::detail {

/// Calls `at(label, threshold, counts)` for every distinct score of every label, ascending within the label, and last with the
/// threshold just above the label's highest score, which predicts nothing. Labels without a known cell are never called.
template <class S, class At>
void walk_labels(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, At&& at) {
  auto counts = label_counts(targets, Start::all_predicted);
  std::vector<S> last(targets.columns(), std::numeric_limits<S>::quiet_NaN());
  const auto payload = [&](std::size_t row, std::size_t label) {
    return static_cast<std::uint32_t>(label << 1) | static_cast<std::uint32_t>(targets(row, label));
  };
  core::detail::for_each_ascending<S>(targets, scores, payload,
                                      [&](std::span<const core::detail::Cell<S>> cells, auto score_of) {
                                        for (const auto& cell : cells) {
                                          const std::size_t label = cell.payload >> 1;
                                          const S score = score_of(cell);
                                          if (score != last[label]) at(label, last[label] = score, counts[label]);
                                          --counts[label].predicted;
                                          counts[label].true_positives -= cell.payload & 1u;
                                        }
                                      });
  for (std::size_t label = 0; label < last.size(); ++label) {
    if (counts[label].known > 0) at(label, std::nextafter(last[label], std::numeric_limits<S>::infinity()), counts[label]);
  }
}

/// Whether one label's counts keep a bound on its precision or recall; always without one.
[[nodiscard]] inline bool keeps(const std::optional<Constraint>& constraint, const Counts<std::uint32_t>& counts) noexcept {
  if (!constraint) return true;
  const Metric metric = constraint->quantity == Quantity::precision ? Metric::precision : Metric::recall;
  return linear_fraction({.metric = metric})(counts) >= constraint->bound;
}

/// The best threshold of every label among those that keep the constraint. A label whose value is the same at all of them gets
/// `otherwise`; one that cannot keep the constraint is never predicted.
template <class S>
[[nodiscard]] std::vector<double> best_of_each(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                               const Objective& objective, const std::optional<Constraint>& constraint,
                                               double otherwise) {
  struct Found {
    double best = 0, worst = 0, threshold = 0, last = 0;
    bool seen = false, kept = false;
  };
  std::vector<Found> found(targets.columns());
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  with_metric(objective, [&](auto score) {
    walk_labels<S>(targets, scores, [&](std::size_t label, S threshold, const Counts<std::uint32_t>& counts) {
      Found& mine = found[label];
      mine.seen = true;
      mine.last = static_cast<double>(threshold);
      if (!keeps(constraint, counts)) return;
      const double value = sign * score(counts);
      if (!mine.kept) mine.best = mine.worst = value;
      mine.kept = true;
      mine.worst = std::min(mine.worst, value);
      if (value >= mine.best) mine.best = value, mine.threshold = mine.last;
    });
  });
  std::vector<double> thresholds;
  for (const Found& label : found) {
    const bool never = label.seen && !label.kept;
    const bool matters = constraint ? label.kept : label.best > label.worst;
    thresholds.push_back(never ? label.last : matters ? label.threshold : otherwise);
  }
  return thresholds;
}

}  // namespace multilabel::threshold::detail

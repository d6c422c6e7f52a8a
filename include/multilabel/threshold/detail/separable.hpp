// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label where the labels do not touch each other: the macro and weighted averages. Each label's best point of
// its own curve is the exact optimum of the mean; all curves are walked in one pass over the sorted cells.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/shape.hpp"
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

/// The best threshold of every label; a label whose value is the same at all thresholds gets `otherwise`.
template <class S>
[[nodiscard]] std::vector<double> best_of_each(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                               const Objective& objective, double otherwise) {
  struct Found {
    double best = 0, worst = 0, threshold = 0;
    bool seen = false;
  };
  std::vector<Found> found(targets.columns());
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  with_metric(objective, [&](auto score) {
    walk_labels<S>(targets, scores, [&](std::size_t label, S threshold, const Counts<std::uint32_t>& counts) {
      Found& label_found = found[label];
      const double value = sign * score(counts);
      if (!label_found.seen) label_found = {value, value, static_cast<double>(threshold), true};
      if (value < label_found.worst) label_found.worst = value;
      if (value >= label_found.best) label_found.best = value, label_found.threshold = static_cast<double>(threshold);
    });
  });
  std::vector<double> thresholds;
  for (const Found& label : found) thresholds.push_back(label.best > label.worst ? label.threshold : otherwise);
  return thresholds;
}

}  // namespace multilabel::threshold::detail

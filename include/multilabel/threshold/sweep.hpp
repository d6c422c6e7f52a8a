// SPDX-License-Identifier: Apache-2.0
#pragma once
// The metric at every distinct score (exact, one sort), or at the thresholds given (one pass, no sort), for one threshold that
// all labels share. The curve behind `tune`; use it to plot, or to see what a round number would cost.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/grid.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/detail/limit.hpp"
#include "multilabel/threshold/metric.hpp"
#include "multilabel/threshold/rule.hpp"

namespace multilabel::threshold {

struct SweepOptions {
  Metric metric = Metric::f1;
  metrics::Average average = metrics::Average::samples;
  std::vector<double> thresholds{};  ///< empty: every distinct score, and one just above the highest
  double beta = 1.0;                 ///< of Metric::fbeta
  CostMatrix cost{};                 ///< of Metric::cost
};

struct Sweep {
  LongArray<double> thresholds;  ///< ascending when exact, else as given
  LongArray<double> values;      ///< the metric with score >= threshold predicted
  ThresholdRule best;            ///< of equally good thresholds the highest
};

namespace detail {

/// Calls `at(threshold)` for every distinct score in ascending order, then for the threshold that predicts nothing; `mean` and
/// `limit` stand at the predictions of that threshold.
template <class S, class Mean, class GroupOf, class Limit, class At>
void walk(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, Mean& mean, GroupOf group_of, Limit& limit,
          At&& at) {
  const auto payload = [&](std::size_t row, std::size_t label) {
    return static_cast<std::uint32_t>(group_of(row, label) << 1) | static_cast<std::uint32_t>(targets(row, label));
  };
  S highest{};
  core::detail::for_each_ascending<S>(targets, scores, payload,
                                      [&](std::span<const core::detail::Cell<S>> cells, auto score_of) {
                                        for (std::size_t i = 0; i < cells.size();) {
                                          const auto key = cells[i].key;
                                          highest = score_of(cells[i]);
                                          at(highest);
                                          do {
                                            mean.withdraw(cells[i].payload >> 1, (cells[i].payload & 1u) != 0);
                                            limit.withdraw(cells[i].payload >> 1, (cells[i].payload & 1u) != 0);
                                          } while (++i < cells.size() && cells[i].key == key);
                                        }
                                      });
  at(std::nextafter(highest, std::numeric_limits<S>::infinity()));
}

[[nodiscard]] inline ThresholdRule rule(std::vector<double> thresholds, const Objective& objective, double value) {
  return ThresholdRule(std::move(thresholds), std::string(to_string(objective.metric)),
                       std::string(metrics::to_string(objective.average)), value);
}

struct Best {
  double threshold = 0, value = 0;
};

/// The best threshold over all scores that keep the constraint, or nothing; of equally good ones the highest.
/// `also(score, value)` sees every score.
template <class S, class Also>
[[nodiscard]] std::optional<Best> best_of_all(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                              const Objective& objective, const std::optional<Constraint>& constraint,
                                              Also&& also) {
  return with_group_mean(targets, objective, Start::all_predicted, [&](auto mean, auto group_of) {
    return with_limit(targets, objective.average, constraint, [&](auto limit) {
      BestSum<S> best(objective.metric, mean.tolerance());
      walk<S>(targets, scores, mean, group_of, limit, [&](S score) {
        if (limit.holds()) best.offer(score, mean.sum());
        also(score, mean.value_of(mean.sum()));
      });
      return best.found() ? std::optional<Best>({static_cast<double>(best.threshold()), mean.value_of(best.sum())})
                          : std::nullopt;
    });
  });
}

template <class S>
[[nodiscard]] Sweep sweep_all(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, const Objective& objective) {
  LongArray<double> thresholds(scores.size() + 1), values(scores.size() + 1);
  std::size_t size = 0;
  const Best best = *best_of_all<S>(targets, scores, objective, std::nullopt, [&](S score, double value) {
    thresholds[size] = static_cast<double>(score);
    values[size++] = value;
  });
  thresholds.resize(size);
  values.resize(size);
  return {std::move(thresholds), std::move(values), rule({best.threshold}, objective, best.value)};
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
  const auto working = core::detail::working_scores(scores);
  core::detail::require_scores(where, known.view(), working.view());
  if (options.thresholds.empty()) return detail::sweep_all(known.view(), working.view(), objective);
  const ThresholdRule finite(options.thresholds);
  auto given = detail::values_at(known.view(), working.view(), objective, finite.thresholds());
  auto best = detail::rule({options.thresholds[given.best]}, objective, given.values[given.best]);
  return {LongArray<double>(options.thresholds.begin(), options.thresholds.end()),
          LongArray<double>(given.values.begin(), given.values.end()), std::move(best)};
}

}  // namespace multilabel::threshold

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The metric at every distinct score (exact, one sort), or at the thresholds given (one pass, no sort), for one threshold that
// all labels share. The curve behind `tune`; use it to plot, or to see what a round number would cost.

#include <algorithm>
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
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/curve.hpp"
#include "multilabel/threshold/detail/grid.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/detail/limit.hpp"
#include "multilabel/threshold/detail/narrow.hpp"
#include "multilabel/threshold/detail/slots.hpp"
#include "multilabel/threshold/detail/walk.hpp"
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

[[nodiscard]] inline ThresholdRule rule(std::vector<double> thresholds, const Objective& objective, double value) {
  return ThresholdRule(std::move(thresholds), std::string(to_string(objective.metric)),
                       std::string(metrics::to_string(objective.average)), value);
}

struct Best {
  double threshold = 0, value = 0;
};

/// The best threshold over all scores that keep the constraint, or nothing; of equally good ones the highest.
/// Writes every score into `curve`, where there is one.
template <class S>
[[nodiscard]] std::optional<Best> best_of_all(MatrixView<const std::int8_t> targets,
                                              const core::detail::RangedScores<S>& scores, const Objective& objective,
                                              const std::optional<Constraint>& constraint, Curve* curve = nullptr) {
  return with_group_mean(targets, objective, all_predicted, [&](auto mean, auto group_of) {
    return with_limit(targets, objective.average, constraint, [&](auto limit) {
      const bool too_many = scores.size() >> 31 != 0;  // as AscendingCells is going to say
      const bool all = curve != nullptr || constraint || scores.size() < worth_narrowing || too_many;
      const auto narrowed = all ? std::nullopt : narrowed_range(targets, scores, objective, mean);
      const CellOfGroup payload{targets, group_of};
      using Cells = core::detail::AscendingCells<S>;
      Cells cells = narrowed ? Cells(targets, scores, payload, narrowed->range) : Cells(targets, scores, payload);
      // A place to begin is found by a look at every cell; sorting and walking take many times longer.
      const std::size_t worth_a_walker = std::max(std::size_t{1} << 17, scores.size() / 16);
      const auto all_ways = ways(cells.size() < worth_a_walker ? 1 : std::min(stretches, thread_count(0)));
      const auto go_to = [&](auto& standing, std::size_t stretch) {
        if (stretch == 0 && !narrowed) return;  // everything is predicted
        const S lowest = cells.lowest_from(cells.cut(stretch, stretches));
        standing.restart(targets, objective.average, Reaching<S>{scores, lowest});
      };
      auto standing = stand_at_starts(all_ways, Standing<decltype(mean), decltype(limit)>{mean, limit}, go_to);
      const bool ends_above = !narrowed || narrowed->reaches_top;
      const S above = ends_above ? std::nextafter(cells.highest(), std::numeric_limits<S>::infinity()) : S{};
      if (curve != nullptr) curve->open(cells, all_ways.size());
      std::vector<BestSum<S>> bests(stretches, BestSum<S>(objective.metric, mean.tolerance()));
      parallel_for(all_ways.size(), all_ways.size(), 1, [&](std::size_t w, std::size_t) {
        const Way& way = all_ways[w];
        auto now = std::move(standing[w]);  // threads must not write side by side
        CurvePiece piece = curve != nullptr ? curve->piece(cells.position(cells.cut(way.start(), stretches))) : CurvePiece{};
        for (std::size_t n = way.first; n < way.end; ++n) {
          BestSum<S> best(objective.metric, mean.tolerance());
          const auto lower = [&](S score) {
            if (now.limit.holds()) best.offer_lower(score, now.mean.sum());
            if (curve != nullptr) piece.add_lower(static_cast<double>(score), now.mean.value());
          };
          const auto higher = [&](S score) {
            if (now.limit.holds()) best.offer_higher(score, now.mean.sum());
            if (curve != nullptr) piece.add_higher(static_cast<double>(score), now.mean.value());
          };
          const std::size_t k = way.down ? way.first + way.end - 1 - n : n;
          way.down ? walk<true>(cells, k, now, lower) : walk<false>(cells, k, now, higher);
          if (k + 1 == stretches && ends_above) higher(above);
          bests[k] = std::move(best);
        }
        if (curve != nullptr) curve->keep(w, piece);
      });
      if (curve != nullptr) curve->close(std::move(cells.memory()));
      for (std::size_t k = 1; k < stretches; ++k) bests[0].merge(bests[k]);
      return bests[0].found() ? std::optional<Best>({static_cast<double>(bests[0].threshold()), mean.value_of(bests[0].sum())})
                              : std::nullopt;
    });
  });
}

template <class S>
[[nodiscard]] Sweep sweep_all(MatrixView<const std::int8_t> targets, const core::detail::RangedScores<S>& scores,
                              const Objective& objective) {
  Curve curve;
  const Best best = *best_of_all<S>(targets, scores, objective, std::nullopt, &curve);
  return {std::move(curve.thresholds), std::move(curve.values), rule({best.threshold}, objective, best.value)};
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
  const auto checked = core::detail::require_scores(where, known.view(), working.view());
  if (options.thresholds.empty()) return detail::sweep_all(known.view(), checked, objective);
  const ThresholdRule finite(options.thresholds);
  auto given = detail::values_at(known.view(), working.view(), objective, finite.thresholds());
  auto best = detail::rule({options.thresholds[given.best]}, objective, given.values[given.best]);
  return {LongArray<double>(options.thresholds.begin(), options.thresholds.end()),
          LongArray<double>(given.values.begin(), given.values.end()), std::move(best)};
}

}  // namespace multilabel::threshold

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

/// The stretches of ascending scores that threads share out. Their number is fixed, so that the threads cannot change a result.
inline constexpr std::size_t stretches = 16;

/// What a sorted cell carries: its group, and in the lowest bit its target.
struct CellOfGroup {
  MatrixView<const std::int8_t> targets;
  GroupOf group_of;
  [[nodiscard]] std::uint32_t operator()(std::size_t row, std::size_t label) const noexcept {
    return static_cast<std::uint32_t>(group_of(row, label) << 1) | static_cast<std::uint32_t>(targets(row, label));
  }
};

/// A mean and a limit that stand at the predictions of some threshold.
template <class Mean, class Limit>
struct Standing {
  Mean mean;
  Limit limit;

  /// Goes on from the predictions that `predicted(row, label)` tells.
  template <class Predicted>
  void restart(MatrixView<const std::int8_t> targets, metrics::Average average, const Predicted& predicted) {
    mean.restart(group_counts<typename Mean::count_type>(targets, average, predicted));
    limit.restart(targets, predicted);
  }
};

/// Calls `at(threshold)` for every distinct score of the stretch `k` in ascending order; `now` then stands at the predictions
/// of that threshold.
template <class S, class Mean, class Limit, class At>
void walk(core::detail::AscendingCells<S>& cells, std::size_t k, Standing<Mean, Limit>& now, At&& at) {
  cells.read(cells.cut(k, stretches), cells.cut(k + 1, stretches), [&](std::span<const core::detail::Cell<S>> sorted) {
    constexpr std::size_t ahead = 24;  // cells whose groups are on their way from memory
    for (std::size_t i = 0; i < sorted.size();) {
      const auto key = sorted[i].key;
      at(cells.score_of(sorted[i]));
      do {
        now.mean.expect(sorted[std::min(i + ahead, sorted.size() - 1)].payload >> 1);
        now.mean.withdraw(sorted[i].payload >> 1, (sorted[i].payload & 1u) != 0);
        now.limit.withdraw(sorted[i].payload >> 1, (sorted[i].payload & 1u) != 0);
      } while (++i < sorted.size() && sorted[i].key == key);
    }
  });
}

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
[[nodiscard]] std::optional<Best> best_of_all(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                              const Objective& objective, const std::optional<Constraint>& constraint,
                                              Curve* curve = nullptr) {
  return with_group_mean(targets, objective, all_predicted, [&](auto mean, auto group_of) {
    return with_limit(targets, objective.average, constraint, [&](auto limit) {
      const bool too_many = scores.size() >> 31 != 0;  // as AscendingCells is going to say
      const bool all = curve != nullptr || constraint || scores.size() < worth_narrowing || too_many;
      const auto narrowed = all ? std::nullopt : narrowed_range(targets, scores, objective, mean);
      const CellOfGroup payload{targets, group_of};
      using Cells = core::detail::AscendingCells<S>;
      Cells cells = narrowed ? Cells(targets, scores, payload, narrowed->range) : Cells(targets, scores, payload);
      // Another piece looks at every cell once to find where it starts; sorting and walking take many times longer.
      const std::size_t worth_a_piece = std::max(std::size_t{1} << 17, scores.size() / 16);
      const std::size_t pieces = cells.size() < worth_a_piece ? 1 : std::min(stretches, thread_count(0));
      const auto cut = [&](std::size_t piece) { return stretches * piece / pieces; };
      std::vector<Standing<decltype(mean), decltype(limit)>> standing(pieces, {mean, limit});
      for (std::size_t p = narrowed ? 0 : 1; p < pieces; ++p) {
        const S lowest = cells.lowest_from(cells.cut(cut(p), stretches));
        standing[p].restart(targets, objective.average, Reaching<S>{scores, lowest});
      }
      const bool ends_above = !narrowed || narrowed->reaches_top;
      const S above = ends_above ? std::nextafter(cells.highest(), std::numeric_limits<S>::infinity()) : S{};
      if (curve != nullptr) curve->open(cells, pieces);
      std::vector<BestSum<S>> bests(stretches, BestSum<S>(objective.metric, mean.tolerance()));
      parallel_for(pieces, pieces, 1, [&](std::size_t p, std::size_t) {
        auto now = std::move(standing[p]);  // threads must not write side by side
        CurvePiece piece = curve != nullptr ? curve->piece(cells.position(cells.cut(cut(p), stretches))) : CurvePiece{};
        for (std::size_t k = cut(p); k < cut(p + 1); ++k) {
          BestSum<S> best = bests[k];
          const auto at = [&](S score) {
            if (now.limit.holds()) best.offer(score, now.mean.sum());
            if (curve != nullptr) piece.add(static_cast<double>(score), now.mean.value_of(now.mean.sum()));
          };
          walk<S>(cells, k, now, at);
          if (k + 1 == stretches && ends_above) at(above);
          bests[k] = best;
        }
        if (curve != nullptr) curve->keep(p, piece);
      });
      if (curve != nullptr) curve->close(std::move(cells.memory()));
      for (std::size_t k = 1; k < stretches; ++k) bests[0].merge(bests[k]);
      return bests[0].found() ? std::optional<Best>({static_cast<double>(bests[0].threshold()), mean.value_of(bests[0].sum())})
                              : std::nullopt;
    });
  });
}

template <class S>
[[nodiscard]] Sweep sweep_all(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, const Objective& objective) {
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
  core::detail::require_scores(where, known.view(), working.view());
  if (options.thresholds.empty()) return detail::sweep_all(known.view(), working.view(), objective);
  const ThresholdRule finite(options.thresholds);
  auto given = detail::values_at(known.view(), working.view(), objective, finite.thresholds());
  auto best = detail::rule({options.thresholds[given.best]}, objective, given.values[given.best]);
  return {LongArray<double>(options.thresholds.begin(), options.thresholds.end()),
          LongArray<double>(given.values.begin(), given.values.end()), std::move(best)};
}

}  // namespace multilabel::threshold

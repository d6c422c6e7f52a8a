// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label where rows, or a constraint, tie the labels together. There is no exact method: label after label
// moves to its best threshold with the others held, until none moves. A local optimum, never worse than the start.

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
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/detail/limit.hpp"
#include "multilabel/threshold/metric.hpp"

namespace multilabel::threshold::detail {

template <class S>
struct RankedCell {
  S score;
  std::uint32_t row_and_target;
};

/// The known cells of every label in ascending order of score.
template <class S>
[[nodiscard]] std::vector<std::vector<RankedCell<S>>> ranked(MatrixView<const std::int8_t> targets,
                                                             const core::detail::RangedScores<S>& scores) {
  const std::size_t labels = targets.columns();
  std::vector<std::vector<RankedCell<S>>> columns(labels);
  for (auto& column : columns) column.reserve(targets.rows());
  const auto payload = [&](std::size_t row, std::size_t label) { return static_cast<std::uint32_t>(row * labels + label); };
  core::detail::AscendingCells<S> ascending(targets, scores, payload);
  ascending.read_up(0, ascending.buckets(), [&](std::span<const core::detail::Cell<S>> cells) {
    for (const auto& cell : cells) {
      const std::size_t row = cell.payload / labels, label = cell.payload % labels;
      const auto positive = static_cast<std::uint32_t>(targets(row, label) == 1);
      columns[label].push_back({ascending.score_of(cell), static_cast<std::uint32_t>(row << 1) | positive});
    }
  });
  return columns;
}

/// Improves `thresholds` (one per label, the start, which keeps the constraint) coordinate by coordinate, each step exact
/// within the constraint, at most `passes` times round.
template <class S>
void ascend(MatrixView<const std::int8_t> targets, const core::detail::RangedScores<S>& scores, const Objective& objective,
            const std::optional<Constraint>& constraint, int passes, std::vector<double>& thresholds) {
  const auto columns = ranked<S>(targets, scores);
  const std::int64_t sign = higher_is_better(objective.metric) ? 1 : -1;
  const auto row_or_label = [&](std::size_t row, std::size_t label) {
    return objective.average == metrics::Average::samples ? row : objective.average == metrics::Average::micro ? 0 : label;
  };
  const auto improve = [&](auto mean, auto limit) {
    const auto predict = [&](const RankedCell<S>& cell, std::size_t label) {
      const std::size_t group = row_or_label(cell.row_and_target >> 1, label);
      mean.predict(group, (cell.row_and_target & 1u) != 0);
      limit.predict(group, (cell.row_and_target & 1u) != 0);
    };
    const auto withdraw = [&](const RankedCell<S>& cell, std::size_t label) {
      const std::size_t group = row_or_label(cell.row_and_target >> 1, label);
      mean.withdraw(group, (cell.row_and_target & 1u) != 0);
      limit.withdraw(group, (cell.row_and_target & 1u) != 0);
    };
    const auto below = [&](std::size_t j) {  // the number of cells below the label's threshold
      const auto& column = columns[j];
      const S threshold = static_cast<S>(thresholds[j]);
      const auto edge =
          std::partition_point(column.begin(), column.end(), [&](const auto& cell) { return cell.score < threshold; });
      return static_cast<std::size_t>(edge - column.begin());
    };
    for (std::size_t j = 0; j < columns.size(); ++j) {
      for (std::size_t i = 0; i < below(j); ++i) withdraw(columns[j][i], j);
    }
    for (int pass = 0; pass < passes; ++pass) {
      bool moved = false;
      for (std::size_t j = 0; j < columns.size(); ++j) {
        const auto& column = columns[j];
        const std::size_t start = below(j);
        std::int64_t top = sign * mean.sum();
        std::size_t best = start;
        for (std::size_t i = 0; i < start; ++i) predict(column[i], j);
        for (std::size_t i = 0; i <= column.size(); ++i) {
          const bool edge = i == 0 || i == column.size() || column[i].score != column[i - 1].score;
          if (edge && sign * mean.sum() > top && limit.holds()) top = sign * mean.sum(), best = i;
          if (i < column.size()) withdraw(column[i], j);
        }
        for (std::size_t i = best; i < column.size(); ++i) predict(column[i], j);
        if (best == start) continue;
        moved = true;
        thresholds[j] = best < column.size()
                            ? static_cast<double>(column[best].score)
                            : static_cast<double>(std::nextafter(column.back().score, std::numeric_limits<S>::infinity()));
      }
      if (!moved) return;
    }
  };
  with_group_mean(targets, objective, all_predicted, [&](auto mean, auto) {
    with_limit(targets, objective.average, constraint, [&](auto limit) { improve(std::move(mean), std::move(limit)); });
  });
}

}  // namespace multilabel::threshold::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label for the samples average. Rows tie the labels together, so there is no exact method: label after label
// moves to its best threshold with the others held, until none moves. A local optimum, never worse than the start.

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

template <class S>
struct RankedCell {
  S score;
  std::uint32_t row_and_target;
};

/// The known cells of every label in ascending order of score.
template <class S>
[[nodiscard]] std::vector<std::vector<RankedCell<S>>> ranked(MatrixView<const std::int8_t> targets,
                                                             MatrixView<const S> scores) {
  const std::size_t labels = targets.columns();
  std::vector<std::vector<RankedCell<S>>> columns(labels);
  for (auto& column : columns) column.reserve(targets.rows());
  const auto payload = [&](std::size_t row, std::size_t label) { return static_cast<std::uint32_t>(row * labels + label); };
  core::detail::for_each_ascending<S>(
      targets, scores, payload, [&](std::span<const core::detail::Cell<S>> cells, auto score_of) {
        for (const auto& cell : cells) {
          const std::size_t row = cell.payload / labels, label = cell.payload % labels;
          const auto positive = static_cast<std::uint32_t>(targets(row, label) == 1);
          columns[label].push_back({score_of(cell), static_cast<std::uint32_t>(row << 1) | positive});
        }
      });
  return columns;
}

/// Improves `thresholds` (one per label, the start) coordinate by coordinate, each step exact, at most `passes` times round.
template <class S>
void ascend(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, const Objective& objective, int passes,
            std::vector<double>& thresholds) {
  const auto columns = ranked<S>(targets, scores);
  const std::int64_t sign = higher_is_better(objective.metric) ? 1 : -1;
  with_group_mean(targets, objective, Start::all_predicted, [&](auto mean, auto) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      for (const auto& cell : columns[j]) {
        if (cell.score < static_cast<S>(thresholds[j]))
          mean.withdraw(cell.row_and_target >> 1, (cell.row_and_target & 1u) != 0);
      }
    }
    for (int pass = 0; pass < passes; ++pass) {
      bool moved = false;
      for (std::size_t j = 0; j < columns.size(); ++j) {
        const auto& column = columns[j];
        if (column.empty()) continue;
        std::size_t kept = 0;  // cells below the threshold
        while (kept < column.size() && column[kept].score < static_cast<S>(thresholds[j])) ++kept;
        std::int64_t top = sign * mean.sum();
        std::size_t best = kept;
        for (std::size_t i = 0; i < kept; ++i)
          mean.predict(column[i].row_and_target >> 1, (column[i].row_and_target & 1u) != 0);
        for (std::size_t i = 0; i <= column.size(); ++i) {
          const bool edge = i == 0 || i == column.size() || column[i].score != column[i - 1].score;
          if (edge && sign * mean.sum() > top) top = sign * mean.sum(), best = i;
          if (i < column.size()) mean.withdraw(column[i].row_and_target >> 1, (column[i].row_and_target & 1u) != 0);
        }
        for (std::size_t i = best; i < column.size(); ++i) {
          mean.predict(column[i].row_and_target >> 1, (column[i].row_and_target & 1u) != 0);
        }
        if (best == kept) continue;
        moved = true;
        const S threshold =
            best < column.size() ? column[best].score : std::nextafter(column.back().score, std::numeric_limits<S>::infinity());
        thresholds[j] = static_cast<double>(threshold);
      }
      if (!moved) return;
    }
  });
}

}  // namespace multilabel::threshold::detail

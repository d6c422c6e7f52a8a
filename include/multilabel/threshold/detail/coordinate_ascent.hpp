// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label where rows, or a constraint, tie the labels together. There is no exact method: label after label
// moves to its best threshold with the others held, until none moves. A local optimum, never worse than the start.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/ascending.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/detail/limit.hpp"
#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

class CoordinateAscent {
 public:
  /// @param thresholds one per label, the start, which keeps the constraint; improved in place.
  CoordinateAscent(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores, const Objective& objective,
                   const std::optional<Constraint>& constraint, std::vector<double>& thresholds)
      : scores_(scores),
        thresholds_(thresholds),
        sign_(higher_is_better(objective.metric) ? 1 : -1),
        mean_(objective, counts_of_everything(targets, objective.average)),
        limit_(targets, objective.average, constraint) {
    const Groups group_of(targets, objective.average);
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      labels_.push_back(cells_of(targets, group_of, j));
      move_up(labels_[j].cells, 0, first_predicted(j));
    }
  }

  /// Each step is exact within the constraint; at most `passes` times round.
  void run(int passes) {
    for (int pass = 0; pass < passes; ++pass) {
      bool moved = false;
      for (std::size_t j = 0; j < labels_.size(); ++j) moved = improve(j) || moved;
      if (!moved) return;
    }
  }

 private:
  /// A cell of a label, and whether its score is that of the cell before.
  struct RankedCell {
    CellOfGroup cell;
    bool ties = false;

    [[nodiscard]] std::size_t group() const noexcept { return cell.group(); }
    [[nodiscard]] bool positive() const noexcept { return cell.positive(); }
  };
  using Cells = std::vector<RankedCell>;
  /// A label's known cells, ascending, and their distinct scores.
  struct Label {
    Cells cells;
    std::vector<double> scores;
  };

  [[nodiscard]] Label cells_of(MatrixView<const std::int8_t> targets, const Groups& group_of, std::size_t label) const {
    Label made;
    with_ascending(targets, scores_, group_of, label, label + 1, [&](const auto& cells, const auto& score_of) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool ties = i > 0 && cells[i].key == cells[i - 1].key;
        made.cells.push_back({{cells[i].carried}, ties});
        if (!ties) made.scores.push_back(score_of(cells[i]));
      }
    });
    return made;
  }

  /// The number of cells below the label's threshold.
  [[nodiscard]] std::size_t first_predicted(std::size_t label) const {
    const auto& [cells, scores] = labels_[label];
    const double threshold = scores_.in_their_type(thresholds_[label]);
    const auto below = std::lower_bound(scores.begin(), scores.end(), threshold) - scores.begin();
    std::ptrdiff_t distinct = -1;
    std::size_t i = 0;
    while (i < cells.size() && (cells[i].ties ? distinct : ++distinct) < below) ++i;
    return i;
  }

  void move_up(const Cells& cells, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      mean_.withdraw(cells[i].group(), cells[i].positive());
      limit_.withdraw(cells[i].group(), cells[i].positive());
    }
  }
  void move_down(const Cells& cells, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i > to; --i) {
      mean_.predict(cells[i - 1].group(), cells[i - 1].positive());
      limit_.predict(cells[i - 1].group(), cells[i - 1].positive());
    }
  }

  /// Moves the label to its best threshold; whether that is another one.
  bool improve(std::size_t label) {
    const auto& [cells, scores] = labels_[label];
    const std::size_t start = first_predicted(label);
    std::int64_t top = sign_ * mean_.sum();
    std::size_t best = start, distinct = 0, best_distinct = 0;
    move_down(cells, start, 0);
    for (std::size_t i = 0; i <= cells.size(); ++i) {
      const bool edge = i == cells.size() || !cells[i].ties;
      if (edge && sign_ * mean_.sum() > top && limit_.holds()) {
        top = sign_ * mean_.sum();
        best = i;
        best_distinct = distinct;
      }
      if (i == cells.size()) break;
      distinct += edge ? 1 : 0;
      move_up(cells, i, i + 1);
    }
    move_down(cells, cells.size(), best);
    if (best == start) return false;
    thresholds_[label] = best < cells.size() ? scores[best_distinct] : scores_.next_above(scores.back());
    return true;
  }

  core::detail::ScoreCells scores_;
  std::vector<double>& thresholds_;
  std::int64_t sign_;
  GroupMean mean_;
  Limit limit_;
  std::vector<Label> labels_;
};

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

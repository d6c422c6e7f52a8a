// SPDX-License-Identifier: Apache-2.0
#pragma once
// The best of all thresholds that all labels share: from the lowest score upwards, what is predicted follows the threshold cell
// by cell.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/ascending.hpp"
#include "multilabel/threshold/detail/best_sum.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/detail/limit.hpp"
#include "multilabel/threshold/metric.hpp"
#include "multilabel/threshold/rule.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// The thresholds with what they were tuned for.
[[nodiscard]] inline ThresholdRule rule(std::vector<double> thresholds, const Objective& objective, double value) {
  return ThresholdRule(std::move(thresholds), std::string(to_string(objective.metric)),
                       std::string(metrics::to_string(objective.average)), value);
}

struct Best {
  double threshold = 0, value = 0;
};

/// The metric at every distinct score, ascending, and at one just above the highest.
struct Curve {
  std::vector<double> thresholds, values;
};

/// The best threshold of those that keep the constraint, or nothing; of equally good ones the highest. Writes every one into
/// `curve`, where there is one.
[[nodiscard]] inline std::optional<Best> best_of_all(MatrixView<const std::int8_t> targets,
                                                     const core::detail::ScoreCells& scores, const Objective& objective,
                                                     const std::optional<Constraint>& constraint, Curve* curve = nullptr) {
  const Groups group_of(targets, objective.average);
  GroupMean mean(objective, counts_of_everything(targets, objective.average));
  Limit limit(targets, objective.average, constraint);
  BestSum best(objective.metric, mean.tolerance());
  const auto stand_at = [&](double threshold) {
    if (limit.holds()) best.offer(threshold, mean.sum());
    if (curve == nullptr) return;
    curve->thresholds.push_back(threshold);
    curve->values.push_back(mean.value());
  };
  with_ascending(targets, scores, group_of, 0, targets.columns(), [&](const auto& cells, const auto& score_of) {
    if (curve != nullptr) {
      curve->thresholds.reserve(cells.size() + 1);
      curve->values.reserve(cells.size() + 1);
    }
    constexpr std::size_t ahead = 24;  // cells whose groups are on their way from memory
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i == 0 || cells[i].key != cells[i - 1].key) stand_at(score_of(cells[i]));
      mean.expect(CellOfGroup{cells[std::min(i + ahead, cells.size() - 1)].carried}.group());
      const CellOfGroup cell{cells[i].carried};
      mean.withdraw(cell.group(), cell.positive());
      limit.withdraw(cell.group(), cell.positive());
    }
    stand_at(scores.next_above(score_of(cells.back())));
  });
  if (!best.found()) return std::nullopt;
  return Best{best.threshold(), mean.value_of(best.sum())};
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

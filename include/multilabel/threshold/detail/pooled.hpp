// SPDX-License-Identifier: Apache-2.0
#pragma once
// One threshold per label for the micro average, exactly. The metric is a ratio of sums over labels; Dinkelbach's method turns
// it into a few rounds in which every label chooses alone, on the concave hull of its (predicted, true positives) points.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/separable.hpp"
#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

struct HullPoint {
  std::int64_t predicted = 0, true_positives = 0;
  double threshold = 0;
};

/// The upper concave hull of every label's points, from all predicted to nothing predicted; empty without known cells.
[[nodiscard]] inline std::vector<std::vector<HullPoint>> hulls(MatrixView<const std::int8_t> targets,
                                                               const core::detail::ScoreCells& scores) {
  std::vector<std::vector<HullPoint>> all(targets.columns());
  core::detail::for_each_label_steps(targets, scores, [&](std::size_t j, const core::detail::LabelSteps& label) {
    auto& hull = all[j];
    const auto at = [&](double threshold, const Counts<std::uint32_t>& counts) {
      const HullPoint point{counts.predicted, counts.true_positives, threshold};
      while (hull.size() > 1) {
        const HullPoint &last = hull.back(), &before = hull[hull.size() - 2];
        const auto lost_then = (before.true_positives - last.true_positives) * (last.predicted - point.predicted);
        const auto lost_now = (last.true_positives - point.true_positives) * (before.predicted - last.predicted);
        if (lost_now > lost_then) break;  // the slope grows towards fewer predictions: `last` lies above the chord
        hull.pop_back();
      }
      hull.push_back(point);
    };
    walk_label(label, scores, at, [](const auto&) {});
  });
  return all;
}

/// Chooses on every hull the point of the largest `true_positives` TP + `predicted` PP (first factor not negative), of equals
/// the one with fewer predictions, and adds up the counts.
inline Counts<double> choose(const std::vector<std::vector<HullPoint>>& all, double true_positives, double predicted,
                             std::vector<const HullPoint*>& chosen) {
  Counts<double> sum;
  for (std::size_t label = 0; label < all.size(); ++label) {
    double top = 0;
    chosen[label] = nullptr;
    for (const HullPoint& point : all[label]) {
      const double gain =
          true_positives * static_cast<double>(point.true_positives) + predicted * static_cast<double>(point.predicted);
      if (chosen[label] == nullptr || gain >= top) top = gain, chosen[label] = &point;
    }
    if (chosen[label] == nullptr) continue;
    sum.true_positives += static_cast<double>(chosen[label]->true_positives);
    sum.predicted += static_cast<double>(chosen[label]->predicted);
  }
  return sum;
}

/// The exact optimum of a micro-averaged metric (Dinkelbach, 1967; 5 to 6 rounds in practice). Nothing for a label
/// without a known cell.
[[nodiscard]] inline std::vector<std::optional<double>> best_pooled(MatrixView<const std::int8_t> targets,
                                                                    const core::detail::ScoreCells& scores,
                                                                    const Objective& objective) {
  const auto all = hulls(targets, scores);
  std::vector<const HullPoint*> chosen(all.size(), nullptr), next = chosen;
  Counts<double> fixed;
  for (const auto& hull : all) {
    if (hull.empty()) continue;
    fixed.known += static_cast<double>(hull.front().predicted);
    fixed.positives += static_cast<double>(hull.front().true_positives);
  }
  if (objective.metric == Metric::youden) {  // linear: TP / P - (PP - TP) / N
    const double gain = fixed.positives > 0 ? 1.0 / fixed.positives : 0.0;
    const double loss = fixed.known > fixed.positives ? 1.0 / (fixed.known - fixed.positives) : 0.0;
    choose(all, gain + loss, -loss, chosen);
  } else {
    const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
    const auto ratio = linear_fraction(objective);
    double lambda = -1e300;
    for (int round = 0; round < 100; ++round) {
      const bool first = round == 0;
      const double tp = first ? 1.0 : sign * ratio.numerator.true_positives - lambda * ratio.denominator.true_positives;
      const double pp = first ? 0.0 : sign * ratio.numerator.predicted - lambda * ratio.denominator.predicted;
      Counts<double> counts = choose(all, tp, pp, next);
      counts.known = fixed.known;
      counts.positives = fixed.positives;
      const double value = sign * ratio(counts);
      if (!(value > lambda)) break;
      lambda = value;
      chosen = next;
    }
  }
  std::vector<std::optional<double>> thresholds;
  for (const HullPoint* point : chosen) {
    thresholds.push_back(point != nullptr ? std::optional(point->threshold) : std::nullopt);
  }
  return thresholds;
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

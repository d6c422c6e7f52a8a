// SPDX-License-Identifier: Apache-2.0
#pragma once
// What does each threshold of one label cost and bring? The points of the precision-recall and ROC curves of every label, at
// every distinct score; scikit-learn has them for a single column only.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/label_split.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Precision and recall of one label with `score >= thresholds[i]` predicted, thresholds ascending; the last point, (1, 0), has
/// none. Without positives recall is 1 everywhere but there.
struct PrecisionRecallCurve {
  std::vector<double> precision;
  std::vector<double> recall;
  std::vector<double> thresholds;  ///< one shorter than the other two
};

/// False and true positive rate of one label with `score >= thresholds[i]` predicted, thresholds descending from infinity. A
/// rate without denominator is NaN. No point is left out.
struct RocCurve {
  std::vector<double> false_positive_rate;
  std::vector<double> true_positive_rate;
  std::vector<double> thresholds;
};

namespace detail {

/// Weights of the positives and negatives at or above each distinct score, highest first.
struct CumulativeCounts {
  std::vector<double> true_positives;
  std::vector<double> false_positives;
  std::vector<double> thresholds;
};

[[nodiscard]] inline CumulativeCounts cumulative_counts(const SplitScores<double>& split) {
  using Key = core::detail::key_t<double>;
  std::vector<std::pair<Key, std::pair<double, double>>> cells;
  const auto take = [&](const Keys<double>& side, bool positive) {
    for (std::size_t i = 0; i < side.keys.size(); ++i) {
      const double weight = side.weights.empty() ? 1.0 : side.weights[i];
      cells.push_back({side.keys[i], {positive ? weight : 0.0, positive ? 0.0 : weight}});
    }
  };
  take(split.positives, true);
  take(split.negatives, false);
  std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  CumulativeCounts counts;
  double tp = 0.0;
  double fp = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    tp += cells[i].second.first;
    fp += cells[i].second.second;
    if (i + 1 < cells.size() && cells[i + 1].first == cells[i].first) continue;
    counts.true_positives.push_back(tp);
    counts.false_positives.push_back(fp);
    counts.thresholds.push_back(from_key<double>(cells[i].first));
  }
  return counts;
}

[[nodiscard]] inline std::vector<CumulativeCounts> counts_of_labels(std::string_view where, const LabelCells& targets,
                                                                    MatrixView<const double> scores,
                                                                    const std::vector<double>& weights) {
  const auto known = checked_targets(where, targets, scores, weights);
  std::vector<CumulativeCounts> counts(scores.columns());
  for_each_label(known, scores, weights,
                 [&](std::size_t j, const SplitScores<double>& split) { counts[j] = cumulative_counts(split); });
  return counts;
}

[[nodiscard]] inline PrecisionRecallCurve precision_recall_of(const CumulativeCounts& counts) {
  PrecisionRecallCurve curve;
  const double positives = counts.true_positives.empty() ? 0.0 : counts.true_positives.back();
  for (std::size_t i = counts.thresholds.size(); i-- > 0;) {
    const double predicted = counts.true_positives[i] + counts.false_positives[i];
    curve.precision.push_back(predicted == 0.0 ? 0.0 : counts.true_positives[i] / predicted);
    curve.recall.push_back(positives == 0.0 ? 1.0 : counts.true_positives[i] / positives);
    curve.thresholds.push_back(counts.thresholds[i]);
  }
  curve.precision.push_back(1.0);
  curve.recall.push_back(0.0);
  return curve;
}

[[nodiscard]] inline RocCurve roc_of(const CumulativeCounts& counts) {
  RocCurve curve{{0.0}, {0.0}, {std::numeric_limits<double>::infinity()}};
  const double undefined = std::numeric_limits<double>::quiet_NaN();
  const double positives = counts.true_positives.empty() ? 0.0 : counts.true_positives.back();
  const double negatives = counts.false_positives.empty() ? 0.0 : counts.false_positives.back();
  for (std::size_t i = 0; i < counts.thresholds.size(); ++i) {
    curve.false_positive_rate.push_back(counts.false_positives[i] / negatives);
    curve.true_positive_rate.push_back(counts.true_positives[i] / positives);
    curve.thresholds.push_back(counts.thresholds[i]);
  }
  if (negatives == 0.0) std::fill(curve.false_positive_rate.begin(), curve.false_positive_rate.end(), undefined);
  if (positives == 0.0) std::fill(curve.true_positive_rate.begin(), curve.true_positive_rate.end(), undefined);
  return curve;
}

}  // namespace detail

/// One curve a label, unknown cells left out. Throws `ShapeError` when the shapes differ and `ArgumentError` on a score that is
/// not finite. O(n log n) a label.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] std::vector<PrecisionRecallCurve> precision_recall_curve(const Targets& targets, const Scores& scores,
                                                                       const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  std::vector<PrecisionRecallCurve> curves;
  const detail::LabelCells& cells = t.cells();
  for (const auto& counts :
       detail::counts_of_labels("metrics::precision_recall_curve", cells, s.cells().cells, sample_weight)) {
    curves.push_back(detail::precision_recall_of(counts));
  }
  return curves;
}

/// One curve a label, unknown cells left out; errors as `precision_recall_curve`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] std::vector<RocCurve> roc_curve(const Targets& targets, const Scores& scores,
                                              const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  std::vector<RocCurve> curves;
  const detail::LabelCells& cells = t.cells();
  for (const auto& counts : detail::counts_of_labels("metrics::roc_curve", cells, s.cells().cells, sample_weight)) {
    curves.push_back(detail::roc_of(counts));
  }
  return curves;
}

}  // namespace MULTILABEL_NAMESPACE::metrics

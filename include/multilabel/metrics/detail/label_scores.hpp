// SPDX-License-Identifier: Apache-2.0
#pragma once
// Applies a metric of one label's scores to every label, to every row, or to all cells at once, and averages it.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// A metric for each label or row.
struct LabelValues {
  explicit LabelValues(std::size_t size) : values(size), positives(size), known(size) {}

  std::vector<double> values;
  std::vector<double> positives;  ///< the weight of the positives behind each value; not filled for rows
  std::vector<double> known;      ///< 0 where nothing is known behind it, else 1
  std::size_t undefined = 0;      ///< how many of the others are not defined
};

/// `weights`, or one each, without those of values behind which nothing is known; still empty where that changes nothing.
[[nodiscard]] inline std::vector<double> without_unknown(std::vector<double> weights, const std::vector<double>& known) {
  if (std::find(known.begin(), known.end(), 0.0) == known.end()) return weights;
  if (weights.empty()) return known;
  std::transform(weights.begin(), weights.end(), known.begin(), weights.begin(), std::multiplies<>{});
  return weights;
}

/// One number, and how many of the values behind it were not defined.
struct AveragedValue {
  double value = 0.0;
  std::size_t undefined = 0;
};

template <class Metric>
[[nodiscard]] LabelValues label_scores(std::string_view where, const LabelCells& targets,
                                       const core::detail::ScoreCells& scores, const std::vector<double>& weights,
                                       const Metric& metric) {
  LabelValues result(scores.columns());
  std::atomic<std::size_t> undefined = 0;
  const auto take = [&](std::size_t j, const PositiveSteps& steps) {
    result.values[j] = metric(steps);
    result.positives[j] = steps.positive_weight;
    result.known[j] = steps.any_known() ? 1.0 : 0.0;
    undefined += Metric::is_defined(steps) || !steps.any_known() ? 0 : 1;
  };
  const auto known = checked_targets(where, targets, scores.cells, weights);
  if (weights.empty()) {
    core::detail::for_each_label_steps(
        known.view(), scores, [&](std::size_t j, const core::detail::LabelSteps& label) { take(j, positive_steps(label)); });
  } else {
    for_each_label(known, scores.cells, weights,
                   [&](std::size_t j, const SplitScores<double>& split) { take(j, positive_steps(split)); });
  }
  result.undefined = undefined;
  return result;
}

template <class Metric>
[[nodiscard]] LabelValues row_scores(std::string_view where, const LabelCells& targets, MatrixView<const double> scores,
                                     const Metric& metric) {
  require_same_shape(where, "targets and scores", targets, scores);
  LabelValues result(scores.rows());
  std::atomic<std::size_t> undefined = 0;
  Chunks(scores.rows(), scores.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    std::size_t here = 0;
    for_each_ranked_row(where, targets, scores, begin, end, [&](std::size_t i, const RankedRow<double>& row) {
      result.values[i] = metric.of_row(row);
      result.known[i] = row.labels > 0 ? 1.0 : 0.0;
      here += Metric::is_defined(row) || row.labels == 0 ? 0 : 1;
    });
    undefined += here;
  });
  result.undefined = undefined;
  return result;
}

/// `mean`, except that a NaN is not left out (unless it weighs nothing) when undefined labels count as scikit-learn counts
/// them.
[[nodiscard]] inline double mean_of_scores(const std::vector<double>& values, const std::vector<double>& weights,
                                           UndefinedLabel undefined) {
  if (undefined == UndefinedLabel::as_sklearn) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i]) && (weights.empty() || weights[i] != 0.0)) return values[i];
    }
  }
  return mean(values, weights);
}

template <class Metric>
[[nodiscard]] AveragedValue averaged_score(std::string_view where, const LabelCells& targets,
                                           const core::detail::ScoreCells& scores, Average average,
                                           const std::vector<double>& weights, UndefinedLabel undefined, const Metric& metric) {
  if (average == Average::micro) {
    const auto known = checked_targets(where, targets, scores.cells, weights);
    const auto steps = weights.empty() ? positive_steps(core::detail::pooled_steps(known.view(), scores))
                                       : positive_steps(pool_labels(known, scores.cells, weights));
    return {metric(steps), Metric::is_defined(steps) ? std::size_t{0} : std::size_t{1}};
  }
  if (average == Average::samples) {
    require_weights(where, weights, targets.rows());
    const auto rows = row_scores(where, targets, scores.cells, metric);
    return {mean_of_scores(rows.values, without_unknown(weights, rows.known), undefined), rows.undefined};
  }
  const auto labels = label_scores(where, targets, scores, weights, metric);
  if (average == Average::macro) {
    return {mean_of_scores(labels.values, without_unknown({}, labels.known), undefined), labels.undefined};
  }
  const double positives = std::accumulate(labels.positives.begin(), labels.positives.end(), 0.0);
  if (positives == 0.0) {
    const bool any_known = std::find(labels.known.begin(), labels.known.end(), 1.0) != labels.known.end();
    if (undefined == UndefinedLabel::skip || !any_known) {
      return {std::numeric_limits<double>::quiet_NaN(), labels.undefined};
    }
    return {0.0, 0};  // and scikit-learn does not look at the labels, so that none is undefined
  }
  return {mean_of_scores(labels.values, labels.positives, undefined), labels.undefined};
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How good are predictions of 0 and 1? Precision, recall, F-beta and Jaccard, per label or averaged, as scikit-learn defines
// them. For scores instead of predictions see average_precision.hpp and label_ranking.hpp.

#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_source.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Values of one metric for each label or row, and how many of them had no denominator.
struct Ratios {
  std::vector<double> values;
  std::size_t undefined = 0;
};

namespace detail {

/// numerator(i) / denominator(i), or `zero_division` where the denominator is 0; NaN, and none of the undefined, where nothing
/// is known, so that it leaves every average.
template <class Numerator, class Denominator>
[[nodiscard]] Ratios divide(const Confusion& c, ZeroDivision zero_division, Numerator numerator, Denominator denominator) {
  Ratios ratios{std::vector<double>(c.size(), std::numeric_limits<double>::quiet_NaN()), 0};
  const double otherwise = value_of(zero_division);
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (c.known[i] == 0.0) continue;
    const double below = denominator(i);
    ratios.values[i] = below == 0.0 ? otherwise : numerator(i) / below;
    ratios.undefined += below == 0.0 ? 1 : 0;
  }
  return ratios;
}

}  // namespace detail

/// The share of predictions that are right: TP / (TP + FP).
[[nodiscard]] inline Ratios precision(const Confusion& c, ZeroDivision zero_division = ZeroDivision::zero) {
  return detail::divide(
      c, zero_division, [&](std::size_t i) { return c.true_positives[i]; }, [&](std::size_t i) { return c.predicted[i]; });
}

/// The share of positives that are found: TP / (TP + FN).
[[nodiscard]] inline Ratios recall(const Confusion& c, ZeroDivision zero_division = ZeroDivision::zero) {
  return detail::divide(
      c, zero_division, [&](std::size_t i) { return c.true_positives[i]; }, [&](std::size_t i) { return c.positives[i]; });
}

/// (1 + beta^2) TP / (beta^2 positives + predicted): the harmonic mean of precision and recall for beta 1, precision for 0,
/// recall for infinity. `zero_division` decides only where the whole denominator is 0. Throws `ArgumentError` on a negative
/// beta or NaN.
[[nodiscard]] inline Ratios fbeta(const Confusion& c, double beta, ZeroDivision zero_division = ZeroDivision::zero) {
  if (!(beta >= 0.0)) fail<ArgumentError>({"metrics::fbeta", "beta must be 0 or more", join_text(beta)});
  if (std::isinf(beta)) return recall(c, zero_division);
  if (beta == 0.0) return precision(c, zero_division);
  const double squared = beta * beta;
  return detail::divide(
      c, zero_division, [&](std::size_t i) { return (1.0 + squared) * c.true_positives[i]; },
      [&](std::size_t i) { return squared * c.positives[i] + c.predicted[i]; });
}

/// The overlap of what is present and what is predicted: TP / (TP + FP + FN).
[[nodiscard]] inline Ratios jaccard(const Confusion& c, ZeroDivision zero_division = ZeroDivision::zero) {
  return detail::divide(
      c, zero_division, [&](std::size_t i) { return c.true_positives[i]; },
      [&](std::size_t i) { return c.predicted[i] + c.positives[i] - c.true_positives[i]; });
}

namespace detail {

/// The counts that `average` needs: one entry for micro, one a row for samples, one a label otherwise.
[[nodiscard]] inline Confusion count_for(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                                         const AverageOptions& options) {
  require_weights(where, options.sample_weight, targets.rows());
  if (options.average == Average::samples) return count_by_sample(where, targets, predictions, options.labels);
  auto confusion = count_by_label(where, targets, predictions, options.sample_weight, options.labels);
  return options.average == Average::micro ? confusion.total() : confusion;
}

/// The one number that `ratios` become.
[[nodiscard]] inline double average(const Ratios& ratios, const Confusion& confusion, const AverageOptions& options) {
  if (options.average == Average::samples) return mean(ratios.values, options.sample_weight);
  if (options.average == Average::weighted) return mean(ratios.values, confusion.positives);
  return mean(ratios.values);
}

template <class Targets, class Predictions, class Metric>
[[nodiscard]] double averaged(std::string_view where, const Targets& targets, const Predictions& predictions,
                              const AverageOptions& options, Metric&& metric) {
  const LabelSource t(targets);
  const LabelSource p(predictions);
  const auto confusion = count_for(where, t.cells(), p.cells(), options);
  return average(metric(confusion), confusion, options);
}

}  // namespace detail

/// Precision of `predictions` [samples, labels] against `targets`, averaged. Throws `ShapeError` when the shapes differ,
/// `ArgumentError` on cells that are no labels or on impossible weights or label numbers. NaN without rows. O(samples *
/// labels).
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double precision_score(const Targets& targets, const Predictions& predictions,
                                     const AverageOptions& options = {}) {
  return detail::averaged("metrics::precision_score", targets, predictions, options,
                          [&](const Confusion& c) { return precision(c, options.zero_division); });
}

/// Recall, averaged; otherwise as `precision_score`.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double recall_score(const Targets& targets, const Predictions& predictions, const AverageOptions& options = {}) {
  return detail::averaged("metrics::recall_score", targets, predictions, options,
                          [&](const Confusion& c) { return recall(c, options.zero_division); });
}

/// F-beta, averaged; otherwise as `precision_score`.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double fbeta_score(const Targets& targets, const Predictions& predictions, double beta,
                                 const AverageOptions& options = {}) {
  return detail::averaged("metrics::fbeta_score", targets, predictions, options,
                          [&](const Confusion& c) { return fbeta(c, beta, options.zero_division); });
}

/// F1, averaged; otherwise as `precision_score`.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double f1_score(const Targets& targets, const Predictions& predictions, const AverageOptions& options = {}) {
  return detail::averaged("metrics::f1_score", targets, predictions, options,
                          [&](const Confusion& c) { return fbeta(c, 1.0, options.zero_division); });
}

/// Jaccard, averaged; otherwise as `precision_score`.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double jaccard_score(const Targets& targets, const Predictions& predictions, const AverageOptions& options = {}) {
  return detail::averaged("metrics::jaccard_score", targets, predictions, options,
                          [&](const Confusion& c) { return jaccard(c, options.zero_division); });
}

}  // namespace MULTILABEL_NAMESPACE::metrics

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Precision, recall, F-beta and support at the price of one, label by label or averaged: scikit-learn's function of this name.
// For one of the three see classification.hpp, for a table of them classification_report.hpp.

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_source.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// How often recall counts for precision once, which average, and what counts: otherwise as `AverageOptions`.
struct PrecisionRecallFscoreOptions {
  double beta = 1.0;                                ///< how many times as important recall is as precision; 0 or more
  std::optional<Average> average{};                 ///< nothing: one value a label
  ZeroDivision zero_division = ZeroDivision::zero;  ///< the value of a ratio without a denominator
  std::vector<double> sample_weight{};              ///< [samples], finite and not all 0; empty: every row weighs 1
  std::vector<std::size_t> labels{};                ///< the columns to use, in this order; empty: all
};

/// The three ratios with one value a label, or a single one with an average; `undefined` says how many of the values, or of
/// those behind the average, had no denominator.
struct PrecisionRecallFscoreSupport {
  Ratios precision;
  Ratios recall;
  Ratios fscore;
  std::vector<double> support;  ///< the positives of each label; empty with an average
};

namespace detail {

[[nodiscard]] inline PrecisionRecallFscoreSupport three_scores(std::string_view where, const LabelCells& targets,
                                                               const LabelCells& predictions,
                                                               const PrecisionRecallFscoreOptions& options) {
  const AverageOptions how{options.average.value_or(Average::macro), options.zero_division, options.sample_weight,
                           options.labels};
  auto confusion = count_for(where, targets, predictions, how);
  PrecisionRecallFscoreSupport scores{precision(confusion, options.zero_division),
                                      recall(confusion, options.zero_division),
                                      fbeta(confusion, options.beta, options.zero_division),
                                      {}};
  if (!options.average) {
    scores.support = std::move(confusion.positives);
    return scores;
  }
  for (auto* ratios : {&scores.precision, &scores.recall, &scores.fscore}) ratios->values = {average(*ratios, confusion, how)};
  return scores;
}

}  // namespace detail

/// Precision, recall and F-beta of `predictions` [samples, labels] against `targets`, and the positives. Throws `ShapeError`
/// when the shapes differ, `ArgumentError` on cells that are no labels, on a negative beta, or on impossible weights or label
/// numbers. O(samples * labels), once for all.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] PrecisionRecallFscoreSupport precision_recall_fscore_support(const Targets& targets,
                                                                           const Predictions& predictions,
                                                                           const PrecisionRecallFscoreOptions& options = {}) {
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  return detail::three_scores("metrics::precision_recall_fscore_support", t.cells(), p.cells(), options);
}

}  // namespace MULTILABEL_NAMESPACE::metrics

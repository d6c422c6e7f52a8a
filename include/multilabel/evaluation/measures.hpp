// SPDX-License-Identifier: Apache-2.0
#pragma once
// The measures that a training takes after each epoch unless it is told others.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/evaluation/measure.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/classification.hpp"

namespace MULTILABEL_NAMESPACE::evaluation {

namespace detail {

[[nodiscard]] inline double f1_at_a_half(const HeldOut& answers, metrics::Average average) {
  Matrix<std::uint8_t> predictions(answers.scores.rows(), answers.scores.columns());
  for (std::size_t i = 0; i < predictions.size(); ++i) predictions.data()[i] = answers.scores.data()[i] >= 0.5f ? 1 : 0;
  return metrics::f1_score(answers.targets, predictions, {.average = average});
}

}  // namespace detail

/// `mean_average_precision` (macro average over the labels that have positives), `f1_samples` (mean over the images) and
/// `f1_micro` (over all cells), both predicted at a score of 0.5.
[[nodiscard]] inline std::vector<Measure> usual_measures() {
  using metrics::Average;
  return {{"mean_average_precision",
           [](const HeldOut& answers) {
             return metrics::average_precision_score(answers.targets, answers.scores,
                                                     {.average = Average::macro, .undefined = metrics::UndefinedLabel::skip});
           }},
          {"f1_samples", [](const HeldOut& answers) { return detail::f1_at_a_half(answers, Average::samples); }},
          {"f1_micro", [](const HeldOut& answers) { return detail::f1_at_a_half(answers, Average::micro); }}};
}

/// The usual measure of that name; throws `ArgumentError` listing the names for another.
[[nodiscard]] inline Measure measure_of_name(std::string_view name) {
  std::string names;
  for (auto& measure : usual_measures()) {
    if (measure.name == name) return measure;
    names += join_text(names.empty() ? "" : ", ", quoted(measure.name));
  }
  fail<ArgumentError>({"evaluation::measure_of_name", join_text("a measure must be one of ", names), quoted(name),
                       "Give a Measure for one of your own."});
}

}  // namespace MULTILABEL_NAMESPACE::evaluation

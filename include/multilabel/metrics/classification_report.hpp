// SPDX-License-Identifier: Apache-2.0
#pragma once
// Precision, recall, F1 and support of every label and under every average: scikit-learn's report of this name, text and
// numbers. `evaluate` in report.hpp also looks at the scores, and names the labels without positives.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/table.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

struct ClassificationReportOptions {
  std::vector<std::string> target_names{};          ///< the names of the columns used; empty: their numbers
  int digits = 2;                                   ///< decimals in the text
  ZeroDivision zero_division = ZeroDivision::zero;  ///< the value of a ratio without a denominator
  std::vector<double> sample_weight{};              ///< [samples]; empty: every row weighs 1
  std::vector<std::size_t> labels{};                ///< the columns to use, in this order; empty: all
};

namespace detail {

/// One line of averages, and how many of the values behind each were undefined.
struct AveragedRatios {
  std::array<double, 3> values{};  ///< precision, recall, F1
  std::array<std::size_t, 3> undefined{};
  std::size_t size = 0;
};

/// The numbers of the report.
struct ClassificationTable {
  std::array<Ratios, 3> labels;            ///< precision, recall, F1 of each label
  std::vector<double> support;             ///< positives of each label
  std::array<AveragedRatios, 4> averages;  ///< micro, macro, weighted, samples
};

[[nodiscard]] inline std::array<Ratios, 3> three_ratios(const Confusion& confusion, ZeroDivision zero_division) {
  return {precision(confusion, zero_division), recall(confusion, zero_division), fbeta(confusion, 1.0, zero_division)};
}

[[nodiscard]] inline ClassificationTable classification_table(std::string_view where, const LabelCells& targets,
                                                              const LabelCells& predictions,
                                                              const ClassificationReportOptions& options) {
  const auto by_label = count_by_label(where, targets, predictions, options.sample_weight, options.labels);
  const auto by_sample = count_by_sample(where, targets, predictions, options.labels);
  const auto total = by_label.total();
  ClassificationTable table{three_ratios(by_label, options.zero_division), by_label.positives, {}};
  const std::array<const Confusion*, 4> confusions{&total, &by_label, &by_label, &by_sample};
  for (std::size_t a = 0; a < 4; ++a) {
    const AverageOptions how{average_names[a].second, options.zero_division, options.sample_weight, {}};
    const auto ratios = three_ratios(*confusions[a], options.zero_division);
    table.averages[a].size = confusions[a]->size();
    for (std::size_t k = 0; k < 3; ++k) {
      table.averages[a].values[k] = average(ratios[k], *confusions[a], how);
      table.averages[a].undefined[k] = ratios[k].undefined;
    }
  }
  return table;
}

/// The shortest digits that read back as `value`, whole numbers without a point.
[[nodiscard]] inline std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace detail

/// The report as text: a line a label, then the averages, columns nine wide. Throws `ShapeError` when the shapes differ or the
/// number of names is not the number of columns, `ArgumentError` on cells that are no labels.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] std::string classification_report(const Targets& targets, const Predictions& predictions,
                                                const ClassificationReportOptions& options = {}) {
  constexpr auto where = "metrics::classification_report";
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  const auto table = detail::classification_table(where, t.cells(), p.cells(), options);
  auto names = options.target_names;
  if (names.empty()) {
    for (std::size_t j = 0; j < table.support.size(); ++j) {
      names.push_back(std::to_string(options.labels.empty() ? j : options.labels[j]));
    }
  }
  if (names.size() != table.support.size()) {
    fail<ShapeError>(
        {where, join_text("target_names must have one name a column, ", table.support.size()), join_text(names.size())});
  }
  std::size_t width = std::max<std::size_t>(std::string_view("weighted avg").size(), static_cast<std::size_t>(options.digits));
  for (const auto& name : names) width = std::max(width, detail::text_width(name));
  const auto right = [](const std::string& text, std::size_t to) {
    return std::string(to - std::min(to, detail::text_width(text)), ' ').append(text);
  };
  const auto line = [&](const std::string& name, double a, double b, double c, double support) {
    std::string text = right(name, width);
    text.append(1, ' ');
    for (const double value : {a, b, c}) text.append(1, ' ').append(right(detail::decimals(value, options.digits, "nan"), 9));
    return text.append(1, ' ').append(right(detail::shortest(support), 9)).append(1, '\n');
  };
  std::string text(width + 1, ' ');
  for (const char* head : {"precision", "recall", "f1-score", "support"}) text.append(1, ' ').append(right(head, 9));
  text += "\n\n";
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto& labels = table.labels;
    text += line(names[j], labels[0].values[j], labels[1].values[j], labels[2].values[j], table.support[j]);
  }
  text += "\n";
  const double support = detail::pairwise_sum(table.support);
  for (std::size_t a = 0; a < 4; ++a) {
    const auto& values = table.averages[a].values;
    text += line(std::string(detail::average_names[a].first) + " avg", values[0], values[1], values[2], support);
  }
  return text;
}

}  // namespace MULTILABEL_NAMESPACE::metrics

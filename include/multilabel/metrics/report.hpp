// SPDX-License-Identifier: Apache-2.0
#pragma once
// How good is this model? `evaluate` gives every number one wants to see about a validation or test set at once, per label and
// in total, and `to_text` sets them as a table.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/metrics/accuracy.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/table.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// How well one label is told apart.
struct LabelReport {
  std::string name;
  std::size_t support = 0;         ///< known positives
  std::size_t predicted = 0;       ///< predictions in known cells
  double precision = 0.0;          ///< 0 without predictions
  double recall = 0.0;             ///< NaN without positives
  double f1 = 0.0;                 ///< NaN without positives
  double average_precision = 0.0;  ///< NaN without positives
};

/// Everything about one set of predictions. Macro numbers are means over the labels that have positives: the others can be
/// neither right nor wrong on recall, and are listed by name instead.
struct MultiLabelReport {
  std::vector<LabelReport> labels;         ///< one a label, in column order
  std::vector<std::string> absent_labels;  ///< the labels without a positive
  std::size_t samples = 0;
  std::size_t unknown_cells = 0;        ///< cells that were left out because their truth is unknown
  double mean_average_precision = 0.0;  ///< mAP: the mean over labels with positives
  double micro_precision = 0.0, micro_recall = 0.0, micro_f1 = 0.0;
  double macro_precision = 0.0, macro_recall = 0.0, macro_f1 = 0.0;
  double samples_precision = 0.0, samples_recall = 0.0, samples_f1 = 0.0;
  double hamming_loss = 0.0;     ///< the share of known cells that are wrong
  double subset_accuracy = 0.0;  ///< the share of rows that are right in every label
  double cell_accuracy = 0.0;    ///< the share of known cells that are right

  /// A table of the labels, then of the averages, then one line a total. Widths follow the names; three decimals.
  [[nodiscard]] std::string to_text() const;
};

namespace detail {

[[nodiscard]] inline MultiLabelReport evaluate(std::string_view where, const LabelCells& targets,
                                               const core::detail::ScoreCells& scores, const LabelCells& predictions,
                                               const encoding::Vocabulary& vocabulary) {
  require_same_shape(where, "targets and scores", targets, scores.cells);
  if (vocabulary.size() != targets.columns()) {
    fail<ShapeError>({where, join_text("targets must have ", vocabulary.size(), " columns, one a label of the vocabulary"),
                      shape_text(targets.rows(), targets.columns())});
  }
  const auto by_label = count_by_label(where, targets, predictions, {}, {});
  const auto by_sample = count_by_sample(where, targets, predictions, {});
  const auto ap =
      label_scores(where, targets, scores, {}, AveragePrecision{AveragePrecisionDefinition::sklearn, UndefinedLabel::skip});
  MultiLabelReport report;
  report.samples = targets.rows();
  const auto label_precision = precision(by_label);
  const auto label_recall = recall(by_label, ZeroDivision::skip);
  auto label_f1 = fbeta(by_label, 1.0);
  for (std::size_t j = 0; j < by_label.size(); ++j) {
    const bool has_positives = by_label.positives[j] > 0.0;
    if (!has_positives) {
      label_f1.values[j] = std::numeric_limits<double>::quiet_NaN();
      report.absent_labels.push_back(vocabulary[j]);
    }
    report.labels.push_back({vocabulary[j], static_cast<std::size_t>(by_label.positives[j]),
                             static_cast<std::size_t>(by_label.predicted[j]), label_precision.values[j], label_recall.values[j],
                             label_f1.values[j], ap.values[j]});
    report.unknown_cells += targets.rows() - static_cast<std::size_t>(by_label.known[j]);
  }
  std::vector<double> has_positives(by_label.size());
  std::transform(by_label.positives.begin(), by_label.positives.end(), has_positives.begin(),
                 [](double n) { return n > 0.0 ? 1.0 : 0.0; });
  const bool any_positives = std::find(has_positives.begin(), has_positives.end(), 1.0) != has_positives.end();
  report.macro_precision =
      any_positives ? mean(label_precision.values, has_positives) : std::numeric_limits<double>::quiet_NaN();
  report.macro_recall = mean(label_recall.values);
  report.macro_f1 = mean(label_f1.values);
  report.mean_average_precision = mean(ap.values);
  const auto total = by_label.total();
  report.micro_precision = precision(total).values[0];
  report.micro_recall = recall(total).values[0];
  report.micro_f1 = fbeta(total, 1.0).values[0];
  report.samples_precision = mean(precision(by_sample).values);
  report.samples_recall = mean(recall(by_sample).values);
  report.samples_f1 = mean(fbeta(by_sample, 1.0).values);
  report.hamming_loss = (total.predicted[0] + total.positives[0] - 2.0 * total.true_positives[0]) / total.known[0];
  report.cell_accuracy = 1.0 - report.hamming_loss;
  report.subset_accuracy = mean(rows_right(where, targets, predictions));
  return report;
}

}  // namespace detail

/// The whole picture of `scores` and the `predictions` made from them, both [samples, labels], against `targets`. Unknown cells
/// are left out everywhere. Throws `ShapeError` when shapes differ or `vocabulary` has another number of labels,
/// `ArgumentError` on cells that are no labels and on scores that are not finite.
template <label_matrix Targets, score_matrix Scores, label_matrix Predictions>
[[nodiscard]] MultiLabelReport evaluate(const Targets& targets, const Scores& scores, const Predictions& predictions,
                                        const encoding::Vocabulary& vocabulary) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  const detail::LabelSource p(predictions);
  return detail::evaluate("metrics::evaluate", t.cells(), s.cells(), p.cells(), vocabulary);
}

inline std::string MultiLabelReport::to_text() const {
  detail::Table table({"label", "support", "predicted", "precision", "recall", "f1", "AP"});
  std::size_t support = 0;
  std::size_t predicted = 0;
  for (const auto& label : labels) {
    table.add({label.name, std::to_string(label.support), std::to_string(label.predicted), detail::decimals(label.precision),
               detail::decimals(label.recall), detail::decimals(label.f1), detail::decimals(label.average_precision)});
    support += label.support;
    predicted += label.predicted;
  }
  table.add({});
  const auto row = [&](std::string_view name, double p, double r, double f1, double ap) {
    table.add({std::string(name), std::to_string(support), std::to_string(predicted), detail::decimals(p), detail::decimals(r),
               detail::decimals(f1), ap < 0.0 ? "" : detail::decimals(ap)});
  };
  row("micro average", micro_precision, micro_recall, micro_f1, -1.0);
  row("macro average", macro_precision, macro_recall, macro_f1, mean_average_precision);
  row("samples average", samples_precision, samples_recall, samples_f1, -1.0);
  std::string text = table.to_text();
  text += join_text("\n", samples, " samples, ", labels.size(), " labels");
  if (unknown_cells > 0) text += join_text(", ", unknown_cells, " unknown cells left out");
  text +=
      join_text("\nmAP ", detail::decimals(mean_average_precision), ", subset accuracy ", detail::decimals(subset_accuracy),
                ", cell accuracy ", detail::decimals(cell_accuracy), ", Hamming loss ", detail::decimals(hamming_loss), "\n");
  if (!absent_labels.empty()) {
    text += join_text(absent_labels.size(), absent_labels.size() == 1 ? " label" : " labels",
                      " without positives, not in macro numbers and mAP:");
    for (std::size_t i = 0; i < absent_labels.size(); ++i) text += join_text(i == 0 ? " " : ", ", absent_labels[i]);
    text += "\n";
  }
  return text;
}

}  // namespace MULTILABEL_NAMESPACE::metrics

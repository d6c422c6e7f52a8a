// SPDX-License-Identifier: Apache-2.0
// The kernels of the metrics for NumPy arrays of any number type, and the report. The Python functions in front of them check
// what scikit-learn checks and give its warnings.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <multilabel/metrics.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "copies.hpp"
#include "metric_arrays.hpp"
#include "shown.hpp"

namespace multilabel::python {
namespace {

metrics::ZeroDivision zero_division_of(double value) {
  if (std::isnan(value)) return metrics::ZeroDivision::skip;
  return value == 1.0 ? metrics::ZeroDivision::one : metrics::ZeroDivision::zero;
}

metrics::UndefinedLabel undefined_of(bool skip) {
  return skip ? metrics::UndefinedLabel::skip : metrics::UndefinedLabel::as_sklearn;
}

/// A kind of ratio (precision, recall, fbeta, jaccard) as one number, or one a label without an average; how many of the values
/// behind it are undefined, and how many there are.
py::tuple classification(const char* where, const Labels& targets, const Labels& predictions, const std::string& kind,
                         const std::optional<std::string>& average, double beta, double zero_division,
                         const Weights& sample_weight, const std::vector<std::size_t>& labels) {
  const metrics::AverageOptions options{average ? average_of(where, *average) : Average::macro, zero_division_of(zero_division),
                                        to_vector(sample_weight), labels};
  metrics::Ratios ratios;
  double mean = 0.0;
  {
    const py::gil_scoped_release release;
    const auto confusion = metrics::detail::count_for(where, targets.cells(), predictions.cells(), options);
    ratios = kind == "precision" ? metrics::precision(confusion, options.zero_division)
             : kind == "recall"  ? metrics::recall(confusion, options.zero_division)
             : kind == "jaccard" ? metrics::jaccard(confusion, options.zero_division)
                                 : metrics::fbeta(confusion, beta, options.zero_division);
    if (average) mean = metrics::detail::average(ratios, confusion, options);
  }
  const auto size = ratios.values.size();
  return py::make_tuple(average ? py::object(py::float_(mean)) : py::object(to_numpy(std::move(ratios.values))),
                        ratios.undefined, size);
}

/// The matrices [[TN, FP], [FN, TP]] of the labels or rows, [size, 2, 2].
py::array_t<double> multilabel_confusion_matrix(const char* where, const Labels& targets, const Labels& predictions,
                                                bool samplewise, const Weights& sample_weight,
                                                const std::vector<std::size_t>& labels) {
  const metrics::MultilabelConfusionOptions options{to_vector(sample_weight), labels, samplewise};
  std::vector<metrics::ConfusionMatrix> matrices;
  {
    const py::gil_scoped_release release;
    matrices = metrics::detail::confusion_matrices(where, targets.cells(), predictions.cells(), options);
  }
  py::array_t<double> result({static_cast<py::ssize_t>(matrices.size()), py::ssize_t{2}, py::ssize_t{2}});
  double* cell = result.mutable_data();
  for (const auto& matrix : matrices)
    for (const auto& truth : matrix) cell = std::copy(truth.begin(), truth.end(), cell);
  return result;
}

/// Precision, recall and F-beta as numbers, or one a label without an average; how many of the values behind each are
/// undefined; the positives of the labels, None with an average.
py::tuple precision_recall_fscore_support(const char* where, const Labels& targets, const Labels& predictions,
                                          const std::optional<std::string>& average, double beta, double zero_division,
                                          const Weights& sample_weight, const std::vector<std::size_t>& labels) {
  metrics::PrecisionRecallFscoreOptions options{beta, {}, zero_division_of(zero_division), to_vector(sample_weight), labels};
  if (average) options.average = average_of(where, *average);
  metrics::PrecisionRecallFscoreSupport scores;
  {
    const py::gil_scoped_release release;
    scores = metrics::detail::three_scores(where, targets.cells(), predictions.cells(), options);
  }
  py::list values;
  py::list undefined;
  for (auto* ratios : {&scores.precision, &scores.recall, &scores.fscore}) {
    undefined.append(ratios->undefined);
    values.append(average ? py::object(py::float_(ratios->values[0])) : py::object(to_numpy(std::move(ratios->values))));
  }
  return py::make_tuple(values, undefined, average ? py::object(py::none()) : py::object(to_numpy(std::move(scores.support))));
}

/// The numbers of scikit-learn's report: (precision, recall, F1, support) of the labels, how many of the first three are
/// undefined, and for each average its three values, how many are undefined behind each, and the number of values.
py::tuple report_numbers(const char* where, const Labels& targets, const Labels& predictions, double zero_division,
                         const Weights& sample_weight, const std::vector<std::size_t>& labels) {
  metrics::ClassificationReportOptions options;
  options.zero_division = zero_division_of(zero_division);
  options.sample_weight = to_vector(sample_weight);
  options.labels = labels;
  metrics::detail::ClassificationTable table;
  {
    const py::gil_scoped_release release;
    table = metrics::detail::classification_table(where, targets.cells(), predictions.cells(), options);
  }
  py::list averages;
  for (const auto& line : table.averages) averages.append(py::make_tuple(line.values, line.undefined, line.size));
  const std::array<std::size_t, 3> undefined{table.labels[0].undefined, table.labels[1].undefined, table.labels[2].undefined};
  return py::make_tuple(to_numpy(std::move(table.labels[0].values)), to_numpy(std::move(table.labels[1].values)),
                        to_numpy(std::move(table.labels[2].values)), to_numpy(std::move(table.support)), undefined, averages);
}

/// The share of rows that are right, the weight of those, and the weight of all of which anything is known.
std::array<double, 3> accuracy(const char* where, const Labels& targets, const Labels& predictions,
                               const Weights& sample_weight) {
  const auto weights = to_vector(sample_weight);
  const py::gil_scoped_release release;
  metrics::detail::require_weights(where, weights, targets.cells().rows());
  const auto right = metrics::detail::rows_right(where, targets.cells(), predictions.cells());
  std::array<double, 3> result{metrics::mean(right, weights), 0.0, 0.0};
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (std::isnan(right[i])) continue;
    const double weight = weights.empty() ? 1.0 : weights[i];
    result[1] += weight * right[i];
    result[2] += weight;
  }
  return result;
}

double hamming(const char* where, const Labels& targets, const Labels& predictions, const Weights& sample_weight) {
  const auto weights = to_vector(sample_weight);
  const py::gil_scoped_release release;
  return metrics::detail::cells_wrong(where, targets.cells(), predictions.cells(), weights);
}

double binary_accuracy(const char* where, const Labels& targets, const py::array& scores, double threshold) {
  const auto working = score_array(where, scores);
  const py::gil_scoped_release release;
  return metrics::detail::cells_on_the_right_side(where, targets.cells(), working.cells(), threshold);
}

/// Average precision, coverage error and ranking loss over rows.
std::array<double, 3> ranking(const char* where, const Labels& targets, const py::array& scores, const Weights& sample_weight) {
  const auto weights = to_vector(sample_weight);
  return with_scores(where, scores, [&](auto view) {
    const py::gil_scoped_release release;
    const auto all = metrics::detail::label_ranking(where, targets.cells(), view, weights);
    return std::array<double, 3>{all.average_precision, all.coverage_error, all.ranking_loss};
  });
}

/// One number, or one a label without an average, and how many labels are undefined.
template <class Metric>
py::tuple score_metric(const char* where, const Labels& targets, const py::array& scores,
                       const std::optional<std::string>& average, metrics::UndefinedLabel undefined,
                       const Weights& sample_weight, const Metric& metric) {
  const auto weights = to_vector(sample_weight);
  const auto how = average ? average_of(where, *average) : Average::macro;
  const auto working = score_array(where, scores);
  metrics::detail::LabelValues each(0);
  metrics::detail::AveragedValue one;
  {
    const py::gil_scoped_release release;
    if (average) {
      one = metrics::detail::averaged_score(where, targets.cells(), working.cells(), how, weights, undefined, metric);
    } else {
      each = metrics::detail::label_scores(where, targets.cells(), working.cells(), weights, metric);
    }
  }
  if (average) return py::make_tuple(one.value, one.undefined);
  return py::make_tuple(to_numpy(std::move(each.values)), each.undefined);
}

py::tuple average_precision(const char* where, const Labels& targets, const py::array& scores,
                            const std::optional<std::string>& average, const std::string& definition, bool skip_undefined,
                            const Weights& sample_weight) {
  const auto kind = metrics::average_precision_definition_from(definition).value();
  metrics::detail::require_no_weights(where, kind, to_vector(sample_weight));
  const auto undefined = undefined_of(skip_undefined);
  return score_metric(where, targets, scores, average, undefined, sample_weight,
                      metrics::detail::AveragePrecision{kind, undefined});
}

py::tuple roc_auc(const char* where, const Labels& targets, const py::array& scores, const std::optional<std::string>& average,
                  bool skip_undefined, const Weights& sample_weight, double max_fpr) {
  return score_metric(where, targets, scores, average, undefined_of(skip_undefined), sample_weight,
                      metrics::detail::RocAuc{max_fpr});
}

metrics::MultiLabelReport evaluate(const Labels& targets, const py::array& scores, const Labels& predictions,
                                   const encoding::Vocabulary& vocabulary) {
  constexpr auto where = "evaluate";
  const auto working = score_array(where, scores);
  const py::gil_scoped_release release;
  return metrics::detail::evaluate(where, targets.cells(), working.cells(), predictions.cells(), vocabulary);
}

void bind_report(py::module_& module) {
  using metrics::LabelReport;
  using metrics::MultiLabelReport;
  py::class_<LabelReport>(module, "LabelReport", R"(How well one label is told apart; NaN where it has no positives.

Examples
--------
>>> from multilabel.metrics import evaluate
>>> label = evaluate([[1, 0], [0, 1]], [[0.9, 0.6], [0.1, 0.7]], vocabulary=["cat", "dog"]).labels[1]
>>> label.name, label.support, label.predicted, label.precision
('dog', 1, 2, 0.5)
)")
      .def_readonly("name", &LabelReport::name)
      .def_readonly("support", &LabelReport::support)
      .def_readonly("predicted", &LabelReport::predicted)
      .def_readonly("precision", &LabelReport::precision)
      .def_readonly("recall", &LabelReport::recall)
      .def_readonly("f1", &LabelReport::f1)
      .def_readonly("average_precision", &LabelReport::average_precision)
      .def(copied_by<LabelReport, &LabelReport::name, &LabelReport::support, &LabelReport::predicted, &LabelReport::precision,
                     &LabelReport::recall, &LabelReport::f1, &LabelReport::average_precision>())
      .def("__repr__", [](const LabelReport& self) {
        return join_text("LabelReport(", quoted(self.name), ", support=", self.support, ", f1=", self.f1,
                         ", average_precision=", self.average_precision, ")");
      });
  py::class_<MultiLabelReport> report(module, "MultiLabelReport",
                                      R"(Everything about one set of predictions; made by `evaluate`.

``str(report)`` is a table. Macro numbers are means over the labels that have positives; the others are listed in
``absent_labels`` instead of pulling an average down without a word.

Examples
--------
>>> from multilabel.metrics import evaluate
>>> report = evaluate([[1, 0], [0, 0]], [[0.9, 0.6], [0.1, 0.7]], vocabulary=["cat", "dog"])
>>> report.absent_labels, report.macro_f1, report.samples
(['dog'], 1.0, 2)
)");
  report.def_readonly("labels", &MultiLabelReport::labels, "A `LabelReport` for each label, in column order.")
      .def_readonly("absent_labels", &MultiLabelReport::absent_labels, "The names of the labels without a positive.")
      .def("to_text", &MultiLabelReport::to_text, "Return the table of the labels, the averages and the totals.")
      .def("__str__", &MultiLabelReport::to_text)
      .def(copied_by<MultiLabelReport, &MultiLabelReport::labels, &MultiLabelReport::absent_labels, &MultiLabelReport::samples,
                     &MultiLabelReport::unknown_cells, &MultiLabelReport::mean_average_precision,
                     &MultiLabelReport::micro_precision, &MultiLabelReport::micro_recall, &MultiLabelReport::micro_f1,
                     &MultiLabelReport::macro_precision, &MultiLabelReport::macro_recall, &MultiLabelReport::macro_f1,
                     &MultiLabelReport::samples_precision, &MultiLabelReport::samples_recall, &MultiLabelReport::samples_f1,
                     &MultiLabelReport::hamming_loss, &MultiLabelReport::subset_accuracy, &MultiLabelReport::cell_accuracy>());
  const auto number = [&](const char* name, auto member) { report.def_readonly(name, member); };
  number("samples", &MultiLabelReport::samples);
  number("unknown_cells", &MultiLabelReport::unknown_cells);
  number("mean_average_precision", &MultiLabelReport::mean_average_precision);
  number("micro_precision", &MultiLabelReport::micro_precision);
  number("micro_recall", &MultiLabelReport::micro_recall);
  number("micro_f1", &MultiLabelReport::micro_f1);
  number("macro_precision", &MultiLabelReport::macro_precision);
  number("macro_recall", &MultiLabelReport::macro_recall);
  number("macro_f1", &MultiLabelReport::macro_f1);
  number("samples_precision", &MultiLabelReport::samples_precision);
  number("samples_recall", &MultiLabelReport::samples_recall);
  number("samples_f1", &MultiLabelReport::samples_f1);
  number("hamming_loss", &MultiLabelReport::hamming_loss);
  number("subset_accuracy", &MultiLabelReport::subset_accuracy);
  number("cell_accuracy", &MultiLabelReport::cell_accuracy);
  shows_itself_in_lines(report);
}

}  // namespace

void bind_metrics(py::module_& module) {
  py::class_<Labels>(module, "Labels", "Targets or predictions as the kernels see them.")
      .def(py::init<const py::array&, const Labels::Mask&>(), py::arg("values"), py::arg("mask") = py::none())
      .def_static("sparse", &Labels::sparse, py::arg("values"), py::arg("columns"), py::arg("row_starts"), py::arg("width"),
                  py::arg("mask") = py::none())
      .def_property_readonly("values", &Labels::values)
      .def_property_readonly("shape",
                             [](const Labels& self) { return py::make_tuple(self.cells().rows(), self.cells().columns()); });
  const auto where = py::arg("where");
  const auto y_true = py::arg("y_true");
  const auto y_pred = py::arg("y_pred");
  const auto y_score = py::arg("y_score");
  const auto average = py::arg("average");
  const auto weight = py::arg("sample_weight") = py::none();
  const auto labels = py::arg("labels") = std::vector<std::size_t>{};
  module.def("classification", &classification, where, y_true, y_pred, py::arg("kind"), average, py::arg("beta"),
             py::arg("zero_division"), weight, labels);
  module.def("multilabel_confusion_matrix", &multilabel_confusion_matrix, where, y_true, y_pred, py::arg("samplewise"), weight,
             labels);
  module.def("precision_recall_fscore_support", &precision_recall_fscore_support, where, y_true, y_pred, average,
             py::arg("beta"), py::arg("zero_division"), weight, labels);
  module.def("report_numbers", &report_numbers, where, y_true, y_pred, py::arg("zero_division"), weight, labels);
  module.def("accuracy", &accuracy, where, y_true, y_pred, weight);
  module.def("hamming", &hamming, where, y_true, y_pred, weight);
  module.def("binary_accuracy", &binary_accuracy, where, y_true, y_score, py::arg("threshold"));
  module.def("label_ranking", &ranking, where, y_true, y_score, weight);
  module.def("label_ranking_average_precision_score", &ranking, where, y_true, y_score, weight);
  module.def("coverage_error", &ranking, where, y_true, y_score, weight);
  module.def("label_ranking_loss", &ranking, where, y_true, y_score, weight);
  module.def("average_precision", &average_precision, where, y_true, y_score, average, py::arg("definition"),
             py::arg("skip_undefined"), weight);
  module.def("roc_auc", &roc_auc, where, y_true, y_score, average, py::arg("skip_undefined"), weight, py::arg("max_fpr") = 1.0);
  bind_report(module);
  bind_score_metrics(module);
  bind_streaming(module);
  module.def("evaluate", &evaluate, py::arg("targets"), py::arg("scores"), py::arg("predictions"), py::arg("vocabulary"));
}

}  // namespace multilabel::python

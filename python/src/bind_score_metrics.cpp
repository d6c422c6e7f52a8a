// SPDX-License-Identifier: Apache-2.0
// Probabilistic metrics, cumulative gain, curves, the report of the COCO papers and the draws of the bootstrap for NumPy
// arrays.

#include <multilabel/metrics/bootstrap_interval.hpp>
#include <multilabel/metrics/coco_report.hpp>
#include <multilabel/metrics/cumulative_gain.hpp>
#include <multilabel/metrics/curves.hpp>
#include <multilabel/metrics/probabilistic.hpp>
#include <utility>

#include "metric_arrays.hpp"

namespace multilabel::python {
namespace {

/// The log loss or Brier score as one number, or one a label without an average. `step` is a rounding step of the scores as the
/// caller had them, where that is a coarser type than `scores`.
py::object probability(const char* where, const std::string& kind, const Labels& targets, const py::array& scores,
                       const std::optional<std::string>& average, const Weights& sample_weight, double step) {
  const metrics::ProbabilityOptions options{average ? average_of(where, *average) : Average::macro, to_vector(sample_weight)};
  const auto working = score_array(where, scores);
  const auto view = working.cells().cells;
  std::vector<double> each;
  double one = 0.0;
  {
    const py::gil_scoped_release release;
    auto loss = kind == "log" ? metrics::detail::log_loss_of(working.cells()) : metrics::detail::brier_loss;
    loss.least = std::max(loss.least, step);
    if (average) {
      one = metrics::detail::mean_over_cells(where, targets.cells(), view, options, loss);
    } else {
      each = metrics::detail::cell_means(where, targets.cells(), view, Average::macro, options.sample_weight, loss).first;
    }
  }
  if (average) return py::float_(one);
  return to_numpy(std::move(each));
}

py::object calibration_error(const char* where, const Labels& targets, const py::array& scores,
                             const std::optional<std::string>& average, std::size_t n_bins, bool quantile) {
  const auto how = average ? average_of(where, *average) : Average::macro;
  const metrics::CalibrationErrorOptions options{how, n_bins,
                                                 quantile ? metrics::BinStrategy::quantile : metrics::BinStrategy::uniform};
  const auto working = score_array(where, scores);
  const auto view = working.cells().cells;
  std::vector<double> errors;
  double one = 0.0;
  {
    const py::gil_scoped_release release;
    errors = metrics::detail::calibration_errors(where, targets.cells(), view, options);
    std::vector<double> weights;
    if (how == Average::weighted) weights = metrics::detail::cell_means(where, targets.cells(), view, how, {}, {}).second;
    one = metrics::mean(errors, weights);
  }
  if (average) return py::float_(one);
  return to_numpy(std::move(errors));
}

double gain(const char* where, bool normalized, const py::array_t<double, py::array::c_style>& targets, const py::array& scores,
            std::size_t k, double log_base, const Weights& sample_weight) {
  require_matrix(where, "y_true", targets);
  const metrics::GainOptions options{k, log_base, to_vector(sample_weight)};
  const auto t = view_of<double>(targets);
  const auto working = score_array(where, scores);
  const py::gil_scoped_release release;
  return metrics::detail::mean_gain(where, t, working.cells().cells, options, normalized);
}

/// (precision, recall, thresholds) of each label, or (false positive rate, true positive rate, thresholds).
py::list curves(const char* where, bool roc, const Labels& targets, const py::array& scores, const Weights& sample_weight) {
  const auto weights = to_vector(sample_weight);
  const auto working = score_array(where, scores);
  std::vector<metrics::detail::CumulativeCounts> counts;
  {
    const py::gil_scoped_release release;
    counts = metrics::detail::counts_of_labels(where, targets.cells(), working.cells().cells, weights);
  }
  py::list result;
  for (const auto& label : counts) {
    if (roc) {
      auto curve = metrics::detail::roc_of(label);
      result.append(py::make_tuple(to_numpy(std::move(curve.false_positive_rate)),
                                   to_numpy(std::move(curve.true_positive_rate)), to_numpy(std::move(curve.thresholds))));
    } else {
      auto curve = metrics::detail::precision_recall_of(label);
      result.append(py::make_tuple(to_numpy(std::move(curve.precision)), to_numpy(std::move(curve.recall)),
                                   to_numpy(std::move(curve.thresholds))));
    }
  }
  return result;
}

py::dict coco_report(const char* where, const Labels& targets, const py::array& scores, double threshold, std::size_t k) {
  const auto working = score_array(where, scores);
  const auto report = [&] {
    const py::gil_scoped_release release;
    return metrics::detail::coco_report(where, targets.cells(), working.cells(), {threshold, k});
  }();
  py::dict numbers;
  numbers["mAP"] = report.mean_average_precision;
  const auto add = [&](const metrics::CocoNumbers& from, const std::string& suffix) {
    const auto put = [&](const char* name, double value) { numbers[py::str(name + suffix)] = value; };
    put("CP", from.CP);
    put("CR", from.CR);
    put("CF1", from.CF1);
    put("OP", from.OP);
    put("OR", from.OR);
    put("OF1", from.OF1);
  };
  add(report.all, "");
  add(report.top_k, "@" + std::to_string(k));
  return numbers;
}

py::array_t<std::uint8_t> top_k_predictions(const py::array& scores, std::size_t k) {
  const auto working = score_array("top_k_predictions", scores);
  auto predictions = [&] {
    const py::gil_scoped_release release;
    return metrics::detail::top_k_predictions(working.cells().cells, k);
  }();
  return to_numpy(std::move(predictions));
}

/// The rows of one resample, after `require_bootstrap`.
py::array_t<std::int64_t> bootstrap_rows(std::size_t rows, std::uint64_t seed, std::size_t resample) {
  const auto drawn = metrics::detail::bootstrap_rows(rows, seed, resample);
  return to_numpy(std::vector<std::int64_t>(drawn.begin(), drawn.end()));
}

}  // namespace

void bind_score_metrics(py::module_& module) {
  const auto where = py::arg("where");
  const auto y_true = py::arg("y_true");
  const auto y_score = py::arg("y_score");
  const auto weight = py::arg("sample_weight") = py::none();
  module.def("probability", &probability, where, py::arg("kind"), y_true, y_score, py::arg("average"), weight,
             py::arg("step") = 0.0);
  module.def("calibration_error", &calibration_error, where, y_true, y_score, py::arg("average"), py::arg("n_bins"),
             py::arg("quantile"));
  module.def("gain", &gain, where, py::arg("normalized"), y_true, y_score, py::arg("k"), py::arg("log_base"), weight);
  module.def("curves", &curves, where, py::arg("roc"), y_true, y_score, weight);
  module.def("coco_report", &coco_report, where, y_true, y_score, py::arg("threshold"), py::arg("k"));
  module.def("top_k_predictions", &top_k_predictions, y_score, py::arg("k"));
  module.def("require_bootstrap", &metrics::detail::require_bootstrap, where, py::arg("rows"), py::arg("confidence"),
             py::arg("resamples"));
  module.def("bootstrap_rows", &bootstrap_rows, py::arg("rows"), py::arg("seed"), py::arg("resample"));
  module.def("percentile_interval", &metrics::detail::percentile_interval, py::arg("samples"), py::arg("confidence"));
}

}  // namespace multilabel::python

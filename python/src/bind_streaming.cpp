// SPDX-License-Identifier: Apache-2.0
// The metrics over batches. `prepare` returns what `commit` takes, so that a collection can refuse a batch as a whole.

#include <pybind11/functional.h>

#include <cstdint>
#include <multilabel/metrics/streaming.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metric_arrays.hpp"

namespace multilabel::python {
namespace {

using metrics::AveragePrecisionDefinition;
using metrics::Memory;
using metrics::ScoreScale;
using metrics::UndefinedLabel;
using metrics::ZeroDivision;

ZeroDivision zero_division_of(double value) {
  return value != value ? ZeroDivision::skip : value == 1.0 ? ZeroDivision::one : ZeroDivision::zero;
}

UndefinedLabel undefined_of(bool skip) { return skip ? UndefinedLabel::skip : UndefinedLabel::as_sklearn; }

/// A batch of predictions or scores, checked, and the array it looks at.
template <class Batch>
struct Prepared {
  Batch batch;
  py::array keep;
};

template <class Metric>
py::dict state_of(const Metric& metric) {
  py::dict state;
  for (auto& [name, values] : metric.state_dict()) state[py::str(name)] = to_numpy(std::vector<double>(values));
  return state;
}

template <class Metric>
void load_state(Metric& metric, const py::dict& state) {
  metrics::MetricState plain;
  for (const auto& [name, values] : state) {
    const auto numbers = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(values);
    if (!numbers) {
      PyErr_Clear();
      fail<ArgumentError>({"load_state_dict", "a state must hold arrays of numbers", py::str(values).cast<std::string>()});
    }
    plain[py::str(name)] = {numbers.data(), numbers.data() + numbers.size()};
  }
  metric.load_state_dict(plain);
}

template <class Metric>
py::class_<Metric> bind_metric(py::module_& module, const char* name) {
  return py::class_<Metric>(module, name)
      .def("compute", &Metric::compute)
      .def("reset", &Metric::reset)
      .def("merge", &Metric::merge, py::arg("other"))
      .def("state_dict", &state_of<Metric>)
      .def("load_state_dict", &load_state<Metric>, py::arg("state"));
}

/// `scores` in floating point, or predictions of whole numbers or booleans.
template <class Metric>
metrics::LabelTotals prepare_counts(const Metric& metric, const py::array& targets, const py::array& scores,
                                    const Weights& sample_weight) {
  const Labels t(targets, std::nullopt);
  const auto weights = to_vector(sample_weight);
  if (scores.dtype().kind() == 'f') {
    return with_scores("update", scores, [&](auto view) {
      const py::gil_scoped_release release;
      return metric.prepare(t.cells(), view, weights);
    });
  }
  const Labels p(scores, std::nullopt);
  const py::gil_scoped_release release;
  return metric.prepare(t.cells(), p.cells(), weights);
}

template <class Metric>
py::class_<Metric> bind_counting(py::module_& module, const char* name) {
  return bind_metric<Metric>(module, name)
      .def("prepare", &prepare_counts<Metric>, py::arg("targets"), py::arg("scores"), py::arg("sample_weight"))
      .def("commit", [](Metric& metric, const metrics::LabelTotals& batch) { metric.commit(batch); }, py::arg("batch"));
}

template <class Metric>
void bind_averaged(py::module_& module, const char* name) {
  bind_counting<Metric>(module, name)
      .def(py::init([name](const std::string& average, double zero_division, std::vector<double> threshold) {
             return Metric({average_of(name, average), zero_division_of(zero_division), std::move(threshold)});
           }),
           py::arg("average"), py::arg("zero_division"), py::arg("threshold"))
      .def("by_label", [](const Metric& metric) { return to_numpy(metric.by_label()); });
}

template <class Metric>
py::class_<Metric> bind_cells(py::module_& module, const char* name) {
  return bind_counting<Metric>(module, name)
      .def(py::init([](std::vector<double> threshold) { return Metric({std::move(threshold)}); }), py::arg("threshold"));
}

using PreparedScores = Prepared<metrics::detail::ScoredBatch>;

/// The array must be contiguous and of float32 or float64, so that the batch looks at its own memory.
template <class Metric>
PreparedScores prepare_scores(const Metric& metric, const py::array& targets, const py::array& scores,
                              const Weights& sample_weight) {
  const Labels t(targets, std::nullopt);
  const auto weights = to_vector(sample_weight);
  require_matrix("update", "scores", scores);
  auto batch = [&] {
    const py::gil_scoped_release release;
    auto known = scores.itemsize() == 4 ? core::detail::KnownScores(view_of<float>(scores))
                                        : core::detail::KnownScores(view_of<double>(scores));
    return metric.prepare(t.cells(), std::move(known), weights);
  }();
  return {std::move(batch), scores};
}

template <class Metric>
py::class_<Metric> bind_scoring(py::module_& module, const char* name) {
  return bind_metric<Metric>(module, name)
      .def("by_label", [](const Metric& metric) { return to_numpy(metric.by_label()); })
      .def("bounds",
           [](const Metric& metric) {
             const auto bounds = metric.bounds();
             return std::pair{bounds.lower, bounds.upper};
           })
      .def("prepare", &prepare_scores<Metric>, py::arg("targets"), py::arg("scores"), py::arg("sample_weight"))
      .def("commit", [](Metric& metric, const PreparedScores& prepared) { metric.commit(prepared.batch); }, py::arg("batch"));
}

}  // namespace

void bind_streaming(py::module_& module) {
  py::class_<metrics::LabelTotals>(module, "LabelTotals");
  py::class_<PreparedScores>(module, "ScoredBatch");
  bind_averaged<metrics::F1Score>(module, "F1Score");
  bind_averaged<metrics::Precision>(module, "Precision");
  bind_averaged<metrics::Recall>(module, "Recall");
  bind_counting<metrics::FBetaScore>(module, "FBetaScore")
      .def(py::init([](double beta, const std::string& average, double zero_division, std::vector<double> threshold) {
             return metrics::FBetaScore(
                 {beta, average_of("FBetaScore", average), zero_division_of(zero_division), std::move(threshold)});
           }),
           py::arg("beta"), py::arg("average"), py::arg("zero_division"), py::arg("threshold"))
      .def("by_label", [](const metrics::FBetaScore& metric) { return to_numpy(metric.by_label()); });
  bind_cells<metrics::ExactMatch>(module, "ExactMatch");
  bind_cells<metrics::HammingDistance>(module, "HammingDistance").def("by_label", [](const metrics::HammingDistance& metric) {
    return to_numpy(metric.by_label());
  });
  bind_cells<metrics::BinaryAccuracy>(module, "BinaryAccuracy").def("by_label", [](const metrics::BinaryAccuracy& metric) {
    return to_numpy(metric.by_label());
  });
  bind_scoring<metrics::AveragePrecision>(module, "AveragePrecision")
      .def(py::init([](const std::string& average, bool bounded, bool from_logits, bool skip, const std::string& definition) {
             return metrics::AveragePrecision({average_of("AveragePrecision", average),
                                               bounded ? Memory::bounded : Memory::exact,
                                               from_logits ? ScoreScale::logit : ScoreScale::probability, undefined_of(skip),
                                               metrics::average_precision_definition_from(definition).value()});
           }),
           py::arg("average"), py::arg("bounded"), py::arg("from_logits"), py::arg("skip"), py::arg("definition"));
  bind_scoring<metrics::AUROC>(module, "AUROC")
      .def(py::init([](const std::string& average, bool bounded, bool from_logits, bool skip) {
             return metrics::AUROC({average_of("AUROC", average), bounded ? Memory::bounded : Memory::exact,
                                    from_logits ? ScoreScale::logit : ScoreScale::probability, undefined_of(skip)});
           }),
           py::arg("average"), py::arg("bounded"), py::arg("from_logits"), py::arg("skip"));
}

}  // namespace multilabel::python

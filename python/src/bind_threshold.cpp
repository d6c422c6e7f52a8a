// SPDX-License-Identifier: Apache-2.0
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <array>
#include <cmath>
#include <multilabel/threshold.hpp>
#include <multilabel/threshold/rule_json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "given.hpp"
#include "matrix_arrays.hpp"
#include "shown.hpp"

namespace py = pybind11;

namespace multilabel::python {
namespace {

using threshold::FixedThreshold;
using threshold::ThresholdRule;

threshold::Metric metric(std::string_view where, const std::string& name) {
  if (const auto found = threshold::metric_from(name)) return *found;
  fail<ArgumentError>(
      {where, "metric must be one of f1, fbeta, jaccard, precision, recall, accuracy, hamming, youden and cost", quoted(name)});
}

metrics::Average average(std::string_view where, const std::string& name) {
  if (const auto found = metrics::average_from(name)) return *found;
  fail<ArgumentError>({where, "average must be one of micro, macro, weighted and samples", quoted(name)});
}

template <class Enum>
Enum choice(std::string_view where, std::string_view what, const std::string& name,
            const std::vector<std::pair<std::string_view, Enum>>& known) {
  std::string names;
  for (const auto& [text, value] : known) {
    if (text == name) return value;
    names += join_text(names.empty() ? "" : ", ", text);
  }
  fail<ArgumentError>({where, join_text(what, " must be one of ", names), quoted(name)});
}

threshold::CostMatrix cost(const std::array<double, 4>& c) { return {c[0], c[1], c[2], c[3]}; }

std::optional<threshold::Constraint> constraint(const std::optional<std::pair<std::string, double>>& given) {
  if (!given) return std::nullopt;
  const auto& [quantity, bound] = *given;
  if (quantity == "precision") return threshold::precision_at_least(bound);
  if (quantity == "recall") return threshold::recall_at_least(bound);
  return threshold::predictions_per_image_at_most(bound);
}

/// The values of the JSON object that C++ writes.
py::dict to_dict(const ThresholdRule& rule) { return py::module_::import("json").attr("loads")(rule.to_json()); }

constexpr const char* from_dict_name = "ThresholdRule.from_dict";

ThresholdRule from_dict(const py::dict& dict) {
  const std::string where = from_dict_name;
  const py::object value = field(where, dict, "value");
  return ThresholdRule(
      reals(where, "thresholds", field(where, dict, "thresholds")), text(where, "metric", field(where, dict, "metric")),
      text(where, "average", field(where, dict, "average")), value.is_none() ? std::nan("") : real(where, "value", value));
}

std::string repr(const ThresholdRule& rule) {
  std::string text = rule.is_global() ? join_text("ThresholdRule(threshold=", rule.thresholds()[0])
                                      : join_text("ThresholdRule(", rule.thresholds().size(), " thresholds");
  if (!rule.metric().empty()) text += join_text(", ", rule.average(), " ", rule.metric(), "=", rule.value());
  return text + ")";
}

void bind_rule(py::module_& module) {
  py::class_<ThresholdRule> rule(module, "ThresholdRule",
                                 R"(A fitted threshold: predicts a label when its score is at or above it.

Parameters
----------
thresholds : sequence of float
    One for all labels, or one per label in the vocabulary's order.
metric, average : str, optional
    What it was tuned for.
value : float, optional
    The metric's value reached there.

Examples
--------
>>> from multilabel.threshold import ThresholdRule
>>> ThresholdRule([0.3, 0.6]).apply([[0.3, 0.5]])
array([[1, 0]], dtype=uint8)
)");
  rule.def(py::init([](const Given<Wanted::reals>& thresholds, const Given<Wanted::text>& metric_name,
                       const Given<Wanted::text>& average_name, const Given<Wanted::real>& value) {
             const std::string where = "ThresholdRule";
             return ThresholdRule(reals(where, "thresholds", thresholds), text(where, "metric", metric_name),
                                  text(where, "average", average_name), real(where, "value", value));
           }),
           py::arg("thresholds"), py::arg("metric") = "", py::arg("average") = "", py::arg("value") = std::nan(""))
      .def_property_readonly(
          "thresholds_", [](const ThresholdRule& self) { return to_numpy(self.thresholds()); },
          "ndarray: one threshold, or one per label.")
      .def_property_readonly("value_", &ThresholdRule::value, "float: the metric's value where it was tuned, or NaN.")
      .def_property_readonly("metric", &ThresholdRule::metric, "str: the metric it was tuned for, or ''.")
      .def_property_readonly("average", &ThresholdRule::average, "str: the average it was tuned for, or ''.")
      .def(
          "apply",
          [](const ThresholdRule& self, const py::object& scores) {
            const auto thresholds =
                py::module_::import("multilabel._label_arrays").attr("in_type_of")(scores, self.thresholds());
            const ThresholdRule compared(thresholds.cast<std::vector<double>>());
            return with_scores("ThresholdRule.apply", scores, [&](auto view) {
              Matrix<std::uint8_t> predictions;
              {
                const py::gil_scoped_release release;
                predictions = compared.apply(view);
              }
              return to_numpy(std::move(predictions));
            });
          },
          py::arg("scores"), R"(The predictions, 1 where score >= threshold, else 0.

Parameters
----------
scores : array-like of shape (samples, labels)
    Real scores, compared in their own precision.

Returns
-------
ndarray of uint8, shape (samples, labels)
)")
      .def("to_dict", &to_dict, "The rule as plain Python values, ready for JSON.")
      .def_static(
          "from_dict", [](const Given<Wanted::fields>& values) { return from_dict(fields(from_dict_name, values)); },
          py::arg("values"), "The rule that ``to_dict`` described.")
      .def("to_json", &ThresholdRule::to_json, "The same values as one line of JSON, the text that C++ writes.")
      .def_static(
          "from_json",
          [](const Given<Wanted::text>& given) {
            return ThresholdRule::from_json(text("ThresholdRule.from_json", "text", given));
          },
          py::arg("text"), "The rule that ``to_json`` wrote.")
      .def("__repr__", &repr)
      .def(py::self == py::self)
      .def(py::pickle([](const ThresholdRule& self) { return to_dict(self); }, &from_dict));
  rule.attr("__hash__") = py::none();
  shows_itself(rule);
  py::class_<FixedThreshold, ThresholdRule>(module, "FixedThreshold", R"(The rule "score >= threshold" for every label.

Parameters
----------
threshold : float, default=0.5

Examples
--------
>>> from multilabel.threshold import FixedThreshold
>>> FixedThreshold(0.5).apply([[0.5, 0.4]])
array([[1, 0]], dtype=uint8)
)")
      .def(py::init([](const Given<Wanted::real>& threshold) {
             return FixedThreshold(real("FixedThreshold", "threshold", threshold));
           }),
           py::arg("threshold") = 0.5)
      .def(py::pickle([](const FixedThreshold& self) { return self.thresholds()[0]; },
                      [](double threshold) { return FixedThreshold(threshold); }));
  rule.attr("__module__") = "multilabel.threshold";
  module.attr("FixedThreshold").attr("__module__") = "multilabel.threshold";
  module.attr("HIGH_RECALL") = threshold::HIGH_RECALL;
  module.attr("HIGH_PRECISION") = threshold::HIGH_PRECISION;
}

}  // namespace

void bind_threshold(py::module_& module) {
  bind_rule(module);
  module.def(
      "sweep",
      [](const py::object& targets, const py::object& scores, const py::object& mask, const std::string& metric_name,
         const std::string& average_name, std::vector<double> thresholds, double beta, const std::array<double, 4>& costs) {
        constexpr std::string_view where = "threshold.sweep";
        const threshold::SweepOptions options{metric(where, metric_name), average(where, average_name), std::move(thresholds),
                                              beta, cost(costs)};
        check_together("check_pair", where, targets, scores, mask);
        const auto known = target_matrix(where, targets, mask);
        const auto working = score_array(where, scores);
        auto swept = [&] {
          const py::gil_scoped_release release;
          return threshold::sweep(known, working.cells(), options);
        }();
        return py::make_tuple(to_numpy(std::move(swept.thresholds)), to_numpy(std::move(swept.values)), swept.best);
      },
      py::arg("targets"), py::arg("scores"), py::arg("mask"), py::arg("metric"), py::arg("average"), py::arg("thresholds"),
      py::arg("beta"), py::arg("cost"));
  module.def(
      "tune",
      [](const py::object& targets, const py::object& scores, const py::object& mask, const std::string& metric_name,
         const std::string& average_name, bool per_label, std::optional<double> shrinkage, std::size_t cross_fit, double beta,
         const std::array<double, 4>& costs, int passes, std::uint64_t seed,
         const std::optional<std::pair<std::string, double>>& kept) {
        constexpr std::string_view where = "threshold.tune";
        const threshold::TuneOptions options{.metric = metric(where, metric_name),
                                             .average = average(where, average_name),
                                             .scope = per_label ? threshold::Scope::per_label : threshold::Scope::global,
                                             .shrinkage = shrinkage,
                                             .cross_fit = cross_fit,
                                             .beta = beta,
                                             .cost = cost(costs),
                                             .passes = passes,
                                             .seed = seed,
                                             .constraint = constraint(kept)};
        check_together("check_fit", where, targets, scores, mask);
        const auto known = target_matrix(where, targets, mask);
        const auto working = score_array(where, scores);
        const py::gil_scoped_release release;
        return threshold::tune(known, working.cells(), options);
      },
      py::arg("targets"), py::arg("scores"), py::arg("mask"), py::arg("metric"), py::arg("average"), py::arg("per_label"),
      py::arg("shrinkage"), py::arg("cross_fit"), py::arg("beta"), py::arg("cost"), py::arg("passes"), py::arg("seed"),
      py::arg("constraint"));
  module.def(
      "conformal",
      [](const py::object& targets, const py::object& scores, const py::object& mask, const std::string& risk_name,
         double alpha, const std::string& method, double delta, const std::string& bound, bool per_label, std::size_t points) {
        constexpr std::string_view where = "threshold.conformal";
        const threshold::ConformalOptions options{
            .risk = choice<threshold::Risk>(where, "risk", risk_name,
                                            {{"fnr", threshold::Risk::false_negative_rate},
                                             {"fpr", threshold::Risk::false_positive_rate},
                                             {"fdr", threshold::Risk::false_discovery_rate},
                                             {"f1", threshold::Risk::f1},
                                             {"jaccard", threshold::Risk::jaccard}}),
            .alpha = alpha,
            .method = choice<threshold::Guarantee>(
                where, "method", method,
                {{"crc", threshold::Guarantee::crc}, {"rcps", threshold::Guarantee::rcps}, {"ltt", threshold::Guarantee::ltt}}),
            .delta = delta,
            .bound = choice<threshold::RiskBound>(
                where, "bound", bound,
                {{"hoeffding_bentkus", threshold::RiskBound::hoeffding_bentkus}, {"betting", threshold::RiskBound::betting}}),
            .scope = per_label ? threshold::Scope::per_label : threshold::Scope::global,
            .points = points};
        check_together("check_fit", where, targets, scores, mask);
        const auto known = target_matrix(where, targets, mask);
        const auto working = score_array(where, scores);
        const py::gil_scoped_release release;
        return threshold::conformal(known, working.cells(), options);
      },
      py::arg("targets"), py::arg("scores"), py::arg("mask"), py::arg("risk"), py::arg("alpha"), py::arg("method"),
      py::arg("delta"), py::arg("bound"), py::arg("per_label"), py::arg("points"));
  module.def(
      "decode_expected_f1",
      [](const py::object& scores, double negligible, std::size_t threads) {
        return with_scores("threshold.decode_expected_f1", scores, [&](auto view) {
          auto predictions = [&] {
            const py::gil_scoped_release release;
            return threshold::decode_expected_f1(view, {negligible, threads});
          }();
          return to_numpy(std::move(predictions));
        });
      },
      py::arg("scores"), py::arg("negligible"), py::arg("threads"));
  module.def(
      "decode_expected_f1_joint",
      [](const py::object& joint) {
        return with_scores("threshold.decode_expected_f1_joint", joint,
                           [&](auto view) { return to_numpy(threshold::decode_expected_f1_joint(view)); });
      },
      py::arg("joint"));
}

}  // namespace multilabel::python

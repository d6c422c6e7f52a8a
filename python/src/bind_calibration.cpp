// SPDX-License-Identifier: Apache-2.0
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <multilabel/calibration.hpp>
#include <multilabel/calibration/calibrator_json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "given.hpp"
#include "matrix_arrays.hpp"

namespace py = pybind11;

namespace multilabel::python {
namespace {

using calibration::CalibrationOptions;
using calibration::IsotonicCalibration;
using calibration::IsotonicCurve;
using calibration::PlattScaling;
using calibration::TemperatureScaling;

CalibrationOptions options(bool per_label) { return {per_label ? calibration::Scope::per_label : calibration::Scope::global}; }

std::vector<double> entry(const std::string& where, const py::dict& dict, const char* key) {
  return reals(where, key, field(where, dict, key));
}

/// The elements of a list, tuple or whatever else can be gone through but text and dictionaries.
std::vector<py::object> elements(const std::string& where, const char* name, const char* of, py::handle given) {
  if (!py::isinstance<py::iterable>(given) || py::isinstance<py::str>(given) || py::isinstance<py::dict>(given)) {
    fail<ArgumentError>({where, join_text(name, " must be a sequence of ", of), repr_of(given)});
  }
  std::vector<py::object> found;
  for (const auto& element : given) found.push_back(py::reinterpret_borrow<py::object>(element));
  return found;
}

/// The values of the JSON object that C++ writes.
template <class Calibrator>
py::dict to_dict(const Calibrator& fitted) {
  return py::module_::import("json").attr("loads")(fitted.to_json());
}

void from_dict(const std::string& where, const py::dict& dict, std::optional<TemperatureScaling>& fitted) {
  fitted.emplace(entry(where, dict, "temperatures"));
}

void from_dict(const std::string& where, const py::dict& dict, std::optional<PlattScaling>& fitted) {
  fitted.emplace(entry(where, dict, "slopes"), entry(where, dict, "intercepts"));
}

void from_dict(const std::string& where, const py::dict& dict, std::optional<IsotonicCalibration>& fitted) {
  std::vector<IsotonicCurve> curves;
  for (const auto& item : elements(where, "curves", "dictionaries", field(where, dict, "curves"))) {
    const py::dict curve = fields(where, item);
    curves.push_back({entry(where, curve, "scores"), entry(where, curve, "probabilities")});
  }
  fitted.emplace(std::move(curves));
}

std::string repr(const TemperatureScaling& fitted) {
  if (fitted.temperatures().size() > 1) return join_text("TemperatureScaling(", fitted.temperatures().size(), " labels)");
  return join_text("TemperatureScaling(temperature=", fitted.temperatures()[0], ")");
}

std::string repr(const PlattScaling& fitted) {
  if (fitted.slopes().size() > 1) return join_text("PlattScaling(", fitted.slopes().size(), " labels)");
  return join_text("PlattScaling(slope=", fitted.slopes()[0], ", intercept=", fitted.intercepts()[0], ")");
}

std::string repr(const IsotonicCalibration& fitted) {
  if (fitted.curves().size() > 1) return join_text("IsotonicCalibration(", fitted.curves().size(), " labels)");
  return join_text("IsotonicCalibration(", fitted.curves()[0].scores.size(), " corners)");
}

template <class Calibrator>
Calibrator built_from(const std::string& where, const py::dict& dict) {
  std::optional<Calibrator> fitted;
  from_dict(where, dict, fitted);
  return *fitted;
}

constexpr const char* fit_text = R"(Fit on held-out targets and logits.

Parameters
----------
targets : array-like of shape (samples, labels)
    0, 1, and NaN or -1 for unknown cells, which are skipped.
logits : array-like of shape (samples, labels)
    Finite model outputs before the sigmoid, of samples the model was not trained on.
per_label : bool, default=False
    One fit per label instead of one for all. A label without a known positive and a known negative takes the fit of all.
mask : array-like of bool of shape (samples, labels), optional
    False where the truth is unknown, besides NaN and -1 in ``targets``; what stands there is not looked at.
)";

constexpr const char* apply_text = R"(Calibrated probabilities, in the precision of the logits.

Parameters
----------
logits : array-like of shape (samples, labels)

Returns
-------
ndarray of shape (samples, labels)
)";

// What the three calibrators share.
template <class Calibrator>
py::class_<Calibrator> bind(py::module_& module, const char* name, const char* doc) {
  py::class_<Calibrator> type(module, name, doc);
  const std::string where = std::string(name) + ".fit", apply_where = std::string(name) + ".apply";
  const std::string dict_where = std::string(name) + ".from_dict", json_where = std::string(name) + ".from_json";
  type.def_static(
          "fit",
          [where](const py::object& targets, const py::object& logits, const Given<Wanted::flag>& per_label,
                  const py::object& mask) {
            const CalibrationOptions how = options(flag(where, "per_label", per_label));
            check_together("check_fit", where, targets, logits, mask, "logits");
            const auto known = target_matrix(where, targets, mask);
            return with_scores(where, logits, [&](auto view) {
              const py::gil_scoped_release release;
              return Calibrator::fit(known, view, how);
            });
          },
          py::arg("targets"), py::arg("logits"), py::kw_only(), py::arg("per_label") = false, py::arg("mask") = py::none(),
          fit_text)
      .def(
          "apply",
          [apply_where](const Calibrator& self, const py::object& logits) {
            return with_scores(apply_where, logits, [&](auto view) {
              auto probabilities = [&] {
                const py::gil_scoped_release release;
                return self.apply(view);
              }();
              return py::array(to_numpy(std::move(probabilities)));
            });
          },
          py::arg("logits"), apply_text)
      .def(
          "to_dict", [](const Calibrator& self) { return to_dict(self); }, "The fit as plain Python values, ready for JSON.")
      .def_static(
          "from_dict",
          [dict_where](const Given<Wanted::fields>& values) {
            return built_from<Calibrator>(dict_where, fields(dict_where, values));
          },
          py::arg("values"), "The calibrator that ``to_dict`` described.")
      .def("to_json", &Calibrator::to_json, "The same values as one line of JSON, the text that C++ writes.")
      .def_static(
          "from_json",
          [json_where](const Given<Wanted::text>& given) { return Calibrator::from_json(text(json_where, "text", given)); },
          py::arg("text"), "The calibrator that ``to_json`` wrote.")
      .def("__repr__", [](const Calibrator& self) { return repr(self); })
      .def(py::self == py::self)
      .def(py::pickle([](const Calibrator& self) { return to_dict(self); },
                      [dict_where](const py::dict& state) { return built_from<Calibrator>(dict_where, state); }));
  type.attr("__hash__") = py::none();
  type.attr("__module__") = "multilabel.calibration";
  return type;
}

}  // namespace

void bind_calibration(py::module_& module) {
  bind<TemperatureScaling>(module, "TemperatureScaling", R"(probability = sigmoid(logit / temperature).

Keeps every ranking and is the hardest to overfit.

Parameters
----------
temperatures : sequence of float
    One for all labels, or one per label. Usually :meth:`fit` finds them.

Examples
--------
>>> from multilabel.calibration import TemperatureScaling
>>> TemperatureScaling([2.0]).apply([[0.0, 4.0]]).round(3)
array([[0.5  , 0.881]])
)")
      .def(py::init([](const Given<Wanted::reals>& temperatures) {
             return TemperatureScaling(reals("TemperatureScaling", "temperatures", temperatures));
           }),
           py::arg("temperatures"))
      .def_property_readonly(
          "temperatures_", [](const TemperatureScaling& self) { return to_numpy(self.temperatures()); },
          "ndarray: one temperature, or one per label; above 1 where the model was too sure.");
  bind<PlattScaling>(module, "PlattScaling", R"(probability = sigmoid(slope * logit + intercept).

Mends too much confidence and a wrong base rate.

Parameters
----------
slopes, intercepts : sequences of float
    One of each for all labels, or one per label. Usually :meth:`fit` finds them.

Examples
--------
>>> from multilabel.calibration import PlattScaling
>>> PlattScaling([0.5], [-1.0]).apply([[2.0, 4.0]]).round(3)
array([[0.5  , 0.731]])
)")
      .def(py::init([](const Given<Wanted::reals>& slopes, const Given<Wanted::reals>& intercepts) {
             return PlattScaling(reals("PlattScaling", "slopes", slopes), reals("PlattScaling", "intercepts", intercepts));
           }),
           py::arg("slopes"), py::arg("intercepts"))
      .def_property_readonly(
          "slopes_", [](const PlattScaling& self) { return to_numpy(self.slopes()); }, "ndarray: one slope, or one per label.")
      .def_property_readonly(
          "intercepts_", [](const PlattScaling& self) { return to_numpy(self.intercepts()); },
          "ndarray: one intercept, or one per label.");
  bind<IsotonicCalibration>(module, "IsotonicCalibration", R"(probability = curve(score), the best non-decreasing curve.

Of any shape; needs thousands of positives to beat Platt scaling. Takes logits or scores.

Parameters
----------
curves : sequence of (scores, probabilities)
    The corners of one curve for all labels, or of one per label, ascending. Usually :meth:`fit` finds them.

Examples
--------
>>> from multilabel.calibration import IsotonicCalibration
>>> fitted = IsotonicCalibration.fit([[0], [1], [0], [1]], [[0.1], [0.4], [0.5], [0.9]])
>>> fitted.apply([[0.0], [0.45], [0.7], [2.0]]).tolist()
[[0.0], [0.5], [0.75], [1.0]]
)")
      .def(py::init([](const Given<Wanted::curves>& given) {
             const std::string where = "IsotonicCalibration";
             std::vector<IsotonicCurve> curves;
             for (const auto& item : elements(where, "curves", "pairs (scores, probabilities)", given)) {
               const auto pair = elements(where, "curves", "pairs (scores, probabilities)", item);
               if (pair.size() != 2) {
                 fail<ArgumentError>({where, "each of curves must be a pair (scores, probabilities)", repr_of(item)});
               }
               curves.push_back({reals(where, "scores", pair[0]), reals(where, "probabilities", pair[1])});
             }
             return IsotonicCalibration(std::move(curves));
           }),
           py::arg("curves"))
      .def_property_readonly(
          "curves_",
          [](const IsotonicCalibration& self) {
            py::list curves;
            for (const auto& curve : self.curves())
              curves.append(py::make_tuple(to_numpy(curve.scores), to_numpy(curve.probabilities)));
            return curves;
          },
          "list of (scores, probabilities): the corners of one curve, or of one per label.");
  module.def(
      "reliability_curve",
      [](const py::object& targets, const py::object& scores, std::size_t n_bins, bool quantile, const py::object& mask) {
        constexpr std::string_view where = "calibration.reliability_curve";
        check_together("check_pair", where, targets, scores, mask);
        const auto known = target_matrix(where, targets, mask);
        auto curve = with_scores(where, scores, [&](auto view) {
          const py::gil_scoped_release release;
          return calibration::reliability_curve(
              known, view, {n_bins, quantile ? calibration::BinStrategy::quantile : calibration::BinStrategy::uniform});
        });
        const double error = curve.expected_error();
        return py::make_tuple(to_numpy(std::move(curve.scores)), to_numpy(std::move(curve.rates)),
                              to_numpy(std::vector<std::int64_t>(curve.counts.begin(), curve.counts.end())), error);
      },
      py::arg("targets"), py::arg("scores"), py::arg("n_bins"), py::arg("quantile"), py::arg("mask"));
}

}  // namespace multilabel::python

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A fitted calibrator as text: a JSON object of its numbers. Needs a JSON library, so it is apart from the calibrators'
// headers, where `to_json` and `from_json` are declared; include it where they are called.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/calibration/isotonic.hpp"
#include "multilabel/calibration/platt.hpp"
#include "multilabel/calibration/temperature.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

namespace detail {

/// The JSON object in `text`. Throws `ArgumentError` when there is none.
[[nodiscard]] inline nlohmann::json json_object(std::string_view where, std::string_view text) {
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    fail<ArgumentError>({where, "text must be a JSON object", error.what(), "Pass what to_json returned."});
  }
  if (json.is_object()) return json;
  fail<ArgumentError>({where, "text must be a JSON object", json.type_name(), "Pass what to_json returned."});
}

/// The field `name` of a JSON object as a T. Throws `ArgumentError` when it is missing or of another type.
template <class T>
[[nodiscard]] T json_field(std::string_view where, const nlohmann::json& json, const char* name) {
  try {
    return json.at(name).get<T>();
  } catch (const nlohmann::json::exception& error) {
    fail<ArgumentError>(
        {where, join_text("text must have the field ", quoted(name)), error.what(), "Pass what to_json returned."});
  }
}

}  // namespace detail

inline std::string TemperatureScaling::to_json() const {
  return nlohmann::ordered_json{{"temperatures", temperatures_}}.dump();
}

inline TemperatureScaling TemperatureScaling::from_json(std::string_view text) {
  constexpr std::string_view where = "TemperatureScaling::from_json";
  const auto json = detail::json_object(where, text);
  return TemperatureScaling(detail::json_field<std::vector<double>>(where, json, "temperatures"));
}

inline std::string PlattScaling::to_json() const {
  return nlohmann::ordered_json{{"slopes", slopes_}, {"intercepts", intercepts_}}.dump();
}

inline PlattScaling PlattScaling::from_json(std::string_view text) {
  constexpr std::string_view where = "PlattScaling::from_json";
  const auto json = detail::json_object(where, text);
  return {detail::json_field<std::vector<double>>(where, json, "slopes"),
          detail::json_field<std::vector<double>>(where, json, "intercepts")};
}

inline std::string IsotonicCalibration::to_json() const {
  auto curves = nlohmann::ordered_json::array();
  for (const auto& curve : curves_) {
    curves.push_back(nlohmann::ordered_json{{"scores", curve.scores}, {"probabilities", curve.probabilities}});
  }
  return nlohmann::ordered_json{{"curves", std::move(curves)}}.dump();
}

inline IsotonicCalibration IsotonicCalibration::from_json(std::string_view text) {
  constexpr std::string_view where = "IsotonicCalibration::from_json";
  const auto json = detail::json_object(where, text);
  std::vector<IsotonicCurve> curves;
  for (const auto& curve : detail::json_field<std::vector<nlohmann::json>>(where, json, "curves")) {
    curves.push_back({detail::json_field<std::vector<double>>(where, curve, "scores"),
                      detail::json_field<std::vector<double>>(where, curve, "probabilities")});
  }
  return IsotonicCalibration(std::move(curves));
}

}  // namespace MULTILABEL_NAMESPACE::calibration

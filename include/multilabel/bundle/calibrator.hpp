// SPDX-License-Identifier: Apache-2.0
#pragma once
// The calibrator that a bundle serves, of a kind that is known only when it is loaded, and its place in multilabel.json. Logits
// go through it before the thresholds are applied, so tune those on what it gives.

#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "multilabel/calibration/calibrator_json.hpp"
#include "multilabel/calibration/isotonic.hpp"
#include "multilabel/calibration/platt.hpp"
#include "multilabel/calibration/temperature.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER {

/// One of the library's calibrators, or none: scores are then the sigmoid of the logits.
using Calibrator =
    std::variant<std::monostate, calibration::TemperatureScaling, calibration::PlattScaling, calibration::IsotonicCalibration>;

[[nodiscard]] inline bool is_none(const Calibrator& calibrator) noexcept { return calibrator.index() == 0; }

/// True where it is fitted on scores (isotonic), not on logits.
[[nodiscard]] inline bool takes_scores(const Calibrator& calibrator) noexcept {
  return std::holds_alternative<calibration::IsotonicCalibration>(calibrator);
}

/// The served scores [samples, labels] of what it takes. Throws `ShapeError` where it is of another number of labels.
[[nodiscard]] inline Matrix<float> calibrated(const Calibrator& calibrator, const Matrix<float>& values) {
  return std::visit(
      [&]<class C>(const C& fitted) -> Matrix<float> {
        if constexpr (std::same_as<C, std::monostate>) {
          return values;
        } else {
          return fitted.apply(values);
        }
      },
      calibrator);
}

namespace detail {

/// {"kind": "temperature", "temperatures": [...]}; null for none.
[[nodiscard]] inline nlohmann::ordered_json json_of(const Calibrator& calibrator) {
  return std::visit(
      []<class C>(const C& fitted) -> nlohmann::ordered_json {
        if constexpr (std::same_as<C, std::monostate>) {
          return nullptr;
        } else {
          nlohmann::ordered_json json = nlohmann::ordered_json::parse(fitted.to_json());
          json["kind"] = std::same_as<C, calibration::TemperatureScaling> ? "temperature"
                         : std::same_as<C, calibration::PlattScaling>     ? "platt"
                                                                          : "isotonic";
          return json;
        }
      },
      calibrator);
}

/// The calibrator of such an object; calls `reject(expected, actual)`, which throws, where it is none.
template <class Reject>
[[nodiscard]] Calibrator calibrator_of(const nlohmann::json& json, const Reject& reject) {
  if (!json.is_object() || !json.contains("kind") || !json["kind"].is_string()) {
    reject("must be an object with a kind", std::string(json.type_name()));
  }
  const auto kind = json["kind"].template get<std::string>();
  try {
    if (kind == "temperature") return calibration::TemperatureScaling::from_json(json.dump());
    if (kind == "platt") return calibration::PlattScaling::from_json(json.dump());
    if (kind == "isotonic") return calibration::IsotonicCalibration::from_json(json.dump());
  } catch (const ArgumentError& error) {
    reject("must hold the numbers of its kind", std::string(error.what()));
  }
  reject("must be of kind 'temperature', 'platt' or 'isotonic'", quoted(kind));
  return {};
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER

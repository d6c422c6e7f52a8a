// SPDX-License-Identifier: Apache-2.0
#include "multilabel/calibration/calibrator_json.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace {
using multilabel::ArgumentError;
using multilabel::calibration::IsotonicCalibration;
using multilabel::calibration::PlattScaling;
using multilabel::calibration::TemperatureScaling;

TEST_CASE("TemperatureScaling::to_json: one object, read back as the equal fit") {
  const TemperatureScaling fitted({1.5, 0.1});
  CHECK(fitted.to_json() == R"({"temperatures":[1.5,0.1]})");
  CHECK(TemperatureScaling::from_json(fitted.to_json()) == fitted);
}

TEST_CASE("PlattScaling::to_json: one object, read back as the equal fit") {
  const PlattScaling fitted({0.5}, {-1.0});
  CHECK(fitted.to_json() == R"({"slopes":[0.5],"intercepts":[-1.0]})");
  CHECK(PlattScaling::from_json(fitted.to_json()) == fitted);
}

TEST_CASE("IsotonicCalibration::to_json: one object a curve, read back as the equal fit") {
  const IsotonicCalibration fitted({{{0.1, 0.5}, {0.0, 0.25}}, {{0.5}, {1.0}}});
  const std::string text =
      R"({"curves":[{"scores":[0.1,0.5],"probabilities":[0.0,0.25]},{"scores":[0.5],"probabilities":[1.0]}]})";
  CHECK(fitted.to_json() == text);
  CHECK(IsotonicCalibration::from_json(text) == fitted);
}

TEST_CASE("calibrators' from_json: what is no calibrator is refused by the field") {
  CHECK_THROWS_WITH(TemperatureScaling::from_json("[1]"),
                    "TemperatureScaling::from_json: text must be a JSON object; got array. Pass what to_json returned.");
  CHECK_THROWS_WITH(PlattScaling::from_json(R"({"slopes":[1]})"),
                    Catch::StartsWith("PlattScaling::from_json: text must have the field 'intercepts'; got "));
  CHECK_THROWS_AS(IsotonicCalibration::from_json(R"({"curves":[[1, 2]]})"), ArgumentError);
  CHECK_THROWS_AS(IsotonicCalibration::from_json(R"({"curves":[{"scores":[2,1],"probabilities":[0,1]}]})"), ArgumentError);
  CHECK_THROWS_AS(TemperatureScaling::from_json(R"({"temperatures":[0]})"), ArgumentError);
  CHECK_THROWS_AS(TemperatureScaling::from_json(""), ArgumentError);
}
}  // namespace

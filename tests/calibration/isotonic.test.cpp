// SPDX-License-Identifier: Apache-2.0
#include "multilabel/calibration/isotonic.hpp"

#include <catch2/catch.hpp>

#include "multilabel/calibration/concepts.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::IsotonicCalibration;
using multilabel::calibration::IsotonicCurve;
using multilabel::calibration::Scope;

static_assert(multilabel::calibration::calibrator<IsotonicCalibration>);

TEST_CASE("IsotonicCalibration: pools what falls, by hand") {
  // Ascending targets 0 | 1 0 | 1: the middle two violate and become 1/2.
  const Matrix<int> targets(4, 1, {1, 0, 0, 1});
  const Matrix<float> scores(4, 1, {0.75F, 0.5F, 0.0F, 0.25F});
  const auto fitted = IsotonicCalibration::fit(targets, scores);
  CHECK(fitted.curves() == std::vector{IsotonicCurve{{0.0, 0.25, 0.5, 0.75}, {0.0, 0.5, 0.5, 1.0}}});
  const auto probabilities = fitted.apply(Matrix<double>(1, 1, {0.625}));
  CHECK(probabilities(0, 0) == 0.75);
}

TEST_CASE("IsotonicCalibration: equal scores are one point") {
  const Matrix<int> targets(4, 1, {0, 1, 1, 1});
  const auto fitted = IsotonicCalibration::fit(targets, Matrix<double>(4, 1, {0.3, 0.3, 0.3, 0.9}));
  CHECK(fitted.curves()[0] == IsotonicCurve{{0.3, 0.9}, {2.0 / 3, 1.0}});
}

TEST_CASE("IsotonicCalibration: a label of one kind takes the curve of all cells") {
  const Matrix<int> targets(2, 2, {1, 0, 0, 0});
  const Matrix<double> scores(2, 2, {0.8, 0.6, 0.2, 0.4});
  const auto fitted = IsotonicCalibration::fit(targets, scores, {.scope = Scope::per_label});
  CHECK(fitted.curves()[0] == IsotonicCurve{{0.2, 0.8}, {0.0, 1.0}});
  CHECK(fitted.curves()[1] == IsotonicCurve{{0.2, 0.6, 0.8}, {0.0, 0.0, 1.0}});
}

TEST_CASE("IsotonicCalibration: flat outside its corners, and its curves have to ascend") {
  const IsotonicCalibration fitted({IsotonicCurve{{0.2, 0.6}, {0.1, 0.9}}});
  CHECK(fitted.apply(Matrix<double>(1, 3, {-5.0, 0.4, 7.0}))(0, 0) == 0.1);
  CHECK(fitted.apply(Matrix<double>(1, 3, {-5.0, 0.4, 7.0}))(0, 2) == 0.9);
  CHECK_THROWS_AS(IsotonicCalibration({IsotonicCurve{{0.6, 0.2}, {0.1, 0.9}}}), multilabel::ArgumentError);
  CHECK_THROWS_AS(IsotonicCalibration({IsotonicCurve{{0.2, 0.6}, {0.9, 0.1}}}), multilabel::ArgumentError);
  CHECK_THROWS_AS(IsotonicCalibration({}), multilabel::ArgumentError);
}
}  // namespace

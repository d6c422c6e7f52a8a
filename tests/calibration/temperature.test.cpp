// SPDX-License-Identifier: Apache-2.0
#include "multilabel/calibration/temperature.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "multilabel/calibration/concepts.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::Scope;
using multilabel::calibration::TemperatureScaling;

static_assert(multilabel::calibration::calibrator<TemperatureScaling>);

TEST_CASE("TemperatureScaling: the temperature that two logit values tell, by hand") {
  // At logit 2 three of four are positive, at -2 one of four: sigmoid(2 / T) = 3/4, so T = 2 / ln 3.
  const Matrix<int> targets(8, 1, {1, 1, 1, 0, 0, 0, 0, 1});
  const Matrix<double> logits(8, 1, {2, 2, 2, 2, -2, -2, -2, -2});
  const auto fitted = TemperatureScaling::fit(targets, logits);
  CHECK(fitted.temperatures()[0] == Approx(2 / std::log(3.0)).epsilon(1e-9));
  CHECK(fitted.apply(logits)(0, 0) == Approx(0.75).epsilon(1e-9));
}

TEST_CASE("TemperatureScaling: separable and reversed labels stay within bounds") {
  const Matrix<int> targets(2, 1, {1, 0});
  CHECK(TemperatureScaling::fit(targets, Matrix<double>(2, 1, {3.0, -3.0})).temperatures()[0] >= 0.01);
  CHECK(TemperatureScaling::fit(targets, Matrix<double>(2, 1, {-3.0, 3.0})).temperatures()[0] == 100.0);
}

TEST_CASE("TemperatureScaling: without both kinds of targets logits stay as they are") {
  CHECK(TemperatureScaling::fit(Matrix<int>(2, 1, {1, 1}), Matrix<double>(2, 1, {3.0, -3.0})).temperatures()[0] == 1.0);
}

TEST_CASE("TemperatureScaling: applies one temperature a label, without overflow") {
  const TemperatureScaling fitted({1.0, 2.0});
  const auto scores = fitted.apply(Matrix<float>(2, 2, {0.0F, 2.0F, 1e4F, -1e4F}));
  CHECK(scores(0, 0) == 0.5F);
  CHECK(scores(0, 1) == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(scores(1, 0) == 1.0F);
  CHECK(scores(1, 1) == 0.0F);
  CHECK_THROWS_AS(fitted.apply(Matrix<float>(1, 3)), multilabel::ShapeError);
  CHECK_THROWS_AS(TemperatureScaling({-1.0}), multilabel::ArgumentError);
}
}  // namespace

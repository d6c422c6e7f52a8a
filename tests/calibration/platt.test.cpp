// SPDX-License-Identifier: Apache-2.0
#include "multilabel/calibration/platt.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "multilabel/calibration/concepts.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::PlattScaling;
using multilabel::calibration::Scope;

static_assert(multilabel::calibration::calibrator<PlattScaling>);

TEST_CASE("PlattScaling: goes through the smoothed rates of two logit values, by hand") {
  // Three positives of five: targets 4/5 and 1/4. Mean target at logit 1: (4/5 + 4/5 + 1/4) / 3, at -1: (4/5 + 1/4) / 2.
  const Matrix<int> targets(5, 1, {1, 1, 0, 1, 0});
  const Matrix<float> logits(5, 1, {1, 1, 1, -1, -1});
  const auto fitted = PlattScaling::fit(targets, logits);
  const double high = std::log((1.85 / 3) / (1 - 1.85 / 3)), low = std::log((1.05 / 2) / (1 - 1.05 / 2));
  CHECK(fitted.slopes()[0] == Approx((high - low) / 2).epsilon(1e-8));
  CHECK(fitted.intercepts()[0] == Approx((high + low) / 2).epsilon(1e-8));
}

TEST_CASE("PlattScaling: far-off logits still converge") {
  // Two values at 1000 and 1001: the slope must be found against a huge intercept.
  const Matrix<int> targets(6, 1, {1, 1, 0, 0, 0, 1});
  const Matrix<double> logits(6, 1, {1001, 1001, 1001, 1000, 1000, 1000});
  const auto scores = PlattScaling::fit(targets, logits).apply(logits);
  CHECK(scores(0, 0) == Approx((0.8 + 0.8 + 0.2) / 3).epsilon(1e-3));
  CHECK(scores(3, 0) == Approx((0.2 + 0.2 + 0.8) / 3).epsilon(1e-3));
}

TEST_CASE("PlattScaling: one line a label") {
  const PlattScaling fitted({1.0, -2.0}, {0.5, 0.0});
  const auto scores = fitted.apply(Matrix<double>(1, 2, {-0.5, 0.0}));
  CHECK(scores == Matrix<double>(1, 2, {0.5, 0.5}));
  CHECK_THROWS_AS(PlattScaling({1.0}, {NAN}), multilabel::ArgumentError);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/calibration/reliability.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

#include "multilabel/calibration.hpp"
#include "multilabel/metrics/masked.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::BinStrategy;
using multilabel::calibration::reliability_curve;

TEST_CASE("reliability_curve: bins, means, rates and error by hand") {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const Matrix<double> targets(3, 2, {1, 0, 0, 1, unknown, 1});
  const Matrix<double> scores(3, 2, {0.9, 0.1, 0.3, 0.7, 0.6, 0.8});
  const auto curve = reliability_curve(targets, scores, {.n_bins = 2});
  CHECK(curve.counts == std::vector<std::size_t>{2, 3});
  CHECK(curve.scores[0] == Approx(0.2));
  CHECK(curve.scores[1] == Approx(0.8));
  CHECK(curve.rates == std::vector<double>{0.0, 1.0});
  CHECK(curve.expected_error() == Approx((2 * 0.2 + 3 * 0.2) / 5));
}

TEST_CASE("reliability_curve and the calibrators: a mask is what NaN in its place would be") {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const Matrix<double> marked(3, 2, {1, 0, 0, 1, unknown, 1});
  const Matrix<std::uint8_t> lies(3, 2, {1, 0, 0, 1, 255, 1}), mask(3, 2, {1, 1, 1, 1, 0, 1});
  const Matrix<double> scores(3, 2, {0.9, 0.1, 0.3, 0.7, 0.6, 0.8});
  const auto known = multilabel::metrics::masked(lies, mask);
  const auto curve = reliability_curve(known, scores), expected = reliability_curve(marked, scores);
  CHECK(curve.scores == expected.scores);
  CHECK(curve.rates == expected.rates);
  CHECK(curve.counts == expected.counts);
  CHECK(multilabel::calibration::TemperatureScaling::fit(known, scores) ==
        multilabel::calibration::TemperatureScaling::fit(marked, scores));
  CHECK(multilabel::calibration::PlattScaling::fit(known, scores) ==
        multilabel::calibration::PlattScaling::fit(marked, scores));
  CHECK(multilabel::calibration::IsotonicCalibration::fit(known, scores) ==
        multilabel::calibration::IsotonicCalibration::fit(marked, scores));
}

TEST_CASE("reliability_curve: an edge belongs to the bin below, empty bins are left out") {
  const auto curve = reliability_curve(Matrix<int>(1, 2, {0, 1}), Matrix<double>(1, 2, {0.5, 0.95}), {.n_bins = 4});
  CHECK(curve.counts == std::vector<std::size_t>{1, 1});
  CHECK(curve.scores == std::vector<double>{0.5, 0.95});
}

TEST_CASE("reliability_curve: quantile bins hold equally many cells") {
  const Matrix<double> scores(1, 6, {0.01, 0.02, 0.03, 0.04, 0.5, 0.9});
  const auto curve = reliability_curve(Matrix<int>(1, 6, 0), scores, {.n_bins = 3, .strategy = BinStrategy::quantile});
  CHECK(curve.counts == std::vector<std::size_t>{2, 2, 2});
}

TEST_CASE("reliability_curve: refuses logits") {
  CHECK_THROWS_WITH(
      reliability_curve(Matrix<int>(1, 1), Matrix<double>(1, 1, {1.5})),
      "calibration::reliability_curve: scores must be probabilities in [0, 1]; got 1.5. Apply a sigmoid to logits "
      "first.");
}
}  // namespace

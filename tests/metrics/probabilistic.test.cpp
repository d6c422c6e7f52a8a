// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/probabilistic.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using namespace multilabel::metrics;

const Matrix<int> targets(2, 2, {1, 0, -1, 1});
const Matrix<double> scores(2, 2, {0.8, 0.4, 0.3, 0.5});

TEST_CASE("log_loss: -log of what the truth was given, unknown cells left out") {
  const double a = -std::log(0.8);
  const double b = -std::log(0.6);
  const double c = -std::log(0.5);
  CHECK(log_loss(targets, scores) == Approx((a + (b + c) / 2) / 2));
  CHECK(log_loss(targets, scores, {.average = Average::micro}) == Approx((a + b + c) / 3));
  CHECK(log_loss(targets, scores, {.average = Average::samples}) == Approx(((a + b) / 2 + c) / 2));
  CHECK(log_loss(targets, scores, {.average = Average::micro, .sample_weight = {1, 2}}) == Approx((a + b + 2 * c) / 4));
}

TEST_CASE("log_loss: certainty that is wrong is dear but finite") {
  CHECK(log_loss(Matrix<int>(1, 1, 1), Matrix<double>(1, 1)) == Approx(-std::log(std::numeric_limits<double>::epsilon())));
}

TEST_CASE("brier_score_loss: squared distance to the truth") {
  CHECK(brier_score_loss(targets, scores, {.average = Average::micro}) == Approx((0.04 + 0.16 + 0.25) / 3));
}

TEST_CASE("expected_calibration_error: mean probability against share of positives, bin by bin") {
  const Matrix<int> t(4, 1, {0, 1, 1, 1});
  const Matrix<double> p(4, 1, {0.2, 0.3, 0.8, 0.9});
  // two bins: (0.25 against 0.5) and (0.85 against 1), two cells each
  CHECK(expected_calibration_error(t, p, {.n_bins = 2}) == Approx((0.25 * 2 + 0.15 * 2) / 4));
  CHECK(expected_calibration_error(t, p, {.n_bins = 1}) == Approx(0.75 - 0.55));
  // equal mass, four bins of one cell
  CHECK(expected_calibration_error(t, p, {.n_bins = 4, .strategy = BinStrategy::quantile}) ==
        Approx((0.2 + 0.7 + 0.2 + 0.1) / 4));
}

TEST_CASE("expected_calibration_error: a probability at the edge of a bin belongs below it, whatever the product rounds to") {
  constexpr std::size_t n_bins = 15;
  std::vector<double> probabilities;
  for (std::size_t edge = 0; edge <= n_bins; ++edge) {
    const double at = static_cast<double>(edge) / n_bins;
    probabilities.push_back(at);
    if (edge > 0) probabilities.push_back(std::nextafter(at, 0.0));
    if (edge < n_bins) probabilities.push_back(std::nextafter(at, 1.0));
  }
  const std::size_t size = probabilities.size();
  Matrix<int> t(size, 1);
  Matrix<double> p(size, 1);
  std::vector<double> gaps(n_bins);
  for (std::size_t i = 0; i < size; ++i) {
    p(i, 0) = probabilities[i];
    t(i, 0) = i % 3 == 0 ? 1 : 0;
    std::size_t bin = 0;
    while (bin + 1 < n_bins && p(i, 0) > static_cast<double>(bin + 1) / n_bins) ++bin;
    gaps[bin] += p(i, 0) - t(i, 0);
  }
  double error = 0.0;
  for (const double gap : gaps) error += std::abs(gap) / static_cast<double>(size);
  CHECK(expected_calibration_error(t, p, {.n_bins = n_bins}) == Approx(error).epsilon(1e-14));
}

TEST_CASE("expected_calibration_error: macro is the mean over labels, and equal scores share a bin") {
  const Matrix<int> t(2, 2, {1, 0, 0, 0});
  const Matrix<double> p(2, 2, {0.5, 0.1, 0.5, 0.1});
  CHECK(expected_calibration_error(t, p, {.average = Average::macro, .n_bins = 2, .strategy = BinStrategy::quantile}) ==
        Approx((0.0 + 0.1) / 2));
  CHECK_THROWS_AS(expected_calibration_error(t, p, {.average = Average::samples}), ArgumentError);
  CHECK_THROWS_AS(expected_calibration_error(t, p, {.n_bins = 0}), ArgumentError);
  CHECK_THROWS_WITH(expected_calibration_error(t, p, {.n_bins = 1'000'001}),
                    "metrics::expected_calibration_error: n_bins must be from 1 to 1000000; got 1000001");
}

TEST_CASE("probability metrics: logits are refused") {
  CHECK_THROWS_WITH(
      log_loss(Matrix<int>(1, 1), Matrix<float>(1, 1, 1.5f)),
      "metrics::log_loss: scores must be probabilities in [0, 1]; got 1.5 in row 0, column 0. Logits become probabilities "
      "by a sigmoid.");
}

}  // namespace

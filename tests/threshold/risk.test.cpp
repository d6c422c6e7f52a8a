// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/risk.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "multilabel/threshold/detail/risk_bounds.hpp"

namespace {
using multilabel::Matrix;
using multilabel::threshold::Risk;
namespace detail = multilabel::threshold::detail;

TEST_CASE("row losses: by hand, 0 / 0 is no loss, rows without a known cell are left out") {
  // Known 3: TP 1, FP 1, FN 1 | nothing true, nothing predicted | unknown.
  const Matrix<std::int8_t> targets(3, 3, {1, 0, 1, 0, 0, -1, -1, -1, -1});
  const Matrix<double> scores(3, 3, {0.9, 0.8, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9});
  const auto losses = [&](Risk risk) { return detail::row_losses(targets.view(), scores.view(), risk, 0.5); };
  CHECK(losses(Risk::false_negative_rate) == std::vector<double>{0.5, 0.0});
  CHECK(losses(Risk::false_positive_rate) == std::vector<double>{1.0, 0.0});
  CHECK(losses(Risk::false_discovery_rate) == std::vector<double>{0.5, 0.0});
  CHECK(losses(Risk::f1) == std::vector<double>{0.5, 0.0});
  CHECK(losses(Risk::jaccard)[0] == Approx(2.0 / 3));
}

TEST_CASE("binomial_cdf: four fair coins") {
  CHECK(detail::binomial_cdf(0, 4, 0.5) == Approx(1.0 / 16));
  CHECK(detail::binomial_cdf(1, 4, 0.5) == Approx(5.0 / 16));
  CHECK(detail::binomial_cdf(4, 4, 0.5) == 1.0);
}

TEST_CASE("risk bounds: no loss at all in n rows has a p-value of at most (1 - alpha)^n") {
  CHECK(detail::hoeffding_bentkus(0.0, 20, 0.1) == Approx(std::pow(0.9, 20)));
  CHECK(detail::hoeffding_bentkus(0.1, 20, 0.1) == 1.0);
  const std::vector<double> none(200, 0.0), all(200, 1.0);
  CHECK(detail::betting(none, 0.1, 0.05) < 0.05);
  CHECK(detail::betting(all, 0.1, 0.05) == 1.0);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
// What Platt and temperature scaling fit with: the sums over cells, and the line that Newton's method finds on them.

#include "multilabel/calibration/detail/logistic.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "multilabel/calibration/platt.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::PlattScaling;
using multilabel::calibration::Scope;
namespace detail = multilabel::calibration::detail;

std::vector<double> drawn_logits(std::size_t count) {
  std::vector<double> logits;
  multilabel::Random random(multilabel::RandomKey{5, 0, 0, 0});
  for (std::size_t i = 0; i < count; ++i) logits.push_back(3 * random.normal());
  return logits;
}

TEST_CASE("fast_sigmoid: agrees with the exact one to 1e-12") {
  const auto fast = [](double x) {
    double result = 0;
    detail::fast_sigmoid<std::uint64_t>(x, result);
    return result;
  };
  for (double x = -690; x < 690; x += 0.37) CHECK(fast(x) == Approx(detail::sigmoid(x)).epsilon(1e-12).margin(0));
  CHECK(fast(1e9) == 1.0);
  CHECK(fast(-1e9) < 1e-300);
}

TEST_CASE("logistic_sums: those of the definition, also where the cells do not fill a vector") {
  const detail::Line line{0.5, -0.25};
  for (std::size_t count = 0; count < 10; ++count) {
    detail::LogisticSums expected;
    const auto logits = drawn_logits(count);
    for (const double z : logits) {
      const double p = 1 / (1 + std::exp(-(0.5 * z - 0.25))), w = p * (1 - p);
      expected = expected + detail::LogisticSums{p - 0.75, (p - 0.75) * z, w, w * z, w * z * z};
    }
    const auto found = detail::logistic_sums(logits.data(), count, line, 0.75);
    CHECK(found.rest == Approx(expected.rest).margin(1e-11));
    CHECK(found.rest_logit == Approx(expected.rest_logit).margin(1e-11));
    CHECK(found.weight == Approx(expected.weight).margin(1e-11));
    CHECK(found.weight_logit == Approx(expected.weight_logit).margin(1e-11));
    CHECK(found.weight_square == Approx(expected.weight_square).margin(1e-11));
  }
}

TEST_CASE("logistic_sums: the plain loop and the one for this CPU give the same bits") {
  const auto logits = drawn_logits(1003);
  const auto plain = detail::AddCells{}(logits.data(), logits.size(), {0.7, 0.1}, 0.9);
  const auto best = detail::logistic_sums(logits.data(), logits.size(), {0.7, 0.1}, 0.9);
  CHECK(plain.rest == best.rest);
  CHECK(plain.rest_logit == best.rest_logit);
  CHECK(plain.weight == best.weight);
  CHECK(plain.weight_logit == best.weight_logit);
  CHECK(plain.weight_square == best.weight_square);
}

TEST_CASE("PlattScaling: the same line on any number of threads") {
  constexpr std::size_t rows = 40000, labels = 3;  // several pieces of a sum
  Matrix<std::int8_t> targets(rows, labels);
  Matrix<float> logits(rows, labels);
  multilabel::Random random(multilabel::RandomKey{6, 0, 0, 0});
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits.data()[i] = static_cast<float>(2 * random.normal() + 3);
    targets.data()[i] = random.chance(detail::sigmoid(logits.data()[i] / 2 - 2)) ? 1 : 0;
  }
  const auto fit = [&](std::size_t threads) {
    multilabel::set_num_threads(threads);
    auto fitted = std::pair{PlattScaling::fit(targets, logits), PlattScaling::fit(targets, logits, {Scope::per_label})};
    multilabel::set_num_threads(0);
    return fitted;
  };
  const auto expected = fit(1);
  for (const std::size_t threads : {2, 5}) CHECK(fit(threads) == expected);
}
}  // namespace

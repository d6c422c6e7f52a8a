// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/decode.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "multilabel/core/random.hpp"

namespace {
using multilabel::Matrix;
using multilabel::Random;
using multilabel::threshold::decode_expected_f1;
using multilabel::threshold::decode_expected_f1_joint;

/// The expected F1 of predicting the labels in the bits of `guess`, by going through all label sets.
double expected_f1(unsigned guess, const std::vector<double>& probability_of_set) {
  double expected = 0;
  for (unsigned truth = 0; truth < probability_of_set.size(); ++truth) {
    const int both = std::popcount(guess & truth), sizes = std::popcount(guess) + std::popcount(truth);
    expected += probability_of_set[truth] * (sizes == 0 ? 1.0 : 2.0 * both / sizes);
  }
  return expected;
}

double best_of_all(const std::vector<double>& probability_of_set) {
  double best = 0;
  for (unsigned guess = 0; guess < probability_of_set.size(); ++guess)
    best = std::max(best, expected_f1(guess, probability_of_set));
  return best;
}

TEST_CASE("decode_expected_f1: two labels by hand") {
  // .6 and q: {1} gives .6 (1 - q + 2/3 q), {1, 2} gives .6 q + 2/3 (.6 (1 - q) + .4 q): equal at q = 0.3.
  CHECK(decode_expected_f1(Matrix<double>(1, 2, {0.6, 0.35})) == Matrix<std::uint8_t>(1, 2, {1, 1}));
  CHECK(decode_expected_f1(Matrix<double>(1, 2, {0.6, 0.25})) == Matrix<std::uint8_t>(1, 2, {1, 0}));
  CHECK(decode_expected_f1(Matrix<double>(1, 2, {0.1, 0.2})) == Matrix<std::uint8_t>(1, 2, {0, 0}));
}

TEST_CASE("decode_expected_f1: no set is better, by enumeration, and threads do not matter") {
  constexpr std::size_t labels = 6, rows = 200;
  Random random({.seed = 5});
  Matrix<double> scores(rows, labels);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double u = random.uniform();
    scores.data()[i] = u * u;
  }
  const auto predictions = decode_expected_f1(scores);
  CHECK(decode_expected_f1(scores, {.threads = 3}) == predictions);
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<double> sets(1u << labels, 1.0);
    unsigned guess = 0;
    for (unsigned j = 0; j < labels; ++j) {
      for (unsigned set = 0; set < sets.size(); ++set) sets[set] *= ((set >> j) & 1u) != 0 ? scores(i, j) : 1 - scores(i, j);
      guess |= static_cast<unsigned>(predictions(i, j)) << j;
    }
    CHECK(expected_f1(guess, sets) == Approx(best_of_all(sets)).margin(1e-12));
  }
}

TEST_CASE("decode_expected_f1_joint: no set is better under any joint distribution, by enumeration") {
  constexpr unsigned labels = 5;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random({.seed = seed});
    std::vector<double> sets(1u << labels);
    double sum = 0;
    for (auto& p : sets) sum += p = std::pow(random.uniform(), 6);
    Matrix<double> joint(labels, labels);
    for (unsigned set = 0; set < sets.size(); ++set) {
      sets[set] /= sum;
      for (unsigned j = 0; j < labels; ++j) {
        if (((set >> j) & 1u) != 0) joint(j, static_cast<std::size_t>(std::popcount(set)) - 1) += sets[set];
      }
    }
    const auto best = decode_expected_f1_joint(joint);
    unsigned guess = 0;
    for (unsigned j = 0; j < labels; ++j) guess |= static_cast<unsigned>(best[j]) << j;
    CHECK(expected_f1(guess, sets) == Approx(best_of_all(sets)).margin(1e-12));
  }
}

TEST_CASE("decode: negligible labels are left out, and bad input is named") {
  CHECK(decode_expected_f1(Matrix<float>(1, 3, {0.9F, 0.4F, 0.5F}), {.negligible = 0.6}) ==
        Matrix<std::uint8_t>(1, 3, {1, 0, 0}));
  CHECK_THROWS_WITH(
      decode_expected_f1(Matrix<float>(1, 1, {1.5F})),
      "threshold::decode_expected_f1: scores must be probabilities in [0, 1]; got 1.5. Calibrate the logits first.");
  CHECK_THROWS_AS(decode_expected_f1_joint(Matrix<double>(2, 3)), multilabel::ShapeError);
  CHECK_THROWS_WITH(decode_expected_f1(Matrix<double>(1, 1, {0.5}), {.negligible = std::nan("")}),
                    "threshold::decode_expected_f1: negligible must be a probability in [0, 1]; got nan");
}
}  // namespace

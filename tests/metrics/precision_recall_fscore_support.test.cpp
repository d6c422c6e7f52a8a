// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/precision_recall_fscore_support.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;

// Label 0: TP 2, predicted 2, positives 3. Label 1: TP 0, predicted 1, positives 1. Label 2: TP 0, predicted 1, positives 0.
const Matrix<int> truth(4, 3, {1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0});
const Matrix<int> guess(4, 3, {1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0});

TEST_CASE("precision_recall_fscore_support: without an average one value a label, and its positives") {
  const auto scores = precision_recall_fscore_support(truth, guess);
  CHECK(scores.precision.values == std::vector<double>{1.0, 0.0, 0.0});
  CHECK(scores.recall.values == std::vector<double>{2.0 / 3.0, 0.0, 0.0});
  CHECK(scores.fscore.values == std::vector<double>{4.0 / 5.0, 0.0, 0.0});
  CHECK(scores.support == std::vector<double>{3, 1, 0});
  CHECK(scores.precision.undefined == 0);
  CHECK(scores.recall.undefined == 1);
  CHECK(scores.fscore.undefined == 0);
}

TEST_CASE("precision_recall_fscore_support: each average is that of the single functions, and has no support") {
  for (const auto average : {Average::micro, Average::macro, Average::weighted, Average::samples}) {
    const AverageOptions how{average, ZeroDivision::one, {1, 2, 3, 4}, {0, 2}};
    const auto scores = precision_recall_fscore_support(
        truth, guess,
        {.beta = 2, .average = average, .zero_division = ZeroDivision::one, .sample_weight = {1, 2, 3, 4}, .labels = {0, 2}});
    CHECK(scores.precision.values == std::vector<double>{precision_score(truth, guess, how)});
    CHECK(scores.recall.values == std::vector<double>{recall_score(truth, guess, how)});
    CHECK(scores.fscore.values == std::vector<double>{fbeta_score(truth, guess, 2, how)});
    CHECK(scores.support.empty());
  }
}

TEST_CASE("precision_recall_fscore_support: undefined counts what is behind an average") {
  // row 0: 1 of 2 predicted; row 1: all right; row 2: nothing present; row 3: nothing predicted
  const auto scores = precision_recall_fscore_support(truth, guess, {.average = Average::samples});
  CHECK(scores.precision.values.at(0) == Approx((0.5 + 1.0) / 4.0));
  CHECK(scores.precision.undefined == 1);
  CHECK(scores.recall.undefined == 1);
  CHECK(scores.fscore.undefined == 0);
}

TEST_CASE("precision_recall_fscore_support: weights count rows more often, in the support too") {
  const auto scores = precision_recall_fscore_support(truth, guess, {.sample_weight = {2, 1, 1, 0.5}});
  CHECK(scores.support == std::vector<double>{3.5, 2, 0});
  CHECK(scores.recall.values[0] == Approx(3.0 / 3.5));
}

TEST_CASE("precision_recall_fscore_support: a label without anything is left out when it is to be skipped") {
  const auto scores = precision_recall_fscore_support(truth, guess, {.zero_division = ZeroDivision::skip});
  CHECK(std::isnan(scores.recall.values[2]));
}

TEST_CASE("precision_recall_fscore_support: bad shapes and betas are refused") {
  CHECK_THROWS_AS(precision_recall_fscore_support(truth, Matrix<int>(4, 2)), ShapeError);
  CHECK_THROWS_AS(precision_recall_fscore_support(truth, guess, {.beta = -1}), ArgumentError);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/rule.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "multilabel/threshold/fixed.hpp"

namespace {
using multilabel::Matrix;
using multilabel::threshold::FixedThreshold;
using multilabel::threshold::ThresholdRule;
using Predictions = Matrix<std::uint8_t>;

TEST_CASE("ThresholdRule: a score at the threshold is predicted") {
  const Matrix<float> scores(2, 2, {0.3F, 0.5F, 0.2F, 0.7F});
  CHECK(ThresholdRule({0.3}).apply(scores) == Predictions(2, 2, {1, 1, 0, 1}));
  CHECK(ThresholdRule({0.2, 0.6}).apply(scores) == Predictions(2, 2, {1, 0, 1, 1}));
  CHECK(FixedThreshold{0.5}.apply(scores) == Predictions(2, 2, {0, 1, 0, 1}));
}

TEST_CASE("ThresholdRule: compares in the scores' own type") {
  CHECK(0.35F < 0.35);  // so in double the float score would stay below
  CHECK(ThresholdRule({0.35}).apply(Matrix<float>(1, 1, {0.35F}))(0, 0) == 1);
  CHECK(ThresholdRule({0.35}).apply(Matrix<double>(1, 1, {0.35F}))(0, 0) == 0);
  CHECK(ThresholdRule({0.5}).apply(Matrix<int>(1, 2, {0, 1})) == Predictions(1, 2, {0, 1}));
}

TEST_CASE("ThresholdRule: says what does not fit") {
  CHECK_THROWS_WITH(ThresholdRule({0.1, 0.2}).apply(Matrix<float>(1, 3)),
                    "ThresholdRule::apply: scores must have 2 labels, one per threshold; got [1, 3]. Use the scores of the "
                    "vocabulary the rule was tuned with.");
  CHECK_THROWS_AS(ThresholdRule({0.1, 0.2}).apply(Matrix<float>(1, 3)), multilabel::ShapeError);
  CHECK_THROWS_AS(FixedThreshold(0.5).apply(Matrix<double>(1, 1, {std::nan("")})), multilabel::ArgumentError);
  CHECK_THROWS_AS(ThresholdRule({}), multilabel::ArgumentError);
  CHECK_THROWS_AS(FixedThreshold(INFINITY), multilabel::ArgumentError);
}

TEST_CASE("ThresholdRule: equal rules are equal, also without a value") {
  CHECK(ThresholdRule({0.5}) == FixedThreshold(0.5));
  CHECK_FALSE(ThresholdRule({0.5}) == ThresholdRule({0.5, 0.5}));
  CHECK_FALSE(ThresholdRule({0.5}, "f1", "micro", 0.8) == ThresholdRule({0.5}, "f1", "micro", 0.9));
}
}  // namespace

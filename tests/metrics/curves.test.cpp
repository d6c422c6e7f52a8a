// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/curves.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace {
using multilabel::Matrix;
using namespace multilabel::metrics;

const Matrix<int> targets(4, 1, {1, 0, 1, 0});
const Matrix<double> scores(4, 1, {0.9, 0.5, 0.5, 0.25});

TEST_CASE("precision_recall_curve: a point at each distinct score, and (1, 0)") {
  const auto curve = precision_recall_curve(targets, scores).at(0);
  CHECK(curve.thresholds == std::vector<double>{0.25, 0.5, 0.9});
  CHECK(curve.precision == std::vector<double>{0.5, 2.0 / 3.0, 1.0, 1.0});
  CHECK(curve.recall == std::vector<double>{1.0, 1.0, 0.5, 0.0});
}

TEST_CASE("roc_curve: rates from nothing predicted to everything") {
  const auto curve = roc_curve(targets, scores).at(0);
  CHECK(curve.thresholds == std::vector<double>{std::numeric_limits<double>::infinity(), 0.9, 0.5, 0.25});
  CHECK(curve.true_positive_rate == std::vector<double>{0.0, 0.5, 1.0, 1.0});
  CHECK(curve.false_positive_rate == std::vector<double>{0.0, 0.0, 0.5, 1.0});
}

TEST_CASE("curves: unknown cells are left out, weights count, missing kinds are undefined") {
  const auto partly = roc_curve(Matrix<int>(4, 1, {1, -1, 1, 0}), scores, {1, 1, 3, 1}).at(0);
  CHECK(partly.true_positive_rate == std::vector<double>{0.0, 0.25, 1.0, 1.0});
  CHECK(std::isnan(roc_curve(Matrix<int>(4, 1), scores).at(0).true_positive_rate[1]));
  CHECK(precision_recall_curve(Matrix<int>(4, 1), scores).at(0).recall == std::vector<double>{1.0, 1.0, 1.0, 0.0});
}

}  // namespace

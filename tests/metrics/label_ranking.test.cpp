// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/label_ranking.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;

// Row 0: positives score 0.8 and 0.5; above or at 0.8: itself; above or at 0.5: 0.8, 0.5, 0.5 (tied negative).
const Matrix<int> targets(1, 4, {1, 0, 1, 0});
const Matrix<float> scores(1, 4, {0.8f, 0.5f, 0.5f, 0.1f});

TEST_CASE("label_ranking_average_precision_score: positives at or above over labels at or above") {
  CHECK(label_ranking_average_precision_score(targets, scores) == Approx((1.0 / 1.0 + 2.0 / 3.0) / 2.0));
}

TEST_CASE("coverage_error: labels down to the lowest positive, ties in full") {
  CHECK(coverage_error(targets, scores) == 3.0);
  CHECK(coverage_error(Matrix<int>(1, 4), scores) == 0.0);
}

TEST_CASE("label_ranking_loss: a tied pair is a wrong pair") {
  CHECK(label_ranking_loss(targets, scores) == Approx(1.0 / 4.0));  // 2 x 2 pairs, one of them tied
}

TEST_CASE("label_ranking: the three in one pass") {
  const auto together = label_ranking(targets, scores);
  CHECK(together.average_precision == label_ranking_average_precision_score(targets, scores));
  CHECK(together.coverage_error == coverage_error(targets, scores));
  CHECK(together.ranking_loss == label_ranking_loss(targets, scores));
}

TEST_CASE("ranking metrics: positives beyond the first 64 columns count too") {
  Matrix<int> t(1, 150);
  Matrix<float> s(1, 150);
  for (std::size_t j = 0; j < 150; ++j) s(0, j) = static_cast<float>(j);
  t(0, 3) = t(0, 64) = t(0, 149) = 1;
  CHECK(coverage_error(t, s) == 147.0);  // 3 ... 149
  // above column 3 are 146 labels, 2 of them positive; above column 64 are 85, 1 of them positive; above column 149 none
  CHECK(label_ranking_loss(t, s) == Approx((144.0 + 84.0 + 0.0) / (3.0 * 147.0)));
}

TEST_CASE("ranking metrics: rows where order means nothing count as perfect") {
  const Matrix<int> none_and_all(2, 2, {0, 0, 1, 1});
  const Matrix<double> any(2, 2, {0.1, 0.2, 0.3, 0.4});
  CHECK(label_ranking_average_precision_score(none_and_all, any) == 1.0);
  CHECK(label_ranking_loss(none_and_all, any) == 0.0);
  CHECK(coverage_error(none_and_all, any) == 1.0);  // 0 and 2
}

TEST_CASE("ranking metrics: rows are weighted, unknown cells leave their row") {
  const Matrix<int> two(2, 2, {1, 0, 1, 0});
  const Matrix<float> right_and_wrong(2, 2, {0.9f, 0.1f, 0.1f, 0.9f});
  CHECK(label_ranking_loss(two, right_and_wrong, {3, 1}) == Approx(1.0 / 4.0));
  const Matrix<int> partly(1, 3, {1, -1, 0});
  const Matrix<float> three(1, 3, {0.5f, 0.9f, 0.1f});
  CHECK(label_ranking_average_precision_score(partly, three) == 1.0);
  CHECK(coverage_error(partly, three) == 1.0);
}

TEST_CASE("ranking metrics: many positives are sorted, with the same result as counting") {
  // 60 positives at 0, 1, ..., 59 and 60 negatives at 0.5, 1.5, ..., 59.5: positive i has 59 - i positives and 60 - i negatives
  // above
  Matrix<int> t(1, 120);
  Matrix<double> s(1, 120);
  double expected_precision = 0.0;
  double expected_pairs = 0.0;
  for (std::size_t i = 0; i < 60; ++i) {
    t(0, i) = 1;
    s(0, i) = static_cast<double>(i);
    s(0, 60 + i) = static_cast<double>(i) + 0.5;
    const auto above = static_cast<double>(60 - i);
    expected_precision += above / (above + above) / 60.0;
    expected_pairs += above / 3600.0;
  }
  CHECK(label_ranking_average_precision_score(t, s) == Approx(expected_precision));
  CHECK(label_ranking_loss(t, s) == Approx(expected_pairs));
}

TEST_CASE("ranking metrics: shapes must agree and scores be finite") {
  CHECK_THROWS_AS(coverage_error(targets, Matrix<float>(1, 3)), ShapeError);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(label_ranking_loss(targets, Matrix<float>(1, 4, {0.f, 0.f, nan, 0.f})),
                    "metrics::label_ranking_loss: scores must be finite; got NaN in row 0, column 2");
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(label_ranking_loss(targets, Matrix<double>(1, 4, {0., -infinity, 0., 0.})), ArgumentError);
}

}  // namespace

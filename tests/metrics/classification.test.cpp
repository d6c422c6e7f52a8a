// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/classification.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <xtensor/xtensor.hpp>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;
using Catch::Matchers::Contains;

constexpr double infinity = std::numeric_limits<double>::infinity();
const float nan = std::numeric_limits<float>::quiet_NaN();

// Label 0: TP 2, predicted 2, positives 3. Label 1: TP 0, predicted 1, positives 1. Label 2: TP 0, predicted 1, positives 0.
// Row 0: TP 1, predicted 2, positives 2. Row 1: TP 1, predicted 1, positives 1. Row 2: nothing at all. Row 3: TP 0, predicted
// 1, positives 1.
const Matrix<int> targets(4, 3, {1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0});
const Matrix<int> predictions(4, 3, {1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0});

TEST_CASE("confusion_by_label: counts of every column, unknown cells left out") {
  const auto counts = confusion_by_label(targets, predictions);
  CHECK(counts.true_positives == std::vector<double>{2, 0, 0});
  CHECK(counts.predicted == std::vector<double>{2, 1, 1});
  CHECK(counts.positives == std::vector<double>{3, 1, 0});
  CHECK(counts.known == std::vector<double>{4, 4, 4});
  CHECK(counts.true_negatives(0) == 1);
  const auto partly = confusion_by_label(Matrix<int>(2, 2, {1, -1, -1, 0}), Matrix<int>(2, 2, {1, 1, 0, 1}));
  CHECK(partly.predicted == std::vector<double>{1, 1});
  CHECK(partly.known == std::vector<double>{1, 1});
}

TEST_CASE("confusion_by_sample: counts of every row, times its weight") {
  const auto counts = confusion_by_sample(targets, predictions, {.sample_weight = {1, 2, 1, 3}});
  CHECK(counts.true_positives == std::vector<double>{1, 2, 0, 0});
  CHECK(counts.predicted == std::vector<double>{2, 2, 0, 3});
  CHECK(counts.known == std::vector<double>{3, 6, 3, 9});
}

TEST_CASE("f1_score: 2 TP / (positives + predicted) under each average") {
  // labels: 4/5, 0/2, 0/1; rows: 2/4, 2/2, 0/0, 0/2
  CHECK(f1_score(targets, predictions, {.average = Average::micro}) == Approx(4.0 / 8.0));
  CHECK(f1_score(targets, predictions, {.average = Average::macro}) == Approx(0.8 / 3.0));
  CHECK(f1_score(targets, predictions, {.average = Average::weighted}) == Approx(0.8 * 3.0 / 4.0));
  CHECK(f1_score(targets, predictions, {.average = Average::samples}) == Approx(1.5 / 4.0));
}

TEST_CASE("f1_score: a row without labels and predictions is 0, 1 or left out, as zero_division says") {
  CHECK(f1_score(targets, predictions, {.average = Average::samples, .zero_division = ZeroDivision::one}) == Approx(2.5 / 4.0));
  CHECK(f1_score(targets, predictions, {.average = Average::samples, .zero_division = ZeroDivision::skip}) ==
        Approx(1.5 / 3.0));
}

TEST_CASE("precision_score and recall_score: their own denominators decide") {
  CHECK(precision_score(targets, predictions) == Approx((1.0 + 0.0 + 0.0) / 3.0));
  CHECK(recall_score(targets, predictions) == Approx((2.0 / 3.0 + 0.0 + 0.0) / 3.0));
  CHECK(recall_score(targets, predictions, {.zero_division = ZeroDivision::skip}) == Approx((2.0 / 3.0 + 0.0) / 2.0));
}

TEST_CASE("jaccard_score: intersection over union") {
  CHECK(jaccard_score(targets, predictions) == Approx((2.0 / 3.0) / 3.0));
  CHECK(jaccard_score(targets, predictions, {.average = Average::micro}) == Approx(2.0 / 6.0));
}

TEST_CASE("fbeta_score: beta 0 is precision, infinity is recall, negative is refused") {
  CHECK(fbeta_score(targets, predictions, 0.0) == precision_score(targets, predictions));
  CHECK(fbeta_score(targets, predictions, infinity) == recall_score(targets, predictions));
  CHECK(fbeta_score(targets, predictions, 2.0, {.average = Average::micro}) == Approx(5.0 * 2.0 / (4.0 * 4.0 + 4.0)));
  CHECK_THROWS_AS(fbeta_score(targets, predictions, -1.0), ArgumentError);
}

TEST_CASE("f1_score: labels select and reorder columns, also for rows") {
  CHECK(f1_score(targets, predictions, {.labels = {0}}) == Approx(0.8));
  // columns 1 and 0 only: rows 2/3, 2/2, 0/0, 0/2
  CHECK(f1_score(targets, predictions, {.average = Average::samples, .labels = {1, 0}}) == Approx((2.0 / 3.0 + 1.0) / 4.0));
  CHECK_THROWS_WITH(f1_score(targets, predictions, {.labels = {3}}), Contains("labels must be below 3; got 3"));
}

TEST_CASE("f1_score: sample_weight counts a row several times") {
  const Matrix<int> t(3, 2, {1, 0, 0, 1, 0, 1});
  const Matrix<int> p(3, 2, {1, 1, 0, 1, 0, 1});
  const Matrix<int> t_weighted(2, 2, {1, 0, 0, 1});
  const Matrix<int> p_weighted(2, 2, {1, 1, 0, 1});
  for (const auto average : {Average::micro, Average::macro, Average::weighted, Average::samples}) {
    CHECK(f1_score(t_weighted, p_weighted, {.average = average, .sample_weight = {1, 2}}) ==
          Approx(f1_score(t, p, {.average = average})));
  }
  CHECK_THROWS_AS(f1_score(t, p, {.sample_weight = {1, 2}}), ShapeError);
  CHECK_THROWS_AS(f1_score(t, p, {.sample_weight = {0, 0, 0}}), ArgumentError);
  CHECK_THROWS_AS(f1_score(t, p, {.sample_weight = {1, infinity, 1}}), ArgumentError);
}

TEST_CASE("f1_score: unknown cells are as if they were not there") {
  const Matrix<float> known(2, 3, {1, nan, 0, 0, 1, nan});
  const Matrix<std::uint8_t> guess(2, 3, {1, 1, 1, 0, 1, 0});
  // label 0: TP 1 of 1; label 1 (row 1 only): TP 1 of 1; label 2 (row 0 only): predicted once, never present
  CHECK(f1_score(known, guess) == Approx(2.0 / 3.0));
  CHECK(f1_score(known, guess, {.average = Average::micro}) == Approx(4.0 / 5.0));
  CHECK(f1_score(known, guess, {.average = Average::samples}) == Approx((2.0 / 3.0 + 1.0) / 2.0));
}

TEST_CASE("f1_score: any number type, bool, and xtensor containers and expressions") {
  const xt::xtensor<double, 2> t{{1, 0}, {1, 1}};
  const xt::xtensor<float, 2> scores{{0.9f, 0.6f}, {0.2f, 0.7f}};
  CHECK(f1_score(t, scores > 0.5f, {.average = Average::micro}) == Approx(4.0 / 6.0));
  CHECK(f1_score(Matrix<signed char>(1, 2, {1, 0}), Matrix<double>(1, 2, {1.0, -0.0}), {.average = Average::micro}) == 1.0);
}

TEST_CASE("f1_score: wide rows and long columns do not overflow the byte counters") {
  const Matrix<std::uint8_t> wide(2, 5000, std::uint8_t{1});
  const auto rows = confusion_by_sample(wide, wide);
  CHECK(rows.true_positives == std::vector<double>{5000, 5000});
  const Matrix<std::uint8_t> tall(3000, 3, std::uint8_t{1});
  CHECK(confusion_by_label(tall, tall).positives == std::vector<double>{3000, 3000, 3000});
}

TEST_CASE("f1_score: other shapes, other values and unknown predictions are refused by name") {
  CHECK_THROWS_WITH(
      f1_score(targets, Matrix<int>(4, 2)),
      "metrics::f1_score: targets and predictions must have the same shape [samples, labels]; got [4, 3] and [4, 2]");
  CHECK_THROWS_WITH(f1_score(Matrix<int>(1, 2, {0, 2}), Matrix<int>(1, 2)),
                    Contains("targets must hold 0 or 1") && Contains("got 2 in row 0, column 1"));
  CHECK_THROWS_WITH(f1_score(Matrix<int>(1, 2), Matrix<float>(1, 2, {1.0f, 0.5f})),
                    Contains("got 0.5 in row 0, column 1. Scores become"));
  CHECK_THROWS_AS(f1_score(Matrix<int>(1, 2), Matrix<int>(1, 2, {0, -1})), ArgumentError);
  CHECK(std::isnan(f1_score(Matrix<int>(0, 2), Matrix<int>(0, 2), {.average = Average::samples})));
}

TEST_CASE("concepts: what the metrics take") {
  STATIC_REQUIRE(label_matrix<Matrix<std::uint8_t>>);
  STATIC_REQUIRE(score_matrix<xt::xtensor<float, 2>>);
  STATIC_REQUIRE_FALSE(score_matrix<Matrix<int>>);
  const auto micro_f1 = [](const auto& t, const auto& p) { return f1_score(t, p, {.average = Average::micro}); };
  STATIC_REQUIRE(metric<decltype(micro_f1), Matrix<int>, Matrix<int>>);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/coco_report.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using namespace multilabel::metrics;

const Matrix<int> targets(2, 3, {1, 0, 0, 1, 1, 0});
const Matrix<float> scores(2, 3, {0.9f, 0.8f, 0.6f, 0.4f, 0.7f, 0.2f});

TEST_CASE("top_k_predictions: the k best of each row on any number of threads") {
  const std::size_t rows = 40000, labels = 20, k = 3;
  Matrix<float> many(rows, labels);
  multilabel::Random random({5});
  for (std::size_t i = 0; i < many.size(); ++i) many.data()[i] = static_cast<float>(random.uniform());
  multilabel::set_num_threads(3);
  const auto predictions = top_k_predictions(many, k);
  multilabel::set_num_threads(0);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    float least = 1, most = 0;  // of the predicted scores, of the others
    std::size_t predicted = 0;
    for (std::size_t j = 0; j < labels; ++j) {
      if (predictions(i, j) == 1) ++predicted, least = std::min(least, many(i, j));
      if (predictions(i, j) == 0) most = std::max(most, many(i, j));
    }
    wrong += predicted == k && least >= most ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("top_k_predictions: the k best of each row, of equal scores the first") {
  CHECK(top_k_predictions(scores, 2) == Matrix<std::uint8_t>(2, 3, {1, 1, 0, 1, 1, 0}));
  CHECK(top_k_predictions(Matrix<float>(1, 3, 0.5f), 1) == Matrix<std::uint8_t>(1, 3, {1, 0, 0}));
  CHECK(top_k_predictions(scores, 9) == Matrix<std::uint8_t>(2, 3, std::uint8_t{1}));
  CHECK_THROWS_AS(top_k_predictions(scores, 0), ArgumentError);
}

TEST_CASE("coco_report: CF1 is the harmonic mean of CP and CR; a label without positives is left out") {
  // at 0.5: predicted {1, 1, 1}, {0, 1, 0}; labels 0: TP 1 of 1 predicted, 2 positives; 1: TP 1 of 2, 1 positive; 2: no
  // positives
  const auto report = coco_report(targets, scores);
  CHECK(report.all.CP == Approx((1.0 + 0.5) / 2));
  CHECK(report.all.CR == Approx((0.5 + 1.0) / 2));
  CHECK(report.all.CF1 == Approx(0.75));
  CHECK(report.all.OP == Approx(2.0 / 4.0));
  CHECK(report.all.OR == Approx(2.0 / 3.0));
  CHECK(report.all.OF1 == Approx(4.0 / 7.0));
  CHECK(report.mean_average_precision == Approx((1.0 + 0.5) / 2));  // label 1: the negative scores 0.8, the positive 0.7
  CHECK_THROWS_AS(coco_report(Matrix<int>(1, 1), Matrix<float>(1, 1), {.threshold = std::nan("")}), multilabel::ArgumentError);
}

TEST_CASE("coco_report: the top-k numbers keep the best k that pass the threshold") {
  // the best one of each row: column 0 and column 1, both right
  const auto report = coco_report(targets, scores, {.k = 1});
  CHECK(report.top_k.OP == 1.0);
  CHECK(report.top_k.OR == Approx(2.0 / 3.0));
  CHECK(coco_report(targets, scores, {.threshold = 0.95, .k = 1}).top_k.OR == 0.0);
}

}  // namespace

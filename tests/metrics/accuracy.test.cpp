// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/accuracy.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace {
using multilabel::Matrix;
using namespace multilabel::metrics;

// row 0 right, row 1 wrong in one of two cells, row 2 wrong in both
const Matrix<int> targets(3, 2, {1, 0, 1, 1, 0, 0});
const Matrix<int> predictions(3, 2, {1, 0, 1, 0, 1, 1});

TEST_CASE("accuracy_score: the share of rows right in every label") {
  CHECK(accuracy_score(targets, predictions) == Approx(1.0 / 3.0));
  CHECK(accuracy_score(targets, predictions, {2, 1, 1}) == Approx(2.0 / 4.0));
  CHECK(zero_one_loss(targets, predictions) == Approx(2.0 / 3.0));
}

TEST_CASE("hamming_loss: the share of cells wrong") {
  CHECK(hamming_loss(targets, predictions) == Approx(3.0 / 6.0));
  CHECK(hamming_loss(targets, predictions, {1, 1, 2}) == Approx((0.0 + 1.0 + 2.0 * 2.0) / (2.0 * 4.0)));
}

TEST_CASE("binary_accuracy: the share of cells on the right side of the threshold, which itself is below") {
  const Matrix<float> scores(3, 2, {0.9f, 0.1f, 0.6f, 0.5f, 0.2f, 0.4f});
  CHECK(binary_accuracy(targets, scores) == Approx(5.0 / 6.0));
  CHECK(binary_accuracy(targets, scores, 0.45) == Approx(6.0 / 6.0));
  CHECK_THROWS_AS(binary_accuracy(targets, scores, std::nan("")), multilabel::ArgumentError);
}

TEST_CASE("accuracies: unknown cells are neither right nor wrong") {
  const Matrix<int> partly(2, 2, {1, -1, -1, 0});
  const Matrix<int> guess(2, 2, {1, 1, 1, 1});
  CHECK(accuracy_score(partly, guess) == Approx(1.0 / 2.0));
  CHECK(hamming_loss(partly, guess) == Approx(1.0 / 2.0));
  CHECK(binary_accuracy(partly, Matrix<double>(2, 2, 0.9)) == Approx(1.0 / 2.0));
  CHECK(std::isnan(hamming_loss(Matrix<int>(1, 1, -1), Matrix<int>(1, 1))));
}

}  // namespace

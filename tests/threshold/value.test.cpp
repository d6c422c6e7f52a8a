// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/value.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::Metric;
using multilabel::threshold::value;

// Rows: TP 1 FP 1 | TP 1 FN 1. Labels: TP 2 | FP 1 | FN 1.
const Matrix<int> targets(2, 3, {1, 0, 0, 1, 0, 1});
const Matrix<std::uint8_t> predictions(2, 3, {1, 1, 0, 1, 0, 0});

TEST_CASE("value: the four averages by hand") {
  CHECK(value(targets, predictions, {.average = Average::samples}) == Approx(2.0 / 3).margin(1e-12));
  CHECK(value(targets, predictions, {.average = Average::micro}) == Approx(4.0 / 6).margin(1e-12));
  CHECK(value(targets, predictions, {.average = Average::macro}) == Approx(1.0 / 3).margin(1e-12));
  CHECK(value(targets, predictions, {.average = Average::weighted}) == Approx(2.0 / 3).margin(1e-12));
}

TEST_CASE("value: rows and labels without a known cell leave the mean") {
  const Matrix<int> hidden(2, 3, {1, -1, 0, -1, -1, -1});
  CHECK(value(hidden, predictions, {.average = Average::samples}) == Approx(1.0).margin(1e-12));
  CHECK(value(hidden, predictions, {.average = Average::macro}) ==
        Approx(0.5).margin(1e-12));  // label 1 is unknown, label 2 0 / 0
  CHECK(value(Matrix<int>(2, 3, -1), predictions) == 0.0);
}

TEST_CASE("value: a mean of large costs keeps its precision") {
  const multilabel::threshold::Objective objective{
      .metric = Metric::cost, .average = Average::micro, .cost = {.false_positive = 1e9, .false_negative = 3e9}};
  CHECK(value(targets, predictions, objective) == Approx(4e9 / 6).epsilon(1e-12));
}

TEST_CASE("value: shapes have to agree") {
  CHECK_THROWS_AS(value(targets, Matrix<std::uint8_t>(2, 2)), multilabel::ShapeError);
  CHECK_THROWS_AS(value(targets, predictions, {.metric = Metric::accuracy, .average = Average::macro}),
                  multilabel::ArgumentError);
}
}  // namespace

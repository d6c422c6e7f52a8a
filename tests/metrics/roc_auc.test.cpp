// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/roc_auc.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace {
using multilabel::Matrix;
using namespace multilabel::metrics;

TEST_CASE("roc_auc_score: the share of pairs in order, a tie counting half") {
  // positives 0.9 and 0.5, negatives 0.5 and 0.7: pairs (0.9 > 0.5), (0.9 > 0.7), (0.5 = 0.5), (0.5 < 0.7)
  CHECK(roc_auc_score(Matrix<int>(4, 1, {1, 0, 1, 0}), Matrix<float>(4, 1, {0.9f, 0.5f, 0.5f, 0.7f})) == Approx(2.5 / 4.0));
}

TEST_CASE("roc_auc_score: a label with one kind of target is NaN, and so is the mean unless it is skipped") {
  const Matrix<int> t(2, 2, {1, 1, 0, 1});
  const Matrix<float> s(2, 2, {0.9f, 0.1f, 0.2f, 0.3f});
  CHECK(std::isnan(roc_auc_by_label(t, s)[1]));
  CHECK(std::isnan(roc_auc_score(t, s)));
  CHECK(roc_auc_score(t, s, {.undefined = UndefinedLabel::skip}) == 1.0);
}

TEST_CASE("roc_auc_score: negating the scores mirrors it, scaling them does nothing") {
  const Matrix<int> t(4, 2, {1, 0, 0, 1, 1, 1, 0, 0});
  const Matrix<double> s(4, 2, {0.3, 0.2, 0.5, 0.7, 0.9, 0.1, 0.3, 0.6});
  Matrix<double> mirrored(4, 2);
  Matrix<double> scaled(4, 2);
  for (std::size_t i = 0; i < s.size(); ++i) {
    mirrored.data()[i] = -s.data()[i];
    scaled.data()[i] = 8.0 * s.data()[i] - 3.0;
  }
  for (const auto average : {Average::micro, Average::macro, Average::weighted}) {
    const double value = roc_auc_score(t, s, {.average = average});
    CHECK(roc_auc_score(t, mirrored, {.average = average}) == Approx(1.0 - value));
    CHECK(roc_auc_score(t, scaled, {.average = average}) == Approx(value));
  }
}

TEST_CASE("roc_auc_score: samples is the mean over rows, unknown cells left out") {
  const Matrix<int> t(2, 4, {1, 0, 0, -1, 1, 1, 0, -1});
  const Matrix<float> s(2, 4, {0.5f, 0.1f, 0.9f, 0.4f, 0.8f, 0.3f, 0.3f, 0.1f});
  // row 0: one of two pairs; row 1: 0.8 > 0.3, 0.3 = 0.3
  CHECK(roc_auc_score(t, s, {.average = Average::samples}) == Approx((0.5 + 0.75) / 2.0));
}

TEST_CASE("roc_auc_score: up to a false positive rate, chance is 0.5") {
  // scores down: + - + -; the curve goes up to 1/2, right to 1/2, up to 1, right to 1. Left of 1/4: area 1/8, of at least 1/32
  // and at most 1/4
  const Matrix<int> t(4, 1, {1, 0, 1, 0});
  const Matrix<double> s(4, 1, {0.9, 0.8, 0.7, 0.6});
  CHECK(roc_auc_score(t, s, {.max_fpr = 0.25}) == Approx(0.5 * (1.0 + (1.0 / 8 - 1.0 / 32) / (1.0 / 4 - 1.0 / 32))));
  const Matrix<double> tied(4, 1, 0.5);  // one slant from (0, 0) to (1, 1)
  CHECK(roc_auc_score(t, tied, {.max_fpr = 0.25}) == Approx(0.5));
  CHECK_THROWS_AS(roc_auc_score(t, s, {.max_fpr = 0.0}), multilabel::ArgumentError);
}
}  // namespace

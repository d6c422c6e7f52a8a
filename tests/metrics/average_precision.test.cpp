// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/average_precision.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/metrics/roc_auc.hpp"

namespace {
using multilabel::Matrix;
using multilabel::Random;
using namespace multilabel::metrics;

// One label, best score first: + - + + -, the third and fourth tied with each other.
const Matrix<int> targets(5, 1, {1, 0, 1, 1, 0});
const Matrix<float> scores(5, 1, {0.9f, 0.8f, 0.5f, 0.5f, 0.1f});

TEST_CASE("average_precision_score: recall steps times precision, a tied block in one step") {
  CHECK(average_precision_score(targets, scores) == Approx(1.0 / 3.0 * 1.0 + 2.0 / 3.0 * 3.0 / 4.0));
}

TEST_CASE("average_precision_score: the VOC definitions") {
  // precision from each recall on: 1 up to 1/3, then 3/4; eleven points: 0 ... 0.3 (four) and 0.4 ... 1 (seven)
  CHECK(average_precision_score(targets, scores, {.definition = AveragePrecisionDefinition::voc07}) ==
        Approx((4 * 1.0 + 7 * 0.75) / 11.0));
  CHECK(average_precision_score(targets, scores, {.definition = AveragePrecisionDefinition::voc10}) ==
        Approx(1.0 / 3.0 + 2.0 / 3.0 * 0.75));
  // - + +: precision 1/2 at recall 1/2, 2/3 at recall 1; VOC 2010 lifts the first to 2/3
  const Matrix<int> rising(3, 1, {0, 1, 1});
  const Matrix<float> order(3, 1, {0.9f, 0.8f, 0.7f});
  CHECK(average_precision_score(rising, order) == Approx(0.5 * 0.5 + 0.5 * 2.0 / 3.0));
  CHECK(average_precision_score(rising, order, {.definition = AveragePrecisionDefinition::voc10}) == Approx(2.0 / 3.0));
}

TEST_CASE("average_precision_score: the definition of asymmetric loss, equal scores in every order alike") {
  // + above, then two positives and a negative tied, in orders - + +, + - + and + + -
  const Matrix<int> tied(5, 1, {1, 0, 1, 1, 0});
  const Matrix<float> at(5, 1, {0.9f, 0.5f, 0.5f, 0.5f, 0.1f});
  const double sum = 1.0 + ((2.0 / 3 + 3.0 / 4) + (1.0 + 3.0 / 4) + (1.0 + 1.0)) / 3;
  AveragePrecisionOptions asl{.definition = AveragePrecisionDefinition::asl};
  CHECK(average_precision_score(tied, at, asl) == Approx(sum / (3 + 1e-8)).epsilon(1e-14));
  // without ties: - + +
  const Matrix<int> rising(3, 1, {0, 1, 1});
  const Matrix<float> order(3, 1, {0.9f, 0.8f, 0.7f});
  CHECK(average_precision_score(rising, order, asl) == Approx((1.0 / 2 + 2.0 / 3) / (2 + 1e-8)).epsilon(1e-14));
  asl.sample_weight = {1, 2, 1};
  CHECK_THROWS_WITH(average_precision_score(rising, order, asl),
                    "metrics::average_precision_score: sample_weight must be empty for the definition asl, which knows no "
                    "weights; got 3 weights");
}

TEST_CASE("average_precision_by_label: a label without positives is 0, or NaN and out of the mean") {
  const Matrix<int> t(2, 2, {1, 0, 0, 0});
  const Matrix<float> s(2, 2, {0.9f, 0.1f, 0.2f, 0.3f});
  CHECK(average_precision_by_label(t, s) == std::vector<double>{1.0, 0.0});
  CHECK(average_precision_score(t, s) == 0.5);
  CHECK(average_precision_score(t, s, {.undefined = UndefinedLabel::skip}) == 1.0);
  CHECK(std::isnan(average_precision_by_label(t, s, {.undefined = UndefinedLabel::skip})[1]));
}

TEST_CASE("average_precision_score: unknown cells are as if they were not there") {
  const Matrix<int> partly(5, 1, {1, -1, 1, 1, 0});
  CHECK(average_precision_score(partly, scores) == 1.0);  // the negative in between is unknown
}

TEST_CASE("average_precision_score: a weight of 2 is the row twice") {
  const Matrix<int> twice(4, 1, {1, 0, 0, 1});
  const Matrix<float> twice_scores(4, 1, {0.9f, 0.8f, 0.8f, 0.5f});
  const Matrix<int> once(3, 1, {1, 0, 1});
  const Matrix<float> once_scores(3, 1, {0.9f, 0.8f, 0.5f});
  CHECK(average_precision_score(once, once_scores, {.sample_weight = {1, 2, 1}}) ==
        Approx(average_precision_score(twice, twice_scores)));
}

TEST_CASE("average_precision_score: equals the definition on thousands of random scores, in float and double") {
  constexpr std::size_t rows = 3000;
  Matrix<int> t(rows, 20);
  Matrix<double> s(rows, 20);
  Random random({.seed = 3});
  for (std::size_t i = 0; i < t.size(); ++i) {
    t.data()[i] = random.chance(0.1) ? 1 : 0;
    // from fine to coarse to wildly uneven, so that every path of the table is taken
    const double u = random.uniform();
    s.data()[i] = i % 20 < 8    ? u
                  : i % 20 < 14 ? std::floor(20 * u) / 20
                                : std::ldexp(u - 0.5, static_cast<int>(random.below(200)) - 100);
  }
  const auto values = average_precision_by_label(t, s);
  for (std::size_t j = 0; j < 20; ++j) {
    double expected = 0.0;
    double positives = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      if (t(i, j) == 0) continue;
      double above = 0.0;
      double hits = 0.0;
      for (std::size_t k = 0; k < rows; ++k) {
        above += s(k, j) >= s(i, j) ? 1.0 : 0.0;
        hits += s(k, j) >= s(i, j) && t(k, j) == 1 ? 1.0 : 0.0;
      }
      expected += hits / above;
      positives += 1.0;
    }
    CHECK(values[j] == Approx(expected / positives).epsilon(1e-12));
  }
  Matrix<float> single(rows, 20);
  Matrix<double> widened(rows, 20);
  for (std::size_t i = 0; i < s.size(); ++i) widened.data()[i] = single.data()[i] = static_cast<float>(s.data()[i]);
  CHECK(average_precision_by_label(t, single) == average_precision_by_label(t, widened));
}

TEST_CASE("average_precision_by_label, roc_auc_by_label: as with weights of 1, on any number of threads, to the bit") {
  // enough cells for threads; a group of 16 labels and a rest; more rows than are turned into columns at once
  const auto [rows, labels] =
      GENERATE(std::pair<std::size_t, std::size_t>{14000, 19}, std::pair<std::size_t, std::size_t>{140000, 3});
  Matrix<std::int8_t> many(rows, labels);
  Matrix<float> ranked(rows, labels);
  Random random({11});
  for (std::size_t i = 0; i < many.size(); ++i) {
    const std::size_t label = i % labels;  // the last has no positive, the first no negative, the second one negative
    const bool positive = label == 0 || (label == 1 ? i != 20 * labels + 1 : label + 1 < labels && random.chance(0.3));
    many.data()[i] = static_cast<std::int8_t>(label > 1 && random.chance(0.1) ? -1 : positive ? 1 : 0);
    const double score = random.normal() + (positive ? 0.5 : 0.0);
    ranked.data()[i] = static_cast<float>(label % 2 == 0 ? std::round(4 * score) / 4 : score);  // every other label: ties
  }
  const auto equal = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
  };
  const std::vector<double> ones(rows, 1.0);
  const auto precision = average_precision_by_label(many, ranked, {.sample_weight = ones});
  const auto area = roc_auc_by_label(many, ranked, {.sample_weight = ones});
  for (const std::size_t threads : {1u, 2u, 5u}) {
    multilabel::set_num_threads(threads);
    CHECK(equal(average_precision_by_label(many, ranked), precision));
    CHECK(equal(roc_auc_by_label(many, ranked), area));
  }
  multilabel::set_num_threads(0);
}

TEST_CASE("to_key: keeps the order of floating-point numbers and comes back") {
  const double values[] = {-1e300, -1.0, -1e-310, 0.0, 1e-310, 0.5, 1.0, 1e300};
  for (std::size_t i = 1; i < std::size(values); ++i) CHECK(detail::to_key(values[i - 1]) < detail::to_key(values[i]));
  for (const double value : values) CHECK(detail::from_key<double>(detail::to_key(value)) == value);
  CHECK(detail::to_key(-0.0f) == detail::to_key(0.0f));
}

}  // namespace

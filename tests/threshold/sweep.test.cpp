// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/sweep.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <tuple>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/threshold/fixed.hpp"
#include "multilabel/threshold/value.hpp"

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::Metric;
using multilabel::threshold::sweep;

// Rows (target score): {1 .9, 0 .2, 1 .4} and {0 .4, 1 .3, 0 .1}.
const Matrix<int> targets(2, 3, {1, 0, 1, 0, 1, 0});
const Matrix<double> scores(2, 3, {0.9, 0.2, 0.4, 0.4, 0.3, 0.1});

TEST_CASE("sweep: samples F1 at every distinct score, by hand") {
  // .1: (4/5 + 2/4)/2, .2: (4/5 + 2/3)/2, .3: (4/4 + 2/3)/2, .4: (1 + 0)/2, .9: (2/3 + 0)/2, above: 0.
  const auto result = sweep(targets, scores, {.metric = Metric::f1, .average = Average::samples});
  REQUIRE(result.thresholds.size() == 6);
  const std::vector<double> thresholds{0.1, 0.2, 0.3, 0.4, 0.9, std::nextafter(0.9, 1.0)};
  const std::vector<double> values{0.65, 11.0 / 15, 5.0 / 6, 0.5, 1.0 / 3, 0.0};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(result.thresholds[i] == thresholds[i]);
    CHECK(result.values[i] == Approx(values[i]).margin(1e-12));
  }
  CHECK(result.best.thresholds() == std::vector<double>{0.3});
  CHECK(result.best.value() == Approx(5.0 / 6).margin(1e-12));
  CHECK(result.best.metric() == "f1");
  CHECK(result.best.average() == "samples");
}

TEST_CASE("sweep: micro, macro and weighted F1 by hand at 0.3") {
  // Predicted at .3: row 1 labels 0, 2; row 2 labels 0, 1. Micro 2*3/(4+3). Labels: 2/3, 1, 1; positives 1, 1, 1.
  const auto at = [](Average average) { return sweep(targets, scores, {.average = average, .thresholds = {0.3}}).values[0]; };
  CHECK(at(Average::micro) == Approx(6.0 / 7).margin(1e-12));
  CHECK(at(Average::macro) == Approx(8.0 / 9).margin(1e-12));
  CHECK(at(Average::weighted) == Approx(8.0 / 9).margin(1e-12));
}

TEST_CASE("sweep: of equally good thresholds the highest is best, given or not") {
  const Matrix<int> truth(1, 3, {1, 0, 0});
  const Matrix<float> flat(1, 3, {0.8F, 0.5F, 0.5F});
  CHECK(sweep(truth, flat, {.metric = Metric::recall}).best.thresholds()[0] == 0.8F);
  const auto given = sweep(truth, flat, {.metric = Metric::recall, .thresholds = {0.75, 0.1, 0.78, 0.9}});
  CHECK(given.best.thresholds() == std::vector<double>{0.78});
  CHECK(given.values == std::vector<double>{1, 1, 1, 0});
}

TEST_CASE("sweep: losses are made small, and predicting nothing may be best") {
  const Matrix<int> none(2, 2, {0, 0, 0, 0});
  const auto hamming = sweep(none, Matrix<float>(2, 2, {0.9F, 0.8F, 0.7F, 0.6F}), {.metric = Metric::hamming});
  CHECK(hamming.best.value() == 0.0);
  CHECK(hamming.best.thresholds()[0] > 0.9F);
  CHECK(hamming.values.front() == 1.0);
}

TEST_CASE("sweep: unknown cells leave their row, a row of unknown cells leaves the mean") {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const Matrix<double> truth(3, 2, {1, unknown, 0, 1, unknown, unknown});
  const Matrix<double> score(3, 2, {0.6, 0.9, 0.7, 0.8, 0.99, 0.99});
  // At .6: row 1 2/2, row 2 2/3; at .8: 0 and 1.
  const auto result = sweep(truth, score);
  CHECK(result.thresholds.front() == 0.6);
  CHECK(result.values[0] == Approx(5.0 / 6).margin(1e-12));
  CHECK(result.values[2] == Approx(0.5).margin(1e-12));
}

TEST_CASE("sweep: the value at each threshold is the value of its predictions, whatever the score's type and sign") {
  multilabel::Random random({.seed = 11});
  Matrix<float> single(40, 6);
  Matrix<double> wide(40, 6);
  Matrix<int> truth(40, 6);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double score = std::round(random.normal() * 20) / 4;  // logits with ties and both zeros
    single.data()[i] = static_cast<float>(i % 7 == 0 ? -0.0 : score);
    wide.data()[i] = i % 7 == 0 ? 0.0 : score;
    truth.data()[i] = random.chance(0.3) ? 1 : 0;
  }
  const auto a = sweep(truth, single), b = sweep(truth, wide);
  REQUIRE(a.thresholds.size() == b.thresholds.size());
  for (std::size_t i = 0; i + 1 < a.thresholds.size(); ++i) {
    CHECK(a.thresholds[i] == b.thresholds[i]);
    CHECK(a.values[i] == b.values[i]);
    const auto predictions = multilabel::threshold::FixedThreshold(a.thresholds[i]).apply(single);
    CHECK(a.values[i] == multilabel::threshold::value(truth, predictions));
  }
}

TEST_CASE("sweep: thresholds given in any order, on any number of threads and in blocks of labels") {
  const std::size_t rows = 9000, labels = 31;  // enough cells for threads
  Matrix<int> t(rows, labels);
  Matrix<float> s(rows, labels);
  multilabel::Random random({8});
  for (std::size_t i = 0; i < t.size(); ++i) {
    t.data()[i] = random.chance(0.05) ? -1 : random.chance(0.2) ? 1 : 0;
    s.data()[i] = static_cast<float>(0.3 * t.data()[i] + 0.7 * random.uniform());
  }
  std::vector<double> given(50'000);  // counters of two labels fill a block
  for (std::size_t k = 0; k < given.size(); ++k) given[k] = static_cast<double>((k * 7919) % given.size() / 2) / 25'000;
  for (const Average average : {Average::macro, Average::weighted, Average::micro, Average::samples}) {
    multilabel::set_num_threads(1);
    const auto one = sweep(t, s, {.average = average, .thresholds = given});
    multilabel::set_num_threads(3);
    const auto three = sweep(t, s, {.average = average, .thresholds = given});
    multilabel::set_num_threads(0);
    CHECK(one.values == three.values);
    for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{12'345}, given.size() - 1}) {
      const auto predictions = multilabel::threshold::ThresholdRule({given[k]}).apply(s);
      CHECK(one.values[k] == Approx(multilabel::threshold::value(t, predictions, {.average = average})).margin(1e-12));
    }
  }
}

TEMPLATE_TEST_CASE("sweep: every score, with ties, whatever the number of threads", "", float, double) {
  using Key = std::tuple<std::size_t, Average>;
  const auto [labels, average] =
      GENERATE(Key{40, Average::samples}, Key{300, Average::samples}, Key{40, Average::micro}, Key{40, Average::macro});
  const std::size_t rows = 200'000 / labels;
  multilabel::Random random({5});
  Matrix<int> t(rows, labels);
  Matrix<TestType> s(rows, labels);
  for (std::size_t i = 0; i < t.size(); ++i) {
    t.data()[i] = random.chance(0.1) ? -1 : random.chance(0.2) ? 1 : 0;
    s.data()[i] = static_cast<TestType>(std::floor(60'000 * random.uniform()) / 60'000);
  }
  multilabel::set_num_threads(1);
  const auto one = sweep(t, s, {.average = average});
  for (const std::size_t threads : {2u, 3u, 4u, 16u}) {
    multilabel::set_num_threads(threads);
    const auto several = sweep(t, s, {.average = average});
    CHECK(one.thresholds == several.thresholds);
    CHECK(one.values == several.values);
    CHECK(one.best == several.best);
  }
  multilabel::set_num_threads(0);
  CHECK(std::adjacent_find(one.thresholds.begin(), one.thresholds.end(), std::greater_equal<>()) == one.thresholds.end());
  for (const std::size_t k : {std::size_t{0}, one.values.size() / 3, one.values.size() / 2, one.values.size() - 1}) {
    const auto predictions = multilabel::threshold::ThresholdRule({one.thresholds[k]}).apply(s);
    CHECK(one.values[k] == Approx(multilabel::threshold::value(t, predictions, {.average = average})).margin(1e-12));
  }
}

TEST_CASE("sweep: thousands of scores close together beside one far away") {
  // Every cell is positive, so recall falls from score to score.
  const std::size_t rows = 3000;
  Matrix<float> score(rows, 1);
  Matrix<int> truth(rows, 1, 1);
  for (std::size_t i = 0; i < rows; ++i) score(i, 0) = 0.25F + static_cast<float>((i * 7919) % rows) * 1e-6F;
  score(0, 0) = 3e38F;
  const auto result = sweep(truth, score, {.metric = Metric::recall, .average = Average::micro});
  for (std::size_t i = 1; i + 1 < result.thresholds.size(); ++i) {
    CHECK(result.thresholds[i - 1] < result.thresholds[i]);
    CHECK(result.values[i - 1] > result.values[i]);
  }
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/streaming/classification.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "metrics/streaming/support.hpp"
#include "multilabel/metrics/accuracy.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;

static_assert(batch_accumulator<FBetaScore> && batch_accumulator<F1Score> && batch_accumulator<Precision>);
static_assert(batch_accumulator<Recall> && batch_accumulator<HammingDistance> && batch_accumulator<BinaryAccuracy>);
static_assert(batch_accumulator<ExactMatch>);

Matrix<int> above(const Matrix<float>& scores, float threshold) {
  Matrix<int> predictions(scores.rows(), scores.columns());
  for (std::size_t i = 0; i < scores.size(); ++i) predictions.data()[i] = scores.data()[i] > threshold ? 1 : 0;
  return predictions;
}

TEST_CASE("F1Score: two batches by hand") {
  // label 0: found, missed, found -> tp 2, fn 1, F1 4/5; label 1: one wrong prediction, one found -> tp 1, fp 1, F1 2/3
  F1Score metric;
  metric.update(Matrix<int>(2, 2, {1, 0, 1, 0}), Matrix<float>(2, 2, {0.9f, 0.8f, 0.5f, 0.1f}));
  metric.update(Matrix<int>(1, 2, {1, 1}), Matrix<float>(1, 2, {0.6f, 0.7f}));
  CHECK(metric.by_label() == std::vector<double>{0.8, 2.0 / 3.0});
  CHECK(metric.compute() == Approx((0.8 + 2.0 / 3.0) / 2));
  metric.reset();
  metric.update(Matrix<int>(1, 2, {1, 1}), Matrix<float>(1, 2, {0.6f, 0.7f}));
  CHECK(metric.compute() == 1.0);
}

TEST_CASE("streaming metrics equal the functions on all rows, however they are cut and merged") {
  const auto data = streaming::random_data(97, 6, 11);
  const auto predictions = above(data.scores, 0.4f);
  const bool weighted = GENERATE(false, true);
  const std::vector<double> weights = weighted ? data.weights : std::vector<double>{};
  const auto streamed = [&](auto metric) {
    auto other = metric;
    streaming::feed(other, data, 50, 97, weighted);
    streaming::feed(metric, data, 0, 50, weighted);
    metric.merge(other);
    auto restored = other;
    restored.load_state_dict(metric.state_dict());
    CHECK(restored.compute() == metric.compute());
    return metric.compute();
  };
  const auto average = GENERATE(Average::micro, Average::macro, Average::weighted, Average::samples);
  const AverageOptions options{.average = average, .sample_weight = weights};
  CHECK(streamed(F1Score{{.average = average, .threshold = {0.4}}}) ==
        Approx(f1_score(data.targets, predictions, options)).epsilon(1e-13));
  CHECK(streamed(Precision{{.average = average, .threshold = {0.4}}}) ==
        Approx(precision_score(data.targets, predictions, options)).epsilon(1e-13));
  CHECK(streamed(Recall{{.average = average, .threshold = {0.4}}}) ==
        Approx(recall_score(data.targets, predictions, options)).epsilon(1e-13));
  CHECK(streamed(FBetaScore{{.beta = 2.0, .average = average, .threshold = {0.4}}}) ==
        Approx(fbeta_score(data.targets, predictions, 2.0, options)).epsilon(1e-13));
  CHECK(streamed(HammingDistance{{.threshold = {0.4}}}) ==
        Approx(hamming_loss(data.targets, predictions, weights)).epsilon(1e-13));
  CHECK(streamed(ExactMatch{{.threshold = {0.4}}}) ==
        Approx(accuracy_score(data.targets, predictions, weights)).epsilon(1e-13));
}

TEST_CASE("streaming metrics: without weights the order of the batches leaves no trace, to the bit") {
  const auto data = streaming::random_data(64, 5, 3);
  F1Score forward{{.average = Average::samples}};
  F1Score backward{{.average = Average::samples}};
  for (std::size_t i = 0; i < 64; i += 8) streaming::feed(forward, data, i, i + 8);
  for (std::size_t i = 64; i > 0; i -= 8) streaming::feed(backward, data, i - 8, i);
  CHECK(forward.compute() == backward.compute());
  CHECK(forward.state_dict() == backward.state_dict());
}

TEST_CASE("streaming metrics: a threshold a label, the highest of a row, and predictions as they are") {
  const Matrix<int> targets(2, 3, {1, 0, 1, 0, 1, 0});
  const Matrix<float> scores(2, 3, {0.4f, 0.2f, 0.9f, 0.3f, 0.35f, 0.1f});
  F1Score each{{.average = Average::micro, .threshold = {0.35, 0.3, 0.5}}};
  each.update(targets, scores);
  CHECK(each.compute() == 1.0);
  F1Score highest{{.average = Average::micro, .threshold = {}}};  // predicts cells 2 and 4 of three positives: 2 * 2 / (3 + 2)
  highest.update(targets, scores);
  CHECK(highest.compute() == 0.8);
  ExactMatch given;
  given.update(targets, Matrix<std::uint8_t>(2, 3, {1, 0, 1, 0, 0, 0}));
  CHECK(given.compute() == 0.5);
}

TEST_CASE("BinaryAccuracy: a score at the threshold is no prediction; unknown cells count nowhere") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  BinaryAccuracy metric;
  metric.update(Matrix<float>(2, 2, {0, 1, nan, 1}), Matrix<float>(2, 2, {0.5f, 0.6f, 0.9f, 0.4f}));
  CHECK(metric.compute() == Approx(2.0 / 3.0));
  CHECK(metric.by_label() == std::vector<double>{1.0, 0.5});
  BinaryAccuracy blind;
  blind.update(Matrix<float>(1, 1, {nan}), Matrix<float>(1, 1, {0.5f}));
  CHECK(std::isnan(blind.compute()));
}

TEST_CASE("streaming metrics: a refused batch was not seen, and options must agree") {
  F1Score metric;
  CHECK_THROWS_AS(metric.compute(), ArgumentError);
  metric.update(Matrix<int>(1, 2, {1, 0}), Matrix<float>(1, 2, {0.9f, 0.1f}));
  const auto before = metric.state_dict();
  CHECK_THROWS_AS(metric.update(Matrix<int>(1, 3, {1, 0, 1}), Matrix<float>(1, 3, {0.9f, 0.1f, 0.1f})), ShapeError);
  CHECK_THROWS_AS(metric.update(Matrix<float>(1, 2, {0.5f, 0}), Matrix<float>(1, 2, {0.9f, 0.1f})), ArgumentError);
  CHECK_THROWS_AS(metric.update(Matrix<int>(1, 2, {1, 0}), Matrix<float>(1, 2, {NAN, 0.1f})), ArgumentError);
  CHECK_THROWS_AS(metric.update(Matrix<int>(1, 2, {1, 0}), Matrix<float>(1, 2, {0.9f, 0.1f}), {1.0, 1.0}), ShapeError);
  CHECK(metric.state_dict() == before);
  CHECK_THROWS_AS(metric.merge(F1Score{{.threshold = {0.3}}}), ArgumentError);
  CHECK_THROWS_AS(metric.load_state_dict({}), ArgumentError);
  auto short_state = before;
  short_state["predicted"].pop_back();
  CHECK_THROWS_AS(metric.load_state_dict(short_state), ArgumentError);
  CHECK(metric.state_dict() == before);
  CHECK_THROWS_AS(FBetaScore({.beta = -1.0}), ArgumentError);
  CHECK_THROWS_AS(F1Score({.threshold = {NAN}}), ArgumentError);
}
}  // namespace

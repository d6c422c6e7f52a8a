// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/streaming/ranking.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "metrics/streaming/support.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/roc_auc.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;
using detail::ScoreHistogram;

static_assert(batch_accumulator<AveragePrecision> && batch_accumulator<AUROC>);

template <class Metric>
double streamed(Metric metric, const streaming::Data& data, bool weighted = false) {
  const std::size_t rows = data.targets.rows();
  Metric other = metric;
  streaming::feed(other, data, rows / 3, rows, weighted);
  streaming::feed(metric, data, 0, rows / 3, weighted);
  metric.merge(other);
  Metric restored = other;
  restored.load_state_dict(metric.state_dict());
  CHECK(restored.compute() == metric.compute());
  return metric.compute();
}

TEST_CASE("AveragePrecision and AUROC: exact memory equals the functions, whatever the batches") {
  const auto data = streaming::random_data(120, 5, 7);
  const auto average = GENERATE(Average::micro, Average::macro, Average::weighted);
  CHECK(streamed(AveragePrecision{{.average = average}}, data) ==
        average_precision_score(data.targets, data.scores, {.average = average}));
  CHECK(streamed(AUROC{{.average = average}}, data) == roc_auc_score(data.targets, data.scores, {.average = average}));
  const auto definition = AveragePrecisionDefinition::voc07;
  CHECK(streamed(AveragePrecision{{.average = average, .definition = definition}}, data) ==
        average_precision_score(data.targets, data.scores, {.average = average, .definition = definition}));
  CHECK(streamed(AveragePrecision{{.average = average}}, data, true) ==
        Approx(average_precision_score(data.targets, data.scores, {.average = average, .sample_weight = data.weights}))
            .epsilon(1e-12));
  CHECK(streamed(AUROC{{.average = average}}, data, true) ==
        Approx(roc_auc_score(data.targets, data.scores, {.average = average, .sample_weight = data.weights})).epsilon(1e-12));
}

TEST_CASE("AveragePrecision: doubles that are no floats are kept as they are") {
  // 1 + 1e-12 and 1 are one float; the positive is above the negative only in double
  AveragePrecision metric;
  metric.update(Matrix<int>(1, 1, {0}), Matrix<float>(1, 1, {1.0f}));
  metric.update(Matrix<int>(1, 1, {1}), Matrix<double>(1, 1, {1.0 + 1e-12}));
  metric.update(Matrix<int>(1, 1, {0}), Matrix<float>(1, 1, {0.5f}));
  CHECK(metric.compute() == 1.0);
  AveragePrecision floats;
  floats.update(Matrix<int>(2, 1, {1, 0}), Matrix<float>(2, 1, {1.0f, 0.9f}));
  floats.merge(metric);
  CHECK(floats.compute() == Approx(0.5 * 1.0 + 0.5 * 2.0 / 3.0));  // order: +, then the tied + and - at 1
}

TEST_CASE("ScoreHistogram: bins keep the order of scores and are fine at both ends") {
  std::size_t last = 0;
  for (const double p : {0.0, 1e-12, 1e-6, 0.001, 0.25, 0.49, 0.4999, 0.5, 0.51, 0.75, 0.999, 1 - 1e-6, 1.0}) {
    const std::size_t bin = ScoreHistogram::bin_of(p, ScoreScale::probability);
    CHECK(bin >= last);
    CHECK(bin < ScoreHistogram::bins);
    last = bin;
  }
  CHECK(ScoreHistogram::bin_of(0.0, ScoreScale::probability) == 0);
  CHECK(ScoreHistogram::bin_of(1.0, ScoreScale::probability) == ScoreHistogram::bins - 1);
  CHECK(ScoreHistogram::bin_of(0.9990, ScoreScale::probability) < ScoreHistogram::bin_of(0.9991, ScoreScale::probability));
  CHECK(ScoreHistogram::bin_of(-40.0, ScoreScale::logit) == 0);
  CHECK(ScoreHistogram::bin_of(40.0, ScoreScale::logit) == ScoreHistogram::bins - 1);
  CHECK(ScoreHistogram::bin_of(0.0, ScoreScale::logit) + 1 == ScoreHistogram::bin_of(0.016, ScoreScale::logit));
  CHECK(sizeof(double) * 2 * ScoreHistogram::bins == 63488);
}

TEST_CASE("bounded memory: the exact value lies between the bounds, and close") {
  multilabel::Random random({.seed = 5});
  const std::size_t rows = 4000;
  const std::size_t labels = 3;
  Matrix<int> targets(rows, labels);
  Matrix<float> scores(rows, labels);
  Matrix<float> logits(rows, labels);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets.data()[i] = random.uniform() < 0.05 ? 1 : 0;
    logits.data()[i] = static_cast<float>(-3.0 + 2.0 * random.normal() + 2.5 * targets.data()[i]);
    scores.data()[i] = 1.0f / (1.0f + std::exp(-logits.data()[i]));
  }
  const auto average = GENERATE(Average::micro, Average::macro, Average::weighted);
  const auto check = [&](auto metric, const Matrix<float>& values, double exact) {
    for (std::size_t first = 0; first < rows; first += 500)
      metric.update(Matrix<int>(500, labels, {targets.data() + first * labels, targets.data() + (first + 500) * labels}),
                    streaming::rows_of(values, first, first + 500));
    const Bounds bounds = metric.bounds();
    CHECK(bounds.lower <= exact);
    CHECK(exact <= bounds.upper);
    CHECK(bounds.upper - bounds.lower < 0.02);
    CHECK(metric.compute() == Approx(exact).margin(2e-4));
  };
  const double ap = average_precision_score(targets, scores, {.average = average});
  const double auc = roc_auc_score(targets, scores, {.average = average});
  check(AveragePrecision{{.average = average, .memory = Memory::bounded}}, scores, ap);
  check(AveragePrecision{{.average = average, .memory = Memory::bounded, .scale = ScoreScale::logit}}, logits, ap);
  check(AUROC{{.average = average, .memory = Memory::bounded}}, scores, auc);
  check(AUROC{{.average = average, .memory = Memory::bounded, .scale = ScoreScale::logit}}, logits, auc);
}

TEST_CASE("bounded memory: the bounds hold for every order inside the bins, tied or not") {
  // All scores fall into one bin: two positives and two negatives. Best: both positives first, AP 1. Worst: both last,
  // 1/2 (1/3 + 2/4) = 5/12; the bound, an integral, is lower still.
  const Matrix<int> targets(4, 1, {1, 1, 0, 0});
  for (const auto& order : {std::vector<float>{4, 3, 2, 1}, {2, 1, 4, 3}, {4, 1, 3, 2}, {1, 1, 1, 1}, {2, 2, 1, 1}}) {
    Matrix<float> scores(4, 1);
    for (std::size_t i = 0; i < 4; ++i) scores(i, 0) = 0.7f + order[i] * 1e-4f;
    AveragePrecision metric{{.memory = Memory::bounded}};
    metric.update(targets, scores);
    CHECK(metric.bounds().lower <= average_precision_score(targets, scores));
    CHECK(metric.bounds().upper >= average_precision_score(targets, scores));
    CHECK(metric.bounds().upper == 1.0);
    // negatives evenly between the positives: 1 / (1 + 2/3) and 2 / (2 + 4/3)
    CHECK(metric.compute() == Approx(0.6));
    AUROC area{{.memory = Memory::bounded}};
    area.update(targets, scores);
    CHECK(area.bounds().lower == 0.0);
    CHECK(area.bounds().upper == 1.0);
  }
}

TEST_CASE("streaming scores: undefined labels, bad batches, options that differ") {
  AUROC area;
  area.update(Matrix<int>(2, 2, {1, 0, 0, 0}), Matrix<float>(2, 2, {0.9f, 0.1f, 0.2f, 0.3f}));
  CHECK(std::isnan(area.compute()));
  CHECK(area.by_label()[0] == 1.0);
  AUROC skipping{{.undefined = UndefinedLabel::skip}};
  skipping.update(Matrix<int>(2, 2, {1, 0, 0, 0}), Matrix<float>(2, 2, {0.9f, 0.1f, 0.2f, 0.3f}));
  CHECK(skipping.compute() == 1.0);

  AveragePrecision bounded{{.memory = Memory::bounded}};
  CHECK_THROWS_AS(bounded.compute(), ArgumentError);
  CHECK_THROWS_WITH(bounded.update(Matrix<int>(1, 1, {1}), Matrix<float>(1, 1, {1.5f})),
                    Catch::Contains("scores must be in [0, 1]"));
  bounded.update(Matrix<int>(1, 1, {1}), Matrix<float>(1, 1, {1.0f}));
  CHECK_THROWS_AS(bounded.update(Matrix<int>(1, 2, {1, 0}), Matrix<float>(1, 2, {1.0f, 0.5f})), ShapeError);
  CHECK_THROWS_AS(bounded.merge(AveragePrecision{}), ArgumentError);
  CHECK_THROWS_AS(bounded.load_state_dict({{"histogram", {1.0}}}), ArgumentError);
  CHECK_THROWS_AS(AUROC({.average = Average::samples}), ArgumentError);
  CHECK_THROWS_AS(AveragePrecision({.definition = AveragePrecisionDefinition::voc10}).bounds(), ArgumentError);
  CHECK(bounded.compute() == 1.0);
}
}  // namespace

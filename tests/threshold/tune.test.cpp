// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/tune.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::Metric;
using multilabel::threshold::Scope;
using multilabel::threshold::tune;

const Matrix<float> targets(4, 2, {1, 0, 0, 1, 1, 0, 0, 1});
const Matrix<float> scores(4, 2, {0.9F, 0.1F, 0.3F, 0.2F, 0.8F, 0.05F, 0.4F, 0.15F});

TEST_CASE("tune: per-label thresholds separate what one threshold cannot") {
  for (const Average average : {Average::micro, Average::macro, Average::weighted, Average::samples}) {
    const auto rule = tune(targets, scores, {.average = average, .scope = Scope::per_label});
    CHECK(rule.value() == Approx(1.0).margin(1e-12));
    CHECK(rule.thresholds() == std::vector<double>{0.8F, 0.15F});
    CHECK(rule.apply(scores) == Matrix<std::uint8_t>(4, 2, {1, 0, 0, 1, 1, 0, 0, 1}));
    CHECK(tune(targets, scores, {.average = average}).value() < 1.0);
  }
}

TEST_CASE("tune: is the sweep's best for one threshold") {
  const auto rule = tune(targets, scores, {.metric = Metric::jaccard, .average = Average::micro});
  CHECK(rule == multilabel::threshold::sweep(targets, scores, {.metric = Metric::jaccard, .average = Average::micro}).best);
}

TEST_CASE("tune: shrinkage pulls by the number of positives") {
  // Macro F1 of one threshold: best 0.15, all of label 0 and both positives of label 1: (2*2/(4+2) + 1)/2 = 5/6.
  const auto single = tune(targets, scores, {.average = Average::macro});
  CHECK(single.thresholds()[0] == 0.15F);
  CHECK(single.value() == Approx(5.0 / 6).margin(1e-12));
  const auto rule = tune(targets, scores, {.average = Average::macro, .scope = Scope::per_label, .shrinkage = 2.0});
  CHECK(rule.thresholds()[0] == Approx((0.8F + 0.15F) / 2));  // two positives against two
  CHECK(rule.thresholds()[1] == Approx(0.15F));
}

TEST_CASE("tune: cross-fitting returns the value of predictions it did not see") {
  const auto rule = tune(targets, scores, {.average = Average::macro, .scope = Scope::per_label, .cross_fit = 4});
  CHECK(rule.value() < 1.0);
  CHECK_THROWS_AS(tune(targets, scores, {.cross_fit = 1}), multilabel::ArgumentError);
  CHECK_THROWS_AS(tune(targets, scores, {.cross_fit = 5}), multilabel::ArgumentError);
}
}  // namespace

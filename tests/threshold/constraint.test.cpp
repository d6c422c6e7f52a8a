// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/constraint.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/threshold/tune.hpp"
#include "multilabel/threshold/value.hpp"

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::precision_at_least;
using multilabel::threshold::predictions_per_image_at_most;
using multilabel::threshold::recall_at_least;
using multilabel::threshold::Scope;
using multilabel::threshold::tune;

// Ascending scores: .1 (0), .2 (1), .3 (0), .4 (0), .6 (1), .9 (1), rows of three.
const Matrix<int> targets(2, 3, {0, 1, 0, 0, 1, 1});
const Matrix<double> scores(2, 3, {0.1, 0.2, 0.3, 0.4, 0.6, 0.9});

TEST_CASE("tune within a bound: micro F1 by hand") {
  // Micro F1: .1 6/9, .2 6/8, .3 4/7, .4 4/6, .6 4/5, .9 2/4.
  CHECK(tune(targets, scores, {.average = Average::micro}).thresholds()[0] == 0.6);
  const auto recall = tune(targets, scores, {.average = Average::micro, .constraint = recall_at_least(1.0)});
  CHECK(recall.thresholds()[0] == 0.2);
  CHECK(recall.value() == Approx(0.75).margin(1e-12));
  const auto few = tune(targets, scores, {.average = Average::micro, .constraint = predictions_per_image_at_most(0.5)});
  CHECK(few.thresholds()[0] == 0.9);
  const auto exact = tune(targets, scores, {.average = Average::micro, .constraint = predictions_per_image_at_most(1.0)});
  CHECK(exact.thresholds()[0] == 0.6);
}

TEST_CASE("tune within a bound: a label that cannot keep it is never predicted") {
  const auto rule =
      tune(targets, scores, {.average = Average::macro, .scope = Scope::per_label, .constraint = precision_at_least(1.0)});
  // Label 0 has no positive. Labels 1 and 2 reach precision 1 at .2 and .9.
  CHECK(rule.thresholds()[0] > 0.4);
  CHECK(rule.thresholds()[1] == 0.2);
  CHECK(rule.thresholds()[2] == 0.9);
}

TEST_CASE("constraints: the same threshold whatever the number of threads, and its neighbours would break the bound") {
  const std::size_t rows = 20'000, labels = 12;  // enough cells for several threads
  multilabel::Random random({11});
  Matrix<int> t(rows, labels);
  Matrix<float> s(rows, labels);
  for (std::size_t i = 0; i < t.size(); ++i) {
    const bool positive = random.chance(0.2);
    t.data()[i] = random.chance(0.05) ? -1 : positive ? 1 : 0;
    s.data()[i] = static_cast<float>(random.normal() + (positive ? 1.0 : -1.0));
  }
  for (const Average average : {Average::samples, Average::micro, Average::macro}) {
    for (const auto& constraint : {recall_at_least(0.9), predictions_per_image_at_most(1.5), precision_at_least(0.25)}) {
      const multilabel::threshold::TuneOptions options{.average = average, .constraint = constraint};
      multilabel::set_num_threads(1);
      const auto one = tune(t, s, options);
      for (const std::size_t threads : {2u, 3u, 16u}) {
        multilabel::set_num_threads(threads);
        CHECK(tune(t, s, options) == one);
      }
    }
  }
  multilabel::set_num_threads(0);
  // The best F1 without a bound has a lower recall; with it, the highest threshold that keeps it.
  const multilabel::threshold::TuneOptions bound{.average = Average::micro, .constraint = recall_at_least(0.95)};
  const double cut = tune(t, s, bound).thresholds()[0];
  const auto recall = [&](double threshold) {
    const auto predictions = multilabel::threshold::ThresholdRule({threshold}).apply(s);
    return multilabel::threshold::value(t, predictions,
                                        {.metric = multilabel::threshold::Metric::recall, .average = Average::micro});
  };
  CHECK(recall(cut) >= 0.95);
  CHECK(recall(std::nextafter(static_cast<float>(cut), 10.0F)) < 0.95);
}

TEST_CASE("constraints: refuse what no threshold keeps, and bounds that make no sense") {
  CHECK_THROWS_WITH(
      tune(targets, scores, {.average = Average::samples, .constraint = precision_at_least(1.0)}),
      "threshold::tune: a threshold must keep precision >= 1; got none that does. Loosen the bound, or sweep that "
      "quantity to see what can be reached.");
  CHECK_THROWS_AS(tune(targets, scores, {.constraint = recall_at_least(1.5)}), multilabel::ArgumentError);
  CHECK_THROWS_AS(tune(targets, scores, {.constraint = predictions_per_image_at_most(NAN)}), multilabel::ArgumentError);
  CHECK_THROWS_AS(tune(targets, scores, {.shrinkage = 1.0, .constraint = recall_at_least(0.5)}), multilabel::ArgumentError);
}
}  // namespace

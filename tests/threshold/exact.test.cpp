// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/tune.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/threshold/sweep.hpp"

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::CostMatrix;
using multilabel::threshold::Metric;
using multilabel::threshold::Scope;
using multilabel::threshold::sweep;
using multilabel::threshold::SweepOptions;
using multilabel::threshold::tune;

constexpr std::size_t rows = 12'000, labels = 12;

template <class S>
struct Answers {
  Matrix<int> targets{rows, labels};
  Matrix<S> scores{rows, labels};
};

/// @param step what scores are rounded to; 0: not at all.
template <class S>
Answers<S> answers(std::uint64_t seed, double unknown, double step, bool logits) {
  multilabel::Random random({.seed = seed});
  Answers<S> made;
  for (std::size_t i = 0; i < rows * labels; ++i) {
    const bool positive = random.chance(0.05 + 0.05 * static_cast<double>(i % labels));
    double score = random.normal() + (positive ? 1.5 : -1.5);
    if (!logits) score = 1 / (1 + std::exp(-score));
    made.targets.data()[i] = random.chance(unknown) ? -1 : positive ? 1 : 0;
    made.scores.data()[i] = static_cast<S>(step > 0 ? std::round(score / step) * step : score);
  }
  return made;
}

const std::vector<Metric> all_metrics{Metric::f1,      Metric::fbeta,    Metric::jaccard, Metric::precision, Metric::recall,
                                      Metric::hamming, Metric::accuracy, Metric::youden,  Metric::cost};
const CostMatrix cost{.false_positive = 1, .false_negative = 5, .true_positive = -1, .true_negative = 0};

template <class S>
void check_rows(const Answers<S>& a, Metric metric) {
  const auto exact = sweep(a.targets, a.scores, {.metric = metric, .beta = 2, .cost = cost}).best;
  const auto tuned = tune(a.targets, a.scores, {.metric = metric, .beta = 2, .cost = cost});
  CAPTURE(multilabel::threshold::to_string(metric));
  CHECK(tuned.thresholds() == exact.thresholds());
  CHECK(tuned.value() == exact.value());
}

template <class S>
void check_labels(const Answers<S>& a, Metric metric) {
  const auto tuned = tune(a.targets, a.scores,
                          {.metric = metric, .average = Average::macro, .scope = Scope::per_label, .beta = 2, .cost = cost});
  CAPTURE(multilabel::threshold::to_string(metric));
  for (std::size_t label = 0; label < labels; ++label) {
    Matrix<int> target(rows, 1);
    Matrix<S> score(rows, 1);
    for (std::size_t i = 0; i < rows; ++i) target(i, 0) = a.targets(i, label), score(i, 0) = a.scores(i, label);
    const SweepOptions options{.metric = metric, .average = Average::macro, .beta = 2, .cost = cost};
    CAPTURE(label);
    CHECK(tuned.thresholds()[label] == sweep(target, score, options).best.thresholds()[0]);
  }
}

TEST_CASE("tune: is the best of the sweep, of all cells or of each label") {
  for (const Metric metric : all_metrics) {
    check_rows(answers<float>(1, 0, 0, false), metric);
    check_rows(answers<float>(2, 0.2, 0.05, false), metric);  // ties
    check_rows(answers<double>(3, 0.1, 0, true), metric);     // of both signs
    if (metric == Metric::accuracy) continue;                 // by the row only
    check_labels(answers<float>(4, 0, 0, false), metric);
    check_labels(answers<float>(5, 0.2, 0.05, false), metric);
    check_labels(answers<double>(6, 0.1, 0, true), metric);
  }
}

TEST_CASE("tune: scores far apart, all alike, or in the last digits of large ones") {
  multilabel::set_num_threads(GENERATE(1u, 3u));
  auto a = answers<float>(7, 0, 0, false);
  a.scores(5, 5) = 3e38F;
  check_rows(a, Metric::f1);
  check_labels(a, Metric::f1);
  a.scores(6, 6) = -3e38F;  // further apart than the largest number
  check_rows(a, Metric::f1);
  check_labels(a, Metric::f1);
  for (std::size_t i = 0; i < a.scores.size(); ++i) a.scores.data()[i] = 0.25F;
  check_rows(a, Metric::f1);
  for (std::size_t i = 0; i < a.scores.size(); ++i) a.scores.data()[i] = 1e6F + static_cast<float>(i % 7) / 8;
  check_rows(a, Metric::f1);
  check_labels(a, Metric::f1);
  multilabel::set_num_threads(0);
}

TEST_CASE("tune: a label without a known cell, or always right, keeps the global threshold") {
  auto a = answers<float>(8, 0, 0, false);
  for (std::size_t i = 0; i < rows; ++i) a.targets(i, 0) = -1, a.targets(i, 1) = 0;
  const auto options = [](Scope scope) {
    return multilabel::threshold::TuneOptions{.average = Average::macro, .scope = scope};
  };
  const double global = tune(a.targets, a.scores, options(Scope::global)).thresholds()[0];
  const auto own = tune(a.targets, a.scores, options(Scope::per_label));
  CHECK(own.thresholds()[0] == global);
  CHECK(own.thresholds()[1] == global);
  CHECK(own.thresholds()[2] != global);
}

TEST_CASE("tune: is the same on any number of threads") {
  const auto a = answers<float>(9, 0.1, 0, false);
  for (const auto& options : {multilabel::threshold::TuneOptions{},
                              multilabel::threshold::TuneOptions{.average = Average::macro, .scope = Scope::per_label}}) {
    multilabel::set_num_threads(1);
    const auto one = tune(a.targets, a.scores, options);
    multilabel::set_num_threads(3);
    CHECK(tune(a.targets, a.scores, options) == one);
    multilabel::set_num_threads(0);
  }
}
}  // namespace

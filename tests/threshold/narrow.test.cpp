// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/detail/narrow.hpp"

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
#include "multilabel/threshold/detail/narrow_labels.hpp"
#include "multilabel/threshold/tune.hpp"

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::CostMatrix;
using multilabel::threshold::Metric;
using multilabel::threshold::Scope;
using multilabel::threshold::sweep;
using multilabel::threshold::SweepOptions;
using multilabel::threshold::tune;
namespace detail = multilabel::threshold::detail;

constexpr std::size_t rows = 12'000, labels = 12;  // enough cells for the short way

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
  const auto narrowed = tune(a.targets, a.scores, {.metric = metric, .beta = 2, .cost = cost});
  CAPTURE(multilabel::threshold::to_string(metric));
  CHECK(narrowed.thresholds() == exact.thresholds());
  CHECK(narrowed.value() == exact.value());
}

template <class S>
void check_labels(const Answers<S>& a, Metric metric) {
  const auto narrowed = tune(a.targets, a.scores,
                             {.metric = metric, .average = Average::macro, .scope = Scope::per_label, .beta = 2, .cost = cost});
  CAPTURE(multilabel::threshold::to_string(metric));
  for (std::size_t label = 0; label < labels; ++label) {
    Matrix<int> target(rows, 1);
    Matrix<S> score(rows, 1);
    for (std::size_t i = 0; i < rows; ++i) target(i, 0) = a.targets(i, label), score(i, 0) = a.scores(i, label);
    const SweepOptions options{.metric = metric, .average = Average::macro, .beta = 2, .cost = cost};
    CAPTURE(label);
    CHECK(narrowed.thresholds()[label] == sweep(target, score, options).best.thresholds()[0]);
  }
}

TEST_CASE("tune: the scores that are ruled out without a sort do not hold the best") {
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

TEST_CASE("tune: ranges of scores that leave nothing to cut") {
  multilabel::set_num_threads(GENERATE(1u, 3u));
  auto a = answers<float>(7, 0, 0, false);
  a.scores(5, 5) = 3e38F;  // all others in one slot
  check_rows(a, Metric::f1);
  check_labels(a, Metric::f1);
  a.scores(6, 6) = -3e38F;  // longer than the largest number
  check_rows(a, Metric::f1);
  check_labels(a, Metric::f1);
  for (std::size_t i = 0; i < a.scores.size(); ++i) a.scores.data()[i] = 0.25F;
  check_rows(a, Metric::f1);
  for (std::size_t i = 0; i < a.scores.size(); ++i) a.scores.data()[i] = 1e6F + static_cast<float>(i % 7) / 8;
  check_rows(a, Metric::f1);
  check_labels(a, Metric::f1);
  multilabel::set_num_threads(0);
}

TEST_CASE("tune: a label without a known cell, or always right, keeps the global threshold the short way too") {
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

TEST_CASE("tune: the short way is the same on any number of threads") {
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

TEST_CASE("SlotOf: never lower for a higher score, and all of a range within the slots") {
  for (const auto& [low, high] : std::vector<std::pair<float, float>>{{0, 1}, {-1e-30F, 1e30F}, {5, 5.00001F}, {-7, -2}}) {
    const detail::SlotOf<float> slot_of({low, high});
    REQUIRE(slot_of.cuts());
    CHECK(slot_of(low) == 0);
    CHECK(slot_of(high) < static_cast<float>(detail::slot_count));
    CHECK(slot_of(std::nextafter(low, -std::numeric_limits<float>::infinity())) <= 0);
    float before = 0;
    for (int k = 0; k <= 1000; ++k) {
      const float slot = slot_of(low + (high - low) * static_cast<float>(k) / 1000);
      CHECK(slot >= before);
      before = slot;
    }
  }
  CHECK_FALSE(detail::SlotOf<float>({3, 3}).cuts());
  CHECK_FALSE(detail::SlotOf<float>({-3e38F, 3e38F}).cuts());
}

TEMPLATE_TEST_CASE("SlotOf: the scores in some slots are the first to the last of a range that lie there", "", float, double) {
  using S = TestType;
  const S infinity = std::numeric_limits<S>::infinity();
  const auto slot_count = detail::slot_count;
  for (const auto& [low, high] : std::vector<std::pair<S, S>>{{0, 1}, {-1e-30F, 1e30F}, {5, 5.00001F}, {-7, -2}, {-3, 9}}) {
    const detail::SlotOf<S> slot_of({low, high});
    for (const auto& [first, end] :
         std::vector<std::pair<std::size_t, std::size_t>>{{0, slot_count}, {0, 1}, {255, 256}, {7, 90}}) {
      const auto range = slot_of.scores_in(first, end);
      REQUIRE(range.lowest >= low);
      REQUIRE(range.highest <= high);
      if (range.lowest > range.highest) continue;  // slots narrower than the step between two numbers
      CHECK(slot_of(range.lowest) >= static_cast<S>(first));
      CHECK(slot_of(range.highest) < static_cast<S>(end));
      const S under = std::nextafter(range.lowest, -infinity), over = std::nextafter(range.highest, infinity);
      CHECK((under < low || slot_of(under) < static_cast<S>(first)));
      CHECK((over > high || slot_of(over) >= static_cast<S>(end)));
    }
  }
}

TEST_CASE("label_range: leaves the slots that can hold the best, and says what lies beside them") {
  const auto f1 = [](const detail::Counts<std::uint32_t>& counts) { return detail::F1{}(counts); };
  const auto cells = [](std::uint64_t negatives, std::uint64_t positives) { return negatives + positives + (positives << 32); };
  // Ascending: 80 negatives; 10 negatives; 1 of each; 10 positives; 5 negatives. F1 from each on: 22/112, 22/38, 22/28, 20/26,
  // 0. The 10 negatives end where the best edge is; past it, its negative alone withdrawn, 22/27 may be reached.
  std::vector<detail::CellsAt> slots(detail::slot_count);
  slots[3] = cells(80, 0);
  slots[4] = cells(10, 0);
  slots[40] = cells(1, 1);
  slots[41] = cells(0, 10);
  slots[200] = cells(5, 0);
  const auto range = detail::label_range(slots, f1);
  CHECK(range.first == 4);
  CHECK(range.end == 41);
  CHECK(range.cells == 12);
  CHECK(range.counts.predicted == 27);
  CHECK(range.counts.true_positives == 11);
  CHECK(range.worst == 0);
  CHECK_FALSE(range.from_lowest);
  CHECK_FALSE(range.to_highest);
  const auto nothing = detail::label_range(std::vector<detail::CellsAt>(detail::slot_count), f1);
  CHECK(nothing.end == 0);
  CHECK(nothing.cells == 0);
}
}  // namespace

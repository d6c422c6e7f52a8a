// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/tune.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "multilabel/metrics/masked.hpp"
#include "multilabel/threshold/conformal.hpp"
#include "multilabel/threshold/sweep.hpp"

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

TEST_CASE("tune, sweep and conformal: a mask is what NaN in its place would be") {
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  const Matrix<float> marked(4, 2, {unknown, 0, 0, 1, 1, unknown, 0, 1});
  const Matrix<int> lies(4, 2, {7, 0, 0, 1, 1, 7, 0, 1});
  const Matrix<int> mask(4, 2, {0, 1, 1, 1, 1, 0, 1, 1});
  const auto known = multilabel::metrics::masked(lies, mask);
  STATIC_REQUIRE(multilabel::matrix_like<decltype(known)>);
  CHECK(tune(known, scores, {.average = Average::macro}) == tune(marked, scores, {.average = Average::macro}));
  CHECK(tune(known, scores, {.average = Average::macro}) != tune(targets, scores, {.average = Average::macro}));
  CHECK(multilabel::threshold::sweep(known, scores).best == multilabel::threshold::sweep(marked, scores).best);
  CHECK(multilabel::threshold::conformal(known, scores, {.alpha = 0.5}) ==
        multilabel::threshold::conformal(marked, scores, {.alpha = 0.5}));
  CHECK_THROWS_AS(tune(multilabel::metrics::masked(lies, Matrix<int>(4, 2, 1)), scores), multilabel::ArgumentError);
}

TEST_CASE("tune: cross-fitting returns the value of predictions it did not see") {
  const auto rule = tune(targets, scores, {.average = Average::macro, .scope = Scope::per_label, .cross_fit = 4});
  CHECK(rule.value() < 1.0);
  CHECK_THROWS_AS(tune(targets, scores, {.cross_fit = 1}), multilabel::ArgumentError);
  CHECK_THROWS_AS(tune(targets, scores, {.cross_fit = 5}), multilabel::ArgumentError);
}
TEST_CASE("LabelSteps: the negatives at and between the positives, by hand") {
  // Ascending: 0 at .1, 1 at .2, 0 at .2, 0 at .3, 0 at .4, 1 at .5 twice, 0 at .9; one unknown cell.
  const Matrix<std::int8_t> codes(9, 1, {1, 0, 0, 1, 0, 1, 0, -1, 0});
  const Matrix<double> column(9, 1, {0.5F, 0.4F, 0.1F, 0.2F, 0.2F, 0.5F, 0.3F, 0.7F, 0.9F});
  const bool are_floats = GENERATE(false, true);
  std::size_t calls = 0;
  multilabel::core::detail::for_each_label_steps(codes.view(), {column.view(), are_floats},
                                                 [&](std::size_t label, const auto& steps) {
                                                   ++calls;
                                                   CHECK(label == 0);
                                                   CHECK(steps.known == 8);
                                                   CHECK(steps.positives == 3);
                                                   CHECK(steps.lowest == 0.1F);
                                                   CHECK(steps.highest == 0.9F);
                                                   CHECK(steps.negatives_below == 1);
                                                   CHECK(steps.last_below == 0.1F);
                                                   REQUIRE(steps.steps.size() == 2);
                                                   CHECK(steps.steps[0].score == 0.2F);
                                                   CHECK(steps.steps[0].positives == 1);
                                                   CHECK(steps.steps[0].negatives == 1);
                                                   CHECK(steps.steps[0].negatives_above == 2);
                                                   CHECK(steps.steps[0].last_above == 0.4F);
                                                   CHECK(steps.steps[1].score == 0.5F);
                                                   CHECK(steps.steps[1].positives == 2);
                                                   CHECK(steps.steps[1].negatives_above == 1);
                                                   CHECK(steps.steps[1].last_above == 0.9F);
                                                 });
  CHECK(calls == 1);
}

TEST_CASE("BestSum: of sums within the tolerance of the best, the last") {
  using multilabel::threshold::detail::BestSum;
  using Case = std::pair<std::vector<std::int64_t>, std::size_t>;  // sums, and where the last within 2 of the best is
  const auto [sums, place] =
      GENERATE(Case{{5, 9, 8, 10, 9, 3, 10, 7, 8, 9, 6}, 9}, Case{{1, 2, 3, 4, 5, 6}, 5}, Case{{6, 5, 4, 3, 2, 1}, 2},
               Case{{3, 3, 3}, 2}, Case{{9, 7, 0, 8, 5, 7, 6}, 5}, Case{{0, 6, 5, 8, 7, 6, 5}, 5});
  BestSum best(Metric::f1, 2);
  CHECK_FALSE(best.found());
  for (std::size_t i = 0; i < sums.size(); ++i) best.offer(static_cast<double>(i), sums[i]);
  CHECK(best.threshold() == static_cast<double>(place));
  CHECK(best.sum() == sums[place]);
}
}  // namespace

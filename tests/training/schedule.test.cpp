// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/schedule.hpp"

#include <catch2/catch.hpp>

namespace training = multilabel::training;

TEST_CASE("constant: the factor is 1 at every step") {
  CHECK(training::constant().factor(0, 10) == 1.0);
  CHECK(training::constant().factor(9, 10) == 1.0);
}

TEST_CASE("cosine: starts at 1, is half way down in the middle, and nears its end") {
  const auto schedule = training::cosine();
  CHECK(schedule.factor(0, 100) == 1.0);
  CHECK(schedule.factor(50, 100) == Approx(0.5));
  CHECK(schedule.factor(99, 100) == Approx(0.000246719817));  // (1 + cos(0.99 pi)) / 2
  CHECK(training::cosine({.end = 0.2}).factor(50, 100) == Approx(0.6));
}

TEST_CASE("warmup: climbs in equal steps over its share and reaches 1 right after it") {
  const auto schedule = training::cosine({.warmup = 0.1});
  CHECK(schedule.factor(0, 40) == Approx(0.2));  // 4 steps of warm-up: 1/5 ... 4/5, then 1
  CHECK(schedule.factor(3, 40) == Approx(0.8));
  CHECK(schedule.factor(4, 40) == 1.0);
}

TEST_CASE("linear: falls by the same amount at every step") {
  CHECK(training::linear().factor(1, 4) == Approx(0.75));
  CHECK(training::linear({.end = 0.5}).factor(2, 4) == Approx(0.75));
}

TEST_CASE("step: drops after every share of the run") {
  const auto schedule = training::step({.every = 0.5, .multiplier = 0.1});
  CHECK(schedule.factor(4, 10) == 1.0);
  CHECK(schedule.factor(5, 10) == Approx(0.1));
  CHECK(training::step().factor(2, 3) == Approx(0.01));  // 2/3 of the run is past two thirds: both drops
}

TEST_CASE("factor: a step past the end counts as the last, and an empty run gives 1") {
  CHECK(training::linear().factor(7, 4) == Approx(0.25));
  CHECK(training::cosine({.warmup = 0.5}).factor(0, 0) == 1.0);
}

TEST_CASE("Schedule: fields out of range are refused by name") {
  CHECK_THROWS_WITH(training::cosine({.warmup = 1.0}), "training::cosine: warmup must be a share of the run in [0, 1); got 1");
  CHECK_THROWS_WITH(training::linear({.end = -0.1}), Catch::Contains("end must be a factor in [0, 1]"));
  CHECK_THROWS_WITH(training::step({.every = 0.0}), Catch::Contains("every must be a share"));
  CHECK_THROWS_WITH(training::step({.multiplier = 2.0}), Catch::Contains("multiplier must be a factor"));
}

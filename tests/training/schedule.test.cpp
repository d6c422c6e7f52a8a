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

TEST_CASE("exponential, polynomial, cycles and one cycle: torch's formulas") {
  const auto exponential = training::exponential({.end = 0.01});
  CHECK(exponential.factor(0, 10) == 1.0);
  CHECK(exponential.factor(5, 10) == Approx(0.1));
  CHECK(training::polynomial({.power = 2}).factor(5, 10) == Approx(0.25));
  CHECK(training::polynomial({.power = 2, .end = 0.2}).factor(5, 10) == Approx(0.4));
  const auto cycles = training::cosine({.cycles = 3});
  for (const std::size_t first : {0, 10, 20}) CHECK(cycles.factor(first, 30) == 1.0);
  CHECK(cycles.factor(15, 30) == Approx(0.5));
  const auto one = training::one_cycle();
  CHECK(one.factor(0, 100) == Approx(0.04));
  CHECK(one.factor(29, 100) == Approx(1.0));
  CHECK(one.factor(99, 100) == Approx(4e-6));
  CHECK_THROWS_WITH(training::exponential({.end = 0}), Catch::Contains("end must be a factor in (0, 1]"));
  CHECK_THROWS_WITH(training::polynomial({.power = 0}), Catch::Contains("power must be above 0"));
  CHECK_THROWS_WITH(training::one_cycle({.rise = 0}), Catch::Contains("rise must be a share"));
}

TEST_CASE("plateau: a drop after so many epochs without a better value") {
  const auto schedule = training::plateau({.multiplier = 0.5, .patience = 1, .end = 0.2});
  const auto factor = [&](const std::vector<double>& values) { return schedule.by_values(values); };
  CHECK(factor({}) == 1);
  CHECK(factor({0.1, 0.2, 0.1}) == 1);
  CHECK(factor({0.1, 0.2, 0.1, 0.2}) == 0.5);
  CHECK(factor({0.1, 0.2, 0.1, 0.2, 0.3}) == 0.5);
  CHECK(factor({0.1, 0.1, 0.1, 0.1, 0.1}) == 0.25);
  CHECK(factor(std::vector<double>(20, 0.1)) == 0.2);
  CHECK_THROWS_WITH(training::plateau({.multiplier = 1}), Catch::Contains("multiplier must be a factor in (0, 1)"));
}

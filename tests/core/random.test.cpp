// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/random.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace {
using multilabel::permutation;
using multilabel::philox;
using multilabel::Random;
using multilabel::RandomKey;

TEST_CASE("philox: equals the published vector for key 0 and counter 0") {
  const auto words = philox({0, 0, 0, 0}, {0, 0});
  CHECK(words == std::array<std::uint32_t, 4>{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
}

TEST_CASE("Random: equal keys give equal draws, and every part of the key matters") {
  const RandomKey key{.seed = 7, .epoch = 1, .index = 2, .stream = 3};
  Random a(key);
  Random b(key);
  CHECK(a.bits() == b.bits());
  const auto first = [](RandomKey changed) { return Random(changed).bits(); };
  CHECK(first(key) != first({.seed = 8, .epoch = 1, .index = 2, .stream = 3}));
  CHECK(first(key) != first({.seed = 7, .epoch = 2, .index = 2, .stream = 3}));
  CHECK(first(key) != first({.seed = 7, .epoch = 1, .index = 3, .stream = 3}));
  CHECK(first(key) != first({.seed = 7, .epoch = 1, .index = 2, .stream = 4}));
}

TEST_CASE("Random: the mean and deviation of 100,000 uniform and normal draws are those of the distribution") {
  Random random(RandomKey{.seed = 1});
  double sum = 0;
  double squares = 0;
  double uniform_sum = 0;
  constexpr int draws = 100000;
  for (int i = 0; i < draws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    const double u = random.uniform();
    CHECK((u >= 0.0 && u < 1.0));
    uniform_sum += u;
  }
  // Four standard errors: 4 / sqrt(100000) = 0.0127; of the variance sqrt(2) times that; of the uniform mean 0.2887 times that.
  CHECK(std::abs(sum / draws) < 0.0127);
  CHECK(std::abs(squares / draws - 1.0) < 0.018);
  CHECK(std::abs(uniform_sum / draws - 0.5) < 0.0037);
}

TEST_CASE("permutation: holds every number once and depends on the epoch") {
  const auto order = permutation(100, {.seed = 5, .epoch = 0});
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) CHECK(sorted[i] == i);
  CHECK(order != permutation(100, {.seed = 5, .epoch = 1}));
}
}  // namespace

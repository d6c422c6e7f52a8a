// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/levels.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::augmentation::eight_bit_levels;
using multilabel::augmentation::Level;

TEST_CASE("Level: a chain of two equals one after the other, clips included") {
  const Level brighter = eight_bit_levels(1.5, 40)[0];
  const Level darker = eight_bit_levels(0.5, -60)[0];
  const Level both = brighter.then(darker);
  for (int x = 0; x < 256; ++x) CHECK(both(x) == Approx(darker(brighter(x))).margin(1e-12));
}

TEST_CASE("Level: by hand, 200 is clipped to 255 before it is halved") {
  // 1.5 * 200 + 40 = 340 -> 255; 0.5 * 255 = 127.5
  CHECK(eight_bit_levels(1.5, 40)[0].then({.gain = 0.5, .offset = 0})(200) == 127.5);
}

TEST_CASE("Level: a negative gain swaps the bounds") {
  const Level inverted = Level{.gain = 1, .offset = 0, .low = 10, .high = 20}.then({.gain = -1, .offset = 255});
  CHECK(inverted(0) == 245);    // 0 -> 10 -> 245
  CHECK(inverted(100) == 235);  // 100 -> 20 -> 235
}

TEST_CASE("Level: a gain of zero gives the offset whatever came before") {
  CHECK(Level{}.then({.gain = 0, .offset = 3})(1e30) == 3);
}
}  // namespace

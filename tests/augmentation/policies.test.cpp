// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/policies.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;

TEST_CASE("trivial_augment: one of thirteen changes for each image, all of them come") {
  const auto recipe = aug::trivial_augment({.size = 16});
  const cv::Mat image = test::smooth(30, 40);
  std::set<double> chosen;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const auto record = recipe.record(image, {.index = i});
    chosen.insert(record.operations[1].values.back().second);
    CHECK(record.operations.size() == 5);  // flip, the choice, what it chose, resize, normalise
  }
  CHECK(chosen.size() == 13);
  CHECK(recipe.preprocessing() == aug::Preprocessing{.height = 16, .width = 16});
}

TEST_CASE("rand_augment: n changes, none at magnitude 0 but equalisation and the lowest bit") {
  const cv::Mat image = test::smooth(30, 40);
  const auto strong = aug::rand_augment({.size = 16, .n = 3, .magnitude = 10});
  CHECK(strong.record(image, {}).operations.size() == 7);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const auto record = strong.record(image, {.index = i});
    for (const auto& drawn : record.operations)
      for (const auto& [name, value] : drawn.values)
        if (name == "rotate") CHECK(std::abs(value) <= 15);
  }
  const auto none = aug::rand_augment({.size = 16, .n = 1, .magnitude = 0, .flip = 0});
  const cv::Mat plain = aug::Pipeline{aug::Resize{{.height = 16, .width = 16, .interpolation = aug::Interpolation::area}},
                                      aug::Normalize{{.mean = {0.5f, 0.5f, 0.5f}, .std = {0.5f, 0.5f, 0.5f}}}}(image, {});
  int changed = 0;
  for (std::uint32_t i = 0; i < 130; ++i) changed += test::difference(none(image, {.index = i}), plain) > 3 * 2 / 255.0;
  CHECK(changed == Approx(10).margin(12));  // Equalize alone: one in thirteen
  CHECK_THROWS_WITH(aug::rand_augment({.magnitude = 11}), Catch::Contains("between 0 and 10"));
}
}  // namespace

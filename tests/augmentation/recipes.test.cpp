// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/recipes.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::RandomKey;

using test::written;

TEST_CASE("evaluation: a stored format gives the same pixels as the recipe it came from") {
  const cv::Mat image = test::picture(37, 53);
  const auto recipe = aug::evaluation({.size = 24, .mean = {0.1f, 0.2f, 0.3f}, .std = {0.4f, 0.5f, 0.6f}});
  const auto rebuilt = aug::evaluation(recipe.preprocessing());
  CHECK(written(recipe, image, {}) == written(rebuilt, image, {.seed = 3, .epoch = 4, .index = 5}));
}

TEST_CASE("restrained: with everything switched off it is the evaluation pipeline") {
  const cv::Mat image = test::picture(48, 48);
  const auto still = aug::restrained({.size = 24, .flip = 0, .rotate = 0, .brightness = 0, .contrast = 0, .noise = {0, 0}});
  const auto a = written(still, image, {.seed = 1});
  const auto b = written(aug::evaluation({.size = 24}), image, {});
  for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(a[i] == Approx(b[i]).margin(1e-6));
}
}  // namespace

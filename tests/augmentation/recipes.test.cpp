// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/recipes.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
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

/// Levels rise and fall by one a pixel, so that all ways to read between pixels nearly agree.
cv::Mat gentle(int height, int width) {
  const auto wave = [](int at) { return static_cast<uchar>(40 + (at % 256 < 128 ? at % 256 : 255 - at % 256)); };
  cv::Mat image(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) image.at<cv::Vec3b>(y, x) = {wave(x), wave(y), wave(x + y)};
  return image;
}

TEST_CASE("restrained: pictures of every shape give what the operations one by one give") {
  for (const int size : {8, 24, 64, 224}) {
    const aug::Pipeline moves{aug::HorizontalFlip{{.p = 0.5}},
                              aug::Rotate{{.limit = 15, .border_mode = aug::Border::reflect_101, .p = 1}},
                              aug::Resize{{.height = size, .width = size, .interpolation = aug::Interpolation::area}}};
    const auto recipe = aug::restrained({.size = size});
    for (const cv::Size shape :
         {cv::Size(1, 1), cv::Size(2, 1), cv::Size(1, 2), cv::Size(2, 2), cv::Size(5, 3), cv::Size(4, 5), cv::Size(300, 1),
          cv::Size(1, 300), cv::Size(500, 2), cv::Size(1000, 7), cv::Size(7, 1000), cv::Size(65, 33)}) {
      const cv::Mat image = gentle(shape.height, shape.width);
      for (std::uint32_t i = 0; i < 6; ++i) {
        INFO(shape.height << " x " << shape.width << " to " << size << ", " << i);
        const RandomKey key{.seed = 1, .index = i};
        const cv::Mat fused = moves(image, key), apart = moves.fuse(aug::Fusion::off)(image, key);
        // Where 60 pixels become one, the two means are over a straight and over a turned square.
        CHECK(test::difference(fused, apart) <= 8);
        CHECK(cv::norm(fused, apart, cv::NORM_L1) / (3.0 * size * size) <= 3);
        CHECK_NOTHROW(written(recipe, image, key));
      }
    }
  }
}
}  // namespace

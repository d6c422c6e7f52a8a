// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/resize.hpp"

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::RandomKey;

using test::run;

TEST_CASE("Resize: scales to exactly the size asked for, linear unless told otherwise") {
  const cv::Mat image = test::picture(20, 30);
  cv::Mat expected;
  cv::resize(image, expected, {11, 17}, 0, 0, cv::INTER_LINEAR);
  CHECK(test::equal(run(aug::Resize{{.height = 17, .width = 11}}, image), expected));
  cv::resize(image, expected, {11, 17}, 0, 0, cv::INTER_CUBIC);
  CHECK(
      test::equal(run(aug::Resize{{.height = 17, .width = 11, .interpolation = aug::Interpolation::cubic}}, image), expected));
}

TEST_CASE("Resize: a size of nothing is refused") {
  CHECK_THROWS_WITH(aug::Resize({.height = 0, .width = 4}), Catch::Contains("at least 1; got 0 and 4"));
  CHECK_THROWS_AS(aug::Resize({}), ArgumentError);
}

TEST_CASE("LongestMaxSize, SmallestMaxSize: one side is as asked, the other follows, halves going to the even number") {
  const cv::Mat image = test::picture(30, 50);
  CHECK(run(aug::LongestMaxSize{{.max_size = 25}}, image).size() == cv::Size(25, 15));
  CHECK(run(aug::SmallestMaxSize{{.max_size = 25}}, image).size() == cv::Size(42, 25));  // 41.67
  CHECK(run(aug::LongestMaxSize{{.max_size = 75}}, image).size() == cv::Size(75, 45));
  CHECK(run(aug::SmallestMaxSize{{.max_size = 15}}, test::picture(30, 49)).size() == cv::Size(24, 15));  // 24.5
  CHECK(aug::Pipeline{aug::LongestMaxSize{{.max_size = 9}}}.output_size() == cv::Size(0, 0));
}

TEST_CASE("LongestMaxSize, SmallestMaxSize: limits for both sides, and sizes to choose from") {
  const cv::Mat image = test::picture(30, 60);
  CHECK(run(aug::LongestMaxSize{{.max_height = 20, .max_width = 30}}, image).size() == cv::Size(30, 15));
  CHECK(run(aug::SmallestMaxSize{{.max_height = 20, .max_width = 30}}, image).size() == cv::Size(40, 20));
  CHECK(run(aug::LongestMaxSize{{.max_height = 10}}, image).size() == cv::Size(20, 10));
  const aug::Pipeline drawn{aug::LongestMaxSize{{.max_sizes = {20, 40}}}};
  int large = 0;
  for (std::uint32_t i = 0; i < 400; ++i) large += drawn(image, {.index = i}).cols == 40;
  CHECK(large == Approx(200).margin(40));
  CHECK_THROWS_WITH(aug::LongestMaxSize({.p = 1}), Catch::Contains("exactly one of max_size") && Catch::Contains("none"));
  CHECK_THROWS_WITH(aug::LongestMaxSize({.max_size = 3, .max_width = 4}), Catch::Contains("got more"));
}

TEST_CASE("Resize: averages when it shrinks, if asked to") {
  const cv::Mat image = test::picture(40, 40);
  const auto resized = [&](int size, aug::Interpolation interpolation, aug::Downscale downscale) {
    return run(aug::Resize{{.height = size, .width = size, .interpolation = interpolation, .downscale = downscale}}, image);
  };
  using aug::Downscale;
  using aug::Interpolation;
  CHECK(test::equal(resized(10, Interpolation::linear, Downscale::area), resized(10, Interpolation::area, Downscale::as_told)));
  CHECK(test::equal(resized(80, Interpolation::cubic, Downscale::area), resized(80, Interpolation::cubic, Downscale::as_told)));
}
}  // namespace

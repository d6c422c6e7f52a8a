// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/crop.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::RandomKey;

using test::run;

TEST_CASE("CenterCrop: keeps the middle, the odd pixel going to the bottom and right as in albumentations") {
  const cv::Mat image = test::picture(9, 12);
  CHECK(test::equal(run(aug::CenterCrop{{.height = 4, .width = 5}}, image), image(cv::Rect(3, 2, 5, 4))));
  CHECK_THROWS_WITH(run(aug::CenterCrop{{.height = 10, .width = 5}}, image),
                    Catch::Contains("at least 10 x 5") && Catch::Contains("got 9 x 12") && Catch::Contains("PadIfNeeded"));
}

TEST_CASE("RandomCrop: every place is drawn, none outside") {
  const cv::Mat image = test::picture(4, 5);
  std::array<int, 6> seen{};
  for (std::uint32_t i = 0; i < 600; ++i) {
    const cv::Vec3b corner = run(aug::RandomCrop{{.height = 3, .width = 3}}, image, {.index = i}).at<cv::Vec3b>(0, 0);
    ++seen[static_cast<std::size_t>(corner[0] / 7 + 3 * (corner[1] / 5))];
  }
  for (const int count : seen) CHECK(count == Approx(100).margin(37));  // four deviations
}

TEST_CASE("PadIfNeeded: leaves a large image alone and centres a small one") {
  const cv::Mat image = test::picture(5, 8);
  CHECK(test::equal(run(aug::PadIfNeeded{{.min_height = 5, .min_width = 3}}, image), image));
  const cv::Mat padded = run(aug::PadIfNeeded{{.min_height = 8, .min_width = 8, .fill = {4, 5, 6}}}, image);
  CHECK(padded.size() == cv::Size(8, 8));
  CHECK(padded.at<cv::Vec3b>(0, 0) == cv::Vec3b(4, 5, 6));
  CHECK(test::equal(padded(cv::Rect(0, 1, 8, 5)), image));  // (8 - 5) / 2 = 1 above, 2 below
}

TEST_CASE("PadIfNeeded: to multiples, and to every corner") {
  const cv::Mat image = test::picture(5, 7);
  const auto padded = [&](aug::PadPosition position) {
    return aug::Pipeline{aug::PadIfNeeded{{.min_height = 0, .min_width = 10, .position = position, .pad_height_divisor = 4}}}(
        image, {});
  };
  CHECK(padded(aug::PadPosition::center).size() == cv::Size(10, 8));
  CHECK(test::equal(padded(aug::PadPosition::top_left)(cv::Rect(0, 0, 7, 5)), image));
  CHECK(test::equal(padded(aug::PadPosition::top_right)(cv::Rect(3, 0, 7, 5)), image));
  CHECK(test::equal(padded(aug::PadPosition::bottom_left)(cv::Rect(0, 3, 7, 5)), image));
  CHECK(test::equal(padded(aug::PadPosition::bottom_right)(cv::Rect(3, 3, 7, 5)), image));
  CHECK(padded(aug::PadPosition::random).size() == cv::Size(10, 8));
  CHECK_THROWS_WITH(aug::PadIfNeeded({.pad_height_divisor = 4}), Catch::Contains("exactly one of min_height"));
}

TEST_CASE("CenterCrop, RandomCrop: frame a smaller image if told to") {
  const cv::Mat image = test::picture(5, 20);
  const aug::CropOptions options{.height = 9, .width = 8, .too_small = aug::TooSmall::pad, .fill = {1, 2, 3}};
  const cv::Mat center = aug::Pipeline{aug::CenterCrop{options}}(image, {});
  CHECK(test::equal(center(cv::Rect(0, 2, 8, 5)), image(cv::Rect(6, 0, 8, 5))));
  CHECK(center.at<cv::Vec3b>(0, 0) == cv::Vec3b(1, 2, 3));
  CHECK(aug::Pipeline{aug::RandomCrop{options}}(image, {}).size() == cv::Size(8, 9));
}
}  // namespace

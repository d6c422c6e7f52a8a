// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::Random;
using multilabel::RandomKey;
using multilabel::ShapeError;

template <class Op>
cv::Mat run(const Op& op, const cv::Mat& image, RandomKey key = {}) {
  return aug::Pipeline<Op>{op}(image, key);
}

TEST_CASE("HorizontalFlip: happens in a share p of the samples") {
  const cv::Mat image = test::picture(4, 6);
  const aug::Pipeline pipeline{aug::HorizontalFlip{{.p = 0.3}}};
  int flips = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) flips += !test::equal(pipeline(image, {.seed = 5, .index = i}), image);
  CHECK(flips == Approx(1200).margin(116));  // four deviations of a binomial
}

TEST_CASE("operations: p of 0 never acts, p of 1 always does") {
  const cv::Mat image = test::picture(6, 6);
  for (std::uint32_t i = 0; i < 50; ++i) {
    CHECK(test::equal(run(aug::VerticalFlip{{.p = 0}}, image, {.index = i}), image));
    CHECK_FALSE(test::equal(run(aug::VerticalFlip{{.p = 1}}, image, {.index = i}), image));
  }
}

TEST_CASE("Rotate: a positive angle turns counter-clockwise") {
  cv::Mat image(21, 21, CV_8UC3, cv::Scalar::all(0));
  image.at<cv::Vec3b>(10, 18) = {255, 255, 255};  // right of the middle
  const cv::Mat turned = run(aug::Rotate{{.limit = {90, 90}, .p = 1}}, image);
  CHECK(turned.at<cv::Vec3b>(2, 10) == cv::Vec3b(255, 255, 255));  // above it
}

TEST_CASE("Rotate: constant borders leave the fill colour in the corners, reflection leaves picture") {
  const cv::Mat image(40, 40, CV_8UC3, cv::Scalar(200, 100, 50));
  const cv::Mat filled = run(aug::Rotate{{.limit = {45, 45}, .fill = {1, 2, 3}, .p = 1}}, image);
  CHECK(filled.at<cv::Vec3b>(0, 0) == cv::Vec3b(1, 2, 3));
  const cv::Mat reflected = run(aug::Rotate{{.limit = {45, 45}, .border_mode = aug::Border::reflect_101, .p = 1}}, image);
  CHECK(reflected.at<cv::Vec3b>(0, 0) == cv::Vec3b(200, 100, 50));
}

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

TEST_CASE("RandomBrightnessContrast: multiplies by 1 + contrast, then adds brightness x 255") {
  const cv::Mat image(1, 1, CV_8UC3, cv::Scalar(100, 0, 250));
  const cv::Mat changed =
      run(aug::RandomBrightnessContrast{{.brightness_limit = {0.1, 0.1}, .contrast_limit = {0.1, 0.1}, .p = 1}}, image);
  CHECK(changed.at<cv::Vec3b>(0, 0) == cv::Vec3b(136, 26, 255));  // 1.1 x + 25.5 = 135.5, 25.5, 300.5
  const cv::Mat by_mean = run(
      aug::RandomBrightnessContrast{
          {.brightness_limit = {0.3, 0.3}, .contrast_limit = {0, 0}, .brightness_by = aug::BrightnessUnit::mean, .p = 1}},
      image);
  CHECK(by_mean.at<cv::Vec3b>(0, 0) == cv::Vec3b(135, 35, 255));  // the mean is 116.67, 0.3 of it 35
}

TEST_CASE("GaussNoise: the deviation is the share of 255 that was asked for") {
  const cv::Mat image(100, 100, CV_8UC3, cv::Scalar::all(128));
  cv::Scalar mean, deviation;
  cv::meanStdDev(run(aug::GaussNoise{{.std_range = {0.05, 0.05}, .p = 1}}, image), mean, deviation);
  CHECK(deviation[0] == Approx(12.75).margin(0.4));  // four standard errors of 10,000 pixels
  CHECK(mean[0] == Approx(128).margin(0.55));
}

TEST_CASE("options: what is out of range is refused where it is written") {
  CHECK_THROWS_WITH(aug::HorizontalFlip({.p = 1.5}), "augmentation::HorizontalFlip: p must be between 0 and 1; got 1.5");
  CHECK_THROWS_WITH((aug::Rotate({.limit = {10, -10}})), Catch::Contains("low <= high") && Catch::Contains("(10, -10)"));
  CHECK_THROWS_AS(aug::Resize({.height = 0, .width = 4}), ArgumentError);
  CHECK_THROWS_AS(aug::GaussNoise({.std_range = {-0.1, 0.1}}), ArgumentError);
  CHECK_THROWS_AS(aug::RandomBrightnessContrast({.contrast_limit = 2}), ArgumentError);
  CHECK_THROWS_AS(aug::Normalize({.p = 0.5}), ArgumentError);
  CHECK_THROWS_AS(aug::Normalize({.std = {1, 0, 1}}), ArgumentError);
}
}  // namespace

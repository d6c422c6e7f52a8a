// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/pixel.hpp"

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::RandomKey;

template <class Op>
cv::Mat run(const Op& op, const cv::Mat& image, RandomKey key = {}) {
  return aug::Pipeline<Op>{op}(image, key);
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

TEST_CASE("GaussNoise, RandomBrightnessContrast, Normalize: options out of range are refused") {
  CHECK_THROWS_AS(aug::GaussNoise({.std_range = {-0.1, 0.1}}), ArgumentError);
  CHECK_THROWS_AS(aug::RandomBrightnessContrast({.contrast_limit = 2}), ArgumentError);
  CHECK_THROWS_AS(aug::Normalize({.p = 0.5}), ArgumentError);
  CHECK_THROWS_AS(aug::Normalize({.std = {1, 0, 1}}), ArgumentError);
}
}  // namespace

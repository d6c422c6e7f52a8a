// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/rotate.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::RandomKey;

template <class Op>
cv::Mat run(const Op& op, const cv::Mat& image, RandomKey key = {}) {
  return aug::Pipeline<Op>{op}(image, key);
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

TEST_CASE("Rotate: a limit from high to low is refused") {
  CHECK_THROWS_WITH((aug::Rotate({.limit = {10, -10}})), Catch::Contains("low <= high") && Catch::Contains("(10, -10)"));
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/rotate.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::RandomKey;

using test::run;

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

TEST_CASE("Rotate: with the corners cut nothing from outside is left") {
  const cv::Mat image(60, 80, CV_8UC3, cv::Scalar::all(255));
  for (const double angle : {-35.0, 10.0, 45.0, 80.0}) {
    const aug::Pipeline pipeline{aug::Rotate{{.limit = {angle, angle}, .p = 1, .corners = aug::Corners::cut}}};
    const cv::Mat result = pipeline(image, {});
    double low = 0;
    cv::minMaxLoc(result(cv::Rect(1, 1, result.cols - 2, result.rows - 2)).clone().reshape(1), &low);
    CHECK(low > 250);  // but for a pixel at the very edge: the rectangle is albumentations', cut to whole pixels
    CHECK(result.total() > 60 * 80 / 5);
    CHECK(pipeline.output_size() == cv::Size(0, 0));
  }
}
}  // namespace

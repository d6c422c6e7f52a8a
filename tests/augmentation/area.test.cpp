// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/area.hpp"

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "support.hpp"

namespace {
using multilabel::augmentation::shrink_area;

TEST_CASE("shrink_area: differs from OpenCV's INTER_AREA by at most one level, at any factor") {
  const cv::Mat image = test::picture(97, 131);
  for (const auto& [width, height] :
       {std::pair{131, 97}, {130, 96}, {65, 48}, {64, 40}, {43, 97}, {131, 20}, {17, 13}, {9, 7}, {1, 1}}) {
    cv::Mat expected;
    cv::resize(image, expected, {width, height}, 0, 0, cv::INTER_AREA);
    CAPTURE(width, height);
    CHECK(test::difference(shrink_area(image, {width, height}), expected) <= 1);
  }
}

TEST_CASE("shrink_area: by hand, three pixels become two") {
  // 1.5 source pixels each: (30 + 60 / 2) / 1.5 = 40 and (60 / 2 + 90) / 1.5 = 80
  cv::Mat image(1, 3, CV_8UC3);
  for (int x = 0; x < 3; ++x) image.at<cv::Vec3b>(0, x) = cv::Vec3b::all(static_cast<uchar>(30 * (x + 1)));
  const cv::Mat half = shrink_area(image, {2, 1});
  CHECK(half.at<cv::Vec3b>(0, 0) == cv::Vec3b(40, 40, 40));
  CHECK(half.at<cv::Vec3b>(0, 1) == cv::Vec3b(80, 80, 80));
}

TEST_CASE("shrink_area: a plain colour stays what it is, white included") {
  for (const int value : {0, 1, 127, 254, 255})
    CHECK(test::equal(shrink_area(cv::Mat(61, 53, CV_8UC3, cv::Scalar::all(value)), {22, 31}),
                      cv::Mat(31, 22, CV_8UC3, cv::Scalar::all(value))));
}

TEST_CASE("shrink_area: part of a larger image is read as such") {
  const cv::Mat image = test::picture(60, 80);
  const cv::Mat part = image(cv::Rect(10, 5, 40, 50));
  CHECK(test::equal(shrink_area(part, {13, 17}), shrink_area(part.clone(), {13, 17})));
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/label_safe_crop.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <multilabel/augmentation/pipeline.hpp>
#include <multilabel/augmentation/rotate.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;

TEST_CASE("LabelSafeCrop: at least min_kept of the picture stays, whatever its shape") {
  for (const cv::Size size : {cv::Size(60, 40), {33, 90}, {7, 5}}) {
    // Red falls from left to right and green from top to bottom: the corners tell which part was kept.
    cv::Mat image(size, CV_8UC3);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) image.at<cv::Vec3b>(y, x) = {static_cast<uchar>(x), static_cast<uchar>(y), 0};
    const aug::Pipeline crop{
        aug::LabelSafeCrop{{.height = 128, .width = 128, .min_kept = 0.7, .interpolation = aug::Interpolation::nearest}}};
    double least = 1;
    for (std::uint32_t i = 0; i < 300; ++i) {
      const cv::Mat piece = crop(image, {.index = i});
      const auto first = piece.at<cv::Vec3b>(0, 0);
      const auto last = piece.at<cv::Vec3b>(127, 127);
      least = std::min(least, static_cast<double>((last[0] - first[0] + 1) * (last[1] - first[1] + 1)) / size.area());
    }
    CHECK(least >= 0.7);
    if (size.area() > 1000) CHECK(least < 0.75);
  }
}

TEST_CASE("LabelSafeCrop: with boxes and masks no label is lost, at any size of the piece") {
  // Small objects in opposite corners: only a piece of nearly everything shows both.
  const cv::Mat image = test::picture(60, 80);
  cv::Mat mask(60, 80, CV_8U, cv::Scalar(0));
  mask(cv::Rect(70, 50, 8, 8)).setTo(1);
  const aug::Objects two{.boxes = {{2, 2, 10, 10, "a"}}, .masks = {{mask, "b"}}};
  const aug::Objects one{.boxes = {{0, 0, 16, 16, "a"}}};
  const aug::LabelSafeCropOptions options{.height = 32, .width = 32, .min_kept = 0.1, .stretch = {0.5, 2}};
  const aug::Pipeline crop{aug::LabelSafeCrop{options}};
  int changed = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto both = crop(image, two, {.index = i});
    for (const auto& [label, visible, target] : both.placement.labels) {
      CHECK(visible >= 0.5);
      CHECK(target == 1);
    }
    const auto corner = crop(image, one, {.index = i});
    CHECK(corner.placement.labels.at(0).visible >= 0.5);
    changed += test::equal(corner.image, crop(image, {.index = i})) ? 0 : 1;
  }
  CHECK(changed > 20);  // half of the pieces keep less than 55 % of the area, and those rarely hold a given corner
}

TEST_CASE("LabelSafeCrop: what a turn before it has cost counts, and is not made worse") {
  const cv::Mat image = test::picture(60, 60);
  const aug::Objects objects{.boxes = {{0, 0, 10, 10, "corner"}}};
  const aug::Rotate turn{{.limit = {45, 45}, .p = 1}};
  const aug::Pipeline alone{turn};
  const aug::Pipeline both{turn, aug::LabelSafeCrop{{.height = 32, .width = 32, .min_kept = 0.2}}};
  const double before = alone(image, objects, {}).placement.labels.at(0).visible;
  CHECK(before < 0.5);
  for (std::uint32_t i = 0; i < 20; ++i)
    CHECK(both(image, objects, {.index = i}).placement.labels.at(0).visible == Approx(before).margin(1e-6));
}

TEST_CASE("LabelSafeCrop: by choice the cell of a lost label changes instead") {
  const cv::Mat image = test::picture(60, 80);
  const aug::Objects objects{.boxes = {{0, 0, 10, 10, "corner"}}};
  const auto lost = [&](aug::LostLabel policy, auto&& is_right) {
    const aug::Pipeline crop{aug::LabelSafeCrop{{.height = 32, .width = 32, .min_kept = 0.2, .lost = policy}}};
    int count = 0;
    for (std::uint32_t i = 0; i < 50; ++i) {
      const auto result = crop(image, objects, {.index = i});
      CHECK(test::equal(result.image, crop(image, {.index = i})));
      const auto& label = result.placement.labels.at(0);
      if (label.visible >= 0.5) continue;
      ++count;
      CHECK(is_right(label.target));
    }
    return count;
  };
  CHECK(lost(aug::LostLabel::drop, [](float target) { return target == 0; }) > 10);
  CHECK(lost(aug::LostLabel::ignore, [](float target) { return std::isnan(target); }) > 10);
}

TEST_CASE("LabelSafeCrop: shares out of range are refused") {
  CHECK_THROWS_AS(aug::LabelSafeCrop({.height = 8, .width = 8, .min_kept = 0}), ArgumentError);
  CHECK_THROWS_AS(aug::LabelSafeCrop({.height = 8, .width = 8, .min_kept = 1.1}), ArgumentError);
  CHECK_THROWS_WITH(aug::LabelSafeCrop({.height = 8, .width = 8, .min_visibility = -1}),
                    Catch::Contains("LabelSafeCrop: min_visibility must be between 0 and 1; got -1"));
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/affine.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::RandomKey;

using test::run;

TEST_CASE("Affine: whole pixels move right and down, what they leave is filled") {
  const cv::Mat image = test::picture(10, 12);
  const cv::Mat moved = run(aug::Affine{{.translate_px = {{{3, 3}, {2, 2}}}, .fill = {9, 8, 7}, .p = 1}}, image);
  CHECK(test::equal(moved(cv::Rect(3, 2, 9, 8)), image(cv::Rect(0, 0, 9, 8))));
  CHECK(moved.at<cv::Vec3b>(0, 5) == cv::Vec3b(9, 8, 7));
}

TEST_CASE("Affine: a turn alone is Rotate, a share is cut to whole pixels") {
  const cv::Mat image = test::smooth(30, 40);
  CHECK(
      test::equal(run(aug::Affine{{.rotate = {20, 20}, .p = 1}}, image), run(aug::Rotate{{.limit = {20, 20}, .p = 1}}, image)));
  CHECK(test::equal(run(aug::Affine{{.translate_percent = {{{0.13, 0.13}, {0, 0}}}, .p = 1}}, image),  // 5.2 pixels
                    run(aug::Affine{{.translate_px = {{{5, 5}, {0, 0}}}, .p = 1}}, image)));
}

TEST_CASE("Affine: twice as large about the middle") {
  const cv::Mat image = test::smooth(41, 41);
  const cv::Mat larger = run(aug::Affine{{.scale = {{2, 2}, {2, 2}}, .p = 1}}, image);
  CHECK(larger.at<cv::Vec3b>(20, 20) == image.at<cv::Vec3b>(20, 20));
  CHECK(larger.at<cv::Vec3b>(10, 36) == image.at<cv::Vec3b>(15, 28));
}

TEST_CASE("Affine: fit makes room for a quarter turn") {
  const cv::Mat image = test::picture(10, 20);
  const aug::Pipeline pipeline{aug::Affine{{.rotate = {90, 90}, .output = aug::OutputSize::fit, .p = 1}}};
  const cv::Mat turned = pipeline(image, {});
  CHECK(turned.rows > turned.cols);
  CHECK(pipeline.output_size() == cv::Size(0, 0));
}

TEST_CASE("Affine: axes that are kept together get one number, balanced scales are as often below 1 as above") {
  const cv::Mat image = test::picture(4, 4);
  const aug::Pipeline together{
      aug::Affine{{.scale = {{0.5, 3}, {0.5, 3}}, .axes = aug::ScaleAxes::together, .draw = aug::ScaleDraw::balanced, .p = 1}}};
  int above = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto record = together.record(image, {.index = i});
    for (const auto& [name, value] : record.operations[0].values) {
      CHECK(name != "scale_y");
      if (name == "scale_x") above += value > 1;
    }
  }
  CHECK(above == Approx(500).margin(64));  // four deviations; drawn uniformly it would be 800
}

TEST_CASE("Affine: impossible options are refused") {
  CHECK_THROWS_WITH((aug::Affine{{.scale = {{0, 1}, {1, 1}}}}), Catch::Contains("scale must be (low, high) above 0"));
  CHECK_THROWS_WITH((aug::Affine{{.translate_percent = aug::AxisRanges{}, .translate_px = aug::AxisRanges{}}}),
                    Catch::Contains("only one of translate_percent and translate_px"));
  CHECK_THROWS_WITH((aug::Affine{{.scale = {{1, 1}, {1, 2}}, .axes = aug::ScaleAxes::together}}), Catch::Contains("both axes"));
  CHECK_THROWS_WITH((aug::Affine{{.shear = {{90, 90}, {0, 0}}}}), Catch::Contains("between -89 and 89"));
  CHECK_THROWS_WITH((aug::ShiftScaleRotate{{.shift_limit_x = 2}}), Catch::Contains("between -1 and 1"));
  CHECK_THROWS_WITH((aug::ShiftScaleRotate{{.scale_limit = 1}}),
                    "augmentation::ShiftScaleRotate: scale_limit must be above -1; got (-1, 1)");
  CHECK_THROWS_WITH((aug::ShiftScaleRotate{{.rotate_limit = {9, 3}}}),
                    "augmentation::ShiftScaleRotate: rotate_limit must be (low, high) with low <= high; got (9, 3)");
  CHECK_THROWS_WITH((aug::ShiftScaleRotate{{.p = 2}}), "augmentation::ShiftScaleRotate: p must be between 0 and 1; got 2");
}

TEST_CASE("ShiftScaleRotate: draws within its limits, each axis by itself") {
  const aug::Pipeline pipeline{aug::ShiftScaleRotate{{.scale_limit = 0.2, .rotate_limit = 10, .p = 1}}};
  const cv::Mat image = test::picture(20, 20);
  bool different = false;
  for (std::uint32_t i = 0; i < 50; ++i) {
    double scales[2] = {};
    const auto record = pipeline.record(image, {.index = i});
    for (const auto& [name, value] : record.operations[0].values) {
      if (name == "rotate") CHECK(std::abs(value) <= 10);
      if (name == "scale_x") scales[0] = value;
      if (name == "scale_y") scales[1] = value;
    }
    for (const double scale : scales) CHECK(std::abs(scale - 1) <= 0.2);
    different = different || std::abs(scales[0] - scales[1]) > 0.05;
  }
  CHECK(different);
}

TEST_CASE("SafeRotate: the corners stay in the picture") {
  cv::Mat image(40, 40, CV_8UC3, cv::Scalar::all(0));
  image(cv::Rect(0, 0, 6, 6)).setTo(cv::Scalar::all(255));
  const auto light = [](const cv::Mat& m) { return cv::sum(m)[0] / 255; };
  CHECK(light(run(aug::Rotate{{.limit = {45, 45}, .p = 1}}, image)) < 2);
  // The canvas of 56 x 56 pixels that holds the turned image is shrunk to 40 x 40: 36 pixels become 36 / 1.96.
  CHECK(light(run(aug::SafeRotate{{.limit = {45, 45}, .p = 1}}, image)) == Approx(36 / 1.96).epsilon(0.1));
}

TEST_CASE("Perspective: keeps the size, and shows all of the image if asked to") {
  const cv::Mat image(60, 80, CV_8UC3, cv::Scalar::all(200));
  for (std::uint32_t i = 0; i < 20; ++i) {
    const cv::Mat cut = run(aug::Perspective{{.scale = {0.1, 0.1}, .p = 1}}, image, {.index = i});
    CHECK(cut.size() == image.size());
    CHECK(cv::mean(cut)[0] > 195);  // the quadrangle lies inside: no border but the very edge
    const cv::Mat all =
        run(aug::Perspective{{.scale = {0.1, 0.1}, .output = aug::OutputSize::fit, .p = 1}}, image, {.index = i});
    CHECK(cv::mean(all)[0] < 195);  // the border shows around it
  }
}

TEST_CASE("Perspective: no move of the corners is no change") {
  const cv::Mat image = test::picture(30, 20);
  CHECK(test::equal(run(aug::Perspective{{.scale = {0, 0}, .p = 1}}, image), image));
}
}  // namespace

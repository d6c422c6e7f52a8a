// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/pipeline.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::RandomKey;
using multilabel::ShapeError;

struct Invert {
  static constexpr std::string_view name = "Invert";
  cv::Mat operator()(const cv::Mat& image, RandomKey) const { return cv::Scalar::all(255) - image; }
};

using test::written;

TEST_CASE("Pipeline: equal keys give equal pixels, every part of the key matters") {
  const auto recipe = aug::restrained({.size = 24});
  const cv::Mat image = test::smooth(40, 50);
  const RandomKey key{.seed = 1, .epoch = 2, .index = 3};
  CHECK(written(recipe, image, key) == written(recipe, image, key));
  CHECK(written(recipe, image, key) != written(recipe, image, {.seed = 2, .epoch = 2, .index = 3}));
  CHECK(written(recipe, image, key) != written(recipe, image, {.seed = 1, .epoch = 3, .index = 3}));
  CHECK(written(recipe, image, key) != written(recipe, image, {.seed = 1, .epoch = 2, .index = 4}));
}

TEST_CASE("Pipeline: threads that share one get the same pixels") {
  const auto recipe = aug::restrained({.size = 24});
  const cv::Mat image = test::smooth(40, 50);
  std::vector<std::vector<float>> alone(16), together(16);
  for (std::uint32_t i = 0; i < 16; ++i) alone[i] = written(recipe, image, {.index = i});
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::uint32_t i = t; i < 16; i += 4) together[i] = written(recipe, image, {.index = i});
      });
  }
  CHECK(alone == together);
}

TEST_CASE("Pipeline: adding an operation leaves the draws of the others as they were") {
  const cv::Mat image = test::picture(30, 30);
  const aug::Pipeline crop{aug::RandomCrop{{.height = 8, .width = 8}}};
  const aug::Pipeline more{aug::HorizontalFlip{{.p = 0}}, aug::VerticalFlip{{.p = 0}},
                           aug::RandomCrop{{.height = 8, .width = 8}}};
  for (std::uint32_t i = 0; i < 20; ++i) CHECK(test::equal(crop(image, {.index = i}), more(image, {.index = i})));
}

TEST_CASE("Pipeline: two flips with one seed are not correlated") {
  const cv::Mat image = test::picture(3, 3);
  const aug::Pipeline pipeline{aug::HorizontalFlip{}, aug::VerticalFlip{}};
  int agree = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const cv::Vec3b corner = pipeline(image, {.seed = 1, .index = i}).at<cv::Vec3b>(0, 0);
    agree += (corner[0] != 0) == (corner[1] != 0);
  }
  CHECK(agree == Approx(1000).margin(90));  // four deviations; albumentations 2.0.8 with a seed agrees always
}

TEST_CASE("Pipeline: two operations of one kind draw from streams of their own") {
  const cv::Mat image = test::picture(3, 3);
  const aug::Pipeline pipeline{aug::HorizontalFlip{}, aug::HorizontalFlip{}};
  int flipped = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) flipped += !test::equal(pipeline(image, {.index = i}), image);
  CHECK(flipped == Approx(1000).margin(90));
}

TEST_CASE("Pipeline: a user's struct and a function stand beside the library's operations") {
  const cv::Mat image = test::picture(5, 7);
  const aug::Pipeline pipeline{aug::HorizontalFlip{{.p = 1}}, Invert{},
                               [](const cv::Mat& m, RandomKey) { return cv::Mat(m(cv::Rect(0, 0, 2, 2))); }};
  const cv::Mat result = pipeline(image, {});
  CHECK(result.size() == cv::Size(2, 2));
  CHECK(result.at<cv::Vec3b>(1, 0) == cv::Vec3b(255 - 42, 255 - 5, 255 - 18));  // pixel (1, 6)
  CHECK(pipeline.describe().find("the pixels: Invert") != std::string::npos);
}

TEST_CASE("Pipeline: the input keeps its pixels") {
  const cv::Mat image = test::picture(30, 30);
  const cv::Mat before = image.clone();
  static_cast<void>(aug::restrained({.size = 16})(image, {.seed = 9}));
  static_cast<void>(aug::Pipeline{aug::GaussNoise{{.p = 1}}}(image, {}));
  CHECK(test::equal(image, before));
}

TEST_CASE("Pipeline: the format follows from the operations") {
  const auto format = aug::restrained({.size = 96}).preprocessing();
  CHECK(format == aug::Preprocessing{.height = 96, .width = 96});
  const aug::Pipeline cut{aug::Resize{{.height = 40, .width = 50}}, aug::CenterCrop{{.height = 32, .width = 32}}};
  CHECK(cut.output_size() == cv::Size(32, 32));
  CHECK(cut.preprocessing().mean == std::array<float, 3>{0, 0, 0});
  CHECK(aug::Pipeline{aug::HorizontalFlip{}}.output_size() == cv::Size(0, 0));
  CHECK(aug::Pipeline{aug::Resize{{.height = 4, .width = 4, .p = 0.5}}}.output_size() == cv::Size(0, 0));
}

TEST_CASE("Pipeline: write refuses a result without a fixed size") {
  std::vector<float> planar(3 * 9);
  CHECK_THROWS_WITH(aug::Pipeline{aug::HorizontalFlip{}}.write(test::picture(3, 3), {}, planar.data()),
                    Catch::Contains("must not depend on the image") && Catch::Contains("Resize"));
}

TEST_CASE("Pipeline: Normalize comes last") {
  CHECK_THROWS_WITH((aug::Pipeline{aug::Normalize{}, aug::HorizontalFlip{}}),
                    Catch::Contains("Normalize must be the last operation"));
}

TEST_CASE("Pipeline: without fusion the draws stay, and every operation is a pass of its own") {
  const aug::Pipeline pipeline{aug::HorizontalFlip{}, aug::RandomCrop{{.height = 8, .width = 9}},
                               aug::RandomBrightnessContrast{{.p = 1}}};
  const cv::Mat image = test::picture(30, 30);
  for (std::uint32_t i = 0; i < 20; ++i)
    CHECK(test::equal(pipeline(image, {.index = i}), pipeline.fuse(aug::Fusion::off)(image, {.index = i})));
  CHECK(pipeline.describe().find("pass 3") == std::string::npos);
  CHECK(pipeline.fuse(aug::Fusion::off).describe().find("pass 3") != std::string::npos);
}

TEST_CASE("Pipeline: without fusion values are rounded to 8 bits after every operation") {
  const aug::Pipeline pipeline{aug::RandomBrightnessContrast{{.brightness_limit = {0.1, 0.1}, .contrast_limit = 0, .p = 1}},
                               aug::RandomBrightnessContrast{{.brightness_limit = {0.1, 0.1}, .contrast_limit = 0, .p = 1}}};
  const cv::Mat image(2, 2, CV_8UC3, cv::Scalar::all(100));
  CHECK(pipeline(image, {}).at<cv::Vec3b>(0, 0)[0] == 151);                         // 100 + 25.5 + 25.5
  CHECK(pipeline.fuse(aug::Fusion::off)(image, {}).at<cv::Vec3b>(0, 0)[0] == 152);  // 125.5 -> 126, 151.5 -> 152
}

// A picture with structure at every scale: sums of waves.
cv::Mat waves(int height, int width) {
  cv::Mat image(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(128 + 50 * std::sin(0.05 * x + c) + 40 * std::sin(0.11 * y) +
                                                                15 * std::sin(0.45 * (x + y)));
  return image;
}

double mean_difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(3 * a.total());
}

TEST_CASE("Pipeline: fused and apart, the restrained moves agree to what docs/augmentation.md says") {
  const aug::Pipeline moves{aug::HorizontalFlip{}, aug::Rotate{{.limit = 15, .border_mode = aug::Border::reflect_101, .p = 1}},
                            aug::Resize{{.height = 96, .width = 96, .interpolation = aug::Interpolation::area}},
                            aug::RandomBrightnessContrast{{.p = 1}}};
  const cv::Mat image = waves(161, 214);
  for (std::uint32_t i = 0; i < 10; ++i) {
    const cv::Mat fused = moves(image, {.index = i});
    const cv::Mat apart = moves.fuse(aug::Fusion::off)(image, {.index = i});
    CHECK(mean_difference(fused, apart) < 1.5);
    // The crease of a reflected corner is what one interpolation keeps sharper than two.
    CHECK(test::difference(fused(cv::Rect(16, 16, 64, 64)), apart(cv::Rect(16, 16, 64, 64))) <= 8);
  }
}

TEST_CASE("Pipeline: a turn and the turn back give the picture again, within interpolation error") {
  const cv::Mat image = test::smooth(60, 80);
  const aug::Pipeline turn{aug::Rotate{{.limit = {12, 12}, .p = 1}}};
  const aug::Pipeline back{aug::Rotate{{.limit = {-12, -12}, .p = 1}}};
  const cv::Rect inner(15, 15, 50, 30);
  CHECK(test::difference(back(turn(image, {}), {})(inner), image(inner)) <= 1);
}

TEST_CASE("Pipeline: the plan names the passes") {
  CHECK(
      aug::restrained({.size = 96}).describe() ==
      "reads 8-bit RGB\n"
      "pass 1, one resampling: HorizontalFlip(p=0.5), Rotate(limit=(-15, 15), border_mode=reflect_101, p=1), "
      "Resize(height=96, width=96, interpolation=area, p=1)\n"
      "pass 2, one multiply-add with noise: RandomBrightnessContrast(brightness_limit=(-0.2, 0.2), contrast_limit=(-0.2, 0.2), "
      "p=1), GaussNoise(std_range=(0.01, 0.03), p=1), Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))\n"
      "writes float");
}
}  // namespace

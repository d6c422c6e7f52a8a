// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/pixel.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::RandomKey;

using test::run;

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

TEST_CASE("RandomBrightnessContrast: a change that avoids overflow keeps the ends inside") {
  const aug::Pipeline pipeline{aug::RandomBrightnessContrast{
      {.brightness_limit = {0.2, 0.2}, .contrast_limit = {0.5, 0.5}, .p = 1, .overflow = aug::Overflow::avoid}}};
  cv::Mat ends(1, 2, CV_8UC3, cv::Scalar::all(0));
  ends.at<cv::Vec3b>(0, 1) = {255, 255, 255};
  const cv::Mat result = pipeline(ends, {});
  CHECK(result.at<cv::Vec3b>(0, 0)[0] == 51);
  CHECK(result.at<cv::Vec3b>(0, 1)[0] == 255);  // the factor shrinks to 0.8
}

TEST_CASE("GaussNoise: coarse grain makes neighbours alike") {
  const cv::Mat image(64, 64, CV_8UC3, cv::Scalar::all(128));
  const auto step = [&](double factor) {
    const aug::Pipeline pipeline{aug::GaussNoise{{.std_range = {0.1, 0.1}, .p = 1, .noise_scale_factor = factor}}};
    const cv::Mat result = pipeline(image, {.seed = 2});
    return cv::norm(result.colRange(1, 64), result.colRange(0, 63), cv::NORM_L1) / (63.0 * 64 * 3);
  };
  CHECK(step(0.25) < 0.5 * step(1));
  CHECK(step(0.25) > 1);
  CHECK_THROWS_WITH(aug::GaussNoise({.noise_scale_factor = 0}), Catch::Contains("above 0 and at most 1"));
}

TEST_CASE("Normalize: by the image's own values") {
  cv::Mat image(1, 2, CV_8UC3, cv::Scalar(10, 100, 30));
  image.at<cv::Vec3b>(0, 1) = {30, 100, 90};
  const auto values = [&](aug::Normalization normalization) {
    return aug::Pipeline{aug::Normalize{{.normalization = normalization}}}(image, {});
  };
  const cv::Mat channels = values(aug::Normalization::image_per_channel);
  CHECK(channels.at<cv::Vec3f>(0, 0)[0] == Approx(-1).margin(1e-4));  // mean 20, deviation 10
  CHECK(channels.at<cv::Vec3f>(0, 1)[2] == Approx(1).margin(1e-4));
  CHECK(channels.at<cv::Vec3f>(0, 1)[1] == Approx(0).margin(1e-4));
  const cv::Mat range = values(aug::Normalization::min_max);
  CHECK(range.at<cv::Vec3f>(0, 0)[0] == Approx(0).margin(1e-6));
  CHECK(range.at<cv::Vec3f>(0, 0)[2] == Approx(20.0 / 90).margin(1e-5));
  const cv::Mat own = values(aug::Normalization::image);  // mean 60; squares 100, 10000, 900, 900, 10000, 8100: mean 5000
  CHECK(own.at<cv::Vec3f>(0, 1)[2] == Approx(30 / std::sqrt(5000.0 - 3600)).margin(1e-4));
  CHECK(values(aug::Normalization::min_max_per_channel).at<cv::Vec3f>(0, 1)[2] == Approx(1).margin(1e-4));
}

TEST_CASE("Normalize: by the image's own values it writes what it returns, and is a format that comes back") {
  for (const auto kind : {aug::Normalization::image, aug::Normalization::image_per_channel, aug::Normalization::min_max,
                          aug::Normalization::min_max_per_channel}) {
    const aug::Pipeline pipeline{aug::Resize{{.height = 5, .width = 6, .interpolation = aug::Interpolation::area}},
                                 aug::Normalize{{.normalization = kind}}};
    const aug::Preprocessing format = pipeline.preprocessing();
    CHECK(format.normalization == kind);
    CHECK(aug::evaluation(format).preprocessing() == format);
    const cv::Mat image = test::smooth(20, 24);
    const cv::Mat result = pipeline(image, {});
    const auto planes = test::written(pipeline, image, {});
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 6; ++x)
        for (int c = 0; c < 3; ++c)
          CHECK(planes[static_cast<std::size_t>((c * 5 + y) * 6 + x)] == result.at<cv::Vec3f>(y, x)[c]);
    CHECK(test::written(aug::evaluation(format), image, {}) == planes);
  }
}

TEST_CASE("Preprocessing: what is out of range is refused, and its text holds every number") {
  const auto check = [](const aug::Preprocessing& format) { aug::require_preprocessing("here", format); };
  CHECK_NOTHROW(check({}));
  CHECK_THROWS_WITH(check({.height = -1}), "here: height and width must not be negative; got -1 and 0");
  CHECK_THROWS_WITH(check({.std = {1, 0, 1}}), "here: std must be above 0 and finite; got 0");
  CHECK_THROWS_WITH(check({.mean = {0, INFINITY, 0}}), "here: mean must be finite; got inf");
  CHECK(aug::describe(aug::Preprocessing{.height = 8, .width = 9, .mean = {0.485f, 0, 1}, .std = {1.0f / 255, 1, 2}}) ==
        "Preprocessing(height=8, width=9, mean=(0.485, 0, 1), std=(0.003921569, 1, 2), interpolation='area', "
        "normalization='standard')");
}

TEST_CASE("SymmetricRange: 0 has no sign") { CHECK_FALSE(std::signbit(aug::SymmetricRange(0).low)); }

TEST_CASE("fill: a colour beyond 0 to 255 is refused by the operation's own name") {
  const std::array<double, 3> wrong = {0, 300, 0};
  const auto refuses = [](const auto& make, const std::string& name) {
    CHECK_THROWS_WITH(make(), "augmentation::" + name + ": fill must be between 0 and 255; got 300");
  };
  refuses([&] { aug::Rotate{{.fill = wrong}}; }, "Rotate");
  refuses([&] { aug::SafeRotate{{.fill = wrong}}; }, "SafeRotate");
  refuses([&] { aug::Affine{{.fill = wrong}}; }, "Affine");
  refuses([&] { aug::ShiftScaleRotate{{.fill = wrong}}; }, "ShiftScaleRotate");
  refuses([&] { aug::Perspective{{.fill = wrong}}; }, "Perspective");
  refuses([&] { aug::CoarseDropout{{.fill = wrong}}; }, "CoarseDropout");
  refuses([&] { aug::PadIfNeeded{{.fill = wrong}}; }, "PadIfNeeded");
  refuses([&] { aug::CenterCrop{{.height = 1, .width = 1, .fill = wrong}}; }, "CenterCrop");
  refuses([&] { aug::RandomCrop{{.height = 1, .width = 1, .fill = wrong}}; }, "RandomCrop");
}
}  // namespace

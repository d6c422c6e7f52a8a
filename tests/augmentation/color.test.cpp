// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/color.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;

using test::run;

cv::Vec3b one(const auto& op, cv::Vec3b color) {
  return run(op, cv::Mat(1, 1, CV_8UC3, cv::Scalar(color[0], color[1], color[2]))).template at<cv::Vec3b>(0, 0);
}

TEST_CASE("RandomGamma: 1 changes nothing, 2 squares") {
  const cv::Mat image = test::picture(16, 16);
  CHECK(test::equal(run(aug::RandomGamma{{.gamma_limit = {100, 100}, .p = 1}}, image), image));
  // 255 (100/255)^2 = 39.2, 255 (200/255)^2 = 156.9
  CHECK(one(aug::RandomGamma{{.gamma_limit = {200, 200}, .p = 1}}, {0, 100, 200}) == cv::Vec3b(0, 39, 157));
  CHECK_THROWS_WITH((aug::RandomGamma{{.gamma_limit = {0, 100}}}), Catch::Contains("of at least 1"));
}

TEST_CASE("Posterize: keeps the highest bits, of each channel its own if asked to") {
  // 200 = 11001000, 100 = 01100100, 255 = 11111111
  CHECK(one(aug::Posterize{{.num_bits = {2, 2}, .p = 1}}, {200, 100, 255}) == cv::Vec3b(192, 64, 192));
  CHECK(one(aug::Posterize{{.per_channel = std::array<aug::WholeRange, 3>{{{1, 1}, {3, 3}, {7, 7}}}, .p = 1}},
            {200, 100, 255}) == cv::Vec3b(128, 96, 254));
  CHECK_THROWS_WITH((aug::Posterize{{.num_bits = {4, 8}}}), Catch::Contains("between 1 and 7"));
}

TEST_CASE("Solarize: inverts from the threshold up") {
  CHECK(one(aug::Solarize{{.p = 1}}, {127, 128, 255}) == cv::Vec3b(127, 127, 0));
  CHECK(one(aug::Solarize{{.threshold_range = {0, 0}, .p = 1}}, {0, 1, 2}) == cv::Vec3b(255, 254, 253));
}

TEST_CASE("Equalize: two values become the two ends, one value stays") {
  cv::Mat image(2, 4, CV_8UC3, cv::Scalar::all(100));
  image.colRange(2, 4).setTo(cv::Scalar::all(110));
  const cv::Mat result = run(aug::Equalize{{.p = 1}}, image);
  CHECK(result.at<cv::Vec3b>(0, 0) == cv::Vec3b(0, 0, 0));
  CHECK(result.at<cv::Vec3b>(0, 3) == cv::Vec3b(255, 255, 255));
  const cv::Mat plain(4, 4, CV_8UC3, cv::Scalar::all(7));
  CHECK(test::equal(run(aug::Equalize{{.mode = aug::EqualizeMode::pil, .p = 1}}, plain), plain));
}

TEST_CASE("Equalize: by brightness alone, it leaves the image it was given untouched") {
  const cv::Mat image = test::smooth(6, 7);
  const cv::Mat given = image.clone();
  const cv::Mat result = run(aug::Equalize{{.channels = aug::EqualizeChannels::luminance, .p = 1}}, given);
  CHECK(test::equal(given, image));
  CHECK_FALSE(test::equal(result, image));
}

TEST_CASE("CLAHE: raises the contrast of a flat picture, colours stay near") {
  cv::Mat image = test::smooth(64, 64);
  image = image / 4 + cv::Scalar::all(90);
  cv::Scalar before, after, mean;
  cv::meanStdDev(image, mean, before);
  cv::meanStdDev(run(aug::CLAHE{{.clip_limit = {4, 4}, .p = 1}}, image), mean, after);
  CHECK(after[0] > 1.05 * before[0]);
  CHECK_THROWS_WITH((aug::CLAHE{{.tiles_x = 0}}), Catch::Contains("at least 1 x 1"));
}

TEST_CASE("HueSaturationValue: a third of the circle makes green of red, grey stays grey") {
  CHECK(one(aug::HueSaturationValue{{.hue_shift_limit = {60, 60}, .sat_shift_limit = 0, .val_shift_limit = 0, .p = 1}},
            {255, 0, 0}) == cv::Vec3b(0, 255, 0));
  CHECK(one(aug::HueSaturationValue{{.hue_shift_limit = 0, .sat_shift_limit = {80, 80}, .val_shift_limit = 0, .p = 1}},
            {90, 90, 90}) == cv::Vec3b(90, 90, 90));
  CHECK(one(aug::HueSaturationValue{{.hue_shift_limit = 0, .sat_shift_limit = 0, .val_shift_limit = {-30, -30}, .p = 1}},
            {90, 90, 90}) == cv::Vec3b(60, 60, 60));
}

TEST_CASE("ColorJitter: each of the four alone") {
  const auto jitter = [](double brightness, double contrast, double saturation, double hue) {
    return aug::ColorJitter{{.brightness = {brightness, brightness},
                             .contrast = {contrast, contrast},
                             .saturation = {saturation, saturation},
                             .hue = {hue, hue},
                             .p = 1}};
  };
  CHECK(one(jitter(1.5, 1, 1, 0), {100, 0, 200}) == cv::Vec3b(150, 0, 255));
  CHECK(one(jitter(1, 0.5, 1, 0), {100, 100, 100}) == cv::Vec3b(100, 100, 100));  // about its own mean
  CHECK(one(jitter(1, 1, 0, 0), {255, 0, 0}) == cv::Vec3b(76, 76, 76));           // 0.299 * 255 = 76.2
  CHECK(one(jitter(1, 1, 1, 1.0 / 3), {255, 0, 0}) == cv::Vec3b(0, 255, 0));
  CHECK_THROWS_WITH((aug::ColorJitter{{.hue = {-0.6, 0.5}}}), Catch::Contains("between -0.5 and 0.5"));
}

TEST_CASE("ColorJitter: all 24 orders come, equally often") {
  const aug::Pipeline pipeline{aug::ColorJitter{{.p = 1}}};
  const cv::Mat image(1, 1, CV_8UC3, cv::Scalar::all(9));
  int seen[24] = {};
  for (std::uint32_t i = 0; i < 2400; ++i)
    ++seen[static_cast<int>(pipeline.record(image, {.index = i}).operations[0].values.back().second)];
  double chi_square = 0;
  for (const int count : seen) chi_square += (count - 100) * (count - 100) / 100.0;
  CHECK(chi_square < 49.7);  // 23 degrees of freedom, 1 in 1000
}

TEST_CASE("ToGray: every method on one colour") {
  const auto gray = [](aug::GrayMethod method) { return one(aug::ToGray{{.method = method, .p = 1}}, {200, 100, 31})[0]; };
  CHECK(gray(aug::GrayMethod::weighted_average) == 122);  // 59.8 + 58.7 + 3.5
  CHECK(gray(aug::GrayMethod::desaturation) == 115);      // (31 + 200) / 2, cut
  CHECK(gray(aug::GrayMethod::average) == 110);           // 331 / 3, cut
  CHECK(gray(aug::GrayMethod::max) == 200);
  const cv::Mat two = test::picture(8, 8);
  const cv::Mat result = run(aug::ToGray{{.method = aug::GrayMethod::pca, .p = 1}}, two);
  double low = 0, high = 0;
  cv::minMaxLoc(result.reshape(1), &low, &high);
  CHECK(low == 0);
  CHECK(high == 255);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/canvas.hpp"

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "support.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::ShapeError;
namespace aug = multilabel::augmentation;
using aug::AffineMap;
using aug::Border;
using aug::Canvas;
using aug::Interpolation;

// The same steps, carried out one after the other.
template <class... Steps>
cv::Mat one_by_one(cv::Mat image, const Steps&... steps) {
  const auto apply = [&](const auto& step) {
    Canvas canvas(image);
    step(canvas);
    image = canvas.pixels().clone();
  };
  (apply(steps), ...);
  return image;
}

template <class... Steps>
cv::Mat fused(const cv::Mat& image, const Steps&... steps) {
  Canvas canvas(image);
  (steps(canvas), ...);
  return canvas.pixels().clone();
}

const auto mirror = [](Canvas& c) { c.mirror_x(); };
const auto upend = [](Canvas& c) { c.mirror_y(); };
const auto crop_window = [](Canvas& c) { c.crop({3, 2, 20, 16}); };
const auto pad = [](Canvas& c) { c.frame({-4, -3, c.size().width + 9, c.size().height + 6}, Border::reflect_101, {0, 0, 0}); };
const auto paint = [](Canvas& c) { c.frame({-4, -3, c.size().width + 9, c.size().height + 6}, Border::constant, {9, 8, 7}); };
const auto half = [](Canvas& c) { c.resize({c.size().width / 2, c.size().height / 2}, Interpolation::area); };
const auto turn_by_ten = [](Canvas& c) {
  c.warp(AffineMap::rotate(10, c.size().width, c.size().height), c.size(),
         {Interpolation::linear, Border::reflect_101, {0, 0, 0}});
};
const auto turn_black = [](Canvas& c) {
  c.warp(AffineMap::rotate(30, c.size().width, c.size().height), c.size(),
         {Interpolation::linear, Border::constant, {0, 0, 0}});
};
const auto brighten = [](Canvas& c) { c.levels(aug::eight_bit_levels(1.2, 10)); };

TEST_CASE("Canvas: mirroring is OpenCV's flip") {
  const cv::Mat image = test::picture(24, 30);
  cv::Mat expected;
  cv::flip(image, expected, 1);
  CHECK(test::equal(fused(image, mirror), expected));
  cv::flip(image, expected, 0);
  CHECK(test::equal(fused(image, upend), expected));
  CHECK(test::equal(fused(image, mirror, upend, mirror, upend), image));
}

TEST_CASE("Canvas: whole-pixel moves in any order equal the moves one by one, to the last pixel") {
  const cv::Mat image = test::picture(24, 30);
  CHECK(test::equal(fused(image, crop_window, mirror), one_by_one(image, crop_window, mirror)));
  CHECK(test::equal(fused(image, mirror, crop_window), one_by_one(image, mirror, crop_window)));
  CHECK(test::equal(fused(image, upend, crop_window, mirror, pad), one_by_one(image, upend, crop_window, mirror, pad)));
  CHECK(test::equal(fused(image, pad, crop_window, upend), one_by_one(image, pad, crop_window, upend)));
  CHECK(test::equal(fused(image, crop_window, paint, mirror, pad), one_by_one(image, crop_window, paint, mirror, pad)));
}

TEST_CASE("Canvas: resize is OpenCV's, and moves fused with it change nothing") {
  const cv::Mat image = test::picture(24, 30);
  cv::Mat expected;
  cv::resize(image, expected, {15, 12}, 0, 0, cv::INTER_AREA);
  CHECK(test::equal(fused(image, half), expected));
  CHECK(test::equal(fused(image, mirror, half), one_by_one(image, mirror, half)));
  CHECK(test::equal(fused(image, half, pad), one_by_one(image, half, pad)));
  cv::resize(image, expected, {60, 47}, 0, 0, cv::INTER_LINEAR);
  CHECK(test::equal(fused(image, [](Canvas& c) { c.resize({60, 47}, Interpolation::linear); }), expected));
}

TEST_CASE("Canvas: area growing along one axis and shrinking along the other filters each by its own need") {
  const cv::Mat image = test::picture(24, 30);
  cv::Mat expected;
  cv::resize(image, expected, {15, 24}, 0, 0, cv::INTER_AREA);
  cv::resize(expected, expected, {15, 48}, 0, 0, cv::INTER_LINEAR);
  CHECK(test::difference(fused(image, [](Canvas& c) { c.resize({15, 48}, Interpolation::area); }), expected) <= 1);
}

TEST_CASE("Canvas: a turn is OpenCV's warp of the rotation matrix") {
  const cv::Mat image = test::smooth(60, 80);
  cv::Mat expected;
  const cv::Mat matrix = cv::getRotationMatrix2D({39.5f, 29.5f}, 10, 1);
  cv::warpAffine(image, expected, matrix, {80, 60}, cv::INTER_LINEAR, cv::BORDER_REFLECT_101);
  CHECK(test::difference(fused(image, turn_by_ten), expected) <= 1);  // the inverse matrix is rounded in another order
}

TEST_CASE("Canvas: moves that fuse with a turn equal the moves one by one on a smooth picture") {
  const cv::Mat image = test::smooth(60, 80);
  CHECK(test::difference(fused(image, mirror, turn_by_ten), one_by_one(image, mirror, turn_by_ten)) <= 1);
  CHECK(test::difference(fused(image, crop_window, turn_by_ten), one_by_one(image, crop_window, turn_by_ten)) <= 1);
  CHECK(test::difference(fused(image, turn_by_ten, crop_window), one_by_one(image, turn_by_ten, crop_window)) <= 1);
  // The reflected corner is a crease, which one resampling keeps sharper than two.
  const auto inner = cv::Rect(8, 6, 24, 18);
  CHECK(test::difference(fused(image, turn_by_ten, half)(inner), one_by_one(image, turn_by_ten, half)(inner)) <= 1);
}

TEST_CASE("Canvas: a second border begins at the edges of what the first left") {
  const cv::Mat image = test::smooth(60, 80);
  CHECK(test::difference(fused(image, turn_black, turn_black), one_by_one(image, turn_black, turn_black)) <= 1);
  CHECK(test::difference(fused(image, half, crop_window, turn_black), one_by_one(image, half, crop_window, turn_black)) <= 1);
}

TEST_CASE("Canvas: a turn that also shrinks fourfold averages, and does not pick single pixels") {
  cv::Mat stripes(128, 128, CV_8UC3, cv::Scalar::all(0));
  for (int x = 0; x < 128; x += 2) stripes.col(x).setTo(cv::Scalar::all(255));
  const auto ripple = [&](Interpolation interpolation) {
    Canvas canvas(stripes);
    turn_by_ten(canvas);
    canvas.resize({32, 32}, interpolation);
    cv::Scalar mean, deviation;
    cv::meanStdDev(canvas.pixels()(cv::Rect(8, 8, 16, 16)), mean, deviation);
    CHECK(mean[0] == Approx(127.5).margin(4));
    return deviation[0];
  };
  CHECK(ripple(Interpolation::area) < 0.3 * ripple(Interpolation::linear));
}

TEST_CASE("Canvas: values change in the order they were asked for") {
  const cv::Mat image = test::smooth(20, 20);
  CHECK(test::difference(fused(image, brighten, mirror), fused(image, mirror, brighten)) == 0);
  const auto black_then_bright = fused(image, paint, brighten);
  CHECK(black_then_bright.at<cv::Vec3b>(0, 0) == cv::Vec3b(21, 20, 18));  // 1.2 * (9, 8, 7) + 10 = (20.8, 19.6, 18.4)
  const auto bright_then_black = fused(image, brighten, paint);
  CHECK(bright_then_black.at<cv::Vec3b>(0, 0) == cv::Vec3b(9, 8, 7));
}

TEST_CASE("Canvas: the float result is (x / 255 - mean) / std, plane after plane") {
  Canvas canvas(cv::Mat(1, 2, CV_8UC3, cv::Scalar(255, 51, 0)));
  canvas.normalize({0.5f, 0.2f, 0.0f}, {0.5f, 0.1f, 2.0f});
  float planar[6];
  canvas.write(planar);
  CHECK(planar[0] == Approx(1));
  CHECK(planar[1] == Approx(1));
  CHECK(planar[2] == Approx(0).margin(1e-6));
  CHECK(planar[4] == Approx(0));
}

TEST_CASE("Canvas: what is written as float equals the 8-bit result when nothing is rounded between") {
  const cv::Mat image = test::picture(40, 70);
  Canvas canvas(image);
  mirror(canvas);
  std::vector<float> planar(3 * 40 * 70);
  canvas.write(planar.data());
  const cv::Mat expected = fused(image, mirror);
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 70; ++x)
      for (int c = 0; c < 3; ++c)
        REQUIRE(planar[static_cast<std::size_t>((c * 40 + y) * 70 + x)] == static_cast<float>(expected.at<cv::Vec3b>(y, x)[c]));
}

TEST_CASE("Canvas: noise depends on its seed, and shared noise is grey") {
  const auto noisy = [](std::uint64_t seed, bool per_channel) {
    Canvas canvas(cv::Mat(50, 50, CV_8UC3, cv::Scalar::all(128)));
    canvas.noise({.mean = 0, .deviation = 10, .per_channel = per_channel, .seed = seed});
    return canvas.pixels().clone();
  };
  CHECK(test::equal(noisy(1, true), noisy(1, true)));
  CHECK_FALSE(test::equal(noisy(1, true), noisy(2, true)));
  cv::Mat planes[3];
  cv::split(noisy(1, false), planes);
  CHECK(test::equal(planes[0], planes[2]));
  cv::Scalar mean, deviation;
  cv::meanStdDev(noisy(3, true), mean, deviation);
  CHECK(mean[1] == Approx(128).margin(0.8));  // four standard errors of 2,500 pixels
  CHECK(deviation[1] == Approx(10).margin(0.6));
}

TEST_CASE("Canvas: only 8-bit RGB goes in") {
  CHECK_THROWS_AS(Canvas(cv::Mat()), ShapeError);
  CHECK_THROWS_WITH(Canvas(cv::Mat(4, 5, CV_8UC1)),
                    Catch::Contains("three channels") && Catch::Contains("got 1 channels of 8 bits"));
  CHECK_THROWS_AS(Canvas(cv::Mat(4, 5, CV_32FC3)), ShapeError);
}

TEST_CASE("Canvas: nothing follows the normalisation") {
  Canvas canvas(test::picture(4, 4));
  canvas.normalize({0, 0, 0}, {1, 1, 1});
  CHECK_THROWS_AS(canvas.mirror_x(), ArgumentError);
  CHECK_THROWS_AS(canvas.levels(aug::eight_bit_levels(1, 0)), ArgumentError);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/linear_warp.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using aug::AffineMap;
using aug::Border;
using aug::LinearWarp;
using aug::Means;
using aug::Sampling;
using aug::detail::Instructions;

// In grey levels, row by row and plane by plane.
std::vector<float> rows_of(auto source) {
  const cv::Size size = source.size();
  std::vector<float> values;
  aug::Rows rows;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; x += aug::Rows::MOST) {
      const int n = std::min(aug::Rows::MOST, size.width - x);
      source.read(y, x, n, rows);
      for (const auto& plane : rows.plane)
        for (int i = 0; i < n; ++i) values.push_back(plane[static_cast<std::size_t>(i)] * source.unit());
    }
  return values;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::vector<float> warped(const cv::Mat& image, const AffineMap& map, cv::Size size, const Sampling& sampling, Means means,
                          Instructions instructions) {
  const auto warp = LinearWarp::of(image, map, size, sampling, means, instructions);
  REQUIRE(warp.has_value());
  return rows_of(*warp);
}

// What stands at pixel (x, y), beyond the edges too, in exact arithmetic.
double pixel(const cv::Mat& image, int x, int y, int c, Border border) {
  const auto at = [&](int i, int n) {
    if (border == Border::replicate) return std::clamp(i, 0, n - 1);
    while (i < 0 || i >= n) {
      if (border == Border::reflect) i = i < 0 ? -1 - i : 2 * n - 1 - i;
      if (border == Border::reflect_101) i = i < 0 ? -i : 2 * n - 2 - i;
    }
    return i;
  };
  const bool outside = x < 0 || y < 0 || x >= image.cols || y >= image.rows;
  if (border == Border::constant && outside) return 10.0 * (c + 1);
  return image.at<cv::Vec3b>(at(y, image.rows), at(x, image.cols))[c];
}

double linear(const cv::Mat& image, double x, double y, int c, Border border) {
  const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
  const double right = x - left, lower = y - top;
  return (1 - lower) * ((1 - right) * pixel(image, left, top, c, border) + right * pixel(image, left + 1, top, c, border)) +
         lower * ((1 - right) * pixel(image, left, top + 1, c, border) + right * pixel(image, left + 1, top + 1, c, border));
}

const Sampling kinds[] = {{aug::Interpolation::linear, Border::constant, {10, 20, 30}},
                          {aug::Interpolation::linear, Border::replicate, {}},
                          {aug::Interpolation::linear, Border::reflect, {}},
                          {aug::Interpolation::linear, Border::reflect_101, {}}};

TEST_CASE("LinearWarp: within one level of exact arithmetic for every border, inside and beyond the edges") {
  const cv::Mat image = test::picture(37, 53);
  const cv::Size size(41, 29);
  const AffineMap map = AffineMap::rotate(23, 53, 37).after(AffineMap::scale(53.0 / 41 * 1.3, 37.0 / 29 * 1.3));
  for (const Sampling& sampling : kinds) {
    const auto values = warped(image, map, size, sampling, {}, Instructions::portable);
    double worst = 0, sum = 0;
    std::size_t i = 0;
    for (int y = 0; y < size.height; ++y)
      for (int c = 0; c < 3; ++c)
        for (int x = 0; x < size.width; ++x) {
          const double exact =
              linear(image, map.xx * x + map.xy * y + map.x0, map.yx * x + map.yy * y + map.y0, c, sampling.border);
          const double error = std::abs(values[i++] - exact);
          worst = std::max(worst, error);
          sum += error;
        }
    CAPTURE(static_cast<int>(sampling.border));
    // A weight across is at most 1/254 off and neighbours differ by at most 255.
    CHECK(worst <= 1.01);
    CHECK(sum / static_cast<double>(i) < 0.1);
  }
}

TEST_CASE("LinearWarp: the plain loop and AVX2 give the same bits") {
  if (aug::detail::instructions() != Instructions::avx2) return;
  const cv::Mat large = test::picture(90, 330);
  for (const cv::Rect rect : {cv::Rect(0, 0, 330, 90), cv::Rect(3, 2, 61, 47), cv::Rect(0, 0, 5, 4)}) {
    const cv::Mat owned = large(rect).clone();
    const cv::Mat foreign(owned.rows, owned.cols, CV_8UC3, owned.data, owned.step);
    for (const Sampling& sampling : kinds)
      for (const Means means : {Means{1, 1}, Means{2, 1}, Means{1, 2}, Means{2, 2}})
        for (const double degrees : {0.0, 7.0, -100.0})
          for (const cv::Size size : {cv::Size(300, 9), cv::Size(33, 21), cv::Size(1, 3)}) {
            const AffineMap map = AffineMap::rotate(degrees, rect.width, rect.height)
                                      .after(AffineMap::scale(1.1 * rect.width / size.width, 1.1 * rect.height / size.height));
            CAPTURE(rect.width, size.width, degrees, means.x, means.y, static_cast<int>(sampling.border));
            if (!LinearWarp::of(foreign, map, size, sampling, means)) continue;
            CHECK(same_bits(warped(foreign, map, size, sampling, means, Instructions::avx2),
                            warped(foreign, map, size, sampling, means, Instructions::portable)));
          }
  }
}

TEST_CASE("LinearWarp: means of two pixels are exact at any place between them") {
  // Columns 0, 100, 200, 40, ...: over [0.75, 2.75) that is (0.25 * 0 + 100 + 0.75 * 200) / 2, of pixel edges at 0, 1, 2.
  cv::Mat image(4, 8, CV_8UC3);
  const uchar columns[8] = {0, 100, 200, 40, 80, 0, 0, 0};
  for (int x = 0; x < 8; ++x) image.col(x).setTo(cv::Scalar::all(columns[x]));
  const double centre = 1.75 - 0.5;  // of [0.75, 2.75), where pixel i covers [i, i + 1)
  const auto values =
      warped(image, AffineMap{1, 0, centre, 0, 1, 1}, {1, 1}, {.border = Border::replicate}, {2, 1}, Instructions::portable);
  CHECK(values[0] == Approx(0.25 * 0 / 2 + 50 + 0.75 * 100).margin(0.6));
}

TEST_CASE("LinearWarp: a plain colour stays what it is under every border but its own fill") {
  const cv::Mat grey(20, 20, CV_8UC3, cv::Scalar::all(255));
  for (const Border border : {Border::replicate, Border::reflect, Border::reflect_101})
    for (const Means means : {Means{1, 1}, Means{2, 2}})
      for (const float value :
           warped(grey, AffineMap::rotate(30, 20, 20), {20, 20}, {.border = border}, means, aug::detail::instructions()))
        REQUIRE(value == 255.0f);
}

TEST_CASE("LinearWarp: a row is the same whichever rows were read before it") {
  const cv::Mat image = test::picture(90, 70);
  const cv::Size size(30, 40);
  for (const Border border : {Border::constant, Border::replicate, Border::reflect, Border::reflect_101})
    for (const double degrees : {0.0, 13.0, 90.0, 160.0, 180.0}) {
      const AffineMap map = AffineMap::rotate(degrees, 70, 90).after(AffineMap::scale(1.2 * 70 / 30, 1.2 * 90 / 40));
      const auto warp = [&] { return LinearWarp::of(image, map, size, {.border = border}, {2, 2}); };
      REQUIRE(warp().has_value());
      const auto in_order = rows_of(*warp());
      const std::size_t row = 3 * static_cast<std::size_t>(size.width);
      for (int y = 0; y < size.height; ++y) {
        // Memory used again must not hide what was not made.
        aug::detail::scratch_image({69, 89}).setTo(cv::Scalar::all(y));
        auto alone = warp();
        aug::Rows rows;
        alone->read(y, 0, size.width, rows);
        std::vector<float> values;
        for (const auto& plane : rows.plane)
          for (int i = 0; i < size.width; ++i) values.push_back(plane[static_cast<std::size_t>(i)] * alone->unit());
        const auto* expected = in_order.data() + row * static_cast<std::size_t>(y);
        CAPTURE(static_cast<int>(border), degrees, y);
        REQUIRE(same_bits(values, std::vector<float>(expected, expected + row)));
      }
    }
}

TEST_CASE("LinearWarp: rows further apart than 16-bit numbers reach give the same pixels") {
  const cv::Mat image = test::picture(20, 30);
  cv::Mat wide(20, 11000, CV_8UC3, cv::Scalar::all(7));
  image.copyTo(wide(cv::Rect(0, 0, 30, 20)));
  const AffineMap map = AffineMap::rotate(10, 30, 20);
  for (const Instructions instructions : {Instructions::portable, aug::detail::instructions()})
    CHECK(same_bits(warped(wide(cv::Rect(0, 0, 30, 20)), map, {30, 20}, kinds[3], {}, instructions),
                    warped(image, map, {30, 20}, kinds[3], {}, instructions)));
}

TEST_CASE("inside: exactly the pixels whose place needs no border") {
  using aug::detail::inside;
  for (const int start : {-70, -7, 0, 3, 39, 40, 100})
    for (const int step : {-9, -1, 0, 1, 4, 50}) {
      const auto span = inside(start, step, 40, 12);
      CAPTURE(start, step);
      for (int i = 0; i < 12; ++i) {
        const int place = start + step * i;
        REQUIRE((i >= span.begin && i < span.end) == (place >= 0 && place < 40));
      }
    }
}

TEST_CASE("LinearWarp: refuses what its arithmetic does not hold") {
  const cv::Mat image = test::picture(20, 20);
  CHECK_FALSE(LinearWarp::of(image, AffineMap::scale(5000, 1), {20, 20}, {}, {}).has_value());
  CHECK_FALSE(LinearWarp::of(image, {}, {20, 20}, {.border = Border::wrap}, {}).has_value());
  CHECK_FALSE(LinearWarp::of(image(cv::Rect(0, 0, 3, 20)), {}, {20, 20}, {}, {}).has_value());
  CHECK_FALSE(LinearWarp::of(image, AffineMap::scale(4, 1), {20, 20}, {.border = Border::reflect_101}, {}).has_value());
}

TEST_CASE("neighbor_means: by hand, and the same bits in plain loops") {
  cv::Mat image(2, 2, CV_8UC3);
  image.at<cv::Vec3b>(0, 0) = {10, 0, 255};
  image.at<cv::Vec3b>(0, 1) = {13, 0, 255};
  image.at<cv::Vec3b>(1, 0) = {20, 1, 255};
  image.at<cv::Vec3b>(1, 1) = {21, 0, 255};
  // Across: (10 + 13 + 1) / 2 = 12 and (20 + 21 + 1) / 2 = 21; down: 33 / 2 cut is 16.
  CHECK(aug::neighbor_means(image, {2, 2}).at<cv::Vec3b>(0, 0) == cv::Vec3b(16, 0, 255));
  CHECK(aug::neighbor_means(image, {1, 2}).at<cv::Vec3b>(0, 0) == cv::Vec3b(15, 0, 255));
  for (const int width : {2, 11, 12, 40, 333})
    for (const Means means : {Means{2, 1}, Means{1, 2}, Means{2, 2}})
      CHECK(test::equal(aug::neighbor_means(test::picture(19, width), means, Instructions::portable),
                        aug::neighbor_means(test::picture(19, width), means)));
}

TEST_CASE("PixelRows: the values of the image, and the same bits in plain loops") {
  const cv::Mat image = test::picture(3, 301);
  const auto values = rows_of(aug::PixelRows(image));
  CHECK(values[0] == static_cast<float>(image.at<cv::Vec3b>(0, 0)[0]));
  CHECK(values[256 + 255] == static_cast<float>(image.at<cv::Vec3b>(0, 255)[1]));
  CHECK(same_bits(values, rows_of(aug::PixelRows(image, Instructions::portable))));
  cv::Mat back(image.size(), CV_8UC3);
  aug::write_pixels(aug::PixelRows(image), back);
  CHECK(test::equal(back, image));
}

TEST_CASE("write_planar: the plain loop and AVX2 give the same bits, at every width") {
  if (aug::detail::instructions() != Instructions::avx2) return;
  for (const int width : {1, 7, 8, 15, 16, 33, 256, 300})
    for (const bool per_channel : {true, false})
      for (const bool noisy : {true, false}) {
        const cv::Mat image = test::picture(5, width);
        aug::Finish finish{.before = aug::eight_bit_levels(1.17, -20), .noise = {}, .after = aug::eight_bit_levels(0.9, 3)};
        if (noisy) finish.noise = aug::Noise{.mean = 1.5, .deviation = 30, .per_channel = per_channel, .seed = 5};
        const auto written = [&](Instructions instructions) {
          std::vector<float> planar(static_cast<std::size_t>(3 * 5 * width));
          aug::write_planar(aug::PixelRows(image), finish, planar.data(), instructions);
          return planar;
        };
        CAPTURE(width, per_channel, noisy);
        CHECK(same_bits(written(Instructions::avx2), written(Instructions::portable)));
      }
}
}  // namespace

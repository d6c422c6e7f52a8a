// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/blur.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;

using test::run;

cv::Mat dot() {
  cv::Mat image(21, 21, CV_8UC3, cv::Scalar::all(0));
  image.at<cv::Vec3b>(10, 10) = {255, 255, 255};
  return image;
}

TEST_CASE("GaussianBlur: the kernel has the deviation that was asked for") {
  const cv::Mat result = run(aug::GaussianBlur{{.sigma_limit = {1.5, 1.5}, .p = 1}}, dot());
  double weight = 0, square = 0;
  for (int x = 0; x < 21; ++x) {
    weight += result.at<cv::Vec3b>(10, x)[0];
    square += (x - 10) * (x - 10) * result.at<cv::Vec3b>(10, x)[0];
  }
  CHECK(std::sqrt(square / weight) == Approx(1.5).margin(0.05));  // rounding to grey levels
  CHECK(test::equal(run(aug::GaussianBlur{{.sigma_limit = {0, 0}, .p = 1}}, dot()), dot()));
}

TEST_CASE("MotionBlur: spreads along the angle and keeps the light") {
  const aug::MotionBlur along{
      {.blur_limit = {5, 5}, .path = aug::MotionPath::centered, .angle_range = {0, 0}, .direction_range = {0, 0}, .p = 1}};
  const cv::Mat result = run(along, dot());
  for (int x = 8; x <= 12; ++x) CHECK(result.at<cv::Vec3b>(10, x)[0] == 51);
  CHECK(cv::sum(result)[0] == 255);
  CHECK_THROWS_WITH((aug::MotionBlur{{.blur_limit = {1, 5}}}), Catch::Contains("of at least 3"));
}

TEST_CASE("MotionBlur: sizes are odd and all of them come") {
  const aug::Pipeline pipeline{aug::MotionBlur{{.blur_limit = {3, 7}, .p = 1}}};
  std::set<double> sizes;
  for (std::uint32_t i = 0; i < 60; ++i) sizes.insert(pipeline.record(dot(), {.index = i}).operations[0].values[1].second);
  CHECK(sizes == std::set<double>{0, 1, 2});
}

TEST_CASE("Sharpen: leaves a flat image, raises a dot, and the two methods agree on the direction") {
  const cv::Mat flat(9, 9, CV_8UC3, cv::Scalar::all(80));
  // The nine weights sum to lightness for alpha = 1.
  CHECK(test::equal(run(aug::Sharpen{{.alpha = {1, 1}, .lightness = {1, 1}, .p = 1}}, flat), flat));
  cv::Mat image = flat.clone();
  image.at<cv::Vec3b>(4, 4) = {100, 100, 100};
  // 0.5 * 100 + 0.5 * (9 * 100 - 8 * 80) = 180
  CHECK(run(aug::Sharpen{{.alpha = {0.5, 0.5}, .lightness = {1, 1}, .p = 1}}, image).at<cv::Vec3b>(4, 4)[0] == 180);
  const cv::Mat gaussian = run(aug::Sharpen{{.alpha = {1, 1}, .method = aug::SharpenMethod::gaussian, .p = 1}}, image);
  CHECK(gaussian.at<cv::Vec3b>(4, 4)[0] > 100);
  CHECK(gaussian.at<cv::Vec3b>(4, 3)[0] < 80);
}

TEST_CASE("ISONoise: the lightness gains what its law says, black and white have no deviation to add") {
  cv::Mat image(200, 200, CV_8UC3, cv::Scalar::all(60));
  image.colRange(100, 200).setTo(cv::Scalar::all(180));
  const double intensity = 0.5;
  const cv::Mat result = run(aug::ISONoise{{.color_shift = {0, 0}, .intensity = {intensity, intensity}, .p = 1}}, image);
  // Half of the pixels have L = 60/255, half 180/255: deviation 60/255, so k has mean 0.5 * 60 / 255 = 0.1176.
  const double mean = intensity * 60 / 255;
  const double dark = 60 + mean * intensity * (255 - 60);
  CHECK(cv::mean(result.colRange(0, 100))[0] == Approx(dark).margin(0.9));  // four errors of 20,000 pixels
  CHECK(test::equal(run(aug::ISONoise{{.p = 1}}, cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(99))),
                    cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(99))));
}

TEST_CASE("CoarseDropout: holes have the size and colour that were asked for") {
  const cv::Mat image(50, 40, CV_8UC3, cv::Scalar::all(200));
  const cv::Mat shares = run(aug::CoarseDropout{{.num_holes_range = {1, 1},
                                                 .hole_height_range = {0.2, 0.2},
                                                 .hole_width_range = {0.5, 0.5},
                                                 .fill = {1, 2, 3},
                                                 .p = 1}},
                             image);
  cv::Mat hole;
  cv::inRange(shares, cv::Scalar(1, 2, 3), cv::Scalar(1, 2, 3), hole);
  CHECK(cv::boundingRect(hole).size() == cv::Size(20, 10));
  CHECK(cv::countNonZero(hole) == 200);
  const cv::Mat pixels =
      run(aug::CoarseDropout{{.num_holes_range = {1, 1}, .hole_height_range = {3, 3}, .hole_width_range = {100, 100}, .p = 1}},
          image);
  cv::inRange(pixels, cv::Scalar::all(0), cv::Scalar::all(0), hole);
  CHECK(cv::countNonZero(hole) == 3 * 40);  // no wider than the image
}

TEST_CASE("CoarseDropout: random fills, one colour a pixel or one a hole") {
  const cv::Mat image(20, 20, CV_8UC3, cv::Scalar::all(0));
  const auto colors = [&](aug::HoleFill fill) {
    const aug::CoarseDropout op{
        {.num_holes_range = {1, 1}, .hole_height_range = {10, 10}, .hole_width_range = {10, 10}, .fill_with = fill, .p = 1}};
    const cv::Mat result = run(op, image);
    std::set<std::array<int, 3>> found;
    for (int y = 0; y < 20; ++y)
      for (int x = 0; x < 20; ++x) {
        const auto pixel = result.at<cv::Vec3b>(y, x);
        found.insert({pixel[0], pixel[1], pixel[2]});
      }
    return found.size();
  };
  CHECK(colors(aug::HoleFill::random_uniform) == 2);
  CHECK(colors(aug::HoleFill::random) > 90);
  CHECK_THROWS_WITH((aug::CoarseDropout{{.hole_height_range = {0.1, 0.2}, .hole_width_range = {3, 5}}}),
                    Catch::Contains("both be shares"));
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/large_warp.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace {
namespace augmentation = multilabel::augmentation;

TEST_CASE("warp_of_any_size: a side of more than 32,767 pixels gives what a shorter one gives") {
  cv::Mat source(8, 40000, CV_8UC3);
  for (int y = 0; y < source.rows; ++y)
    for (int x = 0; x < source.cols; ++x)
      source.at<cv::Vec3b>(y, x) = {static_cast<uchar>(std::abs(x / 7 % 510 - 255)), static_cast<uchar>(20 * y),
                                    static_cast<uchar>(x / 200)};
  const augmentation::AffineMap map{1.0, 0.125, 3.5, -0.00005, 0.75, 1.25};
  for (const auto border :
       {augmentation::Border::constant, augmentation::Border::replicate, augmentation::Border::reflect_101}) {
    const augmentation::Sampling sampling{.border = border, .fill = {9, 8, 7}};
    cv::Mat whole(12, 40000, CV_8UC3), part(12, 30000, CV_8UC3);
    augmentation::detail::warp_of_any_size(source, whole, map, cv::INTER_LINEAR, sampling);
    augmentation::detail::warp_affine(source.colRange(0, 32000), part, map, cv::INTER_LINEAR, sampling);
    // OpenCV rounds coordinates to 1/32 of a pixel, and a piece begins elsewhere: 255 / 32 at an edge of white and fill.
    CHECK(cv::norm(whole.colRange(0, 30000), part, cv::NORM_INF) <= 8);
  }
}
}  // namespace

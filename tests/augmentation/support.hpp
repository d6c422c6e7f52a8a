// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small pictures for the tests, and what an operation or a pipeline makes of them.

#include <multilabel/augmentation.hpp>
#include <opencv2/core.hpp>
#include <vector>

namespace test {

/// Every pixel differs from its neighbours: red counts columns, green rows, blue their product.
inline cv::Mat picture(int height, int width) {
  cv::Mat image(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      image.at<cv::Vec3b>(y, x) = {static_cast<uchar>(7 * x), static_cast<uchar>(5 * y), static_cast<uchar>(3 * x * y)};
  return image;
}

/// A smooth picture, on which all ways to read between pixels nearly agree.
inline cv::Mat smooth(int height, int width) {
  cv::Mat image(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      image.at<cv::Vec3b>(y, x) = {static_cast<uchar>(40 + x), static_cast<uchar>(20 + y),
                                   static_cast<uchar>(60 + (x + y) / 2)};
  return image;
}

inline bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

/// The largest difference of two images of one size.
inline double difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }

/// The image after one operation.
template <class Op>
cv::Mat run(const Op& op, const cv::Mat& image, multilabel::RandomKey key = {}) {
  return multilabel::augmentation::Pipeline<Op>{op}(image, key);
}

/// What a pipeline writes into a batch.
std::vector<float> written(const auto& pipeline, const cv::Mat& image, multilabel::RandomKey key) {
  const cv::Size size = pipeline.output_size();
  std::vector<float> planar(static_cast<std::size_t>(3 * size.area()));
  pipeline.write(image, key, planar.data());
  return planar;
}

}  // namespace test

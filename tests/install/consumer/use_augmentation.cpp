// SPDX-License-Identifier: Apache-2.0
#include <multilabel/augmentation.hpp>

int main() {
  const cv::Mat image(20, 30, CV_8UC3, cv::Scalar(1, 2, 3));
  return multilabel::augmentation::restrained({.size = 8}).output_size() == cv::Size(8, 8) && image.rows == 20 ? 0 : 1;
}

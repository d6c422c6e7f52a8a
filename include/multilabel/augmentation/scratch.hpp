// SPDX-License-Identifier: Apache-2.0
#pragma once
// Memory for images that live for one call. Fresh pages from the system for every image cost as much as the work on them, so
// each thread keeps a few buffers and hands out one that nobody else refers to any more.

#include <array>
#include <cstddef>
#include <opencv2/core.hpp>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::augmentation::detail {

/// An 8-bit image of three channels and any content. It may be kept for as long as one likes: memory is used again only when
/// the last copy of its header is gone.
inline cv::Mat scratch_image(cv::Size size) {
  constexpr double largest = 1e8;  // beyond, a fresh allocation costs nothing beside the work
  constexpr int spare = 64;        // loops over words read past the last pixel
  if (static_cast<double>(size.width) * size.height > largest) return cv::Mat(size, CV_8UC3);
  thread_local std::array<cv::Mat, 6> kept;
  thread_local std::size_t next = 0;
  const int bytes = 3 * size.area();
  const auto free_and_large = [&](const cv::Mat& one) {
    return one.u != nullptr && one.cols >= bytes + spare && CV_XADD(&one.u->refcount, 0) == 1;
  };
  cv::Mat* buffer = nullptr;
  for (auto& one : kept)
    if (free_and_large(one) && (buffer == nullptr || one.cols < buffer->cols)) buffer = &one;
  if (buffer == nullptr) {
    buffer = &kept[next++ % kept.size()];
    *buffer = cv::Mat(1, bytes + bytes / 8 + spare, CV_8U);
  }
  return buffer->colRange(0, bytes).reshape(3, size.height);
}

/// True when `count` bytes after the last pixel of `image` belong to the same allocation.
inline bool readable_beyond(const cv::Mat& image, std::size_t count) {
  if (image.u == nullptr || image.u->data == nullptr) return false;
  const uchar* end = image.ptr<uchar>(image.rows - 1) + image.elemSize() * static_cast<std::size_t>(image.cols);
  return end >= image.u->data && end + count <= image.u->data + image.u->size;
}

/// A copy of an 8-bit RGB image that loops over words may read past the end of.
inline cv::Mat scratch_copy(const cv::Mat& image) {
  cv::Mat copy = scratch_image(image.size());
  image.copyTo(copy);
  return copy;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail

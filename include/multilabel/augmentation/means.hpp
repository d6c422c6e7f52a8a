// SPDX-License-Identifier: Apache-2.0
#pragma once
// Means of neighbouring pixels, one for every pixel of the source: read between its values linearly, the result is the exact
// mean over two pixels' width at any place, which is what shrinking to half or a little less needs. Costs little more than
// reading the image once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>

#include "multilabel/augmentation/scratch.hpp"
#include "multilabel/augmentation/simd.hpp"
#ifdef MULTILABEL_HAS_AVX2
#include "multilabel/augmentation/detail/means_avx2.hpp"
#endif

namespace multilabel::augmentation {

/// How many neighbouring pixels a value is the mean of, along each axis: 1 or 2.
struct Means {
  int x = 1;
  int y = 1;
  friend bool operator==(const Means&, const Means&) = default;
};

namespace detail {

/// (a + b + 1) / 2 of eight bytes at once.
inline std::uint64_t mean_up(std::uint64_t a, std::uint64_t b) noexcept {
  return (a | b) - (((a ^ b) >> 1) & 0x7F7F7F7F7F7F7F7Fu);
}

/// (a + b) / 2 of eight bytes at once, cut.
inline std::uint64_t mean_down(std::uint64_t a, std::uint64_t b) noexcept {
  return (a & b) + (((a ^ b) >> 1) & 0x7F7F7F7F7F7F7F7Fu);
}

inline std::uint64_t eight_bytes(const std::uint8_t* from, std::size_t count) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, count);
  return word;
}

/// n bytes of a row of means: of `top` and its right neighbour (three bytes on), and of `bottom` likewise. The mean over x
/// rounds halves up and the one over y cuts, so that brightness stays.
inline void means_row(const std::uint8_t* top, const std::uint8_t* bottom, Means means, std::size_t n, std::uint8_t* out) {
  const auto across = [&](const std::uint8_t* row, std::size_t i, std::size_t count) {
    const std::uint64_t here = eight_bytes(row + i, count);
    return means.x == 2 ? mean_up(here, eight_bytes(row + i + 3, count)) : here;
  };
  for (std::size_t i = 0; i < n; i += 8) {
    const std::size_t count = n - i < 8 ? n - i : 8;
    std::uint64_t mean = across(top, i, count);
    if (means.y == 2) mean = mean_down(mean, across(bottom, i, count));
    std::memcpy(out + i, &mean, count);
  }
}

}  // namespace detail

/// The means of `source` (8-bit RGB): pixel (x, y) is that of `means` pixels from (x, y) on, so the result is smaller by one
/// along each averaged axis.
[[nodiscard]] inline cv::Mat neighbor_means(const cv::Mat& source, Means means,
                                            [[maybe_unused]] detail::Instructions instructions = detail::instructions()) {
  cv::Mat result = detail::scratch_image({source.cols - means.x + 1, source.rows - means.y + 1});
  const std::size_t n = 3 * static_cast<std::size_t>(result.cols);
  for (int y = 0; y < result.rows; ++y) {
    const auto* top = source.ptr<std::uint8_t>(y);
    const auto* bottom = source.ptr<std::uint8_t>(y + means.y - 1);
    auto* out = result.ptr<std::uint8_t>(y);
#ifdef MULTILABEL_HAS_AVX2
    if (instructions == detail::Instructions::avx2 && n >= 32) {
      detail::means_row_avx2(top, bottom, means.x == 2, means.y == 2, n, out);
      continue;
    }
#endif
    detail::means_row(top, bottom, means, n, out);
  }
  return result;
}

}  // namespace multilabel::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Means of neighbouring pixels, one for every pixel of the source: read between its values linearly, the result is the exact
// mean over two pixels' width at any place, which is what shrinking to half or a little less needs. Costs little more than
// reading the image once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>
#include <utility>

#include "multilabel/augmentation/scratch.hpp"
#include "multilabel/augmentation/simd.hpp"
#ifdef MULTILABEL_HAS_AVX2
#include "multilabel/augmentation/detail/means_avx2.hpp"
#endif

namespace MULTILABEL_NAMESPACE::augmentation {

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

/// Bytes [i, i + COUNT) of a row of means.
template <int X, int Y, std::size_t COUNT>
void means_word(const std::uint8_t* top, const std::uint8_t* bottom, std::size_t i, std::uint8_t* out) {
  const auto across = [i](const std::uint8_t* row) {
    std::uint64_t here = 0, next = 0;
    std::memcpy(&here, row + i, COUNT);
    if constexpr (X == 1) return here;
    std::memcpy(&next, row + i + 3, COUNT);
    return mean_up(here, next);
  };
  std::uint64_t mean = across(top);
  if constexpr (Y == 2) mean = mean_down(mean, across(bottom));
  std::memcpy(out + i, &mean, COUNT);
}

template <int X, int Y>
void means_row(const std::uint8_t* top, const std::uint8_t* bottom, std::size_t n, std::uint8_t* out) {
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) means_word<X, Y, 8>(top, bottom, i, out);
  for (; i < n; ++i) means_word<X, Y, 1>(top, bottom, i, out);
}

/// n bytes of a row of means: of `top` and its right neighbour (three bytes on), and of `bottom` likewise. The mean over x
/// rounds halves up and the one over y cuts, so that brightness stays.
inline void means_row(const std::uint8_t* top, const std::uint8_t* bottom, Means means, std::size_t n, std::uint8_t* out) {
  if (means == Means{2, 2}) return means_row<2, 2>(top, bottom, n, out);
  if (means == Means{2, 1}) return means_row<2, 1>(top, bottom, n, out);
  if (means == Means{1, 2}) return means_row<1, 2>(top, bottom, n, out);
  means_row<1, 1>(top, bottom, n, out);
}

/// An image whose rows begin an odd number of cache lines apart, so that neither a row's stores straddle two lines nor the rows
/// of a column share a place in the cache. 64 pixels fill three lines of 64 bytes.
inline cv::Mat scratch_rows(cv::Size size) {
  const int pixels = 64 * ((size.width + 63) / 64 | 1);
  return scratch_image({pixels, size.height}).colRange(0, size.width);
}

}  // namespace detail

/// The means of `source` (8-bit RGB), made as far as they are asked for: pixel (x, y) is that of `means` pixels from (x, y) on,
/// so the image is smaller by one along each averaged axis. Made a few rows ahead of their use, they are still in a near cache
/// when they are read.
class NeighborMeans {
 public:
  NeighborMeans() = default;
  NeighborMeans(cv::Mat source, Means means, detail::Instructions instructions = detail::instructions())
      : source_(std::move(source)),
        image_(detail::scratch_rows({source_.cols - means.x + 1, source_.rows - means.y + 1})),
        means_(means),
        instructions_(instructions) {}

  /// Of which at least the rows that `make` was called for can be read.
  [[nodiscard]] const cv::Mat& image() const noexcept { return image_; }
  [[nodiscard]] const cv::Mat& source() const noexcept { return source_; }

  /// How far down they are made.
  [[nodiscard]] int end() const noexcept { return end_; }

  /// Makes rows [first, last), as far as they are not there yet.
  void make(int first, int last) {
    if (begin_ == end_) begin_ = end_ = first / BAND * BAND;
    for (; begin_ > first; begin_ -= BAND) band(begin_ - BAND, begin_);
    while (end_ < last) {
      const int next = std::min(end_ + BAND, image_.rows);
      band(end_, next);
      end_ = next;
    }
  }

 private:
  static constexpr int BAND = 8;  ///< rows at a time: a few, so that what they share is computed once

  void band(int first, int last) {
    const std::size_t n = 3 * static_cast<std::size_t>(image_.cols);
    const auto* from = source_.ptr<std::uint8_t>(first);
    auto* to = image_.ptr<std::uint8_t>(first);
#ifdef MULTILABEL_HAS_AVX2
    if (instructions_ == detail::Instructions::avx2 && n >= 32)
      return detail::means_rows_avx2(from, source_.step, means_.x == 2, means_.y == 2, last - first, n, to, image_.step);
#endif
    for (int y = first; y < last; ++y, from += source_.step, to += image_.step)
      detail::means_row(from, from + source_.step * static_cast<std::size_t>(means_.y - 1), means_, n, to);
  }

  cv::Mat source_;
  cv::Mat image_;
  Means means_;
  int begin_ = 0;
  int end_ = 0;
  [[maybe_unused]] detail::Instructions instructions_ = detail::Instructions::portable;
};

/// All means of `source` at once.
[[nodiscard]] inline cv::Mat neighbor_means(const cv::Mat& source, Means means,
                                            detail::Instructions instructions = detail::instructions()) {
  NeighborMeans result(source, means, instructions);
  result.make(0, result.image().rows);
  return result.image();
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pieces of a row of an image as three short arrays of floats, which stay in the nearest cache between the loop that reads them
// and the loop that finishes them.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <utility>

#include "multilabel/augmentation/simd.hpp"
#ifdef MULTILABEL_HAS_AVX2
#include "multilabel/augmentation/detail/rows_avx2.hpp"
#endif

namespace MULTILABEL_NAMESPACE::augmentation {

/// Up to `MOST` pixels of one row: red, green and blue, in units that their source names. Values past the number asked for mean
/// nothing.
struct Rows {
  static constexpr int MOST = 256;
  alignas(64) std::array<std::array<float, MOST>, 3> plane;
};

/// Delivers the pixels of an image, `n` at a time (at most `Rows::MOST`), from pixel x of row y on; `unit` is how many grey
/// levels a 1 stands for.
template <class S>
concept row_source = requires(S& source, int y, int x, int n, Rows& rows) {
  { source.size() } -> std::convertible_to<cv::Size>;
  { source.unit() } -> std::convertible_to<float>;
  source.read(y, x, n, rows);
};

/// The pixels of an 8-bit RGB image as they are.
class PixelRows {
 public:
  explicit PixelRows(cv::Mat image, detail::Instructions instructions = detail::instructions())
      : image_(std::move(image)), instructions_(instructions) {}

  [[nodiscard]] cv::Size size() const noexcept { return image_.size(); }
  [[nodiscard]] static constexpr float unit() noexcept { return 1; }

  void read(int y, int x, int n, Rows& rows) const {
    const std::uint8_t* from = image_.ptr<std::uint8_t>(y) + 3 * static_cast<std::ptrdiff_t>(x);
    int done = 0;
#ifdef MULTILABEL_HAS_AVX2
    if (instructions_ == detail::Instructions::avx2)
      done = detail::read_pixels_avx2(from, n, rows.plane[0].data(), rows.plane[1].data(), rows.plane[2].data());
#endif
    for (int i = done; i < n; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        rows.plane[c][static_cast<std::size_t>(i)] = from[3 * static_cast<std::size_t>(i) + c];
  }

 private:
  cv::Mat image_;
  [[maybe_unused]] detail::Instructions instructions_;
};

/// Writes the pixels of `source` into `image`, 8-bit RGB of its size, rounded to nearest, halves up.
template <row_source Source>
void write_pixels(Source source, cv::Mat& image) {
  Rows rows;
  const float unit = source.unit();
  for (int y = 0; y < image.rows; ++y) {
    auto* to = image.ptr<std::uint8_t>(y);
    for (int x = 0; x < image.cols; x += Rows::MOST) {
      const int n = std::min(Rows::MOST, image.cols - x);
      source.read(y, x, n, rows);
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
        for (std::size_t c = 0; c < 3; ++c) *to++ = static_cast<std::uint8_t>(static_cast<int>(rows.plane[c][i] * unit + 0.5f));
    }
  }
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

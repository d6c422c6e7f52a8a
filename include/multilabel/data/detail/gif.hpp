// SPDX-License-Identifier: Apache-2.0
#pragma once
// The first picture of a GIF: its colors, its place on the canvas, and what is transparent in it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "multilabel/data/detail/tiff_tags.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// Goes through a GIF block by block to its first picture; every position is checked against the end.
class GifReader {
 public:
  explicit GifReader(Bytes bytes) : bytes_(bytes) {
    if (bytes_.size() < 13) return;
    count_ = table_size(bytes_[10]);
    std::size_t at = 13 + 3 * count_;
    while (at + 10 < bytes_.size() && bytes_[at] == 0x21) {
      if (bytes_[at + 1] == 0xF9 && (bytes_[at + 3] & 1) != 0) transparent_ = bytes_[at + 6];
      for (at += 2; at < bytes_.size() && bytes_[at] != 0;) at += 1 + std::size_t{bytes_[at]};
      ++at;
    }
    if (at + 10 >= bytes_.size() || bytes_[at] != 0x2C) return;
    place_ = at;
    const std::size_t own = table_size(bytes_[at + 9]);
    if (own > 0) colors_ = at + 10, count_ = own;
    data_ = at + 10 + 3 * own;
  }

  /// Of the canvas, which is as large as the picture needs; 0 where there is no picture.
  [[nodiscard]] std::size_t width() const { return place_ == 0 ? 0 : std::max(little_endian(bytes_, 6, 2), side(1) + side(5)); }
  [[nodiscard]] std::size_t height() const {
    return place_ == 0 ? 0 : std::max(little_endian(bytes_, 8, 2), side(3) + side(7));
  }

  /// The canvas with the first picture, 8-bit BGRA, transparent where nothing is; empty for a damaged file.
  [[nodiscard]] cv::Mat read() const {
    std::vector<std::uint8_t> pixels(place_ == 0 ? 0 : side(5) * side(7));
    if (count_ == 0 || data_ > bytes_.size() || pixels.empty() || !unpack(data_, pixels)) return {};
    cv::Mat canvas(static_cast<int>(height()), static_cast<int>(width()), CV_8UC4, cv::Scalar::all(0));
    const bool interlaced = (bytes_[place_ + 9] & 0x40) != 0;
    constexpr std::array<std::array<std::size_t, 2>, 4> passes = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    std::size_t stored = 0;
    for (std::size_t pass = 0; pass < (interlaced ? 4u : 1u); ++pass)
      for (std::size_t y = interlaced ? passes[pass][0] : 0; y < side(7); y += interlaced ? passes[pass][1] : 1, ++stored)
        draw_row({pixels.data() + stored * side(5), side(5)}, canvas.ptr<cv::Vec4b>(static_cast<int>(side(3) + y)) + side(1));
    return canvas;
  }

 private:
  static std::size_t table_size(std::uint8_t flags) { return (flags & 0x80) != 0 ? std::size_t{2} << (flags & 7) : 0; }

  // A number of the picture's own header.
  [[nodiscard]] std::size_t side(std::size_t at) const { return little_endian(bytes_, place_ + at, 2); }

  void draw_row(Bytes pixels, cv::Vec4b* row) const {
    for (std::size_t x = 0; x < pixels.size(); ++x) {
      if (pixels[x] == transparent_ || pixels[x] >= count_) continue;
      const std::uint8_t* rgb = bytes_.data() + colors_ + 3 * std::size_t{pixels[x]};
      row[x] = {rgb[2], rgb[1], rgb[0], 255};
    }
  }

  // Which color each pixel has, in the order of the file (Welch, IEEE Computer 17(6), 1984). False if the data ends too early.
  bool unpack(std::size_t at, std::vector<std::uint8_t>& pixels) const {
    if (at >= bytes_.size() || bytes_[at] < 1 || bytes_[at] > 11) return false;
    const unsigned least = bytes_[at++];
    const unsigned clear = 1u << least;
    std::vector<std::uint8_t> data;
    while (at < bytes_.size() && bytes_[at] != 0) {
      const std::size_t size = std::min<std::size_t>(bytes_[at], bytes_.size() - at - 1);
      data.insert(data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                  bytes_.begin() + static_cast<std::ptrdiff_t>(at + 1 + size));
      at += 1 + size;
    }
    std::array<std::uint16_t, 4096> before{};
    std::array<std::uint8_t, 4096> last{};
    std::array<std::uint8_t, 4097> run{};
    constexpr unsigned none = 4096;
    unsigned width = least + 1, next = clear + 2, previous = none, first = 0;
    std::size_t filled = 0;
    for (std::size_t bit = 0; filled < pixels.size() && bit + width <= 8 * data.size();) {
      unsigned code = 0;
      for (unsigned i = 0; i < width; ++i, ++bit) code |= static_cast<unsigned>(data[bit / 8] >> (bit % 8) & 1) << i;
      if (code == clear) {
        width = least + 1, next = clear + 2, previous = none;
        continue;
      }
      if (code == clear + 1) break;
      if (code > next || (code == next && previous == none) || (previous == none && code > clear)) return false;
      std::size_t length = 0;
      unsigned at_code = code;
      if (code == next) run[length++] = static_cast<std::uint8_t>(first), at_code = previous;
      for (; at_code >= clear; at_code = before[at_code]) run[length++] = last[at_code];
      first = at_code;
      run[length++] = static_cast<std::uint8_t>(first);
      while (length > 0 && filled < pixels.size()) pixels[filled++] = run[--length];
      if (previous != none && next < 4096) {
        before[next] = static_cast<std::uint16_t>(previous);
        last[next] = static_cast<std::uint8_t>(first);
        if (++next == 1u << width && width < 12) ++width;
      }
      previous = code;
    }
    return filled == pixels.size();
  }

  Bytes bytes_;
  std::size_t place_ = 0;                // of the header of the picture
  std::size_t colors_ = 13, count_ = 0;  // its palette
  std::size_t data_ = 0;
  int transparent_ = -1;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bitmaps whose pixels are fields of bits, with masks that say which bits are which color. OpenCV takes any such pixel of 32
// bits for BGRA, so that one without alpha would be transparent all over, and one in another order of the wrong color.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>

#include "multilabel/data/detail/tiff_tags.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// The bits of one color; none: the color is `full` everywhere.
struct BmpField {
  std::uint32_t mask = 0;
  std::uint8_t absent = 0;  ///< the value where there is no mask

  [[nodiscard]] std::uint8_t of(std::uint32_t pixel) const {
    if (mask == 0) return absent;
    const int shift = std::countr_zero(mask);
    const std::uint64_t most = mask >> shift, value = (pixel & mask) >> shift;
    return static_cast<std::uint8_t>((value * 255 + most / 2) / most);
  }
};

/// Whether a bitmap with a header of 40 bytes or more has fields of 16 or 32 bits.
inline bool has_bmp_fields(Bytes bytes) {
  const std::size_t compression = little_endian(bytes, 30, 4), bits = little_endian(bytes, 28, 2);
  return (compression == 3 || compression == 6) && (bits == 16 || bits == 32) && bytes.size() >= 66;
}

/// The pixels as 8-bit BGRA. The file must hold all of them.
inline cv::Mat decode_bmp_fields(Bytes bytes) {
  const std::size_t header = little_endian(bytes, 14, 4), first = little_endian(bytes, 10, 4);
  const std::size_t size = little_endian(bytes, 28, 2) / 8;
  const auto width = static_cast<std::int32_t>(little_endian(bytes, 18, 4));
  const auto height = static_cast<std::int32_t>(little_endian(bytes, 22, 4));
  const bool has_alpha = (header >= 56 || little_endian(bytes, 30, 4) == 6) && bytes.size() >= 70;
  const auto mask = [&](std::size_t at) { return static_cast<std::uint32_t>(little_endian(bytes, at, 4)); };
  const std::array<BmpField, 4> fields = {{{mask(62), 0}, {mask(58), 0}, {mask(54), 0}, {has_alpha ? mask(66) : 0, 255}}};
  cv::Mat image(std::abs(height), width, CV_8UC4);
  const std::size_t step = (static_cast<std::size_t>(width) * size + 3) / 4 * 4;
  for (int y = 0; y < image.rows; ++y) {
    const auto stored = static_cast<std::size_t>(height < 0 ? y : image.rows - 1 - y);  // negative: top row first
    auto* row = image.ptr<cv::Vec4b>(y);
    for (int x = 0; x < width; ++x) {
      const std::size_t at = first + stored * step + static_cast<std::size_t>(x) * size;
      const auto pixel = static_cast<std::uint32_t>(little_endian(bytes, at, size));
      for (int channel = 0; channel < 4; ++channel) row[x][channel] = fields[static_cast<std::size_t>(channel)].of(pixel);
    }
  }
  return image;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the first bytes of an image file say, and whether its last ones are there. OpenCV decodes half a JPEG to a half-grey
// image without a word, so completeness is checked before decoding, and so is the size, which a few bytes can make enormous.
// Nothing is decoded here.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The kind of a file by its first bytes.
enum class ImageFormat { unknown, jpeg, png, other };

/// Height and width are 0 where the format is not one that is looked into.
struct ImageHeader {
  ImageFormat format = ImageFormat::unknown;
  std::size_t height = 0;
  std::size_t width = 0;
  bool transparent = false;  ///< has an alpha channel or a transparent colour
  bool complete = true;      ///< the end mark of the format is there
  int orientation = 1;       ///< of a JPEG: 1 to 8 as in EXIF; 1 is upright
};

namespace detail {

inline std::size_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

inline bool begins_with(std::span<const std::uint8_t> bytes, std::string_view magic, std::size_t at = 0) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

// Skips entropy-coded data: the position of the next marker that is neither a stuffed byte nor a restart.
inline std::size_t next_marker(std::span<const std::uint8_t> bytes, std::size_t at) {
  while (at + 1 < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - at - 1);
    if (!found) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    const std::uint8_t next = bytes[at + 1];
    if (next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
    at += next == 0xFF ? 1 : 2;
  }
  return bytes.size();
}

inline std::size_t little_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

/// A block of TIFF tags, as in TIFF files and in EXIF: calls `tag(number, value)` for those of the first directory that are one
/// whole number.
template <class Tag>
void read_tags(std::span<const std::uint8_t> tiff, const Tag& tag) {
  if (tiff.size() < 8) return;
  const bool little = tiff[0] == 'I';
  const auto number = [&](std::size_t at, std::size_t count) {
    return little ? little_endian(tiff, at, count) : big_endian(tiff, at, count);
  };
  const std::size_t directory = number(4, 4);
  if (directory > tiff.size() - 2) return;
  const std::size_t entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + 12 * i;
    if (at + 12 > tiff.size()) return;
    const std::size_t type = number(at + 2, 2);
    if (number(at + 4, 4) == 1 && (type == 3 || type == 4)) tag(number(at, 2), number(at + 8, type == 3 ? 2 : 4));
  }
}

inline int exif_orientation(std::span<const std::uint8_t> segment) {
  int orientation = 1;
  if (!begins_with(segment, std::string_view("Exif\0\0", 6))) return orientation;
  read_tags(segment.subspan(6), [&](std::size_t number, std::size_t value) {
    if (number == 0x0112 && value >= 1 && value <= 8) orientation = static_cast<int>(value);
  });
  return orientation;
}

inline ImageHeader jpeg_header(std::span<const std::uint8_t> bytes) {
  ImageHeader header{.format = ImageFormat::jpeg, .complete = false};
  bool scanned = false;
  for (std::size_t at = next_marker(bytes, 2); at + 1 < bytes.size();) {
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xD9) {
      header.complete = scanned;
      return header;
    }
    if (at + 4 > bytes.size()) return header;
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2 || at + 2 + length > bytes.size()) return header;
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame && length >= 7 && header.width == 0 && !scanned) {
      header.height = big_endian(bytes, at + 5, 2);
      header.width = big_endian(bytes, at + 7, 2);
    }
    if (marker == 0xE1 && header.orientation == 1) header.orientation = exif_orientation(bytes.subspan(at + 4, length - 2));
    scanned = scanned || marker == 0xDA;
    at = next_marker(bytes, at + 2 + length);
  }
  return header;
}

inline ImageHeader png_header(std::span<const std::uint8_t> bytes) {
  ImageHeader header{.format = ImageFormat::png, .complete = false};
  if (bytes.size() < 33 || !begins_with(bytes, "IHDR", 12)) return header;
  header.width = big_endian(bytes, 16, 4);
  header.height = big_endian(bytes, 20, 4);
  header.transparent = bytes[25] == 4 || bytes[25] == 6;
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    if (begins_with(bytes, "tRNS", at + 4)) header.transparent = true;
    if (begins_with(bytes, "IEND", at + 4)) {
      header.complete = true;
      return header;
    }
    at += 12 + big_endian(bytes, at, 4);
  }
  return header;
}

inline ImageHeader webp_header(std::span<const std::uint8_t> bytes) {
  ImageHeader header{.format = ImageFormat::other, .complete = little_endian(bytes, 4, 4) + 8 <= bytes.size()};
  if (bytes.size() < 30) {
    header.complete = false;
  } else if (begins_with(bytes, "VP8X", 12)) {
    header.width = little_endian(bytes, 24, 3) + 1;
    header.height = little_endian(bytes, 27, 3) + 1;
    header.transparent = (bytes[20] & 0x10) != 0;
  } else if (begins_with(bytes, "VP8L", 12)) {
    const std::size_t sides = little_endian(bytes, 21, 4);
    header.width = (sides & 0x3FFF) + 1;
    header.height = (sides >> 14 & 0x3FFF) + 1;
    header.transparent = true;
  } else {
    header.width = little_endian(bytes, 26, 2) & 0x3FFF;
    header.height = little_endian(bytes, 28, 2) & 0x3FFF;
  }
  return header;
}

inline ImageHeader bmp_header(std::span<const std::uint8_t> bytes) {
  ImageHeader header{.format = ImageFormat::other};
  if (bytes.size() < 34 || little_endian(bytes, 14, 4) < 40) return header;
  const auto side = [&](std::size_t at) {
    const auto value = static_cast<std::int32_t>(static_cast<std::uint32_t>(little_endian(bytes, at, 4)));
    return static_cast<std::size_t>(value < 0 ? -static_cast<std::int64_t>(value) : value);  // negative: top row first
  };
  header.width = side(18);
  header.height = side(22);
  const std::size_t row = (header.width * little_endian(bytes, 28, 2) + 31) / 32 * 4;
  const bool packed = little_endian(bytes, 30, 4) != 0;
  header.complete = packed || header.height == 0 || row <= (bytes.size() - little_endian(bytes, 10, 4)) / header.height;
  if (!packed && little_endian(bytes, 10, 4) > bytes.size()) header.complete = false;
  return header;
}

inline ImageHeader tiff_header(std::span<const std::uint8_t> bytes) {
  ImageHeader header{.format = ImageFormat::other};
  read_tags(bytes, [&](std::size_t number, std::size_t value) {
    if (number == 256) header.width = value;
    if (number == 257) header.height = value;
  });
  return header;
}

}  // namespace detail

/// Looks at the bytes of a whole file.
[[nodiscard]] inline ImageHeader image_header(std::span<const std::uint8_t> bytes) {
  using detail::begins_with;
  if (begins_with(bytes, "\xFF\xD8\xFF")) return detail::jpeg_header(bytes);
  if (begins_with(bytes, "\x89PNG\r\n\x1A\n")) return detail::png_header(bytes);
  if (begins_with(bytes, "RIFF") && begins_with(bytes, "WEBP", 8)) return detail::webp_header(bytes);
  if (begins_with(bytes, "BM")) return detail::bmp_header(bytes);
  if (begins_with(bytes, "II*") || begins_with(bytes, std::string_view("MM\0*", 4))) return detail::tiff_header(bytes);
  const bool known = (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7') ||
                     begins_with(bytes, std::string_view("\0\0\0\x0CjP  ", 8));
  return {.format = known ? ImageFormat::other : ImageFormat::unknown};
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

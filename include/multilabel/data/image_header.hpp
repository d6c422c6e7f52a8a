// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the first bytes of an image file say, and whether its last ones are there. OpenCV decodes half a JPEG to a half-grey
// image without a word, so completeness is checked before decoding. Nothing is decoded here.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace multilabel::data {

/// The kind of a file by its first bytes.
enum class ImageFormat { unknown, jpeg, png, other };

/// Height and width are 0 where the format is not one that is looked into.
struct ImageHeader {
  ImageFormat format = ImageFormat::unknown;
  std::size_t height = 0;
  std::size_t width = 0;
  bool transparent = false;  ///< has an alpha channel or a transparent colour
  bool complete = true;      ///< the end mark of the format is there
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
    if (frame && length >= 7) {
      header.height = big_endian(bytes, at + 5, 2);
      header.width = big_endian(bytes, at + 7, 2);
    }
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

}  // namespace detail

/// Looks at the bytes of a whole file.
[[nodiscard]] inline ImageHeader image_header(std::span<const std::uint8_t> bytes) {
  using detail::begins_with;
  if (begins_with(bytes, "\xFF\xD8\xFF")) return detail::jpeg_header(bytes);
  if (begins_with(bytes, "\x89PNG\r\n\x1A\n")) return detail::png_header(bytes);
  const bool webp = begins_with(bytes, "RIFF") && begins_with(bytes, "WEBP", 8);
  if (webp) {
    const bool extended = begins_with(bytes, "VP8X", 12) && bytes.size() > 20 && (bytes[20] & 0x10) != 0;
    return {.format = ImageFormat::other, .transparent = extended || begins_with(bytes, "VP8L", 12)};
  }
  const bool known = begins_with(bytes, "BM") || begins_with(bytes, "II*") ||
                     begins_with(bytes, std::string_view("MM\0*", 4)) ||
                     (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7') ||
                     begins_with(bytes, std::string_view("\0\0\0\x0CjP  ", 8));
  return {.format = known ? ImageFormat::other : ImageFormat::unknown};
}

}  // namespace multilabel::data

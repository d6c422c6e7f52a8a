// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the first bytes of an image file say, and whether its last ones are there. OpenCV decodes half a JPEG to a half-grey
// image without a word, so completeness is checked before decoding, and so is the size, which a few bytes can make enormous.
// Nothing is decoded here.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "multilabel/data/detail/bmp_fields.hpp"
#include "multilabel/data/detail/gif.hpp"
#include "multilabel/data/detail/pnm.hpp"
#include "multilabel/data/detail/tiff_tags.hpp"
#include "multilabel/data/detail/webp_chunks.hpp"
#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The kind of a file by its first bytes. A `bitmap` is a BMP whose pixels are fields of bits; other BMPs are `other`.
enum class ImageFormat { unknown, jpeg, png, other, gif, webp, tiff, pnm, bitmap };

/// What the colors of a transparent image are.
enum class Alpha {
  straight,       ///< as if nothing shone through
  premultiplied,  ///< multiplied by the alpha already
  none,           ///< not colors at all: the fourth channel is something else
};

/// Height and width are 0 where the format is not one that is looked into.
struct ImageHeader {
  ImageFormat format = ImageFormat::unknown;
  std::size_t height = 0;
  std::size_t width = 0;
  bool transparent = false;  ///< has an alpha channel or a transparent colour
  bool complete = true;      ///< the end mark of the format is there
  int orientation = 1;       ///< 1 to 8 as in EXIF; 1 is upright, and so is what the decoder turns itself
  Alpha alpha = Alpha::straight;
  std::optional<std::uint16_t> transparent_grey = {};  ///< of a PNG: the grey that is transparent
  bool inverted = false;                               ///< 0 is white, and the decoder does not know
  std::string_view unusable = {};                      ///< why its pixels would be read wrongly; empty: they are not
};

namespace detail {

// Skips entropy-coded data: the position of the next marker that is neither a stuffed byte nor a restart.
inline std::size_t next_marker(Bytes bytes, std::size_t at) {
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

inline ImageHeader jpeg_header(Bytes bytes) {
  ImageHeader header{.format = ImageFormat::jpeg, .complete = false};
  bool scanned = false;
  for (std::size_t at = next_marker(bytes, 2); at + 1 < bytes.size();) {
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xD9) {
      header.complete = scanned;
      return header;
    }
    if (marker == 0x01) {  // stands alone, without a length
      at = next_marker(bytes, at + 2);
      continue;
    }
    if (at + 4 > bytes.size()) return header;
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2 || at + 2 + length > bytes.size()) return header;
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame && length >= 7 && header.width == 0 && !scanned) {
      header.height = big_endian(bytes, at + 5, 2);
      header.width = big_endian(bytes, at + 7, 2);
    }
    if (marker == 0xE1 && begins_with(bytes, "Exif", at + 4) && header.orientation == 1)
      header.orientation = exif_orientation(bytes.subspan(at + 4, length - 2));
    scanned = scanned || marker == 0xDA;
    at = next_marker(bytes, at + 2 + length);
  }
  return header;
}

/// A grey of a PNG with `depth` bits as it is decoded: fewer bits than 8 become 8.
inline std::uint16_t png_grey(std::size_t grey, unsigned depth) {
  return static_cast<std::uint16_t>(depth < 8 ? grey * 255 / ((1u << depth) - 1) : grey);
}

inline ImageHeader png_header(Bytes bytes) {
  ImageHeader header{.format = ImageFormat::png, .complete = false};
  if (bytes.size() < 33 || !begins_with(bytes, "IHDR", 12)) return header;
  header.width = big_endian(bytes, 16, 4);
  header.height = big_endian(bytes, 20, 4);
  header.transparent = bytes[25] == 4 || bytes[25] == 6;
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::size_t length = big_endian(bytes, at, 4);
    if (begins_with(bytes, "tRNS", at + 4)) header.transparent = true;
    if (begins_with(bytes, "tRNS", at + 4) && bytes[25] == 0 && length >= 2)
      header.transparent_grey = png_grey(big_endian(bytes, at + 8, 2), bytes[24]);
    if (begins_with(bytes, "eXIf", at + 4) && length <= bytes.size() - at - 12)
      header.orientation = exif_orientation(bytes.subspan(at + 8, length));
    if (begins_with(bytes, "IEND", at + 4)) {
      header.complete = true;
      return header;
    }
    at += 12 + length;
  }
  return header;
}

inline ImageHeader webp_header(Bytes bytes) {
  ImageHeader header{.format = ImageFormat::webp, .complete = little_endian(bytes, 4, 4) + 8 <= bytes.size()};
  if (bytes.size() < 30) {
    header.complete = false;
  } else if (begins_with(bytes, "VP8X", 12)) {
    header.width = little_endian(bytes, 24, 3) + 1;
    header.height = little_endian(bytes, 27, 3) + 1;
    header.transparent = (bytes[20] & 0x10) != 0;
    for (const WebpChunk& chunk : webp_chunks(bytes.subspan(12)))
      if (begins_with(chunk.whole, "EXIF")) header.orientation = exif_orientation(chunk.payload);
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

inline ImageHeader bmp_header(Bytes bytes) {
  ImageHeader header{.format = ImageFormat::other};
  if (bytes.size() < 26) return {.format = ImageFormat::other, .complete = false};
  if (little_endian(bytes, 14, 4) == 12) {
    header.width = little_endian(bytes, 18, 2);
    header.height = little_endian(bytes, 20, 2);
  }
  if (bytes.size() < 34 || little_endian(bytes, 14, 4) < 40) return header;
  const auto side = [&](std::size_t at) {
    const auto value = static_cast<std::int32_t>(static_cast<std::uint32_t>(little_endian(bytes, at, 4)));
    return static_cast<std::size_t>(value < 0 ? -static_cast<std::int64_t>(value) : value);  // negative: top row first
  };
  header.width = side(18);
  header.height = side(22);
  if (has_bmp_fields(bytes)) header.format = ImageFormat::bitmap, header.transparent = true;
  const std::size_t row = (header.width * little_endian(bytes, 28, 2) + 31) / 32 * 4, first = little_endian(bytes, 10, 4);
  const bool packed = little_endian(bytes, 30, 4) != 0 && header.format != ImageFormat::bitmap;
  if (!packed) header.complete = first <= bytes.size() && row * header.height <= bytes.size() - first;
  return header;
}

/// Bands, bits and the meaning of both decide what OpenCV makes of a TIFF; what it would get wrong is refused.
inline ImageHeader tiff_header(Bytes bytes) {
  ImageHeader header{.format = ImageFormat::tiff};
  std::size_t bits = 1, bands = 1, colors = 1, kind = 1, planes = 1, extra = 0, extras = 0;
  read_tags(bytes, [&](std::size_t number, std::size_t value, std::size_t count) {
    if (number == 256) header.width = value;
    if (number == 257) header.height = value;
    if (number == 258) bits = value;
    if (number == 262) colors = value;
    if (number == 274 && value >= 1 && value <= 8) header.orientation = static_cast<int>(value);
    if (number == 277) bands = value;
    if (number == 284) planes = value;
    if (number == 338) extra = value, extras = count;
    if (number == 339) kind = value;
  });
  header.transparent = extras > 0 && (extra == 1 || extra == 2);
  // Up to 8 bits libtiff multiplies by the alpha what is not.
  header.alpha = !header.transparent ? Alpha::none : extra == 1 || bits <= 8 ? Alpha::premultiplied : Alpha::straight;
  if (kind == 2) header.unusable = "signed numbers";
  if (bits > 16 && kind != 3) header.unusable = "whole numbers of more than 16 bits";
  if (bits > 8 && colors != 0 && colors != 1 && colors != 2) header.unusable = "colours of more than 8 bits that are not RGB";
  if (bits > 8 && bands > 1 && planes == 2) header.unusable = "more than 8 bits in planes";
  if (bands > 4) header.unusable = "more than four bands";
  if (bands == 2) header.unusable = "grey with another band";
  if (kind == 3 && colors == 0) header.unusable = "floats of which 0 is white";
  header.inverted = bits > 8 && colors == 0;
  return header;
}

inline ImageHeader gif_header(Bytes bytes) {
  const GifReader reader(bytes);
  return {.format = ImageFormat::gif,
          .height = reader.height(),
          .width = reader.width(),
          .transparent = true,
          .complete = reader.width() > 0};
}

inline ImageHeader netpbm_header(Bytes bytes) {
  const PnmHeader stored = pnm_header(bytes);
  const bool sane = stored.begin > 0 && stored.width < bytes.size() * 8 && stored.height < bytes.size() * 8;
  return {.format = ImageFormat::pnm,
          .height = stored.height,
          .width = stored.width,
          .transparent = true,
          .complete = sane && stored.begin <= bytes.size() && pnm_size(stored) <= bytes.size() - stored.begin};
}

/// JPEG 2000: its first box of an image header stands near the begin.
inline ImageHeader jp2_header(Bytes bytes) {
  ImageHeader header{.format = ImageFormat::other, .complete = false};
  for (std::size_t at = 12; at + 12 <= bytes.size() && at < 512; ++at)
    if (begins_with(bytes, "ihdr", at)) {
      header.height = big_endian(bytes, at + 4, 4);
      header.width = big_endian(bytes, at + 8, 4);
      header.complete = true;
      break;
    }
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
  if (begins_with(bytes, "GIF8")) return detail::gif_header(bytes);
  if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7') return detail::netpbm_header(bytes);
  if (begins_with(bytes, std::string_view("\0\0\0\x0CjP  ", 8))) return detail::jp2_header(bytes);
  return {};
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

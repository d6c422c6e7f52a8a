// SPDX-License-Identifier: Apache-2.0
#pragma once
// Numbers in a file, and the tags of TIFF, which are also those of EXIF in a JPEG, PNG or WebP.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

using Bytes = std::span<const std::uint8_t>;

inline std::size_t big_endian(Bytes bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

inline std::size_t little_endian(Bytes bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

inline bool begins_with(Bytes bytes, std::string_view magic, std::size_t at = 0) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

/// A block of tags: calls `tag(number, value, count)` for those of the first directory that are whole numbers of 16 or 32 bits,
/// with the first of their `count` values.
template <class Tag>
void read_tags(Bytes tiff, const Tag& tag) {
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
    const std::size_t type = number(at + 2, 2), count = number(at + 4, 4), size = type == 3 ? 2 : 4;
    if ((type != 3 && type != 4) || count == 0) continue;
    const std::size_t place = count <= 4 / size ? at + 8 : number(at + 8, 4);
    if (place <= tiff.size() - size) tag(number(at, 2), number(place, size), count);
  }
}

/// The orientation in an EXIF block, 1 to 8, with or without its name before it; 1, upright, where there is none.
inline int exif_orientation(Bytes exif) {
  constexpr std::string_view name("Exif\0\0", 6);
  int orientation = 1;
  read_tags(begins_with(exif, name) ? exif.subspan(name.size()) : exif,
            [&](std::size_t number, std::size_t value, std::size_t) {
              if (number == 0x0112 && value >= 1 && value <= 8) orientation = static_cast<int>(value);
            });
  return orientation;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

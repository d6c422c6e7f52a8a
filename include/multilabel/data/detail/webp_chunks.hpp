// SPDX-License-Identifier: Apache-2.0
#pragma once
// The chunks of a WebP: its EXIF block, and the first picture of an animation as a file of its own.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "multilabel/data/detail/tiff_tags.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

struct WebpChunk {
  Bytes whole;  ///< with name, size and padding
  Bytes payload;
};

/// The chunks one after the other, as far as they are whole.
inline std::vector<WebpChunk> webp_chunks(Bytes bytes) {
  std::vector<WebpChunk> chunks;
  while (bytes.size() >= 8) {
    const std::size_t size = little_endian(bytes, 4, 4);
    if (size > bytes.size() - 8) break;
    const std::size_t padded = std::min(bytes.size(), 8 + size + size % 2);
    chunks.push_back({bytes.first(padded), bytes.subspan(8, size)});
    bytes = bytes.subspan(padded);
  }
  return chunks;
}

/// The first picture of an animation, and where on the canvas it lies.
struct WebpFrame {
  std::vector<std::uint8_t> file = {};  ///< as a WebP without animation; empty: there is none
  int left = 0, top = 0;
};

inline WebpFrame first_webp_frame(Bytes bytes) {
  for (const WebpChunk& chunk : webp_chunks(bytes.subspan(12))) {
    if (!begins_with(chunk.whole, "ANMF") || chunk.payload.size() < 24) continue;
    const Bytes head = chunk.payload.first(16), pixels = chunk.payload.subspan(16);
    WebpFrame frame{.left = static_cast<int>(2 * little_endian(head, 0, 3)),
                    .top = static_cast<int>(2 * little_endian(head, 3, 3))};
    const bool alpha = begins_with(pixels, "ALPH");
    const std::size_t size = 4 + (alpha ? 18 : 0) + pixels.size();
    const auto append = [&](std::initializer_list<int> values) {
      for (const int value : values) frame.file.push_back(static_cast<std::uint8_t>(value));
    };
    const auto byte = [](std::size_t value, int at) { return static_cast<int>(value >> (8 * at) & 255); };
    append({'R', 'I', 'F', 'F', byte(size, 0), byte(size, 1), byte(size, 2), byte(size, 3), 'W', 'E', 'B', 'P'});
    if (alpha) {
      append({'V', 'P', '8', 'X', 10, 0, 0, 0, 0x10, 0, 0, 0});
      frame.file.insert(frame.file.end(), head.begin() + 6, head.begin() + 12);
    }
    frame.file.insert(frame.file.end(), pixels.begin(), pixels.end());
    return frame;
  }
  return {};
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Netpbm's formats, P1 to P7: bits, grey and colour with any largest value, as text or as bytes, with alpha in the last of
// them. OpenCV takes the samples as they are, so that white of a largest value of 100 would be dark, and swaps the colours of
// P7.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string_view>

#include "multilabel/data/detail/tiff_tags.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// What stands before the pixels.
struct PnmHeader {
  std::size_t width = 0, height = 0;
  std::size_t channels = 1;
  std::size_t most = 1;   ///< the largest value of a sample
  bool text = false;      ///< samples are digits between blanks
  bool bits = false;      ///< 1 is black
  std::size_t begin = 0;  ///< of the pixels; 0: no such file
};

/// The words of a header, between blanks and comments.
class PnmWords {
 public:
  explicit PnmWords(Bytes bytes) : bytes_(bytes) {}

  std::string_view next() {
    while (at_ < bytes_.size() && (blank() || bytes_[at_] == '#'))
      if (bytes_[at_] == '#') {
        while (at_ < bytes_.size() && bytes_[at_] != '\n') ++at_;
      } else {
        ++at_;
      }
    const std::size_t begin = at_;
    while (at_ < bytes_.size() && !blank()) ++at_;
    return {reinterpret_cast<const char*>(bytes_.data()) + begin, at_ - begin};
  }

  /// The next word as a number; 0 if it is none, or one of more than nine digits.
  std::size_t number() {
    const std::string_view word = next();
    std::size_t value = 0;
    for (const char digit : word) {
      if (digit < '0' || digit > '9' || word.size() > 9) return 0;
      value = 10 * value + static_cast<std::size_t>(digit - '0');
    }
    return value;
  }

  /// The next 0 or 1 of a bitmap as text, which need no blanks between them.
  std::size_t bit() {
    while (at_ < bytes_.size() && bytes_[at_] != '0' && bytes_[at_] != '1') ++at_;
    return at_ < bytes_.size() && bytes_[at_++] == '1' ? 1 : 0;
  }

  [[nodiscard]] std::size_t position() const noexcept { return at_; }

 private:
  [[nodiscard]] bool blank() const { return bytes_[at_] == ' ' || (bytes_[at_] >= '\t' && bytes_[at_] <= '\r'); }

  Bytes bytes_;
  std::size_t at_ = 2;
};

inline PnmHeader pnm_header(Bytes bytes) {
  PnmHeader header;
  const char kind = static_cast<char>(bytes[1]);
  PnmWords words(bytes);
  if (kind == '7') {
    for (std::string_view word = words.next(); word != "ENDHDR"; word = words.next()) {
      if (word.empty()) return {};
      if (word == "WIDTH") header.width = words.number();
      if (word == "HEIGHT") header.height = words.number();
      if (word == "DEPTH") header.channels = words.number();
      if (word == "MAXVAL") header.most = words.number();
    }
  } else {
    header.text = kind <= '3';
    header.bits = kind == '1' || kind == '4';
    header.channels = kind == '3' || kind == '6' ? 3 : 1;
    header.width = words.number();
    header.height = words.number();
    if (!header.bits) header.most = words.number();
  }
  if (header.most < 1 || header.most > 65535 || header.channels < 1 || header.channels > 4) return {};
  header.begin = words.position() + 1;
  return header;
}

/// How many bytes the pixels have at least.
inline std::size_t pnm_size(const PnmHeader& header) {
  const std::size_t samples = header.width * header.channels;
  if (header.bits) return header.height * (header.text ? samples : (samples + 7) / 8);
  return header.height * samples * (header.text || header.most > 255 ? 2 : 1) - (header.text ? 1 : 0);
}

/// The pixels, 8-bit in OpenCV's order: grey, BGR or BGRA.
inline cv::Mat decode_pnm(Bytes bytes, const PnmHeader& header) {
  const auto width = static_cast<int>(header.width), height = static_cast<int>(header.height);
  const int channels = static_cast<int>(header.channels);
  cv::Mat image(height, width, channels == 1 ? CV_8UC1 : channels == 3 ? CV_8UC3 : CV_8UC4);
  PnmWords words(bytes.subspan(header.begin - 2));
  std::size_t at = header.begin;
  const std::size_t size = header.most > 255 ? 2 : 1;
  const auto sample = [&]() -> std::uint8_t {
    std::size_t value = 0;
    if (header.text) {
      value = words.number();
    } else {
      value = big_endian(bytes, at, size);
      at += size;
    }
    return static_cast<std::uint8_t>((std::min(value, header.most) * 255 + header.most / 2) / header.most);
  };
  for (int y = 0; y < height; ++y) {
    std::uint8_t* row = image.ptr(y);
    for (int x = 0; x < width; ++x) {
      if (header.bits) {
        const bool black =
            header.text ? words.bit() != 0 : (bytes[at + static_cast<std::size_t>(x) / 8] >> (7 - x % 8) & 1) != 0;
        row[x] = black ? 0 : 255;
      } else if (channels == 2) {
        row[4 * x] = row[4 * x + 1] = row[4 * x + 2] = sample();
        row[4 * x + 3] = sample();
      } else {
        for (int channel = 0; channel < channels; ++channel)
          row[channels * x + (channels > 1 && channel < 3 ? 2 - channel : channel)] = sample();
      }
    }
    if (header.bits && !header.text) at += (header.width + 7) / 8;
  }
  return image;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hashes of texts, numbers and bytes that are the same on every machine (FNV-1a): for files, random streams and quick
// comparisons, not against somebody who wants two things to look alike.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::core::detail {

/// 64 bits over all that was added, in order.
class Fingerprint {
 public:
  /// A text with its length, so that "ab", "c" differs from "a", "bc".
  void add(std::string_view text) noexcept {
    add(text.size());
    for (const char letter : text) add_byte(static_cast<unsigned char>(letter));
  }
  void add(std::uint64_t number) noexcept {
    for (int shift = 0; shift < 64; shift += 8) add_byte(static_cast<unsigned char>(number >> shift));
  }
  void add_byte(unsigned char byte) noexcept { hash_ = (hash_ ^ byte) * 0x100000001b3u; }

  [[nodiscard]] std::uint64_t number() const noexcept { return hash_; }
  /// As 16 hexadecimal digits.
  [[nodiscard]] std::string text() const {
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i) text[i] = "0123456789abcdef"[(hash_ >> (60 - 4 * i)) & 15u];
    return text;
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// 32 bits over the letters of a name.
[[nodiscard]] constexpr std::uint32_t hash_of_name(std::string_view name) noexcept {
  std::uint32_t hash = 2166136261u;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619u;
  return hash;
}

}  // namespace MULTILABEL_NAMESPACE::core::detail

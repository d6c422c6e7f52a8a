// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands behind a backslash in a quoted name, as Python and JSON write it: \n, \x41, \u00e9, a pair of \u for the rest.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

inline std::optional<std::uint32_t> hexadecimal(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  for (const char character : text.substr(0, digits)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(character | 0x20));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

inline void add_utf8(std::uint32_t point, std::string& name) {
  const auto add = [&](std::uint32_t byte) { name += static_cast<char>(byte); };
  const auto tail = [&](unsigned shift) { add(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xC0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      add(0xE0 | (point >> 12));
    } else {
      add(0xF0 | (point >> 18));
      tail(12);
    }
    tail(6);
  }
  tail(0);
}

/// Adds to `name` what the escape at the begin of `text`, behind the backslash, stands for. Returns how many characters it
/// took; nothing for one that stands for no character.
inline std::optional<std::size_t> add_escape(std::string_view text, std::string& name) {
  if (text.empty()) return std::nullopt;
  const char kind = text.front();
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0) {
    name += kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == 'r' ? '\r' : kind;
    return 1;
  }
  auto point = hexadecimal(text.substr(1), digits);
  std::size_t taken = 1 + digits;
  if (point && *point >= 0xD800 && *point < 0xDC00 && text.substr(taken).starts_with("\\u")) {  // the first half of a pair
    const auto second = hexadecimal(text.substr(taken + 2), 4);
    if (!second || *second < 0xDC00 || *second > 0xDFFF) return std::nullopt;
    point = 0x10000 + ((*point - 0xD800) << 10) + (*second - 0xDC00);
    taken += 6;
  }
  if (!point || *point > 0x10FFFF || (*point >= 0xD800 && *point < 0xE000)) return std::nullopt;
  add_utf8(*point, name);
  return taken;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

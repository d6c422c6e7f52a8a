// SPDX-License-Identifier: Apache-2.0
#pragma once
// Is a cell of text a list that a program wrote, such as ['cat', 'dog'] or ["cat", "dog"]? A table of lists becomes one when it
// is saved as CSV, and its names would otherwise keep their brackets and quotes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// Reads the quoted names of a list, tuple, set or array as Python, NumPy and JSON write them.
class WrittenList {
 public:
  /// The names; nothing where `text` is anything else. Names without quotes are no such list.
  [[nodiscard]] static std::optional<std::vector<std::string>> read(std::string_view text) {
    constexpr std::string_view opening = "[({", closing = "])}";
    const auto kind = text.empty() ? std::string_view::npos : opening.find(text.front());
    if (text.size() < 2 || kind == std::string_view::npos || text.back() != closing[kind]) return std::nullopt;
    WrittenList list(text.substr(1, text.size() - 2));
    if (text.front() != '[' && list.rest_.empty()) return std::nullopt;  // () may be a name; [] is what an empty list is
    std::vector<std::string> names;
    for (list.skip(" \t\r\n"); !list.rest_.empty(); list.skip(", \t\r\n")) {
      auto name = list.quoted();
      if (!name) return std::nullopt;
      names.push_back(std::move(*name));
    }
    return names;
  }

 private:
  explicit WrittenList(std::string_view rest) : rest_(rest) {}

  void skip(std::string_view characters) {
    const auto next = rest_.find_first_not_of(characters);
    rest_.remove_prefix(next == std::string_view::npos ? rest_.size() : next);
  }

  char take() {
    const char first = rest_.front();
    rest_.remove_prefix(1);
    return first;
  }

  std::optional<std::string> quoted() {
    const char quote = take();
    if (quote != '\'' && quote != '"') return std::nullopt;
    std::string name;
    while (!rest_.empty()) {
      const char next = take();
      if (next == quote) return name;
      if (next != '\\' || rest_.empty()) {
        name += next;
      } else if (!escape(name)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  /// Adds what the escape behind a backslash stands for.
  bool escape(std::string& name) {
    const char kind = take();
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0) {
      name += kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == 'r' ? '\r' : kind;
      return true;
    }
    auto point = number(digits);
    if (point && *point >= 0xD800 && *point < 0xDC00 && rest_.starts_with("\\u")) {  // the first half of a pair
      rest_.remove_prefix(2);
      const auto second = number(4);
      if (!second || *second < 0xDC00 || *second > 0xDFFF) return false;
      point = 0x10000 + ((*point - 0xD800) << 10) + (*second - 0xDC00);
    }
    if (!point || *point > 0x10FFFF || (*point >= 0xD800 && *point < 0xE000)) return false;
    add_utf8(*point, name);
    return true;
  }

  std::optional<std::uint32_t> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(take() | 0x20));
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  static void add_utf8(std::uint32_t point, std::string& name) {
    const auto tail = [&](unsigned shift) { name += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) {
      name += static_cast<char>(point);
    } else if (point < 0x800) {
      name += static_cast<char>(0xC0 | (point >> 6)), tail(0);
    } else if (point < 0x10000) {
      name += static_cast<char>(0xE0 | (point >> 12)), tail(6), tail(0);
    } else {
      name += static_cast<char>(0xF0 | (point >> 18)), tail(12), tail(6), tail(0);
    }
  }

  std::string_view rest_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Is this text UTF-8? Labels that are not would be refused by Python and by JSON long after the file that they came from is
// known.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// The position of the first byte that is no part of a well-formed character, or `text.size()`. Overlong forms and surrogates
/// are not well-formed.
[[nodiscard]] inline std::size_t first_invalid_utf8(std::string_view text, std::size_t from = 0) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  for (std::size_t i = from; i < text.size();) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0) return i;
    for (std::size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    const unsigned second = byte(i + 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    if (overlong || (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F)) return i;
    i += length;
  }
  return text.size();
}

/// At most `most` bytes of `text`, with a question mark for each byte that is not UTF-8, so that it can stand in a message.
[[nodiscard]] inline std::string printable(std::string_view text, std::size_t most = 300) {
  std::string shown(text.substr(0, most));
  for (std::size_t at = first_invalid_utf8(shown); at < shown.size(); at = first_invalid_utf8(shown, at + 1)) shown[at] = '?';
  return shown;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

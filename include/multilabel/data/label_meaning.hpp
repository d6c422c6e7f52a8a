// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the codes of an annotation file mean. -1 is absent in one well-known table and unknown in the next, a blank is either,
// and labels are names, numbers or probabilities; whoever knows the file declares it here, for a file or for one label of it.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The target that each code stands for: 1 present, 0 absent, NaN unknown, between for a soft label. Letter case and blanks do
/// not matter, and numbers are compared as numbers: "-1" is also "-1.0".
using Codes = std::map<std::string, float, std::less<>>;

/// What becomes of a number between 0 and 1 that no code declares.
enum class Probabilities {
  refuse,  ///< `DataError`
  keep,    ///< a soft label: the number is the target
  round,   ///< present from 0.5 on, or else absent
};

/// What labels mean, in a file and for single labels.
struct LabelMeaning {
  Codes codes = {};                               ///< in addition to those of `code_target`, which they go before
  std::map<std::string, Codes> label_codes = {};  ///< for one label each; these go before `codes`
  Probabilities probabilities = Probabilities::refuse;
  std::vector<std::string> names = {};  ///< the labels that the numbers 0, 1, ... stand for; they are then the vocabulary
  /// A label that says that the image shows none of the others, "No Finding". It is no label of the data set; beside another
  /// one it is a `DataError`.
  std::string no_label = {};
};

namespace detail {

inline std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

inline std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& letter : small)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return small;
}

/// The finite number that the whole text is, if it is one.
inline std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// Whether two codes are the same but for letter case, blanks and the way a number is written.
inline bool same_code(std::string_view one, std::string_view other) {
  one = trimmed(one), other = trimmed(other);
  if (const auto a = number_in(one), b = number_in(other); a && b) return *a == *b;
  return one.size() == other.size() && in_small_letters(one) == in_small_letters(other);
}

inline std::optional<float> declared(const Codes& codes, std::string_view code) {
  for (const auto& [known, target] : codes)
    if (same_code(known, code)) return target;
  return std::nullopt;
}

}  // namespace detail

/// The target of a code where nothing is declared: 1, true, yes, y, t; 0, false, no, n, f; NaN for nothing, ?, NaN, NA, N/A,
/// null, none, -1. Nothing for any other text.
[[nodiscard]] inline std::optional<float> code_target(std::string_view code) {
  constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
  code = detail::trimmed(code);
  if (const auto number = detail::number_in(code)) {
    if (*number == 0 || *number == 1) return static_cast<float>(*number);
    return *number == -1 ? std::optional(unknown) : std::nullopt;
  }
  const std::string word = detail::in_small_letters(code);
  const auto among = [&](const auto& words) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (among(std::array<std::string_view, 4>{"true", "yes", "y", "t"})) return 1.0f;
  if (among(std::array<std::string_view, 4>{"false", "no", "n", "f"})) return 0.0f;
  if (among(std::array<std::string_view, 7>{"", "?", "nan", "na", "n/a", "null", "none"})) return unknown;
  return std::nullopt;
}

/// The target of a code beside `label`, as `meaning` declares it, or else as `code_target` has it. Nothing for a code that
/// means nothing.
[[nodiscard]] inline std::optional<float> code_target(std::string_view code, const std::string& label,
                                                      const LabelMeaning& meaning) {
  if (const auto own = meaning.label_codes.find(label); own != meaning.label_codes.end())
    if (const auto target = detail::declared(own->second, code)) return target;
  if (const auto target = detail::declared(meaning.codes, code)) return target;
  if (const auto target = code_target(code)) return target;
  const auto number = detail::number_in(detail::trimmed(code));
  if (!number || *number < 0 || *number > 1 || meaning.probabilities == Probabilities::refuse) return std::nullopt;
  if (meaning.probabilities == Probabilities::round) return *number >= 0.5 ? 1.0f : 0.0f;
  return static_cast<float>(*number);
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

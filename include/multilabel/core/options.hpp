// SPDX-License-Identifier: Apache-2.0
#pragma once
// One walk over the fields of an options struct for all who need their names: `describe(visitor, options)` beside the struct
// calls `visitor(name, field)` for each, with a third argument from a name to the value for an enumeration. Here are the
// concept for writing one, and the visitor that writes the fields down as texts, by which two runs are compared.

#include <array>
#include <charconv>
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE {

/// `Options`, or const `Options`: `void describe(auto& visit, options_like<FocalOptions> auto& options)` serves both.
template <class O, class Options>
concept options_like = std::same_as<std::remove_const_t<O>, Options>;

/// Options by name, each value as the shortest text that reads back as the same value.
using OptionTexts = std::map<std::string, std::string>;

/// Writes the fields it is shown into `texts`, each name behind `prefix`; those of a struct within as "outer.inner".
class OptionWriter {
 public:
  explicit OptionWriter(OptionTexts& texts, std::string prefix = {}) : texts_(texts), prefix_(std::move(prefix)) {}

  template <class T, class... FromName>
  OptionWriter& operator()(std::string_view name, const T& value, const FromName&...) {
    if constexpr (requires(OptionWriter& inner) { describe(inner, value); }) {
      OptionWriter inner(texts_, prefix_ + std::string(name) + ".");
      describe(inner, value);
    } else {
      texts_[prefix_ + std::string(name)] = text_of(value);
    }
    return *this;
  }

 private:
  template <class T>
  static std::string text_of(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<T>) {
      std::array<char, 32> digits;
      return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
    } else if constexpr (std::is_enum_v<T>) {
      return std::string(to_string(value));
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      return std::string(std::string_view(value));
    } else {
      std::string list;
      for (const auto& one : value) list += (list.empty() ? "" : ", ") + text_of(one);
      return "[" + list + "]";
    }
  }

  OptionTexts& texts_;
  std::string prefix_;
};

/// The fields of `options` by name.
template <class Options>
[[nodiscard]] OptionTexts option_texts(const Options& options, std::string prefix = {}) {
  OptionTexts texts;
  OptionWriter write(texts, std::move(prefix));
  describe(write, options);
  return texts;
}

/// One option that two sides do not share; a side that lacks it has "none".
struct OptionDifference {
  std::string name, stored, now;
};

/// The options in which the two differ, by name.
[[nodiscard]] inline std::vector<OptionDifference> differences(const OptionTexts& stored, const OptionTexts& now) {
  std::vector<OptionDifference> found;
  for (const auto& [name, value] : stored) {
    const auto other = now.find(name);
    if (other == now.end()) {
      found.push_back({name, value, "none"});
    } else if (other->second != value) {
      found.push_back({name, value, other->second});
    }
  }
  for (const auto& [name, value] : now)
    if (!stored.contains(name)) found.push_back({name, "none", value});
  return found;
}

}  // namespace MULTILABEL_NAMESPACE

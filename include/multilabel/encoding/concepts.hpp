// SPDX-License-Identifier: Apache-2.0
#pragma once
// What may be a label, and what may be a collection of rows of labels.

#include <concepts>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::encoding {

/// A label: a copyable value with a total order. `std::string`, integers and enums are; laws: `a < b` is a strict total order
/// that agrees with `==`, so a floating-point label must not be NaN.
template <class Label>
concept label = std::copyable<Label> && std::totally_ordered<Label> && !std::is_pointer_v<Label>;

/// One row of labels: any range of things that convert to `Label`. A string is a row of letters, never a row of one name.
template <class Row, class Label>
concept label_row =
    std::ranges::input_range<const Row> && std::convertible_to<std::ranges::range_reference_t<const Row>, Label> &&
    !std::convertible_to<const Row&, std::string_view>;

/// A collection of rows: `std::vector<std::vector<Label>>`, `std::vector<std::set<Label>>`, a view.
template <class Rows, class Label>
concept label_rows = std::ranges::forward_range<const Rows> && label_row<std::ranges::range_value_t<const Rows>, Label>;

/// The name of a label in a `Vocabulary`: a string is its own name, a number its digits, an enumerator what the `to_string`
/// found beside its type says, or the digits of its value.
template <class Label>
  requires std::convertible_to<const Label&, std::string_view> || std::integral<Label> || std::is_enum_v<Label>
[[nodiscard]] std::string label_name(const Label& value) {
  if constexpr (std::convertible_to<const Label&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (std::is_enum_v<Label>) {
    if constexpr (requires {
                    { to_string(value) } -> std::convertible_to<std::string>;
                  }) {
      return to_string(value);
    } else {
      return std::to_string(static_cast<std::underlying_type_t<Label>>(value));
    }
  } else {
    return std::to_string(value);
  }
}

/// A label that has a name.
template <class Label>
concept named_label = label<Label> && requires(const Label& value) { label_name(value); };

}  // namespace MULTILABEL_NAMESPACE::encoding

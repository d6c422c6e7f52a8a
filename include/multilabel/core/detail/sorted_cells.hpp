// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cells in ascending order of score, sorted digit by digit: what thresholds, curves, ranking metrics and isotonic fits begin
// with. O(cells).

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::core::detail {

/// A cell on its way: the key of its score (see score_keys.hpp), and what it carries.
template <class Key>
struct Keyed {
  Key key;
  std::uint32_t carried;
};

template <std::signed_integral Key>
[[nodiscard]] constexpr Key key_of(Key key) noexcept {
  return key;
}
template <class Key>
[[nodiscard]] constexpr Key key_of(const Keyed<Key>& cell) noexcept {
  return cell.key;
}

/// Sorts keys, or cells by their keys, of which equal ones stay in the order they came in; `scratch` is as long as `cells`, its
/// contents are lost.
/// @return whichever of the two then holds them.
template <class Cell>
[[nodiscard]] std::span<Cell> sort_by_key(std::span<Cell> cells, std::span<Cell> scratch) {
  using Key = decltype(key_of(std::declval<const Cell&>()));
  using Unsigned = std::make_unsigned_t<Key>;
  constexpr int digit = 11, passes = (std::numeric_limits<Unsigned>::digits + digit - 1) / digit;
  constexpr std::size_t values = std::size_t{1} << digit;
  const auto value_of = [](const Cell& cell, int pass) {
    constexpr Unsigned sign = Unsigned{1} << (std::numeric_limits<Unsigned>::digits - 1);  // negative keys come first
    return static_cast<std::size_t>((static_cast<Unsigned>(key_of(cell)) ^ sign) >> (digit * pass)) % values;
  };
  std::array<std::array<std::uint32_t, values>, passes> places{};
  for (const auto& cell : cells) {
    for (int pass = 0; pass < passes; ++pass) ++places[static_cast<std::size_t>(pass)][value_of(cell, pass)];
  }
  for (int pass = 0; pass < passes; ++pass) {
    auto& place = places[static_cast<std::size_t>(pass)];
    if (cells.empty() || place[value_of(cells.front(), pass)] == cells.size()) continue;  // all have this digit
    std::uint32_t before = 0;
    for (auto& count : place) before += std::exchange(count, before);
    for (const auto& cell : cells) scratch[place[value_of(cell, pass)]++] = cell;
    std::swap(cells, scratch);
  }
  return cells;
}

}  // namespace MULTILABEL_NAMESPACE::core::detail

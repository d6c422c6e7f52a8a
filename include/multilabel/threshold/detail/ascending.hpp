// SPDX-License-Identifier: Apache-2.0
#pragma once
// All known cells in ascending order of score, sorted digit by digit. O(cells).

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"

namespace multilabel::threshold::detail {

/// A cell on its way: the key of its score, and what it carries.
template <class Key>
struct Keyed {
  Key key;
  std::uint32_t carried;
};

/// Sorts by key, equal keys in the order they came in.
template <class Key>
void sort_by_key(std::vector<Keyed<Key>>& cells) {
  constexpr int digit = 11, passes = (std::numeric_limits<Key>::digits + digit) / digit;  // the sign is a digit's highest bit
  constexpr std::size_t values = std::size_t{1} << digit;
  using Unsigned = std::make_unsigned_t<Key>;
  const auto value_of = [](Key key, int pass) {
    const auto ordered = static_cast<Unsigned>(key) - static_cast<Unsigned>(std::numeric_limits<Key>::min());
    return static_cast<std::size_t>(ordered >> (digit * pass)) % values;
  };
  std::vector<std::array<std::size_t, values>> places(passes);
  for (const auto& cell : cells) {
    for (int pass = 0; pass < passes; ++pass) ++places[static_cast<std::size_t>(pass)][value_of(cell.key, pass)];
  }
  std::vector<Keyed<Key>> sorted(cells.size());
  for (int pass = 0; pass < passes; ++pass) {
    auto& place = places[static_cast<std::size_t>(pass)];
    if (cells.empty() || place[value_of(cells.front().key, pass)] == cells.size()) continue;  // all have this digit
    std::size_t before = 0;
    for (auto& count : place) before += std::exchange(count, before);
    for (const auto& cell : cells) sorted[place[value_of(cell.key, pass)]++] = cell;
    cells.swap(sorted);
  }
}

/// A known cell in its place: its group, whether its target is 1, and whether its score is that of the cell before.
struct RankedCell {
  std::uint32_t bits = 0;

  [[nodiscard]] std::size_t group() const noexcept { return bits >> 2; }
  [[nodiscard]] bool positive() const noexcept { return (bits & 1u) != 0; }
  [[nodiscard]] bool ties() const noexcept { return (bits & 2u) != 0; }
};

/// Known cells in ascending order, and their distinct scores.
struct AscendingCells {
  std::vector<RankedCell> cells;
  std::vector<double> scores;  ///< of every cell that does not tie, in order
};

/// @param S float where the scores were floats, which sort twice as fast.
template <class S>
[[nodiscard]] AscendingCells ascending_as(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                          const Groups& group_of, std::size_t first_label, std::size_t end_label) {
  using Key = core::detail::key_t<S>;
  std::vector<Keyed<Key>> keyed;
  keyed.reserve(targets.rows() * (end_label - first_label));
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    for (std::size_t j = first_label; j < end_label; ++j) {
      if (targets(i, j) < 0) continue;
      const auto carried = static_cast<std::uint32_t>(group_of(i, j) << 2) | static_cast<std::uint32_t>(targets(i, j));
      keyed.push_back({core::detail::to_key(static_cast<S>(scores(i, j))), carried});
    }
  }
  sort_by_key(keyed);
  AscendingCells ascending;
  ascending.cells.reserve(keyed.size());
  for (std::size_t k = 0; k < keyed.size(); ++k) {
    const bool ties = k > 0 && keyed[k].key == keyed[k - 1].key;
    ascending.cells.push_back({keyed[k].carried | (ties ? 2u : 0u)});
    if (!ties) ascending.scores.push_back(static_cast<double>(core::detail::from_key<S>(keyed[k].key)));
  }
  return ascending;
}

/// The known cells of the labels `first_label` ... `end_label`.
/// @throws ArgumentError for more groups than a cell's number has room for.
[[nodiscard]] inline AscendingCells ascending(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                              const Groups& group_of, std::size_t first_label, std::size_t end_label) {
  constexpr std::size_t most = std::size_t{1} << 30;
  if (group_of.size() > most) {
    fail<ArgumentError>({"threshold", join_text("there must be at most ", most, " rows"), join_text(group_of.size())});
  }
  return scores.are_floats ? ascending_as<float>(targets, scores, group_of, first_label, end_label)
                           : ascending_as<double>(targets, scores, group_of, first_label, end_label);
}

}  // namespace multilabel::threshold::detail

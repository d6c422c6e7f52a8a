// SPDX-License-Identifier: Apache-2.0
#pragma once
// Known cells in ascending order of score, each with its group. O(cells).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/detail/sorted_cells.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// What a sorted cell carries: its group, and whether its target is 1.
struct CellOfGroup {
  std::uint32_t bits = 0;

  [[nodiscard]] static CellOfGroup make(std::size_t group, std::int8_t target) noexcept {
    return {static_cast<std::uint32_t>(group << 1) | static_cast<std::uint32_t>(target)};
  }
  [[nodiscard]] std::size_t group() const noexcept { return bits >> 1; }
  [[nodiscard]] bool positive() const noexcept { return (bits & 1u) != 0; }
};

/// The known cells of the labels `first_label` ... `end_label`, ascending.
/// @param S float where the scores were floats, which sort twice as fast.
template <class S>
[[nodiscard]] LongArray<core::detail::Keyed<core::detail::key_t<S>>> ascending(MatrixView<const std::int8_t> targets,
                                                                               const core::detail::ScoreCells& scores,
                                                                               const Groups& group_of, std::size_t first_label,
                                                                               std::size_t end_label) {
  const std::size_t most = targets.rows() * (end_label - first_label);
  LongArray<core::detail::Keyed<core::detail::key_t<S>>> cells(most), scratch(most);
  std::size_t size = 0;
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    const double* score = scores.cells.row(i).data();
    const std::int8_t* target = targets.row(i).data();
    for (std::size_t j = first_label; j < end_label; ++j) {
      cells[size] = {core::detail::to_key(static_cast<S>(score[j])), CellOfGroup::make(group_of(i, j), target[j]).bits};
      size += target[j] >= 0 ? 1 : 0;
    }
  }
  cells.resize(size);
  scratch.resize(size);
  const auto sorted = core::detail::sort_by_key(std::span(cells.data(), size), std::span(scratch.data(), size));
  return sorted.data() == cells.data() ? std::move(cells) : std::move(scratch);
}

/// Calls `use` with the known cells ascending and a function from a cell to its score.
/// @throws ArgumentError for more cells or groups than a number of 32 bits can count.
template <class Use>
decltype(auto) with_ascending(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                              const Groups& group_of, std::size_t first_label, std::size_t end_label, Use&& use) {
  if (std::max(group_of.size(), targets.size()) >> 31 != 0) {
    fail<ArgumentError>({"threshold", "there must be fewer than 2^31 cells", join_text(targets.size())});
  }
  const auto go = [&]<class S>(S) -> decltype(auto) {
    return use(ascending<S>(targets, scores, group_of, first_label, end_label),
               [](const auto& cell) { return static_cast<double>(core::detail::from_key<S>(cell.key)); });
  };
  return scores.are_floats ? go(float{}) : go(double{});
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

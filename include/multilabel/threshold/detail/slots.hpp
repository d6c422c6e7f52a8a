// SPDX-License-Identifier: Apache-2.0
#pragma once
// A range of scores cut into slots. Counts at the edge of a slot are exact; inside, in whatever order its cells come, a metric
// gets no better than at one of four ends: its negatives and its positives, none or all of them withdrawn.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/detail/score_range.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"

namespace multilabel::threshold::detail {

inline constexpr std::size_t slot_count = 256;

/// The number of cells from which on it is faster to narrow than to sort them all.
inline constexpr std::size_t worth_narrowing = std::size_t{1} << 16;

/// In which of the equally wide slots of a range a score lies: below 0 for lower scores, the number of slots or more for higher
/// ones, but for a few that lie next to its ends. Never lower for a higher score, whatever is rounded: exactness needs no more.
template <class S>
class SlotOf {
 public:
  explicit SlotOf(const core::detail::ScoreRange<S>& range) : range_(range) {
    const S length = range.highest - range.lowest;
    if (length > 0 && length <= std::numeric_limits<S>::max()) {
      scale_ = static_cast<S>(slot_count) * (1 - 4 * std::numeric_limits<S>::epsilon()) / length;
    }
  }
  /// False for a range of one score, or one longer than the largest number: there is nothing to cut.
  [[nodiscard]] bool cuts() const noexcept { return scale_ > 0 && scale_ <= std::numeric_limits<S>::max(); }
  [[nodiscard]] S operator()(S score) const noexcept { return (score - range_.lowest) * scale_; }

  /// The part of the range whose scores lie in the slots first ... end - 1, of which there has to be one.
  [[nodiscard]] core::detail::ScoreRange<S> scores_in(std::size_t first, std::size_t end) const noexcept {
    using core::detail::from_key;
    const auto lowest_in = [&](std::size_t slot) {  // the key of the lowest score in this slot or a higher one
      auto low = core::detail::to_key(range_.lowest), high = core::detail::to_key(range_.highest) + 1;
      while (low < high) {
        const auto middle = std::midpoint(low, high);
        if ((*this)(from_key<S>(middle)) < static_cast<S>(slot)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    };
    return {from_key<S>(lowest_in(first)), from_key<S>(lowest_in(end) - 1)};
  }

 private:
  core::detail::ScoreRange<S> range_;
  S scale_ = 0;
};

[[nodiscard]] constexpr std::uint32_t number(CellsAt cells) noexcept { return static_cast<std::uint32_t>(cells); }
[[nodiscard]] constexpr std::uint32_t positives(CellsAt cells) noexcept { return static_cast<std::uint32_t>(cells >> 32); }

/// Whether both negatives and positives are among the cells.
[[nodiscard]] constexpr bool is_mixed(CellsAt cells) noexcept {
  return positives(cells) != 0 && positives(cells) != number(cells);
}

/// What the counts become as cells are no longer predicted.
template <class Count>
[[nodiscard]] constexpr Counts<Count> without(Counts<Count> counts, CellsAt cells) noexcept {
  counts.predicted = static_cast<Count>(counts.predicted - static_cast<Count>(number(cells)));
  counts.true_positives = static_cast<Count>(counts.true_positives - static_cast<Count>(positives(cells)));
  return counts;
}

/// The better of the two ends that lie between `before` and all of the cells withdrawn; both kinds have to be among them.
template <class Count, class Value>
[[nodiscard]] auto best_between(const Counts<Count>& before, CellsAt cells, const Value& value) noexcept {
  const CellsAt positive = positives(cells);
  return std::max(value(without(before, number(cells) - positive)), value(without(before, positive | (positive << 32))));
}

}  // namespace multilabel::threshold::detail

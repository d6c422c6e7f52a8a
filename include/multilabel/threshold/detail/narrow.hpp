// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between which scores can the best threshold of a mean over rows lie? Most scores are ruled out without a sort: the range of
// scores is cut into slots, the sums at their edges are exact, and within a slot the sum cannot rise by more than its rows
// rise, each for itself. The slots that stay possible are cut again. Each round is one pass over the cells, row by row.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/core/detail/score_range.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/slots.hpp"
#include "multilabel/threshold/metric.hpp"

namespace multilabel::threshold::detail {

/// A range of scores cut into slots, and what happens to a sum of row values as a threshold climbs through each of them.
template <class Mean>
class RowSlots {
 public:
  /// @param sign 1 where a higher sum is better, -1 where a lower one is.
  RowSlots(const Mean& mean, std::int64_t sign) : mean_(mean), sign_(sign), slots_(slot_count), cells_(slot_count) {}

  /// Puts a cell of the present row into a slot.
  void add(std::size_t slot, std::int8_t target) noexcept {
    cells_[slot] += cell_at(target);
    filled_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  }

  /// The row is complete; `below` are its cells under the range, which are not predicted.
  void close(std::size_t row, CellsAt below) noexcept {
    auto counts = mean_.counts(row);
    if (counts.known == 0) return;
    counts = without(counts, below);
    std::int64_t before = value(row, counts);
    start_ += before;
    for (std::size_t word = 0; word < filled_.size(); ++word) {
      for (auto left = std::exchange(filled_[word], 0); left != 0; left &= left - 1) {
        const std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(left));
        const CellsAt cells = std::exchange(cells_[slot], 0);
        const auto between = std::exchange(counts, without(counts, cells));
        const std::int64_t after = value(row, counts);
        std::int64_t highest = std::max(before, after);
        if (is_mixed(cells)) {
          highest = std::max(highest, best_between(between, cells, [&](const auto& at) { return value(row, at); }));
        }
        slots_[slot].change += after - before;
        slots_[slot].rise += highest - before;
        slots_[slot].cells += number(cells);
        before = after;
      }
    }
  }

  void merge(const RowSlots& other) noexcept {
    start_ += other.start_;
    for (std::size_t s = 0; s < slot_count; ++s) {
      slots_[s].change += other.slots_[s].change;
      slots_[s].rise += other.slots_[s].rise;
      slots_[s].cells += other.slots_[s].cells;
    }
  }

  /// The slots where a sum near the best can be: from the first to the last within four times the tolerance.
  struct Possible {
    std::size_t first = 0, last = 0;
    std::uint64_t cells = 0;  ///< from the first to the last
    std::uint64_t above = 0;  ///< in higher slots
  };
  [[nodiscard]] Possible possible() const noexcept {
    std::int64_t best = start_, sum = start_;
    for (const Slot& slot : slots_) best = std::max(best, sum += slot.change);
    const std::int64_t enough = best - 4 * mean_.tolerance();
    Possible found{slot_count, 0};
    sum = start_;
    for (std::size_t s = 0; s < slot_count; ++s) {
      if (slots_[s].cells > 0 && sum + slots_[s].rise >= enough) found.first = std::min(found.first, s), found.last = s;
      sum += slots_[s].change;
    }
    for (std::size_t s = found.first; s < slot_count; ++s) (s <= found.last ? found.cells : found.above) += slots_[s].cells;
    return found;
  }

 private:
  using RowCounts = Counts<typename Mean::count_type>;

  struct Slot {
    std::int64_t change = 0;  ///< of the sum, from below the slot's cells to above them
    std::int64_t rise = 0;    ///< the most by which the sum can be better in between
    std::uint64_t cells = 0;
  };

  [[nodiscard]] std::int64_t value(std::size_t row, const RowCounts& counts) const noexcept {
    return sign_ * mean_.fixed(row, counts);
  }

  const Mean& mean_;
  std::int64_t sign_, start_ = 0;
  std::vector<Slot> slots_;
  std::vector<CellsAt> cells_;  // of the present row
  std::array<std::uint64_t, slot_count / 64> filled_{};
};

template <class S>
struct Narrowed {
  core::detail::ScoreRange<S> range;
  bool reaches_top = true;  ///< no known cell lies above it
};

/// One round: what happens in each of the slots that `range` is cut into.
template <class S, class Mean>
[[nodiscard]] RowSlots<Mean> row_slots(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, const Mean& mean,
                                       std::int64_t sign, const SlotOf<S>& slot_of) {
  RowSlots<Mean> all(mean, sign);
  std::mutex adding;
  parallel_blocks(targets.rows(), rows_worth_a_thread(targets.columns()), [&](std::size_t begin, std::size_t end) {
    RowSlots<Mean> part(mean, sign);
    for (std::size_t i = begin; i < end; ++i) {
      const auto score = scores.row(i);
      const auto target = targets.row(i);
      CellsAt below = 0;
      for (std::size_t j = 0; j < score.size(); ++j) {
        if (target[j] < 0) continue;
        const S slot = slot_of(score[j]);
        if (slot < 0) {
          below += cell_at(target[j]);
        } else if (slot < static_cast<S>(slot_count)) {
          part.add(static_cast<std::size_t>(static_cast<std::int32_t>(slot)), target[j]);
        }
      }
      part.close(i, below);
    }
    const std::scoped_lock lock(adding);
    all.merge(part);
  });
  return all;
}

/// The part of all scores outside of which no threshold comes near the best mean over rows.
/// @param mean stands at everything predicted.
template <class S, class Mean>
[[nodiscard]] Narrowed<S> narrow(MatrixView<const std::int8_t> targets, const core::detail::RangedScores<S>& scores,
                                 const Mean& mean, std::int64_t sign) {
  Narrowed<S> result{scores.range};
  std::uint64_t left = scores.size();
  const std::uint64_t few = left / 16;  // that are sorted as fast as another round takes
  while (left > few) {
    const SlotOf<S> slot_of(result.range);
    if (!slot_of.cuts()) break;
    const auto possible = row_slots(targets, scores, mean, sign, slot_of).possible();
    result.range = slot_of.scores_in(possible.first, possible.last + 1);
    result.reaches_top = result.reaches_top && possible.above == 0;
    if (possible.cells > left / 2) break;
    left = possible.cells;
  }
  return result;
}

/// What `narrow` gives where `mean` is one over rows; nothing where it is not, for the cells of a label lie in many rows.
template <class S, class Mean>
[[nodiscard]] std::optional<Narrowed<S>> narrowed_range(MatrixView<const std::int8_t> targets,
                                                        const core::detail::RangedScores<S>& scores, const Objective& objective,
                                                        const Mean& mean) {
  if constexpr (Mean::is_over_rows) {
    return narrow(targets, scores, mean, higher_is_better(objective.metric) ? 1 : -1);
  } else {
    return std::nullopt;
  }
}

}  // namespace multilabel::threshold::detail

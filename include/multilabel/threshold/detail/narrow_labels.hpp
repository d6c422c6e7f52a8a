// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between which scores can each label's own best threshold lie? As for a mean over rows (narrow.hpp), most scores are ruled out
// without a sort: one pass counts each label's cells in slots of the range of scores, a second takes the cells of those few
// slots that can hold the label's best.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/slots.hpp"

namespace multilabel::threshold::detail {

/// The number of rows that take longer to count than the counters of all labels take to clear and to add up.
inline constexpr std::size_t rows_worth_counters = 8 * slot_count;

/// How many of each label's known cells lie in each slot, [labels, slots].
template <class S>
[[nodiscard]] std::vector<CellsAt> label_slots(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                               const SlotOf<S>& slot_of) {
  constexpr std::size_t block = 64;
  const std::size_t labels = targets.columns();
  std::vector<CellsAt> all(labels * slot_count);
  std::mutex adding;
  const std::size_t grain = std::max(rows_worth_a_thread(labels), rows_worth_counters);
  parallel_blocks(targets.rows(), grain, [&](std::size_t begin, std::size_t end) {
    std::vector<CellsAt> cells(labels * slot_count);
    for (std::size_t i = begin; i < end; ++i) {
      const S* score = scores.row(i).data();
      const std::int8_t* target = targets.row(i).data();
      for (std::size_t first = 0; first < labels; first += block) {
        std::array<std::int32_t, block> slots;
        const std::size_t count = std::min(block, labels - first);
        for (std::size_t j = 0; j < count; ++j) slots[j] = static_cast<std::int32_t>(slot_of(score[first + j]));
        for (std::size_t j = 0; j < count; ++j) {
          if (target[first + j] < 0) continue;
          cells[(first + j) * slot_count + static_cast<std::size_t>(slots[j])] += cell_at(target[first + j]);
        }
      }
    }
    const std::scoped_lock lock(adding);
    std::transform(all.begin(), all.end(), cells.begin(), all.begin(), std::plus<>());
  });
  return all;
}

/// The slots of one label that can hold its best threshold.
struct LabelRange {
  std::size_t first = 0, end = 0;  ///< of the slots; none for a label without a known cell
  Counts<std::uint32_t> counts;    ///< with the cells of these slots and higher ones predicted
  std::uint64_t cells = 0;         ///< in these slots
  double worst = 0;                ///< of the values at the edges of all slots
  bool from_lowest = true;         ///< no known cell lies below
  bool to_highest = true;          ///< nor above
};

/// @param cells of one label, in each slot.
/// @param value from counts, higher is better.
template <class Value>
[[nodiscard]] LabelRange label_range(std::span<const CellsAt> cells, const Value& value) {
  const CellsAt all = std::accumulate(cells.begin(), cells.end(), CellsAt{0});
  const Counts<std::uint32_t> start{positives(all), number(all), positives(all), number(all)};
  LabelRange range;
  double best = range.worst = value(start);
  auto counts = start;
  for (const CellsAt slot : cells) {
    counts = without(counts, slot);
    best = std::max(best, value(counts));
    range.worst = std::min(range.worst, value(counts));
  }
  // Equal values may be off by a rounding.
  const double enough = best - 1e-12 * std::max({1.0, std::abs(best), std::abs(range.worst)});
  counts = start;
  for (std::size_t s = 0; s < cells.size(); ++s) {
    const auto before = std::exchange(counts, without(counts, cells[s]));
    if (cells[s] == 0) continue;
    double most = std::max(value(before), value(counts));
    if (is_mixed(cells[s])) most = std::max(most, best_between(before, cells[s], value));
    if (most < enough) {
      (range.end == 0 ? range.from_lowest : range.to_highest) = false;
      continue;
    }
    if (range.end == 0) range.first = s, range.counts = before;
    range.end = s + 1;
    range.to_highest = true;
  }
  for (std::size_t s = range.first; s < range.end; ++s) range.cells += number(cells[s]);
  return range;
}

/// The steps of every label within its range, from another pass over the cells.
template <class S>
[[nodiscard]] std::vector<core::detail::LabelSteps<S>> steps_within(MatrixView<const std::int8_t> targets,
                                                                    MatrixView<const S> scores, const SlotOf<S>& slot_of,
                                                                    std::span<const LabelRange> ranges) {
  const std::size_t labels = targets.columns();
  std::vector<S> firsts, ends;
  for (const auto& range : ranges) {
    firsts.push_back(static_cast<S>(range.first));
    ends.push_back(static_cast<S>(range.end));
  }
  struct Found {
    std::vector<S> negatives, positives;
  };
  std::vector<Found> all(labels);
  std::mutex adding;
  parallel_blocks(targets.rows(), rows_worth_a_thread(labels), [&](std::size_t begin, std::size_t end) {
    std::vector<Found> found(labels);
    for (std::size_t i = begin; i < end; ++i) {
      const auto score = scores.row(i);
      const auto target = targets.row(i);
      const auto within = [&](std::size_t j, S own) { return (slot_of(own) >= firsts[j]) & (slot_of(own) < ends[j]); };
      core::detail::for_each_known(target, score, within, [&](std::size_t j) {
        (target[j] == 1 ? found[j].positives : found[j].negatives).push_back(score[j]);
      });
    }
    const std::scoped_lock lock(adding);
    for (std::size_t j = 0; j < labels; ++j) {
      all[j].positives.insert(all[j].positives.end(), found[j].positives.begin(), found[j].positives.end());
      all[j].negatives.insert(all[j].negatives.end(), found[j].negatives.begin(), found[j].negatives.end());
    }
  });
  std::vector<core::detail::LabelSteps<S>> steps(labels);
  parallel_each(labels, 0, [&] {
    return [&](std::size_t j) {
      core::detail::StepCounter<S> counter(all[j].positives);
      counter.add(all[j].negatives);
      steps[j] = counter.steps();
    };
  });
  return steps;
}

}  // namespace multilabel::threshold::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// All known cells in ascending order of score, handed over bucket by bucket: one scatter into buckets by the leading bits of
// the scores' range, then each bucket is sorted, in cache, just before it is read. O(cells) for 32-bit scores. Runs of buckets
// can be read on different threads.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/detail/score_range.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::core::detail {

/// One known cell: how far its key lies above the lowest, and what the reader wants to know about it.
template <class S>
struct Cell {
  std::make_unsigned_t<key_t<S>> key;
  std::uint32_t payload;
};

/// Sorts by the lowest `bits` bits of the key into `sorted`, which has to be as long; stable. Leaves `cells` in some order.
template <class S>
void radix_sort(std::span<Cell<S>> cells, std::span<Cell<S>> sorted, int bits) {
  if (cells.size() < 48) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::size_t at = i;
      for (; at > 0 && sorted[at - 1].key > cells[i].key; --at) sorted[at] = sorted[at - 1];
      sorted[at] = cells[i];
    }
    return;
  }
  constexpr std::size_t most = (sizeof(S) * 8 + 7) / 8;
  std::array<std::array<std::uint32_t, 256>, most> places{};  // of all passes, counted in one
  const std::size_t passes = static_cast<std::size_t>(std::max(0, bits) + 7) / 8;
  for (const auto& cell : cells) {
    for (std::size_t pass = 0; pass < passes; ++pass) ++places[pass][(cell.key >> (8 * pass)) & 255u];
  }
  auto *from = cells.data(), *to = sorted.data();
  for (std::size_t pass = 0; pass < passes; ++pass) {
    auto& place = places[pass];
    std::uint32_t sum = 0;
    for (auto& p : place) sum += std::exchange(p, sum);
    for (std::size_t i = 0; i < cells.size(); ++i) to[place[(from[i].key >> (8 * pass)) & 255u]++] = from[i];
    std::swap(from, to);
  }
  if (from != sorted.data()) std::copy_n(from, cells.size(), sorted.data());
}

/// Calls `use(j)` for the known cells of a row for which `counts(j, score)`, fast where they are few.
template <class S, class Counts, class Use>
void for_each_known(std::span<const std::int8_t> target, std::span<const S> score, const Counts& counts, Use&& use) {
  constexpr std::size_t block = 64;
  for (std::size_t begin = 0; begin < score.size(); begin += block) {
    std::array<std::uint8_t, block> wanted{};
    const std::size_t count = std::min(block, score.size() - begin);
    for (std::size_t j = 0; j < count; ++j) {
      wanted[j] = static_cast<std::uint8_t>(counts(begin + j, score[begin + j]) & (target[begin + j] >= 0));
    }
    for (std::size_t eight = 0; eight < count; eight += 8) {
      std::uint64_t any = 0;
      std::memcpy(&any, wanted.data() + eight, 8);
      if (any == 0) continue;
      for (std::size_t j = eight; j < eight + 8; ++j) {
        if (wanted[j] != 0) use(begin + j);
      }
    }
  }
}

/// The cells whose target is known (`targets` holds -1 where it is not), in buckets of ascending score. `payload(row, label)`
/// is asked once for each. Scores have to be finite. The order does not depend on the number of threads.
/// @throws ArgumentError on 2^31 cells or more: positions, and payloads of a row and a bit, have 32 bits.
template <class S>
class AscendingCells {
  using Unsigned = std::make_unsigned_t<key_t<S>>;
  static constexpr int bucket_bits = 11;

 public:
  template <class Payload>
  AscendingCells(MatrixView<const std::int8_t> targets, const RangedScores<S>& scores, Payload&& payload) {
    require_few(scores);
    set_range(scores.range);
    const std::size_t labels = scores.columns(), runs = runs_of(scores.size());
    const auto first_row = [&](std::size_t run) { return scores.rows() * run / runs; };
    const auto count = [&](std::size_t run, std::uint32_t* places) {
      for (std::size_t i = first_row(run) * labels; i < first_row(run + 1) * labels; ++i) {
        places[offset(scores.data()[i]) >> shift_] += targets.data()[i] >= 0 ? 1u : 0u;
      }
    };
    const auto place = [&](std::size_t run, std::uint32_t* places) {
      for (std::size_t row = first_row(run); row < first_row(run + 1); ++row) {
        const S* score = scores.row(row).data();
        const std::int8_t* target = targets.row(row).data();
        for (std::size_t label = 0; label < labels; ++label) {
          if (target[label] < 0) continue;
          const auto key = offset(score[label]);
          put(places[key >> shift_]++, {key, payload(row, label)});
        }
      }
    };
    scatter(runs, count, place);
  }

  /// Those within `range` only, which are best few.
  template <class Payload>
  AscendingCells(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, Payload&& payload,
                 const ScoreRange<S>& range) {
    require_few(scores);
    struct Found {
      std::vector<std::pair<S, std::uint32_t>> cells;
      ScoreRange<S> range;
    };
    const std::size_t runs = runs_of(scores.size());
    std::vector<Found> found(runs);
    for_each_run(runs, [&](std::size_t run) {
      const auto within = [&](std::size_t, S score) { return (score >= range.lowest) & (score <= range.highest); };
      Found own;  // not found[run]: threads would write side by side
      for (std::size_t row = scores.rows() * run / runs; row < scores.rows() * (run + 1) / runs; ++row) {
        for_each_known(targets.row(row), scores.row(row), within, [&](std::size_t label) {
          const S score = scores(row, label);
          own.cells.emplace_back(score, payload(row, label));
          own.range.add({score, score});
        });
      }
      found[run] = std::move(own);
    });
    ScoreRange<S> own_range;  // `range` may be far longer
    for (const auto& run : found) own_range.add(run.range);
    set_range(own_range);
    const auto count = [&](std::size_t run, std::uint32_t* places) {
      for (const auto& [score, _] : found[run].cells) ++places[offset(score) >> shift_];
    };
    const auto place = [&](std::size_t run, std::uint32_t* places) {
      for (const auto& [score, own] : found[run].cells) {
        const auto key = offset(score);
        put(places[key >> shift_]++, {key, own});
      }
    };
    scatter(runs, count, place);
  }

  [[nodiscard]] std::size_t size() const noexcept { return starts_.back(); }
  [[nodiscard]] std::size_t buckets() const noexcept { return starts_.size() - 1; }
  /// How many cells lie in lower buckets.
  [[nodiscard]] std::size_t position(std::size_t bucket) const noexcept { return starts_[bucket]; }

  /// The first of the buckets that hold the k-th of `parts` about equal parts of the cells; `buckets()` for k = parts.
  [[nodiscard]] std::size_t cut(std::size_t k, std::size_t parts) const {
    if (k == parts) return buckets();
    const auto at = std::lower_bound(starts_.begin(), starts_.end() - 1, static_cast<std::uint32_t>(size() * k / parts));
    return static_cast<std::size_t>(at - starts_.begin());
  }

  /// A number that every score in `bucket` or a higher one reaches, and none in a lower one; infinity where there is none.
  [[nodiscard]] S lowest_from(std::size_t bucket) const noexcept {
    if (starts_[bucket] == starts_.back()) return std::numeric_limits<S>::infinity();
    return score_of({static_cast<Unsigned>(static_cast<Unsigned>(bucket) << shift_), 0});
  }

  [[nodiscard]] S score_of(const Cell<S>& cell) const noexcept {
    return from_key<S>(static_cast<key_t<S>>(static_cast<Unsigned>(static_cast<Unsigned>(lowest_) + cell.key)));
  }

  /// The highest score of a cell; there has to be one, and none may have been overwritten.
  [[nodiscard]] S highest() {
    const auto bucket = std::lower_bound(starts_.begin(), starts_.end(), starts_.back()) - starts_.begin() - 1;
    const auto last = bucket_cells(static_cast<std::size_t>(bucket));
    return score_of(*std::max_element(last.begin(), last.end(), [](const auto& a, const auto& b) { return a.key < b.key; }));
  }

  /// Calls `use(cells)` for spans of the cells of buckets first ... last - 1 in ascending order of score, equal scores never
  /// apart. Reads of different buckets may run at the same time. `use` sees copies: the memory of the cells that it has seen is
  /// free for it.
  template <class Use>
  void read_up(std::size_t first, std::size_t last, const Use& use) {
    LongArray<Cell<S>> sorted(longest(first, last));
    for (std::size_t b = first; b < last; ++b) read_bucket(b, sorted, use);
  }
  /// The same, but the highest bucket first; the cells of each still ascend.
  template <class Use>
  void read_down(std::size_t first, std::size_t last, const Use& use) {
    LongArray<Cell<S>> sorted(longest(first, last));
    for (std::size_t b = last; b > first; --b) read_bucket(b - 1, sorted, use);
  }

  /// The memory in which the cells lie: `words` numbers for each, and one number more.
  static constexpr std::size_t words = sizeof(Cell<S>) / sizeof(double);
  [[nodiscard]] LongArray<double>& memory() noexcept { return memory_; }

 private:
  static_assert(sizeof(Cell<S>) % sizeof(double) == 0 && alignof(Cell<S>) <= alignof(double));

  static void require_few(MatrixView<const S> scores) {
    if (scores.size() >> 31 == 0) return;
    fail<ArgumentError>({"exact thresholds", "targets and scores must have fewer than 2147483648 cells",
                         shape_text(scores.rows(), scores.columns()), "Use a sample of the rows."});
  }

  /// Into how many runs of rows the cells are cut.
  [[nodiscard]] static std::size_t runs_of(std::size_t cells) noexcept { return block_count(cells, std::size_t{1} << 17); }
  template <class Work>
  static void for_each_run(std::size_t runs, const Work& work) {
    parallel_each(runs, 0, [&] { return [&](std::size_t run) { work(run); }; });
  }

  void set_range(const ScoreRange<S>& range) noexcept {
    lowest_ = to_key(range.lowest);
    shift_ = std::max(0, static_cast<int>(std::bit_width(offset(range.highest))) - bucket_bits);
  }
  [[nodiscard]] Unsigned offset(S score) const noexcept {
    return static_cast<Unsigned>(static_cast<Unsigned>(to_key(score)) - static_cast<Unsigned>(lowest_));
  }

  void put(std::size_t place, const Cell<S>& cell) noexcept {
    ::new (static_cast<void*>(&memory_[words * place])) Cell<S>(cell);
  }
  [[nodiscard]] std::span<Cell<S>> bucket_cells(std::size_t bucket) noexcept {
    if (starts_[bucket] == starts_[bucket + 1]) return {};
    auto* first = std::launder(reinterpret_cast<Cell<S>*>(&memory_[words * starts_[bucket]]));
    return {first, starts_[bucket + 1] - starts_[bucket]};
  }

  [[nodiscard]] std::size_t longest(std::size_t first, std::size_t last) const noexcept {
    std::uint32_t most = 0;
    for (std::size_t b = first; b < last; ++b) most = std::max(most, starts_[b + 1] - starts_[b]);
    return most;
  }
  template <class Use>
  void read_bucket(std::size_t bucket, LongArray<Cell<S>>& sorted, const Use& use) {
    const auto cells = bucket_cells(bucket);
    if (cells.empty()) return;
    const std::span<Cell<S>> ascending(sorted.data(), cells.size());
    radix_sort<S>(cells, ascending, shift_);
    use(std::span<const Cell<S>>(ascending));
  }

  /// Has the system hand over the pages block by block: while they write here and there, threads would clear the same pages.
  void fetch_pages() {
    constexpr std::size_t page = 4096 / sizeof(double);
    parallel_blocks(memory_.size(), std::size_t{1} << 17, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; i += page) memory_[i] = 0;
    });
  }

  /// Fills the buckets run by run: `count(run, counts)` adds a run's cells to the count of each bucket, then
  /// `place(run, positions)` writes each to the position of its bucket and moves that on.
  template <class Count, class Place>
  void scatter(std::size_t runs, const Count& count, const Place& place) {
    const std::size_t size = std::size_t{1} << bucket_bits;
    std::vector<std::vector<std::uint32_t>> places(runs, std::vector<std::uint32_t>(size, 0));
    for_each_run(runs, [&](std::size_t run) { count(run, places[run].data()); });
    starts_.resize(size + 1);
    std::uint32_t sum = 0;
    for (std::size_t b = 0; b < size; ++b) {
      starts_[b] = sum;
      for (auto& own : places) sum += std::exchange(own[b], sum);
    }
    starts_[size] = sum;
    memory_.resize(words * sum + 1);
    if (runs > 1) fetch_pages();
    for_each_run(runs, [&](std::size_t run) { place(run, places[run].data()); });
  }

  key_t<S> lowest_ = 0;
  int shift_ = 0;
  std::vector<std::uint32_t> starts_;
  LongArray<double> memory_;  // not of cells, so that it can become another's
};

}  // namespace multilabel::core::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// All known cells in ascending order of score, handed over bucket by bucket: one scatter into buckets by the leading bits of
// the scores' range, then each bucket is sorted where it lies, in cache, just before it is read. O(cells) for 32-bit scores.
// Runs of buckets can be read on different threads.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/score_keys.hpp"
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

/// Sorts by the lowest `bits` bits of the key; stable. `spare` has to be as long as `cells`.
template <class S>
void radix_sort(std::span<Cell<S>> cells, std::span<Cell<S>> spare, int bits) {
  if (cells.size() < 48) {
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const Cell<S> cell = cells[i];
      std::size_t at = i;
      for (; at > 0 && cells[at - 1].key > cell.key; --at) cells[at] = cells[at - 1];
      cells[at] = cell;
    }
    return;
  }
  constexpr std::size_t most = (sizeof(S) * 8 + 7) / 8;
  std::array<std::array<std::uint32_t, 256>, most> places{};  // of all passes, counted in one
  const std::size_t passes = static_cast<std::size_t>(std::max(0, bits) + 7) / 8;
  for (const auto& cell : cells) {
    for (std::size_t pass = 0; pass < passes; ++pass) ++places[pass][(cell.key >> (8 * pass)) & 255u];
  }
  auto *from = cells.data(), *to = spare.data();
  for (std::size_t pass = 0; pass < passes; ++pass) {
    auto& place = places[pass];
    std::uint32_t sum = 0;
    for (auto& p : place) sum += std::exchange(p, sum);
    for (std::size_t i = 0; i < cells.size(); ++i) to[place[(from[i].key >> (8 * pass)) & 255u]++] = from[i];
    std::swap(from, to);
  }
  if (from != cells.data()) std::copy_n(from, cells.size(), cells.data());
}

/// The lowest and the highest key.
template <class S>
[[nodiscard]] std::pair<key_t<S>, key_t<S>> key_range(std::span<const S> scores) {
  constexpr std::size_t lanes = 16;  // side by side, so that it vectorises
  std::array<S, lanes> low, high;
  low.fill(std::numeric_limits<S>::max());
  high.fill(std::numeric_limits<S>::lowest());
  std::size_t i = 0;
  for (; i + lanes <= scores.size(); i += lanes) {
    const S* block = scores.data() + i;
    for (std::size_t l = 0; l < lanes; ++l) low[l] = block[l] < low[l] ? block[l] : low[l];
    for (std::size_t l = 0; l < lanes; ++l) high[l] = block[l] > high[l] ? block[l] : high[l];
  }
  for (; i < scores.size(); ++i) low[0] = std::min(low[0], scores[i]), high[0] = std::max(high[0], scores[i]);
  return {to_key(*std::min_element(low.begin(), low.end())), to_key(*std::max_element(high.begin(), high.end()))};
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
  AscendingCells(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, Payload&& payload) {
    const std::size_t rows = scores.rows(), labels = scores.columns();
    if (scores.size() >> 31 != 0) {
      fail<ArgumentError>({"exact thresholds", "targets and scores must have fewer than 2147483648 cells",
                           shape_text(rows, labels), "Use a sample of the rows."});
    }
    const std::size_t pieces = std::min(thread_count(0), std::max<std::size_t>(1, scores.size() >> 17));
    const auto each = [&](auto&& work) {  // work(piece, first cell, last cell) for runs of whole rows
      parallel_for(pieces, pieces, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t p = begin; p < end; ++p) work(p, rows * p / pieces * labels, rows * (p + 1) / pieces * labels);
      });
    };
    std::vector<std::pair<key_t<S>, key_t<S>>> ranges(pieces);
    each([&](std::size_t p, std::size_t first, std::size_t last) {
      ranges[p] = key_range(scores.values().subspan(first, last - first));
    });
    lowest_ = std::numeric_limits<key_t<S>>::max();
    auto highest = std::numeric_limits<key_t<S>>::min();
    for (const auto& [low, high] : ranges) lowest_ = std::min(lowest_, low), highest = std::max(highest, high);
    const auto range = static_cast<Unsigned>(static_cast<Unsigned>(highest) - static_cast<Unsigned>(lowest_));
    shift_ = scores.empty() ? 0 : std::max(0, static_cast<int>(std::bit_width(range)) - bucket_bits);

    const std::size_t size = std::size_t{1} << bucket_bits;
    std::vector<std::vector<std::uint32_t>> places(pieces, std::vector<std::uint32_t>(size, 0));
    each([&](std::size_t p, std::size_t first, std::size_t last) {
      auto* count = places[p].data();
      for (std::size_t i = first; i < last; ++i) count[offset(scores.data()[i]) >> shift_] += targets.data()[i] >= 0 ? 1u : 0u;
    });
    starts_.resize(size + 1);
    std::uint32_t sum = 0;
    for (std::size_t b = 0; b < size; ++b) {
      starts_[b] = sum;
      for (auto& place : places) sum += std::exchange(place[b], sum);
    }
    starts_[size] = sum;
    cells_.resize(sum);
    each([&](std::size_t p, std::size_t first, std::size_t last) {
      auto* place = places[p].data();
      auto* cells = cells_.data();
      for (std::size_t i = first; i < last; i += labels) {
        const S* score = scores.data() + i;
        const std::int8_t* target = targets.data() + i;
        const std::size_t row = i / labels;
        for (std::size_t label = 0; label < labels; ++label) {
          if (target[label] < 0) continue;
          const auto key = offset(score[label]);
          cells[place[key >> shift_]++] = {key, payload(row, label)};
        }
      }
    });
  }

  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }
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

  /// The highest known score; there has to be one.
  [[nodiscard]] S highest() const {
    const auto bucket = std::lower_bound(starts_.begin(), starts_.end(), starts_.back()) - starts_.begin() - 1;
    const auto first = cells_.begin() + starts_[static_cast<std::size_t>(bucket)];
    return score_of(*std::max_element(first, cells_.end(), [](const auto& a, const auto& b) { return a.key < b.key; }));
  }

  /// Calls `use(cells)` for spans of the cells of buckets first ... last - 1 in ascending order of score, equal scores never
  /// apart. Reads of different buckets may run at the same time.
  template <class Use>
  void read(std::size_t first, std::size_t last, Use&& use) {
    std::uint32_t longest = 0;
    for (std::size_t b = first; b < last; ++b) longest = std::max(longest, starts_[b + 1] - starts_[b]);
    LongArray<Cell<S>> spare(longest);
    for (std::size_t b = first; b < last; ++b) {
      const std::span<Cell<S>> bucket{cells_.data() + starts_[b], starts_[b + 1] - starts_[b]};
      if (bucket.empty()) continue;
      radix_sort<S>(bucket, spare, shift_);
      use(std::span<const Cell<S>>(bucket));
    }
  }

 private:
  [[nodiscard]] Unsigned offset(S score) const noexcept {
    return static_cast<Unsigned>(static_cast<Unsigned>(to_key(score)) - static_cast<Unsigned>(lowest_));
  }

  key_t<S> lowest_ = 0;
  int shift_ = 0;
  std::vector<std::uint32_t> starts_;
  LongArray<Cell<S>> cells_;
};

}  // namespace multilabel::core::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// All known cells in ascending order of score, handed over bucket by bucket: one scatter into buckets by the leading bits of
// the scores' range, then each bucket is sorted where it lies, in cache, just before it is read. O(cells) for 32-bit scores.

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

#include "multilabel/core/long_array.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::core::detail {

template <class S>
using key_t = std::conditional_t<sizeof(S) == 4, std::int32_t, std::int64_t>;

/// A signed integer that orders as the score does; -0 and +0 are one.
template <class S>
[[nodiscard]] constexpr key_t<S> to_key(S score) noexcept {
  const auto bits = std::bit_cast<key_t<S>>(score + S{0});
  return bits ^ ((bits >> (sizeof(S) * 8 - 1)) & std::numeric_limits<key_t<S>>::max());
}

template <class S>
[[nodiscard]] constexpr S from_key(key_t<S> key) noexcept {
  return std::bit_cast<S>(key ^ ((key >> (sizeof(S) * 8 - 1)) & std::numeric_limits<key_t<S>>::max()));
}

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
  auto *from = cells.data(), *to = spare.data();
  for (int shift = 0; shift < bits; shift += 8) {
    std::array<std::uint32_t, 256> place{};
    for (std::size_t i = 0; i < cells.size(); ++i) ++place[(from[i].key >> shift) & 255u];
    std::uint32_t sum = 0;
    for (auto& p : place) sum += std::exchange(p, sum);
    for (std::size_t i = 0; i < cells.size(); ++i) to[place[(from[i].key >> shift) & 255u]++] = from[i];
    std::swap(from, to);
  }
  if (from != cells.data()) std::copy_n(from, cells.size(), cells.data());
}

/// Calls `read(cells, score_of)` for spans of cells in ascending order of score, equal scores never apart; `score_of(cell)` is
/// the score again. `payload(row, label)` is asked once for every cell whose target is known (`targets` holds -1 where it is
/// not). Scores have to be finite.
template <class S, class Payload, class Read>
void for_each_ascending(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, Payload&& payload, Read&& read) {
  using Unsigned = std::make_unsigned_t<key_t<S>>;
  constexpr int bucket_bits = 11;
  if (scores.empty()) return;
  key_t<S> lowest = std::numeric_limits<key_t<S>>::max(), highest = std::numeric_limits<key_t<S>>::min();
  for (const S score : scores.values()) {
    const auto key = to_key(score);
    lowest = key < lowest ? key : lowest;
    highest = key > highest ? key : highest;
  }
  const auto offset = [lowest](S score) {
    return static_cast<Unsigned>(static_cast<Unsigned>(to_key(score)) - static_cast<Unsigned>(lowest));
  };
  const int shift = std::max(
      0,
      static_cast<int>(std::bit_width(static_cast<Unsigned>(static_cast<Unsigned>(highest) - static_cast<Unsigned>(lowest)))) -
          bucket_bits);

  std::vector<std::uint32_t> place((std::size_t{1} << bucket_bits) + 1, 0);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    place[(offset(scores.data()[i]) >> shift) + 1] += targets.data()[i] >= 0;
  }
  std::uint32_t longest = 0;
  for (std::size_t b = 1; b < place.size(); ++b) {
    longest = std::max(longest, place[b]);
    place[b] += place[b - 1];
  }
  const std::size_t known = place.back();
  LongArray<Cell<S>> cells(known);
  for (std::size_t row = 0; row < scores.rows(); ++row) {
    for (std::size_t label = 0; label < scores.columns(); ++label) {
      if (targets(row, label) < 0) continue;
      const auto key = offset(scores(row, label));
      cells[place[key >> shift]++] = {key, payload(row, label)};
    }
  }
  const auto score_of = [lowest](const Cell<S>& cell) {
    return from_key<S>(static_cast<key_t<S>>(static_cast<Unsigned>(static_cast<Unsigned>(lowest) + cell.key)));
  };
  LongArray<Cell<S>> spare(longest);
  std::size_t begin = 0;
  for (std::size_t b = 0; b + 1 < place.size(); ++b) {
    const std::size_t end = place[b];
    if (end == begin) continue;
    const std::span<Cell<S>> bucket{cells.data() + begin, end - begin};
    radix_sort<S>(bucket, spare, shift);
    read(bucket, score_of);
    begin = end;
  }
}

}  // namespace multilabel::core::detail

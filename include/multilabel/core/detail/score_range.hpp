// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between which two scores all scores lie, found in the pass that looks for NaN and infinity.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <type_traits>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::core::detail {

/// The scores from `lowest` to `highest`, both included; at first none.
template <class S>
struct ScoreRange {
  S lowest = std::numeric_limits<S>::max(), highest = std::numeric_limits<S>::lowest();

  void add(const ScoreRange& other) noexcept {
    lowest = std::min(lowest, other.lowest);
    highest = std::max(highest, other.highest);
  }
};

/// Scores that all lie in a range: their own, or a longer one.
template <class S>
struct RangedScores : MatrixView<const S> {
  ScoreRange<S> range;

  RangedScores(MatrixView<const S> scores, const ScoreRange<S>& own) : MatrixView<const S>(scores), range(own) {}
};

/// What a look at scores tells.
template <class S>
struct SeenScores {
  bool finite = true;   ///< neither NaN nor infinite is among them
  ScoreRange<S> range;  ///< only where all are finite
};

/// Without branches, so that it vectorises.
template <class S>
[[nodiscard]] SeenScores<S> look_at(std::span<const S> scores) noexcept {
  using Bits = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
  constexpr int mantissa = std::numeric_limits<S>::digits - 1;
  constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<S>::infinity());
  constexpr std::size_t lanes = 16;
  std::array<Bits, lanes> seen{};  // an exponent of ones, and no other, carries into the highest bit
  std::array<S, lanes> low, high;
  const ScoreRange<S> none;
  low.fill(none.lowest);
  high.fill(none.highest);
  const auto look = [&](S score, std::size_t l) {
    seen[l] |= (std::bit_cast<Bits>(score) & exponent) + (Bits{1} << mantissa);
    low[l] = score < low[l] ? score : low[l];
    high[l] = score > high[l] ? score : high[l];
  };
  std::size_t i = 0;
  for (; i + lanes <= scores.size(); i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) look(scores.data()[i + l], l);
  }
  for (; i < scores.size(); ++i) look(scores[i], 0);
  Bits all = 0;
  for (const Bits lane : seen) all |= lane;
  return {(all >> (std::numeric_limits<Bits>::digits - 1)) == 0,
          {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())}};
}

/// The same of a matrix, on the threads of the process.
template <class S>
[[nodiscard]] SeenScores<S> look_at(MatrixView<const S> scores) {
  SeenScores<S> all;
  std::mutex adding;
  parallel_blocks(scores.size(), std::size_t{1} << 18, [&](std::size_t begin, std::size_t end) {
    const auto seen = look_at(scores.values().subspan(begin, end - begin));
    const std::scoped_lock lock(adding);
    all.finite = all.finite && seen.finite;
    all.range.add(seen.range);
  });
  return all;
}

}  // namespace multilabel::core::detail

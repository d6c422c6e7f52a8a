// SPDX-License-Identifier: Apache-2.0
#pragma once
// The ranking measures of whole rows at once: of each row's positives, how many labels score at least as high. Four positives
// are counted in one pass over the row, and their counts share one word, so that nothing branches in the usual row of a few.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "multilabel/core/detail/simd.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// What the ranking metrics need of one row. Sums go over its positives from the lowest score to the highest.
struct RowRanking {
  double precision_sum = 0.0;    ///< over the positives: (positives at or above) / (labels at or above)
  std::uint64_t misordered = 0;  ///< pairs in which the negative scores at least as high as the positive
  std::size_t coverage = 0;      ///< labels at or above the lowest positive

  /// Adds a positive: `at_least` labels score as high as it or higher, `positives` of them positive.
  void add(std::size_t positives, std::size_t at_least) noexcept {
    precision_sum += static_cast<double>(positives) / static_cast<double>(at_least);
    misordered += at_least - positives;
    coverage = std::max(coverage, at_least);
  }
};

/// Up to here counting is cheaper than sorting.
inline constexpr std::size_t few_positives = 48;

#if MULTILABEL_HAS_VECTORS

/// Rows whose positives are known: `found` holds their columns row after row, `ends` where each row's end.
template <std::floating_point Score>
struct RankedRows {
  const Score* scores = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  const std::uint32_t* found = nullptr;
  const std::uint32_t* ends = nullptr;
  const char* ahead = nullptr;   ///< what is read next, to be fetched meanwhile,
  std::size_t ahead_of_row = 0;  ///< so many bytes of it with each row
};

/// Fills in the `RowRanking` of each row of up to `few_positives` positives (the others are left as they
/// are); `finite` tells whether all scores are.
template <std::floating_point Score>
struct RankRows {
  using Bits = std::conditional_t<sizeof(Score) == 4, std::uint32_t, std::uint64_t>;
  using Scores = core::detail::Vec<Score>;
  using Counts = typename core::detail::Vec<Bits>::type;
  static constexpr std::size_t lanes = Scores::lanes;
  static constexpr int field = 2 * sizeof(Score);  // bits of one of the four counts that share a lane

  MULTILABEL_ALWAYS_INLINE void operator()(const RankedRows<Score>& block, RowRanking* rankings, bool* finite) const {
    Counts not_finite{};
    bool rest_finite = true;
    const Score* row = block.scores;
    std::uint32_t begin = 0;
    for (std::size_t i = 0; i < block.rows; ++i, row += block.columns) {
      for (std::size_t k = 0; k < block.ahead_of_row; k += 64) core::detail::prefetch(block.ahead + i * block.ahead_of_row + k);
      const std::uint32_t* columns = block.found + begin;
      const std::size_t positives = block.ends[i] - begin;
      begin = block.ends[i];
      const std::size_t few = positives <= few_positives ? positives : 0;
      Score sorted[few_positives + 4];
      const std::size_t groups = sort_positives(row, columns, few, sorted);
      RowRanking ranking;
      for (std::size_t first = 0; first < groups; first += 4) {
        std::size_t counts[4] = {};
        count_at_least(row, block.columns, sorted + first, counts, not_finite, rest_finite);
        add(sorted, first, few, counts, ranking);
      }
      if (few > 0) rankings[i] = ranking;
    }
    Bits any = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) any |= not_finite[lane];
    if (any != 0 || !rest_finite) *finite = false;
  }

 private:
  static constexpr Score infinity = std::numeric_limits<Score>::infinity();

  /// The positives' scores ascending, then infinities up to a whole group of four, at least one; returns the length.
  MULTILABEL_ALWAYS_INLINE static std::size_t sort_positives(const Score* row, const std::uint32_t* columns, std::size_t count,
                                                             Score* sorted) {
    if (count <= 4) {
      Score s[4];
      for (std::size_t k = 0; k < 4; ++k) s[k] = k < count ? row[columns[k]] : infinity;
      const auto order = [](Score& a, Score& b) {
        const Score low = std::min(a, b);
        b = std::max(a, b);
        a = low;
      };
      order(s[0], s[1]);
      order(s[2], s[3]);
      order(s[0], s[2]);
      order(s[1], s[3]);
      order(s[1], s[2]);
      std::copy_n(s, 4, sorted);
      return 4;
    }
    for (std::size_t k = 0; k < count; ++k) {
      const Score score = row[columns[k]];
      std::size_t at = k;
      for (; at > 0 && sorted[at - 1] > score; --at) sorted[at] = sorted[at - 1];
      sorted[at] = score;
    }
    const std::size_t groups = (count + 3) / 4 * 4;
    std::fill(sorted + count, sorted + groups, infinity);
    return groups;
  }

  /// How many of the row's scores are at least each of four.
  MULTILABEL_ALWAYS_INLINE static void count_at_least(const Score* row, std::size_t size, const Score* four,
                                                      std::size_t* counts, Counts& not_finite, bool& rest_finite) {
    const Score a = four[0];
    const Score b = four[1];
    const Score c = four[2];
    const Score d = four[3];
    const std::size_t whole = size / lanes * lanes;
    std::size_t j = 0;
    while (j < whole) {
      const std::size_t stop = std::min(whole, j + 31 * lanes);  // 31 of each lane are 248 in all, which a field holds
      Counts over_a{};
      Counts over_b{};
      Counts over_c{};
      Counts over_d{};
      for (; j < stop; j += lanes) {
        typename Scores::type scores;
        Scores::load(row + j, scores);
        over_a -= (Counts)(scores >= a);
        over_b -= (Counts)(scores >= b);
        over_c -= (Counts)(scores >= c);
        over_d -= (Counts)(scores >= d);
        not_finite |= (Counts)(scores - scores);  // 0, or NaN
      }
      const Counts together = over_a | over_b << field | over_c << (2 * field) | over_d << (3 * field);
      Bits sum = 0;
      for (std::size_t lane = 0; lane < lanes; ++lane) sum += together[lane];
      for (int k = 0; k < 4; ++k) counts[k] += static_cast<std::size_t>(sum >> (k * field)) & ((std::size_t{1} << field) - 1);
    }
    for (; j < size; ++j) {
      for (std::size_t k = 0; k < 4; ++k) counts[k] += row[j] >= four[k] ? 1 : 0;
      rest_finite = rest_finite && row[j] - row[j] == Score{0};
    }
  }

  /// Adds the positives `first` ... of `sorted`, of which there are `positives`, four at most.
  MULTILABEL_ALWAYS_INLINE static void add(const Score* sorted, std::size_t first, std::size_t positives,
                                           const std::size_t* counts, RowRanking& ranking) {
    for (std::size_t k = first; k < std::min(first + 4, positives); ++k) {
      std::size_t lowest = k;  // ties count from the first of them
      while (lowest > 0 && sorted[lowest - 1] == sorted[k]) --lowest;
      ranking.add(positives - lowest, counts[k - first]);
    }
  }
};

#endif

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where do the positives of one row stand among all its labels? For every positive the number of scores at or above its own,
// counted instead of sorted: rows have few positives, and counting vectorises.

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/counting.hpp"
#include "multilabel/metrics/detail/finite.hpp"
#include "multilabel/metrics/detail/rank_rows.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// One row without its unknown cells.
template <std::floating_point Score>
struct RankedRow {
  const Score* scores = nullptr;  ///< of all known labels
  std::size_t labels = 0;
  const Score* positives = nullptr;  ///< the scores of the positives among them, in column order
  std::size_t present = 0;

  [[nodiscard]] std::size_t absent() const noexcept { return labels - present; }
};

/// How many of `count` scores are at least `least`.
template <std::floating_point Score>
[[nodiscard]] inline std::size_t count_at_least(const Score* scores, std::size_t count, Score least) noexcept {
  std::conditional_t<sizeof(Score) == 4, std::uint32_t, std::uint64_t> total = 0;  // as wide as a score, to vectorise
  for (std::size_t i = 0; i < count; ++i) total += scores[i] >= least ? 1u : 0u;
  return static_cast<std::size_t>(total);
}

/// How many of `count` scores are above `floor`.
template <std::floating_point Score>
[[nodiscard]] inline std::size_t count_above(const Score* scores, std::size_t count, Score floor) noexcept {
  std::conditional_t<sizeof(Score) == 4, std::uint32_t, std::uint64_t> total = 0;  // as wide as a score, to vectorise
  for (std::size_t i = 0; i < count; ++i) total += scores[i] > floor ? 1u : 0u;
  return static_cast<std::size_t>(total);
}

/// Calls `visit(row number, RankedRow)` for the rows `begin` ... `end` in order. Throws `ArgumentError` on a cell that is no
/// label or a score that is not finite.
template <std::floating_point Score, class Visit>
void for_each_ranked_row(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores, std::size_t begin,
                         std::size_t end, Visit&& visit) {
  const std::size_t columns = targets.columns();
  const std::size_t step = block_rows(columns);
  std::vector<Code> codes(step * columns);
  std::vector<Score> positives(columns);
  std::vector<Score> known(columns);
  for (std::size_t first = begin; first < end; first += step) {
    const std::size_t rows = std::min(step, end - first);
    const bool any_unknown = targets.read_targets(where, first, rows, codes.data());
    require_finite(where, scores, first, rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const Code* code = codes.data() + i * columns;
      RankedRow<Score> row{scores.data() + (first + i) * columns, columns, positives.data(), 0};
      if (any_unknown) {
        row.labels = 0;
        for (std::size_t j = 0; j < columns; ++j) {
          known[row.labels] = row.scores[j];
          row.labels += code[j] != unknown ? 1 : 0;
          if (code[j] == present) positives[row.present++] = row.scores[j];
        }
        row.scores = known.data();
      } else {
        for (std::size_t j = 0; j < columns; j += 64) {
          const std::size_t count = std::min<std::size_t>(64, columns - j);
          for (std::uint64_t mask = ones_mask(code + j, count); mask != 0; mask &= mask - 1) {
            positives[row.present++] = row.scores[j + static_cast<std::size_t>(std::countr_zero(mask))];
          }
        }
      }
      visit(first + i, row);
    }
  }
}

/// A row with many positives, sorted.
template <std::floating_point Score>
struct SortedRow {
  explicit SortedRow(const RankedRow<Score>& row)
      : all(row.scores, row.scores + row.labels), positives(row.positives, row.positives + row.present) {
    std::sort(all.begin(), all.end());
    std::sort(positives.begin(), positives.end());
  }

  [[nodiscard]] static std::size_t at_least(const std::vector<Score>& sorted, Score score) {
    return static_cast<std::size_t>(sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), score));
  }
  [[nodiscard]] static std::size_t above(const std::vector<Score>& sorted, Score score) {
    return static_cast<std::size_t>(sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), score));
  }

  std::vector<Score> all;
  std::vector<Score> positives;
};

/// The ranking of one row, whatever it holds.
template <std::floating_point Score>
[[nodiscard]] RowRanking rank_row(const RankedRow<Score>& row) {
  RowRanking ranking;
  if (row.present > few_positives) {
    const SortedRow<Score> sorted(row);
    for (const auto score : sorted.positives) {
      ranking.add(SortedRow<Score>::at_least(sorted.positives, score), SortedRow<Score>::at_least(sorted.all, score));
    }
    return ranking;
  }
  std::array<Score, few_positives> sorted;
  const auto end = std::copy_n(row.positives, row.present, sorted.begin());
  std::sort(sorted.begin(), end);
  for (auto score = sorted.begin(); score != end; ++score) {
    const auto lowest = std::lower_bound(sorted.begin(), score, *score);  // ties count from the first of them
    ranking.add(static_cast<std::size_t>(end - lowest), count_at_least(row.scores, row.labels, *score));
  }
  return ranking;
}

/// The pairs of a positive and a negative of the row in which the negative scores at least as high (`ties` 1), or higher, with
/// a tied pair counting `ties`.
template <std::floating_point Score>
[[nodiscard]] double misordered_pairs(const RankedRow<Score>& row, double ties) {
  std::uint64_t above = 0;
  std::uint64_t at_least = 0;
  const auto add = [&](auto&& count_over, auto&& count_from) {
    for (std::size_t i = 0; i < row.present; ++i) {
      if (ties != 1.0) above += count_over(row.positives[i]);
      at_least += count_from(row.positives[i]);
    }
  };
  if (row.present <= few_positives) {
    add([&](Score s) { return count_above(row.scores, row.labels, s) - count_above(row.positives, row.present, s); },
        [&](Score s) { return count_at_least(row.scores, row.labels, s) - count_at_least(row.positives, row.present, s); });
  } else {
    const SortedRow<Score> sorted(row);
    add([&](Score s) { return SortedRow<Score>::above(sorted.all, s) - SortedRow<Score>::above(sorted.positives, s); },
        [&](Score s) { return SortedRow<Score>::at_least(sorted.all, s) - SortedRow<Score>::at_least(sorted.positives, s); });
  }
  if (ties == 1.0) return static_cast<double>(at_least);
  return static_cast<double>(above) + ties * static_cast<double>(at_least - above);
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

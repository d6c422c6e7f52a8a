// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts ones in blocks of label codes: by column with byte-wide counters that are emptied before they overflow, by row with
// eight cells a machine word.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "multilabel/core/detail/simd.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/codes.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// Adds the codes of up to 255 rows of targets and predictions to sums for each column: both, predicted, positives. Counters
/// are bytes, side by side in a vector or a word, and stay in registers from the first row to the last.
struct CountColumns {
  MULTILABEL_ALWAYS_INLINE void operator()(const Code* targets, const Code* predictions, std::size_t rows, std::size_t columns,
                                           std::uint64_t* both, std::uint64_t* predicted, std::uint64_t* positives) const {
    std::size_t j = 0;
#if MULTILABEL_HAS_VECTORS
    for (; j + 32 <= columns; j += 32) {
      add<typename core::detail::Vec<std::uint8_t>::type>(targets + j, predictions + j, rows, columns, 32, both + j,
                                                          predicted + j, positives + j);
    }
#endif
    for (; j < columns; j += 8) {
      add<std::uint64_t>(targets + j, predictions + j, rows, columns, std::min<std::size_t>(8, columns - j), both + j,
                         predicted + j, positives + j);
    }
  }

 private:
  template <class Bytes>
  MULTILABEL_ALWAYS_INLINE static void add(const Code* targets, const Code* predictions, std::size_t rows, std::size_t columns,
                                           std::size_t width, std::uint64_t* both, std::uint64_t* predicted,
                                           std::uint64_t* positives) {
    Bytes both_sum{};
    Bytes predicted_sum{};
    Bytes positives_sum{};
    for (std::size_t i = 0; i < rows; ++i, targets += columns, predictions += columns) {
      Bytes t{};
      Bytes p{};
      std::memcpy(&t, targets, width);
      std::memcpy(&p, predictions, width);
      both_sum += t & p;
      predicted_sum += p;
      positives_sum += t;
    }
    std::uint8_t counts[3][sizeof(Bytes)];
    std::memcpy(counts[0], &both_sum, sizeof(Bytes));
    std::memcpy(counts[1], &predicted_sum, sizeof(Bytes));
    std::memcpy(counts[2], &positives_sum, sizeof(Bytes));
    for (std::size_t k = 0; k < width; ++k) {
      both[k] += counts[0][k];
      predicted[k] += counts[1][k];
      positives[k] += counts[2][k];
    }
  }
};

/// Adds up blocks of rows, column by column.
class ColumnCounter {
 public:
  explicit ColumnCounter(std::size_t columns)
      : columns_(columns), tp_(columns), predicted_(columns), positives_(columns), unknown_(columns) {}

  void add(const LabelBlock& block) {
    for (std::size_t first = 0; first < block.rows; first += 255) {
      const std::size_t rows = std::min<std::size_t>(255, block.rows - first);
      const std::size_t offset = first * columns_;
      core::detail::run_kernel(CountColumns{}, block.targets + offset, block.predictions + offset, rows, columns_, tp_.data(),
                               predicted_.data(), positives_.data());
    }
    if (block.unknown == nullptr) return;
    for (std::size_t i = 0; i < block.rows; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) unknown_[j] += block.unknown[i * columns_ + j];
    }
  }

  [[nodiscard]] const std::vector<std::uint64_t>& true_positives() const noexcept { return tp_; }
  [[nodiscard]] const std::vector<std::uint64_t>& predicted() const noexcept { return predicted_; }
  [[nodiscard]] const std::vector<std::uint64_t>& positives() const noexcept { return positives_; }
  [[nodiscard]] std::vector<std::uint64_t> known(std::size_t rows) const {
    std::vector<std::uint64_t> result(columns_);
    for (std::size_t j = 0; j < columns_; ++j) result[j] = rows - unknown_[j];
    return result;
  }

 private:
  std::size_t columns_;
  std::vector<std::uint64_t> tp_, predicted_, positives_, unknown_;
};

/// The same with a weight for every row.
struct WeightedColumnCounter {
  explicit WeightedColumnCounter(std::size_t columns)
      : true_positives(columns), predicted(columns), positives(columns), known(columns) {}

  void add(const LabelBlock& block, const double* weights) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      const Code* t = block.targets + i * block.columns;
      const Code* p = block.predictions + i * block.columns;
      for (std::size_t j = 0; j < block.columns; ++j) {
        true_positives[j] += weights[i] * (t[j] & p[j]);
        predicted[j] += weights[i] * p[j];
        positives[j] += weights[i] * t[j];
      }
      for (std::size_t j = 0; j < block.columns; ++j) {
        known[j] += block.unknown == nullptr ? weights[i] : weights[i] * (block.unknown[i * block.columns + j] ^ 1);
      }
    }
  }

  std::vector<double> true_positives, predicted, positives, known;
};

struct RowCounts {
  std::size_t true_positives = 0;
  std::size_t predicted = 0;
  std::size_t positives = 0;
};

/// The sum of eight byte-wide counters.
[[nodiscard]] inline std::size_t sum_bytes(std::uint64_t counters) noexcept {
  constexpr std::uint64_t low = 0x00ff00ff00ff00ffu;
  const std::uint64_t pairs = (counters & low) + ((counters >> 8) & low);
  return static_cast<std::size_t>((pairs * 0x0001000100010001u) >> 48);
}

/// The counts of one row. Byte counters hold 255 words, so longer rows are summed in pieces.
[[nodiscard]] inline RowCounts count_row(const Code* t, const Code* p, std::size_t columns) noexcept {
  RowCounts counts;
  for (std::size_t begin = 0; begin < columns; begin += 255 * 8) {
    const std::size_t end = std::min(columns, begin + 255 * 8);
    std::uint64_t both = 0;
    std::uint64_t predicted = 0;
    std::uint64_t positives = 0;
    std::size_t j = begin;
    const auto step = [&](std::uint64_t a, std::uint64_t b) {
      both += a & b;
      predicted += b;
      positives += a;
    };
    for (; j + 8 <= end; j += 8) step(load_word(t + j, 8), load_word(p + j, 8));
    if (j < end) step(load_word(t + j, end - j), load_word(p + j, end - j));
    counts.true_positives += sum_bytes(both);
    counts.predicted += sum_bytes(predicted);
    counts.positives += sum_bytes(positives);
  }
  return counts;
}

/// The number of ones among codes of 0 and 1.
[[nodiscard]] inline std::size_t count_ones(const Code* codes, std::size_t count) noexcept {
  return count_row(codes, codes, count).positives;
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

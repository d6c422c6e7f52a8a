// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts ones in blocks of label codes: by column with byte-wide counters that are emptied before they overflow, by row with
// eight cells a machine word.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/codes.hpp"

namespace multilabel::metrics::detail {

/// Adds up blocks of rows, column by column.
class ColumnCounter {
 public:
  explicit ColumnCounter(std::size_t columns)
      : columns_(columns), bytes_(4 * columns), tp_(columns), predicted_(columns), positives_(columns), unknown_(columns) {}

  void add(const LabelBlock& block) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      const std::size_t offset = i * columns_;
      add_row(block.targets + offset, block.predictions + offset, bytes_.data(), columns_);
      if (block.unknown != nullptr) add_unknown(block.unknown + offset);
      if (++filled_ == 255) empty();
    }
    empty();
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
  static void add_row(const Code* __restrict t, const Code* __restrict p, std::uint8_t* __restrict counts,
                      std::size_t columns) {
    std::uint8_t* __restrict both = counts;
    for (std::size_t j = 0; j < columns; ++j) both[j] = static_cast<std::uint8_t>(both[j] + (t[j] & p[j]));
    std::uint8_t* __restrict predicted = counts + columns;
    for (std::size_t j = 0; j < columns; ++j) predicted[j] = static_cast<std::uint8_t>(predicted[j] + p[j]);
    std::uint8_t* __restrict positives = counts + 2 * columns;
    for (std::size_t j = 0; j < columns; ++j) positives[j] = static_cast<std::uint8_t>(positives[j] + t[j]);
  }

  void add_unknown(const Code* __restrict u) {
    std::uint8_t* __restrict counts = bytes_.data() + 3 * columns_;
    for (std::size_t j = 0; j < columns_; ++j) counts[j] = static_cast<std::uint8_t>(counts[j] + u[j]);
  }

  void empty() {
    const std::uint8_t* counts = bytes_.data();
    for (auto* sums : {&tp_, &predicted_, &positives_, &unknown_}) {
      for (std::size_t j = 0; j < columns_; ++j) (*sums)[j] += counts[j];
      counts += columns_;
    }
    std::fill(bytes_.begin(), bytes_.end(), std::uint8_t{0});
    filled_ = 0;
  }

  std::size_t columns_;
  std::size_t filled_ = 0;
  std::vector<std::uint8_t> bytes_;
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

}  // namespace multilabel::metrics::detail

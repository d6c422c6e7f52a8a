// SPDX-License-Identifier: Apache-2.0
#pragma once
// Many logits as few weighted ones, so that a logistic fit costs one pass over the rows: each label's logits fall into 512 bins
// of equal width, and a bin becomes the two points that have its count, mean, variance and skewness (Gauss's quadrature). With
// h the width in units of the sigmoid's argument, that argument is then off by at most h^4 / 1536 where the likelihood is
// largest.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "multilabel/calibration/detail/logistic_sums.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

/// The cells of a bin, and the sums of d, d^2 and d^3 over them: how far a logit lies from the bin's middle, in widths.
struct Bin {
  double cells = 0, first = 0, second = 0, third = 0;

  MULTILABEL_ALWAYS_INLINE void add(double d) noexcept {
#if MULTILABEL_HAS_VECTORS
    using Pair __attribute__((vector_size(16))) = double;
    const Pair low = {1.0, d}, high = low * (d * d);
    Pair lower, upper;
    std::memcpy(&lower, &cells, sizeof(lower));
    std::memcpy(&upper, &second, sizeof(upper));
    lower += low, upper += high;
    std::memcpy(&cells, &lower, sizeof(lower));
    std::memcpy(&second, &upper, sizeof(upper));
#else
    cells += 1, first += d, second += d * d, third += d * (d * d);
#endif
  }

  /// Adds the cells of a bin of the same width whose middle lies `far` widths above.
  void add(const Bin& bin, double far) noexcept {
    cells += bin.cells;
    first += bin.first + far * bin.cells;
    second += bin.second + far * (2 * bin.first + far * bin.cells);
    third += bin.third + far * (3 * bin.second + far * (3 * bin.first + far * bin.cells));
  }
};

/// The bins of eight labels: of the unknown cells, which nobody reads, the negatives and the positives of the first, and so on.
struct BinTable {
  static constexpr std::size_t widths = 512, size = widths + 1;  // the middles of the first and the last are the extremes

  std::array<double, lanes> low{}, width{}, scale{};
  std::vector<Bin> bins = std::vector<Bin>(3 * lanes * size);

  void set_range(std::size_t lane, std::array<double, 2> range) {
    low[lane] = range[0];
    width[lane] = std::max((range[1] - range[0]) / widths, 1e-300);
    scale[lane] = 1.0 / width[lane];
  }
  [[nodiscard]] Bin* of(std::size_t lane, std::size_t target) noexcept { return bins.data() + (3 * lane + 1 + target) * size; }
  [[nodiscard]] const Bin* of(std::size_t lane, std::size_t target) const noexcept {
    return bins.data() + (3 * lane + 1 + target) * size;
  }
};

/// Adds rows of eight logits and targets, `stride` apart, to the table.
template <class S>
struct FillBins {
  MULTILABEL_ALWAYS_INLINE void operator()(const S* logits, const std::int8_t* targets, std::size_t stride, std::size_t rows,
                                           BinTable* table) const {
    constexpr double magic = 6755399441055744.0;  // adding 1.5 * 2^52 rounds and leaves the integer in the lowest bits
    constexpr std::size_t width = sizeof(Numbers) / sizeof(double);
    std::array<Numbers, lanes / width> low, scale;
    std::memcpy(low.data(), table->low.data(), sizeof(low));
    std::memcpy(scale.data(), table->scale.data(), sizeof(scale));
    Bin* bins = table->bins.data() + BinTable::size;
    for (std::size_t i = 0; i < rows; ++i, logits += stride, targets += stride) {
      std::array<double, lanes> away;
      std::array<std::uint64_t, lanes> at;
      for (std::size_t part = 0; part < low.size(); ++part) {
        Numbers z;
        widen(logits + part * width, z);
        const Numbers place = (z - low[part]) * scale[part], shifted = place + magic, d = place - (shifted - magic);
        std::memcpy(away.data() + part * width, &d, sizeof(d));
        std::memcpy(at.data() + part * width, &shifted, sizeof(shifted));
      }
#pragma GCC unroll 8
      for (std::size_t l = 0; l < lanes; ++l) {
        const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(3 * l) + targets[l];
        bins[row * static_cast<std::ptrdiff_t>(BinTable::size) + static_cast<std::uint32_t>(at[l])].add(away[l]);
      }
    }
  }

 private:
  MULTILABEL_ALWAYS_INLINE static void widen(const S* from, Numbers& to) noexcept {
    const auto number = [from](std::size_t i) { return static_cast<double>(from[i]); };
#if MULTILABEL_HAS_VECTORS
    to = Numbers{number(0), number(1), number(2), number(3)};
#else
    to = number(0);
#endif
  }
};

/// Rows of eight weighted logits that stand for many.
struct LanePoints {
  std::vector<double> logits, weights;
};

/// Two points for every `merged` bins of the first `count` labels; what has no cells has no weight.
[[nodiscard]] inline LanePoints quadrature(const BinTable& table, std::size_t count, std::size_t merged) {
  const std::size_t groups = (BinTable::size + merged - 1) / merged;
  LanePoints points{std::vector<double>(2 * groups * lanes), std::vector<double>(2 * groups * lanes)};
  for (std::size_t l = 0; l < count; ++l) {
    for (std::size_t group = 0; group < groups; ++group) {
      const std::size_t begin = group * merged, end = std::min(begin + merged, BinTable::size);
      Bin bin;
      for (std::size_t b = begin; b < end; ++b) {
        for (std::size_t y = 0; y < 2; ++y) bin.add(table.of(l, y)[b], static_cast<double>(b - begin));
      }
      if (bin.cells == 0) continue;
      const double mean = bin.first / bin.cells, square = bin.second / bin.cells, cube = bin.third / bin.cells;
      const double variance = std::max(0.0, square - mean * mean);
      // Where the cells lie closer together, rounding errors in the third moment would pass for skewness.
      const double skew = variance < 1e-9 ? 0.0 : (cube - 3 * mean * square + 2 * mean * mean * mean) / variance;
      const double half = std::sqrt(skew * skew / 4 + variance), middle = static_cast<double>(begin) + mean + skew / 2;
      const double share = half > 0 ? 0.5 - skew / (4 * half) : 0.5;  // of the upper point
      const std::size_t at = 2 * group * lanes + l;
      points.logits[at] = table.low[l] + table.width[l] * (middle - half);
      points.logits[at + lanes] = table.low[l] + table.width[l] * (middle + half);
      points.weights[at] = bin.cells * (1 - share);
      points.weights[at + lanes] = bin.cells * share;
    }
  }
  return points;
}

/// What the likelihood needs to know of the targets of the first `count` labels.
[[nodiscard]] inline std::vector<TargetSums> target_sums(const BinTable& table, std::size_t count) {
  std::vector<TargetSums> sums;
  for (std::size_t l = 0; l < count; ++l) {
    std::array<double, 2> cells{}, logits{};
    for (std::size_t y = 0; y < 2; ++y) {
      double places = 0;
      for (std::size_t b = 0; b < BinTable::size; ++b) {
        const Bin& bin = table.of(l, y)[b];
        cells[y] += bin.cells;
        places += static_cast<double>(b) * bin.cells + bin.first;
      }
      logits[y] = table.low[l] * cells[y] + table.width[l] * places;
    }
    sums.push_back({cells[1], cells[0], logits[1], logits[0]});
  }
  return sums;
}

/// The lowest and the highest logit of each of `count` labels from `first` on.
template <class S>
[[nodiscard]] std::vector<std::array<double, 2>> label_ranges(MatrixView<const S> logits, std::size_t first,
                                                              std::size_t count) {
  std::vector<S> least(count, std::numeric_limits<S>::max()), most(count, std::numeric_limits<S>::lowest());
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    const S* z = logits.row(i).data() + first;
    for (std::size_t j = 0; j < count; ++j) {
      least[j] = z[j] < least[j] ? z[j] : least[j];
      most[j] = z[j] > most[j] ? z[j] : most[j];
    }
  }
  std::vector<std::array<double, 2>> ranges;
  for (std::size_t j = 0; j < count; ++j) ranges.push_back({static_cast<double>(least[j]), static_cast<double>(most[j])});
  return ranges;
}

/// Adds all cells of the labels from `first` on to their tables, one for each eight labels.
template <class S>
void fill_tables(MatrixView<const std::int8_t> targets, MatrixView<const S> logits, std::size_t first,
                 std::span<BinTable> tables) {
  constexpr std::size_t tile = 512;  // rows, read for all tables while they are in cache
  const std::size_t labels = logits.columns();
  std::vector<S> z(tile * lanes);
  std::vector<std::int8_t> y(tile * lanes, std::int8_t{-1});  // a label that is not there is unknown
  for (std::size_t row = 0; row < logits.rows(); row += tile) {
    const std::size_t rows = std::min(tile, logits.rows() - row);
    for (std::size_t b = 0; b < tables.size(); ++b) {
      const std::size_t label = first + b * lanes, own = std::min(lanes, labels - label);
      const S* logit = logits.row(row).data() + label;
      const std::int8_t* target = targets.row(row).data() + label;
      if (own == lanes) {
        core::detail::run_kernel(FillBins<S>{}, logit, target, labels, rows, &tables[b]);
        continue;
      }
      for (std::size_t i = 0; i < rows; ++i) {
        std::copy_n(logit + i * labels, own, z.data() + i * lanes);
        std::copy_n(target + i * labels, own, y.data() + i * lanes);
      }
      logit = z.data(), target = y.data();
      core::detail::run_kernel(FillBins<S>{}, logit, target, lanes, rows, &tables[b]);
    }
  }
}

/// Tables of `count` labels from `first` on, each label over its own range.
template <class S>
[[nodiscard]] std::vector<BinTable> own_tables(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                               std::size_t first, std::size_t count) {
  std::vector<BinTable> tables(blocks_of(count));
  const auto ranges = label_ranges(logits, first, count);
  for (std::size_t j = 0; j < count; ++j) tables[j / lanes].set_range(j % lanes, ranges[j]);
  fill_tables<S>(targets, logits, first, tables);
  return tables;
}

/// A table that holds the cells of all labels as its first.
template <class S>
[[nodiscard]] BinTable pooled_table(MatrixView<const std::int8_t> targets, MatrixView<const S> logits, std::size_t threads) {
  std::array<double, 2> range{std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  for (const auto& own : label_ranges(logits, 0, logits.columns())) {
    range = {std::min(range[0], own[0]), std::max(range[1], own[1])};
  }
  const std::size_t blocks = blocks_of(logits.columns());
  std::vector<BinTable> tables(std::min<std::size_t>(blocks, 8));  // not one a thread, whose number must not change a sum
  parallel_for(tables.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t part = begin; part < end; ++part) {
      for (std::size_t l = 0; l < lanes; ++l) tables[part].set_range(l, range);
      for (std::size_t b = blocks * part / tables.size(); b < blocks * (part + 1) / tables.size(); ++b) {
        fill_tables<S>(targets, logits, b * lanes, {&tables[part], 1});
      }
    }
  });
  BinTable pool;
  pool.set_range(0, range);
  for (const BinTable& table : tables) {
    for (std::size_t l = 0; l < lanes; ++l) {
      for (std::size_t b = 0; b < BinTable::size; ++b) {
        for (std::size_t y = 0; y < 2; ++y) pool.of(0, y)[b].add(table.of(l, y)[b], 0.0);
      }
    }
  }
  return pool;
}

}  // namespace multilabel::calibration::detail

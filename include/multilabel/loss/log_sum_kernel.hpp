// SPDX-License-Identifier: Apache-2.0
#pragma once
// The compiled path of the losses that compare the cells of an image or of a label through a log-sum-exp, two-way and ZLPR: one
// exponential a cell serves its row, its column and the gradient of both. That needs logits within 60 temperatures of each
// other, so that one shift does for all; others go through tensor operations.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/loss/cell_kernel.hpp"
#include "multilabel/loss/lanes.hpp"

#if MULTILABEL_LANES

namespace MULTILABEL_NAMESPACE::loss::detail {

// What the passes read and write. Null pointers are weights of 1, and a gradient that nobody wants.
struct LogSumArrays {
  const float* logits = nullptr;         // [n, labels]
  const float* targets = nullptr;        // [n, labels]
  const bool* mask = nullptr;            // [n, labels]
  const float* sample_weight = nullptr;  // [n]
  const float* pos_weight = nullptr;     // [labels]
  const float* class_weight = nullptr;   // [labels]
  float* gradient = nullptr;             // [n, labels]
  std::int64_t images = 0;
  std::int64_t labels = 0;
  float smoothing_scale = 1;
  float smoothing_shift = 0;
  bool unknown_counts = false;
  double temperature_positive = 4;
  double temperature_negative = 1;
  bool rows = true;
  bool columns = true;
  bool mean = true;
  bool apart = false;  // log(1 + N) + log(1 + P) of the sums of a row or column (ZLPR), not log(1 + N P)
};

// The sums of exponentials of each row or column, and afterwards the factors of its cells' gradients.
struct LogSums {
  std::vector<double> negative, positive;
  explicit LogSums(std::int64_t size) : negative(static_cast<std::size_t>(size)), positive(static_cast<std::size_t>(size)) {}

  void add(const LogSums& other) {
    std::transform(negative.begin(), negative.end(), other.negative.begin(), negative.begin(), std::plus<>{});
    std::transform(positive.begin(), positive.end(), other.positive.begin(), positive.begin(), std::plus<>{});
  }
  void scale(double factor) {
    for (double& sum : negative) sum *= factor;
    for (double& sum : positive) sum *= factor;
  }
};

// Rows that one thread takes at a time. They depend on the batch alone, so that the number of threads changes no sum.
struct LogSumBlock {
  std::int64_t begin, end;  // rows
  LogSums columns;
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();
  std::int64_t known = 0;  // rows with a cell that counts
  bool sound = false;      // targets in [0, 1], logits that are numbers
};

// Eight cells: how much each is a negative and a positive (its pos_weight included), and the logits, 0 where a cell does not
// count.
struct LogSumPack {
  Lanes x, negative, positive;
  LaneMask known;
  bool outside, some_positive;
};

MULTILABEL_INLINE LogSumPack pack(const LogSumArrays& a, std::int64_t i, std::int64_t j) {
  const std::int64_t cell = i * a.labels + j;
  const std::int64_t size = std::min(lane_count, a.labels - j);
  const LaneMask real = first_lanes(size);
  const Lanes given = load_part(a.targets + cell, size);
  LaneMask annotated = (given == given) & ~(given == -1.0f) & real;
  if (a.mask != nullptr) annotated = annotated & load_mask_part(a.mask + cell, size);
  const Lanes target = select(annotated, given, 0.0f);
  const LaneMask known = a.unknown_counts ? real : annotated;
  const Lanes y = target * a.smoothing_scale + a.smoothing_shift;
  Lanes positive = select(known, y, 0.0f);
  const bool some = any(positive > 0.0f);
  if (some && a.pos_weight != nullptr) positive = positive * load_part(a.pos_weight + j, size);
  return {select(known, load_part(a.logits + cell, size), 0.0f),
          select(known, Lanes(1.0f) - y, 0.0f),
          positive,
          known,
          any(~((target >= 0.0f) & (Lanes(1.0f) >= target))),
          some};
}

// The first pass over a block: the least and the largest logit.
struct LogSumRange {
  MULTILABEL_INLINE void operator()(const LogSumArrays& a, LogSumBlock* into) const {
    LogSumBlock& block = *into;
    Lanes least = block.low;
    Lanes most = block.high;
    for (std::int64_t i = block.begin; i < block.end; ++i)
      for (std::int64_t j = 0; j < a.labels; j += lane_count) {
        const LogSumPack p = pack(a, i, j);
        if (p.outside || any(~(p.x == p.x))) return;
        least = select(p.known & (least > p.x), p.x, least);
        most = select(p.known & (p.x > most), p.x, most);
      }
    for (int lane = 0; lane < lane_count; ++lane) {
      block.low = std::min(block.low, least.v[lane]);
      block.high = std::max(block.high, most.v[lane]);
    }
    block.sound = true;
  }
};

// The second: the sums of its rows, its part of those of the columns, and in the gradient the exponentials of the negatives.
struct LogSumSums {
  MULTILABEL_INLINE void operator()(const LogSumArrays& a, float low, float high, LogSumBlock* into, LogSums* sums) const {
    LogSumBlock& block = *into;
    LogSums& rows = *sums;
    const Lanes over_negative = static_cast<float>(1 / a.temperature_negative);
    const Lanes over_positive = static_cast<float>(1 / a.temperature_positive);
    for (std::int64_t i = block.begin; i < block.end; ++i) {
      const Lanes weight = a.sample_weight != nullptr ? a.sample_weight[i] : 1.0f;
      DoubleLanes negatives;
      DoubleLanes positives;
      LaneMask known{IntVector{}};
      for (std::int64_t j = 0; j < a.labels; j += lane_count) {
        const std::int64_t size = std::min(lane_count, a.labels - j);
        const LogSumPack p = pack(a, i, j);
        const Lanes inside = a.class_weight != nullptr ? load_part(a.class_weight + j, size) : Lanes(1.0f);
        known = known | p.known;
        const Lanes e = p.negative * exponential((p.x - high) * over_negative);
        negatives.add(e * inside);
        if (a.columns) add_to(block.columns.negative.data() + j, e * weight);
        if (p.some_positive) {
          const Lanes f = p.positive * exponential((Lanes(low) - p.x) * over_positive);
          positives.add(f * inside);
          if (a.columns) add_to(block.columns.positive.data() + j, f * weight);
        }
        if (a.gradient != nullptr) store_part(a.gradient + i * a.labels + j, e, size);
      }
      block.known += any(known) ? 1 : 0;
      rows.negative[static_cast<std::size_t>(i)] = negatives.sum();
      rows.positive[static_cast<std::size_t>(i)] = positives.sum();
    }
  }
};

// The third: the gradient, from the factors of rows and columns.
struct LogSumGradient {
  MULTILABEL_INLINE void operator()(const LogSumArrays& a, float low, const LogSumBlock* block, const LogSums* rows,
                                    const float* down_negative, const float* down_positive) const {
    const Lanes over_positive = static_cast<float>(1 / a.temperature_positive);
    for (std::int64_t i = block->begin; i < block->end; ++i) {
      const Lanes weight = a.sample_weight != nullptr ? a.sample_weight[i] : 1.0f;
      const Lanes along_negative = static_cast<float>(rows->negative[static_cast<std::size_t>(i)]);
      const Lanes along_positive = static_cast<float>(rows->positive[static_cast<std::size_t>(i)]);
      for (std::int64_t j = 0; j < a.labels; j += lane_count) {
        const std::int64_t size = std::min(lane_count, a.labels - j);
        const Lanes inside = a.class_weight != nullptr ? load_part(a.class_weight + j, size) : Lanes(1.0f);
        float* const at = a.gradient + i * a.labels + j;
        Lanes gradient = load_part(at, size) * (inside * along_negative + weight * load(down_negative + j));
        const LogSumPack p = pack(a, i, j);
        if (p.some_positive) {
          const Lanes f = p.positive * exponential((Lanes(low) - p.x) * over_positive);
          gradient = gradient - f * (inside * along_positive + weight * load(down_positive + j));
        }
        store_part(at, gradient, size);
      }
    }
  }
};

// log(1 + e^shift sum); leaves in `sum` the weighted slope that a cell's exponential is to be multiplied with.
[[nodiscard]] inline double close_side(double& sum, double shift, double weight) {
  if (!(sum > 0)) return sum = 0;
  const double z = shift + std::log(sum);
  const double e = std::exp(-std::abs(z));
  sum = weight * (z > 0 ? 1 / (1 + e) : e / (1 + e)) / sum;
  return std::max(z, 0.0) + std::log1p(e);
}

// ZLPR: the sum of log(1 + N) + log(1 + P) along the rows, whose sums become the factors of the gradient; a mean is over
// `known`.
[[nodiscard]] inline double close_apart(const LogSumArrays& a, LogSums& rows, std::int64_t known, double low, double high) {
  double total = 0;
  for (std::int64_t i = 0; i < a.images; ++i) {
    const double weight = a.sample_weight != nullptr ? a.sample_weight[i] : 1;
    total += weight * (close_side(rows.negative[static_cast<std::size_t>(i)], high, weight) +
                       close_side(rows.positive[static_cast<std::size_t>(i)], -low, weight));
  }
  if (!a.mean) return total;
  const double share = 1 / static_cast<double>(std::max<std::int64_t>(1, known));
  rows.scale(share);
  return total * share;
}

// Two-way: the same for log(1 + N P) along the `size` rows or columns; a mean is over those with a positive.
[[nodiscard]] inline double close_together(const LogSumArrays& a, LogSums& sums, std::int64_t size, const float* outside,
                                           double shift) {
  double total = 0;
  std::int64_t counted = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    double& negative = sums.negative[static_cast<std::size_t>(i)];
    double& positive = sums.positive[static_cast<std::size_t>(i)];
    if (positive > 0) ++counted;
    if (!(positive > 0 && negative > 0)) {
      negative = positive = 0;
      continue;
    }
    const double z = shift + a.temperature_negative * std::log(negative) + a.temperature_positive * std::log(positive);
    const double e = std::exp(-std::abs(z));
    const double weight = outside != nullptr ? outside[i] : 1;
    total += weight * (std::max(z, 0.0) + std::log1p(e));
    const double slope = weight * (z > 0 ? 1 / (1 + e) : e / (1 + e));
    negative = slope / negative;
    positive = slope / positive;
  }
  if (!a.mean) return total;
  const double share = 1 / static_cast<double>(std::max<std::int64_t>(1, counted));
  sums.scale(share);
  return total * share;
}

// The loss, its gradient in `a.gradient`; nothing where a target is wrong, a logit no number, or the logits lie too far apart.
[[nodiscard]] inline std::optional<double> log_sums(const LogSumArrays& a, std::size_t threads) {
  const std::int64_t height = std::max<std::int64_t>(1, 262144 / a.labels);  // a millisecond's work
  const std::int64_t width = (a.labels + lane_count - 1) / lane_count * lane_count;
  std::vector<LogSumBlock> blocks;
  for (std::int64_t i = 0; i < a.images; i += height)
    blocks.push_back({.begin = i, .end = std::min(i + height, a.images), .columns = LogSums(a.columns ? width : 0)});
  const auto each = [&](auto&& work) {
    parallel_for(blocks.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) work(blocks[k]);
    });
  };

  each([&](LogSumBlock& block) { core::detail::run_kernel(LogSumRange{}, a, &block); });
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();
  for (const LogSumBlock& block : blocks) {
    if (!block.sound) return {};
    low = std::min(low, block.low);
    high = std::max(high, block.high);
  }
  if (low > high) low = high = 0;  // no cell counts
  if (!((high - low) <= 60 * std::min(a.temperature_negative, a.temperature_positive))) return {};

  LogSums rows(a.images);
  LogSums columns(width);
  std::int64_t known = 0;
  each([&](LogSumBlock& block) { core::detail::run_kernel(LogSumSums{}, a, low, high, &block, &rows); });
  for (const LogSumBlock& block : blocks) {
    known += block.known;
    if (a.columns) columns.add(block.columns);
  }
  double value = 0;
  if (a.apart) {
    value = close_apart(a, rows, known, low, high);
  } else {
    const double shift = static_cast<double>(high) - static_cast<double>(low);
    if (a.rows) value += close_together(a, rows, a.images, a.sample_weight, shift);
    if (a.columns) value += close_together(a, columns, a.labels, a.class_weight, shift);
  }
  if (!a.rows) rows.scale(0);
  if (a.gradient == nullptr) return value;
  const std::vector<float> down_negative(columns.negative.begin(), columns.negative.end());
  const std::vector<float> down_positive(columns.positive.begin(), columns.positive.end());
  each([&](LogSumBlock& block) {
    core::detail::run_kernel(LogSumGradient{}, a, low, &block, &rows, down_negative.data(), down_positive.data());
  });
  return value;
}

}  // namespace MULTILABEL_NAMESPACE::loss::detail

#endif

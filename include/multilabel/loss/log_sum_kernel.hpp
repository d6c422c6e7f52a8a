// SPDX-License-Identifier: Apache-2.0
#pragma once
// The compiled path of the losses that compare the cells of an image or of a label through a log-sum-exp, two-way and ZLPR: one
// exponential a cell serves its row, its column and the gradient of both. That needs logits within 60 temperatures of each
// other, so that one shift does for all; others go through tensor operations.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "multilabel/loss/cell_kernel.hpp"
#include "multilabel/loss/lanes.hpp"

#if MULTILABEL_LANES

namespace multilabel::loss::detail {

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
  std::int64_t known = 0;  // rows with a cell that counts
  explicit LogSums(std::int64_t size) : negative(static_cast<std::size_t>(size)), positive(static_cast<std::size_t>(size)) {}
};

struct LogSumKernel {
  struct Result {
    bool done = false;
    double value = 0;
  };

  // Eight cells: how much each is a negative and a positive (its pos_weight included), and the logits, 0 where a cell does not
  // count.
  struct Pack {
    Lanes x, negative, positive;
    LaneMask known;
    bool outside, some_positive;
  };

  MULTILABEL_INLINE Pack pack(const LogSumArrays& a, std::int64_t i, std::int64_t j) const {
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

  MULTILABEL_INLINE Result operator()(const LogSumArrays& a) const {
    Lanes least = std::numeric_limits<float>::max();
    Lanes most = -std::numeric_limits<float>::max();
    for (std::int64_t i = 0; i < a.images; ++i)
      for (std::int64_t j = 0; j < a.labels; j += lane_count) {
        const Pack p = pack(a, i, j);
        if (p.outside || any(~(p.x == p.x))) return {};
        least = select(p.known & (least > p.x), p.x, least);
        most = select(p.known & (p.x > most), p.x, most);
      }
    float low = least.v[0];
    float high = most.v[0];
    for (int lane = 1; lane < lane_count; ++lane) {
      low = std::min(low, least.v[lane]);
      high = std::max(high, most.v[lane]);
    }
    if (low > high) low = high = 0;  // no cell counts
    if (!((high - low) <= 60 * std::min(a.temperature_negative, a.temperature_positive))) return {};
    return finish(a, low, high);
  }

  MULTILABEL_INLINE Result finish(const LogSumArrays& a, float low, float high) const {
    const auto over_negative = static_cast<float>(1 / a.temperature_negative);
    const auto over_positive = static_cast<float>(1 / a.temperature_positive);
    LogSums rows(a.images);
    LogSums columns((a.labels + lane_count - 1) / lane_count * lane_count);
    for (std::int64_t i = 0; i < a.images; ++i) {
      const Lanes weight = a.sample_weight != nullptr ? a.sample_weight[i] : 1.0f;
      DoubleLanes negatives;
      DoubleLanes positives;
      LaneMask known{IntVector{}};
      for (std::int64_t j = 0; j < a.labels; j += lane_count) {
        const std::int64_t size = std::min(lane_count, a.labels - j);
        const Pack p = pack(a, i, j);
        const Lanes inside = a.class_weight != nullptr ? load_part(a.class_weight + j, size) : Lanes(1.0f);
        known = known | p.known;
        const Lanes e = p.negative * exponential((p.x - high) * over_negative);
        negatives.add(e * inside);
        add_to(columns.negative.data() + j, e * weight);
        if (p.some_positive) {
          const Lanes f = p.positive * exponential((Lanes(low) - p.x) * over_positive);
          positives.add(f * inside);
          add_to(columns.positive.data() + j, f * weight);
        }
        if (a.gradient != nullptr) store_part(a.gradient + i * a.labels + j, e, size);
      }
      rows.known += any(known) ? 1 : 0;
      rows.negative[static_cast<std::size_t>(i)] = negatives.sum();
      rows.positive[static_cast<std::size_t>(i)] = positives.sum();
    }
    double value = 0;
    if (a.apart) {
      value = close_apart(a, rows, low, high);
      clear(columns);
    } else {
      const double shift = static_cast<double>(high) - static_cast<double>(low);
      value += a.rows ? close(a, rows, a.images, a.sample_weight, shift) : clear(rows);
      value += a.columns ? close(a, columns, a.labels, a.class_weight, shift) : clear(columns);
    }
    if (a.gradient != nullptr) differentiate(a, rows, columns, low, over_positive);
    return {true, value};
  }

  // Turns the sums into factors of the gradient and returns the loss of all of them.
  MULTILABEL_INLINE double close(const LogSumArrays& a, LogSums& sums, std::int64_t size, const float* outside,
                                 double shift) const {
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
    return a.mean ? total * divide(sums, counted) : total;
  }

  // The same for log(1 + N) + log(1 + P) along the rows.
  MULTILABEL_INLINE double close_apart(const LogSumArrays& a, LogSums& sums, double low, double high) const {
    double total = 0;
    for (std::int64_t i = 0; i < a.images; ++i) {
      const double weight = a.sample_weight != nullptr ? a.sample_weight[i] : 1;
      total += weight * (close_side(sums.negative[static_cast<std::size_t>(i)], high, weight) +
                         close_side(sums.positive[static_cast<std::size_t>(i)], -low, weight));
    }
    return a.mean ? total * divide(sums, sums.known) : total;
  }

  // log(1 + e^shift sum); leaves in `sum` the weighted slope that a cell's exponential is to be multiplied with.
  MULTILABEL_INLINE double close_side(double& sum, double shift, double weight) const {
    if (!(sum > 0)) return sum = 0;
    const double z = shift + std::log(sum);
    const double e = std::exp(-std::abs(z));
    sum = weight * (z > 0 ? 1 / (1 + e) : e / (1 + e)) / sum;
    return std::max(z, 0.0) + std::log1p(e);
  }

  // Makes a sum over `counted` rows or columns a mean; returns the factor.
  MULTILABEL_INLINE double divide(LogSums& sums, std::int64_t counted) const {
    const double share = 1 / static_cast<double>(std::max<std::int64_t>(1, counted));
    for (double& factor : sums.negative) factor *= share;
    for (double& factor : sums.positive) factor *= share;
    return share;
  }

  MULTILABEL_INLINE double clear(LogSums& sums) const {
    std::fill(sums.negative.begin(), sums.negative.end(), 0.0);
    std::fill(sums.positive.begin(), sums.positive.end(), 0.0);
    return 0;
  }

  MULTILABEL_INLINE void differentiate(const LogSumArrays& a, const LogSums& rows, const LogSums& columns, float low,
                                       float over_positive) const {
    const std::vector<float> down_negative(columns.negative.begin(), columns.negative.end());
    const std::vector<float> down_positive(columns.positive.begin(), columns.positive.end());
    for (std::int64_t i = 0; i < a.images; ++i) {
      const Lanes weight = a.sample_weight != nullptr ? a.sample_weight[i] : 1.0f;
      const Lanes along_negative = static_cast<float>(rows.negative[static_cast<std::size_t>(i)]);
      const Lanes along_positive = static_cast<float>(rows.positive[static_cast<std::size_t>(i)]);
      for (std::int64_t j = 0; j < a.labels; j += lane_count) {
        const std::int64_t size = std::min(lane_count, a.labels - j);
        const Lanes inside = a.class_weight != nullptr ? load_part(a.class_weight + j, size) : Lanes(1.0f);
        float* const at = a.gradient + i * a.labels + j;
        Lanes gradient = load_part(at, size) * (inside * along_negative + weight * load(down_negative.data() + j));
        const Pack p = pack(a, i, j);
        if (p.some_positive) {
          const Lanes f = p.positive * exponential((Lanes(low) - p.x) * over_positive);
          gradient = gradient - f * (inside * along_positive + weight * load(down_positive.data() + j));
        }
        store_part(at, gradient, size);
      }
    }
  }
};

}  // namespace multilabel::loss::detail

#endif

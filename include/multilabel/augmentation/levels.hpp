// SPDX-License-Identifier: Apache-2.0
#pragma once
// A change of brightness, contrast or scale as one multiply-add with a clip, y = clamp(gain x + offset, low, high), per
// channel. Any chain of these is again one of these, clips included, which is why a pipeline needs one pass for all of them.

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// One channel: y = clamp(gain * x + offset, low, high).
struct Level {
  double gain = 1;
  double offset = 0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  [[nodiscard]] double operator()(double x) const noexcept { return std::clamp(gain * x + offset, low, high); }

  /// This level, and `next` on its result.
  [[nodiscard]] Level then(const Level& next) const noexcept {
    if (next.gain == 0) return {0, next(0), next.low, next.high};
    const double a = next(low);
    const double b = next(high);
    return {next.gain * gain, next.gain * offset + next.offset, std::min(a, b), std::max(a, b)};
  }

  friend bool operator==(const Level&, const Level&) = default;
};

/// The three channels, red first.
using Levels = std::array<Level, 3>;

/// The same multiply-add for every channel, clipped to 0 ... 255 as an 8-bit image would be.
[[nodiscard]] inline Levels eight_bit_levels(double gain, double offset) noexcept {
  const Level level{gain, offset, 0, 255};
  return {level, level, level};
}

[[nodiscard]] inline Levels then(const Levels& first, const Levels& next) noexcept {
  return {first[0].then(next[0]), first[1].then(next[1]), first[2].then(next[2])};
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the last pass does to the values of one row, and the plain loop that does it. The pass itself is `write_planar`.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "multilabel/augmentation/levels.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/rows.hpp"
#include "multilabel/augmentation/simd.hpp"

namespace multilabel::augmentation {

/// What happens to the values of an image, in this order.
struct Finish {
  Levels before;
  std::optional<Noise> noise;
  Levels after;
};

namespace detail {

/// A level in single precision, ready for the inner loop.
struct FastLevel {
  FastLevel() = default;
  explicit FastLevel(const Level& level)
      : gain(static_cast<float>(level.gain)),
        offset(static_cast<float>(level.offset)),
        low(static_cast<float>(level.low)),
        high(static_cast<float>(level.high)) {}
  [[nodiscard]] MULTILABEL_KERNEL float operator()(float x) const noexcept {
    return std::min(std::max(x * gain + offset, low), high);
  }
  float gain = 1, offset = 0, low = 0, high = 0;
};

/// A `Finish` in single precision: without noise `before` is all there is.
struct FastFinish {
  explicit FastFinish(const Finish& finish) : noisy(finish.noise.has_value()) {
    const Levels first = noisy ? finish.before : then(finish.before, finish.after);
    for (std::size_t c = 0; c < 3; ++c) {
      before[c] = FastLevel(first[c]);
      after[c] = FastLevel(finish.after[c]);
    }
    if (!noisy) return;
    mean = static_cast<float>(finish.noise->mean);
    scale = static_cast<float>(finish.noise->deviation / NoiseField::DEVIATION);
    per_channel = finish.noise->per_channel;
  }
  std::array<FastLevel, 3> before, after;
  bool noisy;
  bool per_channel = true;
  float mean = 0, scale = 0;
};

/// The noise of sixteen pixels, as raw sums.
struct NoiseBlock {
  alignas(64) std::array<std::array<std::int32_t, NoiseField::LANES>, 3> sums;
};

/// `n` pixels of a row; the noise of a row begins at a multiple of `NoiseField::LANES`.
inline void finish_row(const Rows& rows, int n, const FastFinish& finish, NoiseField& field, const std::array<float*, 3>& out) {
  NoiseBlock noise;
  for (std::size_t begin = 0; begin < static_cast<std::size_t>(n); begin += NoiseField::LANES) {
    const std::size_t count = std::min(NoiseField::LANES, static_cast<std::size_t>(n) - begin);
    if (finish.noisy) field.next(noise.sums[0].data(), noise.sums[1].data(), noise.sums[2].data());
    for (std::size_t c = 0; c < 3; ++c) {
      const float* in = rows.plane[c].data() + begin;
      float* to = out[c] + begin;
      if (!finish.noisy) {
        for (std::size_t i = 0; i < count; ++i) to[i] = finish.before[c](in[i]);
        continue;
      }
      const auto& sums = noise.sums[finish.per_channel ? c : 0];
      for (std::size_t i = 0; i < count; ++i)
        to[i] = finish.after[c](finish.before[c](in[i]) + (finish.mean + finish.scale * static_cast<float>(sums[i])));
    }
  }
}

}  // namespace detail

}  // namespace multilabel::augmentation

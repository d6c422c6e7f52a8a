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

namespace MULTILABEL_NAMESPACE::augmentation {

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

/// A `Finish` in single precision for values in units of `unit` grey levels. Everything linear is in `level`, so that a value
/// costs one multiply-add, and one more for the noise: y = clamp(level(x) + grain * noise, low, high), and level(x) alone
/// without noise.
struct FastFinish {
  FastFinish(const Finish& finish, float unit) : noisy(finish.noise.has_value()) {
    for (std::size_t c = 0; c < 3; ++c) {
      const Level in{.gain = unit, .offset = 0};
      const Level& after = finish.after[c];
      const Level linear{.gain = after.gain, .offset = after.offset + (noisy ? after.gain * finish.noise->mean : 0)};
      const Level before = in.then(finish.before[c]);
      level[c] = FastLevel(noisy ? before.then(linear) : before.then(after));
      low[c] = static_cast<float>(after.low);
      high[c] = static_cast<float>(after.high);
      if (noisy) grain[c] = static_cast<float>(after.gain * finish.noise->deviation / NoiseField::DEVIATION);
    }
    if (noisy) per_channel = finish.noise->per_channel;
  }
  std::array<FastLevel, 3> level;
  std::array<float, 3> grain{}, low{}, high{};
  bool noisy;
  bool per_channel = true;
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
        for (std::size_t i = 0; i < count; ++i) to[i] = finish.level[c](in[i]);
        continue;
      }
      const auto& sums = noise.sums[finish.per_channel ? c : 0];
      const float grain = finish.grain[c], low = finish.low[c], high = finish.high[c];
      for (std::size_t i = 0; i < count; ++i)
        to[i] = std::min(std::max(finish.level[c](in[i]) + grain * static_cast<float>(sums[i]), low), high);
    }
  }
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The last pass over an image: levels, noise, levels again, and the store as three planes of float. Strips of a few thousand
// pixels stay in the nearest cache; no intermediate image of floats is made.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>

#include "multilabel/augmentation/levels.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/simd.hpp"

namespace multilabel::augmentation {

/// What happens to the values of an image, in this order.
struct Finish {
  Levels before;
  std::optional<Noise> noise;
  Levels after;
};

namespace detail {

inline constexpr std::size_t STRIP = 2048;

/// A level in single precision, ready for the inner loop.
struct FastLevel {
  explicit FastLevel(const Level& level)
      : gain(static_cast<float>(level.gain)),
        offset(static_cast<float>(level.offset)),
        low(static_cast<float>(level.low)),
        high(static_cast<float>(level.high)) {}
  [[nodiscard]] MULTILABEL_KERNEL float operator()(float x) const noexcept {
    return std::min(std::max(x * gain + offset, low), high);
  }
  float gain, offset, low, high;
};

/// The noise of one strip, as raw sums.
struct NoiseStrip {
  alignas(64) std::array<std::array<std::int32_t, STRIP>, 3> sums;
};

struct FillNoise {
  MULTILABEL_KERNEL void operator()(NoiseField* field, std::size_t pixels, NoiseStrip* strip) const {
    NoiseField local = *field;
    for (std::size_t i = 0; i < pixels; i += NoiseField::LANES)
      local.next(&strip->sums[0][i], &strip->sums[1][i], &strip->sums[2][i]);
    *field = local;
  }
};

struct Store {
  MULTILABEL_KERNEL void operator()(const std::uint8_t* in, std::size_t n, FastLevel level, float* __restrict out) const {
    for (std::size_t i = 0; i < n; ++i) out[i] = level(static_cast<float>(in[i]));
  }
};

/// Noise of a plane: added to `in` after the level `before`, as mean + scale * sum, and then put through `after`.
struct StoreNoisy {
  MULTILABEL_KERNEL void operator()(const std::uint8_t* in, const std::int32_t* noise, std::size_t n, FastLevel before,
                                    float mean, float scale, FastLevel after, float* __restrict out) const {
    for (std::size_t i = 0; i < n; ++i) {
      const float value = before(static_cast<float>(in[i]));
      out[i] = after(value + (mean + scale * static_cast<float>(noise[i])));
    }
  }
};

}  // namespace detail

/// Writes `image` (8-bit RGB) as planes [3, height, width] at `planar`, with `finish` applied. The noise of a pixel depends on
/// the seed and the pixel's position alone.
inline void write_planar(const cv::Mat& image, const Finish& finish, float* planar) {
  const auto plane = static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.cols);
  const cv::Mat whole = image.isContinuous() ? image : image.clone();
  const Levels plain = then(finish.before, finish.after);
  const float mean = finish.noise ? static_cast<float>(finish.noise->mean) : 0.0f;
  const float scale = finish.noise ? static_cast<float>(finish.noise->deviation / NoiseField::DEVIATION) : 0.0f;
  NoiseField field(finish.noise ? finish.noise->seed : 0);
  detail::NoiseStrip noise;
  alignas(64) std::array<std::array<std::uint8_t, detail::STRIP>, 3> bytes;
  for (std::size_t begin = 0; begin < plane; begin += detail::STRIP) {
    const std::size_t n = std::min(detail::STRIP, plane - begin);
    const int width = static_cast<int>(n);
    const cv::Mat strip(1, width, CV_8UC3, whole.data + 3 * begin);
    std::array<cv::Mat, 3> planes = {cv::Mat(1, width, CV_8U, bytes[0].data()), cv::Mat(1, width, CV_8U, bytes[1].data()),
                                     cv::Mat(1, width, CV_8U, bytes[2].data())};
    cv::split(strip, planes.data());
    if (finish.noise) detail::run_kernel(detail::FillNoise{}, &field, n, &noise);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      float* out = planar + channel * plane + begin;
      if (finish.noise) {
        const auto& sums = noise.sums[finish.noise->per_channel ? channel : 0];
        detail::run_kernel(detail::StoreNoisy{}, static_cast<const std::uint8_t*>(bytes[channel].data()), sums.data(), n,
                           detail::FastLevel(finish.before[channel]), mean, scale, detail::FastLevel(finish.after[channel]),
                           out);
      } else {
        detail::run_kernel(detail::Store{}, static_cast<const std::uint8_t*>(bytes[channel].data()), n,
                           detail::FastLevel(plain[channel]), out);
      }
    }
  }
}

}  // namespace multilabel::augmentation

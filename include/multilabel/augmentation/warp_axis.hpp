// SPDX-License-Identifier: Apache-2.0
#pragma once
// One axis of a warp in 16.16 fixed point: where a coordinate lies once the border has folded it back into the image, and how
// much of what is read there is image rather than fill colour. And the plain loop over a row that both axes meet in.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "multilabel/augmentation/concepts.hpp"

namespace multilabel::augmentation {

namespace detail {

inline constexpr std::int32_t ONE = 1 << 16;  ///< a pixel, in 16.16

/// The weight of the right neighbour has 7 bits, that of the lower one 15; both reach their full value.
inline constexpr std::int32_t FULL_X = 127;
inline constexpr std::int32_t FULL_Y = 32767;
inline constexpr float PER_LEVEL = 1.0f / (127.0f * 32767.0f);

inline std::int32_t fixed(double value) { return static_cast<std::int32_t>(std::lrint(value * ONE)); }

/// An axis of `length` source pixels. If neighbours are averaged (`means` is 2), there is one value fewer than pixels, and each
/// lies half a pixel further on.
struct WarpAxis {
  WarpAxis() = default;
  WarpAxis(int length, int means, Border border)
      : shift((means - 1) * (ONE / 2)),
        last((length - means) * ONE),
        end(last + shift * 2),
        folds(border == Border::reflect || border == Border::reflect_101),
        fold(border == Border::reflect ? ONE / 2 : 0),
        turn(border == Border::reflect ? length * ONE : end),
        halvings(means - 1) {}

  /// False for a source coordinate beyond what the arithmetic holds.
  [[nodiscard]] bool reaches(double value) const {
    constexpr double most = 32000;  // of the 32,767 that fit
    const double furthest = folds ? 3.0 * turn / ONE - 1 : most;
    return std::abs(value) < std::min(most, furthest) && turn / ONE < static_cast<int>(most);
  }

  /// The value to the left of coordinate X, and how far on from it X lies: 0 to ONE.
  struct Place {
    std::int32_t index;
    std::int32_t beyond;
  };
  [[nodiscard]] Place place(std::int32_t X) const noexcept {
    if (folds) {
      X = std::abs(X + fold);
      X = std::abs(turn - std::abs(turn - X)) - fold;
    }
    X = std::clamp(X - shift, 0, last);
    const std::int32_t index = std::min(X >> 16, (last >> 16) - 1);
    return {index, X - index * ONE};
  }

  /// How much of what is read at X is image: 0 to ONE.
  [[nodiscard]] std::int32_t covered(std::int32_t X) const noexcept {
    const std::int32_t left = ((X + ONE / 2) >> halvings) + ONE / 2;
    const std::int32_t right = ((end + ONE / 2 - X) >> halvings) + ONE / 2;
    return std::min(std::clamp(left, 0, ONE), std::clamp(right, 0, ONE));
  }

  std::int32_t shift = 0;  ///< from the source's coordinates to those of the values
  std::int32_t last = 0;   ///< coordinate of the last value
  std::int32_t end = 0;    ///< coordinate of the last source pixel
  bool folds = false;
  std::int32_t fold = 0;
  std::int32_t turn = 0;
  int halvings = 0;
};

/// Where a row begins in the source, and where its pixels lie.
struct WarpRow {
  const std::uint8_t* data;
  std::int32_t step;  ///< bytes from row to row of the source
  std::int32_t x, y;
  std::int32_t step_x, step_y;
};

/// n pixels of a row; `fill` is null unless the border has a colour.
inline void warp_row(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y, const float* fill, int n, float* red,
                     float* green, float* blue) {
  float* const planes[3] = {red, green, blue};
  for (int i = 0; i < n; ++i) {
    const std::int32_t X = row.x + row.step_x * i;
    const std::int32_t Y = row.y + row.step_y * i;
    const WarpAxis::Place x = axis_x.place(X);
    const WarpAxis::Place y = axis_y.place(Y);
    const std::uint8_t* top = row.data + static_cast<std::ptrdiff_t>(y.index) * row.step + 3 * x.index;
    const std::uint8_t* bottom = top + row.step;
    const std::int32_t right = (x.beyond * FULL_X + ONE / 2) >> 16;
    const std::int32_t left = FULL_X - right;
    const std::int32_t lower = (y.beyond * FULL_Y) >> 16;
    const std::int32_t upper = FULL_Y - lower;
    float cover = 1;
    if (fill != nullptr)
      cover = static_cast<float>(axis_x.covered(X)) * (1.0f / ONE) * (static_cast<float>(axis_y.covered(Y)) * (1.0f / ONE));
    for (int c = 0; c < 3; ++c) {
      const std::int32_t sum =
          (top[c] * left + top[c + 3] * right) * upper + (bottom[c] * left + bottom[c + 3] * right) * lower;
      const float value = static_cast<float>(sum) * PER_LEVEL;
      planes[c][i] = fill == nullptr ? value : value * cover + fill[c] * (1.0f - cover);
    }
  }
}

}  // namespace detail

}  // namespace multilabel::augmentation

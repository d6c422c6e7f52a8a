// SPDX-License-Identifier: Apache-2.0
#pragma once
// One axis of a warp in 16.16 fixed point: where a coordinate lies once the border has folded it back into the image, and how
// much of what is read there is image rather than fill colour. And the plain loop over a row that both axes meet in.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "multilabel/augmentation/concepts.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

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

  /// Where X lies among the values once the border has folded it back: whole part and fraction of the value to its left, which
  /// has a right neighbour. The last value is that of its left neighbour at 65,535 of 65,536, which has the full weight.
  [[nodiscard]] std::int32_t place(std::int32_t X) const noexcept {
    if (folds) {
      X = std::abs(X + fold);
      X = std::abs(turn - std::abs(turn - X)) - fold;
    }
    return std::clamp(X - shift, 0, last - 1);
  }

  /// The values that coordinates from `low` to `high` may need, first and one past the last.
  [[nodiscard]] std::array<int, 2> needed(std::int64_t low, std::int64_t high) const noexcept {
    const std::int64_t beyond = std::max(-low, high - end);
    if (folds && beyond > end) return {0, (last >> 16) + 1};
    const std::int64_t lowest = folds && high > end ? std::min(low, 2 * std::int64_t{end} - high) : low;
    const std::int64_t highest = folds && low < 0 ? std::max(high, -low) : high;
    const auto value = [&](std::int64_t X) { return static_cast<int>(std::clamp<std::int64_t>(X - shift, 0, last) >> 16); };
    // A fold about the outer edge of a pixel, not its centre, lies up to one value further.
    return {std::max(0, value(lowest) - 1), std::min((last >> 16) + 1, value(highest) + 3)};
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
  const std::uint8_t* ahead = nullptr;  ///< memory that rows to come will read, to be fetched meanwhile
  int ahead_lines = 0;                  ///< how many cache lines of it go with eight pixels
};

/// Pixels [begin, end) of a row.
struct Span {
  int begin;
  int end;
};

/// Those of n pixels at `start` + `step` i that need no border: 0 <= place < `last`.
inline Span inside(std::int64_t start, std::int64_t step, std::int64_t last, int n) {
  if (step < 0) {
    start = last - 1 - start;
    step = -step;
  }
  if (start >= last) return {0, 0};
  if (step == 0) return start < 0 ? Span{0, 0} : Span{0, n};
  const std::int64_t begin = start < 0 ? (step - 1 - start) / step : 0;
  const std::int64_t end = last - 1 < start ? 0 : (last - 1 - start) / step + 1;
  return {static_cast<int>(std::min<std::int64_t>(begin, n)), static_cast<int>(std::min<std::int64_t>(end, n))};
}

/// The same of both axes together.
inline Span inside(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y, int n) {
  const Span x = inside(std::int64_t{row.x} - axis_x.shift, row.step_x, axis_x.last, n);
  const Span y = inside(std::int64_t{row.y} - axis_y.shift, row.step_y, axis_y.last, n);
  const int begin = std::max(x.begin, y.begin);
  return {begin, std::max(begin, std::min(x.end, y.end))};
}

/// The sums of a row, not yet divided: red in the lower half of a word and green in the upper one, as they come.
struct WarpSums {
  static constexpr int MOST = 256;
  alignas(64) std::array<std::uint64_t, MOST> red_green;
  alignas(64) std::array<std::int32_t, MOST> blue;
};

/// Two neighbouring pixels, red of the left one lowest. Eight bytes are read for the six that count.
inline std::uint64_t two_pixels(const std::uint8_t* at) noexcept {
  std::uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little)
    std::memcpy(&word, at, sizeof word);
  else
    for (unsigned i = 0; i < 6; ++i) word |= std::uint64_t{at[i]} << (8 * i);
  return word;
}

/// Red, blue and green of the lower pixel in three fields of 16 bits.
inline std::uint64_t three_fields(std::uint64_t pixels) noexcept { return (pixels & 0xFF00FFu) | ((pixels & 0xFF00u) << 24); }

/// The weighted sum of the four values about (x, y), for each channel: two multiplications a field, several fields at a time.
inline void warp_pixel(const WarpRow& row, std::int32_t x, std::int32_t y, std::size_t i, WarpSums& sums) {
  const std::uint8_t* at = row.data + static_cast<std::ptrdiff_t>(y >> 16) * row.step + 3 * (x >> 16);
  const auto right = static_cast<std::uint64_t>((((x & 0xFFFF) >> 1) * FULL_X + (1 << 14)) >> 15);
  const auto lower = static_cast<std::uint64_t>((y & 0xFFFF) >> 1);
  const std::uint64_t left = FULL_X - right;
  const std::uint64_t upper = FULL_Y - lower;
  const auto across = [&](std::uint64_t pixels) { return three_fields(pixels) * left + three_fields(pixels >> 24) * right; };
  const std::uint64_t top = across(two_pixels(at));
  const std::uint64_t bottom = across(two_pixels(at + row.step));
  constexpr std::uint64_t red_green = 0x0000FFFF0000FFFFu;
  const std::uint64_t blue = ((top >> 16) & 0xFFFFu) * upper + ((bottom >> 16) & 0xFFFFu) * lower;
  sums.red_green[i] = (top & red_green) * upper + (bottom & red_green) * lower;
  sums.blue[i] = static_cast<std::int32_t>(blue);
}

/// n pixels of a row in units of `PER_LEVEL`, at most `WarpSums::MOST`; `fill`, in the same units, is null unless the border
/// has a colour.
inline void warp_row(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y, const float* fill, int n, float* red,
                     float* green, float* blue) {
  WarpSums sums;
  const Span plain = inside(row, axis_x, axis_y, n);
  const auto at_edge = [&](int begin, int end) {
    for (int i = begin; i < end; ++i)
      warp_pixel(row, axis_x.place(row.x + row.step_x * i), axis_y.place(row.y + row.step_y * i), static_cast<std::size_t>(i),
                 sums);
  };
  at_edge(0, plain.begin);
  for (int i = plain.begin; i < plain.end; ++i)
    warp_pixel(row, row.x - axis_x.shift + row.step_x * i, row.y - axis_y.shift + row.step_y * i, static_cast<std::size_t>(i),
               sums);
  at_edge(plain.end, n);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    red[i] = static_cast<float>(static_cast<std::int32_t>(sums.red_green[i]));
    green[i] = static_cast<float>(static_cast<std::int32_t>(sums.red_green[i] >> 32));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) blue[i] = static_cast<float>(sums.blue[i]);
  if (fill == nullptr) return;
  float* const planes[3] = {red, green, blue};
  for (std::size_t c = 0; c < 3; ++c) {
    float* const to = planes[c];
    const auto blend = [&](int begin, int end) {
      for (int i = begin; i < end; ++i) {
        const float cover = static_cast<float>(axis_x.covered(row.x + row.step_x * i)) * (1.0f / ONE) *
                            (static_cast<float>(axis_y.covered(row.y + row.step_y * i)) * (1.0f / ONE));
        to[i] = to[i] * cover + fill[c] * (1.0f - cover);
      }
    };
    blend(0, plain.begin);
    blend(plain.end, n);
  }
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::augmentation

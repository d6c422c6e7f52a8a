// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where each pixel of a result comes from: a 2 x 3 matrix, and the matrices of the common moves. Pixel centres have integer
// coordinates, x to the right and y down, so the left edge of an image is at -0.5.

#include <cmath>
#include <numbers>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Maps a pixel of the result to a point of the source: (xx x + xy y + x0, yx x + yy y + y0).
struct AffineMap {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;

  /// The map that goes through `next` first (result -> middle) and through this one after (middle -> source).
  [[nodiscard]] AffineMap after(const AffineMap& next) const noexcept {
    return {xx * next.xx + xy * next.yx, xx * next.xy + xy * next.yy, xx * next.x0 + xy * next.y0 + x0,
            yx * next.xx + yy * next.yx, yx * next.xy + yy * next.yy, yx * next.x0 + yy * next.y0 + y0};
  }

  /// True when rows stay rows: no rotation and no shear.
  [[nodiscard]] bool straight() const noexcept { return xy == 0 && yx == 0; }

  /// How many pixels of the source one step of the result covers, along the source's x and y.
  [[nodiscard]] double step_x() const noexcept { return std::hypot(xx, xy); }
  [[nodiscard]] double step_y() const noexcept { return std::hypot(yx, yy); }

  /// The result shows the source from pixel (x, y) on.
  [[nodiscard]] static AffineMap shift(double x, double y) noexcept { return {1, 0, x, 0, 1, y}; }

  /// The source is scaled so that one step of the result covers `x` and `y` of its pixels, edge on edge.
  [[nodiscard]] static AffineMap scale(double x, double y) noexcept { return {x, 0, 0.5 * x - 0.5, 0, y, 0.5 * y - 0.5}; }

  /// The source, `width` pixels wide, is mirrored left to right.
  [[nodiscard]] static AffineMap mirror_x(int width) noexcept { return {-1, 0, width - 1.0, 0, 1, 0}; }

  /// The source, `height` pixels high, is mirrored top to bottom.
  [[nodiscard]] static AffineMap mirror_y(int height) noexcept { return {1, 0, 0, 0, -1, height - 1.0}; }

  /// The source is turned counter-clockwise on the screen about the middle of its `width` x `height` pixels.
  [[nodiscard]] static AffineMap rotate(double degrees, int width, int height) noexcept {
    const double angle = degrees * std::numbers::pi / 180.0;
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const double x = 0.5 * width - 0.5;
    const double y = 0.5 * height - 0.5;
    return {c, -s, x - c * x + s * y, s, c, y - s * x - c * y};
  }

  friend bool operator==(const AffineMap&, const AffineMap&) = default;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Turns that lose no corner: the turned image is shrunk to fit its old size, so every object stays in the picture, smaller and
// a little stretched.

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

#include "multilabel/augmentation/affine.hpp"
#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct SafeRotateOptions {
  SymmetricRange limit = 90;  ///< degrees; a positive angle turns counter-clockwise on the screen
  Interpolation interpolation = Interpolation::linear;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 0.5;
  friend bool operator==(const SafeRotateOptions&, const SafeRotateOptions&) = default;
};

/// Turns by an angle drawn from `limit` onto a canvas that holds all of the image, then scales each axis back to the old size.
class SafeRotate {
 public:
  static constexpr std::string_view name = "SafeRotate";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;

  explicit SafeRotate(SafeRotateOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::SafeRotate", options_.p);
    detail::require_color("augmentation::SafeRotate", options_.fill);
    detail::require_order("augmentation::SafeRotate", "limit", options_.limit);
  }
  [[nodiscard]] const SafeRotateOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("SafeRotate(limit=", detail::text_of_range(options_.limit),
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double angle = draws.uniform("angle", options_.limit.low, options_.limit.high);
    const cv::Size size = canvas.size();
    const double c = std::cos(angle * std::numbers::pi / 180.0);
    const double s = std::sin(angle * std::numbers::pi / 180.0);
    // albumentations cuts the enlarged size to whole pixels; an error of rounding must not cost a pixel at 90 degrees.
    const double width = std::floor(size.height * std::abs(s) + size.width * std::abs(c) + 1e-9);
    const double height = std::floor(size.height * std::abs(c) + size.width * std::abs(s) + 1e-9);
    const double x = 0.5 * size.width - 0.5;
    const double y = 0.5 * size.height - 0.5;
    const AffineMap turned{c, s, 0.5 * width - c * x - s * y, -s, c, 0.5 * height + s * x - c * y};
    const AffineMap scaled = AffineMap{size.width / width, 0, 0, 0, size.height / height, 0}.after(turned);
    detail::move(canvas, scaled, OutputSize::keep, {options_.interpolation, options_.border_mode, options_.fill});
  }

 private:
  SafeRotateOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

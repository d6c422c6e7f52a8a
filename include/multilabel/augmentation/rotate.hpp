// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small turns about the middle of the image. What the turn brings in from outside is drawn by the border: `reflect_101`
// continues the picture, `constant` (albumentations' default) leaves corners of the fill colour.

#include <array>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace multilabel::augmentation {

struct RotateOptions {
  SymmetricRange limit = 90;  ///< degrees; a positive angle turns counter-clockwise on the screen
  Interpolation interpolation = Interpolation::linear;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 0.5;
  friend bool operator==(const RotateOptions&, const RotateOptions&) = default;
};

/// Turns by an angle drawn from `limit`; the canvas keeps its size.
class Rotate {
 public:
  static constexpr std::string_view name = "Rotate";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;
  static constexpr bool any_scale = true;

  explicit Rotate(RotateOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::Rotate", options_.p);
    detail::require_order("augmentation::Rotate", "limit", options_.limit);
  }
  [[nodiscard]] const RotateOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Rotate(limit=", detail::text_of_range(options_.limit),
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random& random) const {
    const double angle = random.uniform(options_.limit.low, options_.limit.high);
    const cv::Size size = canvas.size();
    canvas.warp(AffineMap::rotate(angle, size.width, size.height), size,
                {options_.interpolation, options_.border_mode, options_.fill});
  }

 private:
  RotateOptions options_;
};

}  // namespace multilabel::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small turns about the middle of the image. What the turn brings in from outside is drawn by the border: `reflect_101`
// continues the picture, `constant` (albumentations' default) leaves corners of the fill colour.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What happens to the corners that a turn brings in from outside: they stay on the canvas, or the largest rectangle that shows
/// none of them is cut out, of a size that depends on the angle.
enum class Corners { keep, cut };

struct RotateOptions {
  SymmetricRange limit = 90;  ///< degrees; a positive angle turns counter-clockwise on the screen
  Interpolation interpolation = Interpolation::linear;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 0.5;
  Corners corners = Corners::keep;
  friend bool operator==(const RotateOptions&, const RotateOptions&) = default;
};

namespace detail {

/// The largest upright rectangle inside an image that was turned about its middle on a canvas of the same size.
inline cv::Rect inside_of_turned(cv::Size size, double degrees) {
  const double s = std::abs(std::sin(degrees * std::numbers::pi / 180.0));
  const double c = std::abs(std::cos(degrees * std::numbers::pi / 180.0));
  const double w = size.width;
  const double h = size.height;
  const double longer = std::max(w, h);
  const double half = 0.5 * std::min(w, h);
  double width = 0;
  double height = 0;
  if (2 * half <= 2 * s * c * longer || std::abs(s - c) < 1e-10) {  // two corners touch the long sides
    width = w >= h ? half / s : half / c;
    height = w >= h ? half / c : half / s;
  } else {
    width = (w * c - h * s) / (c * c - s * s);
    height = (h * c - w * s) / (c * c - s * s);
  }
  const cv::Point first(std::max(0, static_cast<int>(w / 2 - width / 2)), std::max(0, static_cast<int>(h / 2 - height / 2)));
  const cv::Point last(std::min(size.width, static_cast<int>(w / 2 + width / 2)),
                       std::min(size.height, static_cast<int>(h / 2 + height / 2)));
  return {first, last};
}

}  // namespace detail

/// Turns by an angle drawn from `limit`; the canvas keeps its size unless the corners are cut.
class Rotate {
 public:
  static constexpr std::string_view name = "Rotate";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;
  static constexpr bool any_scale = true;

  explicit Rotate(RotateOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::Rotate", options_.p);
    detail::require_color("augmentation::Rotate", options_.fill);
    detail::require_order("augmentation::Rotate", "limit", options_.limit);
  }
  [[nodiscard]] const RotateOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Rotate(limit=", detail::text_of_range(options_.limit),
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double angle = draws.uniform("angle", options_.limit.low, options_.limit.high);
    const cv::Size size = canvas.size();
    canvas.warp(AffineMap::rotate(angle, size.width, size.height), size,
                {options_.interpolation, options_.border_mode, options_.fill});
    if (options_.corners == Corners::cut) canvas.crop(detail::inside_of_turned(size, angle));
  }
  void plan(Preprocessing& format) const {
    if (options_.corners == Corners::cut) format.height = format.width = 0;
  }

 private:
  RotateOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

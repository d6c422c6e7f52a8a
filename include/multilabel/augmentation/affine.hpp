// SPDX-License-Identifier: Apache-2.0
#pragma once
// Turns, scalings, shears and shifts together, as one matrix. Large ones push what the labels name out of the picture; keep to
// a few degrees and a tenth of the size where it must stay. `Rotate` is the plain turn.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// A range for each axis.
struct AxisRanges {
  Range x;
  Range y;
  friend bool operator==(const AxisRanges&, const AxisRanges&) = default;
};

/// The size of the result of an affine move.
enum class OutputSize { keep, fit };

/// Whether the two axes are scaled by numbers of their own.
enum class ScaleAxes { independent, together };

/// How a scale is drawn: uniformly from its range, or first from below or above 1 with equal chances.
enum class ScaleDraw { uniform, balanced };

struct AffineOptions {
  AxisRanges scale = {{1, 1}, {1, 1}};  ///< factors; above 1 the content grows
  std::optional<AxisRanges> translate_percent =
      std::nullopt;                                       ///< shares of the width and height; not together with `translate_px`
  std::optional<AxisRanges> translate_px = std::nullopt;  ///< whole pixels
  Range rotate = {0, 0};                                  ///< degrees, counter-clockwise
  AxisRanges shear = {};                                  ///< degrees
  Interpolation interpolation = Interpolation::linear;
  OutputSize output = OutputSize::keep;  ///< `fit`: the canvas grows or shrinks to show exactly all of the image
  ScaleAxes axes = ScaleAxes::independent;
  ScaleDraw draw = ScaleDraw::uniform;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 0.5;
  friend bool operator==(const AffineOptions&, const AffineOptions&) = default;
};

namespace detail {

/// The map that undoes this one.
inline AffineMap inverse(const AffineMap& map) {
  const double determinant = map.xx * map.yy - map.xy * map.yx;
  const double xx = map.yy / determinant;
  const double xy = -map.xy / determinant;
  const double yx = -map.yx / determinant;
  const double yy = map.xx / determinant;
  return {xx, xy, -(xx * map.x0 + xy * map.y0), yx, yy, -(yx * map.x0 + yy * map.y0)};
}

/// Where a point of the image goes: scaled, turned, sheared (degrees) and shifted about the middle, in this order.
inline AffineMap forward_map(double scale_x, double scale_y, double rotate, double shear_x, double shear_y, double shift_x,
                             double shift_y, cv::Size size) {
  const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180.0; };
  const double c = std::cos(radians(rotate));
  const double s = std::sin(radians(rotate));
  const double x = 0.5 * size.width - 0.5;
  const double y = 0.5 * size.height - 0.5;
  const AffineMap scaled{scale_x, 0, -scale_x * x, 0, scale_y, -scale_y * y};
  const AffineMap turned = AffineMap{c, s, 0, -s, c, 0}.after(scaled);
  const AffineMap sheared = AffineMap{1, std::tan(radians(shear_x)), 0, std::tan(radians(shear_y)), 1, 0}.after(turned);
  return AffineMap{1, 0, x + shift_x, 0, 1, y + shift_y}.after(sheared);
}

/// Moves the image as `forward` says; `fit` shifts the result so that all of it is on the canvas.
inline void move(Canvas& canvas, AffineMap forward, OutputSize output, const Sampling& sampling) {
  cv::Size size = canvas.size();
  if (output == OutputSize::fit) {
    const double w = size.width;
    const double h = size.height;
    const auto x = [&](double u, double v) { return forward.xx * u + forward.xy * v + forward.x0; };
    const auto y = [&](double u, double v) { return forward.yx * u + forward.yy * v + forward.y0; };
    const auto [left, right] = std::minmax({x(0, 0), x(w, 0), x(w, h), x(0, h)});
    const auto [top, bottom] = std::minmax({y(0, 0), y(w, 0), y(w, h), y(0, h)});
    forward.x0 -= std::floor(left);
    forward.y0 -= std::floor(top);
    size = {static_cast<int>(std::ceil(right) - std::floor(left)) + 1,
            static_cast<int>(std::ceil(bottom) - std::floor(top)) + 1};
  }
  canvas.warp(inverse(forward), size, sampling);
}

inline double draw_scale(const char* name, const Range& range, ScaleDraw draw, Draws& draws) {
  if (draw == ScaleDraw::uniform) return draws.uniform(name, range.low, range.high);
  const bool below = range.low < 1;
  const bool above = range.high > 1;
  if (!below && !above) return draws.keep(name, 1);
  const bool grow = above && (!below || draws.chance("grows", 0.5));
  return grow ? draws.uniform(name, 1, range.high) : draws.uniform(name, range.low, 1);
}

}  // namespace detail

/// Scales, turns, shears and shifts, each by what is drawn from its range. Scales must be above 0; a single number in a range
/// of its own, {1.2, 1.2}, is a fixed value.
class Affine {
 public:
  static constexpr std::string_view name = "Affine";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;

  explicit Affine(AffineOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::Affine";
    detail::require_probability(where, options_.p);
    detail::require_color(where, options_.fill);
    for (const Range& range : {options_.scale.x, options_.scale.y}) {
      if (range.low > 0 && range.low <= range.high) continue;
      fail<ArgumentError>({where, "scale must be (low, high) above 0", detail::text_of_range(range)});
    }
    detail::require_order(where, "rotate", options_.rotate);
    for (const Range& range : {options_.shear.x, options_.shear.y}) detail::require_within(where, "shear", range, -89, 89);
    if (options_.translate_percent && options_.translate_px)
      fail<ArgumentError>({where, "only one of translate_percent and translate_px must be given", "both"});
    for (const auto& shift : {options_.translate_percent, options_.translate_px}) {
      if (!shift) continue;
      detail::require_order(where, "translate", shift->x);
      detail::require_order(where, "translate", shift->y);
    }
    if (options_.axes == ScaleAxes::together && !(options_.scale.x == options_.scale.y))
      fail<ArgumentError>(
          {where, "scale must be the same for both axes if they are kept together",
           join_text(detail::text_of_range(options_.scale.x), " and ", detail::text_of_range(options_.scale.y))});
  }
  [[nodiscard]] const AffineOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Affine(scale=(", detail::text_of_range(options_.scale.x), ", ", detail::text_of_range(options_.scale.y),
                     "), rotate=", detail::text_of_range(options_.rotate),
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const cv::Size size = canvas.size();
    double shift_x = 0;
    double shift_y = 0;
    if (const auto& pixels = options_.translate_px) {
      shift_x = draws.whole("translate_x", static_cast<int>(pixels->x.low), static_cast<int>(pixels->x.high));
      shift_y = draws.whole("translate_y", static_cast<int>(pixels->y.low), static_cast<int>(pixels->y.high));
    } else if (const auto& shares = options_.translate_percent) {
      shift_x = std::trunc(size.width * draws.uniform("translate_x", shares->x.low, shares->x.high));
      shift_y = std::trunc(size.height * draws.uniform("translate_y", shares->y.low, shares->y.high));
    }
    const double shear_x = draws.uniform("shear_x", options_.shear.x.low, options_.shear.x.high);
    const double shear_y = draws.uniform("shear_y", options_.shear.y.low, options_.shear.y.high);
    const double scale_x = detail::draw_scale("scale_x", options_.scale.x, options_.draw, draws);
    const double scale_y =
        options_.axes == ScaleAxes::together ? scale_x : detail::draw_scale("scale_y", options_.scale.y, options_.draw, draws);
    const double rotate = draws.uniform("rotate", options_.rotate.low, options_.rotate.high);
    detail::move(canvas, detail::forward_map(scale_x, scale_y, rotate, -shear_x, -shear_y, shift_x, shift_y, size),
                 options_.output, {options_.interpolation, options_.border_mode, options_.fill});
  }
  void plan(Preprocessing& format) const {
    if (options_.output == OutputSize::fit) format.height = format.width = 0;
  }

 private:
  AffineOptions options_;
};

struct ShiftScaleRotateOptions {
  SymmetricRange shift_limit_x = 0.0625;  ///< share of the width
  SymmetricRange shift_limit_y = 0.0625;  ///< share of the height
  SymmetricRange scale_limit = 0.1;       ///< added to 1
  SymmetricRange rotate_limit = 45;       ///< degrees
  Interpolation interpolation = Interpolation::linear;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 0.5;
  friend bool operator==(const ShiftScaleRotateOptions&, const ShiftScaleRotateOptions&) = default;
};

/// `Affine` under the names of an older interface.
class ShiftScaleRotate {
 public:
  static constexpr std::string_view name = "ShiftScaleRotate";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;

  explicit ShiftScaleRotate(ShiftScaleRotateOptions options = {}) : options_(options), affine_(affine_of(options)) {}
  [[nodiscard]] const ShiftScaleRotateOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("ShiftScaleRotate(scale_limit=", detail::text_of_range(options_.scale_limit),
                     ", rotate_limit=", detail::text_of_range(options_.rotate_limit),
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const { affine_.apply(canvas, draws); }

 private:
  static AffineOptions affine_of(const ShiftScaleRotateOptions& options) {
    constexpr std::string_view where = "augmentation::ShiftScaleRotate";
    detail::require_probability(where, options.p);
    detail::require_color(where, options.fill);
    detail::require_within(where, "shift_limit_x", options.shift_limit_x, -1, 1);
    detail::require_within(where, "shift_limit_y", options.shift_limit_y, -1, 1);
    detail::require_order(where, "scale_limit", options.scale_limit);
    if (!(options.scale_limit.low > -1))
      fail<ArgumentError>({where, "scale_limit must be above -1", detail::text_of_range(options.scale_limit)});
    detail::require_order(where, "rotate_limit", options.rotate_limit);
    const auto plain = [](const SymmetricRange& range, double bias = 0) { return Range{bias + range.low, bias + range.high}; };
    return {.scale = {plain(options.scale_limit, 1), plain(options.scale_limit, 1)},
            .translate_percent = AxisRanges{plain(options.shift_limit_x), plain(options.shift_limit_y)},
            .rotate = plain(options.rotate_limit),
            .interpolation = options.interpolation,
            .border_mode = options.border_mode,
            .fill = options.fill,
            .p = options.p};
  }

  ShiftScaleRotateOptions options_;
  Affine affine_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cutting out and framing by whole pixels. A crop may cut an object away and leave its label standing; where that matters use
// a crop of nearly the whole image.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What a crop does with an image that is smaller.
enum class TooSmall { refuse, pad };

/// Where an image lies in the frame about it; an odd pixel of `center` goes to the bottom or right.
enum class PadPosition { center, top_left, top_right, bottom_left, bottom_right, random };

struct CropOptions {
  int height = 0;  ///< required
  int width = 0;   ///< required
  double p = 1;
  TooSmall too_small = TooSmall::refuse;
  PadPosition pad_position = PadPosition::center;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  friend bool operator==(const CropOptions&, const CropOptions&) = default;
};

struct PadIfNeededOptions {
  int min_height = 1024;  ///< 0: by `pad_height_divisor`
  int min_width = 1024;   ///< 0: by `pad_width_divisor`
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 1;
  PadPosition position = PadPosition::center;
  int pad_height_divisor = 0;  ///< the height becomes a multiple of it, in place of `min_height`
  int pad_width_divisor = 0;
  friend bool operator==(const PadIfNeededOptions&, const PadIfNeededOptions&) = default;
};

namespace detail {

/// Frames the present image to `wanted`, which is nowhere smaller.
inline void pad(Canvas& canvas, cv::Size wanted, PadPosition position, Border border, const std::array<double, 3>& fill,
                Draws& draws) {
  const cv::Size size = canvas.size();
  if (wanted == size) return;
  const int rows = wanted.height - size.height;
  const int columns = wanted.width - size.width;
  int top = rows / 2;
  int left = columns / 2;
  if (position == PadPosition::random) {
    top = draws.whole("pad_top", 0, rows);
    left = draws.whole("pad_left", 0, columns);
  } else if (position != PadPosition::center) {
    top = position == PadPosition::top_left || position == PadPosition::top_right ? 0 : rows;
    left = position == PadPosition::top_left || position == PadPosition::bottom_left ? 0 : columns;
  }
  canvas.frame({-left, -top, wanted.width, wanted.height}, border, fill);
}

/// Makes room for a crop, or throws `ShapeError`.
inline void make_room(std::string_view where, Canvas& canvas, const CropOptions& options, Draws& draws) {
  const cv::Size size = canvas.size();
  if (options.height <= size.height && options.width <= size.width) return;
  if (options.too_small == TooSmall::refuse)
    fail<ShapeError>({where,
                      join_text("the image must be at least ", options.height, " x ", options.width, " (height x width)"),
                      join_text(size.height, " x ", size.width), "Put PadIfNeeded or Resize before it"});
  pad(canvas, {std::max(size.width, options.width), std::max(size.height, options.height)}, options.pad_position,
      options.border_mode, options.fill, draws);
}

template <class Options>
void plan_crop(const Options& options, Preprocessing& format) {
  format.height = options.p < 1 && format.height != options.height ? 0 : options.height;
  format.width = options.p < 1 && format.width != options.width ? 0 : options.width;
}

}  // namespace detail

/// Keeps `height` x `width` pixels about the middle. Throws `ShapeError` for a smaller image, or frames it if told to.
class CenterCrop {
 public:
  static constexpr std::string_view name = "CenterCrop";
  static constexpr Kind kind = Kind::geometry;

  explicit CenterCrop(CropOptions options) : options_(options) {
    detail::require_probability("augmentation::CenterCrop", options_.p);
    detail::require_color("augmentation::CenterCrop", options_.fill);
    detail::require_size("augmentation::CenterCrop", options_.height, options_.width);
  }
  [[nodiscard]] const CropOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("CenterCrop(height=", options_.height, ", width=", options_.width, ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    detail::make_room("augmentation::CenterCrop", canvas, options_, draws);
    const cv::Size size = canvas.size();
    canvas.crop({(size.width - options_.width) / 2, (size.height - options_.height) / 2, options_.width, options_.height});
  }
  void plan(Preprocessing& format) const { detail::plan_crop(options_, format); }

 private:
  CropOptions options_;
};

/// Keeps `height` x `width` pixels at a place drawn uniformly. Throws `ShapeError` for a smaller image, or frames it if told
/// to.
class RandomCrop {
 public:
  static constexpr std::string_view name = "RandomCrop";
  static constexpr Kind kind = Kind::geometry;

  explicit RandomCrop(CropOptions options) : options_(options) {
    detail::require_probability("augmentation::RandomCrop", options_.p);
    detail::require_color("augmentation::RandomCrop", options_.fill);
    detail::require_size("augmentation::RandomCrop", options_.height, options_.width);
  }
  [[nodiscard]] const CropOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("RandomCrop(height=", options_.height, ", width=", options_.width, ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    detail::make_room("augmentation::RandomCrop", canvas, options_, draws);
    const cv::Size size = canvas.size();
    const int y = draws.whole("y", 0, size.height - options_.height);
    const int x = draws.whole("x", 0, size.width - options_.width);
    canvas.crop({x, y, options_.width, options_.height});
  }
  void plan(Preprocessing& format) const { detail::plan_crop(options_, format); }

 private:
  CropOptions options_;
};

/// Extends a smaller image to at least `min_height` x `min_width`, or to multiples of the divisors.
class PadIfNeeded {
 public:
  static constexpr std::string_view name = "PadIfNeeded";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;

  explicit PadIfNeeded(PadIfNeededOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::PadIfNeeded";
    detail::require_probability(where, options_.p);
    detail::require_color(where, options_.fill);
    const auto check = [&](std::string_view side, int least, int divisor) {
      if (least >= 0 && divisor >= 0 && (least > 0) != (divisor > 0)) return;
      fail<ArgumentError>({where, join_text("exactly one of min_", side, " and pad_", side, "_divisor must be at least 1"),
                           join_text(least, " and ", divisor)});
    };
    check("height", options_.min_height, options_.pad_height_divisor);
    check("width", options_.min_width, options_.pad_width_divisor);
  }
  [[nodiscard]] const PadIfNeededOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("PadIfNeeded(min_height=", options_.min_height, ", min_width=", options_.min_width,
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const cv::Size size = canvas.size();
    detail::pad(canvas,
                {grown(size.width, options_.min_width, options_.pad_width_divisor),
                 grown(size.height, options_.min_height, options_.pad_height_divisor)},
                options_.position, options_.border_mode, options_.fill, draws);
  }
  void plan(Preprocessing& format) const {
    const auto planned = [&](int known, int least, int divisor) {
      const int after = known > 0 ? grown(known, least, divisor) : 0;
      return after == known || options_.p >= 1 ? after : 0;
    };
    format.height = planned(format.height, options_.min_height, options_.pad_height_divisor);
    format.width = planned(format.width, options_.min_width, options_.pad_width_divisor);
  }

 private:
  static int grown(int length, int least, int divisor) {
    return divisor > 0 ? (length + divisor - 1) / divisor * divisor : std::max(length, least);
  }

  PadIfNeededOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

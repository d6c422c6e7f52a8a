// SPDX-License-Identifier: Apache-2.0
#pragma once
// A piece of the image at a random place, size and shape, scaled to one size. Its defaults are those of image classification
// with one label, which keep as little as 8 % and lose small objects: where labels matter use `LabelSafeCrop`.

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/resize.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct RandomResizedCropOptions {
  int height = 0;                        ///< required
  int width = 0;                         ///< required
  Range scale = {0.08, 1.0};             ///< share of the area that is kept
  Range ratio = {3.0 / 4.0, 4.0 / 3.0};  ///< width over height of the piece
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  Downscale downscale = Downscale::as_told;
  friend bool operator==(const RandomResizedCropOptions&, const RandomResizedCropOptions&) = default;
};

namespace detail {

/// A piece of `size` with a share of the area from `scale` and width over height from `ratio` (log-uniform): the first of ten
/// tries that fits, otherwise the largest piece about the middle whose shape is within `ratio`.
inline cv::Rect draw_piece(cv::Size size, const Range& scale, const Range& ratio, Draws& draws) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = draws.uniform("area", scale.low, scale.high) * size.area();
    const double shape = std::exp(draws.uniform("log_ratio", std::log(ratio.low), std::log(ratio.high)));
    const int width = static_cast<int>(std::lround(std::sqrt(area * shape)));
    const int height = static_cast<int>(std::lround(std::sqrt(area / shape)));
    if (width < 1 || height < 1 || width > size.width || height > size.height) continue;
    const int y = draws.whole("y", 0, size.height - height);
    const int x = draws.whole("x", 0, size.width - width);
    return {x, y, width, height};
  }
  const double own = static_cast<double>(size.width) / size.height;
  const double shape = std::clamp(own, ratio.low, ratio.high);
  const int width = own <= shape ? size.width : std::max(1, static_cast<int>(std::lround(size.height * shape)));
  const int height = own >= shape ? size.height : std::max(1, static_cast<int>(std::lround(size.width / shape)));
  return {(size.width - width) / 2, (size.height - height) / 2, width, height};
}

inline void require_shares(std::string_view where, std::string_view name, const Range& range, double most) {
  if (range.low > 0 && range.low <= range.high && range.high <= most) return;
  fail<ArgumentError>(
      {where, join_text(name, " must be (low, high) above 0", most <= 1 ? " and at most 1" : ""), text_of_range(range)});
}

}  // namespace detail

/// A piece of random area and shape, scaled to `height` x `width`.
class RandomResizedCrop {
 public:
  static constexpr std::string_view name = "RandomResizedCrop";
  static constexpr Kind kind = Kind::geometry;

  explicit RandomResizedCrop(RandomResizedCropOptions options) : options_(options) {
    constexpr std::string_view where = "augmentation::RandomResizedCrop";
    detail::require_probability(where, options_.p);
    detail::require_size(where, options_.height, options_.width);
    detail::require_shares(where, "scale", options_.scale, 1);
    detail::require_shares(where, "ratio", options_.ratio, HUGE_VAL);
  }
  [[nodiscard]] const RandomResizedCropOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("RandomResizedCrop(height=", options_.height, ", width=", options_.width,
                     ", scale=", detail::text_of_range(options_.scale), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    canvas.crop(detail::draw_piece(canvas.size(), options_.scale, options_.ratio, draws));
    detail::resize(canvas, {options_.width, options_.height}, options_.interpolation, options_.downscale);
  }
  void plan(Preprocessing& format) const { detail::plan_resize(options_, format); }

 private:
  RandomResizedCropOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

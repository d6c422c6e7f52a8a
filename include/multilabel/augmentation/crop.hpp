// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cutting out and framing by whole pixels. A crop may cut an object away and leave its label standing; where that matters use
// a crop of nearly the whole image.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace multilabel::augmentation {

struct CenterCropOptions {
  int height = 0;  ///< required
  int width = 0;   ///< required
  double p = 1;
  friend bool operator==(const CenterCropOptions&, const CenterCropOptions&) = default;
};

struct RandomCropOptions {
  int height = 0;  ///< required
  int width = 0;   ///< required
  double p = 1;
  friend bool operator==(const RandomCropOptions&, const RandomCropOptions&) = default;
};

struct PadIfNeededOptions {
  int min_height = 1024;
  int min_width = 1024;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 1;
  friend bool operator==(const PadIfNeededOptions&, const PadIfNeededOptions&) = default;
};

namespace detail {

inline void require_room(std::string_view where, cv::Size size, int height, int width) {
  if (height <= size.height && width <= size.width) return;
  fail<ShapeError>({where, join_text("the image must be at least ", height, " x ", width, " (height x width)"),
                    join_text(size.height, " x ", size.width), "Put PadIfNeeded or Resize before it"});
}

template <class Options>
void plan_crop(const Options& options, Preprocessing& format) {
  format.height = options.p < 1 && format.height != options.height ? 0 : options.height;
  format.width = options.p < 1 && format.width != options.width ? 0 : options.width;
}

}  // namespace detail

/// Keeps `height` x `width` pixels about the middle. Throws `ShapeError` for a smaller image.
class CenterCrop {
 public:
  static constexpr std::string_view name = "CenterCrop";
  static constexpr Kind kind = Kind::geometry;

  explicit CenterCrop(CenterCropOptions options) : options_(options) {
    detail::require_probability("augmentation::CenterCrop", options_.p);
    detail::require_size("augmentation::CenterCrop", options_.height, options_.width);
  }
  [[nodiscard]] const CenterCropOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("CenterCrop(height=", options_.height, ", width=", options_.width, ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random&) const {
    const cv::Size size = canvas.size();
    detail::require_room("augmentation::CenterCrop", size, options_.height, options_.width);
    canvas.crop({(size.width - options_.width) / 2, (size.height - options_.height) / 2, options_.width, options_.height});
  }
  void plan(Preprocessing& format) const { detail::plan_crop(options_, format); }

 private:
  CenterCropOptions options_;
};

/// Keeps `height` x `width` pixels at a place drawn uniformly. Throws `ShapeError` for a smaller image.
class RandomCrop {
 public:
  static constexpr std::string_view name = "RandomCrop";
  static constexpr Kind kind = Kind::geometry;

  explicit RandomCrop(RandomCropOptions options) : options_(options) {
    detail::require_probability("augmentation::RandomCrop", options_.p);
    detail::require_size("augmentation::RandomCrop", options_.height, options_.width);
  }
  [[nodiscard]] const RandomCropOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("RandomCrop(height=", options_.height, ", width=", options_.width, ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random& random) const {
    const cv::Size size = canvas.size();
    detail::require_room("augmentation::RandomCrop", size, options_.height, options_.width);
    const auto place = [&](int room) { return static_cast<int>(random.below(static_cast<std::uint32_t>(room) + 1)); };
    const int y = place(size.height - options_.height);
    const int x = place(size.width - options_.width);
    canvas.crop({x, y, options_.width, options_.height});
  }
  void plan(Preprocessing& format) const { detail::plan_crop(options_, format); }

 private:
  RandomCropOptions options_;
};

/// Extends a smaller image about its middle to at least `min_height` x `min_width`; an odd pixel goes to the bottom or right.
class PadIfNeeded {
 public:
  static constexpr std::string_view name = "PadIfNeeded";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool looks_beyond = true;

  explicit PadIfNeeded(PadIfNeededOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::PadIfNeeded", options_.p);
    detail::require_size("augmentation::PadIfNeeded", options_.min_height, options_.min_width);
  }
  [[nodiscard]] const PadIfNeededOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("PadIfNeeded(min_height=", options_.min_height, ", min_width=", options_.min_width,
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random&) const {
    const cv::Size size = canvas.size();
    const cv::Size wanted(std::max(size.width, options_.min_width), std::max(size.height, options_.min_height));
    if (wanted == size) return;
    canvas.frame({-((wanted.width - size.width) / 2), -((wanted.height - size.height) / 2), wanted.width, wanted.height},
                 options_.border_mode, options_.fill);
  }
  void plan(Preprocessing& format) const {
    const auto grown = [&](int known, int least) { return known >= least ? known : known > 0 && options_.p >= 1 ? least : 0; };
    format.height = grown(format.height, options_.min_height);
    format.width = grown(format.width, options_.min_width);
  }

 private:
  PadIfNeededOptions options_;
};

}  // namespace multilabel::augmentation

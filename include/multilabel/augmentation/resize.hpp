// SPDX-License-Identifier: Apache-2.0
#pragma once
// To a given size, or to a given longest or shortest side. `Interpolation::area` averages when it shrinks and so keeps fine
// structure from turning into stripes; the default, `linear`, is albumentations' and does not.

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace multilabel::augmentation {

struct ResizeOptions {
  int height = 0;  ///< required
  int width = 0;   ///< required
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  friend bool operator==(const ResizeOptions&, const ResizeOptions&) = default;
};

namespace detail {

/// `size` times `factor`, each side rounded to the nearest whole number, halves to the even one, and at least 1.
inline cv::Size scaled(cv::Size size, double factor) {
  const auto side = [&](int length) { return std::max(1, static_cast<int>(std::nearbyint(length * factor))); };
  return {side(size.width), side(size.height)};
}

template <class Options>
void plan_resize(const Options& options, Preprocessing& format) {
  format.height = options.p < 1 && format.height != options.height ? 0 : options.height;
  format.width = options.p < 1 && format.width != options.width ? 0 : options.width;
  format.interpolation = options.interpolation;
}

}  // namespace detail

/// Scales each axis by its own factor to exactly `height` x `width`.
class Resize {
 public:
  static constexpr std::string_view name = "Resize";
  static constexpr Kind kind = Kind::geometry;

  explicit Resize(ResizeOptions options) : options_(options) {
    detail::require_probability("augmentation::Resize", options_.p);
    detail::require_size("augmentation::Resize", options_.height, options_.width);
  }
  [[nodiscard]] const ResizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Resize(height=", options_.height, ", width=", options_.width,
                     ", interpolation=", detail::text_of(options_.interpolation), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random&) const { canvas.resize({options_.width, options_.height}, options_.interpolation); }

  /// The size that the whole image is averaged to.
  [[nodiscard]] cv::Size footprint() const {
    return options_.interpolation == Interpolation::area ? cv::Size(options_.width, options_.height) : cv::Size();
  }

  /// What this does to the format of the result.
  void plan(Preprocessing& format) const { detail::plan_resize(options_, format); }

 private:
  ResizeOptions options_;
};

struct LongestMaxSizeOptions {
  int max_size = 1024;
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  friend bool operator==(const LongestMaxSizeOptions&, const LongestMaxSizeOptions&) = default;
};

/// Scales so that the longest side is `max_size`; the shape stays, but for rounding to whole pixels.
class LongestMaxSize {
 public:
  static constexpr std::string_view name = "LongestMaxSize";
  static constexpr Kind kind = Kind::geometry;

  explicit LongestMaxSize(LongestMaxSizeOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::LongestMaxSize", options_.p);
    detail::require_size("augmentation::LongestMaxSize", options_.max_size, options_.max_size);
  }
  [[nodiscard]] const LongestMaxSizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("LongestMaxSize(max_size=", options_.max_size, ", interpolation=", detail::text_of(options_.interpolation),
                     ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random&) const {
    const cv::Size size = canvas.size();
    const double factor = static_cast<double>(options_.max_size) / std::max(size.width, size.height);
    canvas.resize(detail::scaled(size, factor), options_.interpolation);
  }
  void plan(Preprocessing& format) const { format.height = format.width = 0; }

 private:
  LongestMaxSizeOptions options_;
};

struct SmallestMaxSizeOptions {
  int max_size = 1024;
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  friend bool operator==(const SmallestMaxSizeOptions&, const SmallestMaxSizeOptions&) = default;
};

/// Scales so that the shortest side is `max_size`; the shape stays, but for rounding to whole pixels.
class SmallestMaxSize {
 public:
  static constexpr std::string_view name = "SmallestMaxSize";
  static constexpr Kind kind = Kind::geometry;

  explicit SmallestMaxSize(SmallestMaxSizeOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::SmallestMaxSize", options_.p);
    detail::require_size("augmentation::SmallestMaxSize", options_.max_size, options_.max_size);
  }
  [[nodiscard]] const SmallestMaxSizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("SmallestMaxSize(max_size=", options_.max_size,
                     ", interpolation=", detail::text_of(options_.interpolation), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random&) const {
    const cv::Size size = canvas.size();
    const double factor = static_cast<double>(options_.max_size) / std::min(size.width, size.height);
    canvas.resize(detail::scaled(size, factor), options_.interpolation);
  }
  void plan(Preprocessing& format) const { format.height = format.width = 0; }

 private:
  SmallestMaxSizeOptions options_;
};

}  // namespace multilabel::augmentation

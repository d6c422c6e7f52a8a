// SPDX-License-Identifier: Apache-2.0
#pragma once
// To a given size, or to a given longest or shortest side. `Interpolation::area` averages when it shrinks and so keeps fine
// structure from turning into stripes; the default, `linear`, is albumentations' and does not.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// How an operation reads between pixels when it shrinks: as it was told, or averaging.
enum class Downscale { as_told, area };

struct ResizeOptions {
  int height = 0;  ///< required
  int width = 0;   ///< required
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  Downscale downscale = Downscale::as_told;
  friend bool operator==(const ResizeOptions&, const ResizeOptions&) = default;
};

namespace detail {

/// `size` times `factor`, each side rounded to the nearest whole number, halves to the even one, and at least 1.
inline cv::Size scaled(cv::Size size, double factor) {
  const auto side = [&](int length) { return std::max(1, static_cast<int>(std::nearbyint(length * factor))); };
  return {side(size.width), side(size.height)};
}

/// Scales to `size`; averages if asked to and an axis shrinks.
inline void resize(Canvas& canvas, cv::Size size, Interpolation interpolation, Downscale downscale) {
  const bool shrinks = size.width < canvas.size().width || size.height < canvas.size().height;
  canvas.resize(size, shrinks && downscale == Downscale::area ? Interpolation::area : interpolation);
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
  void apply(Canvas& canvas, Draws&) const {
    detail::resize(canvas, {options_.width, options_.height}, options_.interpolation, options_.downscale);
  }

  /// The size that the whole image is averaged to.
  [[nodiscard]] cv::Size footprint() const {
    return options_.interpolation == Interpolation::area ? cv::Size(options_.width, options_.height) : cv::Size();
  }

  /// What this does to the format of the result.
  void plan(Preprocessing& format) const { detail::plan_resize(options_, format); }

 private:
  ResizeOptions options_;
};

struct MaxSizeOptions {
  int max_size = 0;  ///< of the side in question; this or one of the next two must be given
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  Downscale downscale = Downscale::as_told;
  std::vector<int> max_sizes = {};  ///< one of these is drawn, in place of `max_size`
  int max_height = 0;               ///< 0: no limit; `max_height` and `max_width` stand in place of `max_size`
  int max_width = 0;
  friend bool operator==(const MaxSizeOptions&, const MaxSizeOptions&) = default;
};

namespace detail {

/// What `LongestMaxSize` and `SmallestMaxSize` have in common.
class MaxSize {
 public:
  MaxSize(std::string_view where, MaxSizeOptions options) : options_(std::move(options)) {
    require_probability(where, options_.p);
    const bool by_sides = options_.max_height > 0 || options_.max_width > 0;
    const int given = (options_.max_size > 0) + !options_.max_sizes.empty() + by_sides;
    if (given != 1)
      fail<ArgumentError>({where, "exactly one of max_size, max_sizes and max_height with max_width must be given",
                           given == 0 ? "none" : "more"});
    for (const int size : options_.max_sizes) require_size(where, size, size);
  }
  [[nodiscard]] const MaxSizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("max_size=", options_.max_size, ", interpolation=", text_of(options_.interpolation), ", p=", options_.p);
  }

  /// Scales so that `pick(a, b)` of the two sides, or of the two limits' factors, decides.
  template <class Pick, class PickFactor>
  void apply(Canvas& canvas, Draws& draws, const Pick& pick, const PickFactor& pick_factor) const {
    const cv::Size size = canvas.size();
    double factor = 0;
    if (options_.max_height > 0 || options_.max_width > 0) {
      const double by_height = static_cast<double>(options_.max_height) / size.height;
      const double by_width = static_cast<double>(options_.max_width) / size.width;
      factor = options_.max_height == 0 ? by_width : options_.max_width == 0 ? by_height : pick_factor(by_height, by_width);
    } else {
      int wanted = options_.max_size;
      if (const auto& sizes = options_.max_sizes; !sizes.empty())
        wanted = sizes[static_cast<std::size_t>(draws.whole("max_size", 0, static_cast<int>(sizes.size()) - 1))];
      factor = static_cast<double>(wanted) / pick(size.width, size.height);
    }
    resize(canvas, scaled(size, factor), options_.interpolation, options_.downscale);
  }

 private:
  MaxSizeOptions options_;
};

}  // namespace detail

/// Scales so that the longest side is `max_size`, or that neither side is above its limit; the shape stays, but for rounding to
/// whole pixels.
class LongestMaxSize {
 public:
  static constexpr std::string_view name = "LongestMaxSize";
  static constexpr Kind kind = Kind::geometry;

  explicit LongestMaxSize(MaxSizeOptions options) : shared_("augmentation::LongestMaxSize", std::move(options)) {}
  [[nodiscard]] const MaxSizeOptions& options() const noexcept { return shared_.options(); }
  [[nodiscard]] std::string text() const { return join_text("LongestMaxSize(", shared_.text(), ")"); }
  void apply(Canvas& canvas, Draws& draws) const {
    shared_.apply(
        canvas, draws, [](int a, int b) { return std::max(a, b); }, [](double a, double b) { return std::min(a, b); });
  }
  void plan(Preprocessing& format) const { format.height = format.width = 0; }

 private:
  detail::MaxSize shared_;
};

/// Scales so that the shortest side is `max_size`, or that neither side is below its limit; the shape stays, but for rounding
/// to whole pixels.
class SmallestMaxSize {
 public:
  static constexpr std::string_view name = "SmallestMaxSize";
  static constexpr Kind kind = Kind::geometry;

  explicit SmallestMaxSize(MaxSizeOptions options) : shared_("augmentation::SmallestMaxSize", std::move(options)) {}
  [[nodiscard]] const MaxSizeOptions& options() const noexcept { return shared_.options(); }
  [[nodiscard]] std::string text() const { return join_text("SmallestMaxSize(", shared_.text(), ")"); }
  void apply(Canvas& canvas, Draws& draws) const {
    shared_.apply(
        canvas, draws, [](int a, int b) { return std::min(a, b); }, [](double a, double b) { return std::max(a, b); });
  }
  void plan(Preprocessing& format) const { format.height = format.width = 0; }

 private:
  detail::MaxSize shared_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

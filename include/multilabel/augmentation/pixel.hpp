// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes of values that leave every pixel in its place: brightness and contrast, and noise. Neighbours of these share one pass
// with the normalisation that ends a pipeline.

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What a brightness limit is a share of.
enum class BrightnessUnit {
  maximum,  ///< of 255
  mean,     ///< of the image's mean value
};

/// What becomes of changes that would lead beyond 0 ... 255: values are clipped, or the change is made smaller.
enum class Overflow { clip, avoid };

struct RandomBrightnessContrastOptions {
  SymmetricRange brightness_limit = 0.2;
  SymmetricRange contrast_limit = 0.2;
  BrightnessUnit brightness_by = BrightnessUnit::maximum;
  double p = 0.5;
  Overflow overflow = Overflow::clip;
  friend bool operator==(const RandomBrightnessContrastOptions&, const RandomBrightnessContrastOptions&) = default;
};

/// clip((1 + contrast) x + brightness * 255): albumentations' formula, rounded rather than truncated where 8 bits are asked
/// for.
class RandomBrightnessContrast {
 public:
  static constexpr std::string_view name = "RandomBrightnessContrast";
  static constexpr Kind kind = Kind::values;
  static constexpr bool any_scale = true;

  explicit RandomBrightnessContrast(RandomBrightnessContrastOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::RandomBrightnessContrast";
    detail::require_probability(where, options_.p);
    detail::require_order(where, "brightness_limit", options_.brightness_limit);
    detail::require_order(where, "contrast_limit", options_.contrast_limit);
    if (options_.contrast_limit.low < -1)
      fail<ArgumentError>({where, "contrast_limit must not be below -1", join_text(options_.contrast_limit.low)});
  }
  [[nodiscard]] const RandomBrightnessContrastOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("RandomBrightnessContrast(brightness_limit=", detail::text_of_range(options_.brightness_limit),
                     ", contrast_limit=", detail::text_of_range(options_.contrast_limit), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double contrast = draws.uniform("contrast", options_.contrast_limit.low, options_.contrast_limit.high);
    const double brightness = draws.uniform("brightness", options_.brightness_limit.low, options_.brightness_limit.high);
    double unit = 255;
    if (options_.brightness_by == BrightnessUnit::mean) {
      const cv::Scalar mean = cv::mean(canvas.pixels());
      unit = (mean[0] + mean[1] + mean[2]) / 3;
    }
    const auto [factor, shift] = within_range(1 + contrast, brightness * unit);
    canvas.levels(eight_bit_levels(factor, shift));
  }

 private:
  // With `avoid`, a factor and a shift for which 0 ... 255 stays inside, as albumentations chooses them.
  [[nodiscard]] std::pair<double, double> within_range(double factor, double shift) const {
    if (options_.overflow == Overflow::clip) return {factor, shift};
    if (factor > 0) {
      const double safe = std::clamp(shift, 0.0, 255.0);
      return {std::min(factor, (255 - safe) / 255), safe};
    }
    const double safe = std::min(shift, 255.0);
    return {std::max(factor, -safe / 255), safe};
  }

  RandomBrightnessContrastOptions options_;
};

/// Whether the three channels of a pixel receive noise of their own.
enum class NoiseChannels { independent, shared };

struct GaussNoiseOptions {
  Range std_range = {0.2, 0.44};  ///< deviation as a share of 255; the default is albumentations' and strong
  Range mean_range = {0, 0};      ///< mean as a share of 255
  NoiseChannels channels = NoiseChannels::independent;
  double p = 0.5;
  double noise_scale_factor = 1;  ///< below 1: drawn for an image of that size and scaled up, so the grain is coarse
  friend bool operator==(const GaussNoiseOptions&, const GaussNoiseOptions&) = default;
};

/// Adds normal noise to every pixel and clips.
class GaussNoise {
 public:
  static constexpr std::string_view name = "GaussNoise";
  static constexpr Kind kind = Kind::values;

  explicit GaussNoise(GaussNoiseOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::GaussNoise", options_.p);
    detail::require_order("augmentation::GaussNoise", "std_range", options_.std_range);
    detail::require_order("augmentation::GaussNoise", "mean_range", options_.mean_range);
    if (options_.std_range.low < 0 || options_.std_range.high > 1)
      fail<ArgumentError>(
          {"augmentation::GaussNoise", "std_range must lie between 0 and 1", detail::text_of_range(options_.std_range)});
    if (!(options_.noise_scale_factor > 0 && options_.noise_scale_factor <= 1))
      fail<ArgumentError>({"augmentation::GaussNoise", "noise_scale_factor must be above 0 and at most 1",
                           join_text(options_.noise_scale_factor)});
  }
  [[nodiscard]] const GaussNoiseOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("GaussNoise(std_range=", detail::text_of_range(options_.std_range), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double deviation = 255 * draws.uniform("std", options_.std_range.low, options_.std_range.high);
    const double mean = 255 * draws.uniform("mean", options_.mean_range.low, options_.mean_range.high);
    const Noise noise{.mean = mean,
                      .deviation = deviation,
                      .per_channel = options_.channels == NoiseChannels::independent,
                      .seed = draws.seed("field")};
    if (options_.noise_scale_factor < 1)
      add_coarse(canvas, noise);
    else
      canvas.noise(noise);
  }

 private:
  void add_coarse(Canvas& canvas, const Noise& noise) const {
    const cv::Size size = canvas.size();
    const auto reduced = [&](int length) { return std::max(1, static_cast<int>(length * options_.noise_scale_factor)); };
    const cv::Mat black(reduced(size.height), reduced(size.width), CV_8UC3, cv::Scalar::all(0));
    cv::Mat planes(3 * black.rows, black.cols, CV_32F);
    write_planar(PixelRows(black), {.before = {}, .noise = noise, .after = {}}, planes.ptr<float>());
    cv::Mat field;
    cv::merge(std::array<cv::Mat, 3>{planes.rowRange(0, black.rows), planes.rowRange(black.rows, 2 * black.rows),
                                     planes.rowRange(2 * black.rows, 3 * black.rows)},
              field);
    cv::resize(field, field, size, 0, 0, cv::INTER_LINEAR);
    cv::Mat result;
    cv::add(canvas.pixels(), field, result, cv::noArray(), CV_8U);
    canvas.repaint(result);
  }

  GaussNoiseOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

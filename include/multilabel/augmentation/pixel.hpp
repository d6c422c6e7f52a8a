// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes of values that leave every pixel in its place: brightness and contrast, noise, and the normalisation that ends a
// pipeline. Neighbours of these share one pass.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace multilabel::augmentation {

/// What a brightness limit is a share of.
enum class BrightnessUnit {
  maximum,  ///< of 255
  mean,     ///< of the image's mean value
};

struct RandomBrightnessContrastOptions {
  SymmetricRange brightness_limit = 0.2;
  SymmetricRange contrast_limit = 0.2;
  BrightnessUnit brightness_by = BrightnessUnit::maximum;
  double p = 0.5;
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
  void apply(Canvas& canvas, Random& random) const {
    const double contrast = random.uniform(options_.contrast_limit.low, options_.contrast_limit.high);
    const double brightness = random.uniform(options_.brightness_limit.low, options_.brightness_limit.high);
    double unit = 255;
    if (options_.brightness_by == BrightnessUnit::mean) {
      const cv::Scalar mean = cv::mean(canvas.pixels());
      unit = (mean[0] + mean[1] + mean[2]) / 3;
    }
    canvas.levels(eight_bit_levels(1 + contrast, brightness * unit));
  }

 private:
  RandomBrightnessContrastOptions options_;
};

/// Whether the three channels of a pixel receive noise of their own.
enum class NoiseChannels { independent, shared };

struct GaussNoiseOptions {
  Range std_range = {0.2, 0.44};  ///< deviation as a share of 255; the default is albumentations' and strong
  Range mean_range = {0, 0};      ///< mean as a share of 255
  NoiseChannels channels = NoiseChannels::independent;
  double p = 0.5;
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
  }
  [[nodiscard]] const GaussNoiseOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("GaussNoise(std_range=", detail::text_of_range(options_.std_range), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random& random) const {
    const double deviation = 255 * random.uniform(options_.std_range.low, options_.std_range.high);
    const double mean = 255 * random.uniform(options_.mean_range.low, options_.mean_range.high);
    const std::uint64_t high = random.bits();
    const std::uint64_t low = random.bits();
    canvas.noise({.mean = mean,
                  .deviation = deviation,
                  .per_channel = options_.channels == NoiseChannels::independent,
                  .seed = (high << 32) | low});
  }

 private:
  GaussNoiseOptions options_;
};

struct NormalizeOptions {
  std::array<float, 3> mean = {0.485f, 0.456f, 0.406f};  ///< ImageNet's
  std::array<float, 3> std = {0.229f, 0.224f, 0.225f};
  double p = 1;
  friend bool operator==(const NormalizeOptions&, const NormalizeOptions&) = default;
};

/// (x / 255 - mean) / std, as float: the last operation of a pipeline. p must be 1, or a model would see two formats.
class Normalize {
 public:
  static constexpr std::string_view name = "Normalize";
  static constexpr Kind kind = Kind::values;

  explicit Normalize(NormalizeOptions options = {}) : options_(options) {
    if (options_.p != 1) fail<ArgumentError>({"augmentation::Normalize", "p must be 1", join_text(options_.p)});
    for (const float value : options_.std)
      if (!(value > 0)) fail<ArgumentError>({"augmentation::Normalize", "std must be above 0", join_text(value)});
  }
  [[nodiscard]] const NormalizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    const auto list = [](const std::array<float, 3>& v) { return join_text("(", v[0], ", ", v[1], ", ", v[2], ")"); };
    return join_text("Normalize(mean=", list(options_.mean), ", std=", list(options_.std), ")");
  }
  void apply(Canvas& canvas, Random&) const { canvas.normalize(options_.mean, options_.std); }
  void plan(Preprocessing& format) const {
    format.mean = options_.mean;
    format.std = options_.std;
  }

 private:
  NormalizeOptions options_;
};

}  // namespace multilabel::augmentation

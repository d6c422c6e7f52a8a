// SPDX-License-Identifier: Apache-2.0
#pragma once
// The end of nearly every pipeline: values as a model wants them, by a mean and a deviation that are the same for all images,
// or by those of each image itself.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct NormalizeOptions {
  std::array<float, 3> mean = {0.485f, 0.456f, 0.406f};  ///< ImageNet's, of values divided by `max_pixel_value`
  std::array<float, 3> std = {0.229f, 0.224f, 0.225f};
  double p = 1;
  double max_pixel_value = 255;
  Normalization normalization = Normalization::standard;
  friend bool operator==(const NormalizeOptions&, const NormalizeOptions&) = default;
};

/// (x / max_pixel_value - mean) / std, as float: the last operation of a pipeline. By the image's own values 0.0001 is added to
/// the deviation or range and the result clipped to -20 ... 20. p must be 1, or a model would see two formats.
class Normalize {
 public:
  static constexpr std::string_view name = "Normalize";
  static constexpr Kind kind = Kind::values;

  explicit Normalize(NormalizeOptions options = {}) : options_(options) {
    if (options_.p != 1) fail<ArgumentError>({"augmentation::Normalize", "p must be 1", join_text(options_.p)});
    if (!(options_.max_pixel_value > 0))
      fail<ArgumentError>({"augmentation::Normalize", "max_pixel_value must be above 0", join_text(options_.max_pixel_value)});
    for (const float value : options_.std)
      if (!(value > 0)) fail<ArgumentError>({"augmentation::Normalize", "std must be above 0", join_text(value)});
  }
  [[nodiscard]] const NormalizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    if (options_.normalization != Normalization::standard)
      return join_text("Normalize(normalization=", detail::text_of(options_.normalization), ")");
    const auto list = [](const std::array<float, 3>& v) { return join_text("(", v[0], ", ", v[1], ", ", v[2], ")"); };
    return join_text("Normalize(mean=", list(options_.mean), ", std=", list(options_.std), ")");
  }
  void apply(Canvas& canvas, Draws&) const {
    if (options_.normalization == Normalization::standard) {
      const Preprocessing format = fixed();
      canvas.normalize(format.mean, format.std);
    } else {
      by_own_values(canvas);
    }
  }
  void plan(Preprocessing& format) const {
    format.mean = fixed().mean;
    format.std = fixed().std;
    format.normalization = options_.normalization;
  }

 private:
  // Mean and deviation of values divided by 255.
  [[nodiscard]] Preprocessing fixed() const {
    Preprocessing format;
    const auto scale = static_cast<float>(options_.max_pixel_value / 255);
    for (std::size_t i = 0; i < 3; ++i) {
      format.mean[i] = options_.mean[i] * scale;
      format.std[i] = options_.std[i] * scale;
    }
    return format;
  }

  void by_own_values(Canvas& canvas) const {
    const cv::Mat& image = canvas.pixels();
    std::array<double, 3> center{};
    std::array<double, 3> width{};
    const bool range =
        options_.normalization == Normalization::min_max || options_.normalization == Normalization::min_max_per_channel;
    const bool together = options_.normalization == Normalization::image || options_.normalization == Normalization::min_max;
    cv::Scalar mean, deviation;
    cv::meanStdDev(image, mean, deviation);
    for (int i = 0; i < 3; ++i) {
      const auto c = static_cast<std::size_t>(i);
      if (range) {
        cv::Mat plane;
        cv::extractChannel(image, plane, i);
        cv::minMaxLoc(plane, &center[c], &width[c]);  // for now the smallest and the largest
      } else {
        center[c] = mean[i];
        width[c] = deviation[i] * deviation[i] + mean[i] * mean[i];  // for now the mean square
      }
    }
    if (together && range) {
      center.fill(std::min({center[0], center[1], center[2]}));
      width.fill(std::max({width[0], width[1], width[2]}));
    } else if (together) {
      center.fill((center[0] + center[1] + center[2]) / 3);
      width.fill((width[0] + width[1] + width[2]) / 3);
    }
    std::array<float, 3> center_share{}, width_share{};
    for (std::size_t c = 0; c < 3; ++c) {
      const double spread = range ? width[c] - center[c] : std::sqrt(std::max(0.0, width[c] - center[c] * center[c]));
      center_share[c] = static_cast<float>(center[c] / 255);
      width_share[c] = static_cast<float>((spread + 1e-4) / 255);
    }
    canvas.normalize(center_share, width_share, 20);
  }

  NormalizeOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

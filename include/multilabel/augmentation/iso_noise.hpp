// SPDX-License-Identifier: Apache-2.0
#pragma once
// The grain of a camera's sensor at high sensitivity: rare bright specks and slight shifts of hue.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>

#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct ISONoiseOptions {
  Range color_shift = {0.01, 0.05};  ///< deviation of the hue in degrees, for an intensity of 1
  Range intensity = {0.1, 0.5};      ///< how many specks there are, and how bright
  double p = 0.5;
  friend bool operator==(const ISONoiseOptions&, const ISONoiseOptions&) = default;
};

namespace detail {

/// The Poisson distribution of mean `mean` (at most a few), sampled by inversion.
class PoissonTable {
 public:
  explicit PoissonTable(double mean) {
    double probability = std::exp(-mean);
    double sum = probability;
    for (std::size_t k = 0; k < below_.size(); ++k) {
      below_[k] = sum;
      probability *= mean / static_cast<double>(k + 1);
      sum += probability;
    }
  }
  [[nodiscard]] float operator()(double uniform) const noexcept {
    std::size_t k = 0;
    while (k + 1 < below_.size() && uniform >= below_[k]) ++k;
    return static_cast<float>(k);
  }

 private:
  std::array<double, 32> below_{};
};

}  // namespace detail

/// In HLS, as albumentations: adds k * intensity * (1 - L) to the lightness, where k is Poisson with a mean of intensity times
/// the lightness's deviation, and normal noise of deviation color_shift * intensity to the hue.
class ISONoise {
 public:
  static constexpr std::string_view name = "ISONoise";
  static constexpr Kind kind = Kind::pixels;

  explicit ISONoise(ISONoiseOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::ISONoise", options_.p);
    detail::require_within("augmentation::ISONoise", "color_shift", options_.color_shift, 0, 1);
    detail::require_within("augmentation::ISONoise", "intensity", options_.intensity, 0, HUGE_VAL);
  }
  [[nodiscard]] const ISONoiseOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("ISONoise(color_shift=", detail::text_of_range(options_.color_shift),
                     ", intensity=", detail::text_of_range(options_.intensity), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double shift = draws.uniform("color_shift", options_.color_shift.low, options_.color_shift.high);
    const double intensity = draws.uniform("intensity", options_.intensity.low, options_.intensity.high);
    const std::uint64_t seed = draws.seed("field");
    cv::Mat hls;
    canvas.pixels().convertTo(hls, CV_32F, 1.0 / 255);
    cv::cvtColor(hls, hls, cv::COLOR_RGB2HLS);
    cv::Scalar mean, deviation;
    cv::meanStdDev(hls, mean, deviation);
    add_noise(hls, shift * intensity, deviation[1] * intensity, intensity, seed);
    cv::cvtColor(hls, hls, cv::COLOR_HLS2RGB);
    cv::Mat result;
    hls.convertTo(result, CV_8U, 255);
    canvas.repaint(result);
  }

 private:
  static void add_noise(cv::Mat& hls, double hue_deviation, double specks, double intensity, std::uint64_t seed) {
    NoiseField field(seed);
    Random random({.seed = seed});
    const detail::PoissonTable poisson(specks);
    std::array<std::array<std::int32_t, NoiseField::LANES>, 3> sums{};
    const auto scale = static_cast<float>(hue_deviation / NoiseField::DEVIATION);
    const auto strength = static_cast<float>(intensity);
    std::size_t lane = NoiseField::LANES;
    for (int y = 0; y < hls.rows; ++y) {
      for (int x = 0; x < hls.cols; ++x) {
        if (lane == NoiseField::LANES) {
          field.next(sums[0].data(), sums[1].data(), sums[2].data());
          lane = 0;
        }
        auto& pixel = hls.at<cv::Vec3f>(y, x);
        pixel[0] += scale * static_cast<float>(sums[0][lane++]);
        const float lighter = pixel[1] + poisson(static_cast<double>(random.bits()) * 0x1p-32) * strength * (1 - pixel[1]);
        pixel[1] = std::clamp(lighter, 0.0f, 1.0f);
      }
    }
  }

  ISONoiseOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Softer, moved or sharper: small convolutions of the finished pixels. Beyond the edges the picture is continued by reflection.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct GaussianBlurOptions {
  WholeRange blur_limit = {0, 0};  ///< size of the kernel in pixels, made odd; 0: large enough for the deviation
  Range sigma_limit = {0.5, 3};    ///< deviation in pixels
  double p = 0.5;
  friend bool operator==(const GaussianBlurOptions&, const GaussianBlurOptions&) = default;
};

/// Blurs with a normal kernel.
class GaussianBlur {
 public:
  static constexpr std::string_view name = "GaussianBlur";
  static constexpr Kind kind = Kind::pixels;

  explicit GaussianBlur(GaussianBlurOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::GaussianBlur", options_.p);
    detail::require_within("augmentation::GaussianBlur", "blur_limit", options_.blur_limit, 0, HUGE_VAL);
    detail::require_within("augmentation::GaussianBlur", "sigma_limit", options_.sigma_limit, 0, HUGE_VAL);
  }
  [[nodiscard]] const GaussianBlurOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("GaussianBlur(blur_limit=", detail::text_of_range(options_.blur_limit),
                     ", sigma_limit=", detail::text_of_range(options_.sigma_limit), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double sigma = draws.uniform("sigma", options_.sigma_limit.low, options_.sigma_limit.high);
    int size = draws.whole("size", options_.blur_limit.low, options_.blur_limit.high);
    if (sigma == 0) return;
    if (size == 0) size = static_cast<int>(sigma * 3.5) * 2 + 1;
    const int half = size / 2;
    cv::Mat kernel(1, 2 * half + 1, CV_64F);
    for (int i = -half; i <= half; ++i) kernel.at<double>(0, i + half) = std::exp(-0.5 * (i / sigma) * (i / sigma));
    kernel /= cv::sum(kernel)[0];
    cv::Mat result;
    cv::sepFilter2D(canvas.pixels(), result, -1, kernel, kernel);
    canvas.repaint(result);
  }

 private:
  GaussianBlurOptions options_;
};

/// Whether the path of a motion may lie beside the middle of its kernel, which moves the picture a little.
enum class MotionPath { shifted, centered };

struct MotionBlurOptions {
  WholeRange blur_limit = {3, 7};  ///< size of the kernel in pixels, odd, at least 3
  MotionPath path = MotionPath::shifted;
  Range angle_range = {0, 360};     ///< degrees
  Range direction_range = {-1, 1};  ///< -1 backwards, 1 forwards, 0 both ways
  double p = 0.5;
  friend bool operator==(const MotionBlurOptions&, const MotionBlurOptions&) = default;
};

/// Blurs along a line.
class MotionBlur {
 public:
  static constexpr std::string_view name = "MotionBlur";
  static constexpr Kind kind = Kind::pixels;

  explicit MotionBlur(MotionBlurOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::MotionBlur";
    detail::require_probability(where, options_.p);
    detail::require_within(where, "blur_limit", options_.blur_limit, 3, HUGE_VAL);
    detail::require_within(where, "angle_range", options_.angle_range, 0, 360);
    detail::require_within(where, "direction_range", options_.direction_range, -1, 1);
  }
  [[nodiscard]] const MotionBlurOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("MotionBlur(blur_limit=", detail::text_of_range(options_.blur_limit), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const int low = options_.blur_limit.low | 1;
    const int high = std::max(options_.blur_limit.high | 1, low);
    const int size = low + 2 * draws.whole("size", 0, (high - low) / 2);
    const double angle = draws.uniform("angle", options_.angle_range.low, options_.angle_range.high);
    const double direction = draws.uniform("direction", options_.direction_range.low, options_.direction_range.high);
    double shift_x = 0;
    double shift_y = 0;
    if (options_.path == MotionPath::shifted) {
      shift_x = draws.uniform("shift_x", -1, 1) * (size / 2) / 2;
      shift_y = draws.uniform("shift_y", -1, 1) * (size / 2) / 2;
    }
    cv::Mat result;
    cv::filter2D(canvas.pixels(), result, -1, kernel(size, angle, direction, shift_x, shift_y));
    canvas.repaint(result);
  }

 private:
  // The pixels of a line through the middle, equally weighted; halves are rounded to even as NumPy does.
  static cv::Mat kernel(int size, double degrees, double direction, double shift_x, double shift_y) {
    cv::Mat kernel = cv::Mat::zeros(size, size, CV_32F);
    const double length = size / 2;
    const double from = direction > 0 ? -length * (1 - direction) : -length;
    const double to = direction < 0 ? length * (1 + direction) : length;
    const double angle = degrees * std::numbers::pi / 180.0;
    for (int i = 0; i < size; ++i) {
      const double t = from + (to - from) * i / (size - 1);
      const auto place = [&](double way, double shift) {
        return static_cast<int>(std::clamp(std::nearbyint(size / 2 + way * t + shift), 0.0, size - 1.0));
      };
      kernel.at<float>(place(std::sin(angle), shift_y), place(std::cos(angle), shift_x)) = 1;
    }
    return kernel / cv::sum(kernel)[0];
  }

  MotionBlurOptions options_;
};

/// How an image is sharpened: with a kernel of nine weights, or by what a blur takes away.
enum class SharpenMethod { kernel, gaussian };

struct SharpenOptions {
  Range alpha = {0.2, 0.5};    ///< share of the sharpened image in the result
  Range lightness = {0.5, 1};  ///< of the sharpened image, for `SharpenMethod::kernel`
  SharpenMethod method = SharpenMethod::kernel;
  int kernel_size = 5;  ///< pixels, at least 3, made odd, for `SharpenMethod::gaussian`
  double sigma = 1;     ///< pixels, for `SharpenMethod::gaussian`
  double p = 0.5;
  friend bool operator==(const SharpenOptions&, const SharpenOptions&) = default;
};

/// Sharpens, and overlays the result on the image.
class Sharpen {
 public:
  static constexpr std::string_view name = "Sharpen";
  static constexpr Kind kind = Kind::pixels;

  explicit Sharpen(SharpenOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::Sharpen";
    detail::require_probability(where, options_.p);
    detail::require_within(where, "alpha", options_.alpha, 0, 1);
    detail::require_within(where, "lightness", options_.lightness, 0, HUGE_VAL);
    if (options_.kernel_size < 3)
      fail<ArgumentError>({where, "kernel_size must be at least 3", join_text(options_.kernel_size)});
    if (!(options_.sigma > 0)) fail<ArgumentError>({where, "sigma must be above 0", join_text(options_.sigma)});
  }
  [[nodiscard]] const SharpenOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Sharpen(alpha=", detail::text_of_range(options_.alpha),
                     ", lightness=", detail::text_of_range(options_.lightness), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double alpha = draws.uniform("alpha", options_.alpha.low, options_.alpha.high);
    cv::Mat result;
    if (options_.method == SharpenMethod::gaussian) {
      const int size = options_.kernel_size | 1;
      cv::Mat blurred;
      cv::GaussianBlur(canvas.pixels(), blurred, {size, size}, options_.sigma, options_.sigma);
      cv::addWeighted(canvas.pixels(), 1 + alpha, blurred, -alpha, 0, result);
    } else {
      const double lightness = draws.uniform("lightness", options_.lightness.low, options_.lightness.high);
      cv::Mat kernel(3, 3, CV_32F, cv::Scalar(-alpha));
      kernel.at<float>(1, 1) = static_cast<float>((1 - alpha) + alpha * (8 + lightness));
      cv::filter2D(canvas.pixels(), result, -1, kernel);
    }
    canvas.repaint(result);
  }

 private:
  SharpenOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

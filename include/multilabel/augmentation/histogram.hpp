// SPDX-License-Identifier: Apache-2.0
#pragma once
// Spreading the values of an image over the whole range: all at once (`Equalize`) or tile by tile (`CLAHE`). Both need the
// finished pixels.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Which library's equalisation: OpenCV's, or Pillow's as albumentations has it.
enum class EqualizeMode { cv, pil };

/// Whether red, green and blue are treated apart, or the brightness alone.
enum class EqualizeChannels { independent, luminance };

struct EqualizeOptions {
  EqualizeMode mode = EqualizeMode::cv;
  EqualizeChannels channels = EqualizeChannels::independent;
  double p = 0.5;
  friend bool operator==(const EqualizeOptions&, const EqualizeOptions&) = default;
};

namespace detail {

inline void equalize_pil(cv::Mat& plane) {
  std::array<std::int64_t, 256> counts{};
  for (int y = 0; y < plane.rows; ++y)
    for (int x = 0; x < plane.cols; ++x) ++counts[plane.at<std::uint8_t>(y, x)];
  std::int64_t last = 0;
  std::size_t different = 0;
  for (const std::int64_t count : counts) {
    if (count == 0) continue;
    last = count;
    ++different;
  }
  const std::int64_t step = (static_cast<std::int64_t>(plane.total()) - last) / 255;
  if (different <= 1 || step == 0) return;
  cv::Mat table(1, 256, CV_8U);
  std::int64_t below = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    below += counts[value];
    table.data[value] = static_cast<std::uint8_t>(std::min<std::int64_t>((below + step / 2) / step, 255));
  }
  cv::LUT(plane, table, plane);
}

}  // namespace detail

/// Makes all values about equally frequent.
class Equalize {
 public:
  static constexpr std::string_view name = "Equalize";
  static constexpr Kind kind = Kind::pixels;

  explicit Equalize(EqualizeOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::Equalize", options_.p);
  }
  [[nodiscard]] const EqualizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Equalize(mode=", options_.mode == EqualizeMode::cv ? "cv" : "pil", ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws&) const {
    const bool luminance = options_.channels == EqualizeChannels::luminance;
    std::vector<cv::Mat> planes;
    if (luminance) {
      cv::Mat image;  // of its own: the canvas may hold the caller's pixels
      cv::cvtColor(canvas.pixels(), image, cv::COLOR_RGB2YCrCb);
      cv::split(image, planes);
    } else {
      cv::split(canvas.pixels(), planes);
    }
    for (std::size_t i = 0; i < (luminance ? 1u : 3u); ++i) {
      if (options_.mode == EqualizeMode::pil)
        detail::equalize_pil(planes[i]);
      else
        cv::equalizeHist(planes[i], planes[i]);
    }
    cv::Mat result;
    cv::merge(planes, result);
    if (luminance) cv::cvtColor(result, result, cv::COLOR_YCrCb2RGB);
    canvas.repaint(result);
  }

 private:
  EqualizeOptions options_;
};

struct CLAHEOptions {
  Range clip_limit = {1, 4};     ///< how far a value may be more frequent than the mean, at least 1
  int tiles_x = 8, tiles_y = 8;  ///< how many tiles along each axis
  double p = 0.5;
  friend bool operator==(const CLAHEOptions&, const CLAHEOptions&) = default;
};

/// Contrast-limited adaptive equalisation of the lightness (L of Lab).
class CLAHE {
 public:
  static constexpr std::string_view name = "CLAHE";
  static constexpr Kind kind = Kind::pixels;

  explicit CLAHE(CLAHEOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::CLAHE", options_.p);
    detail::require_within("augmentation::CLAHE", "clip_limit", options_.clip_limit, 1, HUGE_VAL);
    if (options_.tiles_x < 1 || options_.tiles_y < 1)
      fail<ArgumentError>({"augmentation::CLAHE", "tile_grid_size must be at least 1 x 1",
                           join_text(options_.tiles_x, " x ", options_.tiles_y)});
  }
  [[nodiscard]] const CLAHEOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("CLAHE(clip_limit=", detail::text_of_range(options_.clip_limit), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double limit = draws.uniform("clip_limit", options_.clip_limit.low, options_.clip_limit.high);
    cv::Mat lab;
    cv::cvtColor(canvas.pixels(), lab, cv::COLOR_RGB2Lab);
    std::vector<cv::Mat> planes;
    cv::split(lab, planes);
    cv::createCLAHE(limit, {options_.tiles_x, options_.tiles_y})->apply(planes[0], planes[0]);
    cv::merge(planes, lab);
    cv::Mat result;
    cv::cvtColor(lab, result, cv::COLOR_Lab2RGB);
    canvas.repaint(result);
  }

 private:
  CLAHEOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes of colour: hue, saturation, and no colour at all. Where colour is part of a label (ripe or unripe, the kind of a
// bird), keep the hue as it is.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/lookup.hpp"
#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

namespace detail {

/// Hues (0 ... 179) moved round the circle by `shift`, cut to whole numbers as albumentations does.
inline std::array<std::uint8_t, 256> hue_table(double shift) {
  std::array<std::uint8_t, 256> table;
  for (std::size_t hue = 0; hue < 256; ++hue) {
    double moved = std::fmod(static_cast<double>(hue) + shift, 180.0);
    if (moved < 0) moved += 180;
    table[hue] = static_cast<std::uint8_t>(moved);
  }
  return table;
}

/// `image` with hue, saturation and value (OpenCV's 8-bit HSV) replaced through tables.
inline cv::Mat in_hsv(const cv::Mat& image, const Table& table) {
  cv::Mat hsv;
  cv::cvtColor(image, hsv, cv::COLOR_RGB2HSV);
  cv::Mat result;
  cv::cvtColor(look_up(hsv, table), result, cv::COLOR_HSV2RGB);
  return result;
}

}  // namespace detail

struct HueSaturationValueOptions {
  SymmetricRange hue_shift_limit = 20;  ///< of a circle of 180
  SymmetricRange sat_shift_limit = 30;  ///< grey levels
  SymmetricRange val_shift_limit = 20;  ///< grey levels
  double p = 0.5;
  friend bool operator==(const HueSaturationValueOptions&, const HueSaturationValueOptions&) = default;
};

/// Adds to hue, saturation and value; grey stays grey.
class HueSaturationValue {
 public:
  static constexpr std::string_view name = "HueSaturationValue";
  static constexpr Kind kind = Kind::pixels;

  explicit HueSaturationValue(HueSaturationValueOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::HueSaturationValue";
    detail::require_probability(where, options_.p);
    detail::require_order(where, "hue_shift_limit", options_.hue_shift_limit);
    detail::require_order(where, "sat_shift_limit", options_.sat_shift_limit);
    detail::require_order(where, "val_shift_limit", options_.val_shift_limit);
  }
  [[nodiscard]] const HueSaturationValueOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("HueSaturationValue(hue_shift_limit=", detail::text_of_range(options_.hue_shift_limit),
                     ", sat_shift_limit=", detail::text_of_range(options_.sat_shift_limit),
                     ", val_shift_limit=", detail::text_of_range(options_.val_shift_limit), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double hue = draws.uniform("hue_shift", options_.hue_shift_limit.low, options_.hue_shift_limit.high);
    const double saturation = draws.uniform("sat_shift", options_.sat_shift_limit.low, options_.sat_shift_limit.high);
    const double value = draws.uniform("val_shift", options_.val_shift_limit.low, options_.val_shift_limit.high);
    if (hue == 0 && saturation == 0 && value == 0) return;
    const auto shifted = [](double shift) {
      // albumentations rounds what grows and cuts what shrinks.
      return table_of([=](double x) { return shift < 0 ? std::trunc(std::max(0.0, x + shift)) : x + shift; })[0];
    };
    Table table = {detail::hue_table(hue), shifted(saturation), shifted(value)};
    table[1][0] = 0;
    canvas.repaint(detail::in_hsv(canvas.pixels(), table));
  }

 private:
  HueSaturationValueOptions options_;
};

struct ColorJitterOptions {
  Range brightness = {0.8, 1.2};  ///< factor
  Range contrast = {0.8, 1.2};    ///< factor about the mean grey
  Range saturation = {0.8, 1.2};  ///< factor; 0 is grey
  Range hue = {-0.5, 0.5};        ///< share of the circle
  double p = 0.5;
  friend bool operator==(const ColorJitterOptions&, const ColorJitterOptions&) = default;
};

/// Brightness, contrast, saturation and hue, in random order, as torchvision does.
class ColorJitter {
 public:
  static constexpr std::string_view name = "ColorJitter";
  static constexpr Kind kind = Kind::pixels;

  explicit ColorJitter(ColorJitterOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::ColorJitter";
    detail::require_probability(where, options_.p);
    detail::require_within(where, "brightness", options_.brightness, 0, HUGE_VAL);
    detail::require_within(where, "contrast", options_.contrast, 0, HUGE_VAL);
    detail::require_within(where, "saturation", options_.saturation, 0, HUGE_VAL);
    detail::require_within(where, "hue", options_.hue, -0.5, 0.5);
  }
  [[nodiscard]] const ColorJitterOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("ColorJitter(brightness=", detail::text_of_range(options_.brightness),
                     ", contrast=", detail::text_of_range(options_.contrast),
                     ", saturation=", detail::text_of_range(options_.saturation), ", hue=", detail::text_of_range(options_.hue),
                     ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double brightness = draws.uniform("brightness", options_.brightness.low, options_.brightness.high);
    const double contrast = draws.uniform("contrast", options_.contrast.low, options_.contrast.high);
    const double saturation = draws.uniform("saturation", options_.saturation.low, options_.saturation.high);
    const double hue = draws.uniform("hue", options_.hue.low, options_.hue.high);
    std::array<int, 4> steps = {0, 1, 2, 3};
    for (int skip = draws.whole("order", 0, 23); skip > 0; --skip) std::next_permutation(steps.begin(), steps.end());
    for (const int step : steps) {
      if (step == 0 && brightness != 1) canvas.lookup(cut_levels(brightness, 0));
      if (step == 1 && contrast != 1) change_contrast(canvas, contrast);
      if (step == 2 && saturation != 1) change_saturation(canvas, saturation);
      if (step == 3 && hue != 0) change_hue(canvas, hue);
    }
  }

 private:
  // Cut to whole levels as albumentations does: a hue of 8 bits after it would make several levels of one.
  static Table cut_levels(double gain, double offset) {
    return table_of([g = static_cast<float>(gain), o = static_cast<float>(offset)](double x) {
      return std::trunc(std::clamp(static_cast<float>(x) * g + o, 0.0f, 255.0f));
    });
  }

  static void change_contrast(Canvas& canvas, double factor) {
    cv::Mat gray;
    cv::cvtColor(canvas.pixels(), gray, cv::COLOR_RGB2GRAY);
    canvas.lookup(cut_levels(factor, cv::mean(gray)[0] * (1 - factor)));
  }

  static void change_saturation(Canvas& canvas, double factor) {
    cv::Mat gray;
    cv::cvtColor(canvas.pixels(), gray, cv::COLOR_RGB2GRAY);
    cv::cvtColor(gray, gray, cv::COLOR_GRAY2RGB);
    cv::Mat result;
    cv::addWeighted(canvas.pixels(), factor, gray, 1 - factor, 0, result);
    canvas.repaint(result);
  }

  static void change_hue(Canvas& canvas, double share) {
    Table table = table_of([](double x) { return x; });
    table[0] = detail::hue_table(180 * share);
    canvas.repaint(detail::in_hsv(canvas.pixels(), table));
  }

  ColorJitterOptions options_;
};

/// How three channels become one.
enum class GrayMethod {
  weighted_average,  ///< 0.299 red + 0.587 green + 0.114 blue
  from_lab,          ///< L of Lab
  desaturation,      ///< half of the largest and the smallest
  average,           ///< the mean, cut to a whole number
  max,               ///< the largest
  pca,               ///< along the direction in which the image's colours differ most, stretched to 0 ... 255
};

struct ToGrayOptions {
  GrayMethod method = GrayMethod::weighted_average;
  double p = 0.5;
  friend bool operator==(const ToGrayOptions&, const ToGrayOptions&) = default;
};

namespace detail {

inline cv::Mat gray_by_pca(const cv::Mat& image) {
  cv::Mat values;
  image.clone().reshape(1, static_cast<int>(image.total())).convertTo(values, CV_64F);
  cv::Mat mean, covariance, sizes, directions;
  cv::calcCovarMatrix(values, covariance, mean, cv::COVAR_NORMAL | cv::COVAR_ROWS, CV_64F);
  cv::eigen(covariance, sizes, directions);
  cv::Mat direction = directions.row(0);
  if (cv::sum(direction)[0] < 0) direction = -direction;  // bright stays bright
  cv::Mat gray = values * direction.t();
  cv::normalize(gray, gray, 0, 255, cv::NORM_MINMAX);
  cv::Mat result;
  gray.reshape(1, image.rows).convertTo(result, CV_8U);
  return result;
}

inline cv::Mat gray_of(const cv::Mat& image, GrayMethod method) {
  cv::Mat result;
  if (method == GrayMethod::weighted_average) {
    cv::cvtColor(image, result, cv::COLOR_RGB2GRAY);
    return result;
  }
  if (method == GrayMethod::from_lab) {
    cv::cvtColor(image, result, cv::COLOR_RGB2Lab);
    cv::extractChannel(result, result, 0);
    return result;
  }
  if (method == GrayMethod::pca) return gray_by_pca(image);
  result.create(image.size(), CV_8U);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      const auto& pixel = image.at<cv::Vec3b>(y, x);
      const int low = std::min({pixel[0], pixel[1], pixel[2]});
      const int high = std::max({pixel[0], pixel[1], pixel[2]});
      const int value = method == GrayMethod::max            ? high
                        : method == GrayMethod::desaturation ? (low + high) / 2
                                                             : (pixel[0] + pixel[1] + pixel[2]) / 3;
      result.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(value);
    }
  }
  return result;
}

}  // namespace detail

/// The image without colour, still with three channels.
class ToGray {
 public:
  static constexpr std::string_view name = "ToGray";
  static constexpr Kind kind = Kind::pixels;

  explicit ToGray(ToGrayOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::ToGray", options_.p);
  }
  [[nodiscard]] const ToGrayOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    constexpr std::array<std::string_view, 6> names = {"weighted_average", "from_lab", "desaturation", "average", "max", "pca"};
    return join_text("ToGray(method=", names[static_cast<std::size_t>(options_.method)], ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws&) const {
    const cv::Mat gray = detail::gray_of(canvas.pixels(), options_.method);
    cv::Mat result;
    cv::cvtColor(gray, result, cv::COLOR_GRAY2RGB);
    canvas.repaint(result);
  }

 private:
  ToGrayOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The picture as seen from somewhat aside. It cuts away up to a tenth at each corner by default, so small objects near the
// corners can leave the picture.

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>

#include "multilabel/augmentation/affine.hpp"
#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Whether the result of `Perspective` keeps the size of the image, or has that of the quadrangle it shows.
enum class PerspectiveSize { image, quadrangle };

struct PerspectiveOptions {
  Range scale = {0.05, 0.1};  ///< deviation of each corner's move, as a share of the width and height
  PerspectiveSize size = PerspectiveSize::image;
  OutputSize output = OutputSize::keep;  ///< `fit`: all of the image is shown
  Interpolation interpolation = Interpolation::linear;
  Border border_mode = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `Border::constant`
  double p = 0.5;
  friend bool operator==(const PerspectiveOptions&, const PerspectiveOptions&) = default;
};

namespace detail {

using Quadrangle = std::array<cv::Point2f, 4>;  // top left, top right, bottom right, bottom left

/// The corners of the part of an image that is shown: each moved inwards by |normal| modulo 0.32.
inline Quadrangle draw_corners(cv::Size size, double scale, Draws& draws) {
  std::array<cv::Point2d, 4> points;
  for (auto& point : points) {
    point.x = std::fmod(std::abs(draws.normal("corner_x", scale)), 0.32);
    point.y = std::fmod(std::abs(draws.normal("corner_y", scale)), 0.32);
  }
  points[1].x = 1 - points[1].x;
  points[2] = cv::Point2d(1, 1) - points[2];
  points[3].y = 1 - points[3].y;
  Quadrangle corners;
  for (std::size_t i = 0; i < 4; ++i)
    corners[i] = {static_cast<float>(points[i].x * size.width), static_cast<float>(points[i].y * size.height)};
  return corners;
}

/// The length of a side; one shorter than two pixels is stretched to two first.
inline double side(cv::Point2f& a, cv::Point2f& b) {
  const double length = std::hypot(a.x - b.x, a.y - b.y);
  if (length >= 2) return length;
  const auto step = static_cast<float>((2 - length) / 2);
  const auto apart = [&](float& u, float& v) {
    const float way = u > v ? step : -step;
    u += way;
    v -= way;
  };
  apart(a.x, b.x);
  apart(a.y, b.y);
  return 2;
}

}  // namespace detail

/// Stretches a quadrangle with corners near the image's to a whole rectangle.
class Perspective {
 public:
  static constexpr std::string_view name = "Perspective";
  static constexpr Kind kind = Kind::pixels;

  explicit Perspective(PerspectiveOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::Perspective", options_.p);
    detail::require_color("augmentation::Perspective", options_.fill);
    detail::require_within("augmentation::Perspective", "scale", options_.scale, 0, HUGE_VAL);
  }
  [[nodiscard]] const PerspectiveOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Perspective(scale=", detail::text_of_range(options_.scale),
                     ", border_mode=", detail::text_of(options_.border_mode), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const cv::Size size = canvas.size();
    const double scale = draws.uniform("scale", options_.scale.low, options_.scale.high);
    detail::Quadrangle corners = detail::draw_corners(size, scale, draws);
    const auto w = static_cast<float>(size.width);
    const auto h = static_cast<float>(size.height);
    const detail::Quadrangle whole = {cv::Point2f(0, 0), cv::Point2f(w, 0), cv::Point2f(w, h), cv::Point2f(0, h)};
    auto& [top_left, top_right, bottom_right, bottom_left] = corners;
    double width = std::max(detail::side(top_right, top_left), detail::side(bottom_right, bottom_left));
    double height = std::max(detail::side(bottom_right, top_right), detail::side(bottom_left, top_left));
    cv::Matx33d forward = cv::getPerspectiveTransform(corners.data(), whole.data());
    if (options_.output == OutputSize::fit) forward = expand(forward, whole, width, height);
    cv::Size result(static_cast<int>(width), static_cast<int>(height));
    if (options_.size == PerspectiveSize::image) {
      const double x = static_cast<double>(size.width) / result.width;
      const double y = static_cast<double>(size.height) / result.height;
      const cv::Matx33d back(x, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, 1.0);
      forward = back * forward;
      result = size;
    }
    canvas.project(forward, result, {options_.interpolation, options_.border_mode, options_.fill});
  }
  void plan(Preprocessing& format) const {
    if (options_.size == PerspectiveSize::quadrangle) format.height = format.width = 0;
  }

 private:
  // The same view, moved and cut so that all four corners of the image are just on the canvas.
  static cv::Matx33d expand(const cv::Matx33d& forward, const detail::Quadrangle& whole, double& width, double& height) {
    detail::Quadrangle seen;
    for (std::size_t i = 0; i < 4; ++i) {
      const cv::Vec3d point = forward * cv::Vec3d(whole[i].x, whole[i].y, 1);
      seen[i] = {static_cast<float>(point[0] / point[2]), static_cast<float>(point[1] / point[2])};
    }
    const float left = std::min({seen[0].x, seen[1].x, seen[2].x, seen[3].x});
    const float top = std::min({seen[0].y, seen[1].y, seen[2].y, seen[3].y});
    width = height = 0;
    for (auto& point : seen) {
      point = {std::nearbyint(point.x - left), std::nearbyint(point.y - top)};
      width = std::max<double>(width, point.x);
      height = std::max<double>(height, point.y);
    }
    return cv::getPerspectiveTransform(whole.data(), seen.data());
  }

  PerspectiveOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

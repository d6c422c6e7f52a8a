// SPDX-License-Identifier: Apache-2.0
#pragma once
// One resampling for any number of flips, crops, turns and resizes: `Geometry` collects them as one matrix, `resample` carries
// them out. Flips and crops by whole pixels copy; a plain resize is OpenCV's; everything else is one warp. With area filtering
// a warp that shrinks averages: over two pixels' width from `AVERAGING_STEP` on, and beyond `SHRINKING_STEP` after the source
// has been shrunk to twice the size that the warp then reads.

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>

#include "multilabel/augmentation/affine_map.hpp"
#include "multilabel/augmentation/area.hpp"
#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/augmentation/large_warp.hpp"
#include "multilabel/augmentation/linear_warp.hpp"
#include "multilabel/augmentation/means.hpp"
#include "multilabel/augmentation/rows.hpp"
#include "multilabel/augmentation/scratch.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// A geometric change that has been planned and not yet carried out.
struct Geometry {
  AffineMap map;    ///< pixel of the result -> pixel of the source
  cv::Size size;    ///< of the result
  cv::Rect window;  ///< the part of the source that may be seen; its edges are where the border begins
  Sampling sampling;
  bool interpolates = false;  ///< something other than whole-pixel moves is in the map
  bool beyond = false;        ///< the map may look beyond the window

  /// Nothing planned for a source of this size.
  [[nodiscard]] static Geometry of(cv::Size size) {
    return {.map = {}, .size = size, .window = {{0, 0}, size}, .sampling = {}};
  }
};

namespace detail {

inline constexpr double AVERAGING_STEP = 1.5;
inline constexpr double SHRINKING_STEP = 3;

/// Resizes both axes; with area filtering each axis that shrinks is averaged, each that grows is interpolated.
inline cv::Mat resize_to(const cv::Mat& source, cv::Size size, Interpolation interpolation) {
  if (source.size() == size) return source;
  cv::Mat result = scratch_image(size);
  if (interpolation != Interpolation::area) {
    cv::resize(source, result, size, 0, 0, static_cast<int>(interpolation));
    return result;
  }
  const cv::Size smaller(std::min(size.width, source.cols), std::min(size.height, source.rows));
  cv::Mat averaged = source;
  if (smaller != source.size()) averaged = shrink_area(source, smaller);
  if (smaller == size) return averaged;
  cv::resize(averaged, result, size, 0, 0, cv::INTER_LINEAR);
  return result;
}

/// The rectangle of `source`, with the border where it reaches beyond.
inline cv::Mat cut(const cv::Mat& source, cv::Rect rect, const Sampling& sampling) {
  const cv::Rect inside = rect & cv::Rect({0, 0}, source.size());
  if (inside == rect) return source(rect);
  cv::Mat padded;
  const int left = std::max(0, -rect.x);
  const int top = std::max(0, -rect.y);
  const int right = std::max(0, rect.x + rect.width - source.cols);
  const int bottom = std::max(0, rect.y + rect.height - source.rows);
  cv::copyMakeBorder(source, padded, top, bottom, left, right, static_cast<int>(sampling.border) | cv::BORDER_ISOLATED,
                     cv::Scalar(sampling.fill[0], sampling.fill[1], sampling.fill[2]));
  return padded(cv::Rect(rect.x + left, rect.y + top, rect.width, rect.height));
}

/// True when `value` is a whole number but for rounding; `whole` receives it.
inline bool is_whole(double value, int& whole) {
  whole = static_cast<int>(std::lround(value));
  return std::abs(value - whole) < 1e-6;
}

/// A straight map that is a resize followed by whole-pixel moves, or an empty image if it is not one.
inline cv::Mat resample_straight(const cv::Mat& source, const Geometry& geometry) {
  const AffineMap& map = geometry.map;
  const double step_x = std::abs(map.xx);
  const double step_y = std::abs(map.yy);
  cv::Size scaled;
  int x = 0;
  int y = 0;
  if (!is_whole(source.cols / step_x, scaled.width) || !is_whole(source.rows / step_y, scaled.height)) return {};
  if (scaled.width < 1 || scaled.height < 1) return {};
  const double left = map.xx > 0 ? map.x0 : map.x0 + map.xx * (geometry.size.width - 1);
  const double top = map.yy > 0 ? map.y0 : map.y0 + map.yy * (geometry.size.height - 1);
  if (!is_whole((left + 0.5) / step_x - 0.5, x) || !is_whole((top + 0.5) / step_y - 0.5, y)) return {};
  cv::Mat result =
      cut(resize_to(source, scaled, geometry.sampling.interpolation), cv::Rect({x, y}, geometry.size), geometry.sampling);
  if (map.xx > 0 && map.yy > 0) return result;
  cv::Mat mirrored = scratch_image(geometry.size);
  cv::flip(result, mirrored, map.xx > 0 ? 0 : map.yy > 0 ? 1 : -1);
  return mirrored;
}

/// A warp with everything that has to be settled before its first row: what it reads, how, and over how many pixels' width.
struct WarpPlan {
  cv::Mat source;
  AffineMap map;
  Sampling sampling;
  Means means;
};

inline WarpPlan plan_warp(const cv::Mat& source, const AffineMap& map, const Geometry& geometry) {
  WarpPlan plan{.source = source, .map = map, .sampling = geometry.sampling, .means = {}};
  // What stays inside still reads half a pixel past the edge when it grows: the edge itself, as in a resize.
  if (!geometry.beyond) plan.sampling.border = Border::replicate;
  if (geometry.sampling.interpolation != Interpolation::area) return plan;
  if (std::max(map.step_x(), map.step_y()) > SHRINKING_STEP) {
    const auto shrunk = [](int length, double step) {
      return std::clamp(static_cast<int>(std::ceil(2 * length / step)), 1, length);
    };
    plan.source =
        resize_to(source, {shrunk(source.cols, map.step_x()), shrunk(source.rows, map.step_y())}, Interpolation::area);
    const double x = static_cast<double>(source.cols) / plan.source.cols;
    const double y = static_cast<double>(source.rows) / plan.source.rows;
    plan.map = AffineMap{1 / x, 0, 0.5 / x - 0.5, 0, 1 / y, 0.5 / y - 0.5}.after(map);
  }
  const auto width = [](double step, int length) { return step >= AVERAGING_STEP && length > 1 ? 2 : 1; };
  plan.means = {width(plan.map.step_x(), plan.source.cols), width(plan.map.step_y(), plan.source.rows)};
  return plan;
}

inline cv::Mat warp(const cv::Mat& source, const AffineMap& map, const Geometry& geometry) {
  WarpPlan plan = plan_warp(source, map, geometry);
  const Interpolation interpolation = plan.sampling.interpolation;
  cv::Mat result = scratch_image(geometry.size);
  if (interpolation == Interpolation::linear || interpolation == Interpolation::area) {
    if (auto rows = LinearWarp::of(plan.source, plan.map, geometry.size, plan.sampling, plan.means)) {
      write_pixels(*std::move(rows), result);
      return result;
    }
  }
  if (plan.means != Means{}) {
    plan.source = neighbor_means(plan.source, plan.means);
    plan.map = AffineMap::shift(-0.5 * (plan.means.x - 1), -0.5 * (plan.means.y - 1)).after(plan.map);
  }
  const int flags = interpolation == Interpolation::area ? cv::INTER_LINEAR : static_cast<int>(interpolation);
  warp_of_any_size(plan.source, result, plan.map, flags, plan.sampling);
  return result;
}

/// The part of an image that a geometry looks at, and the geometry in its coordinates.
struct Window {
  Window(const cv::Mat& image, const Geometry& planned) : source(image(planned.window)), geometry(planned) {
    geometry.map.x0 -= planned.window.x;
    geometry.map.y0 -= planned.window.y;
  }
  [[nodiscard]] bool still() const { return geometry.map == AffineMap{} && geometry.size == source.size(); }
  [[nodiscard]] cv::Mat straight() const { return geometry.map.straight() ? resample_straight(source, geometry) : cv::Mat(); }

  cv::Mat source;
  Geometry geometry;
};

}  // namespace detail

/// Carries out what `geometry` planned. The result may share its pixels with `image` when nothing has to move.
[[nodiscard]] inline cv::Mat resample(const cv::Mat& image, const Geometry& geometry) {
  const detail::Window window(image, geometry);
  if (window.still()) return window.source;
  if (cv::Mat result = window.straight(); !result.empty()) return result;
  return detail::warp(window.source, window.geometry.map, window.geometry);
}

/// The rows of what `geometry` planned, read straight from `image`; nothing where `resample` has to make an image first.
[[nodiscard]] inline std::optional<LinearWarp> warped_rows(const cv::Mat& image, const Geometry& geometry) {
  const Interpolation interpolation = geometry.sampling.interpolation;
  if (interpolation != Interpolation::linear && interpolation != Interpolation::area) return {};
  if (geometry.map.straight()) return {};
  const detail::Window window(image, geometry);
  const detail::WarpPlan plan = detail::plan_warp(window.source, window.geometry.map, geometry);
  return LinearWarp::of(plan.source, plan.map, geometry.size, plan.sampling, plan.means);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

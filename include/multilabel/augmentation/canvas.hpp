// SPDX-License-Identifier: Apache-2.0
#pragma once
// An image on its way through a pipeline. Operations tell it what to do; it keeps the moves as one matrix and the levels as one
// multiply-add for as long as the order allows, and touches pixels only when it must: when a move follows a change of values,
// when a second operation looks beyond the edges, when somebody asks for the pixels.

#include <array>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/augmentation/guard.hpp"
#include "multilabel/augmentation/levels.hpp"
#include "multilabel/augmentation/lookup.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/resample.hpp"
#include "multilabel/augmentation/track.hpp"
#include "multilabel/augmentation/value_plan.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Whether neighbouring operations share passes over the pixels.
enum class Fusion {
  on,
  off,  ///< each operation is carried out by itself and leaves rounded 8-bit pixels, as in libraries that do not plan
};

/// The mutable state of one image in one call of a pipeline. Every result equals the operations carried out one after the
/// other, but for the rounding and the blur that the steps between would have added.
class Canvas {
 public:
  /// Starts from 8-bit RGB; the pixels are shared, never written.
  explicit Canvas(cv::Mat image, Fusion fusion = Fusion::on) : image_(std::move(image)), fusion_(fusion) {
    require_rgb("augmentation", image_);
    geometry_ = Geometry::of(image_.size());
    track_ = Track(image_.size());
  }

  /// Where the pixels went so far.
  [[nodiscard]] const Track& track() const noexcept { return track_; }

  /// The objects of the first image that operations may look at, if any are known; they must outlive the canvas.
  void follow(const Objects* objects) noexcept { objects_ = objects; }
  [[nodiscard]] const Objects* objects() const noexcept { return objects_; }

  /// What is to become of labels that are lost, in place of what the pipeline says.
  void guard(const GuardOptions& guard) { guard_ = guard; }
  [[nodiscard]] const std::optional<GuardOptions>& guard() const noexcept { return guard_; }

  /// Notes that the pixels of `rect`, in present coordinates, have been painted over.
  void cover(const cv::Rect& rect) { track_.cover(rect); }

  /// The size that the image has after everything planned so far.
  [[nodiscard]] cv::Size size() const noexcept { return geometry_.size; }

  /// Keeps `rect`, which must lie inside.
  void crop(cv::Rect rect) {
    settle_values();
    geometry_.map = geometry_.map.after(AffineMap::shift(rect.x, rect.y));
    geometry_.size = rect.size();
    track_.move(AffineMap::shift(rect.x, rect.y), rect.size());
    if (geometry_.map.straight() && !geometry_.interpolates && !geometry_.beyond) geometry_.window = seen();
  }

  /// Mirrors left to right.
  void mirror_x() {
    settle_values();
    geometry_.map = geometry_.map.after(AffineMap::mirror_x(geometry_.size.width));
    track_.move(AffineMap::mirror_x(geometry_.size.width), geometry_.size);
  }

  /// Mirrors top to bottom.
  void mirror_y() {
    settle_values();
    geometry_.map = geometry_.map.after(AffineMap::mirror_y(geometry_.size.height));
    track_.move(AffineMap::mirror_y(geometry_.size.height), geometry_.size);
  }

  /// Scales to `size`, each axis by its own factor.
  void resize(cv::Size size, Interpolation interpolation) {
    if (size == geometry_.size) return;
    settle_values();
    const double x = static_cast<double>(geometry_.size.width) / size.width;
    const double y = static_cast<double>(geometry_.size.height) / size.height;
    if (geometry_.beyond && steps_over_the_border(geometry_.map.after(AffineMap::scale(x, y)))) settle_geometry();
    agree_on(interpolation);
    geometry_.map = geometry_.map.after(AffineMap::scale(x, y));
    geometry_.size = size;
    track_.move(AffineMap::scale(x, y), size);
  }

  /// Any affine move onto a canvas of `size`: `map` leads from a pixel of the result to a point of the present image, which may
  /// lie beyond its edges.
  void warp(const AffineMap& map, cv::Size size, const Sampling& sampling) {
    settle_values();
    if (geometry_.beyond || cropped_after_scaling()) settle_geometry();
    agree_on(sampling.interpolation);
    geometry_.sampling.border = sampling.border;
    geometry_.sampling.fill = sampling.fill;
    geometry_.map = geometry_.map.after(map);
    geometry_.size = size;
    track_.move(map, size, sampling.border);
    geometry_.beyond = true;
  }

  /// Extends (or cuts) to `rect` in present coordinates by whole pixels.
  void frame(cv::Rect rect, Border border, const std::array<double, 3>& fill) {
    settle_values();
    if (geometry_.beyond || cropped_after_scaling()) settle_geometry();
    geometry_.sampling.border = border;
    geometry_.sampling.fill = fill;
    geometry_.map = geometry_.map.after(AffineMap::shift(rect.x, rect.y));
    geometry_.size = rect.size();
    track_.move(AffineMap::shift(rect.x, rect.y), rect.size(), border);
    geometry_.beyond = true;
  }

  /// A move that is not affine, a pass of its own: `forward` leads from a point of the present image to one of the result.
  void project(const cv::Matx33d& forward, cv::Size size, const Sampling& sampling) {
    const cv::Mat source = pixels();
    cv::Mat result;
    cv::warpPerspective(source, result, forward, size, static_cast<int>(sampling.interpolation),
                        static_cast<int>(sampling.border), cv::Scalar(sampling.fill[0], sampling.fill[1], sampling.fill[2]));
    image_ = std::move(result);
    geometry_ = Geometry::of(size);
    track_.move(forward.inv(), size, sampling.border);
  }

  /// Changes values by a table.
  void lookup(const Table& table) {
    require_values("a table");
    if (values_.noisy()) settle_values();
    values_.lookup(table);
  }

  /// Changes values, clipped to 0 ... 255 as an 8-bit image would be, but not rounded.
  void levels(const Levels& levels) {
    require_values("levels");
    values_.levels(levels);
  }

  /// Adds noise and clips to 0 ... 255.
  void noise(const Noise& noise) {
    require_values("noise");
    if (values_.noisy()) settle_values();
    values_.noise(noise);
  }

  /// y = (x / 255 - mean) / std, clipped to -limit ... limit, the last step of a pipeline: the result is float.
  void normalize(const std::array<float, 3>& mean, const std::array<float, 3>& std,
                 double limit = std::numeric_limits<double>::infinity()) {
    require_values("Normalize");
    values_.normalize(mean, std, limit);
    normalized_ = true;
  }

  [[nodiscard]] bool normalized() const noexcept { return normalized_; }

  /// The 8-bit pixels as they are now; everything planned is carried out. Read only: they may be the caller's own.
  [[nodiscard]] const cv::Mat& pixels() {
    settle_values();
    settle_geometry();
    return image_;
  }

  /// Goes on with other values in the same places: 8-bit RGB of the present size, which nothing has moved.
  void repaint(cv::Mat image) {
    settle_values();
    settle_geometry();
    require_rgb("augmentation: a repainted image", image);
    if (image.size() != image_.size())
      fail<ShapeError>({"augmentation: a repainted image", join_text("its size must stay ", image_.rows, " x ", image_.cols),
                        join_text(image.rows, " x ", image.cols)});
    image_ = std::move(image);
  }

  /// Goes on with other pixels, 8-bit RGB of any size. As long as objects are followed the size must stay: nobody knows where
  /// the pixels went.
  void replace(cv::Mat image) {
    require_rgb("augmentation: the image returned by an operation", image);
    if (objects_ != nullptr && image.size() != size())
      fail<ShapeError>(
          {"augmentation: the image returned by an operation",
           join_text("its size must stay ", size().height, " x ", size().width, " while boxes or masks are followed"),
           join_text(image.rows, " x ", image.cols), "Use the moves of the library, which say where pixels go"});
    Canvas next(std::move(image), fusion_);
    if (next.size() == size()) next.track_ = std::move(track_);
    next.objects_ = objects_;
    next.guard_ = guard_;
    *this = std::move(next);
  }

  /// An operation is complete: without fusion its pixels are made now.
  void end_step() {
    if (fusion_ == Fusion::off && !normalized_) static_cast<void>(pixels());
  }

  /// Writes three planes of float, [3, height, width].
  void write(float* planar) {
    if (values_.streams())
      if (auto rows = warped_rows(image_, geometry_)) return values_.write_rows(*std::move(rows), planar);
    settle_geometry();
    values_.write(image_, planar);
  }

  /// The result as an image: CV_32FC3 after `normalize`, else 8-bit, rounded to nearest.
  [[nodiscard]] cv::Mat image() {
    if (!normalized_) return pixels();
    const cv::Size size = geometry_.size;
    cv::Mat planar(3 * size.height, size.width, CV_32F);
    write(planar.ptr<float>());
    std::vector<cv::Mat> planes;
    for (int i = 0; i < 3; ++i) planes.push_back(planar.rowRange(i * size.height, (i + 1) * size.height));
    cv::Mat merged;
    cv::merge(planes, merged);
    return merged;
  }

 private:
  void settle_geometry() {
    image_ = resample(image_, geometry_);
    geometry_ = Geometry::of(image_.size());
  }

  void settle_values() {
    if (values_.empty()) return;
    require_values("an operation");
    settle_geometry();
    image_ = values_.eight_bits(image_);
    values_ = {};
  }

  // Two operations share a resampling only if they read between pixels in the same way; area is linear that averages.
  void agree_on(Interpolation interpolation) {
    Interpolation& present = geometry_.sampling.interpolation;
    const auto is_linear = [](Interpolation i) { return i == Interpolation::linear || i == Interpolation::area; };
    const bool same = present == interpolation || (is_linear(present) && is_linear(interpolation));
    if (geometry_.interpolates && !same) settle_geometry();
    if (!(geometry_.interpolates && present == Interpolation::area)) present = interpolation;
    geometry_.interpolates = true;
  }

  // A picture of a few pixels that a turn reflects again and again: a mean over pixels of the source would leave its folds out.
  [[nodiscard]] bool steps_over_the_border(const AffineMap& map) const {
    return 2 * map.step_x() > geometry_.window.width || 2 * map.step_y() > geometry_.window.height;
  }

  // A crop of a scaled image has edges between the source's pixels: no border can begin there.
  [[nodiscard]] bool cropped_after_scaling() const { return geometry_.interpolates && !whole_window_in_view(); }

  [[nodiscard]] bool whole_window_in_view() const {
    const AffineMap& map = geometry_.map;
    return map.straight() && std::abs(std::abs(map.xx) * geometry_.size.width - geometry_.window.width) < 1e-6 &&
           std::abs(std::abs(map.yy) * geometry_.size.height - geometry_.window.height) < 1e-6;
  }

  // The part of the source that a straight, unscaled map shows.
  [[nodiscard]] cv::Rect seen() const {
    const AffineMap& map = geometry_.map;
    const double x = map.xx > 0 ? map.x0 : map.x0 - (geometry_.size.width - 1);
    const double y = map.yy > 0 ? map.y0 : map.y0 - (geometry_.size.height - 1);
    return {{static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y))}, geometry_.size};
  }

  void require_values(std::string_view where) const {
    if (normalized_) fail<ArgumentError>({join_text("augmentation: ", where), "Normalize must be the last operation", ""});
  }

  cv::Mat image_;
  Geometry geometry_;
  ValuePlan values_;
  Track track_;
  const Objects* objects_ = nullptr;
  std::optional<GuardOptions> guard_;
  Fusion fusion_ = Fusion::on;
  bool normalized_ = false;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

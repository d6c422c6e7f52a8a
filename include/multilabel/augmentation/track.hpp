// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where the pixels of an image have gone: every move of a pipeline, from the first image to the last. From it follow, exactly
// and once for all moves together, how much of an object is still in the picture, where its box is now, and what its mask
// looks like. Reflected and replicated borders show nothing new, so they do not count as seen.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/augmentation/affine_map.hpp"
#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/augmentation/polygon.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// The moves of one image. Points are in pixels with integer centres, as everywhere in `AffineMap`.
class Track {
 public:
  Track() = default;
  explicit Track(cv::Size size) : moves_{{cv::Matx33d::eye(), size, std::nullopt, {}}} {}

  /// The size of the image at the start and now.
  [[nodiscard]] cv::Size source() const noexcept { return moves_.front().size; }
  [[nodiscard]] cv::Size size() const noexcept { return moves_.back().size; }

  /// The next move: `map` leads from a pixel of its result, of `size`, to a point of the present image. `beyond` is the border
  /// where that point may lie outside.
  void move(const cv::Matx33d& map, cv::Size size, std::optional<Border> beyond = std::nullopt) {
    moves_.push_back({map, size, beyond, {}});
  }
  void move(const AffineMap& map, cv::Size size, std::optional<Border> beyond = std::nullopt) {
    move(cv::Matx33d(map.xx, map.xy, map.x0, map.yx, map.yy, map.y0, 0, 0, 1), size, beyond);
  }

  /// Whole pixels of the present image have been painted over.
  void cover(const cv::Rect& rect) { moves_.back().covered.push_back(rect); }

  /// Leads from a pixel of the present image to a point of the first one.
  [[nodiscard]] cv::Matx33d total() const {
    cv::Matx33d total = cv::Matx33d::eye();
    for (const auto& move : moves_) total = total * move.map;
    return total;
  }

  /// What of the first image is still to be seen, as convex polygons that do not overlap.
  [[nodiscard]] std::vector<Polygon> visible() const {
    cv::Matx33d total = cv::Matx33d::eye();
    Polygon seen = corners_of(edges(source()));
    std::vector<Polygon> holes;
    for (const auto& move : moves_) {
      total = total * move.map;
      seen = common(std::move(seen), moved(total, corners_of(edges(move.size))));
      for (const auto& rect : move.covered) holes.push_back(moved(total, corners_of(edges(rect))));
    }
    std::vector<Polygon> pieces{std::move(seen)};
    for (const auto& hole : holes) {
      std::vector<Polygon> left;
      for (auto& piece : pieces)
        for (auto& part : without(std::move(piece), hole)) left.push_back(std::move(part));
      pieces = std::move(left);
    }
    return pieces;
  }

  /// A box of the first image, as the smallest upright box about what is still to be seen of it, in pixels of the present one;
  /// nothing if none is.
  [[nodiscard]] std::optional<Box> follow(const Box& box, const std::vector<Polygon>& visible) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const cv::Matx33d forward = total().inv();
    Box result{infinity, infinity, -infinity, -infinity, box.label};
    for (const auto& piece : visible) {
      const Polygon part = common(corners_of(edges(box.within(source()))), piece);
      if (area(part) <= 0) continue;
      for (const auto& corner : moved(forward, part)) {
        result.left = std::min(result.left, corner.x + 0.5);
        result.top = std::min(result.top, corner.y + 0.5);
        result.right = std::max(result.right, corner.x + 0.5);
        result.bottom = std::max(result.bottom, corner.y + 0.5);
      }
    }
    if (result.left >= result.right || result.top >= result.bottom) return std::nullopt;
    return snapped(result);
  }

  /// A mask of the first image, of any type, in the present one: the nearest pixel through all moves at once, `Border`s
  /// followed, zeros where there is only fill.
  [[nodiscard]] cv::Mat follow(const cv::Mat& mask) const {
    const auto moves = merged();
    cv::Mat result = cv::Mat::zeros(size(), mask.type());
    const std::size_t bytes = mask.elemSize();
    for (int y = 0; y < result.rows; ++y)
      for (int x = 0; x < result.cols; ++x)
        if (const auto from = origin(moves, {static_cast<double>(x), static_cast<double>(y)}))
          std::memcpy(result.ptr(y, x), mask.ptr(from->y, from->x), bytes);
    return result;
  }

  /// The rectangle that pixels cover, from edge to edge.
  [[nodiscard]] static cv::Rect2d edges(const cv::Rect& rect) {
    return {rect.x - 0.5, rect.y - 0.5, static_cast<double>(rect.width), static_cast<double>(rect.height)};
  }
  [[nodiscard]] static cv::Rect2d edges(cv::Size size) { return edges(cv::Rect({0, 0}, size)); }
  [[nodiscard]] static cv::Rect2d edges(const Box& box) { return {box.left - 0.5, box.top - 0.5, box.width(), box.height()}; }

 private:
  struct Move {
    cv::Matx33d map;  // result -> image before
    cv::Size size;    // of the result
    std::optional<Border> beyond;
    std::vector<cv::Rect> covered;  // of the result, after the move
  };

  struct Leap {
    cv::Matx33d map;
    cv::Size from;  // size of the image that `map` leads to
    std::optional<Border> beyond;
  };

  // Moves that stay inside need no border between them and the one before.
  [[nodiscard]] std::vector<Leap> merged() const {
    std::vector<Leap> leaps;
    for (std::size_t i = 1; i < moves_.size(); ++i) {
      if (!moves_[i].beyond && !leaps.empty())
        leaps.back().map = leaps.back().map * moves_[i].map;
      else
        leaps.push_back({moves_[i].map, moves_[i - 1].size, moves_[i].beyond});
    }
    return leaps;
  }

  // What rounding left of whole pixels goes.
  static Box snapped(Box box) {
    for (double* edge : {&box.left, &box.top, &box.right, &box.bottom})
      if (std::abs(*edge - std::round(*edge)) < 1e-9) *edge = std::round(*edge) + 0.0;  // no -0
    return box;
  }

  // A coordinate that lies beyond 0 ... length - 1 (pixel centres) brought back as the border says.
  static double folded(double value, int length, Border border) {
    const double n = length;
    const auto remainder = [](double a, double b) { return a - b * std::floor(a / b); };
    switch (border) {
      case Border::wrap:
        return remainder(value + 0.5, n) - 0.5;
      case Border::reflect: {
        const double at = remainder(value + 0.5, 2 * n);
        return (at < n ? at : 2 * n - at) - 0.5;
      }
      case Border::reflect_101: {
        if (length == 1) return 0;
        const double at = remainder(value, 2 * (n - 1));
        return at <= n - 1 ? at : 2 * (n - 1) - at;
      }
      default:
        return std::clamp(value, 0.0, n - 1);
    }
  }

  [[nodiscard]] std::optional<cv::Point> origin(const std::vector<Leap>& leaps, cv::Point2d point) const {
    for (std::size_t i = leaps.size(); i-- > 0;) {
      const Leap& leap = leaps[i];
      point = moved(leap.map, point);
      if (!leap.beyond || cv::Rect2d(edges(leap.from)).contains(point)) continue;
      if (*leap.beyond == Border::constant) return std::nullopt;
      point = {folded(point.x, leap.from.width, *leap.beyond), folded(point.y, leap.from.height, *leap.beyond)};
    }
    const auto whole = [](double value, int length) {
      return std::clamp(static_cast<int>(std::floor(value + 0.5)), 0, length - 1);
    };
    return cv::Point(whole(point.x, source().width), whole(point.y, source().height));
  }

  std::vector<Move> moves_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

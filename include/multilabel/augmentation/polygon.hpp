// SPDX-License-Identifier: Apache-2.0
#pragma once
// Convex polygons of a few corners, enough to say exactly which part of an object is still in the picture: cut by another
// convex polygon, with a hole cut out of it, moved by a matrix, measured.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// The corners of a convex polygon in turn, in either direction; fewer than three are nothing.
using Polygon = std::vector<cv::Point2d>;

/// The four corners of a rectangle.
[[nodiscard]] inline Polygon corners_of(const cv::Rect2d& rect) {
  return {{rect.x, rect.y},
          {rect.x + rect.width, rect.y},
          {rect.x + rect.width, rect.y + rect.height},
          {rect.x, rect.y + rect.height}};
}

/// The area with the sign of the direction: positive for (0, 0), (1, 0), (1, 1).
[[nodiscard]] inline double signed_area(const Polygon& polygon) {
  double sum = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) sum += polygon[i].cross(polygon[(i + 1) % polygon.size()]);
  return 0.5 * sum;
}

[[nodiscard]] inline double area(const Polygon& polygon) { return std::abs(signed_area(polygon)); }

/// A point moved by a 3 x 3 matrix of homogeneous coordinates.
[[nodiscard]] inline cv::Point2d moved(const cv::Matx33d& matrix, const cv::Point2d& point) {
  const cv::Vec3d to = matrix * cv::Vec3d(point.x, point.y, 1);
  return {to[0] / to[2], to[1] / to[2]};
}

[[nodiscard]] inline Polygon moved(const cv::Matx33d& matrix, Polygon polygon) {
  for (auto& corner : polygon) corner = moved(matrix, corner);
  return polygon;
}

namespace detail {

/// The part of `polygon` on one side of the line from `a` to `b`; `side` is 1 for the side that a positive polygon is on.
inline Polygon half(const Polygon& polygon, const cv::Point2d& a, const cv::Point2d& b, double side) {
  Polygon result;
  const auto distance = [&](const cv::Point2d& point) { return side * (b - a).cross(point - a); };
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const cv::Point2d& from = polygon[i];
    const cv::Point2d& to = polygon[(i + 1) % polygon.size()];
    const double here = distance(from);
    const double there = distance(to);
    if (here >= 0) result.push_back(from);
    if ((here > 0 && there < 0) || (here < 0 && there > 0)) result.push_back(from + (here / (here - there)) * (to - from));
  }
  return result;
}

}  // namespace detail

/// The common part of two convex polygons (Sutherland and Hodgman).
[[nodiscard]] inline Polygon common(Polygon polygon, const Polygon& other) {
  const double side = signed_area(other) < 0 ? -1 : 1;
  for (std::size_t i = 0; i < other.size() && !polygon.empty(); ++i)
    polygon = detail::half(polygon, other[i], other[(i + 1) % other.size()], side);
  return polygon;
}

/// What is left of a convex polygon after a convex hole: pieces that are convex and do not overlap.
[[nodiscard]] inline std::vector<Polygon> without(Polygon polygon, const Polygon& hole) {
  std::vector<Polygon> pieces;
  const double side = signed_area(hole) < 0 ? -1 : 1;
  for (std::size_t i = 0; i < hole.size() && !polygon.empty(); ++i) {
    const cv::Point2d& a = hole[i];
    const cv::Point2d& b = hole[(i + 1) % hole.size()];
    Polygon outside = detail::half(polygon, a, b, -side);
    if (area(outside) > 0) pieces.push_back(std::move(outside));
    polygon = detail::half(polygon, a, b, side);
  }
  return pieces;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

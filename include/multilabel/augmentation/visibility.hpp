// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much of an object or of a label is still in the picture: the area that is seen over the area that there was, all moves of
// a pipeline together. Measuring after every move against what the last one left, as albumentations does, lets an object
// dwindle to nothing without ever losing much at once.

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/polygon.hpp"
#include "multilabel/augmentation/track.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

namespace detail {

/// A share without the last bits that rounding left, so that what is whole is 1.
inline double share_of(double part, double whole) {
  if (whole <= 0) return 0;
  const double share = std::clamp(part / whole, 0.0, 1.0);
  return share > 1 - 1e-9 ? 1 : share < 1e-9 ? 0 : share;
}

/// Pixels of a row whose centres lie in a convex polygon: [first, last).
inline cv::Range columns_in(const Polygon& polygon, int row, int width) {
  double low = width;
  double high = -1;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const cv::Point2d& a = polygon[i];
    const cv::Point2d& b = polygon[(i + 1) % polygon.size()];
    if ((a.y <= row) == (b.y <= row)) continue;
    const double x = a.x + (row - a.y) / (b.y - a.y) * (b.x - a.x);
    low = std::min(low, x);
    high = std::max(high, x);
  }
  const auto column = [&](double x) { return std::clamp(static_cast<int>(std::ceil(x)), 0, width); };
  return {column(low), std::max(column(low), column(high))};
}

}  // namespace detail

/// 0 ... 1: how much of the part of `box` that lay within the image `visible` shows (see `Track::visible`); 0 for a box that
/// lay outside.
[[nodiscard]] inline double visible_share(const Box& box, cv::Size source, const std::vector<Polygon>& visible) {
  const Box inside = box.within(source);
  if (inside.area() <= 0) return 0;
  double seen = 0;
  for (const auto& piece : visible) seen += area(common(corners_of(Track::edges(inside)), piece));
  return detail::share_of(seen, inside.area());
}

/// 0 ... 1: how many of the pixels of `mask` have their centres in `visible`; 0 for an empty mask.
[[nodiscard]] inline double visible_share(const Mask& mask, const std::vector<Polygon>& visible) {
  const int total = cv::countNonZero(mask.pixels);
  int seen = 0;
  for (const auto& piece : visible)
    for (int y = 0; y < mask.pixels.rows; ++y) {
      const cv::Range columns = detail::columns_in(piece, y, mask.pixels.cols);
      if (columns.size() > 0) seen += cv::countNonZero(mask.pixels.row(y).colRange(columns));
    }
  return detail::share_of(seen, total);
}

/// For each label with a known place, the largest visible share among its boxes and masks. A box beyond the image or an empty
/// mask says nothing about a place.
[[nodiscard]] inline std::map<std::string, double> visible_shares(const Objects& objects, const Track& track) {
  std::map<std::string, double> shares;
  if (objects.empty()) return shares;
  const auto visible = track.visible();
  const auto note = [&](const std::string& label, double share) {
    double& best = shares.try_emplace(label, 0.0).first->second;
    best = std::max(best, share);
  };
  for (const auto& box : objects.boxes)
    if (box.within(track.source()).area() > 0) note(box.label, visible_share(box, track.source(), visible));
  for (const auto& mask : objects.masks)
    if (cv::countNonZero(mask.pixels) > 0) note(mask.label, visible_share(mask, visible));
  return shares;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

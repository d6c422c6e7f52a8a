// SPDX-License-Identifier: Apache-2.0
#pragma once
// OpenCV's warpAffine for images with a side of 32,767 pixels and more, which it refuses: the result is made piece by piece,
// each from the part of the source that it looks at.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "multilabel/augmentation/affine_map.hpp"
#include "multilabel/augmentation/concepts.hpp"

namespace MULTILABEL_NAMESPACE::augmentation::detail {

/// The stretch of an axis of `length` pixels that is looked at between two points of it, with what a border mirrors into it.
inline cv::Range looked_at(double least, double most, int length, Border border) {
  constexpr double reach = 8;  // of the widest kernel, twice over
  const double first = std::floor(least) - reach, last = std::ceil(most) + reach;
  const bool mirrors = border == Border::reflect || border == Border::reflect_101;
  const double begin = mirrors && last > length ? std::min(first, 2.0 * length - last - reach) : first;
  const double end = mirrors && first < 0 ? std::max(last, reach - first) : last;
  const int from = static_cast<int>(std::clamp(begin, 0.0, length - 1.0));
  return {from, static_cast<int>(std::clamp(end, from + 1.0, static_cast<double>(length)))};
}

inline void warp_affine(const cv::Mat& source, cv::Mat& result, const AffineMap& map, int flags, const Sampling& sampling) {
  const std::array<double, 6> values = {map.xx, map.xy, map.x0, map.yx, map.yy, map.y0};
  const cv::Mat matrix(2, 3, CV_64F, const_cast<double*>(values.data()));
  cv::warpAffine(source, result, matrix, result.size(), flags | cv::WARP_INVERSE_MAP, static_cast<int>(sampling.border),
                 cv::Scalar(sampling.fill[0], sampling.fill[1], sampling.fill[2]));
}

/// Fills `result` from `source`, whatever their sizes.
inline void warp_of_any_size(const cv::Mat& source, cv::Mat& result, const AffineMap& map, int flags,
                             const Sampling& sampling) {
  constexpr int most = std::numeric_limits<short>::max();
  if (std::max({source.cols, source.rows, result.cols, result.rows}) < most)
    return warp_affine(source, result, map, flags, sampling);
  const double step = std::max({std::hypot(map.xx, map.yx), std::hypot(map.xy, map.yy), 1.0});
  const int side = std::max(1, static_cast<int>(8192 / step));
  for (int y = 0; y < result.rows; y += side)
    for (int x = 0; x < result.cols; x += side) {
      cv::Mat piece = result({x, y, std::min(side, result.cols - x), std::min(side, result.rows - y)});
      double left = std::numeric_limits<double>::max(), right = -left, top = left, bottom = -left;
      for (const double column : {static_cast<double>(x), static_cast<double>(x + piece.cols)})
        for (const double row : {static_cast<double>(y), static_cast<double>(y + piece.rows)}) {
          const double at_x = map.xx * column + map.xy * row + map.x0, at_y = map.yx * column + map.yy * row + map.y0;
          left = std::min(left, at_x), right = std::max(right, at_x);
          top = std::min(top, at_y), bottom = std::max(bottom, at_y);
        }
      const cv::Range columns = looked_at(left, right, source.cols, sampling.border);
      const cv::Range rows = looked_at(top, bottom, source.rows, sampling.border);
      const AffineMap moved = AffineMap::shift(-columns.start, -rows.start).after(map).after(AffineMap::shift(x, y));
      warp_affine(source(rows, columns), piece, moved, flags, sampling);
    }
}

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Any affine move, read between the pixels linearly, row by row and without an image in between: 16.16 fixed-point coordinates,
// weights of 7 bits across and 15 bits down, exact integers up to one multiplication by a float. On random pictures the result
// is within one grey level of exact arithmetic, on average within 0.02; OpenCV rounds coordinates to 1/32 of a pixel.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "multilabel/augmentation/affine_map.hpp"
#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/augmentation/means.hpp"
#include "multilabel/augmentation/rows.hpp"
#include "multilabel/augmentation/scratch.hpp"
#include "multilabel/augmentation/simd.hpp"
#include "multilabel/augmentation/warp_axis.hpp"
#ifdef MULTILABEL_HAS_AVX2
#include "multilabel/augmentation/detail/linear_warp_avx2.hpp"
#endif

namespace MULTILABEL_NAMESPACE::augmentation {

/// The rows of `source` under `map`, which leads from a pixel of the result to a point of the source.
class LinearWarp {
 public:
  /// A warp of `source` (8-bit RGB) to `size`, each point being the mean over the width of `means` source pixels about it;
  /// nothing if the border is `wrap`, the source is smaller than four pixels or the map leads too far away for fixed-point
  /// coordinates.
  [[nodiscard]] static std::optional<LinearWarp> of(const cv::Mat& source, const AffineMap& map, cv::Size size,
                                                    const Sampling& sampling, Means means,
                                                    detail::Instructions instructions = detail::instructions()) {
    if (sampling.border == Border::wrap || std::min(source.cols, source.rows) < 4) return {};
    if (std::max(source.cols, source.rows) > MOST || static_cast<double>(source.step) * source.rows > 2e9) return {};
    LinearWarp warp;
    warp.axis_x_ = detail::WarpAxis(source.cols, means.x, sampling.border);
    warp.axis_y_ = detail::WarpAxis(source.rows, means.y, sampling.border);
    for (const double x : {0.0, static_cast<double>(size.width + SLACK)})
      for (const double y : {0.0, static_cast<double>(size.height)})
        if (!warp.axis_x_.reaches(map.xx * x + map.xy * y + map.x0) || !warp.axis_y_.reaches(map.yx * x + map.yy * y + map.y0))
          return {};
    warp.map_ = map;
    warp.size_ = size;
    warp.instructions_ = instructions;
    warp.constant_ = sampling.border == Border::constant;
    for (std::size_t c = 0; c < 3; ++c) warp.fill_[c] = static_cast<float>(sampling.fill[c] / detail::PER_LEVEL);
    if (means != Means{}) {
      warp.means_ = NeighborMeans(source, means, instructions);
      warp.source_ = warp.means_->image();
    } else {
      warp.source_ = detail::readable_beyond(source, SLACK_BYTES) ? source : detail::scratch_copy(source);
    }
    return warp;
  }

  [[nodiscard]] cv::Size size() const noexcept { return size_; }
  [[nodiscard]] static constexpr float unit() noexcept { return detail::PER_LEVEL; }

  void read(int y, int x, int n, Rows& rows) {
    detail::WarpRow row{
        .data = source_.data,
        .step = static_cast<std::int32_t>(source_.step),
        .x = detail::fixed(map_.xx * x + map_.xy * y + map_.x0),
        .y = detail::fixed(map_.yx * x + map_.yy * y + map_.y0),
        .step_x = detail::fixed(map_.xx),
        .step_y = detail::fixed(map_.yx),
    };
    if (means_) prepare(row, n);
    const float* const fill = constant_ ? fill_.data() : nullptr;
    float* const red = rows.plane[0].data();
    float* const green = rows.plane[1].data();
    float* const blue = rows.plane[2].data();
#ifdef MULTILABEL_HAS_AVX2
    if (instructions_ == detail::Instructions::avx2)
      return detail::warp_row_avx2(row, axis_x_, axis_y_, fill, n, red, green, blue);
#endif
    detail::warp_row(row, axis_x_, axis_y_, fill, n, red, green, blue);
  }

 private:
  static constexpr int MOST = 32000;      // pixels along an axis: 16.16 holds 32,767
  static constexpr int SLACK = 8;         // pixels past the end of a row that the vector loop computes and nobody reads
  static constexpr int SLACK_BYTES = 10;  // two pixels of three bytes are read with the sixteen bytes from the first on
  static constexpr int AHEAD = 24;        // rows of the source to have on their way

  LinearWarp() = default;

  // Makes the means that a row looks at, and lets it fetch the pixels for those of the next rows.
  void prepare(detail::WarpRow& row, int n) {
    const std::int64_t last = row.y + std::int64_t{row.step_y} * (n - 1);
    const auto [first, end] = axis_y_.needed(std::min<std::int64_t>(row.y, last), std::max<std::int64_t>(row.y, last));
    means_->make(first, end);
    const cv::Mat& pixels = means_->source();
    const std::ptrdiff_t made = means_->end() * static_cast<std::ptrdiff_t>(pixels.step);
    const std::ptrdiff_t most = std::min(pixels.rows, means_->end() + AHEAD) * static_cast<std::ptrdiff_t>(pixels.step);
    fetched_ = std::max(fetched_, made);
    const double bytes = map_.yy * static_cast<double>(pixels.step) / ((size_.width + 7) / 8);  // for eight pixels
    const std::ptrdiff_t lines = std::min<std::ptrdiff_t>(bytes > 0 ? static_cast<std::ptrdiff_t>(bytes / 64) + 1 : 0, 8);
    const std::ptrdiff_t chunk = 64 * lines * ((n + 7) / 8);
    if (fetched_ + chunk > most) return;
    row.ahead = pixels.data + fetched_;
    row.ahead_lines = static_cast<int>(lines);
    fetched_ += chunk;
  }

  std::optional<NeighborMeans> means_;
  std::ptrdiff_t fetched_ = 0;  // bytes of the source that are on their way
  cv::Mat source_;
  AffineMap map_;
  cv::Size size_;
  detail::WarpAxis axis_x_, axis_y_;
  std::array<float, 3> fill_{};
  bool constant_ = false;
  [[maybe_unused]] detail::Instructions instructions_ = detail::Instructions::portable;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

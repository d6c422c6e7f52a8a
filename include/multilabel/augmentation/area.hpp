// SPDX-License-Identifier: Apache-2.0
#pragma once
// Shrinking by averaging: each pixel of the result is the mean of the piece of the source that it covers, fractions of pixels
// included, as OpenCV's INTER_AREA. Rows first, in 8.8 fixed point, then columns, exact in float; several times faster than
// OpenCV 4.6 at factors that are not whole.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "multilabel/augmentation/scratch.hpp"
#include "multilabel/augmentation/simd.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

namespace detail {

/// For each pixel of the result the first pixel of the source that it covers, and weights that sum to 256.
struct AreaTaps {
  AreaTaps(int from, int to) : first(static_cast<std::size_t>(to)), count(static_cast<std::size_t>(to)) {
    const double step = static_cast<double>(from) / to;
    stride = static_cast<std::size_t>(std::ceil(step)) + 1;
    weights.assign(stride * static_cast<std::size_t>(to), 0);
    for (std::size_t i = 0; i < first.size(); ++i) {
      const double begin = step * static_cast<double>(i);
      const double end = std::min<double>(begin + step, from);
      first[i] = static_cast<std::size_t>(begin);
      int given = 0;
      for (std::size_t tap = 0; tap < stride && static_cast<double>(first[i] + tap) < end - 1e-9; ++tap) {
        const double covered = std::min(end, static_cast<double>(first[i] + tap + 1)) - begin;
        const int total = static_cast<int>(std::lround(256 * covered / step));
        weights[i * stride + tap] = static_cast<float>(total - given);
        given = total;
        count[i] = tap + 1;
      }
    }
  }

  std::vector<std::size_t> first, count;
  std::vector<float> weights;  ///< `stride` for each pixel of the result, whole numbers, 0 past its last
  std::size_t stride;
};

/// sums = weight * row, or += : 8.8 fixed point, at most 65,280.
struct AddRow {
  MULTILABEL_KERNEL void operator()(const std::uint8_t* row, std::uint16_t weight, bool first, std::size_t n,
                                    std::uint16_t* __restrict sums) const {
    if (first) {
      for (std::size_t x = 0; x < n; ++x) sums[x] = static_cast<std::uint16_t>(weight * row[x]);
    } else {
      for (std::size_t x = 0; x < n; ++x) sums[x] = static_cast<std::uint16_t>(sums[x] + weight * row[x]);
    }
  }
};

/// The sums of a row as float, ready to be weighted: a loop that compilers turn into wide instructions.
struct ToFloat {
  MULTILABEL_KERNEL void operator()(const std::uint16_t* sums, std::size_t n, float* __restrict out) const {
    for (std::size_t x = 0; x < n; ++x) out[x] = static_cast<float>(sums[x]);
  }
};

/// Back to 8 bits, rounded.
struct ToBytes {
  MULTILABEL_KERNEL void operator()(const float* sums, std::size_t n, std::uint8_t* __restrict out) const {
    for (std::size_t x = 0; x < n; ++x)
      out[x] = static_cast<std::uint8_t>(static_cast<std::int32_t>((sums[x] + 32768.0f) * 0x1p-16f));
  }
};

/// The sums of `Taps` pixels each (0: as many as there are) for a row of the result. Every product and sum is a whole number
/// below 2^24, which float holds exactly. Four lanes a pixel, of which the last means nothing and is written over.
template <std::size_t Taps>
struct AverageColumns {
  MULTILABEL_KERNEL void operator()(const float* sums, const AreaTaps* taps, float* __restrict out) const {
    const std::size_t n = Taps == 0 ? taps->stride : Taps;
    const float* weight = taps->weights.data();
    for (const std::size_t first : taps->first) {
      const float* pixel = sums + 3 * first;
      float total[4] = {0, 0, 0, 0};
      for (std::size_t tap = 0; tap < n; ++tap)
        for (std::size_t lane = 0; lane < 4; ++lane) total[lane] += weight[tap] * pixel[3 * tap + lane];
      std::memcpy(out, total, sizeof total);
      weight += n;
      out += 3;
    }
  }
};

inline void average_columns(const float* sums, const AreaTaps& taps, float* out) {
  switch (taps.stride) {
    case 2:
      return run_kernel(AverageColumns<2>{}, sums, &taps, out);
    case 3:
      return run_kernel(AverageColumns<3>{}, sums, &taps, out);
    case 4:
      return run_kernel(AverageColumns<4>{}, sums, &taps, out);
    default:
      return run_kernel(AverageColumns<0>{}, sums, &taps, out);
  }
}

}  // namespace detail

/// `source` (8-bit RGB) shrunk to `size`, which must not be larger along either axis.
[[nodiscard]] inline cv::Mat shrink_area(const cv::Mat& source, cv::Size size) {
  cv::Mat result = detail::scratch_image(size);
  constexpr int most = 16;  // above, weights of 1/256 are too coarse
  if (source.cols > most * size.width || source.rows > most * size.height) {
    cv::resize(source, result, size, 0, 0, cv::INTER_AREA);
    return result;
  }
  const detail::AreaTaps rows(source.rows, size.height);
  const detail::AreaTaps columns(source.cols, size.width);
  const std::size_t n = 3 * static_cast<std::size_t>(source.cols);
  std::vector<std::uint16_t> sums(n);
  std::vector<float> wide(n + 3 * columns.stride + 1);  // taps of weight 0 and a fourth lane lie past the end
  std::vector<float> narrow(3 * static_cast<std::size_t>(size.width) + 1);
  for (std::size_t y = 0; y < rows.first.size(); ++y) {
    for (std::size_t tap = 0; tap < rows.count[y]; ++tap)
      detail::run_kernel(detail::AddRow{}, source.ptr<std::uint8_t>(static_cast<int>(rows.first[y] + tap)),
                         static_cast<std::uint16_t>(rows.weights[y * rows.stride + tap]), tap == 0, n, sums.data());
    detail::run_kernel(detail::ToFloat{}, static_cast<const std::uint16_t*>(sums.data()), n, wide.data());
    detail::average_columns(wide.data(), columns, narrow.data());
    detail::run_kernel(detail::ToBytes{}, static_cast<const float*>(narrow.data()), narrow.size() - 1,
                       result.ptr<std::uint8_t>(static_cast<int>(y)));
  }
  return result;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

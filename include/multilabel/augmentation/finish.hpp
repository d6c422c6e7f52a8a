// SPDX-License-Identifier: Apache-2.0
#pragma once
// The last pass over an image: levels, noise, levels again, and the store as three planes of float. Short pieces of rows stay
// in the nearest cache; no intermediate image is made.

#include <algorithm>
#include <array>
#include <cstddef>
#include <opencv2/core.hpp>

#include "multilabel/augmentation/finish_row.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/rows.hpp"
#include "multilabel/augmentation/simd.hpp"
#ifdef MULTILABEL_HAS_AVX2
#include "multilabel/augmentation/detail/finish_avx2.hpp"
#endif

namespace MULTILABEL_NAMESPACE::augmentation {

/// Writes the rows of `source` as planes [3, height, width] at `planar`, with `finish` applied. The noise of a pixel depends on
/// the seed and the pixel's position alone.
template <row_source Source>
void write_planar(Source source, const Finish& finish, float* planar,
                  [[maybe_unused]] detail::Instructions instructions = detail::instructions()) {
  const cv::Size size = source.size();
  const auto width = static_cast<std::size_t>(size.width);
  const std::size_t plane = width * static_cast<std::size_t>(size.height);
  const detail::FastFinish fast(finish, source.unit());
  NoiseField field(finish.noise ? finish.noise->seed : 0);
  Rows rows;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; x += Rows::MOST) {
      const int n = std::min(Rows::MOST, size.width - x);
      source.read(y, x, n, rows);
      float* first = planar + static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
      const std::array<float*, 3> out = {first, first + plane, first + 2 * plane};
#ifdef MULTILABEL_HAS_AVX2
      if (instructions == detail::Instructions::avx2) {
        detail::finish_row_avx2(rows, n, fast, field, out);
        continue;
      }
#endif
      detail::finish_row(rows, n, fast, field, out);
    }
  }
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// `warp_row` with AVX2, eight pixels at a time, for x86-64 only. Reads two bytes past the last pixel that it needs.

#include <immintrin.h>

#include <cstdint>

#include "multilabel/augmentation/simd.hpp"
#include "multilabel/augmentation/warp_axis.hpp"

#ifdef MULTILABEL_HAS_AVX2
namespace multilabel::augmentation::detail {

/// `WarpAxis` in eight lanes.
struct WideAxis {
  MULTILABEL_AVX2 explicit WideAxis(const WarpAxis& axis)
      : shift(_mm256_set1_epi32(axis.shift)),
        last(_mm256_set1_epi32(axis.last)),
        inner(_mm256_set1_epi32(axis.last - 1)),
        index(_mm256_set1_epi32((axis.last >> 16) - 1)),
        end(_mm256_set1_epi32(axis.end + ONE / 2)),
        fold(_mm256_set1_epi32(axis.fold)),
        turn(_mm256_set1_epi32(axis.turn)),
        halvings(_mm_cvtsi32_si128(axis.halvings)),
        folds(axis.folds) {}

  MULTILABEL_AVX2 __m256i place(__m256i X) const {
    if (folds) {
      X = _mm256_abs_epi32(_mm256_add_epi32(X, fold));
      X = _mm256_abs_epi32(_mm256_sub_epi32(turn, _mm256_abs_epi32(_mm256_sub_epi32(turn, X))));
      X = _mm256_sub_epi32(X, fold);
    }
    return _mm256_max_epi32(_mm256_min_epi32(_mm256_sub_epi32(X, shift), last), _mm256_setzero_si256());
  }

  MULTILABEL_AVX2 __m256 covered(__m256i X) const {
    const __m256i half = _mm256_set1_epi32(ONE / 2);
    const __m256i one = _mm256_set1_epi32(ONE);
    const __m256i left = _mm256_add_epi32(_mm256_sra_epi32(_mm256_add_epi32(X, half), halvings), half);
    const __m256i right = _mm256_add_epi32(_mm256_sra_epi32(_mm256_sub_epi32(end, X), halvings), half);
    const __m256i least = _mm256_min_epi32(_mm256_min_epi32(left, right), one);
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_max_epi32(least, _mm256_setzero_si256())), _mm256_set1_ps(1.0f / ONE));
  }

  __m256i shift, last;
  __m256i inner;  ///< the largest value that still has a right neighbour
  __m256i index, end, fold, turn;
  __m128i halvings;
  bool folds;
};

/// The left (upper) and right (lower) weights of eight pixels, as pairs that repeat: bytes across, words down.
MULTILABEL_AVX2_INLINE __m256i weights_across(__m256i beyond) {
  const __m256i right = _mm256_srli_epi32(
      _mm256_add_epi32(_mm256_mullo_epi32(beyond, _mm256_set1_epi32(FULL_X)), _mm256_set1_epi32(ONE / 2)), 16);
  const __m256i pair = _mm256_or_si256(_mm256_sub_epi32(_mm256_set1_epi32(FULL_X), right), _mm256_slli_epi32(right, 8));
  return _mm256_or_si256(pair, _mm256_slli_epi32(pair, 16));
}

MULTILABEL_AVX2_INLINE __m256i weights_down(__m256i beyond) {
  const __m256i lower = _mm256_srli_epi32(_mm256_mullo_epi32(beyond, _mm256_set1_epi32(FULL_Y)), 16);
  return _mm256_or_si256(_mm256_sub_epi32(_mm256_set1_epi32(FULL_Y), lower), _mm256_slli_epi32(lower, 16));
}

/// Two pixels of two rows each: four of the source for each of the two lanes of 128 bits.
MULTILABEL_AVX2_INLINE __m256i four_neighbours(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t step) {
  const auto* at = reinterpret_cast<const double*>(a);
  const auto* below = reinterpret_cast<const double*>(a + step);
  const __m128d low = _mm_loadh_pd(_mm_load_sd(at), below);
  const __m128d high = _mm_loadh_pd(_mm_load_sd(reinterpret_cast<const double*>(b)), reinterpret_cast<const double*>(b + step));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_castpd_si128(low)), _mm_castpd_si128(high), 1);
}

/// The weighted sums of pixel `J` and pixel `J` + 4: [red, green, blue, nothing] in each half.
template <int J>
MULTILABEL_AVX2_INLINE __m256i weigh(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t step, __m256i across,
                                     __m256i down) {
  const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 3, 8, 11, 1, 4, 9, 12, 2, 5, 10, 13, -1, -1, -1, -1));
  const __m256i pixels = _mm256_shuffle_epi8(four_neighbours(a, b, step), order);
  constexpr int lane = J * 0x55;  // pixel J of each half, four times
  return _mm256_madd_epi16(_mm256_maddubs_epi16(pixels, _mm256_shuffle_epi32(across, lane)), _mm256_shuffle_epi32(down, lane));
}

struct EightPixels {
  __m256 red, green, blue;
};

MULTILABEL_AVX2_INLINE EightPixels read_eight(const WarpRow& row, __m256i X, __m256i Y, __m256i index_x, __m256i index_y) {
  const __m256i across = weights_across(_mm256_sub_epi32(X, _mm256_slli_epi32(index_x, 16)));
  const __m256i down = weights_down(_mm256_sub_epi32(Y, _mm256_slli_epi32(index_y, 16)));
  const __m256i three = _mm256_add_epi32(index_x, _mm256_add_epi32(index_x, index_x));
  alignas(32) std::int32_t at[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(at),
                     _mm256_add_epi32(_mm256_mullo_epi32(index_y, _mm256_set1_epi32(row.step)), three));
  const std::uint8_t* data = row.data;
  const __m256i p0 = weigh<0>(data + at[0], data + at[4], row.step, across, down);
  const __m256i p1 = weigh<1>(data + at[1], data + at[5], row.step, across, down);
  const __m256i p2 = weigh<2>(data + at[2], data + at[6], row.step, across, down);
  const __m256i p3 = weigh<3>(data + at[3], data + at[7], row.step, across, down);
  const __m256i low01 = _mm256_unpacklo_epi32(p0, p1), low23 = _mm256_unpacklo_epi32(p2, p3);
  const __m256i high01 = _mm256_unpackhi_epi32(p0, p1), high23 = _mm256_unpackhi_epi32(p2, p3);
  const __m256 scale = _mm256_set1_ps(PER_LEVEL);
  return {_mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_unpacklo_epi64(low01, low23)), scale),
          _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_unpackhi_epi64(low01, low23)), scale),
          _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_unpacklo_epi64(high01, high23)), scale)};
}

/// Eight pixels of which some need a border; `fill` is null unless it has a colour.
__attribute__((noinline)) MULTILABEL_AVX2 inline EightPixels read_eight_at_edge(const WarpRow& row, const WideAxis& axis_x,
                                                                                const WideAxis& axis_y, const float* fill,
                                                                                __m256i X, __m256i Y) {
  const __m256i x = axis_x.place(X), y = axis_y.place(Y);
  EightPixels pixels = read_eight(row, x, y, _mm256_min_epi32(_mm256_srli_epi32(x, 16), axis_x.index),
                                  _mm256_min_epi32(_mm256_srli_epi32(y, 16), axis_y.index));
  if (fill == nullptr) return pixels;
  const __m256 cover = _mm256_mul_ps(axis_x.covered(X), axis_y.covered(Y));
  const __m256 rest = _mm256_sub_ps(_mm256_set1_ps(1), cover);
  pixels.red = _mm256_add_ps(_mm256_mul_ps(pixels.red, cover), _mm256_mul_ps(_mm256_set1_ps(fill[0]), rest));
  pixels.green = _mm256_add_ps(_mm256_mul_ps(pixels.green, cover), _mm256_mul_ps(_mm256_set1_ps(fill[1]), rest));
  pixels.blue = _mm256_add_ps(_mm256_mul_ps(pixels.blue, cover), _mm256_mul_ps(_mm256_set1_ps(fill[2]), rest));
  return pixels;
}

MULTILABEL_AVX2 inline void warp_row_avx2(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y, const float* fill,
                                          int n, float* red, float* green, float* blue) {
  const WideAxis wide_x(axis_x), wide_y(axis_y);
  const __m256i shift_x = wide_x.shift, shift_y = wide_y.shift, inner_x = wide_x.inner, inner_y = wide_y.inner;
  const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  __m256i X = _mm256_add_epi32(_mm256_set1_epi32(row.x), _mm256_mullo_epi32(count, _mm256_set1_epi32(row.step_x)));
  __m256i Y = _mm256_add_epi32(_mm256_set1_epi32(row.y), _mm256_mullo_epi32(count, _mm256_set1_epi32(row.step_y)));
  const __m256i next_x = _mm256_set1_epi32(8 * row.step_x), next_y = _mm256_set1_epi32(8 * row.step_y);
  for (int i = 0; i < n; i += 8) {
    const __m256i x = _mm256_sub_epi32(X, shift_x), y = _mm256_sub_epi32(Y, shift_y);
    const __m256i inside = _mm256_and_si256(_mm256_cmpeq_epi32(_mm256_max_epu32(x, inner_x), inner_x),
                                            _mm256_cmpeq_epi32(_mm256_max_epu32(y, inner_y), inner_y));
    if (_mm256_movemask_epi8(inside) == -1) {
      const EightPixels pixels = read_eight(row, x, y, _mm256_srli_epi32(x, 16), _mm256_srli_epi32(y, 16));
      _mm256_storeu_ps(red + i, pixels.red);
      _mm256_storeu_ps(green + i, pixels.green);
      _mm256_storeu_ps(blue + i, pixels.blue);
    } else {
      const EightPixels pixels = read_eight_at_edge(row, wide_x, wide_y, fill, X, Y);
      _mm256_storeu_ps(red + i, pixels.red);
      _mm256_storeu_ps(green + i, pixels.green);
      _mm256_storeu_ps(blue + i, pixels.blue);
    }
    X = _mm256_add_epi32(X, next_x);
    Y = _mm256_add_epi32(Y, next_y);
  }
}

}  // namespace multilabel::augmentation::detail
#endif

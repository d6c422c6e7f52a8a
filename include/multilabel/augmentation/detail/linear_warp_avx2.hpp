// SPDX-License-Identifier: Apache-2.0
#pragma once
// `warp_row` with AVX2, eight pixels at a time, for x86-64 only. Reads ten bytes past the last pixel that it needs.

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "multilabel/augmentation/simd.hpp"
#include "multilabel/augmentation/warp_axis.hpp"

#ifdef MULTILABEL_HAS_AVX2
namespace MULTILABEL_NAMESPACE::augmentation::detail {

/// `WarpAxis` in eight lanes.
struct WideAxis {
  MULTILABEL_AVX2 explicit WideAxis(const WarpAxis& axis)
      : shift(_mm256_set1_epi32(axis.shift)),
        inner(_mm256_set1_epi32(axis.last - 1)),
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
    return _mm256_max_epi32(_mm256_min_epi32(_mm256_sub_epi32(X, shift), inner), _mm256_setzero_si256());
  }

  MULTILABEL_AVX2 __m256 covered(__m256i X) const {
    const __m256i half = _mm256_set1_epi32(ONE / 2);
    const __m256i one = _mm256_set1_epi32(ONE);
    const __m256i left = _mm256_add_epi32(_mm256_sra_epi32(_mm256_add_epi32(X, half), halvings), half);
    const __m256i right = _mm256_add_epi32(_mm256_sra_epi32(_mm256_sub_epi32(end, X), halvings), half);
    const __m256i least = _mm256_min_epi32(_mm256_min_epi32(left, right), one);
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_max_epi32(least, _mm256_setzero_si256())), _mm256_set1_ps(1.0f / ONE));
  }

  __m256i shift;
  __m256i inner;  ///< the largest place
  __m256i end, fold, turn;
  __m128i halvings;
  bool folds;
};

/// The left and right weights of eight pixels at x, bytes that repeat. The complement of seven bits is 127 minus them.
MULTILABEL_AVX2_INLINE __m256i weights_across(__m256i x) {
  const __m256i right = _mm256_mulhrs_epi16(_mm256_srli_epi16(x, 1), _mm256_set1_epi32(FULL_X));
  const __m256i bytes = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
  return _mm256_xor_si256(_mm256_shuffle_epi8(right, bytes), _mm256_set1_epi32(0x007F007F));
}

/// The upper and lower weights of eight pixels at y, words.
MULTILABEL_AVX2_INLINE __m256i weights_down(__m256i y) {
  const __m256i words = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 0, 1, 4, 5, 4, 5, 8, 9, 8, 9, 12, 13, 12, 13));
  return _mm256_xor_si256(_mm256_shuffle_epi8(_mm256_srli_epi16(y, 1), words), _mm256_set1_epi32(FULL_Y));
}

/// Sixteen bytes at `a` and sixteen at `b`, one for each lane of 128 bits.
MULTILABEL_AVX2_INLINE __m256i two_lanes(const std::uint8_t* a, const std::uint8_t* b) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)), 1);
}

/// The weighted sums of pixel `J` and pixel `J` + 4, which begin at a and b: [red, green, blue, nothing] in each half.
template <int J>
MULTILABEL_AVX2_INLINE __m256i weigh(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t step, __m256i across,
                                     __m256i down) {
  const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 3, 8, 11, 1, 4, 9, 12, 2, 5, 10, 13, -1, -1, -1, -1));
  const __m256i four = _mm256_unpacklo_epi64(two_lanes(a, b), two_lanes(a + step, b + step));
  const __m256i pixels = _mm256_shuffle_epi8(four, order);
  constexpr int lane = J * 0x55;  // pixel J of each half, four times
  return _mm256_madd_epi16(_mm256_maddubs_epi16(pixels, _mm256_shuffle_epi32(across, lane)), _mm256_shuffle_epi32(down, lane));
}

struct EightPixels {
  __m256 red, green, blue;
};

/// Where the eight pixels at (x, y) begin, in bytes. One multiplication does if `NEAR`, that is, rows are less than 32 kB
/// apart.
template <bool NEAR>
MULTILABEL_AVX2_INLINE __m256i offsets(const WarpRow& row, __m256i x, __m256i y) {
  const __m256i column = _mm256_srli_epi32(x, 16);
  if constexpr (NEAR) return _mm256_madd_epi16(_mm256_blend_epi16(column, y, 0xAA), _mm256_set1_epi32(row.step << 16 | 3));
  return _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srli_epi32(y, 16), _mm256_set1_epi32(row.step)),
                          _mm256_add_epi32(column, _mm256_add_epi32(column, column)));
}

template <bool NEAR>
MULTILABEL_AVX2_INLINE EightPixels read_eight(const WarpRow& row, __m256i x, __m256i y) {
  alignas(32) std::int32_t at[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(at), offsets<NEAR>(row, x, y));
  asm("" : "+m"(at));  // a load each is cheaper than taking a register of eight apart, which compilers prefer
  const __m256i across = weights_across(x), down = weights_down(y);
  const std::uint8_t* data = row.data;
  const std::ptrdiff_t step = row.step;
  const __m256i p0 = weigh<0>(data + at[0], data + at[4], step, across, down);
  const __m256i p1 = weigh<1>(data + at[1], data + at[5], step, across, down);
  const __m256i p2 = weigh<2>(data + at[2], data + at[6], step, across, down);
  const __m256i p3 = weigh<3>(data + at[3], data + at[7], step, across, down);
  const __m256i low01 = _mm256_unpacklo_epi32(p0, p1), low23 = _mm256_unpacklo_epi32(p2, p3);
  const __m256i high01 = _mm256_unpackhi_epi32(p0, p1), high23 = _mm256_unpackhi_epi32(p2, p3);
  return {_mm256_cvtepi32_ps(_mm256_unpacklo_epi64(low01, low23)), _mm256_cvtepi32_ps(_mm256_unpackhi_epi64(low01, low23)),
          _mm256_cvtepi32_ps(_mm256_unpacklo_epi64(high01, high23))};
}

/// Eight pixels of which some need a border; `fill` is null unless it has a colour.
__attribute__((noinline)) MULTILABEL_AVX2 inline EightPixels read_eight_at_edge(const WarpRow& row, const WideAxis& axis_x,
                                                                                const WideAxis& axis_y, const float* fill,
                                                                                __m256i X, __m256i Y) {
  EightPixels pixels = read_eight<false>(row, axis_x.place(X), axis_y.place(Y));
  if (fill == nullptr) return pixels;
  const __m256 cover = _mm256_mul_ps(axis_x.covered(X), axis_y.covered(Y));
  const __m256 rest = _mm256_sub_ps(_mm256_set1_ps(1), cover);
  pixels.red = _mm256_add_ps(_mm256_mul_ps(pixels.red, cover), _mm256_mul_ps(_mm256_set1_ps(fill[0]), rest));
  pixels.green = _mm256_add_ps(_mm256_mul_ps(pixels.green, cover), _mm256_mul_ps(_mm256_set1_ps(fill[1]), rest));
  pixels.blue = _mm256_add_ps(_mm256_mul_ps(pixels.blue, cover), _mm256_mul_ps(_mm256_set1_ps(fill[2]), rest));
  return pixels;
}

/// The three planes of a row.
struct WarpPlanes {
  MULTILABEL_AVX2_INLINE void store(int i, const EightPixels& pixels) const {
    _mm256_storeu_ps(red + i, pixels.red);
    _mm256_storeu_ps(green + i, pixels.green);
    _mm256_storeu_ps(blue + i, pixels.blue);
  }
  float* red;
  float* green;
  float* blue;
};

/// start + step i for the eight pixels from i on.
MULTILABEL_AVX2_INLINE __m256i eight_places(std::int32_t start, std::int32_t step, int i) {
  const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_add_epi32(_mm256_set1_epi32(start + i * step), _mm256_mullo_epi32(count, _mm256_set1_epi32(step)));
}

/// Pixels from `begin` on, eight at a time until `end` is reached, whatever border they need.
MULTILABEL_AVX2 inline void warp_edge_avx2(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y,
                                           const float* fill, int begin, int end, const WarpPlanes& planes) {
  const WideAxis wide_x(axis_x), wide_y(axis_y);
  for (int i = begin; i < end; i += 8)
    planes.store(i, read_eight_at_edge(row, wide_x, wide_y, fill, eight_places(row.x, row.step_x, i),
                                       eight_places(row.y, row.step_y, i)));
}

/// Pixels [begin, end), a multiple of eight, none of which needs a border.
template <bool NEAR>
MULTILABEL_AVX2 inline void warp_inside_avx2(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y, int begin,
                                             int end, const WarpPlanes& planes) {
  __m256i x = eight_places(row.x - axis_x.shift, row.step_x, begin);
  __m256i y = eight_places(row.y - axis_y.shift, row.step_y, begin);
  const __m256i next_x = _mm256_set1_epi32(8 * row.step_x), next_y = _mm256_set1_epi32(8 * row.step_y);
  const std::uint8_t* ahead = row.ahead;
  for (int i = begin; i < end; i += 8) {
    for (int line = 0; line < row.ahead_lines; ++line, ahead += 64) __builtin_prefetch(ahead, 0, 2);
    planes.store(i, read_eight<NEAR>(row, x, y));
    x = _mm256_add_epi32(x, next_x);
    y = _mm256_add_epi32(y, next_y);
  }
}

MULTILABEL_AVX2 inline void warp_row_avx2(const WarpRow& row, const WarpAxis& axis_x, const WarpAxis& axis_y, const float* fill,
                                          int n, float* red, float* green, float* blue) {
  const WarpPlanes planes{red, green, blue};
  const Span plain = inside(row, axis_x, axis_y, n);
  const int begin = std::min((plain.begin + 7) & ~7, n), end = std::max(begin, plain.end & ~7);
  warp_edge_avx2(row, axis_x, axis_y, fill, 0, begin, planes);
  constexpr int most = 32767;  // a row's bytes as a 16-bit number with a sign
  if (row.step <= most)
    warp_inside_avx2<true>(row, axis_x, axis_y, begin, end, planes);
  else
    warp_inside_avx2<false>(row, axis_x, axis_y, begin, end, planes);
  warp_edge_avx2(row, axis_x, axis_y, fill, end, n, planes);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail
#endif

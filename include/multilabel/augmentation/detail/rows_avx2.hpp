// SPDX-License-Identifier: Apache-2.0
#pragma once
// `PixelRows::read` with AVX2, for x86-64 only.

#include <immintrin.h>

#include <cstdint>

#include "multilabel/augmentation/simd.hpp"

#ifdef MULTILABEL_HAS_AVX2
namespace MULTILABEL_NAMESPACE::augmentation::detail {

/// Eight pixels at a time; returns how many were read.
MULTILABEL_AVX2 inline int read_pixels_avx2(const std::uint8_t* from, int n, float* red, float* green, float* blue) {
  // Bytes 0 to 15 and 8 to 23 of the 24: the first holds five whole pixels, the second the last two and a half.
  const __m128i low[3] = {_mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
                          _mm_setr_epi8(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
                          _mm_setr_epi8(2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)};
  const __m128i high[3] = {_mm_setr_epi8(-1, -1, -1, -1, -1, -1, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1),
                           _mm_setr_epi8(-1, -1, -1, -1, -1, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1),
                           _mm_setr_epi8(-1, -1, -1, -1, -1, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1)};
  float* const to[3] = {red, green, blue};
  int i = 0;
  for (; i + 8 <= n; i += 8, from += 24) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 8));
    for (int c = 0; c < 3; ++c) {
      const __m128i bytes = _mm_or_si128(_mm_shuffle_epi8(a, low[c]), _mm_shuffle_epi8(b, high[c]));
      _mm256_storeu_ps(to[c] + i, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)));
    }
  }
  return i;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail
#endif

// SPDX-License-Identifier: Apache-2.0
#pragma once
// `means_row` with AVX2, for x86-64 only.

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "multilabel/augmentation/simd.hpp"

#ifdef MULTILABEL_HAS_AVX2
namespace multilabel::augmentation::detail {

MULTILABEL_AVX2 inline __m256i load_32_bytes(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

template <bool X, bool Y>
MULTILABEL_AVX2 inline void means_row_avx2(const std::uint8_t* top, const std::uint8_t* bottom, std::size_t n,
                                           std::uint8_t* out) {
  const __m256i ones = _mm256_set1_epi8(-1);
  for (std::size_t begin = 0; begin < n; begin += 32) {
    const std::size_t i = std::min(begin, n - 32);  // the last block overlaps the one before
    __m256i mean = load_32_bytes(top + i);
    if constexpr (X) mean = _mm256_avg_epu8(mean, load_32_bytes(top + i + 3));
    if constexpr (Y) {
      __m256i below = load_32_bytes(bottom + i);
      if constexpr (X) below = _mm256_avg_epu8(below, load_32_bytes(bottom + i + 3));
      // The complement turns rounding up into cutting.
      mean = _mm256_xor_si256(_mm256_avg_epu8(_mm256_xor_si256(mean, ones), _mm256_xor_si256(below, ones)), ones);
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), mean);
  }
}

/// n >= 32.
MULTILABEL_AVX2 inline void means_row_avx2(const std::uint8_t* top, const std::uint8_t* bottom, bool x, bool y, std::size_t n,
                                           std::uint8_t* out) {
  if (x && y) return means_row_avx2<true, true>(top, bottom, n, out);
  if (x) return means_row_avx2<true, false>(top, bottom, n, out);
  if (y) return means_row_avx2<false, true>(top, bottom, n, out);
  means_row_avx2<false, false>(top, bottom, n, out);
}

}  // namespace multilabel::augmentation::detail
#endif

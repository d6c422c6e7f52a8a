// SPDX-License-Identifier: Apache-2.0
#pragma once
// `means_rows` with AVX2, for x86-64 only.

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "multilabel/augmentation/simd.hpp"

#ifdef MULTILABEL_HAS_AVX2
namespace MULTILABEL_NAMESPACE::augmentation::detail {

MULTILABEL_AVX2 inline __m256i load_32_bytes(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

/// The complement of 32 bytes of a row, each averaged with the byte three further on if `X`: complements turn rounding up into
/// cutting.
template <bool X>
MULTILABEL_AVX2_INLINE __m256i complement_across(const std::uint8_t* row) {
  __m256i mean = load_32_bytes(row);
  if constexpr (X) mean = _mm256_avg_epu8(mean, load_32_bytes(row + 3));
  return _mm256_xor_si256(mean, _mm256_set1_epi8(-1));
}

template <bool X, bool Y>
MULTILABEL_AVX2 inline void means_rows_avx2(const std::uint8_t* from, std::size_t step, int rows, std::size_t n,
                                            std::uint8_t* to, std::size_t to_step) {
  for (std::size_t begin = 0; begin < n; begin += 32) {
    const std::size_t i = std::min(begin, n - 32);  // the last block overlaps the one before
    const std::uint8_t* source = from + i;
    std::uint8_t* out = to + i;
    __m256i above = complement_across<X>(source);
    for (int y = 0; y < rows; ++y, out += to_step) {
      __m256i mean = above;
      source += step;
      if (Y || y + 1 < rows) above = complement_across<X>(source);
      if constexpr (Y) mean = _mm256_avg_epu8(mean, above);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_xor_si256(mean, _mm256_set1_epi8(-1)));
    }
  }
}

/// n >= 32.
MULTILABEL_AVX2 inline void means_rows_avx2(const std::uint8_t* from, std::size_t step, bool x, bool y, int rows, std::size_t n,
                                            std::uint8_t* to, std::size_t to_step) {
  if (x && y) return means_rows_avx2<true, true>(from, step, rows, n, to, to_step);
  if (x) return means_rows_avx2<true, false>(from, step, rows, n, to, to_step);
  if (y) return means_rows_avx2<false, true>(from, step, rows, n, to, to_step);
  means_rows_avx2<false, false>(from, step, rows, n, to, to_step);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail
#endif

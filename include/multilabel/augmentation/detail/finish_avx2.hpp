// SPDX-License-Identifier: Apache-2.0
#pragma once
// `finish_row` with AVX2, sixteen pixels at a time, for x86-64 only.

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "multilabel/augmentation/finish_row.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/rows.hpp"

#ifdef MULTILABEL_HAS_AVX2
namespace MULTILABEL_NAMESPACE::augmentation::detail {

/// `FastLevel` in eight lanes. The order of the arguments of max and min decides the sign of a zero.
struct WideLevel {
  MULTILABEL_AVX2 explicit WideLevel(const FastLevel& level)
      : gain(_mm256_set1_ps(level.gain)),
        offset(_mm256_set1_ps(level.offset)),
        low(_mm256_set1_ps(level.low)),
        high(_mm256_set1_ps(level.high)) {}
  MULTILABEL_AVX2_INLINE __m256 operator()(__m256 x) const {
    return _mm256_min_ps(high, _mm256_max_ps(low, _mm256_add_ps(_mm256_mul_ps(x, gain), offset)));
  }
  __m256 gain, offset, low, high;
};

/// `NoiseField` with eight of its lanes in each of two halves.
struct WideNoise {
  MULTILABEL_AVX2_INLINE static __m256i rotate(__m256i x, int k) {
    return _mm256_or_si256(_mm256_slli_epi32(x, k), _mm256_srli_epi32(x, 32 - k));
  }
  struct Sums {
    __m256i red, green, blue;
  };
  struct Half {
    MULTILABEL_AVX2_INLINE __m256i draw() {
      const __m256i result = _mm256_add_epi32(s0, s3);
      const __m256i t = _mm256_slli_epi32(s1, 9);
      s2 = _mm256_xor_si256(s2, s0);
      s3 = _mm256_xor_si256(s3, s1);
      s1 = _mm256_xor_si256(s1, s2);
      s0 = _mm256_xor_si256(s0, s3);
      s2 = _mm256_xor_si256(s2, t);
      s3 = rotate(s3, 11);
      return result;
    }
    MULTILABEL_AVX2_INLINE Sums next() {
      const __m256i a = draw(), b = draw();
      const __m256i one = _mm256_set1_epi16(1);
      const __m256i pairs = _mm256_set1_epi32(static_cast<int>(0xFFFF0101u));    // + + - -, lowest byte first
      const __m256i crossed = _mm256_set1_epi32(static_cast<int>(0x01FFFF01u));  // + - - +
      const __m256i pa = _mm256_maddubs_epi16(a, pairs), pb = _mm256_maddubs_epi16(b, pairs);
      const __m256i ca = _mm256_maddubs_epi16(a, crossed), cb = _mm256_maddubs_epi16(b, crossed);
      return {_mm256_madd_epi16(_mm256_add_epi16(pa, pb), one), _mm256_madd_epi16(_mm256_sub_epi16(pa, pb), one),
              _mm256_madd_epi16(_mm256_add_epi16(ca, cb), one)};
    }
    __m256i s0, s1, s2, s3;
  };
  MULTILABEL_AVX2 static Half load(const NoiseField::State& state, std::size_t lane) {
    const auto at = [&](std::size_t word) { return reinterpret_cast<const __m256i*>(state[word].data() + lane); };
    return {_mm256_loadu_si256(at(0)), _mm256_loadu_si256(at(1)), _mm256_loadu_si256(at(2)), _mm256_loadu_si256(at(3))};
  }
  MULTILABEL_AVX2 static void store(const Half& half, NoiseField::State& state, std::size_t lane) {
    const auto at = [&](std::size_t word) { return reinterpret_cast<__m256i*>(state[word].data() + lane); };
    _mm256_storeu_si256(at(0), half.s0);
    _mm256_storeu_si256(at(1), half.s1);
    _mm256_storeu_si256(at(2), half.s2);
    _mm256_storeu_si256(at(3), half.s3);
  }
};

MULTILABEL_AVX2 inline void finish_quiet_avx2(const float* in, std::size_t n, const FastLevel& level, float* out) {
  const WideLevel wide(level);
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, wide(_mm256_loadu_ps(in + i)));
  for (; i < n; ++i) out[i] = level(in[i]);
}

/// Eight values of one channel with their noise.
struct NoisyLevel {
  MULTILABEL_AVX2 NoisyLevel(const FastFinish& finish, std::size_t channel)
      : level(finish.level[channel]),
        grain(_mm256_set1_ps(finish.grain[channel])),
        low(_mm256_set1_ps(finish.low[channel])),
        high(_mm256_set1_ps(finish.high[channel])) {}
  MULTILABEL_AVX2_INLINE __m256 operator()(const float* in, __m256i sum) const {
    const __m256 value = _mm256_add_ps(level(_mm256_loadu_ps(in)), _mm256_mul_ps(grain, _mm256_cvtepi32_ps(sum)));
    return _mm256_min_ps(high, _mm256_max_ps(low, value));
  }
  WideLevel level;
  __m256 grain, low, high;
};

template <bool PerChannel>
MULTILABEL_AVX2 inline void finish_noisy_avx2(const Rows& rows, std::size_t n, const FastFinish& finish, NoiseField& field,
                                              const std::array<float*, 3>& out) {
  const NoisyLevel red(finish, 0), green(finish, 1), blue(finish, 2);
  const float* const r = rows.plane[0].data();
  const float* const g = rows.plane[1].data();
  const float* const b = rows.plane[2].data();
  float* const to_r = out[0];
  float* const to_g = out[1];
  float* const to_b = out[2];
  WideNoise::Half first = WideNoise::load(field.state(), 0), second = WideNoise::load(field.state(), 8);
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    WideNoise::Sums sums = first.next();
    _mm256_storeu_ps(to_r + i, red(r + i, sums.red));
    _mm256_storeu_ps(to_g + i, green(g + i, PerChannel ? sums.green : sums.red));
    _mm256_storeu_ps(to_b + i, blue(b + i, PerChannel ? sums.blue : sums.red));
    sums = second.next();
    _mm256_storeu_ps(to_r + i + 8, red(r + i + 8, sums.red));
    _mm256_storeu_ps(to_g + i + 8, green(g + i + 8, PerChannel ? sums.green : sums.red));
    _mm256_storeu_ps(to_b + i + 8, blue(b + i + 8, PerChannel ? sums.blue : sums.red));
  }
  if (i < n) {
    alignas(32) float last[3][16];
    WideNoise::Sums sums = first.next();
    _mm256_store_ps(last[0], red(r + i, sums.red));
    _mm256_store_ps(last[1], green(g + i, PerChannel ? sums.green : sums.red));
    _mm256_store_ps(last[2], blue(b + i, PerChannel ? sums.blue : sums.red));
    sums = second.next();
    _mm256_store_ps(last[0] + 8, red(r + i + 8, sums.red));
    _mm256_store_ps(last[1] + 8, green(g + i + 8, PerChannel ? sums.green : sums.red));
    _mm256_store_ps(last[2] + 8, blue(b + i + 8, PerChannel ? sums.blue : sums.red));
    for (std::size_t c = 0; c < 3; ++c) std::memcpy(out[c] + i, last[c], (n - i) * sizeof(float));
  }
  WideNoise::store(first, field.state(), 0);
  WideNoise::store(second, field.state(), 8);
}

MULTILABEL_AVX2 inline void finish_row_avx2(const Rows& rows, int n, const FastFinish& finish, NoiseField& field,
                                            const std::array<float*, 3>& out) {
  const auto count = static_cast<std::size_t>(n);
  if (finish.noisy && finish.per_channel) return finish_noisy_avx2<true>(rows, count, finish, field, out);
  if (finish.noisy) return finish_noisy_avx2<false>(rows, count, finish, field, out);
  for (std::size_t c = 0; c < 3; ++c) finish_quiet_avx2(rows.plane[c].data(), count, finish.level[c], out[c]);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail
#endif

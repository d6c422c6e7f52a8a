// SPDX-License-Identifier: Apache-2.0
#pragma once
// The logistic function twice: exact for results, and fast in a form that compilers vectorise, for the inner loop of fits.

#include <cmath>
#include <cstdint>
#include <cstring>

#include "multilabel/core/detail/simd.hpp"

namespace multilabel::calibration::detail {

/// 1 / (1 + e^-x), without overflow.
[[nodiscard]] inline double sigmoid(double x) noexcept {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1.0 : e) / (1.0 + e);
}

/// 1 / (1 + e^-x) to a relative 2e-13, of a double or of a vector of them, without branches or calls. e^-x = 2^k e^r with
/// |r| <= ln 2 / 2; adding 1.5 * 2^52 rounds to k and leaves it in the lowest bits, from where it goes into the exponent.
template <class Bits, class Number>
MULTILABEL_ALWAYS_INLINE void fast_sigmoid(const Number& x, Number& result) noexcept {
  constexpr double magic = 6755399441055744.0;
  constexpr double ln2_high = 0.693147180369123816490, ln2_low = 1.90821492927058770002e-10;
  const Number most = Number{} + 700.0, least = Number{} - 700.0;
  Number y = -x;
  y = y > most ? most : y;
  y = y < least ? least : y;
  const Number shifted = y * 1.4426950408889634 + magic;
  const Number k = shifted - magic;
  const Number r = (y - k * ln2_high) - k * ln2_low;
  Number e = Number{} + 1.0 / 3628800.0;
  e = e * r + 1.0 / 362880.0;
  e = e * r + 1.0 / 40320.0;
  e = e * r + 1.0 / 5040.0;
  e = e * r + 1.0 / 720.0;
  e = e * r + 1.0 / 120.0;
  e = e * r + 1.0 / 24.0;
  e = e * r + 1.0 / 6.0;
  e = e * r + 0.5;
  e = e * r + 1.0;
  e = e * r + 1.0;
  Bits bits, power;
  std::memcpy(&bits, &e, sizeof(bits));
  std::memcpy(&power, &shifted, sizeof(power));
  bits += power << 52;
  std::memcpy(&e, &bits, sizeof(e));
  result = 1.0 / (1.0 + e);
}

[[nodiscard]] inline double fast_sigmoid(double x) noexcept {
  double result = 0;
  fast_sigmoid<std::uint64_t>(x, result);
  return result;
}

}  // namespace multilabel::calibration::detail

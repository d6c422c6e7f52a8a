// SPDX-License-Identifier: Apache-2.0
#pragma once
// The logistic function twice: exact for results, and fast in a form that compilers vectorise, for the inner loop of fits.

#include <bit>
#include <cmath>
#include <cstdint>

namespace multilabel::calibration::detail {

/// 1 / (1 + e^-x), without overflow.
[[nodiscard]] inline double sigmoid(double x) noexcept {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1.0 : e) / (1.0 + e);
}

/// 1 / (1 + e^-x) to a relative 2e-13, without branches or calls. e^-x = 2^k e^r with |r| <= ln 2 / 2; adding 1.5 * 2^52 rounds
/// to k and leaves it in the lowest bits, from where it goes into the exponent.
[[nodiscard]] inline double fast_sigmoid(double x) noexcept {
  constexpr double magic = 6755399441055744.0;
  constexpr double ln2_high = 0.693147180369123816490, ln2_low = 1.90821492927058770002e-10;
  const double y = x < -700.0 ? 700.0 : (x > 700.0 ? -700.0 : -x);
  const double shifted = y * 1.4426950408889634 + magic;
  const double k = shifted - magic;
  const double r = (y - k * ln2_high) - k * ln2_low;
  double e = 1.0 / 3628800.0;
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
  const auto bits = std::bit_cast<std::uint64_t>(e) + (std::bit_cast<std::uint64_t>(shifted) << 52);
  return 1.0 / (1.0 + std::bit_cast<double>(bits));
}

}  // namespace multilabel::calibration::detail

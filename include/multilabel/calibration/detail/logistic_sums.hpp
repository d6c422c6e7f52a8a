// SPDX-License-Identifier: Apache-2.0
#pragma once
// The logistic function, and the sums over cells that a logistic fit needs. One loop, compiled for every x86-64 CPU and for
// those with AVX2; both give the same bits.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "multilabel/core/detail/simd.hpp"

namespace MULTILABEL_NAMESPACE::calibration::detail {

/// 1 / (1 + e^-x), without overflow.
[[nodiscard]] inline double sigmoid(double x) noexcept {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1.0 : e) / (1.0 + e);
}

struct Line {
  double slope = 0.0, intercept = 0.0;
};

/// What the likelihood is at a line: the sums of what the probabilities p are above their target, of their weights p (1 - p),
/// and of both times the logit.
struct LogisticSums {
  double rest = 0, rest_logit = 0, weight = 0, weight_logit = 0, weight_square = 0;

  friend LogisticSums operator+(const LogisticSums& a, const LogisticSums& b) noexcept {
    return {a.rest + b.rest, a.rest_logit + b.rest_logit, a.weight + b.weight, a.weight_logit + b.weight_logit,
            a.weight_square + b.weight_square};
  }
  friend LogisticSums operator*(double times, const LogisticSums& a) noexcept {
    return {times * a.rest, times * a.rest_logit, times * a.weight, times * a.weight_logit, times * a.weight_square};
  }
};

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
  for (const double factor : {1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0}) {
    e = e * r + factor;
  }
  Bits bits, power;
  std::memcpy(&bits, &e, sizeof(bits));
  std::memcpy(&power, &shifted, sizeof(power));
  bits += power << 52;
  std::memcpy(&e, &bits, sizeof(e));
  result = 1.0 / (1.0 + e);
}

/// The sums over `count` logits, a multiple of the cells of a Number, whose cells are added one by one.
template <class Bits, class Number>
MULTILABEL_ALWAYS_INLINE LogisticSums add_cells(const double* logits, std::size_t count, Line line, double target) noexcept {
  constexpr std::size_t width = sizeof(Number) / sizeof(double);
  Number rest{}, rest_logit{}, weight{}, weight_logit{}, weight_square{};
  for (std::size_t i = 0; i < count; i += width) {
    Number logit, p;
    std::memcpy(&logit, logits + i, sizeof(logit));
    const Number x = line.slope * logit + line.intercept;
    fast_sigmoid<Bits>(x, p);
    const Number above = p - target, w = p - p * p, moment = w * logit;
    rest += above;
    rest_logit += above * logit;
    weight += w;
    weight_logit += moment;
    weight_square += moment * logit;
  }
  LogisticSums sums;
  for (std::size_t l = 0; l < width; ++l) {
    const auto of = [l](const Number& sum) {
      double cells[width];
      std::memcpy(cells, &sum, sizeof(sum));
      return cells[l];
    };
    sums = sums + LogisticSums{of(rest), of(rest_logit), of(weight), of(weight_logit), of(weight_square)};
  }
  return sums;
}

struct AddCells {
  MULTILABEL_ALWAYS_INLINE LogisticSums operator()(const double* logits, std::size_t count, Line line, double target) const {
#if MULTILABEL_HAS_VECTORS
    using Number = core::detail::Vec<double>::type;
    using Bits = core::detail::Vec<std::uint64_t>::type;
    const std::size_t whole = count - count % core::detail::Vec<double>::lanes;
    return add_cells<Bits, Number>(logits, whole, line, target) +
           add_cells<std::uint64_t, double>(logits + whole, count - whole, line, target);
#else
    return add_cells<std::uint64_t, double>(logits, count, line, target);
#endif
  }
};

/// The sums over `count` logits of one target.
[[nodiscard]] inline LogisticSums logistic_sums(const double* logits, std::size_t count, Line line, double target) {
  return core::detail::run_kernel(AddCells{}, logits, count, line, target);
}

}  // namespace MULTILABEL_NAMESPACE::calibration::detail

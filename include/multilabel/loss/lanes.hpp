// SPDX-License-Identifier: Apache-2.0
#pragma once
// Eight floats at once: the arithmetic, exponential and logarithm under the compiled formulas (`dual.hpp`). Within 3 units in
// the last place for the arguments that losses have; not a general vector library.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "multilabel/version.hpp"

#if defined(__GNUC__) || defined(__clang__)
#define MULTILABEL_LANES 1
/// Compiles a function into each of its callers for their instruction set.
#define MULTILABEL_INLINE __attribute__((always_inline)) inline
/// The same for a lambda, after its parameters.
#define MULTILABEL_LAMBDA __attribute__((always_inline))
#else
#define MULTILABEL_LANES 0
#define MULTILABEL_INLINE inline
#define MULTILABEL_LAMBDA
#endif

#if MULTILABEL_LANES

namespace MULTILABEL_NAMESPACE::loss::detail {

using FloatVector = float __attribute__((vector_size(32)));
using IntVector = std::int32_t __attribute__((vector_size(32)));
using ByteVector = std::uint8_t __attribute__((vector_size(8)));
using DoubleVector = double __attribute__((vector_size(32)));
using WideVector = double __attribute__((vector_size(64)));
using LongVector = std::int64_t __attribute__((vector_size(32)));

inline constexpr std::int64_t lane_count = 8;

// Which lanes: all bits or none.
struct LaneMask {
  IntVector v;
  MULTILABEL_INLINE explicit LaneMask(const IntVector& bits) : v(bits) {}
  // Written out here and below, so that calls pass a reference: registers differ between the instruction sets.
  MULTILABEL_INLINE LaneMask(const LaneMask& other) : v(other.v) {}
  MULTILABEL_INLINE LaneMask& operator=(const LaneMask& other) {
    v = other.v;
    return *this;
  }
  MULTILABEL_INLINE friend LaneMask operator&(const LaneMask& a, const LaneMask& b) { return LaneMask(a.v & b.v); }
  MULTILABEL_INLINE friend LaneMask operator|(const LaneMask& a, const LaneMask& b) { return LaneMask(a.v | b.v); }
  MULTILABEL_INLINE friend LaneMask operator~(const LaneMask& a) { return LaneMask(~a.v); }
};

MULTILABEL_INLINE bool any(const LaneMask& mask) {
  const auto halves = reinterpret_cast<LongVector>(mask.v);
  return ((halves[0] | halves[1]) | (halves[2] | halves[3])) != 0;
}

struct Lanes {
  FloatVector v;
  // By memcpy, which GCC knows for a broadcast; other forms become inserts through the stack, a third of a kernel's time.
  MULTILABEL_INLINE Lanes(float value) {  // NOLINT(google-explicit-constructor): a number is one
    const float same[lane_count] = {value, value, value, value, value, value, value, value};
    std::memcpy(&v, same, sizeof v);
  }
  MULTILABEL_INLINE explicit Lanes(const FloatVector& values) : v(values) {}
  MULTILABEL_INLINE Lanes(const Lanes& other) : v(other.v) {}
  MULTILABEL_INLINE Lanes& operator=(const Lanes& other) {
    v = other.v;
    return *this;
  }
  MULTILABEL_INLINE friend Lanes operator+(const Lanes& a, const Lanes& b) { return Lanes(a.v + b.v); }
  MULTILABEL_INLINE friend Lanes operator-(const Lanes& a, const Lanes& b) { return Lanes(a.v - b.v); }
  MULTILABEL_INLINE friend Lanes operator*(const Lanes& a, const Lanes& b) { return Lanes(a.v * b.v); }
  MULTILABEL_INLINE friend Lanes operator/(const Lanes& a, const Lanes& b) { return Lanes(a.v / b.v); }
  MULTILABEL_INLINE friend Lanes operator-(const Lanes& a) { return Lanes(-a.v); }
  MULTILABEL_INLINE friend LaneMask operator>(const Lanes& a, const Lanes& b) { return LaneMask(a.v > b.v); }
  MULTILABEL_INLINE friend LaneMask operator>=(const Lanes& a, const Lanes& b) { return LaneMask(a.v >= b.v); }
  MULTILABEL_INLINE friend LaneMask operator==(const Lanes& a, const Lanes& b) { return LaneMask(a.v == b.v); }
};

MULTILABEL_INLINE Lanes select(const LaneMask& mask, const Lanes& yes, const Lanes& no) {
  const auto& y = reinterpret_cast<IntVector>(yes.v);
  const auto& n = reinterpret_cast<IntVector>(no.v);
  const IntVector chosen = (y & mask.v) | (n & ~mask.v);
  return Lanes(reinterpret_cast<FloatVector>(chosen));
}

// The larger and the smaller of the two, b where one is no number; one instruction, where a `select` takes four.
MULTILABEL_INLINE Lanes larger(const Lanes& a, const Lanes& b) { return Lanes(a.v > b.v ? a.v : b.v); }
MULTILABEL_INLINE Lanes smaller(const Lanes& a, const Lanes& b) { return Lanes(a.v < b.v ? a.v : b.v); }

// The numbers in the lanes of the mask, 0 in the others.
MULTILABEL_INLINE Lanes only(const LaneMask& mask, const Lanes& x) {
  const IntVector kept = reinterpret_cast<IntVector>(x.v) & mask.v;
  return Lanes(reinterpret_cast<FloatVector>(kept));
}

MULTILABEL_INLINE Lanes load(const float* from) {
  FloatVector values;
  std::memcpy(&values, from, sizeof values);
  return Lanes(values);
}

MULTILABEL_INLINE void store(float* to, const Lanes& lanes) { std::memcpy(to, &lanes.v, sizeof lanes.v); }

// The lanes whose byte is not 0.
MULTILABEL_INLINE LaneMask load_mask(const bool* from) {
  ByteVector bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return LaneMask(__builtin_convertvector(bytes, IntVector) != 0);
}

// The same for fewer than eight, 0 or false in the other lanes.
MULTILABEL_INLINE Lanes load_part(const float* from, std::int64_t size) {
  if (size >= lane_count) return load(from);
  float values[lane_count] = {};
  for (std::int64_t j = 0; j < size; ++j) values[j] = from[j];
  return load(values);
}

MULTILABEL_INLINE void store_part(float* to, const Lanes& lanes, std::int64_t size) {
  if (size >= lane_count) return store(to, lanes);
  for (std::int64_t j = 0; j < size; ++j) to[j] = lanes.v[j];
}

MULTILABEL_INLINE LaneMask load_mask_part(const bool* from, std::int64_t size) {
  if (size >= lane_count) return load_mask(from);
  bool values[lane_count] = {};
  for (std::int64_t j = 0; j < size; ++j) values[j] = from[j];
  return load_mask(values);
}

MULTILABEL_INLINE LaneMask first_lanes(std::int64_t size) {
  const IntVector numbers = {0, 1, 2, 3, 4, 5, 6, 7};
  return LaneMask(numbers < static_cast<std::int32_t>(std::min(size, lane_count)));
}

// The eight lanes in double precision, in two halves. Converted as one vector, which GCC then splits; from two float halves it
// makes eight moves through memory.
struct DoubleHalves {
  DoubleVector low;
  DoubleVector high;
  MULTILABEL_INLINE explicit DoubleHalves(const Lanes& x) {
    const auto whole = __builtin_convertvector(x.v, WideVector);
    std::memcpy(&low, &whole, sizeof low);
    std::memcpy(&high, reinterpret_cast<const char*>(&whole) + sizeof low, sizeof high);
  }
};

// A sum of lanes in double precision.
struct DoubleLanes {
  DoubleVector low{};
  DoubleVector high{};
  MULTILABEL_INLINE void add(const Lanes& x) {
    const DoubleHalves halves(x);
    low += halves.low;
    high += halves.high;
  }
  [[nodiscard]] MULTILABEL_INLINE double sum() const {
    const DoubleVector both = low + high;
    return (both[0] + both[1]) + (both[2] + both[3]);
  }
};

// Adds eight floats to eight doubles.
MULTILABEL_INLINE void add_to(double* sums, const Lanes& x) {
  DoubleVector low;
  DoubleVector high;
  std::memcpy(&low, sums, sizeof low);
  std::memcpy(&high, sums + 4, sizeof high);
  const DoubleHalves halves(x);
  low += halves.low;
  high += halves.high;
  std::memcpy(sums, &low, sizeof low);
  std::memcpy(sums + 4, &high, sizeof high);
}

MULTILABEL_INLINE Lanes absolute(const Lanes& x) {
  const IntVector bits = reinterpret_cast<IntVector>(x.v) & 0x7fffffff;
  return Lanes(reinterpret_cast<FloatVector>(bits));
}

// e^x, x cut to [-87, 88]: 2^n e^r with r in [-log(2) / 2, log(2) / 2] and the polynomial of least error there.
MULTILABEL_INLINE Lanes exponential(const Lanes& given) {
  const Lanes x = smaller(larger(given, -87.0f), 88.0f);
  const Lanes magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const Lanes n = (x * 1.44269504f + magic) - magic;
  const Lanes r = (x - n * 0.693359375f) - n * -2.12194440e-4f;  // log 2 in two parts
  const Lanes square = r * r;  // terms in pairs, not one after the other: the chain of dependent steps is what takes the time
  const Lanes high = (r * 1.9875691500e-4f + 1.3981999507e-3f) * square + (r * 8.3334519073e-3f + 4.1665795894e-2f);
  const Lanes y = (high * square + (r * 1.6666665459e-1f + 5.0000001201e-1f)) * square + (r + 1.0f);
  const IntVector scale = (__builtin_convertvector(n.v, IntVector) + 127) << 23;
  return y * Lanes(reinterpret_cast<FloatVector>(scale));
}

// log u for a normal positive u: the exponent, and a polynomial for a mantissa in [sqrt(1/2), sqrt(2)).
MULTILABEL_INLINE Lanes logarithm(const Lanes& u) {
  const IntVector bits = reinterpret_cast<IntVector>(u.v);
  const IntVector offset = (bits - 0x3f3504f3) >> 23;  // how many octaves above sqrt(1/2)
  const IntVector reduced = bits - (offset << 23);
  const Lanes m = Lanes(reinterpret_cast<FloatVector>(reduced)) - 1.0f;
  const Lanes e = Lanes(__builtin_convertvector(offset, FloatVector));
  const Lanes z = m * m;
  const Lanes low = (m * -2.4999993993e-1f + 3.3333331174e-1f) + (m * -1.6668057665e-1f + 2.0000714765e-1f) * z;
  const Lanes high = (m * -1.2420140846e-1f + 1.4249322787e-1f) + (m * -1.1514610310e-1f + 1.1676998740e-1f) * z;
  const Lanes fourth = z * z;
  const Lanes series = (fourth * fourth) * 7.0376836292e-2f + (high * fourth + low);
  const Lanes y = series * (m * z) + (e * -2.12194440e-4f - z * 0.5f);
  return (m + y) + e * 0.693359375f;
}

}  // namespace MULTILABEL_NAMESPACE::loss::detail

#endif

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Eight numbers with their derivatives by the logit: what a formula computes with on the compiled path, so that one pass yields
// value and gradient. The functions are those of `elementary.hpp`.

#include "multilabel/loss/lanes.hpp"

#if MULTILABEL_LANES

namespace MULTILABEL_NAMESPACE::loss {

/// A value and its derivative, in each of eight lanes.
struct Dual {
  detail::Lanes value;
  detail::Lanes derivative;
  MULTILABEL_INLINE Dual(const detail::Lanes& v, const detail::Lanes& d) : value(v), derivative(d) {}

  MULTILABEL_INLINE friend Dual operator+(const Dual& a, const Dual& b) {
    return {a.value + b.value, a.derivative + b.derivative};
  }
  MULTILABEL_INLINE friend Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value, a.derivative - b.derivative};
  }
  MULTILABEL_INLINE friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.derivative * b.value + a.value * b.derivative};
  }
  MULTILABEL_INLINE friend Dual operator-(const Dual& a) { return {-a.value, -a.derivative}; }
  MULTILABEL_INLINE friend Dual operator+(const Dual& a, double b) { return {a.value + static_cast<float>(b), a.derivative}; }
  MULTILABEL_INLINE friend Dual operator-(const Dual& a, double b) { return {a.value - static_cast<float>(b), a.derivative}; }
  MULTILABEL_INLINE friend Dual operator*(const Dual& a, double b) {
    return {a.value * static_cast<float>(b), a.derivative * static_cast<float>(b)};
  }
  MULTILABEL_INLINE friend Dual operator*(double a, const Dual& b) { return b * a; }
};

/// The logit itself, or minus it: a formula's argument. All functions of it share one exponential, one logarithm and one
/// division.
class Logit {
 public:
  MULTILABEL_INLINE explicit Logit(const detail::Lanes& x)
      : x_(x), e_(detail::exponential(-detail::absolute(x))), inverse_(detail::Lanes(1.0f) / (e_ + 1.0f)), sign_(1.0f) {}

  MULTILABEL_INLINE Logit operator-() const {
    Logit other(*this);
    other.x_ = -x_;
    other.sign_ = -sign_;
    return other;
  }
  MULTILABEL_INLINE operator Dual() const { return {x_, sign_}; }  // NOLINT(google-explicit-constructor): it is one

  MULTILABEL_INLINE detail::Lanes sigmoid() const { return select(x_ > 0.0f, inverse_, e_ * inverse_); }
  MULTILABEL_INLINE detail::Lanes softplus() const {
    const detail::Lanes u = e_ + 1.0f;
    return select(x_ > 0.0f, x_, 0.0f) + (detail::logarithm(u) + (e_ - (u - 1.0f)) * inverse_);
  }
  MULTILABEL_INLINE detail::Lanes slope() const { return sign_ * (inverse_ * (e_ * inverse_)); }
  MULTILABEL_INLINE const detail::Lanes& sign() const { return sign_; }

 private:
  detail::Lanes x_;
  detail::Lanes e_;
  detail::Lanes inverse_;
  detail::Lanes sign_;
};

MULTILABEL_INLINE Dual operator-(const Logit& x, double shift) { return static_cast<Dual>(x) - shift; }
MULTILABEL_INLINE Dual operator+(const Logit& x, double shift) { return static_cast<Dual>(x) + shift; }
MULTILABEL_INLINE Dual operator*(const Logit& x, const Dual& y) { return static_cast<Dual>(x) * y; }

/// log(1 + e^x).
MULTILABEL_INLINE Dual log1p_exp(const Logit& x) { return {x.softplus(), x.sign() * x.sigmoid()}; }

/// 1 / (1 + e^-x).
MULTILABEL_INLINE Dual logistic(const Logit& x) { return {x.sigmoid(), x.slope()}; }

/// log(1 + e^z) = max(z, 0) + log(1 + e^-|z|); the correction gives back what rounding 1 + e^-|z| lost.
MULTILABEL_INLINE Dual log1p_exp(const Dual& z) {
  using detail::Lanes;
  const Lanes e = detail::exponential(-detail::absolute(z.value));
  const Lanes u = e + 1.0f;
  const Lanes inverse = Lanes(1.0f) / u;
  const detail::LaneMask above = z.value > 0.0f;
  const Lanes value = detail::larger(z.value, 0.0f) + (detail::logarithm(u) + (e - (u - 1.0f)) * inverse);
  return {value, select(above, inverse, e * inverse) * z.derivative};
}

/// 1 / (1 + e^-x).
MULTILABEL_INLINE Dual logistic(const Dual& x) {
  using detail::Lanes;
  const Lanes e = detail::exponential(-detail::absolute(x.value));
  const Lanes inverse = Lanes(1.0f) / (e + 1.0f);
  const Lanes small = e * inverse;
  return {select(x.value > 0.0f, inverse, small), inverse * small * x.derivative};
}

namespace detail {

// Whether `power` is a few products.
MULTILABEL_INLINE bool is_small_power(double exponent) { return exponent <= 4 && exponent == static_cast<int>(exponent); }

}  // namespace detail

/// base^exponent, for a base in [0, 1]; the derivative at 0 is 0.
MULTILABEL_INLINE Dual power(const Dual& base, double exponent) {
  using detail::Lanes;
  if (detail::is_small_power(exponent)) {
    const Lanes square = base.value * base.value;
    switch (static_cast<int>(exponent)) {
      case 0:
        return {1.0f, 0.0f};
      case 1:
        return base;
      case 2:
        return {square, base.value * 2.0f * base.derivative};
      case 3:
        return {square * base.value, square * 3.0f * base.derivative};
      default:
        return {square * square, square * base.value * 4.0f * base.derivative};
    }
  }
  const auto n = static_cast<float>(exponent);
  const Lanes above = detail::larger(base.value, 1e-37f);
  const Lanes value = detail::exponential(detail::logarithm(above) * n);
  return {value, value / above * n * base.derivative};
}

/// sigmoid(x)^exponent.
template <class X>
MULTILABEL_INLINE Dual sigmoid_power(const X& x, double exponent) {
  if (detail::is_small_power(exponent)) return power(logistic(x), exponent);
  const Dual logarithm = log1p_exp(-x) * -exponent;
  const detail::Lanes value = detail::exponential(logarithm.value);
  return {value, value * logarithm.derivative};
}

/// log(1 - q), where `rest` is 1 - q computed without cancellation.
MULTILABEL_INLINE Dual log_complement(const Dual& q, const Dual& rest) {
  using detail::Lanes;
  const detail::LaneMask large = q.value > 0.5f;
  const Lanes u = select(large, rest.value, Lanes(1.0f) - q.value);
  const Lanes inverse = Lanes(1.0f) / u;
  const Lanes correction = detail::only(~large, (Lanes(1.0f) - u) - q.value);
  return {detail::logarithm(u) + correction * inverse, select(large, rest.derivative, -q.derivative) * inverse};
}

/// `yes` where `condition` is above 0, else `no`.
MULTILABEL_INLINE Dual where_positive(const Dual& condition, const Dual& yes, const Dual& no) {
  const detail::LaneMask above = condition.value > 0.0f;
  return {select(above, yes.value, no.value), select(above, yes.derivative, no.derivative)};
}

/// The value where it is above 0, else 0.
MULTILABEL_INLINE Dual positive_part(const Dual& x) {
  const detail::LaneMask above = x.value > 0.0f;
  return {detail::only(above, x.value), detail::only(above, x.derivative)};
}

/// The value as a constant: its derivative counts as 0.
MULTILABEL_INLINE Dual detached(const Dual& value) { return {value.value, 0.0f}; }

}  // namespace MULTILABEL_NAMESPACE::loss

#endif

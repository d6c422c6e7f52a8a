// SPDX-License-Identifier: Apache-2.0
#pragma once
// The functions that formulas of losses are written in, for tensors: exact and finite for any logit. The same names exist for
// the vector registers of the compiled path (`dual.hpp`), so that a formula is written once, as a template.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/where.h>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// log(1 + e^z) without overflow or cancellation.
[[nodiscard]] inline at::Tensor log1p_exp(const at::Tensor& z) { return -at::log_sigmoid(-z); }

/// 1 / (1 + e^-x).
[[nodiscard]] inline at::Tensor logistic(const at::Tensor& x) { return x.sigmoid(); }

/// sigmoid(x)^exponent, whose derivative stays finite where the sigmoid is 0; `exponent` at least 0.
[[nodiscard]] inline at::Tensor sigmoid_power(const at::Tensor& x, double exponent) {
  return (-exponent * log1p_exp(-x)).exp();
}

/// base^exponent, for a base in [0, 1]; the derivative at 0 is 0.
[[nodiscard]] inline at::Tensor power(const at::Tensor& base, double exponent) { return base.clamp_min(1e-37).pow(exponent); }

/// log(1 - q), where `rest` is 1 - q computed without cancellation: it is used for a large q, where the subtraction would lose
/// digits, and q for a small one, where the rest has lost them.
[[nodiscard]] inline at::Tensor log_complement(const at::Tensor& q, const at::Tensor& rest) {
  return at::where(q.gt(0.5), rest.log(), q.neg().log1p());
}

/// The value where it is above 0, else 0, and so the derivative.
[[nodiscard]] inline at::Tensor positive_part(const at::Tensor& x) { return x.relu(); }

/// `yes` where `condition` is above 0, else `no`.
[[nodiscard]] inline at::Tensor where_positive(const at::Tensor& condition, const at::Tensor& yes, const at::Tensor& no) {
  return at::where(condition.gt(0), yes, no);
}

/// The value as a constant: the backward pass stops here.
[[nodiscard]] inline at::Tensor detached(const at::Tensor& value) { return value.detach(); }

}  // namespace MULTILABEL_NAMESPACE::loss

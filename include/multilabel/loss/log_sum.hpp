// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sums of exponentials over some of the cells, finite where there are none, for losses that compare the cells of an image or of
// a label with each other.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss::detail {

// The largest term along `dim` as a constant, 0 where all are minus infinity, and whether there is another.
[[nodiscard]] inline std::pair<at::Tensor, at::Tensor> largest_term(const at::Tensor& terms, std::int64_t dim) {
  if (terms.size(dim) == 0) {
    const at::Tensor none = terms.detach().sum(dim, true);
    return {none, none.ne(none)};
  }
  const at::Tensor most = terms.detach().amax(dim, true);
  const at::Tensor some = most.gt(-std::numeric_limits<double>::infinity());
  return {at::where(some, most, 0), some};
}

// log sum e^terms along `dim`, 0 where all terms are minus infinity, and whether there is another.
[[nodiscard]] inline std::pair<at::Tensor, at::Tensor> log_sum_exp(const at::Tensor& terms, std::int64_t dim) {
  const auto [most, some] = largest_term(terms, dim);
  const at::Tensor sum = (terms - most).exp().sum(dim, true);
  return {(at::where(some, sum, 1).log() + most).squeeze(dim), some.squeeze(dim)};
}

// log(1 + sum e^terms) along `dim`.
[[nodiscard]] inline at::Tensor log1p_sum_exp(const at::Tensor& terms, std::int64_t dim) {
  const at::Tensor most = largest_term(terms, dim).first.clamp_min(0);
  return (((terms - most).exp().sum(dim, true) + (-most).exp()).log() + most).squeeze(dim);
}

// The reduction of one value an image.
[[nodiscard]] inline at::Tensor reduce_images(const at::Tensor& values, const at::Tensor& known, const LossInputs& inputs,
                                              Reduction reduction) {
  at::Tensor weighted = inputs.sample_weight.defined() ? values * inputs.sample_weight.to(values.options()) : values;
  weighted = at::where(known, weighted, 0);
  if (reduction == Reduction::none) return weighted;
  const at::Tensor sum = total(weighted);
  if (reduction == Reduction::sum) return sum;
  if (reduction == Reduction::sum_per_image) return sum / std::max<std::int64_t>(1, values.size(0));
  return sum / known.sum().clamp_min(1);
}

}  // namespace MULTILABEL_NAMESPACE::loss::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Stochastic depth: while training, a residual branch is left out for some images of the batch, so that a deep network does not
// learn a small data set by heart. Does nothing when predicting.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include <cstddef>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// `branch` [n, c, h, w] with a share `rate` in [0, 1) of its images set to 0 and the others scaled by 1 / (1 - rate), as
/// timm's drop_path (Huang et al. 2016). Draws from torch's generator.
[[nodiscard]] inline at::Tensor drop_path(const at::Tensor& branch, double rate) {
  if (rate <= 0) return branch;
  at::Tensor kept = at::empty({branch.size(0), 1, 1, 1}, branch.options());
  kept.bernoulli_(1 - rate).div_(1 - rate);
  return at::mul(branch, kept);
}

/// The rate of block `index` of `blocks`: it grows evenly from 0 in the first to almost `most` behind the last, as in timm.
[[nodiscard]] constexpr double drop_path_rate(double most, std::size_t index, std::size_t blocks) noexcept {
  return most * static_cast<double>(index) / static_cast<double>(blocks);
}

}  // namespace MULTILABEL_NAMESPACE::model

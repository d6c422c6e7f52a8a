// SPDX-License-Identifier: Apache-2.0
#pragma once
// Targets from lists of positives, for label lists so long that a row of zeros is not worth keeping or sending to a device: the
// rows are made where the logits are. For any loss; the cells that are not listed are negatives.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <cstdint>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// Targets [n, labels] from `indices` [n, k], integers: 1 at the labels listed, 0 elsewhere. A row is filled up with -1; a
/// label may be listed twice. Throws `ArgumentError` for an index that is neither -1 nor in [0, labels).
[[nodiscard]] inline at::Tensor index_targets(const at::Tensor& indices, std::int64_t labels) {
  if (indices.dim() != 2 || !at::isIntegralType(indices.scalar_type(), false)) {
    fail<ShapeError>({"loss::index_targets", "indices must be integers of shape [n, k]",
                      join_text(indices.scalar_type(), " ", indices.sizes())});
  }
  const at::Tensor outside = indices.lt(-1).logical_or_(indices.ge(labels));
  if (outside.any().item<bool>()) {
    fail<ArgumentError>({"loss::index_targets", join_text("an index must be in [0, ", labels, "), or -1 for none"),
                         join_text(indices.masked_select(outside)[0].item<std::int64_t>())});
  }
  at::Tensor targets = at::zeros({indices.size(0), labels + 1}, indices.options().dtype(at::kFloat));
  targets.scatter_(1, at::where(indices.lt(0), labels, indices).to(at::kLong), 1);  // the column behind the last takes the rest
  return targets.narrow(1, 0, labels).contiguous();
}

}  // namespace MULTILABEL_NAMESPACE::loss

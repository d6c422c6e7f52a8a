// SPDX-License-Identifier: Apache-2.0
#pragma once
// The compiled path of two-way and ZLPR as autograd sees it; `fused.hpp` does the same for sums over cells.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/fused.hpp"
#include "multilabel/loss/log_sum_kernel.hpp"
#include "multilabel/loss/options.hpp"

#if MULTILABEL_LANES

namespace MULTILABEL_NAMESPACE::loss::detail {

// The loss of the kernel with its gradient; nothing where the compiled path cannot be taken. `arrays` says which loss, the rest
// of it is filled in here.
[[nodiscard]] inline std::optional<at::Tensor> fused_log_sums(std::string_view where, const CellOptions& options,
                                                              LogSumArrays arrays, const at::Tensor& logits,
                                                              const at::Tensor& targets, const LossInputs& inputs,
                                                              Composite composite) {
  if (logits.scalar_type() != at::kFloat || logits.numel() == 0 || !readable(logits) || !readable(targets)) return {};
  if (inputs.sample_weight.defined() && inputs.sample_weight.requires_grad()) return {};
  const ReadyInputs ready(where, options, logits, targets, inputs);
  const bool differentiable = at::GradMode::is_enabled() && logits.requires_grad();
  const at::Tensor gradient = differentiable ? at::empty_like(ready.logits) : at::Tensor();
  arrays.logits = ready.logits.const_data_ptr<float>();
  arrays.targets = ready.targets.const_data_ptr<float>();
  arrays.mask = ready.mask_data();
  arrays.sample_weight = ready.sample_weight_data();
  arrays.pos_weight = ready.pos_weight_data();
  arrays.class_weight = ready.class_weight_data();
  arrays.gradient = differentiable ? gradient.mutable_data_ptr<float>() : nullptr;
  arrays.images = logits.size(0);
  arrays.labels = logits.size(1);
  arrays.smoothing_scale = ready.smoothing_scale;
  arrays.smoothing_shift = ready.smoothing_shift;
  arrays.unknown_counts = options.unknown == Unknown::negative;
  arrays.mean = options.reduction == Reduction::mean;
  const std::optional<double> value = log_sums(arrays, static_cast<std::size_t>(at::get_num_threads()));
  if (!value) return {};
  const double scale = options.reduction == Reduction::sum_per_image ? 1 / static_cast<double>(logits.size(0)) : 1;
  return with_gradient(at::full({}, *value * scale, ready.logits.options()), logits, gradient, scale, std::move(composite));
}

}  // namespace MULTILABEL_NAMESPACE::loss::detail

#endif

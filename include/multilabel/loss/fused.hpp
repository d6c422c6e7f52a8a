// SPDX-License-Identifier: Apache-2.0
#pragma once
// The autograd end of the compiled path: a value that knows its gradient already. The backward pass is one product; a second
// derivative goes through the plain tensor operations, so it is right too.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <c10/core/DispatchKeySet.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/loss/cell_kernel.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss::detail {

/// The loss again from its logits, in operations that autograd differentiates.
using Composite = std::function<at::Tensor(const at::Tensor&)>;

class KnownGradient : public torch::autograd::Node {
 public:
  KnownGradient(torch::autograd::edge_list&& next, const at::Tensor& logits, at::Tensor gradient, double scale,
                Composite composite)
      : Node(std::move(next)),
        logits_(logits, false),
        gradient_(std::move(gradient)),
        scale_(scale),
        composite_(std::move(composite)) {}

  [[nodiscard]] std::string name() const override { return "MultilabelLossBackward"; }

  void release_variables() override {
    logits_.reset_data();
    gradient_.reset();
  }

 private:
  torch::autograd::variable_list apply(torch::autograd::variable_list&& given) override {
    const at::Tensor& outer = given[0];
    if (!outer.defined()) return {at::Tensor()};
    if (!gradient_.defined()) {
      fail<ArgumentError>({"loss", "backward must run once", "a second time", "Pass retain_graph=True to the first."});
    }
    if (at::GradMode::is_enabled()) {  // somebody will differentiate the result
      const at::Tensor logits = logits_.unpack();
      return torch::autograd::grad({composite_(logits)}, {logits}, {outer}, true, true);
    }
    if (outer.dim() > 0) return {gradient_ * outer};
    const double factor = scale_ * outer.item<double>();
    if (factor == 1) return {gradient_};
    return {gradient_ * factor};
  }

  torch::autograd::SavedVariable logits_;
  at::Tensor gradient_;
  double scale_;
  Composite composite_;
};

// Whether the tensor's numbers lie in this machine's memory to be read: not under vmap, tracing or forward differentiation.
[[nodiscard]] inline bool readable(const at::Tensor& tensor) {
  using c10::DispatchKey;
  const c10::DispatchKeySet wrapped({DispatchKey::Python, DispatchKey::FuncTorchBatched, DispatchKey::FuncTorchGradWrapper,
                                     DispatchKey::Functionalize, DispatchKey::BatchedNestedTensor});
  return tensor.device().is_cpu() && tensor.layout() == at::kStrided && !tensor.key_set().has_any(wrapped) &&
         !tensor.unsafeGetTensorImpl()->_fw_grad(0, tensor).defined();
}

/// Makes `value` a function of `logits` with that gradient times `scale`, where gradients are on.
[[nodiscard]] inline at::Tensor with_gradient(at::Tensor value, const at::Tensor& logits, at::Tensor gradient, double scale,
                                              Composite composite) {
  if (!gradient.defined()) return value;
  auto node = c10::make_intrusive<KnownGradient>(torch::autograd::collect_next_edges(logits), logits, std::move(gradient),
                                                 scale, std::move(composite));
  torch::autograd::create_gradient_edge(value, std::move(node));
  return value;
}

#if MULTILABEL_LANES

[[nodiscard]] inline std::vector<float> as_floats(std::string_view where, std::string_view name,
                                                  const std::vector<double>& weights, std::int64_t labels) {
  if (!weights.empty() && static_cast<std::int64_t>(weights.size()) != labels) {
    fail<ShapeError>(
        {where, join_text(name, " must have one value for each of the ", labels, " labels"), join_text(weights.size())});
  }
  return {weights.begin(), weights.end()};
}

// Inputs as a compiled path reads them: contiguous, float32 or bool, in memory; copied only where they are not so already.
struct ReadyInputs {
  at::Tensor logits, targets, mask, sample_weight;
  std::vector<float> pos_weight, class_weight;
  float smoothing_scale, smoothing_shift;

  ReadyInputs(std::string_view where, const CellOptions& options, const at::Tensor& x, const at::Tensor& y,
              const LossInputs& inputs)
      : logits(ready(x, at::kFloat)),
        targets(ready(y, at::kFloat)),
        mask(ready(inputs.mask, at::kBool)),
        sample_weight(ready(inputs.sample_weight, at::kFloat)),
        pos_weight(as_floats(where, "pos_weight", options.pos_weight, x.size(1))),
        class_weight(as_floats(where, "class_weight", options.class_weight, x.size(1))),
        smoothing_scale(static_cast<float>(1 - options.label_smoothing.positive - options.label_smoothing.negative)),
        smoothing_shift(static_cast<float>(options.label_smoothing.negative)) {}

  [[nodiscard]] const bool* mask_data() const { return mask.defined() ? mask.const_data_ptr<bool>() : nullptr; }
  [[nodiscard]] const float* sample_weight_data() const {
    return sample_weight.defined() ? sample_weight.const_data_ptr<float>() : nullptr;
  }
  [[nodiscard]] const float* pos_weight_data() const { return pos_weight.empty() ? nullptr : pos_weight.data(); }
  [[nodiscard]] const float* class_weight_data() const { return class_weight.empty() ? nullptr : class_weight.data(); }

 private:
  [[nodiscard]] static at::Tensor ready(const at::Tensor& tensor, at::ScalarType type) {
    return tensor.defined() ? tensor.detach().to(at::kCPU, type).contiguous() : tensor;
  }
};

// The loss of the formula from the compiled path; `chosen` is contiguous, or undefined for none. Nothing where that cannot be
// taken or a target is wrong.
template <class F>
[[nodiscard]] std::optional<at::Tensor> fused(std::string_view where, const F& formula, const CellOptions& options,
                                              const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs,
                                              const at::Tensor& chosen, Composite composite) {
  if (logits.scalar_type() != at::kFloat || logits.numel() == 0 || !readable(logits) || !readable(targets)) return {};
  if (inputs.sample_weight.defined() && inputs.sample_weight.requires_grad()) return {};
  const ReadyInputs ready(where, options, logits, targets, inputs);
  const at::Tensor& x = ready.logits;
  const std::int64_t images = x.size(0);
  const std::int64_t labels = x.size(1);
  const bool differentiable = at::GradMode::is_enabled() && logits.requires_grad();
  const at::Tensor gradient = differentiable ? at::empty_like(x) : at::Tensor();
  const at::Tensor values = options.reduction == Reduction::none ? at::empty_like(x) : at::Tensor();
  std::vector<double> sums(static_cast<std::size_t>(images));
  std::vector<std::int32_t> counts(static_cast<std::size_t>(images));
  const CellArrays arrays{.logits = x.const_data_ptr<float>(),
                          .targets = ready.targets.const_data_ptr<float>(),
                          .mask = ready.mask_data(),
                          .chosen = chosen.defined() ? chosen.const_data_ptr<bool>() : nullptr,
                          .sample_weight = ready.sample_weight_data(),
                          .pos_weight = ready.pos_weight_data(),
                          .class_weight = ready.class_weight_data(),
                          .values = values.defined() ? values.mutable_data_ptr<float>() : nullptr,
                          .gradient = gradient.defined() ? gradient.mutable_data_ptr<float>() : nullptr,
                          .sums = sums.data(),
                          .counts = counts.data(),
                          .labels = labels,
                          .smoothing_scale = ready.smoothing_scale,
                          .smoothing_shift = ready.smoothing_shift,
                          .unknown_counts = options.unknown == Unknown::negative};
  std::atomic<bool> outside = false;
  const auto grain = static_cast<std::size_t>(std::max<std::int64_t>(1, 262144 / labels));  // a millisecond's work
  parallel_for(static_cast<std::size_t>(images), static_cast<std::size_t>(at::get_num_threads()), grain,
               [&](std::size_t begin, std::size_t end) {
                 if (core::detail::run_kernel(CellKernel<F>{formula}, arrays, static_cast<std::int64_t>(begin),
                                              static_cast<std::int64_t>(end)))
                   outside = true;
               });
  if (outside) return {};
  if (values.defined()) return with_gradient(values, logits, gradient, 1, std::move(composite));
  const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  const auto count = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const double divisor = options.reduction == Reduction::sum ? 1
                         : options.reduction == Reduction::sum_per_image
                             ? static_cast<double>(images)
                             : static_cast<double>(std::max<std::int64_t>(1, count));
  return with_gradient(at::full({}, sum / divisor, x.options()), logits, gradient, 1 / divisor, std::move(composite));
}

#endif

}  // namespace MULTILABEL_NAMESPACE::loss::detail

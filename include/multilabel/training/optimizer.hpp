// SPDX-License-Identifier: Apache-2.0
#pragma once
// How gradients become new weights: AdamW, Adam or SGD in torch's fused kernels, gradient clipping, and the optimiser's memory
// as named tensors, so that a checkpoint can hold it. Decays matrices and kernels only, never biases and norms.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/safetensors.hpp"

namespace multilabel::training {

/// The update rule. Constants are torch's defaults: betas 0.9 and 0.999, eps 1e-8, momentum 0.9 for SGD.
enum class Optimizer {
  adamw,  ///< decoupled weight decay (Loshchilov and Hutter, ICLR 2019)
  adam,   ///< weight decay as part of the gradient
  sgd     ///< with momentum
};

[[nodiscard]] inline std::string to_string(Optimizer optimizer) {
  return optimizer == Optimizer::adamw ? "adamw" : optimizer == Optimizer::adam ? "adam" : "sgd";
}

/// Updates a fixed list of parameters from their gradients. Parameters that need no gradient are left out; those that got none
/// in a step are skipped in it, as in torch.
class ParameterUpdater {
 public:
  /// `parameters` by name, the module's own tensors; `weight_decay` at least 0, for tensors of two dimensions and more.
  ParameterUpdater(const model::NamedTensors& parameters, Optimizer optimizer, double weight_decay)
      : optimizer_(optimizer), weight_decay_(weight_decay) {
    const at::NoGradGuard no_grad;
    std::set<const void*> seen;  // a tensor with two names moves once
    for (const auto& [name, tensor] : parameters) {
      if (!tensor.requires_grad() || !seen.insert(tensor.unsafeGetTensorImpl()).second) continue;
      Slot slot{name, tensor, at::zeros_like(tensor), {}, at::zeros({}, at::kFloat)};
      if (optimizer != Optimizer::sgd) slot.second = at::zeros_like(tensor);
      slots_.push_back(std::move(slot));
    }
    if (slots_.empty()) {
      fail<ArgumentError>({"training::Trainer", "the model must have parameters that require a gradient", "none"});
    }
  }

  void zero_grad() {
    for (auto& slot : slots_) slot.parameter.mutable_grad().reset();
  }

  /// The gradients' common Euclidean norm; those above `most` are scaled down to it. 0 never scales.
  double clip(double most) {
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (const auto& slot : slots_)
      if (slot.parameter.grad().defined()) gradients.push_back(slot.parameter.grad());
    if (gradients.empty()) return 0.0;
    const double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item<double>();
    if (most > 0 && norm > most) at::_foreach_mul_(gradients, most / (norm + 1e-6));
    return norm;
  }

  /// One update at `learning_rate` with the gradients at hand.
  void step(double learning_rate) {
    const at::NoGradGuard no_grad;
    std::array<Lists, 2> groups;  // without and with weight decay
    for (auto& slot : slots_) {
      if (!slot.parameter.grad().defined()) continue;
      slot.steps.add_(1);
      Lists& lists = groups[slot.parameter.dim() > 1 ? 1 : 0];
      lists.parameters.push_back(slot.parameter);
      lists.gradients.push_back(like(slot.parameter, slot.parameter.grad()));
      lists.first.push_back(slot.first);
      lists.second.push_back(slot.second);
      lists.steps.push_back(slot.steps);
    }
    for (std::size_t i = 0; i < groups.size(); ++i)
      if (!groups[i].parameters.empty()) update(groups[i], learning_rate, i == 1 ? weight_decay_ : 0.0);
  }

  /// The memory by name: "<parameter>/first", "<parameter>/second" (not for SGD) and "<parameter>/steps".
  [[nodiscard]] model::NamedTensors state() const {
    model::NamedTensors named;
    for (const auto& slot : slots_) {
      named.emplace_back(slot.name + "/first", slot.first);
      if (slot.second.defined()) named.emplace_back(slot.name + "/second", slot.second);
      named.emplace_back(slot.name + "/steps", slot.steps);
    }
    return named;
  }

  /// Goes on from a stored memory. Throws `BundleError` naming the first tensor that is missing or of another shape.
  void restore(const model::NamedTensors& stored) {
    const at::NoGradGuard no_grad;
    std::map<std::string, at::Tensor> by_name(stored.begin(), stored.end());
    for (auto& [name, tensor] : state()) {
      const auto found = by_name.find(name);
      if (found == by_name.end() || found->second.sizes() != tensor.sizes()) {
        fail<BundleError>({"training::Trainer::fit", "the checkpoint must hold the optimiser's memory of every parameter",
                           join_text("none of this shape for ", multilabel::quoted(name))});
      }
      tensor.copy_(found->second);
    }
  }

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, first, second, steps;
  };
  struct Lists {
    std::vector<at::Tensor> parameters, gradients, first, second, steps;
  };

  // The fused kernels walk the memory, so a gradient must lie as its parameter does.
  static at::Tensor like(const at::Tensor& parameter, const at::Tensor& gradient) {
    if (gradient.strides() == parameter.strides()) return gradient;
    return at::empty_like(parameter).copy_(gradient);
  }

  void update(Lists& lists, double rate, double decay) const {
    constexpr double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, momentum = 0.9;
    switch (optimizer_) {
      case Optimizer::adamw:
        at::_fused_adamw_(lists.parameters, lists.gradients, lists.first, lists.second, {}, lists.steps, rate, beta1, beta2,
                          decay, eps, false, false);
        return;
      case Optimizer::adam:
        at::_fused_adam_(lists.parameters, lists.gradients, lists.first, lists.second, {}, lists.steps, rate, beta1, beta2,
                         decay, eps, false, false);
        return;
      case Optimizer::sgd:  // a zero buffer makes the first step like all others
        at::_fused_sgd_(lists.parameters, lists.gradients, lists.first, decay, momentum, rate, 0.0, false, false, false);
    }
  }

  Optimizer optimizer_;
  double weight_decay_;
  std::vector<Slot> slots_;
};

}  // namespace multilabel::training

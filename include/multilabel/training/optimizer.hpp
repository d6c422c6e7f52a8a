// SPDX-License-Identifier: Apache-2.0
#pragma once
// How gradients become new weights: what an optimiser is, AdamW, Adam and SGD in torch's fused kernels, and its memory as named
// tensors, so that a checkpoint can hold it. One of torch::optim's is in torch_optimizer.hpp.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"
#include "multilabel/model/named_tensors.hpp"
#include "multilabel/training/parameters.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// What moves the parameters of one run. A parameter without a gradient is left alone in a step.
class ParameterUpdater {
 public:
  virtual ~ParameterUpdater() = default;

  /// These are the parameters from now on. What is remembered of one that was there before, by name and shape, stays.
  virtual void attach(const std::vector<Parameter>& parameters) = 0;
  /// One update at `rate`, times each parameter's own factor, with the gradients at hand. Returns the rate that was taken,
  /// which is another one where the optimiser has a schedule of its own.
  virtual double step(double rate) = 0;
  /// The memory by name, and back from a checkpoint; throws `BundleError` naming what is missing or of another shape.
  [[nodiscard]] virtual model::NamedTensors state() const = 0;
  virtual void restore(const model::NamedTensors& stored) = 0;
};

/// The update rules that are built in. Constants are torch's defaults: betas 0.9 and 0.999, eps 1e-8, momentum 0.9 for SGD.
enum class Optimizer {
  adamw,  ///< decoupled weight decay (Loshchilov and Hutter, ICLR 2019)
  adam,   ///< weight decay as part of the gradient
  sgd     ///< with momentum
};

[[nodiscard]] inline std::string to_string(Optimizer optimizer) {
  return optimizer == Optimizer::adamw ? "adamw" : optimizer == Optimizer::adam ? "adam" : "sgd";
}

/// A built-in rule in torch's fused kernels.
class FusedUpdater final : public ParameterUpdater {
 public:
  explicit FusedUpdater(Optimizer optimizer) : optimizer_(optimizer) {}

  void attach(const std::vector<Parameter>& parameters) override {
    const at::NoGradGuard no_grad;
    std::map<std::string, Slot> before;
    for (auto& slot : slots_) before.emplace(slot.parameter.name, std::move(slot));
    slots_.clear();
    for (const auto& parameter : parameters) {
      const auto known = before.find(parameter.name);
      if (known != before.end() && known->second.first.sizes() == parameter.tensor.sizes()) {
        known->second.parameter = parameter;
        slots_.push_back(std::move(known->second));
        continue;
      }
      Slot slot{parameter,
                at::zeros_like(parameter.tensor),
                {},
                at::zeros({}, at::TensorOptions(at::kFloat).device(parameter.tensor.device()))};
      if (optimizer_ != Optimizer::sgd) slot.second = at::zeros_like(parameter.tensor);
      slots_.push_back(std::move(slot));
    }
  }

  double step(double rate) override {
    const at::NoGradGuard no_grad;
    std::map<std::pair<double, double>, Lists> groups;  // by factor and decay
    for (auto& slot : slots_) {
      const at::Tensor& tensor = slot.parameter.tensor;
      if (!tensor.grad().defined()) continue;
      slot.steps.add_(1);
      Lists& lists = groups[{slot.parameter.rate_factor, slot.parameter.weight_decay}];
      lists.parameters.push_back(tensor);
      lists.gradients.push_back(like(tensor, tensor.grad()));
      lists.first.push_back(slot.first);
      lists.second.push_back(slot.second);
      lists.steps.push_back(slot.steps);
    }
    for (auto& [key, lists] : groups) update(lists, rate * key.first, key.second);
    return rate;
  }

  /// "<parameter>/first", "<parameter>/second" (not for SGD) and "<parameter>/steps".
  [[nodiscard]] model::NamedTensors state() const override {
    model::NamedTensors named;
    for (const auto& slot : slots_) {
      named.emplace_back(slot.parameter.name + "/first", slot.first);
      if (slot.second.defined()) named.emplace_back(slot.parameter.name + "/second", slot.second);
      named.emplace_back(slot.parameter.name + "/steps", slot.steps);
    }
    return named;
  }

  void restore(const model::NamedTensors& stored) override {
    const at::NoGradGuard no_grad;
    const std::map<std::string, at::Tensor> by_name(stored.begin(), stored.end());
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
    Parameter parameter;
    at::Tensor first, second, steps;
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
  std::vector<Slot> slots_;
};

/// An optimiser by what makes one for each run, and what it is called in a checkpoint.
struct AnyOptimizer {
  std::function<std::shared_ptr<ParameterUpdater>()> make;
  std::string name;  ///< with its options, so that a resumed run can tell another one

  // NOLINTNEXTLINE(google-explicit-constructor): so that `.optimizer = Optimizer::sgd` says it.
  AnyOptimizer(Optimizer optimizer)
      : make([optimizer] { return std::make_shared<FusedUpdater>(optimizer); }), name(to_string(optimizer)) {}
  AnyOptimizer(std::function<std::shared_ptr<ParameterUpdater>()> makes, std::string called)
      : make(std::move(makes)), name(std::move(called)) {}
};

}  // namespace MULTILABEL_NAMESPACE::training

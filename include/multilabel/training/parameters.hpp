// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which of a network's numbers are learnt, how fast, and from which epoch on.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/named_tensors.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// What is special about the parameters whose names begin with `prefix`; of several that fit the first counts.
struct ParameterGroup {
  std::string prefix;                    ///< "classifier.", "blocks.0"
  double rate_factor = 1;                ///< on the learning rate; at least 0
  std::optional<double> weight_decay{};  ///< instead of the trainer's; at least 0
  std::size_t frozen_epochs = 0;         ///< of the first so many epochs it is not learnt
  friend bool operator==(const ParameterGroup&, const ParameterGroup&) = default;
};

/// A parameter to be learnt.
struct Parameter {
  std::string name;
  at::Tensor tensor;
  double rate_factor = 1;
  double weight_decay = 0;
};

namespace detail {

[[nodiscard]] inline const ParameterGroup* group_of(const std::vector<ParameterGroup>& groups, std::string_view name) {
  for (const auto& group : groups)
    if (name.starts_with(group.prefix)) return &group;
  return nullptr;
}

// The fused kernels walk the memory of a parameter from its first byte.
inline void require_learnable(std::string_view where, const std::string& name, const at::Tensor& tensor) {
  const auto refuse = [&](std::string_view expected, std::string_view actual) {
    fail<ArgumentError>(
        {where, expected, join_text(actual, " in ", quoted(name)), "Freeze it, or give it numbers of its own."});
  };
  if (tensor.layout() != at::kStrided || tensor.is_meta()) refuse("a parameter must be a plain tensor with numbers", "another");
  if (!tensor.is_non_overlapping_and_dense()) {
    refuse("a parameter must lie in memory without gaps and overlaps", "an expanded tensor or a view");
  }
  if (!at::isFloatingType(tensor.scalar_type())) refuse("a parameter must be real and floating-point", "another type");
}

}  // namespace detail

/// Those of `named` that require a gradient, each once, a tensor with two names under its first. Weight decay is for tensors of
/// two dimensions and more, never for biases and norms. Throws `ArgumentError` naming one that no optimiser could move rightly.
[[nodiscard]] inline std::vector<Parameter> parameters_of(std::string_view where, const model::NamedTensors& named,
                                                          double weight_decay, const std::vector<ParameterGroup>& groups) {
  std::vector<Parameter> parameters;
  std::set<const void*> seen;
  for (const auto& [name, tensor] : named) {
    if (!tensor.requires_grad() || !seen.insert(tensor.unsafeGetTensorImpl()).second) continue;
    detail::require_learnable(where, name, tensor);
    Parameter parameter{.name = name, .tensor = tensor};
    const ParameterGroup* group = detail::group_of(groups, name);
    if (group != nullptr) parameter.rate_factor = group->rate_factor;
    if (tensor.dim() > 1) parameter.weight_decay = group != nullptr ? group->weight_decay.value_or(weight_decay) : weight_decay;
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

/// Throws `ArgumentError` where a group is out of range, or fits none of the names.
inline void require_groups(std::string_view where, const std::vector<ParameterGroup>& groups,
                           const model::NamedTensors& named) {
  for (const auto& group : groups) {
    const auto refuse = [&](std::string_view expected, std::string actual) {
      fail<ArgumentError>({where, expected, std::move(actual)});
    };
    if (!(group.rate_factor >= 0)) refuse("rate_factor of a group must be at least 0", join_text(group.rate_factor));
    if (!(group.weight_decay.value_or(0) >= 0)) {
      refuse("weight_decay of a group must be at least 0", join_text(*group.weight_decay));
    }
    bool fits = false;
    for (const auto& entry : named) fits = fits || entry.first.starts_with(group.prefix);
    if (!fits) refuse("a group's prefix must be that of a parameter", quoted(group.prefix));
  }
}

/// Sets the parameters of frozen groups aside for their epochs; all that it has set aside are learnable again at its end.
class FrozenGroups {
 public:
  FrozenGroups(const std::vector<ParameterGroup>& groups, const model::NamedTensors& named) {
    for (const auto& [name, tensor] : named) {
      const ParameterGroup* group = detail::group_of(groups, name);
      if (group != nullptr && group->frozen_epochs > 0 && tensor.requires_grad()) {
        held_.push_back({tensor, group->frozen_epochs});
      }
    }
  }
  ~FrozenGroups() {
    for (auto& held : held_) held.tensor.requires_grad_(true);
  }
  FrozenGroups(const FrozenGroups&) = delete;
  FrozenGroups& operator=(const FrozenGroups&) = delete;

  /// Epochs count from 1.
  void begin_epoch(std::size_t epoch) {
    for (auto& held : held_) {
      if (epoch <= held.epochs) held.tensor.requires_grad_(false);
      if (epoch == held.epochs + 1) held.tensor.requires_grad_(true);
    }
  }

 private:
  struct Held {
    at::Tensor tensor;
    std::size_t epochs;
  };
  std::vector<Held> held_;
};

}  // namespace MULTILABEL_NAMESPACE::training

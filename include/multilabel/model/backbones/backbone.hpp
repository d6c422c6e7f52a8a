// SPDX-License-Identifier: Apache-2.0
#pragma once
// The seam between a backbone and a head: images in, a feature map out. A base class and not a template, because the backbone
// is chosen by name at run time and LibTorch's modules are polymorphic already.

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// Base of every backbone. Its children carry timm's names, so that timm's weight files load by name.
class Backbone : public torch::nn::Module {
 public:
  /// [n, 3, height, width] -> [n, channels(), height', width'].
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& images) = 0;

  /// The depth of the feature map.
  [[nodiscard]] virtual std::int64_t channels() const = 0;

  /// Stochastic depth: the share of images for which the last block is left out while training, in [0, 1); earlier blocks less
  /// often (see `drop_path_rate`). Throws `ArgumentError` for a share above 0 unless the backbone overrides it.
  virtual void set_drop_path(double most) {
    if (most > 0) {
      fail<ArgumentError>(
          {"model::Backbone", "drop_path must be 0 for a backbone that has no stochastic depth", join_text(most)});
    }
  }

  /// What timm calls the last layer of this network: "classifier" or "fc".
  [[nodiscard]] virtual std::string head_name() const = 0;

 protected:
  /// Registers a new child and returns it.
  template <class Child, class... Arguments>
  std::shared_ptr<Child> add(const std::string& name, Arguments&&... arguments) {
    return register_module(name, std::make_shared<Child>(std::forward<Arguments>(arguments)...));
  }
};

/// A module that only holds others in order: "blocks.0", "blocks.1", ...
class ModuleList : public torch::nn::Module {
 public:
  template <class Child>
  std::shared_ptr<Child> append(std::shared_ptr<Child> child) {
    return register_module(std::to_string(children().size()), std::move(child));
  }
};

}  // namespace MULTILABEL_NAMESPACE::model

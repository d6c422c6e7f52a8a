// SPDX-License-Identifier: Apache-2.0
#pragma once
// A backbone with a head: images to one logit a label. The children of the backbone are registered at the top, beside the head
// under timm's name for the last layer, so that the names of all numbers are exactly those of timm's model.

#include <ATen/core/Tensor.h>
#include <torch/nn/pimpl.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/backbones.hpp"
#include "multilabel/model/heads.hpp"
#include "multilabel/model/initialize.hpp"
#include "multilabel/model/options.hpp"
#include "multilabel/model/state.hpp"

namespace MULTILABEL_NAMESPACE::model {

namespace detail {

inline void check(const ModelOptions& options) {
  const auto refuse = [](std::string_view expected, std::string actual) {
    fail<ArgumentError>({"model::create", expected, std::move(actual)});
  };
  if (options.labels == 0) refuse("labels must be at least 1", "0");
  if (!(options.dropout >= 0 && options.dropout < 1)) refuse("dropout must be in [0, 1)", join_text(options.dropout));
  if (!(options.drop_path >= 0 && options.drop_path < 1)) {
    refuse("drop_path must be in [0, 1)", join_text(options.drop_path));
  }
  if (options.bias_prior.size() > 1 && options.bias_prior.size() != options.labels) {
    refuse(join_text("bias_prior must hold one value or one for each of the ", options.labels, " labels"),
           join_text(options.bias_prior.size()));
  }
  for (const double prior : options.bias_prior)
    if (!(prior > 0 && prior < 1)) refuse("bias_prior must be in (0, 1)", join_text(prior));
  if (options.head == Head::csra && options.csra.temperatures.empty()) refuse("csra.temperatures must not be empty", "none");
  for (const double temperature : options.csra.temperatures)
    if (!(temperature > 0)) refuse("csra.temperatures must be above 0", join_text(temperature));
}

inline void collect_slots(const torch::nn::Module& module, std::vector<at::Tensor*>& slots) {
  if (const auto* layer = dynamic_cast<const Layer*>(&module)) {
    slots.insert(slots.end(), layer->slots().begin(), layer->slots().end());
  }
  for (const auto& child : module.children()) collect_slots(*child, slots);
}

// Puts other tensors into the slots for as long as it lives.
class Exchange {
 public:
  Exchange(const std::vector<at::Tensor*>& slots, std::vector<at::Tensor> others) : slots_(slots), others_(std::move(others)) {
    swap();
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { swap(); }

 private:
  void swap() noexcept {
    for (std::size_t i = 0; i < slots_.size(); ++i) std::swap(*slots_[i], others_[i]);
  }

  const std::vector<at::Tensor*>& slots_;
  std::vector<at::Tensor> others_;
};

}  // namespace detail

/// See `Classifier`.
class ClassifierImpl : public torch::nn::Module {
 public:
  /// The network `config` describes, with weights drawn from its seed. `config.options.pretrained` is not read: `create` does
  /// that.
  explicit ClassifierImpl(const ModelConfig& config)
      : ClassifierImpl([name = config.backbone] { return make_backbone(name); }, config) {}

  /// The same on a backbone of your own, which `make` makes anew at each call; `config.backbone` is then a name of your choice.
  ClassifierImpl(std::function<std::shared_ptr<Backbone>()> make, ModelConfig config)
      : make_(std::move(make)), config_(std::move(config)), backbone_(make_()) {
    const ModelOptions& options = config_.options;
    detail::check(options);
    backbone_->set_drop_path(options.drop_path);
    head_ = make_head(backbone_->channels(), options);
    for (const auto& child : backbone_->named_children()) register_module(child.key(), child.value());
    register_module(backbone_->head_name(), head_);
    initialize_head(*head_, options.seed);
    for (std::size_t i = 0; i < options.labels && !options.bias_prior.empty(); ++i) {
      const double prior = options.bias_prior[options.bias_prior.size() == 1 ? 0 : i];
      head_->bias().detach()[static_cast<std::int64_t>(i)] = std::log(prior / (1 - prior));
    }
    if (options.pretrained.empty()) initialize_backbone(*backbone_, options.seed);
    config_.options.pretrained.clear();
  }

  /// Images [n, 3, h, w] to logits [n, labels]. Any memory order; channels-last is the fast one and is made where it is not
  /// given.
  [[nodiscard]] at::Tensor forward(const at::Tensor& images) { return head_->forward(feature_map(images)); }

  /// The same with `state` in place of the network's own numbers, in the order of `named_state`: for derivatives with respect
  /// to weights that are computed themselves, and for tracing. Running statistics are updated in `state`. Throws
  /// `ArgumentError` where there are more or fewer tensors, or where a backbone of your own keeps numbers outside a `Layer`.
  [[nodiscard]] at::Tensor forward_with(const std::vector<at::Tensor>& state, const at::Tensor& images) {
    std::vector<at::Tensor*> slots;
    detail::collect_slots(*this, slots);
    if (slots.size() != state.size() || slots.size() != named_state(*this).size()) {
      fail<ArgumentError>({"Classifier::forward_with",
                           join_text("state must hold the ", slots.size(), " tensors of the network"),
                           join_text(state.size())});
    }
    const detail::Exchange exchange(slots, state);
    return forward(images);
  }

  /// Images [n, 3, h, w] to the pooled features [n, channels] that a linear head sees.
  [[nodiscard]] at::Tensor features(const at::Tensor& images) { return feature_map(images).mean({2, 3}); }

  /// Images [n, 3, h, w] to the backbone's map [n, channels, h', w'].
  [[nodiscard]] at::Tensor feature_map(const at::Tensor& images) {
    if (images.dim() != 4 || images.size(1) != 3) {
      fail<ShapeError>({"Classifier::forward", "images must be [n, 3, height, width]", join_text(images.sizes())});
    }
    return backbone_->forward(images.contiguous(at::MemoryFormat::ChannelsLast));
  }

  /// What `create` was told, for building the same network again; `options.pretrained` is empty.
  [[nodiscard]] const ModelConfig& config() const noexcept { return config_; }

  /// What the names of the head's numbers begin with: "classifier." or "fc.".
  [[nodiscard]] std::string head_prefix() const { return backbone_->head_name() + '.'; }

  /// A copy with numbers of its own, in the same mode.
  [[nodiscard]] std::shared_ptr<torch::nn::Module> clone(const std::optional<at::Device>& device = {}) const override {
    ModelConfig config = config_;
    config.options.pretrained = "this classifier";  // so that nothing is drawn
    auto copy = std::make_shared<ClassifierImpl>(make_, std::move(config));
    const NamedTensors own = named_state(*this);
    NamedTensors others = named_state(*copy);
    for (std::size_t i = 0; i < own.size(); ++i) {  // set_data and not copy_: type, device and memory order come along
      const at::Tensor values = own[i].second.detach().clone();
      others[i].second.set_data(device ? values.to(*device) : values);
      others[i].second.set_requires_grad(own[i].second.requires_grad());
    }
    copy->train(is_training());
    return copy;
  }

 private:
  std::function<std::shared_ptr<Backbone>()> make_;
  ModelConfig config_;
  std::shared_ptr<Backbone> backbone_;  // not registered itself: its children are
  std::shared_ptr<HeadModule> head_;
};

/// A shared handle to a network: copies are the same network. Made by `create`.
TORCH_MODULE(Classifier);

}  // namespace MULTILABEL_NAMESPACE::model

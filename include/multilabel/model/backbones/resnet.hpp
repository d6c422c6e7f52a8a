// SPDX-License-Identifier: Apache-2.0
#pragma once
// ResNet 18 to 101 (He et al., 2016; the stride of a bottleneck on its 3 x 3 convolution, as torchvision and timm have it): the
// backbone that papers compare on. timm's and torchvision's parameter names. Its usual weights expect ImageNet's mean and
// deviation.

#include <ATen/core/Tensor.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/model/backbones/backbone.hpp"
#include "multilabel/model/drop_path.hpp"
#include "multilabel/model/layers.hpp"

namespace MULTILABEL_NAMESPACE::model {

enum class ResidualBlock {
  basic,      ///< two 3 x 3 convolutions
  bottleneck  ///< 1 x 1, 3 x 3, 1 x 1 to four times the width
};

struct ResNetOptions {
  ResidualBlock block = ResidualBlock::basic;
  std::array<std::int64_t, 4> repeats{2, 2, 2, 2};
};

namespace detail {

class ResNetBlock : public torch::nn::Module {
 public:
  ResNetBlock(ResidualBlock kind, std::int64_t in, std::int64_t width, std::int64_t stride) {
    const std::int64_t out = expansion(kind) * width;
    if (kind == ResidualBlock::basic) {
      step(1, {.in = in, .out = width, .kernel = 3, .stride = stride});
      step(2, {.in = width, .out = width, .kernel = 3});
    } else {
      step(1, {.in = in, .out = width});
      step(2, {.in = width, .out = width, .kernel = 3, .stride = stride});
      step(3, {.in = width, .out = out});
    }
    if (stride != 1 || in != out) {
      const auto list = register_module("downsample", std::make_shared<ModuleList>());
      shortcut_.first = list->append(std::make_shared<Conv>(ConvOptions{.in = in, .out = out, .stride = stride}));
      shortcut_.second = list->append(std::make_shared<BatchNorm>(out, BatchNormOptions{}));
    }
  }

  [[nodiscard]] static std::int64_t expansion(ResidualBlock kind) { return kind == ResidualBlock::basic ? 1 : 4; }

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) {
    at::Tensor y = x;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      y = steps_[i].second->forward(steps_[i].first->forward(y));
      if (i + 1 < steps_.size()) at::relu_(y);
    }
    if (is_training()) y = drop_path(y, drop_path_);
    y.add_(shortcut_.first ? shortcut_.second->forward(shortcut_.first->forward(x)) : x);
    return at::relu_(y);
  }

  void set_drop_path(double rate) { drop_path_ = rate; }

  /// The last scale; starting it at 0 makes the block an identity at first.
  [[nodiscard]] at::Tensor& last_scale() { return steps_.back().second->weight(); }

 private:
  using Step = std::pair<std::shared_ptr<Conv>, std::shared_ptr<BatchNorm>>;

  void step(int number, const ConvOptions& options) {
    auto conv = register_module("conv" + std::to_string(number), std::make_shared<Conv>(options));
    auto norm = register_module("bn" + std::to_string(number), std::make_shared<BatchNorm>(options.out, BatchNormOptions{}));
    steps_.emplace_back(std::move(conv), std::move(norm));
  }

  std::vector<Step> steps_;
  Step shortcut_;
  double drop_path_ = 0;
};

}  // namespace detail

/// Images [n, 3, h, w] to a map [n, 512 or 2048, h / 32, w / 32] (rounded up).
class ResNet : public Backbone {
 public:
  explicit ResNet(const ResNetOptions& options = {}) : channels_(512 * detail::ResNetBlock::expansion(options.block)) {
    conv1_ = add<Conv>("conv1", ConvOptions{.in = 3, .out = 64, .kernel = 7, .stride = 2});
    bn1_ = add<BatchNorm>("bn1", 64, BatchNormOptions{});
    std::int64_t in = 64;
    for (std::size_t stage = 0; stage < options.repeats.size(); ++stage) {
      const std::int64_t width = std::int64_t{64} << stage;
      const auto list = add<ModuleList>("layer" + std::to_string(stage + 1));
      for (std::int64_t repeat = 0; repeat < options.repeats[stage]; ++repeat) {
        const std::int64_t stride = stage > 0 && repeat == 0 ? 2 : 1;
        blocks_.push_back(list->append(std::make_shared<detail::ResNetBlock>(options.block, in, width, stride)));
        in = width * detail::ResNetBlock::expansion(options.block);
      }
    }
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = bn1_->forward(conv1_->forward(images));
    const std::int64_t kernel[] = {3, 3}, stride[] = {2, 2}, padding[] = {1, 1};
    x = at::max_pool2d(at::relu_(x), kernel, stride, padding);
    for (const auto& block : blocks_) x = block->forward(x);
    return x;
  }

  [[nodiscard]] std::int64_t channels() const override { return channels_; }
  void set_drop_path(double most) override {
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i]->set_drop_path(drop_path_rate(most, i, blocks_.size()));
  }
  [[nodiscard]] std::string head_name() const override { return "fc"; }

 private:
  std::int64_t channels_;
  std::shared_ptr<Conv> conv1_;
  std::shared_ptr<BatchNorm> bn1_;
  std::vector<std::shared_ptr<detail::ResNetBlock>> blocks_;
};

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// EfficientNet-Lite 0 to 4: EfficientNet without squeeze-and-excitation and with ReLU6 for swish, made for phones and therefore
// the fastest accurate backbone on a plain CPU. TensorFlow's padding and batch-norm constants, timm's parameter names
// (`tf_efficientnet_lite*`). Its ImageNet weights expect RGB scaled as (x - 127) / 128 (x in 0 ... 255).

#include <ATen/core/Tensor.h>
#include <ATen/ops/relu6.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "multilabel/model/backbones/backbone.hpp"
#include "multilabel/model/drop_path.hpp"
#include "multilabel/model/layers.hpp"

namespace MULTILABEL_NAMESPACE::model {

struct EfficientNetLiteOptions {
  double width = 1.0;  ///< multiplies the channels of the blocks
  double depth = 1.0;  ///< multiplies the repeats of all stages but the first and the last
};

/// The scaling of Lite 0 to 4 (width, depth).
[[nodiscard]] constexpr EfficientNetLiteOptions efficientnet_lite_options(std::size_t size) {
  constexpr std::array<EfficientNetLiteOptions, 5> sizes{{{1.0, 1.0}, {1.0, 1.1}, {1.1, 1.2}, {1.2, 1.4}, {1.4, 1.8}}};
  return sizes.at(size);
}

namespace detail {

inline constexpr BatchNormOptions tensorflow_batch_norm{.eps = 1e-3, .momentum = 0.01};

// The nearest multiple of 8, but never less than nine tenths of the wish.
[[nodiscard]] inline std::int64_t round_channels(std::int64_t channels, double width) {
  const double wish = static_cast<double>(channels) * width;
  const auto rounded = std::max<std::int64_t>(8, static_cast<std::int64_t>(wish + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * wish ? rounded + 8 : rounded;
}

struct MobileBlockOptions {
  std::int64_t in = 0, out = 0, kernel = 3, stride = 1, expansion = 6;
};

// Depthwise convolution with a 1 x 1 before (the expansion, absent when it is 1) and after it (the projection, no activation).
class MobileBlock : public torch::nn::Module {
 public:
  explicit MobileBlock(const MobileBlockOptions& options) : residual_(options.stride == 1 && options.in == options.out) {
    const std::int64_t hidden = options.in * options.expansion;
    const auto conv = [this](const std::string& name, const ConvOptions& wanted) {
      return register_module(name, std::make_shared<Conv>(wanted));
    };
    const auto norm = [this](const std::string& name, std::int64_t channels) {
      return register_module(name, std::make_shared<BatchNorm>(channels, tensorflow_batch_norm));
    };
    const ConvOptions depthwise{hidden, hidden, options.kernel, options.stride, hidden, Padding::tensorflow_same};
    if (options.expansion == 1) {  // timm's DepthwiseSeparableConv
      steps_ = {{conv("conv_dw", depthwise), norm("bn1", hidden)},
                {conv("conv_pw", {.in = hidden, .out = options.out}), norm("bn2", options.out)}};
    } else {  // timm's InvertedResidual
      steps_ = {{conv("conv_pw", {.in = options.in, .out = hidden}), norm("bn1", hidden)},
                {conv("conv_dw", depthwise), norm("bn2", hidden)},
                {conv("conv_pwl", {.in = hidden, .out = options.out}), norm("bn3", options.out)}};
    }
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) {
    at::Tensor y = x;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      y = steps_[i].norm->forward(steps_[i].conv->forward(y));
      if (i + 1 < steps_.size()) at::relu6_(y);
    }
    if (!residual_) return y;
    return is_training() && drop_path_ > 0 ? drop_path(y, drop_path_).add_(x) : y.add_(x);
  }

  void set_drop_path(double rate) { drop_path_ = rate; }

 private:
  struct Step {
    std::shared_ptr<Conv> conv;
    std::shared_ptr<BatchNorm> norm;
  };
  std::vector<Step> steps_;
  bool residual_;
  double drop_path_ = 0;
};

}  // namespace detail

/// Images [n, 3, h, w] to a map [n, 1280, h / 32, w / 32] (rounded up).
class EfficientNetLite : public Backbone {
 public:
  explicit EfficientNetLite(const EfficientNetLiteOptions& options = {}) {
    struct Stage {
      std::int64_t repeats, kernel, stride, expansion, out;
    };
    constexpr std::array<Stage, 7> stages{{{1, 3, 1, 1, 16},
                                           {2, 3, 2, 6, 24},
                                           {2, 5, 2, 6, 40},
                                           {3, 3, 2, 6, 80},
                                           {3, 5, 1, 6, 112},
                                           {4, 5, 2, 6, 192},
                                           {1, 3, 1, 6, 320}}};
    std::int64_t in = 32;  // stem and head keep their width at every size
    conv_stem_ = add<Conv>("conv_stem", ConvOptions{3, in, 3, 2, 1, Padding::tensorflow_same});
    bn1_ = add<BatchNorm>("bn1", in, detail::tensorflow_batch_norm);
    const auto blocks = add<ModuleList>("blocks");
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const Stage& stage = stages[i];
      const bool scaled = i > 0 && i + 1 < stages.size();
      const auto repeats =
          scaled ? static_cast<std::int64_t>(std::ceil(static_cast<double>(stage.repeats) * options.depth)) : stage.repeats;
      const std::int64_t out = detail::round_channels(stage.out, options.width);
      const auto list = blocks->append(std::make_shared<ModuleList>());
      for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
        const std::int64_t stride = repeat == 0 ? stage.stride : 1;
        blocks_.push_back(list->append(
            std::make_shared<detail::MobileBlock>(detail::MobileBlockOptions{in, out, stage.kernel, stride, stage.expansion})));
        in = out;
      }
    }
    conv_head_ = add<Conv>("conv_head", ConvOptions{.in = in, .out = channels()});
    bn2_ = add<BatchNorm>("bn2", channels(), detail::tensorflow_batch_norm);
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = bn1_->forward(conv_stem_->forward(images));
    at::relu6_(x);
    for (const auto& block : blocks_) x = block->forward(x);
    x = bn2_->forward(conv_head_->forward(x));
    return at::relu6_(x);
  }

  [[nodiscard]] std::int64_t channels() const override { return 1280; }
  void set_drop_path(double most) override {
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i]->set_drop_path(drop_path_rate(most, i, blocks_.size()));
  }
  [[nodiscard]] std::string head_name() const override { return "classifier"; }

 private:
  std::shared_ptr<Conv> conv_stem_, conv_head_;
  std::shared_ptr<BatchNorm> bn1_, bn2_;
  std::vector<std::shared_ptr<detail::MobileBlock>> blocks_;
};

}  // namespace MULTILABEL_NAMESPACE::model

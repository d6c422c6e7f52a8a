// SPDX-License-Identifier: Apache-2.0
#pragma once
// The weights a network starts with, drawn from the seed alone: no generator is shared, so neither other draws of the program
// nor the number of threads change them, and a change of the head leaves the backbone's numbers as they were.

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/model/backbones/resnet.hpp"
#include "multilabel/model/layers.hpp"

namespace MULTILABEL_NAMESPACE::model {

namespace detail {

inline constexpr std::uint32_t backbone_stream = 0x6d6f6401;
inline constexpr std::uint32_t head_stream = 0x6d6f6402;

// Fills a float tensor of any layout in the order of its indices.
template <class Draw>
void fill(at::Tensor& tensor, Draw&& draw) {
  std::vector<float> values(static_cast<std::size_t>(tensor.numel()));
  for (float& value : values) value = static_cast<float>(draw());
  tensor.detach().copy_(at::from_blob(values.data(), tensor.sizes(), at::kFloat));
}

}  // namespace detail

/// Convolutions: normal with variance 2 / (kernel^2 * out / groups), He's for the outgoing side, as timm draws them. The last
/// scale of a ResNet block: 0, so that the block is an identity at first.
inline void initialize_backbone(torch::nn::Module& backbone, std::uint64_t seed) {
  std::uint32_t index = 0;
  for (const auto& module : backbone.modules()) {
    if (const auto conv = std::dynamic_pointer_cast<Conv>(module)) {
      const ConvOptions& shape = conv->options();
      const auto fan_out = static_cast<double>(shape.kernel * shape.kernel * shape.out / shape.groups);
      const double deviation = std::sqrt(2 / fan_out);
      Random random({seed, 0, index++, detail::backbone_stream});
      detail::fill(conv->weight(), [&] { return deviation * random.normal(); });
    }
    if (const auto block = std::dynamic_pointer_cast<detail::ResNetBlock>(module)) block->last_scale().detach().zero_();
  }
}

/// Weights uniform within 1 / sqrt(inputs) of 0, as torch's linear layer draws them; biases are left at 0.
inline void initialize_head(torch::nn::Module& head, std::uint64_t seed) {
  std::uint32_t index = 0;
  for (auto& parameter : head.parameters()) {
    if (parameter.dim() < 2) continue;
    const double bound = 1 / std::sqrt(static_cast<double>(parameter.numel() / parameter.size(0)));
    Random random({seed, 0, index++, detail::head_stream});
    detail::fill(parameter, [&] { return random.uniform(-bound, bound); });
  }
}

}  // namespace MULTILABEL_NAMESPACE::model

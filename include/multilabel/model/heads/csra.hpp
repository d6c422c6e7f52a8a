// SPDX-License-Identifier: Apache-2.0
#pragma once
// Class-specific residual attention (Zhu and Wu, "Residual Attention: A Simple but Effective Method for Multi-Label
// Recognition", ICCV 2021): every label scores every place of the map, and its logit is the mean score plus a share of the
// strongest places'. Almost free, and usually a point of mAP over the linear head where the labelled things are small.

#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cstdint>
#include <utility>

#include "multilabel/model/heads/head.hpp"
#include "multilabel/model/options.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// For each of the H attention heads s = conv(map, w / |w|), logit = mean(s) + lambda * sum(softmax(T * s) * s) (T >= 99:
/// lambda * max(s)); the heads' logits are added, and one bias a label (not in the paper, 0 at first, so that priors have a
/// place). Parameters: weight [H * labels, channels, 1, 1], bias [labels].
class CSRAHead : public HeadModule {
 public:
  CSRAHead(std::int64_t channels, std::int64_t labels, CSRAOptions options, double dropout)
      : options_(std::move(options)), labels_(labels), dropout_(dropout) {
    const auto heads = static_cast<std::int64_t>(options_.temperatures.size());
    keep_parameter("weight", weight_, at::empty({heads * labels, channels, 1, 1}));
    keep_parameter("bias", bias_, at::zeros({labels}));
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& map) override {
    at::Tensor features = dropout_ > 0 && is_training() ? at::dropout(map, dropout_, true) : map;
    const at::Tensor direction = weight_ / weight_.norm(2, at::IntArrayRef{1, 2, 3}, true).clamp_min(1e-12);
    const at::Tensor scores = at::conv2d(features, direction).flatten(2);  // [n, H * labels, places]
    at::Tensor logits = bias_.unsqueeze(0);
    for (std::size_t i = 0; i < options_.temperatures.size(); ++i) {
      const at::Tensor score = scores.narrow(1, static_cast<std::int64_t>(i) * labels_, labels_);
      const double temperature = options_.temperatures[i];
      const at::Tensor strongest = temperature >= 99 ? score.amax(2) : (at::softmax(score * temperature, 2) * score).sum(2);
      logits = logits + score.mean(2) + options_.lambda * strongest;
    }
    return logits;
  }

  [[nodiscard]] at::Tensor& bias() override { return bias_; }

 private:
  CSRAOptions options_;
  std::int64_t labels_;
  double dropout_;
  at::Tensor weight_, bias_;
};

}  // namespace MULTILABEL_NAMESPACE::model

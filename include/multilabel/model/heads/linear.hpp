// SPDX-License-Identifier: Apache-2.0
#pragma once
// The usual head: the mean of the feature map over its places, dropout, one linear layer. timm's names (weight [labels,
// channels], bias [labels]).

#include <ATen/core/Tensor.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>

#include <cstdint>

#include "multilabel/model/heads/head.hpp"

namespace MULTILABEL_NAMESPACE::model {

class LinearHead : public HeadModule {
 public:
  LinearHead(std::int64_t channels, std::int64_t labels, double dropout) : dropout_(dropout) {
    keep_parameter("weight", weight_, at::empty({labels, channels}));
    keep_parameter("bias", bias_, at::zeros({labels}));
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& map) override {
    at::Tensor pooled = map.mean({2, 3});
    if (dropout_ > 0 && is_training()) pooled = at::dropout(pooled, dropout_, true);
    return at::linear(pooled, weight_, bias_);
  }

  [[nodiscard]] at::Tensor& bias() override { return bias_; }

 private:
  double dropout_;
  at::Tensor weight_, bias_;
};

}  // namespace MULTILABEL_NAMESPACE::model

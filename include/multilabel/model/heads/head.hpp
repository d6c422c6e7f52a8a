// SPDX-License-Identifier: Apache-2.0
#pragma once
// The seam between a head and the classifier: a feature map in, one logit a label out.

#include <ATen/core/Tensor.h>

#include "multilabel/model/layers.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// Base of every head. `bias()` is what `bias_prior` sets, so every head ends with one bias a label.
class HeadModule : public Layer {
 public:
  /// [n, channels, h, w] -> [n, labels].
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& map) = 0;

  /// [labels].
  [[nodiscard]] virtual at::Tensor& bias() = 0;
};

}  // namespace MULTILABEL_NAMESPACE::model

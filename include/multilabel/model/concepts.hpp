// SPDX-License-Identifier: Apache-2.0
#pragma once
// What training needs of a model, so that any network that keeps the laws can be trained: one of ours, a user's own module, a
// Python nn.Module behind a thin adapter.

#include <ATen/core/Tensor.h>

#include <concepts>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// A (holder of a) network from images to logits. Laws: `forward` of [n, 3, h, w] is [n, labels], row i depends on image i
/// alone when not training; `parameters` are leaves that `forward` differentiates through, the same tensors at every call;
/// `train(mode)` switches between training and evaluation.
template <class M>
concept classifier = requires(M& model, const at::Tensor& images, bool mode) {
  { model->forward(images) } -> std::convertible_to<at::Tensor>;
  { model->parameters() } -> std::convertible_to<std::vector<at::Tensor>>;
  model->train(mode);
  { model->is_training() } -> std::convertible_to<bool>;
};

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a weight file gets into a module.

#include <torch/nn/module.h>

#include "multilabel/model/named_tensors.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// Copies `tensors` into the parameters and buffers of `module` by name; see `load_tensors`.
inline LoadReport load_state(torch::nn::Module& module, const NamedTensors& tensors, LoadPolicy policy = LoadPolicy::strict) {
  return load_tensors(named_state(module), tensors, policy);
}

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One type for every loss, for where the kind is known only at run time: the Python boundary, a configuration file.

#include <ATen/core/Tensor.h>

#include <functional>
#include <utility>

#include "multilabel/loss/concepts.hpp"

namespace multilabel::loss {

/// Holds a copy of any loss and is one itself. Calling it costs one indirect call more.
class AnyLoss {
 public:
  template <loss_function Loss>
    requires(!std::same_as<std::remove_cvref_t<Loss>, AnyLoss>)
  explicit AnyLoss(Loss loss)
      : call_([held = std::move(loss)](const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) {
          return held(logits, targets, inputs);
        }) {}

  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return call_(logits, targets, inputs);
  }

 private:
  std::function<at::Tensor(const at::Tensor&, const at::Tensor&, const LossInputs&)> call_;
};

static_assert(loss_function<AnyLoss>);

}  // namespace multilabel::loss

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One type for every loss, for where the kind is known only at run time: the Python boundary, a configuration file.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "multilabel/loss/concepts.hpp"

namespace multilabel::loss {

/// Holds any loss and is one itself. Calling it costs one indirect call more. Copies share the loss, and so what it remembers
/// of the epoch.
class AnyLoss {
 public:
  template <loss_function Loss>
    requires(!std::same_as<std::remove_cvref_t<Loss>, AnyLoss>)
  explicit AnyLoss(Loss loss) : AnyLoss(std::make_shared<Loss>(std::move(loss))) {}

  /// Shares `loss` with its other owners.
  template <loss_function Loss>
  explicit AnyLoss(std::shared_ptr<Loss> loss)
      : call_([loss](const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) {
          return (*loss)(logits, targets, inputs);
        }),
        epoch_([loss](std::size_t epoch) { begin_epoch(*loss, epoch); }) {}

  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return call_(logits, targets, inputs);
  }

  /// See `begin_epoch`.
  void on_epoch_begin(std::size_t epoch) { epoch_(epoch); }

 private:
  std::function<at::Tensor(const at::Tensor&, const at::Tensor&, const LossInputs&)> call_;
  std::function<void(std::size_t)> epoch_;
};

static_assert(loss_function<AnyLoss> && epoch_aware<AnyLoss>);

}  // namespace multilabel::loss

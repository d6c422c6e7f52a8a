// SPDX-License-Identifier: Apache-2.0
#pragma once
// One type for every loss, for where the kind is known only at run time: the training loop, the Python boundary, a
// configuration file.

#include <ATen/core/Tensor.h>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

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
        epoch_([loss](std::size_t epoch) { begin_epoch(*loss, epoch); }),
        describe_([loss] { return describe_loss(*loss); }) {
    if constexpr (stateful_loss<Loss>) {
      state_ = [loss] { return loss->state(); };
      restore_ = [loss](const std::vector<at::Tensor>& state) { loss->restore(state); };
    }
    if constexpr (requires(at::Device device) { loss->to(device); }) to_ = [loss](at::Device device) { loss->to(device); };
    if constexpr (requires { Reduction(loss->options().reduction); }) reduction_ = loss->options().reduction;
    if constexpr (requires { Unknown(loss->options().unknown); }) unknown_ = loss->options().unknown;
  }

  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return call_(logits, targets, inputs);
  }

  /// See `begin_epoch`.
  void on_epoch_begin(std::size_t epoch) { epoch_(epoch); }

  /// See `stateful_loss`; nothing for a loss without a memory.
  [[nodiscard]] std::vector<at::Tensor> state() const { return state_ ? state_() : std::vector<at::Tensor>{}; }
  void restore(const std::vector<at::Tensor>& state) {
    if (restore_) restore_(state);
  }

  /// Takes the tensors of a loss that has some, and a `to`, to a device.
  void to(at::Device device) {
    if (to_) to_(device);
  }

  /// See `describe_loss`.
  [[nodiscard]] OptionTexts description() const { return describe_(); }

  /// How it puts a batch's cells together, and which of them count: what is needed to add up batches. That of a loss that does
  /// not say so is taken for a mean over the known cells.
  [[nodiscard]] Reduction reduction() const noexcept { return reduction_; }
  [[nodiscard]] Unknown unknown() const noexcept { return unknown_; }

 private:
  std::function<at::Tensor(const at::Tensor&, const at::Tensor&, const LossInputs&)> call_;
  std::function<void(std::size_t)> epoch_;
  std::function<OptionTexts()> describe_;
  std::function<std::vector<at::Tensor>()> state_;
  std::function<void(const std::vector<at::Tensor>&)> restore_;
  std::function<void(at::Device)> to_;
  Reduction reduction_ = Reduction::mean;
  Unknown unknown_ = Unknown::ignore;
};

static_assert(loss_function<AnyLoss> && epoch_aware<AnyLoss> && stateful_loss<AnyLoss>);

}  // namespace MULTILABEL_NAMESPACE::loss

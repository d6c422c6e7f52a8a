// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every loss takes and gives, so that training works with any: one of ours, a user's own, a Python function behind an
// adapter.

#include <ATen/core/Tensor.h>

#include <concepts>
#include <cstddef>
#include <typeinfo>
#include <vector>

#include "multilabel/core/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// What a loss may be told beside logits and targets; an undefined tensor means "not given".
struct LossInputs {
  at::Tensor mask{};  ///< [n, labels], bool: false where the target is unknown, in addition to NaN and -1 in the targets
  at::Tensor sample_weight{};  ///< [n]: multiplies the cells of an image; does not change what `Reduction::mean` divides by
  bool in_range = false;       ///< the targets are known to be in [0, 1], NaN or -1: a device need not be waited for to see it
};

/// A callable from logits [n, labels] and targets [n, labels] (in [0, 1]; NaN or -1: unknown) to a scalar, or to one value a
/// cell with `Reduction::none` ([n] or [labels] where a loss has no cells). Laws: an unknown cell changes neither value nor
/// gradient, unless the loss says what it counts as; permuting images permutes the gradient; a batch without a cell that counts
/// gives 0 with a gradient of 0; the gradient mode is left as it is.
template <class L>
concept loss_function = requires(const L& loss, const at::Tensor& tensor, const LossInputs& inputs) {
  { loss(tensor, tensor, inputs) } -> std::same_as<at::Tensor>;
};

/// A loss that changes in the course of a training and wants to hear of each epoch, counted from 1.
template <class L>
concept epoch_aware = requires(L& loss, std::size_t epoch) { loss.on_epoch_begin(epoch); };

/// Tells a loss that an epoch of training begins; nothing for a loss that does not ask. The trainer calls it; a training loop
/// of your own calls it too.
template <class L>
void begin_epoch(L& loss, std::size_t epoch) {
  if constexpr (epoch_aware<L>) loss.on_epoch_begin(epoch);
}

/// A loss that remembers: `state()` are the tensors it goes on from, and `restore` takes them back. Those of them that require
/// a gradient are learnt with the model's own parameters.
template <class L>
concept stateful_loss = requires(L& loss, const L& constant, const std::vector<at::Tensor>& state) {
  { constant.state() } -> std::convertible_to<std::vector<at::Tensor>>;
  loss.restore(state);
};

/// What a loss is, by name, so that a resumed run can tell another one: `description()` where it has that, the options of one
/// of ours, or else nothing but its C++ type.
template <class L>
[[nodiscard]] OptionTexts describe_loss(const L& loss) {
  if constexpr (requires { OptionTexts(loss.description()); }) {
    return loss.description();
  } else if constexpr (requires(OptionWriter& write) { describe(write, loss.options()); }) {
    OptionTexts texts = option_texts(loss.options(), "loss.");
    texts["loss"] = loss.options().kind;
    return texts;
  } else {
    return {{"loss", typeid(L).name()}};
  }
}

}  // namespace MULTILABEL_NAMESPACE::loss

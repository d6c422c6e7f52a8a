// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one training loop, for any model, loss, loader and callbacks: `fit` learns and returns the history with the best weights
// in the model, `evaluate` measures, `predict` answers.

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/evaluation/held_out_file.hpp"  // what predict gives can be saved
#include "multilabel/evaluation/measure.hpp"
#include "multilabel/loss/any_loss.hpp"
#include "multilabel/training/any_callback.hpp"
#include "multilabel/training/evaluate.hpp"
#include "multilabel/training/generator.hpp"
#include "multilabel/training/loader.hpp"
#include "multilabel/training/loop.hpp"
#include "multilabel/training/network.hpp"
#include "multilabel/training/options.hpp"

namespace MULTILABEL_NAMESPACE::training {

namespace detail {

// As a run with these options answers; the network is taken to its device.
[[nodiscard]] inline Answering answering(Network& network, const TrainerOptions& options, std::string_view where) {
  return {.randomness = options.randomness, .device = move_to(network, where, options.device), .precision = options.precision};
}

}  // namespace detail

/// Trains `model`, a shared handle: the network that the caller holds is the one that learns. Numbers depend on the seeds of
/// trainer and loader, not on the loader's workers; torch itself adds up in another order with another number of threads.
class Trainer {
 public:
  /// `model` is a handle to a `model::classifier`, or a `Network`. `callbacks` are objects with one or more of the events of
  /// callback.hpp, called in this order; each is kept as a copy. Throws `ArgumentError` for an option out of range.
  template <class Model, loss::loss_function Loss, class... Callbacks>
  Trainer(Model model, Loss loss, const TrainerOptions& options = {}, Callbacks... callbacks)
      : Trainer(std::move(model), std::move(loss), options,
                CallbackList(std::vector<AnyCallback>{any_callback(std::make_shared<Callbacks>(std::move(callbacks)))...})) {}

  /// The same with a list that was put together while the program runs.
  template <class Model, loss::loss_function Loss>
  Trainer(Model model, Loss loss, const TrainerOptions& options, CallbackList callbacks)
      : network_(network_of(std::move(model))),
        loss_(any(std::move(loss))),
        options_(options),
        callbacks_(std::move(callbacks)) {
    detail::check(options_);
  }

  /// Learns for `options.epochs` epochs, or on from `options.resume`, and measures on `validation` after each. The model holds
  /// the best weights afterwards (the average's, with ema_decay), however the run ended. Every call is a new run of the
  /// optimiser, from the weights of now.
  ///
  /// Throws `LabelError` when the loaders or the checkpoint differ in their vocabularies, `BundleError` for a checkpoint that
  /// is unreadable or of another run, `ArgumentError` when the loss is no longer finite (named by epoch and batch), or a
  /// gradient (named by its parameter), and whatever model, loss, loaders and callbacks throw; `history()` then holds the rows
  /// so far.
  template <loader Train, loader Validation>
  History fit(Train& train, Validation& validation, const FitOptions& options = {}) {
    return fit(any_loader(train, options_.memory_format), any_loader(validation, options_.memory_format), options);
  }

  /// The same without validation: rows have no measures, and the last weights stay in the model.
  template <loader Train>
  History fit(Train& train, const FitOptions& options = {}) {
    return fit(any_loader(train, options_.memory_format), std::nullopt, options);
  }

  /// The same for loaders whose type is not known before the program runs.
  History fit(AnyLoader train, std::optional<AnyLoader> validation, const FitOptions& options = {}) {
    detail::check(options);
    if (validation) require_same(train.vocabulary, validation->vocabulary, "training::Trainer::fit");
    history_ = {};
    detail::Loop(*network_, loss_, options_, callbacks_, std::move(train), std::move(validation), options).run(history_);
    return history_;
  }

  /// The rows of the last run, of one that an exception ended too.
  [[nodiscard]] const History& history() const noexcept { return history_; }

  /// Loss and measures of the model as it is, over the loader's first epoch.
  template <loader Source>
  [[nodiscard]] evaluation::Measurements evaluate(Source& source) {
    const HeldOut answered = answers(source, "training::Trainer::evaluate");
    return training::evaluate(answered, loss_, options_.measures, "loss", device_of(*network_));
  }

  /// The model's logits and scores beside the targets, in the loader's order; always in evaluation mode.
  template <loader Source>
  [[nodiscard]] HeldOut predict(Source& source) {
    return answers(source, "training::Trainer::predict");
  }

  [[nodiscard]] const TrainerOptions& options() const noexcept { return options_; }

 private:
  template <class Source>
  HeldOut answers(Source& source, std::string_view where) {
    const detail::ThreadSetting threads(options_.threads);
    return training::predict(*network_, any_loader(source, options_.memory_format),
                             detail::answering(*network_, options_, where), where, [] { return true; });
  }

  template <class Loss>
  static loss::AnyLoss any(Loss loss) {
    if constexpr (std::same_as<Loss, loss::AnyLoss>) {
      return loss;
    } else {
      return loss::AnyLoss(std::move(loss));
    }
  }

  std::shared_ptr<Network> network_;
  loss::AnyLoss loss_;
  TrainerOptions options_;
  CallbackList callbacks_;
  History history_;
};

}  // namespace MULTILABEL_NAMESPACE::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one training loop, for any model, loss and callbacks: `fit` learns and returns the history with the best weights in the
// model, `evaluate` measures, `predict` answers.

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/model/concepts.hpp"
#include "multilabel/training/any_callback.hpp"
#include "multilabel/training/fit.hpp"
#include "multilabel/training/options.hpp"
#include "multilabel/training/torch_settings.hpp"

namespace multilabel::training {

/// Trains `model`, a shared handle: the network that the caller holds is the one that learns. Numbers depend on the seeds of
/// trainer and loader, not on the loader's workers; torch itself adds up in another order with another number of threads.
template <model::classifier Model, loss::loss_function Loss>
class Trainer {
 public:
  /// Throws `ArgumentError` for an option out of range. `callbacks` are objects with one or more of the events of
  /// callback.hpp, called in this order; each is kept as a copy.
  template <class... Callbacks>
  Trainer(Model model, Loss loss, const TrainerOptions& options = {}, Callbacks... callbacks)
      : Trainer(std::move(model), std::move(loss), options,
                CallbackList(std::vector<AnyCallback>{any_callback(std::make_shared<Callbacks>(std::move(callbacks)))...})) {}

  /// The same with a list that was put together while the program runs.
  Trainer(Model model, Loss loss, const TrainerOptions& options, CallbackList callbacks)
      : model_(std::move(model)), loss_(std::move(loss)), options_(options), callbacks_(std::move(callbacks)) {
    detail::check(options_);
  }

  /// Learns for `options.epochs` epochs, or on from `options.resume`, and measures on `validation` after each. The model holds
  /// the best weights afterwards (the average's, with ema_decay), however the run ended, unless by an exception. Every call is
  /// a new run of the optimiser, from the weights of now.
  ///
  /// Throws `LabelError` when the loaders or the checkpoint differ in their vocabularies, `BundleError` for a checkpoint that
  /// is unreadable or of another run, `ArgumentError` when the loss is no longer finite (named by epoch and batch), and
  /// whatever model, loss, loaders and callbacks throw.
  template <loader Train, loader Validation>
  History fit(Train& train, Validation& validation, const FitOptions& options = {}) {
    detail::check(options);
    require_same(train.vocabulary(), validation.vocabulary(), "training::Trainer::fit");
    return detail::Fit<Model, Loss, Train, Validation>(model_, loss_, options_, callbacks_, train, validation, options).run();
  }

  /// Loss and scores of the model as it is, over the loader's first epoch.
  template <loader Source>
  [[nodiscard]] Evaluation evaluate(Source& source) {
    return training::evaluate(answers(source, "training::Trainer::evaluate"), loss_);
  }

  /// The model's logits and scores beside the targets, in the loader's order.
  template <loader Source>
  [[nodiscard]] HeldOut predict(Source& source) {
    return answers(source, "training::Trainer::predict");
  }

  [[nodiscard]] const Model& model() const noexcept { return model_; }
  [[nodiscard]] const TrainerOptions& options() const noexcept { return options_; }

 private:
  template <class Source>
  HeldOut answers(Source& source, std::string_view where) {
    const detail::TorchSettings settings(options_.threads);
    return training::predict(model_, source, options_.memory_format, where, [] { return true; });
  }

  Model model_;
  Loss loss_;
  TrainerOptions options_;
  CallbackList callbacks_;
};

template <class Model, class Loss, class... Callbacks>
Trainer(Model, Loss, TrainerOptions, Callbacks...) -> Trainer<Model, Loss>;
template <class Model, class Loss>
Trainer(Model, Loss) -> Trainer<Model, Loss>;

}  // namespace multilabel::training

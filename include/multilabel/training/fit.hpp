// SPDX-License-Identifier: Apache-2.0
#pragma once
// The training loop itself: epochs of steps, validation, the best weights, and a state that can be saved after any step.
// `Trainer::fit` is its public face.

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/model/concepts.hpp"
#include "multilabel/model/state.hpp"
#include "multilabel/training/any_callback.hpp"
#include "multilabel/training/checkpoint.hpp"
#include "multilabel/training/collate.hpp"
#include "multilabel/training/ema.hpp"
#include "multilabel/training/evaluate.hpp"
#include "multilabel/training/options.hpp"
#include "multilabel/training/torch_settings.hpp"

namespace multilabel::training::detail {

[[nodiscard]] inline model::NamedTensors copy_of(const model::NamedTensors& named) {
  model::NamedTensors copies;
  for (const auto& [name, tensor] : named) copies.emplace_back(name, tensor.detach().clone());
  return copies;
}

// One run of one trainer over two loaders.
template <class Model, class Loss, class Train, class Validation>
class Fit {
 public:
  Fit(Model& model, Loss& loss, const TrainerOptions& options, const CallbackList& callbacks, Train& train,
      Validation& validation, const FitOptions& fit)
      : model_(model),
        loss_(loss),
        options_(options),
        callbacks_(callbacks),
        train_(train),
        validation_(validation),
        fit_(fit),
        interrupts_(options.interrupts),
        settings_(options.threads),
        mode_(model, true),
        state_(model::named_state(*model)),
        updater_(state_, options.optimizer, options.weight_decay) {
    if (options.ema_decay > 0) average_.emplace(state_, options.ema_decay);
    run_.labels = train.vocabulary().labels();
    run_.optimizer = to_string(options.optimizer);
    run_.seed = options.seed;
    run_.accumulate = options.accumulate;
    run_.samples = train.samples();
    run_.batches = train.batches();
    run_.averaged = average_.has_value();
    run_.monitor = options.monitor;
    if (run_.batches == 0) fail<ArgumentError>({where, "the training loader must have batches", "none"});
    if (validation.batches() == 0) fail<ArgumentError>({where, "the validation loader must have batches", "none"});
  }

  History run() {
    if (!fit_.resume.empty()) resume();
    const auto epochs = static_cast<std::size_t>(fit_.epochs);
    bool going = notify(&AnyCallback::fit_begin) == Flow::proceed;
    while (going && run_.epoch < epochs) {
      if (run_.step == 0) going = notify(&AnyCallback::epoch_begin) == Flow::proceed;
      going = going && train_epoch() && validate();
    }
    run_.history.stopped = run_.epoch >= epochs ? Stopped::finished
                           : stop_requested()   ? Stopped::interrupted
                                                : Stopped::by_callback;
    notify(&AnyCallback::fit_end);
    restore_best();
    return run_.history;
  }

 private:
  static constexpr std::string_view where = "training::Trainer::fit";
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::size_t steps() const { return (run_.batches + run_.accumulate - 1) / run_.accumulate; }
  [[nodiscard]] bool stop_requested() const { return fit_.stop.stop_requested() || interrupts_.interrupted(); }

  // False: the run ends here.
  bool train_epoch() {
    if (run_.step == steps()) return true;
    loss::begin_epoch(loss_, run_.epoch + 1);
    const std::size_t done = run_.step * run_.accumulate;
    constexpr bool begins_anywhere = requires {
      train_.epoch(std::uint32_t{}, std::size_t{});
      { train_.delivers_every_batch() } -> std::convertible_to<bool>;
    };
    std::size_t number = 0;
    if constexpr (begins_anywhere) number = train_.delivers_every_batch() ? done : 0;
    auto epoch = [&] {
      const auto now = static_cast<std::uint32_t>(run_.epoch);
      if constexpr (begins_anywhere)
        return train_.epoch(now, number);
      else
        return train_.epoch(now);
    }();
    Clock::time_point begin = Clock::now();
    updater_.zero_grad();
    for (const auto& batch : epoch) {
      if (number++ < done) continue;  // before the resume
      const std::size_t first = run_.step * run_.accumulate;
      const std::size_t together = std::min(run_.accumulate, run_.batches - first);
      learn(batch, number - 1, static_cast<double>(together));
      if (number < first + together) continue;
      update();
      run_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
      begin = Clock::now();
      if (notify(&AnyCallback::step_end) == Flow::stop || stop_requested()) return false;
    }
    return true;
  }

  template <class Batch>
  void learn(const Batch& batch, std::size_t number, double together) {
    seed_batch(options_.seed, run_.epoch, number);
    const at::AutoGradMode with_gradient(true);
    const at::Tensor logits = logits_of(model_, images_of(batch, options_.memory_format), batch.labels, where);
    const at::Tensor loss = loss_(logits, targets_of(batch), loss::LossInputs{});
    if (loss.numel() != 1) {
      fail<ShapeError>({where, "the loss must be one number", join_text(loss.sizes()), "Choose a reduction other than none."});
    }
    last_loss_ = loss.template item<double>();
    if (!std::isfinite(last_loss_)) {
      fail<ArgumentError>({where, "the loss must be finite",
                           join_text(last_loss_, " in epoch ", run_.epoch + 1, ", batch ", number + 1, " of ", run_.batches),
                           "A smaller learning_rate, a warm-up or clip_norm usually helps; the last checkpoint is kept."});
    }
    (together > 1 ? loss / together : loss).backward();
    run_.loss_sum += last_loss_ * static_cast<double>(batch.samples);
    run_.loss_samples += batch.samples;
  }

  void update() {
    if (options_.clip_norm > 0) updater_.clip(options_.clip_norm);
    const std::size_t total = static_cast<std::size_t>(fit_.epochs) * steps();
    run_.learning_rate = options_.learning_rate * options_.schedule.factor(run_.epoch * steps() + run_.step, total);
    updater_.step(run_.learning_rate);
    updater_.zero_grad();
    if (average_) average_->update();
    ++run_.step;
  }

  // Measures, closes the epoch and tells the callbacks. False: the run ends here.
  bool validate() {
    const auto begin = Clock::now();
    std::optional<ExponentialMovingAverage::Applied> applied;
    if (average_) applied.emplace(*average_);
    bool complete = true;
    validated_ = 0;
    const HeldOut answers = predict(model_, validation_, options_.memory_format, where, [&] {
      ++validated_;
      complete = notify(&AnyCallback::validation_step_end) == Flow::proceed && !stop_requested();
      return complete;
    });
    if (!complete) return false;
    const Evaluation evaluation = evaluate(answers, loss_);
    const EpochRow row{.epoch = run_.epoch + 1,
                       .training_loss = run_.loss_sum / static_cast<double>(run_.loss_samples),
                       .validation_loss = evaluation.loss,
                       .mean_average_precision = evaluation.mean_average_precision,
                       .f1_samples = evaluation.f1_samples,
                       .f1_micro = evaluation.f1_micro,
                       .learning_rate = run_.learning_rate,
                       .seconds = run_.seconds + std::chrono::duration<double>(Clock::now() - begin).count()};
    const auto best = run_.history.best();
    const bool is_best = !best || improves(options_.monitor, row.value(options_.monitor), best->value(options_.monitor));
    run_.history.epochs.push_back(row);
    if (is_best) {
      run_.history.best_epoch = row.epoch;
      best_ = copy_of(state_);
    }
    applied.reset();
    const TrainingState event = state(is_best);
    ++run_.epoch;
    run_.step = 0;
    run_.loss_sum = 0;
    run_.loss_samples = 0;
    run_.seconds = 0;
    return callbacks_.notify(&AnyCallback::epoch_end, event) == Flow::proceed && !stop_requested();
  }

  [[nodiscard]] TrainingState state(bool is_best = false) const {
    TrainingState state;
    state.epoch = std::min(run_.epoch + 1, static_cast<std::size_t>(fit_.epochs));
    state.epochs = static_cast<std::size_t>(fit_.epochs);
    state.step = run_.step;
    state.steps = steps();
    state.validation_step = run_.step == steps() ? validated_ : 0;
    state.validation_steps = validation_.batches();
    state.loss = last_loss_;
    if (run_.loss_samples > 0) state.training_loss = run_.loss_sum / static_cast<double>(run_.loss_samples);
    state.learning_rate = run_.learning_rate;
    state.is_best = is_best;
    if (!shared_history_ || shared_history_->epochs.size() != run_.history.epochs.size() ||
        shared_history_->stopped != run_.history.stopped) {
      shared_history_ = std::make_shared<const History>(run_.history);
    }
    state.history = shared_history_;
    state.checkpoint_writer = write_checkpoint_;
    state.weights_writer = write_weights_;
    return state;
  }

  Flow notify(AnyCallback::Event AnyCallback::* event) const { return callbacks_.notify(event, state()); }

  [[nodiscard]] Checkpoint checkpoint() const {
    Checkpoint made{.state = run_, .tensors = {}};
    made.state.updates = average_ ? average_->updates() : 0;
    made.state.callbacks = callbacks_.state();
    made.add("model", state_);
    made.add("optimizer", updater_.state());
    if (average_) made.add("average", average_->average());
    if (!best_is_current()) made.add("best", best_);
    return made;
  }

  // Right after the best epoch the best weights are those in the checkpoint already.
  [[nodiscard]] bool best_is_current() const {
    return best_.empty() || (run_.step == 0 && run_.history.best_epoch == run_.epoch);
  }

  void resume() {
    const Checkpoint loaded = load_checkpoint(fit_.resume);
    require_same(encoding::Vocabulary(loaded.state.labels), train_.vocabulary(), "training::Trainer::fit (resume)");
    const auto same = [&](std::string_view field, const auto& stored, const auto& now) {
      if (stored == now) return;
      fail<BundleError>({"training::Trainer::fit (resume)", join_text(field, " must be that of the checkpoint, ", stored),
                         join_text(now), "Only a run with the same data and options can go on as if it had not stopped."});
    };
    same("seed", loaded.state.seed, options_.seed);
    same("optimizer", loaded.state.optimizer, to_string(options_.optimizer));
    same("accumulate", loaded.state.accumulate, options_.accumulate);
    same("monitor", to_string(loaded.state.monitor), to_string(options_.monitor));
    same("the number of training samples", loaded.state.samples, train_.samples());
    same("the number of training batches", loaded.state.batches, train_.batches());
    same("the use of ema_decay", loaded.state.averaged ? "on" : "off", average_ ? "on" : "off");
    model::load_state(*model_, loaded.part("model"));
    updater_.restore(loaded.part("optimizer"));
    if (average_) average_->restore(loaded.part("average"), loaded.state.updates);
    best_ = loaded.part("best");
    if (best_.empty() && loaded.state.history.best_epoch) best_ = loaded.part(average_ ? "average" : "model");
    callbacks_.restore(loaded.state.callbacks);
    run_ = loaded.state;
    run_.history.stopped = Stopped::finished;
  }

  void restore_best() {
    if (!best_.empty()) model::load_state(*model_, best_);
  }

  Model& model_;
  Loss& loss_;
  const TrainerOptions& options_;
  const CallbackList& callbacks_;
  Train& train_;
  Validation& validation_;
  const FitOptions& fit_;
  InterruptGuard interrupts_;
  TorchSettings settings_;
  ModeGuard<Model> mode_;
  model::NamedTensors state_;  // the model's own tensors
  ParameterUpdater updater_;
  std::optional<ExponentialMovingAverage> average_;
  RunState run_;
  model::NamedTensors best_;
  double last_loss_ = std::numeric_limits<double>::quiet_NaN();
  std::size_t validated_ = 0;
  mutable std::shared_ptr<const History> shared_history_;
  // What the events write with; they end with the run.
  std::shared_ptr<const TrainingState::Writer> write_checkpoint_ = std::make_shared<const TrainingState::Writer>(
      [this](const std::filesystem::path& path) { save_checkpoint(path, checkpoint()); });
  std::shared_ptr<const TrainingState::Writer> write_weights_ =
      std::make_shared<const TrainingState::Writer>([this](const std::filesystem::path& path) { write_weights(path); });

  void write_weights(const std::filesystem::path& path) const {
    const bool measured = best_is_current() && !best_.empty();
    model::save_safetensors(path,
                            measured   ? best_
                            : average_ ? average_->average()
                                       : state_,
                            {{"format", "multilabel.weights"},
                             {"fingerprint", train_.vocabulary().fingerprint()},
                             {"labels", nlohmann::json(run_.labels).dump()}});
  }
};

}  // namespace multilabel::training::detail

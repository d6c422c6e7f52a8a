// SPDX-License-Identifier: Apache-2.0
#pragma once
// Epochs and events, and nothing else: what a step does is in step.hpp, what is measured in evaluate.hpp, what is written in
// checkpoint.hpp. `Trainer::fit` is its public face.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/loss/any_loss.hpp"
#include "multilabel/model/named_tensors.hpp"
#include "multilabel/model/safetensors.hpp"
#include "multilabel/training/any_callback.hpp"
#include "multilabel/training/checkpoint.hpp"
#include "multilabel/training/device.hpp"
#include "multilabel/training/ema.hpp"
#include "multilabel/training/evaluate.hpp"
#include "multilabel/training/generator.hpp"
#include "multilabel/training/loader.hpp"
#include "multilabel/training/network.hpp"
#include "multilabel/training/options.hpp"
#include "multilabel/training/parameters.hpp"
#include "multilabel/training/precision.hpp"
#include "multilabel/training/run.hpp"

namespace MULTILABEL_NAMESPACE::training::detail {

/// One run of one trainer over its loaders.
class Loop {
 public:
  Loop(Network& network, loss::AnyLoss& loss, const TrainerOptions& options, const CallbackList& callbacks, AnyLoader train,
       std::optional<AnyLoader> validation, const FitOptions& fit)
      : network_(network),
        loss_(loss),
        options_(options),
        callbacks_(callbacks),
        train_(std::move(train)),
        validation_(std::move(validation)),
        fit_(fit),
        interrupts_(options.interrupts),
        threads_(options.threads),
        modes_(network),
        device_(move_to(network, where, options.device)),
        move_(device_),
        scaler_(options.precision, device_),
        state_(network.state()),
        frozen_(options.groups, state_),
        optimizer_(options.optimizer.make()) {
    if (train_.batches == 0) fail<ArgumentError>({where, "the training loader must have batches", "none"});
    if (validation_ && validation_->batches == 0) {
      fail<ArgumentError>({where, "the validation loader must have batches", "none"});
    }
    if (options.schedule.by_values && !validation_ && options.monitor != "training_loss") {
      fail<ArgumentError>({where, "a schedule that waits for the monitor must have validation, or training_loss to watch",
                           multilabel::quoted(options.monitor)});
    }
    require_groups(where, options.groups, state_);
    loss_.to(device_);
    modes_.begin_epoch();
    attach();
    if (parameters_.empty() && options.groups.empty()) {
      fail<ArgumentError>({"training::Trainer", "the model must have parameters that require a gradient", "none"});
    }
    if (options.ema_decay > 0) average_.emplace(state_, options.ema_decay);
    run_.labels = train_.vocabulary.labels();
    run_.options = run_options(options, loss, train_, validation_ ? &*validation_ : nullptr);
    run_.history.monitor = options.monitor;
    for (const auto& measure : options.measures)
      if (measure.better == Better::lower) run_.history.lower_is_better.push_back(measure.name);
  }

  /// Runs to the end. `history` holds the rows so far whatever happens, and the model the best weights so far.
  void run(History& history) {
    const auto leave = [&] {
      if (!best_.empty()) model::load_tensors(network_.state(), best_);
      history = run_.history;
    };
    try {
      go();
    } catch (...) {
      leave();
      throw;
    }
    leave();
  }

 private:
  static constexpr std::string_view where = "training::Trainer::fit";
  using Clock = std::chrono::steady_clock;

  void go() {
    if (!fit_.resume.empty()) resume();
    const auto epochs = static_cast<std::size_t>(fit_.epochs);
    bool going = notify(&AnyCallback::fit_begin) == Flow::proceed;
    while (going && run_.epoch < epochs) {
      if (run_.step == 0) going = notify(&AnyCallback::epoch_begin) == Flow::proceed;
      going = going && train_epoch() && measure();
    }
    run_.history.stopped = run_.epoch >= epochs ? Stopped::finished
                           : stop_requested()   ? Stopped::interrupted
                                                : Stopped::by_callback;
    notify(&AnyCallback::fit_end);
  }

  [[nodiscard]] std::size_t steps() const { return (train_.batches + options_.accumulate - 1) / options_.accumulate; }
  [[nodiscard]] bool stop_requested() const { return fit_.stop.stop_requested() || interrupts_.interrupted(); }

  // Looks at the network again: a callback may have frozen, thawed or exchanged its tensors.
  void attach() {
    state_ = network_.state();
    model::NamedTensors all = state_;
    const auto of_loss = loss_.state();
    for (std::size_t i = 0; i < of_loss.size(); ++i) all.emplace_back(join_text("loss/", i), of_loss[i]);
    parameters_ = parameters_of(where, all, options_.weight_decay, options_.groups);
    optimizer_->attach(parameters_);
    if (average_) average_->attach(state_);
  }

  [[nodiscard]] Answering answering() const {
    return {.randomness = options_.randomness, .device = device_, .precision = options_.precision};
  }

  // False: the run ends here.
  bool train_epoch() {
    if (run_.step == steps()) return true;
    loss::begin_epoch(loss_, run_.epoch + 1);
    if (!loss_memory_.empty()) loss_.restore(std::exchange(loss_memory_, {}));
    modes_.begin_epoch();
    frozen_.begin_epoch(run_.epoch + 1);
    epoch_factor_ = options_.schedule.by_values ? options_.schedule.by_values(monitored()) : 1;
    attach();
    const auto next = train_.open(static_cast<std::uint32_t>(run_.epoch), run_.step * options_.accumulate);
    Clock::time_point begin = Clock::now();
    zero_grad(parameters_);
    std::vector<TensorBatch> together;
    while (run_.step < steps()) {
      auto batch = next();
      if (!batch) break;
      move_(*batch);
      together.push_back(*std::move(batch));
      const std::size_t due = std::min(options_.accumulate, train_.batches - run_.step * options_.accumulate);
      if (together.size() < due) continue;
      update(together);
      together.clear();
      run_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
      begin = Clock::now();
      if (notify(&AnyCallback::step_end) == Flow::stop || stop_requested()) return false;
    }
    if (!together.empty()) update(together);  // the loader gave fewer than it said: batches without a usable sample
    settle();
    return true;
  }

  void update(const std::vector<TensorBatch>& batches) {
    const std::size_t total = static_cast<std::size_t>(fit_.epochs) * steps();
    const double rate =
        options_.learning_rate * epoch_factor_ * options_.schedule.factor(run_.epoch * steps() + run_.step, total);
    StepParts parts{.network = network_,
                    .loss = loss_,
                    .optimizer = *optimizer_,
                    .parameters = parameters_,
                    .learning_rate = rate,
                    .clip_norm = options_.clip_norm,
                    .seed = options_.seed,
                    .randomness = options_.randomness,
                    .device = device_,
                    .precision = options_.precision,
                    .scaler = scaler_,
                    .epoch = run_.epoch,
                    .batches = train_.batches};
    StepResult result = options_.step(parts, batches);
    run_.learning_rate = result.learning_rate;
    if (average_) average_->update();
    ++run_.step;
    settle();  // the step before
    unread_ = {std::move(result), batches.front().number + 1};
    if (device_.is_cpu()) settle();
  }

  // Reads the numbers of the last step. An accelerator is asked for them when the next step is on its way, or at an epoch's
  // end.
  void settle() {
    if (!unread_) return;
    const auto [result, first] = *std::exchange(unread_, std::nullopt);
    const auto losses = require_finite_losses(result.losses, run_.epoch + 1, first, train_.batches, where);
    if (result.gradient_norm.defined() && !std::isfinite(result.gradient_norm.item<double>())) {
      fail<ArgumentError>({where, "the gradient of every parameter must be finite",
                           join_text("another one in epoch ", run_.epoch + 1, ", before batch ", first + losses.size()),
                           not_finite_help});
    }
    for (std::size_t i = 0; i < losses.size(); ++i) {
      run_.loss_sum += losses[i] * static_cast<double>(result.samples[i]);
      run_.loss_samples += result.samples[i];
    }
    last_loss_ = losses.back();
  }

  // Measures, closes the epoch and tells the callbacks. False: the run ends here.
  bool measure() {
    const auto begin = Clock::now();
    attach();
    std::optional<ExponentialMovingAverage::Applied> applied;
    if (average_) applied.emplace(*average_);
    EpochRow row{.epoch = run_.epoch + 1,
                 .training_loss = run_.loss_sum / static_cast<double>(run_.loss_samples),
                 .measured = {},
                 .learning_rate = run_.learning_rate,
                 .seconds = 0};
    if (validation_) {
      bool complete = true;
      validated_ = 0;
      const HeldOut answers = predict(network_, *validation_, answering(), where, [&] {
        ++validated_;
        complete = notify(&AnyCallback::validation_step_end) == Flow::proceed && !stop_requested();
        return complete;
      });
      if (!complete) return false;
      row.measured = evaluate(answers, loss_, options_.measures, "validation_loss", device_);
    }
    row.seconds = run_.seconds + std::chrono::duration<double>(Clock::now() - begin).count();
    const bool is_best = better_than_before(row);
    run_.history.epochs.push_back(row);
    if (is_best) {
      run_.history.best_epoch = row.epoch;
      best_ = model::copy_of(state_);
    }
    const TrainingState event = state(is_best);
    ++run_.epoch;
    run_.step = 0;
    run_.loss_sum = 0;
    run_.loss_samples = 0;
    run_.seconds = 0;
    applied_ = applied ? &*applied : nullptr;  // callbacks see the weights that were measured
    const Flow flow = callbacks_.notify(&AnyCallback::epoch_end, event);
    applied_ = nullptr;
    return flow == Flow::proceed && !stop_requested();
  }

  // Without validation there is nothing to choose by, and the last weights stay.
  [[nodiscard]] bool better_than_before(const EpochRow& row) const {
    const auto best = run_.history.best();
    if (!best || !validation_) return true;
    const auto& monitor = options_.monitor;
    return run_.history.improves(monitor, row.value(monitor), best->value(monitor));
  }

  // The monitor's values so far, with a sign that makes the higher the better.
  [[nodiscard]] std::vector<double> monitored() const {
    const double sign = run_.history.improves(options_.monitor, 1, 0) ? 1 : -1;
    std::vector<double> values;
    for (const auto& row : run_.history.epochs) values.push_back(sign * row.value(options_.monitor));
    return values;
  }

  [[nodiscard]] TrainingState state(bool is_best = false) const {
    TrainingState state;
    state.epoch = std::min(run_.epoch + 1, static_cast<std::size_t>(fit_.epochs));
    state.epochs = static_cast<std::size_t>(fit_.epochs);
    state.step = run_.step;
    state.steps = steps();
    state.validation_step = run_.step == steps() ? validated_ : 0;
    state.validation_steps = validation_ ? validation_->batches : 0;
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

  [[nodiscard]] Checkpoint checkpoint() {
    settle();
    Checkpoint made{.state = run_, .tensors = {}};
    made.state.updates = average_ ? average_->updates() : 0;
    made.state.callbacks = callbacks_.state();
    made.add("model", applied_ != nullptr ? applied_->kept() : state_);
    made.add("optimizer", optimizer_->state());
    made.add("scaler", scaler_.state());
    const auto memory = loss_.state();
    for (std::size_t i = 0; i < memory.size(); ++i) made.add("loss", {{std::to_string(i), memory[i]}});
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
    require_same_run(loaded.state, run_, steps());
    model::load_tensors(state_, loaded.part("model"));
    optimizer_->restore(loaded.part("optimizer"));
    scaler_.restore(loaded.part("scaler"));
    if (average_) average_->restore(loaded.part("average"), loaded.state.updates);
    best_ = loaded.part("best");
    if (best_.empty() && loaded.state.history.best_epoch) best_ = loaded.part(average_ ? "average" : "model");
    const auto memory = loaded.part("loss");
    loss_memory_.resize(memory.size());
    for (const auto& [name, tensor] : memory)
      for (std::size_t i = 0; i < memory.size(); ++i)
        if (name == std::to_string(i)) loss_memory_[i] = tensor;
    callbacks_.restore(loaded.state.callbacks);
    run_ = loaded.state;
    run_.history.stopped = Stopped::finished;
  }

  void write_weights(const std::filesystem::path& path) const {
    const bool measured = best_is_current() && !best_.empty();
    model::save_safetensors(path,
                            measured   ? best_
                            : average_ ? average_->average()
                                       : state_,
                            {{"format", "multilabel.weights"},
                             {"fingerprint", train_.vocabulary.fingerprint()},
                             {"labels", nlohmann::json(run_.labels).dump()}});
  }

  Network& network_;
  loss::AnyLoss& loss_;
  const TrainerOptions& options_;
  const CallbackList& callbacks_;
  AnyLoader train_;
  std::optional<AnyLoader> validation_;
  const FitOptions& fit_;
  InterruptGuard interrupts_;
  ThreadSetting threads_;
  TrainingModes modes_;
  at::Device device_;
  BatchMover move_;
  GradientScaler scaler_;
  model::NamedTensors state_;  // the model's own tensors
  FrozenGroups frozen_;
  std::shared_ptr<ParameterUpdater> optimizer_;
  std::vector<Parameter> parameters_;
  std::optional<ExponentialMovingAverage> average_;
  RunState run_;
  model::NamedTensors best_;
  std::vector<at::Tensor> loss_memory_;                       // of a checkpoint, until its epoch goes on
  std::optional<std::pair<StepResult, std::size_t>> unread_;  // of the last step, with the number of its first batch
  double last_loss_ = std::numeric_limits<double>::quiet_NaN();
  double epoch_factor_ = 1;  // of the schedule, for what was measured so far
  std::size_t validated_ = 0;
  const ExponentialMovingAverage::Applied* applied_ = nullptr;
  mutable std::shared_ptr<const History> shared_history_;
  // What the events write with; they end with the run.
  std::shared_ptr<const TrainingState::Writer> write_checkpoint_ = std::make_shared<const TrainingState::Writer>(
      [this](const std::filesystem::path& path) { save_checkpoint(path, checkpoint()); });
  std::shared_ptr<const TrainingState::Writer> write_weights_ =
      std::make_shared<const TrainingState::Writer>([this](const std::filesystem::path& path) { write_weights(path); });
};

}  // namespace MULTILABEL_NAMESPACE::training::detail

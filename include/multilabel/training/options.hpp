// SPDX-License-Identifier: Apache-2.0
#pragma once
// The choices of a training run: those that belong to the trainer, and those of one call of `fit`.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "multilabel/core/check.hpp"
#include "multilabel/training/history.hpp"
#include "multilabel/training/optimizer.hpp"
#include "multilabel/training/schedule.hpp"
#include "multilabel/training/stop.hpp"

namespace multilabel::training {

/// How a batch of images lies in memory when the model gets it.
enum class MemoryFormat {
  channels_last,  ///< the faster one for convolutions on CPUs
  contiguous      ///< planes, as torch's default
};

struct TrainerOptions {
  double learning_rate = 1e-3;  ///< the most the schedule gives; above 0
  double weight_decay = 0.01;   ///< at least 0; for weights of two dimensions and more, never for biases and norms
  Optimizer optimizer = Optimizer::adamw;
  Schedule schedule{};         ///< the factor on the learning rate at each step: `constant()`, `cosine({.warmup = 0.1})`, ...
  double ema_decay = 0;        ///< of the running mean of the weights that is validated and returned, in [0, 1); 0: none
  double clip_norm = 0;        ///< most Euclidean norm of all gradients together; 0: no limit
  std::size_t accumulate = 1;  ///< batches to one step of the optimiser; at least 1
  std::uint64_t seed = 0;      ///< of everything torch draws in the model (dropout and the like)
  MemoryFormat memory_format = MemoryFormat::channels_last;
  std::size_t threads = 0;                            ///< of torch within one operation; 0: as they are
  Monitor monitor = Monitor::mean_average_precision;  ///< decides which epoch is best
  Interrupts interrupts = Interrupts::stop_cleanly;   ///< what Ctrl-C does during `fit`

  friend bool operator==(const TrainerOptions&, const TrainerOptions&) = default;
};

struct FitOptions {
  int epochs = 10;                 ///< of the whole run, those before a resume included; at least 1
  std::filesystem::path resume{};  ///< a checkpoint, or the folder of a `ModelCheckpoint`; empty: a new run
  StopToken stop{};                ///< ends the run after a step when it is set
};

namespace detail {

inline void check(const TrainerOptions& options) {
  constexpr std::string_view where = "training::Trainer";
  const auto require = [&](bool good, std::string_view expected, double actual) {
    if (!good) fail<ArgumentError>({where, expected, join_text(actual)});
  };
  require(options.learning_rate > 0 && options.learning_rate < 1e6, "learning_rate must be above 0", options.learning_rate);
  require(options.weight_decay >= 0, "weight_decay must be at least 0", options.weight_decay);
  require(options.ema_decay >= 0 && options.ema_decay < 1, "ema_decay must be in [0, 1), 0 for none", options.ema_decay);
  require(options.clip_norm >= 0, "clip_norm must be at least 0, 0 for no limit", options.clip_norm);
  require(options.accumulate >= 1, "accumulate must be at least 1", static_cast<double>(options.accumulate));
  require_valid(options.schedule, where);
}

inline void check(const FitOptions& options) {
  if (options.epochs < 1)
    fail<ArgumentError>({"training::Trainer::fit", "epochs must be at least 1", join_text(options.epochs)});
}

}  // namespace detail

}  // namespace multilabel::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The choices of a training run: those that belong to the trainer, and those of one call of `fit`.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"
#include "multilabel/evaluation/measure.hpp"
#include "multilabel/evaluation/measures.hpp"
#include "multilabel/loss/any_loss.hpp"
#include "multilabel/training/generator.hpp"
#include "multilabel/training/loader.hpp"
#include "multilabel/training/optimizer.hpp"
#include "multilabel/training/parameters.hpp"
#include "multilabel/training/precision.hpp"
#include "multilabel/training/schedule.hpp"
#include "multilabel/training/step.hpp"
#include "multilabel/training/stop.hpp"

namespace MULTILABEL_NAMESPACE::training {

struct TrainerOptions {
  double learning_rate = 1e-3;  ///< the most the schedule gives; above 0
  double weight_decay = 0.01;   ///< at least 0; for weights of two dimensions and more, never for biases and norms
  AnyOptimizer optimizer = Optimizer::adamw;
  AnySchedule schedule =
      Schedule{};              ///< the factor on the learning rate at each step: `constant()`, `cosine({.warmup = 0.1})`, ...
  double ema_decay = 0;        ///< of the running mean of the weights that is validated and returned, in [0, 1); 0: none
  double clip_norm = 0;        ///< most Euclidean norm of all gradients together; 0: no limit
  std::size_t accumulate = 1;  ///< batches to one step of the optimiser, held in memory together; at least 1
  std::uint64_t seed = 0;      ///< of everything torch draws in the model (dropout and the like)
  std::string device{};        ///< where the run computes; "": where the model lies, else see `model::device_of_name`
  Precision precision = Precision::float32;  ///< of the forward pass
  MemoryFormat memory_format = MemoryFormat::channels_last;
  std::size_t threads = 0;                         ///< of torch within one operation; 0: as they are
  std::string monitor = "mean_average_precision";  ///< decides which epoch is best: a measure, validation_loss or training_loss
  Interrupts interrupts = Interrupts::stop_cleanly;                          ///< what Ctrl-C does during `fit`
  std::vector<evaluation::Measure> measures = evaluation::usual_measures();  ///< the columns of the history
  std::vector<ParameterGroup> groups{};     ///< parameters with a rate, a decay or a begin of their own
  AnyStep step = GradientStep{};            ///< from batches to new weights
  Randomness randomness = Randomness::own;  ///< where the layers get their random numbers from
};

/// What a resumed run must share with the one that stopped; see `options_like`. Device, threads and
/// interrupts may differ.
void describe(auto& visit, options_like<TrainerOptions> auto& options) {
  visit("learning_rate", options.learning_rate)("weight_decay", options.weight_decay)("optimizer", options.optimizer.name);
  visit("ema_decay", options.ema_decay)("clip_norm", options.clip_norm)("accumulate", options.accumulate);
  visit("precision", options.precision);
  visit("seed", options.seed)("memory_format", options.memory_format)("randomness", options.randomness)("monitor",
                                                                                                        options.monitor);
}

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
  std::set<std::string> names{"epoch", "training_loss", "validation_loss", "learning_rate", "seconds"};
  for (const auto& measure : options.measures) {
    if (!names.insert(measure.name).second || !measure.call) {
      fail<ArgumentError>(
          {where, "a measure must have a function, and a name that no other column has", multilabel::quoted(measure.name)});
    }
  }
  for (const auto name : {"epoch", "learning_rate", "seconds"}) names.erase(name);
  if (names.contains(options.monitor)) return;
  std::string known;
  for (const auto& name : names) known += join_text(known.empty() ? "" : ", ", multilabel::quoted(name));
  fail<ArgumentError>({where, join_text("monitor must be one of ", known), multilabel::quoted(options.monitor)});
}

inline void check(const FitOptions& options) {
  if (options.epochs < 1)
    fail<ArgumentError>({"training::Trainer::fit", "epochs must be at least 1", join_text(options.epochs)});
}

// All that a resumed run must share with the one that stopped, by name.
[[nodiscard]] inline OptionTexts run_options(const TrainerOptions& options, const loss::AnyLoss& loss, const AnyLoader& train,
                                             const AnyLoader* validation) {
  OptionTexts texts = option_texts(options);
  texts.merge(OptionTexts(options.schedule.description));
  texts.merge(loss.description());
  for (const auto& group : options.groups) {
    texts[join_text("group ", quoted(group.prefix))] =
        join_text(group.rate_factor, ", ", group.weight_decay.value_or(-1), ", ", group.frozen_epochs);
  }
  for (const auto& measure : options.measures) texts["measures"] += join_text(measure.name, " ");
  for (const auto& [name, value] : train.description) texts["train." + name] = value;
  if (validation != nullptr)
    for (const auto& [name, value] : validation->description) texts["validation." + name] = value;
  return texts;
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::training

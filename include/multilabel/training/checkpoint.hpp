// SPDX-License-Identifier: Apache-2.0
#pragma once
// The file from which a run goes on as if it had never stopped: one .safetensors with the tensors of model, average, optimiser
// and best weights, and the rest of the run as JSON in its metadata, so that both are written at once or not at all.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/model/safetensors.hpp"
#include "multilabel/training/history.hpp"
#include "multilabel/version.hpp"

namespace multilabel::training {

/// Everything of a run that is not a tensor.
struct RunState {
  std::vector<std::string> labels;  ///< the vocabulary of the run
  std::string optimizer;
  std::uint64_t seed = 0;
  std::size_t accumulate = 1;
  std::size_t samples = 0;  ///< of an epoch of training
  std::size_t batches = 0;  ///< of an epoch of training
  bool averaged = false;    ///< an average of the weights is kept
  std::size_t updates = 0;  ///< of that average
  std::size_t epoch = 0;    ///< whole epochs done, validation included
  std::size_t step = 0;     ///< steps of the next epoch done already
  double loss_sum = 0;      ///< of the samples of those steps
  std::size_t loss_samples = 0;
  double seconds = 0;        ///< spent in those steps
  double learning_rate = 0;  ///< of the last step
  Monitor monitor = Monitor::mean_average_precision;
  History history;
  std::map<std::string, std::map<std::string, double>> callbacks;  ///< the memories of the callbacks by name
};

/// A run on disk. Tensors are named "model/...", "average/...", "optimizer/..." and "best/..." ("best/" is absent where the
/// best weights are those of "average/", or of "model/" without one).
struct Checkpoint {
  RunState state;
  model::NamedTensors tensors;

  /// The tensors whose names begin with `part` and a slash, without that.
  [[nodiscard]] model::NamedTensors part(std::string_view part) const {
    model::NamedTensors found;
    const std::string prefix = join_text(part, "/");
    for (const auto& [name, tensor] : tensors)
      if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
    return found;
  }

  void add(std::string_view part, const model::NamedTensors& named) {
    for (const auto& [name, tensor] : named) tensors.emplace_back(join_text(part, "/", name), tensor);
  }
};

namespace detail {

inline constexpr std::string_view checkpoint_format = "multilabel.checkpoint";
inline constexpr int checkpoint_version = 1;

// JSON has no NaN: it is written as null.
inline double number(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

inline nlohmann::json to_json(const EpochRow& row) {
  return {{"epoch", row.epoch},
          {"training_loss", row.training_loss},
          {"validation_loss", row.validation_loss},
          {"mean_average_precision", row.mean_average_precision},
          {"f1_samples", row.f1_samples},
          {"f1_micro", row.f1_micro},
          {"learning_rate", row.learning_rate},
          {"seconds", row.seconds}};
}

inline EpochRow row_from(const nlohmann::json& json) {
  return {.epoch = json.at("epoch").get<std::size_t>(),
          .training_loss = number(json.at("training_loss")),
          .validation_loss = number(json.at("validation_loss")),
          .mean_average_precision = number(json.at("mean_average_precision")),
          .f1_samples = number(json.at("f1_samples")),
          .f1_micro = number(json.at("f1_micro")),
          .learning_rate = number(json.at("learning_rate")),
          .seconds = number(json.at("seconds"))};
}

inline nlohmann::json to_json(const RunState& state) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& row : state.history.epochs) rows.push_back(to_json(row));
  nlohmann::json json = {{"version", checkpoint_version},
                         {"library", MULTILABEL_VERSION},
                         {"labels", state.labels},
                         {"fingerprint", encoding::Vocabulary(state.labels).fingerprint()},
                         {"optimizer", state.optimizer},
                         {"seed", state.seed},
                         {"accumulate", state.accumulate},
                         {"samples", state.samples},
                         {"batches", state.batches},
                         {"averaged", state.averaged},
                         {"updates", state.updates},
                         {"epoch", state.epoch},
                         {"step", state.step},
                         {"loss_sum", state.loss_sum},
                         {"loss_samples", state.loss_samples},
                         {"seconds", state.seconds},
                         {"learning_rate", state.learning_rate},
                         {"monitor", to_string(state.monitor)},
                         {"rows", rows},
                         {"callbacks", state.callbacks}};
  if (state.history.best_epoch) json["best_epoch"] = *state.history.best_epoch;
  return json;
}

inline RunState run_state_from(const nlohmann::json& json) {
  RunState state;
  state.labels = json.at("labels").get<std::vector<std::string>>();
  state.optimizer = json.at("optimizer").get<std::string>();
  state.seed = json.at("seed").get<std::uint64_t>();
  state.accumulate = json.at("accumulate").get<std::size_t>();
  state.samples = json.at("samples").get<std::size_t>();
  state.batches = json.at("batches").get<std::size_t>();
  state.averaged = json.at("averaged").get<bool>();
  state.updates = json.at("updates").get<std::size_t>();
  state.epoch = json.at("epoch").get<std::size_t>();
  state.step = json.at("step").get<std::size_t>();
  state.loss_sum = number(json.at("loss_sum"));
  state.loss_samples = json.at("loss_samples").get<std::size_t>();
  state.seconds = number(json.at("seconds"));
  state.learning_rate = number(json.at("learning_rate"));
  for (const Monitor monitor :
       {Monitor::validation_loss, Monitor::mean_average_precision, Monitor::f1_samples, Monitor::f1_micro}) {
    if (json.at("monitor") == to_string(monitor)) state.monitor = monitor;
  }
  for (const auto& row : json.at("rows")) state.history.epochs.push_back(row_from(row));
  if (json.contains("best_epoch")) state.history.best_epoch = json.at("best_epoch").get<std::size_t>();
  for (const auto& [name, memory] : json.at("callbacks").items())
    for (const auto& [key, value] : memory.items()) state.callbacks[name][key] = number(value);
  return state;
}

}  // namespace detail

/// Writes a checkpoint, whole or not at all. Throws `BundleError` when the disk is full or closed to writing; what was at
/// `path` before is then still there.
inline void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  model::save_safetensors(
      path, checkpoint.tensors,
      {{"format", std::string(detail::checkpoint_format)}, {"state", detail::to_json(checkpoint.state).dump()}});
}

/// What `save_checkpoint` wrote; of a folder, its `last.safetensors`. Throws `BundleError` naming the file where it is missing,
/// damaged, no checkpoint, or of a newer version.
[[nodiscard]] inline Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? path / "last.safetensors" : path;
  const auto reject = [&](std::string_view expected, const std::string& actual, std::string_view mend) {
    fail<BundleError>(
        {"training::load_checkpoint", expected, join_text(actual, " in ", multilabel::quoted(file.string())), mend});
  };
  model::SafeTensors loaded = model::load_safetensors(file);
  if (loaded.metadata["format"] != detail::checkpoint_format) {
    reject("the file must be a checkpoint of a run", "other tensors", "ModelCheckpoint writes one as last.safetensors.");
  }
  Checkpoint checkpoint{.state = {}, .tensors = std::move(loaded.tensors)};
  try {
    const auto json = nlohmann::json::parse(loaded.metadata["state"]);
    const int version = json.at("version").get<int>();
    if (version > detail::checkpoint_version) {
      reject(join_text("the checkpoint's version must be at most ", detail::checkpoint_version), join_text(version),
             "It was written by a newer release of multilabel.");
    }
    checkpoint.state = detail::run_state_from(json);
  } catch (const nlohmann::json::exception& error) {
    reject("the state of the run must be complete JSON", error.what(), "The file is damaged.");
  }
  return checkpoint;
}

}  // namespace multilabel::training

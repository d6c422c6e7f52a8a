// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a run stands, apart from its tensors: as a value, as JSON, and what must be the same for another run to go on from it.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/training/history.hpp"
#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// Everything of a run that is not a tensor.
struct RunState {
  std::vector<std::string> labels;  ///< the vocabulary of the run
  OptionTexts options;              ///< of trainer, loss and loaders: what a resumed run must share
  std::size_t updates = 0;          ///< of the average of the weights
  std::size_t epoch = 0;            ///< whole epochs done, validation included
  std::size_t step = 0;             ///< steps of the next epoch done already
  double loss_sum = 0;              ///< of the samples of those steps
  std::size_t loss_samples = 0;
  double seconds = 0;        ///< spent in those steps
  double learning_rate = 0;  ///< of the last step
  History history;
  std::map<std::string, std::map<std::string, double>> callbacks;  ///< the memories of the callbacks by name
};

namespace detail {

using Json = nlohmann::ordered_json;  // the order of columns is theirs

inline constexpr int run_version = 2;

// JSON has no NaN: it is written as null.
inline double number(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

// A count that was written as one.
inline std::size_t whole(const Json& json, const char* name) {
  const Json& value = json.at(name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
    fail<BundleError>(
        {"training::load_checkpoint", join_text(quoted(name), " must be a whole number below 2^32"), value.dump()});
  }
  return value.get<std::size_t>();
}

inline Json to_json(const Measurements& measured) {
  Json json = Json::object();
  for (const auto& [name, value] : measured) json[name] = value;
  return json;
}

inline Json to_json(const History& history) {
  Json rows = Json::array();
  for (const auto& row : history.epochs) {
    rows.push_back(to_json(row.columns()));
    rows.back()["epoch"] = row.epoch;
  }
  return {{"rows", rows},
          {"best_epoch", history.best_epoch ? Json(*history.best_epoch) : Json()},
          {"stopped", to_string(history.stopped)},
          {"monitor", history.monitor},
          {"lower_is_better", history.lower_is_better}};
}

inline History history_from(const Json& json) {
  History history;
  for (const auto& row : json.at("rows")) {
    EpochRow made{.epoch = whole(row, "epoch"),
                  .training_loss = number(row.at("training_loss")),
                  .measured = {},
                  .learning_rate = number(row.at("learning_rate")),
                  .seconds = number(row.at("seconds"))};
    for (const auto& [name, value] : row.items()) {
      if (name != "epoch" && name != "training_loss" && name != "learning_rate" && name != "seconds") {
        made.measured.set(name, number(value));
      }
    }
    history.epochs.push_back(std::move(made));
  }
  if (!json.at("best_epoch").is_null()) history.best_epoch = whole(json, "best_epoch");
  for (const Stopped stopped : {Stopped::finished, Stopped::by_callback, Stopped::interrupted})
    if (json.at("stopped") == to_string(stopped)) history.stopped = stopped;
  history.monitor = json.at("monitor").get<std::string>();
  history.lower_is_better = json.at("lower_is_better").get<std::vector<std::string>>();
  return history;
}

inline Json to_json(const RunState& state) {
  return {{"version", run_version},
          {"library", MULTILABEL_VERSION},
          {"labels", state.labels},
          {"fingerprint", encoding::Vocabulary(state.labels).fingerprint()},
          {"options", state.options},
          {"updates", state.updates},
          {"epoch", state.epoch},
          {"step", state.step},
          {"loss_sum", state.loss_sum},
          {"loss_samples", state.loss_samples},
          {"seconds", state.seconds},
          {"learning_rate", state.learning_rate},
          {"history", to_json(state.history)},
          {"callbacks", state.callbacks}};
}

inline RunState run_state_from(const Json& json) {
  RunState state;
  state.labels = json.at("labels").get<std::vector<std::string>>();
  state.options = json.at("options").get<OptionTexts>();
  state.updates = whole(json, "updates");
  state.epoch = whole(json, "epoch");
  state.step = whole(json, "step");
  state.loss_sum = number(json.at("loss_sum"));
  state.loss_samples = whole(json, "loss_samples");
  state.seconds = number(json.at("seconds"));
  state.learning_rate = number(json.at("learning_rate"));
  state.history = history_from(json.at("history"));
  for (const auto& [name, memory] : json.at("callbacks").items())
    for (const auto& [key, value] : memory.items()) state.callbacks[name][key] = number(value);
  return state;
}

}  // namespace detail

/// Throws `LabelError` or `BundleError` naming the first thing in which a run is not the one that `stored` is the state of.
inline void require_same_run(const RunState& stored, const RunState& now, std::size_t steps) {
  constexpr std::string_view where = "training::Trainer::fit (resume)";
  require_same(encoding::Vocabulary(stored.labels), encoding::Vocabulary(now.labels), where);
  for (const auto& [name, was, is] : differences(stored.options, now.options)) {
    fail<BundleError>({where, join_text(name, " must be that of the checkpoint, ", was), is,
                       "Only a run with the same data and options can go on as if it had not stopped."});
  }
  const std::size_t rows = stored.history.epochs.size();
  if (stored.step > steps || stored.epoch != rows || stored.history.best_epoch.value_or(0) > rows) {
    fail<BundleError>({where, "epoch, step and rows of the checkpoint must be those of one run",
                       join_text(stored.epoch, ", ", stored.step, " of ", steps, " and ", rows), "The file is damaged."});
  }
}

}  // namespace MULTILABEL_NAMESPACE::training

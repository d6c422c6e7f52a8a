// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in a run of epochs a loader stands: a handful of numbers, because order and pixels are functions of seed, epoch and
// sample. Saved with a model's checkpoint, it lets the epoch go on with the very next batch.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The state of a loader. The fingerprints tell whether the loader that goes on is the one that stopped.
struct LoaderState {
  std::uint32_t epoch = 0;
  std::size_t position = 0;  ///< samples of this epoch's order that are done
  std::uint64_t seed = 0;
  std::size_t samples = 0;   ///< of an epoch
  std::string order;         ///< fingerprint of this epoch's order of samples
  std::string dataset;       ///< fingerprint of file names and labels, in their order
  std::string labels;        ///< fingerprint of the vocabulary
  std::string augmentation;  ///< fingerprint of the operations and their options

  friend bool operator==(const LoaderState&, const LoaderState&) = default;

  /// One line of JSON.
  [[nodiscard]] std::string to_json() const {
    return nlohmann::json{{"version", 1},       {"epoch", epoch},     {"position", position},
                          {"seed", seed},       {"samples", samples}, {"order", order},
                          {"dataset", dataset}, {"labels", labels},   {"augmentation", augmentation}}
        .dump();
  }

  /// What `to_json` gave. Throws `DataError` for anything else.
  [[nodiscard]] static LoaderState from_json(std::string_view text) {
    try {
      const auto json = nlohmann::json::parse(text);
      if (const int version = json.at("version").get<int>(); version != 1)
        fail<DataError>({"data::LoaderState", "version must be 1", join_text(version), "A newer release wrote it."});
      return {.epoch = json.at("epoch").get<std::uint32_t>(),
              .position = json.at("position").get<std::size_t>(),
              .seed = json.at("seed").get<std::uint64_t>(),
              .samples = json.at("samples").get<std::size_t>(),
              .order = json.at("order").get<std::string>(),
              .dataset = json.at("dataset").get<std::string>(),
              .labels = json.at("labels").get<std::string>(),
              .augmentation = json.at("augmentation").get<std::string>()};
    } catch (const nlohmann::json::exception& error) {
      fail<DataError>({"data::LoaderState", "text must be what to_json gave", error.what()});
    }
  }
};

namespace detail {

/// Throws `DataError` naming the first thing in which the two states are not of the same run.
inline void require_same_run(const LoaderState& saved, const LoaderState& own) {
  const auto same = [](std::string_view what, const auto& stored, const auto& here) {
    if (stored == here) return;
    fail<DataError>({"data::DataLoader::load_state_dict", join_text(what, " must be that of the state, ", stored),
                     join_text(here), "Only a loader made with the same arguments can go on where another one stopped."});
  };
  same("the seed", saved.seed, own.seed);
  same("the number of samples of an epoch", saved.samples, own.samples);
  same("the fingerprint of the labels", saved.labels, own.labels);
  same("the fingerprint of the data set", saved.dataset, own.dataset);
  same("the fingerprint of the augmentation", saved.augmentation, own.augmentation);
  same("the fingerprint of the order of samples", saved.order, own.order);
  if (saved.position > own.samples)
    fail<DataError>(
        {"data::DataLoader::load_state_dict", join_text("position must be at most ", own.samples), join_text(saved.position)});
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

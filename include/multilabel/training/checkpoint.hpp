// SPDX-License-Identifier: Apache-2.0
#pragma once
// The file from which a run goes on as if it had never stopped: one .safetensors with the tensors of model, average, optimiser,
// loss and best weights, and the rest of the run as JSON in its metadata, so that both are written at once or not at all.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/model/named_tensors.hpp"
#include "multilabel/model/safetensors.hpp"
#include "multilabel/training/run.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// A run on disk. Tensors are named "model/...", "average/...", "optimizer/...", "scaler/..." (with float16), "loss/..." and
/// "best/..." ("best/" is absent where the best weights are those of "average/", or of "model/" without one).
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

}  // namespace detail

/// Writes a checkpoint, whole or not at all. Throws `BundleError` when the disk is full or closed to writing; what was at
/// `path` before is then still there.
inline void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  model::save_safetensors(
      path, checkpoint.tensors,
      {{"format", std::string(detail::checkpoint_format)}, {"state", detail::to_json(checkpoint.state).dump()}});
}

/// What `save_checkpoint` wrote; of a folder, its `last.safetensors`. Throws `BundleError` naming the file where it is missing,
/// damaged, no checkpoint, or of another version.
[[nodiscard]] inline Checkpoint load_checkpoint(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto file = std::filesystem::is_directory(path, ignored) ? path / "last.safetensors" : path;
  const auto reject = [&](std::string_view expected, const std::string& actual, std::string_view mend) {
    fail<BundleError>(
        {"training::load_checkpoint", expected, join_text(actual, " in ", multilabel::quoted(file.string())), mend});
  };
  model::SafeTensors loaded = model::load_safetensors(file);
  if (loaded.metadata["format"] != detail::checkpoint_format) {
    reject("the file must be a checkpoint of a run", "other tensors", "ModelCheckpoint writes one as last.safetensors.");
  }
  Checkpoint checkpoint{.state = {}, .tensors = std::move(loaded.tensors)};
  const auto shallow = [&](int depth, detail::Json::parse_event_t, detail::Json&) {
    if (depth > 8) reject("the state of the run must be complete JSON", "more than 8 levels", "The file is damaged.");
    return true;
  };
  try {
    const auto json = detail::Json::parse(loaded.metadata["state"], shallow);
    const int version = json.at("version").get<int>();
    if (version != detail::run_version) {
      reject(join_text("the checkpoint's version must be ", detail::run_version), join_text(version),
             "It was written by another release of multilabel.");
    }
    checkpoint.state = detail::run_state_from(json);
  } catch (const detail::Json::exception& error) {
    reject("the state of the run must be complete JSON", error.what(), "The file is damaged.");
  }
  return checkpoint;
}

}  // namespace MULTILABEL_NAMESPACE::training

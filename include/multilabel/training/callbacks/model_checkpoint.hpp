// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps a run on disk: the best weights, and all that is needed to go on after a crash, a kill or Ctrl-C. For a file to serve
// predictions from, with label names and thresholds, see bundle.

#include <cstddef>
#include <filesystem>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/training/callback.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// Writes `best.safetensors` (the weights of the best epoch so far, by their names in the model) and `last.safetensors` (the
/// whole run: `FitOptions::resume` takes it) into a folder that is made where needed. Each appears whole or not at all: when
/// the disk is full, the run ends with a `BundleError` and the last file that was written is still good. A run that is
/// interrupted or stopped is written where it stands, in the middle of an epoch too.
class ModelCheckpoint {
 public:
  explicit ModelCheckpoint(std::filesystem::path folder) : folder_(std::move(folder)) {
    if (folder_.empty()) fail<ArgumentError>({"training::ModelCheckpoint", "folder must be a path", "an empty one"});
  }

  void on_fit_begin(const TrainingState&) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error || !std::filesystem::is_directory(folder_)) {
      fail<BundleError>({"training::ModelCheckpoint", "the folder must be there or possible to make",
                         join_text(multilabel::quoted(folder_.string()), error ? ": " + error.message() : "")});
    }
  }

  void on_epoch_end(const TrainingState& state) {
    if (state.is_best) state.save_weights(best());
    state.save_checkpoint(last());
  }

  void on_fit_end(const TrainingState& state) {
    if (state.history->stopped != Stopped::finished) state.save_checkpoint(last());
  }

  [[nodiscard]] std::filesystem::path best() const { return folder_ / "best.safetensors"; }
  [[nodiscard]] std::filesystem::path last() const { return folder_ / "last.safetensors"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace MULTILABEL_NAMESPACE::training

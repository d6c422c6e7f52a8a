// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a run of training has measured: one row an epoch with a column for each measure, which of them was best, and why the run
// ended. Plain values; the same rows go into history.csv and into checkpoints.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/evaluation/measure.hpp"

namespace MULTILABEL_NAMESPACE::training {

using evaluation::Better;
using evaluation::Measurements;

/// One epoch's numbers.
struct EpochRow {
  std::size_t epoch = 0;     ///< counted from 1
  double training_loss = 0;  ///< mean over the epoch's samples, while the weights were moving
  Measurements
      measured;  ///< validation_loss and the measures, of the validation images, by the weights that `fit` would return
  double learning_rate = 0;  ///< of the epoch's last step
  double seconds = 0;        ///< wall time, validation included; the one field that differs from run to run

  /// The number of a column; throws `ArgumentError` listing the measured ones for another name.
  [[nodiscard]] double value(std::string_view column) const {
    return column == "training_loss" ? training_loss : measured[column];
  }

  /// All columns in the order in which files have them: epoch, training_loss, the measured ones, learning_rate, seconds.
  [[nodiscard]] Measurements columns() const {
    Measurements all{{"epoch", static_cast<double>(epoch)}, {"training_loss", training_loss}};
    for (const auto& [name, value] : measured) all.set(name, value);
    all.set("learning_rate", learning_rate);
    all.set("seconds", seconds);
    return all;
  }

  friend bool operator==(const EpochRow&, const EpochRow&) = default;
};

/// Why `fit` came back.
enum class Stopped { finished, by_callback, interrupted };

[[nodiscard]] inline std::string to_string(Stopped stopped) {
  switch (stopped) {
    case Stopped::by_callback:
      return "by_callback";
    case Stopped::interrupted:
      return "interrupted";
    case Stopped::finished:
      break;
  }
  return "finished";
}

/// The rows of a run so far, oldest first.
struct History {
  std::vector<EpochRow> epochs;
  std::optional<std::size_t>
      best_epoch;  ///< counted from 1; of the weights that `fit` leaves in the model; none before the first
  Stopped stopped = Stopped::finished;
  std::string monitor = "mean_average_precision";                                ///< the column that decides which is best
  std::vector<std::string> lower_is_better{"training_loss", "validation_loss"};  ///< of the columns; of others the higher is

  /// The row of the best epoch, or none.
  [[nodiscard]] std::optional<EpochRow> best() const {
    for (const auto& row : epochs)
      if (best_epoch == row.epoch) return row;
    return std::nullopt;
  }

  /// True where `value` of a column beats `best` by more than `margin`; see `evaluation::improves`.
  [[nodiscard]] bool improves(std::string_view column, double value, double best, double margin = 0.0) const noexcept {
    const bool lower = std::find(lower_is_better.begin(), lower_is_better.end(), column) != lower_is_better.end();
    return evaluation::improves(lower ? Better::lower : Better::higher, value, best, margin);
  }

  friend bool operator==(const History&, const History&) = default;
};

}  // namespace MULTILABEL_NAMESPACE::training

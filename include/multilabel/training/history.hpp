// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a run of training has measured: one row an epoch, which of them was best, and why the run ended. Plain values; the same
// rows go into history.csv and into checkpoints.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace multilabel::training {

/// The measured number that decides which epoch is best, early stopping and the like.
enum class Monitor { validation_loss, mean_average_precision, f1_samples, f1_micro };

/// One epoch's numbers. Scores are in [0, 1], of the validation images, by the weights that `fit` would return.
struct EpochRow {
  std::size_t epoch = 0;              ///< counted from 1
  double training_loss = 0;           ///< mean over the epoch's samples, while the weights were moving
  double validation_loss = 0;         ///< mean over the validation samples
  double mean_average_precision = 0;  ///< macro average over the labels that have positives
  double f1_samples = 0;              ///< mean over the images, predicted at a score of 0.5
  double f1_micro = 0;                ///< over all cells, predicted at a score of 0.5
  double learning_rate = 0;           ///< of the epoch's last step
  double seconds = 0;                 ///< wall time, validation included; the one field that differs from run to run

  /// The number `monitor` names.
  [[nodiscard]] double value(Monitor monitor) const noexcept {
    switch (monitor) {
      case Monitor::validation_loss:
        return validation_loss;
      case Monitor::f1_samples:
        return f1_samples;
      case Monitor::f1_micro:
        return f1_micro;
      case Monitor::mean_average_precision:
        break;
    }
    return mean_average_precision;
  }

  friend bool operator==(const EpochRow&, const EpochRow&) = default;
};

/// True where `value` beats `best` by more than `margin`, in the direction that is better for the monitor. A NaN beats nothing,
/// and anything beats a NaN.
[[nodiscard]] inline bool improves(Monitor monitor, double value, double best, double margin = 0.0) noexcept {
  if (value != value) return false;
  if (best != best) return true;
  return monitor == Monitor::validation_loss ? value < best - margin : value > best + margin;
}

/// Why `fit` came back.
enum class Stopped { finished, by_callback, interrupted };

/// The rows of a run so far, oldest first.
struct History {
  std::vector<EpochRow> epochs;
  std::optional<std::size_t>
      best_epoch;  ///< counted from 1; of the weights that `fit` leaves in the model; none before the first
  Stopped stopped = Stopped::finished;

  /// The row of the best epoch, or none.
  [[nodiscard]] std::optional<EpochRow> best() const {
    for (const auto& row : epochs)
      if (best_epoch == row.epoch) return row;
    return std::nullopt;
  }

  friend bool operator==(const History&, const History&) = default;
};

/// The name of a monitor, as in the rows, in history.csv and in Python.
[[nodiscard]] inline std::string to_string(Monitor monitor) {
  switch (monitor) {
    case Monitor::validation_loss:
      return "validation_loss";
    case Monitor::f1_samples:
      return "f1_samples";
    case Monitor::f1_micro:
      return "f1_micro";
    case Monitor::mean_average_precision:
      break;
  }
  return "mean_average_precision";
}

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

}  // namespace multilabel::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One line an epoch in a CSV file, for a spreadsheet, pandas or the report.

#include <array>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/atomic_file.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/training/callback.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// The rows as CSV text with a header line of the columns: epoch, training_loss, the measured ones, learning_rate, seconds.
/// Numbers are written so that reading them gives the same double.
[[nodiscard]] inline std::string to_csv(const History& history) {
  std::string text;
  for (const auto& [name, value] : (history.epochs.empty() ? EpochRow{} : history.epochs.front()).columns()) {
    text += join_text(text.empty() ? "" : ",", name);
  }
  text += '\n';
  for (const auto& row : history.epochs) {
    std::string line;
    for (const auto& [name, value] : row.columns()) {
      std::array<char, 32> digits;
      line.append(line.empty() ? "" : ",")
          .append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    }
    text += line + '\n';
  }
  return text;
}

/// Writes the whole history after each epoch, so that a resumed run continues its file and no line is ever half written. Makes
/// the folder where needed. Throws `BundleError` when the file cannot be written.
class CSVLogger {
 public:
  explicit CSVLogger(std::filesystem::path path) : path_(std::move(path)) {
    if (path_.empty()) fail<ArgumentError>({"training::CSVLogger", "path must be a file's path", "an empty one"});
  }

  void on_fit_begin(const TrainingState&) {
    std::error_code ignored;  // the write that follows complains
    if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), ignored);
  }

  void on_epoch_end(const TrainingState& state) { write_file(path_, to_csv(*state.history)); }

 private:
  std::filesystem::path path_;
};

}  // namespace MULTILABEL_NAMESPACE::training

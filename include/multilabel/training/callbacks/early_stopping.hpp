// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ends a run that no longer gets better. `fit` returns the best weights in any case; this only spares the epochs after them.

#include <cstddef>
#include <limits>
#include <map>
#include <string>

#include "multilabel/core/check.hpp"
#include "multilabel/training/callback.hpp"

namespace MULTILABEL_NAMESPACE::training {

struct EarlyStoppingOptions {
  std::size_t patience = 5;                        ///< epochs without a better value after which to stop; at least 1
  double min_delta = 0;                            ///< a value must be better by more than this to count; at least 0
  std::string monitor = "mean_average_precision";  ///< a column of the history
  friend bool operator==(const EarlyStoppingOptions&, const EarlyStoppingOptions&) = default;
};

/// Answers `Flow::stop` once the monitored value has not been better for `patience` epochs in a row.
class EarlyStopping {
 public:
  explicit EarlyStopping(const EarlyStoppingOptions& options = {}) : options_(options) {
    if (options.patience < 1) fail<ArgumentError>({"training::EarlyStopping", "patience must be at least 1", "0"});
    if (!(options.min_delta >= 0)) {
      fail<ArgumentError>({"training::EarlyStopping", "min_delta must be at least 0", join_text(options.min_delta)});
    }
  }

  Flow on_epoch_end(const TrainingState& state) {
    const double value = state.history->epochs.back().value(options_.monitor);
    if (state.history->improves(options_.monitor, value, best_, options_.min_delta)) {
      best_ = value;
      waited_ = 0;
      return Flow::proceed;
    }
    return ++waited_ >= options_.patience ? Flow::stop : Flow::proceed;
  }

  /// Forgets an earlier run; a resumed one puts its memory back afterwards.
  void on_fit_begin(const TrainingState& state) {
    if (state.history->epochs.empty()) *this = EarlyStopping(options_);
  }

  [[nodiscard]] const EarlyStoppingOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string name() const { return "early_stopping"; }
  [[nodiscard]] std::map<std::string, double> state() const {
    std::map<std::string, double> kept{{"waited", static_cast<double>(waited_)}};
    if (best_ == best_) kept["best"] = best_;
    return kept;
  }
  void restore(const std::map<std::string, double>& kept) {
    const auto best = kept.find("best");
    best_ = best == kept.end() ? std::numeric_limits<double>::quiet_NaN() : best->second;
    const auto waited = kept.find("waited");
    waited_ = waited == kept.end() ? 0 : static_cast<std::size_t>(waited->second);
  }

 private:
  EarlyStoppingOptions options_;
  double best_ = std::numeric_limits<double>::quiet_NaN();
  std::size_t waited_ = 0;
};

}  // namespace MULTILABEL_NAMESPACE::training

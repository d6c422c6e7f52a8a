// SPDX-License-Identifier: Apache-2.0
#pragma once
// Shows how far a run is: one bar for all of it, with the time left, where somebody watches a terminal; a plain line now and
// then where the output goes to a file. One more line an epoch with its numbers in both cases.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

#include "multilabel/core/check.hpp"
#include "multilabel/training/callback.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// How `ProgressBar` draws.
enum class ProgressStyle {
  automatic,  ///< a bar where the stream is std::cout or std::cerr on a terminal, else lines
  bar,        ///< one line, drawn over and over
  lines       ///< a new line every `seconds`
};

struct ProgressBarOptions {
  std::ostream* stream = &std::cerr;  ///< where to; must outlive the run
  ProgressStyle style = ProgressStyle::automatic;
  double seconds = 5;      ///< between two lines; at least 0
  std::size_t width = 24;  ///< cells of the bar
};

/// Draws the run on a stream. The time left comes from the mean time of a training step and of a validation step so far.
class ProgressBar {
 public:
  explicit ProgressBar(const ProgressBarOptions& options = {}) : options_(options) {
    if (options.stream == nullptr) fail<ArgumentError>({"training::ProgressBar", "stream must be a stream", "none"});
    if (!(options.seconds >= 0)) {
      fail<ArgumentError>({"training::ProgressBar", "seconds must be at least 0", join_text(options.seconds)});
    }
    if (options_.style == ProgressStyle::automatic) {
      const bool terminal = (options_.stream == &std::cerr && ::isatty(STDERR_FILENO) == 1) ||
                            (options_.stream == &std::cout && ::isatty(STDOUT_FILENO) == 1);
      options_.style = terminal ? ProgressStyle::bar : ProgressStyle::lines;
    }
  }

  void on_fit_begin(const TrainingState&) {
    training_ = validation_ = {};
    begin_ = before_ = drawn_ = Clock::now();
  }
  void on_epoch_begin(const TrainingState&) { before_ = Clock::now(); }

  void on_step_end(const TrainingState& state) {
    training_.add(lap());
    draw(state);
  }
  void on_validation_step_end(const TrainingState& state) {
    validation_.add(lap());
    draw(state);
  }

  void on_epoch_end(const TrainingState& state) {
    const EpochRow& row = state.history->epochs.back();
    std::ostringstream line;
    line << std::fixed << "epoch " << row.epoch << '/' << state.epochs << ": loss " << std::setprecision(4)
         << row.training_loss;
    for (const auto& [name, value] : row.measured) line << ", " << words(name) << ' ' << value;
    line << std::setprecision(1) << ", " << row.seconds << " s" << (state.is_best ? ", best" : "");
    write(line.str(), '\n');
    drawn_ = Clock::now();
  }

  void on_fit_end(const TrainingState& state) {
    std::ostringstream line;
    const auto& history = *state.history;
    line << (history.stopped == Stopped::interrupted ? "interrupted" : "done") << " after "
         << duration(std::chrono::duration<double>(Clock::now() - begin_).count());
    if (const auto best = history.best()) {
      line << "; best epoch " << best->epoch;
      if (best->measured.contains(history.monitor)) {
        line << std::fixed << std::setprecision(4) << " with " << words(history.monitor) << ' ' << best->value(history.monitor);
      }
    }
    write(line.str(), '\n');
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Pace {
    double seconds = 0;
    std::size_t steps = 0;
    void add(double lap) {
      seconds += lap;
      ++steps;
    }
    [[nodiscard]] double mean(double otherwise) const { return steps > 0 ? seconds / static_cast<double>(steps) : otherwise; }
  };

  double lap() {
    const auto now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - before_).count();
    before_ = now;
    return seconds;
  }

  [[nodiscard]] double seconds_left(const TrainingState& state) const {
    const double step = training_.mean(0);
    const double later = static_cast<double>(state.epochs - std::min(state.epoch, state.epochs));
    const double steps = static_cast<double>(state.steps - state.step) + later * static_cast<double>(state.steps);
    const double validations = static_cast<double>(state.validation_steps - state.validation_step) +
                               later * static_cast<double>(state.validation_steps);
    return steps * step + validations * validation_.mean(step / 3);  // a step without the way back costs about a third
  }

  static std::string words(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
  }

  static std::string duration(double seconds) {
    const auto whole = static_cast<long>(std::lround(seconds));
    std::ostringstream text;
    text << std::setfill('0');
    if (whole >= 3600) text << whole / 3600 << ':' << std::setw(2);
    text << whole / 60 % 60 << ':' << std::setw(2) << whole % 60;
    return text.str();
  }

  void draw(const TrainingState& state) {
    const bool bar = options_.style == ProgressStyle::bar;
    const auto now = Clock::now();
    if (std::chrono::duration<double>(now - drawn_).count() < (bar ? 0.1 : options_.seconds)) return;
    drawn_ = now;
    const double left = seconds_left(state);
    const double spent = std::chrono::duration<double>(now - begin_).count();
    const double share = spent + left > 0 ? spent / (spent + left) : 0;
    std::ostringstream line;
    line << "epoch " << state.epoch << '/' << state.epochs << ' ';
    if (bar) {
      const auto full = static_cast<std::size_t>(share * static_cast<double>(options_.width));
      line << '[' << std::string(full, '=') << std::string(options_.width - std::min(full, options_.width), ' ') << "] ";
    }
    if (state.validation_step > 0) {
      line << "validation " << state.validation_step << '/' << state.validation_steps;
    } else {
      line << "step " << state.step << '/' << state.steps;
    }
    line << std::fixed << std::setprecision(4) << ", loss " << state.training_loss << ", " << duration(left) << " left";
    write(line.str(), bar ? '\r' : '\n');
  }

  // A bar's line is cleared before it is drawn again; its end leaves the cursor at the line's begin.
  void write(const std::string& line, char end) {
    if (options_.style == ProgressStyle::bar) *options_.stream << "\r\033[K";
    *options_.stream << line;
    if (end == '\n') *options_.stream << '\n';
    options_.stream->flush();
  }

  ProgressBarOptions options_;
  Pace training_, validation_;
  Clock::time_point begin_{}, before_{}, drawn_{};
};

}  // namespace MULTILABEL_NAMESPACE::training

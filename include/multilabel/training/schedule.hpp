// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the learning rate moves over a run: a small comparable value that gives a factor for every step. It keeps no state, so a
// resumed run needs nothing but the number of its step.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// The form of a `Schedule` after its warm-up.
enum class ScheduleShape { constant, cosine, linear, step };

[[nodiscard]] inline std::string to_string(ScheduleShape shape) {
  constexpr std::array<std::string_view, 4> names{"constant", "cosine", "linear", "step"};
  return std::string(names[static_cast<std::size_t>(shape)]);
}

/// A factor on the learning rate for each step of a run: first a linear warm-up, then the shape. Make one with `constant`,
/// `cosine`, `linear` or `step`.
struct Schedule {
  ScheduleShape shape = ScheduleShape::constant;
  double warmup = 0.0;      ///< share of the run, in [0, 1), in which the rate climbs from near 0
  double end = 0.0;         ///< factor the cosine and linear shapes end at, in [0, 1]
  double every = 1.0 / 3;   ///< step shape: share of the run between two drops, in (0, 1]
  double multiplier = 0.1;  ///< step shape: what one drop multiplies by, in (0, 1]

  friend bool operator==(const Schedule&, const Schedule&) = default;

  /// The factor, in [0, 1], for step `step` (0 ... total - 1) of a run of `total` steps; steps beyond the end get the last
  /// one's.
  [[nodiscard]] double factor(std::size_t step, std::size_t total) const noexcept {
    const double position = static_cast<double>(std::min(step, total > 0 ? total - 1 : 0));
    const double climb = std::floor(warmup * static_cast<double>(total));
    if (position < climb) return (position + 1.0) / (climb + 1.0);
    const double share = total > 0 ? (position - climb) / (static_cast<double>(total) - climb) : 0.0;
    switch (shape) {
      case ScheduleShape::cosine:
        return end + (1.0 - end) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
      case ScheduleShape::linear:
        return end + (1.0 - end) * (1.0 - share);
      case ScheduleShape::step:
        return std::pow(multiplier, std::floor(share / every + 1e-9));
      case ScheduleShape::constant:
        break;
    }
    return 1.0;
  }
};

/// The fields by name; see `options_like`.
void describe(auto& visit, options_like<Schedule> auto& schedule) {
  visit("shape", schedule.shape)("warmup", schedule.warmup)("end", schedule.end);
  visit("every", schedule.every)("multiplier", schedule.multiplier);
}

struct ConstantOptions {
  double warmup = 0.0;
};
struct CosineOptions {
  double warmup = 0.0;
  double end = 0.0;
};
struct LinearOptions {
  double warmup = 0.0;
  double end = 0.0;
};
struct StepOptions {
  double warmup = 0.0;
  double every = 1.0 / 3;
  double multiplier = 0.1;
};

/// Throws `ArgumentError` where a field of the schedule is out of its range.
inline const Schedule& require_valid(const Schedule& schedule, std::string_view where = "training::Schedule") {
  const auto check = [&](bool good, std::string_view expected, double actual) {
    if (!good) fail<ArgumentError>({where, expected, join_text(actual)});
  };
  check(schedule.warmup >= 0 && schedule.warmup < 1, "warmup must be a share of the run in [0, 1)", schedule.warmup);
  check(schedule.end >= 0 && schedule.end <= 1, "end must be a factor in [0, 1]", schedule.end);
  check(schedule.every > 0 && schedule.every <= 1, "every must be a share of the run in (0, 1]", schedule.every);
  check(schedule.multiplier > 0 && schedule.multiplier <= 1, "multiplier must be a factor in (0, 1]", schedule.multiplier);
  return schedule;
}

/// A schedule of any kind: `factor(step, total)` of a step counted from 0, at least 0, and its text, by which a resumed run can
/// tell another one.
struct AnySchedule {
  std::function<double(std::size_t step, std::size_t total)> factor;
  OptionTexts description;

  // NOLINTNEXTLINE(google-explicit-constructor): so that `.schedule = cosine()` says it.
  AnySchedule(const Schedule& schedule)
      : factor([schedule](std::size_t step, std::size_t total) { return schedule.factor(step, total); }),
        description(option_texts(require_valid(schedule, "training::Trainer"), "schedule.")) {}
  AnySchedule(std::function<double(std::size_t, std::size_t)> factors, std::string name)
      : factor(std::move(factors)), description{{"schedule", std::move(name)}} {}
};

/// The same rate all along, after the warm-up.
[[nodiscard]] inline Schedule constant(const ConstantOptions& options = {}) {
  return require_valid({.shape = ScheduleShape::constant, .warmup = options.warmup}, "training::constant");
}

/// Half a cosine from 1 to `end` (Loshchilov and Hutter, ICLR 2017, without restarts), after the warm-up.
[[nodiscard]] inline Schedule cosine(const CosineOptions& options = {}) {
  return require_valid({.shape = ScheduleShape::cosine, .warmup = options.warmup, .end = options.end}, "training::cosine");
}

/// A straight line from 1 to `end`, after the warm-up.
[[nodiscard]] inline Schedule linear(const LinearOptions& options = {}) {
  return require_valid({.shape = ScheduleShape::linear, .warmup = options.warmup, .end = options.end}, "training::linear");
}

/// Drops by `multiplier` after each share `every` of the run that follows the warm-up.
[[nodiscard]] inline Schedule step(const StepOptions& options = {}) {
  return require_valid(
      {.shape = ScheduleShape::step, .warmup = options.warmup, .every = options.every, .multiplier = options.multiplier},
      "training::step");
}

}  // namespace MULTILABEL_NAMESPACE::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the learning rate moves over a run: a small comparable value that gives a factor for every step. It keeps no state, so a
// resumed run needs nothing but the number of its step.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// The form of a `Schedule` after its warm-up.
enum class ScheduleShape { constant, cosine, linear, step, exponential, polynomial, one_cycle };

[[nodiscard]] inline std::string to_string(ScheduleShape shape) {
  constexpr std::array<std::string_view, 7> names{"constant",    "cosine",     "linear",   "step",
                                                  "exponential", "polynomial", "one_cycle"};
  return std::string(names[static_cast<std::size_t>(shape)]);
}

/// A factor on the learning rate for each step of a run: first a linear warm-up, then the shape. Make one with `constant`,
/// `cosine`, `linear`, `step`, `exponential`, `polynomial` or `one_cycle`; over the steps of a run each is torch's scheduler of
/// that name.
struct Schedule {
  ScheduleShape shape = ScheduleShape::constant;
  double warmup = 0.0;      ///< share of the run, in [0, 1), in which the rate climbs, from near 0 (one_cycle: from `start`)
  double end = 0.0;         ///< factor that shapes other than constant and step end at, in [0, 1]
  double every = 1.0 / 3;   ///< step shape: share of the run between two drops, in (0, 1]
  double multiplier = 0.1;  ///< step shape: what one drop multiplies by, in (0, 1]
  double cycles = 1;        ///< cosine shape: how often it starts again at 1, at least 1
  double power = 1;         ///< polynomial shape, above 0
  double start = 0.04;      ///< one_cycle shape: the first factor, in (0, 1]

  friend bool operator==(const Schedule&, const Schedule&) = default;

  /// The factor, in [0, 1], for step `step` (0 ... total - 1) of a run of `total` steps; steps beyond the end get the last
  /// one's.
  [[nodiscard]] double factor(std::size_t step, std::size_t total) const noexcept {
    const double position = static_cast<double>(std::min(step, total > 0 ? total - 1 : 0));
    if (shape == ScheduleShape::one_cycle) return in_one_cycle(position, static_cast<double>(total));
    const double climb = std::floor(warmup * static_cast<double>(total));
    if (position < climb) return (position + 1.0) / (climb + 1.0);
    const double share = total > 0 ? (position - climb) / (static_cast<double>(total) - climb) : 0.0;
    switch (shape) {
      case ScheduleShape::cosine: {
        const double place = share * cycles;
        return between(1.0, end, place - std::floor(place + 1e-9));
      }
      case ScheduleShape::linear:
        return end + (1.0 - end) * (1.0 - share);
      case ScheduleShape::step:
        return std::pow(multiplier, std::floor(share / every + 1e-9));
      case ScheduleShape::exponential:
        return std::pow(end, share);
      case ScheduleShape::polynomial:
        return end + (1.0 - end) * std::pow(1.0 - share, power);
      case ScheduleShape::constant:
      case ScheduleShape::one_cycle:
        break;
    }
    return 1.0;
  }

 private:
  // From one factor to another along half a cosine, by the share of the way.
  [[nodiscard]] static double between(double from, double to, double share) noexcept {
    return to + (from - to) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  }

  [[nodiscard]] double in_one_cycle(double position, double total) const noexcept {
    const double top = warmup * total - 1;
    if (position <= top) return between(start, 1.0, position / top);
    const double way = total - 1 - top;
    return way > 0 ? between(1.0, end, (position - top) / way) : end;
  }
};

/// The fields by name; see `options_like`.
void describe(auto& visit, options_like<Schedule> auto& schedule) {
  visit("shape", schedule.shape)("warmup", schedule.warmup)("end", schedule.end);
  visit("every", schedule.every)("multiplier", schedule.multiplier);
  visit("cycles", schedule.cycles)("power", schedule.power)("start", schedule.start);
}

struct ConstantOptions {
  double warmup = 0.0;
};
struct CosineOptions {
  double warmup = 0.0;
  double end = 0.0;
  double cycles = 1;
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

struct ExponentialOptions {
  double warmup = 0.0;
  double end = 0.01;
};
struct PolynomialOptions {
  double warmup = 0.0;
  double power = 1;
  double end = 0.0;
};
struct OneCycleOptions {
  double rise = 0.3;    ///< share of the run until the top, in (0, 1)
  double start = 0.04;  ///< the first factor: torch's 1 / div_factor
  double end = 4e-6;    ///< the last one: torch's start / final_div_factor
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
  check(schedule.cycles >= 1, "cycles must be at least 1", schedule.cycles);
  check(schedule.power > 0, "power must be above 0", schedule.power);
  check(schedule.start > 0 && schedule.start <= 1, "start must be a factor in (0, 1]", schedule.start);
  return schedule;
}

/// A schedule of any kind: `factor(step, total)` of a step counted from 0, at least 0, and its text, by which a resumed run can
/// tell another one.
struct AnySchedule {
  std::function<double(std::size_t step, std::size_t total)> factor;
  OptionTexts description;
  /// A further factor for an epoch, from the values of the monitor in the epochs before it, each "higher is better"; none: 1.
  std::function<double(std::span<const double>)> by_values{};

  // NOLINTNEXTLINE(google-explicit-constructor): so that `.schedule = cosine()` says it.
  AnySchedule(const Schedule& schedule)
      : factor([schedule](std::size_t step, std::size_t total) { return schedule.factor(step, total); }),
        description(option_texts(require_valid(schedule, "training::Trainer"), "schedule.")) {}
  AnySchedule(std::function<double(std::size_t, std::size_t)> factors, std::string name)
      : factor(std::move(factors)), description{{"schedule", std::move(name)}} {}
};

/// When a rate falls because nothing gets better: torch's ReduceLROnPlateau.
struct PlateauOptions {
  double multiplier = 0.1;    ///< what one drop multiplies by, in (0, 1)
  std::size_t patience = 10;  ///< epochs without a better value that are borne
  double threshold = 1e-4;    ///< a value must be better by this share of the best one to count; at least 0
  std::size_t cooldown = 0;   ///< epochs after a drop in which nothing is counted
  double end = 0.0;           ///< the factor does not fall below it
};

/// `schedule`, times `multiplier` for every `patience` epochs in which the trainer's monitor did not get better.
[[nodiscard]] inline AnySchedule plateau(const PlateauOptions& options = {}, const Schedule& schedule = {}) {
  const auto check = [](bool good, std::string_view expected, double actual) {
    if (!good) fail<ArgumentError>({"training::plateau", expected, join_text(actual)});
  };
  check(options.multiplier > 0 && options.multiplier < 1, "multiplier must be a factor in (0, 1)", options.multiplier);
  check(options.threshold >= 0, "threshold must be at least 0", options.threshold);
  check(options.end >= 0 && options.end <= 1, "end must be a factor in [0, 1]", options.end);
  AnySchedule made(schedule);
  made.description["schedule.plateau"] =
      join_text(options.multiplier, ", ", options.patience, ", ", options.threshold, ", ", options.cooldown, ", ", options.end);
  made.by_values = [options](std::span<const double> values) {
    double factor = 1, best = -std::numeric_limits<double>::infinity();
    std::size_t waited = 0, resting = 0;
    for (const double value : values) {
      if (value > best + options.threshold * std::abs(std::isinf(best) ? 0 : best)) {
        best = value;
        waited = 0;
      } else {
        ++waited;
      }
      if (resting > 0) {
        --resting;
        waited = 0;
      }
      if (waited <= options.patience) continue;
      factor = std::max(options.end, factor * options.multiplier);
      resting = options.cooldown;
      waited = 0;
    }
    return factor;
  };
  return made;
}

/// The same rate all along, after the warm-up.
[[nodiscard]] inline Schedule constant(const ConstantOptions& options = {}) {
  return require_valid({.shape = ScheduleShape::constant, .warmup = options.warmup}, "training::constant");
}

/// Half a cosine from 1 to `end` (Loshchilov and Hutter, ICLR 2017), after the warm-up; `cycles` of them one after another.
[[nodiscard]] inline Schedule cosine(const CosineOptions& options = {}) {
  return require_valid({.shape = ScheduleShape::cosine, .warmup = options.warmup, .end = options.end, .cycles = options.cycles},
                       "training::cosine");
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

/// Falls by the same share at every step, from 1 to `end`, after the warm-up.
[[nodiscard]] inline Schedule exponential(const ExponentialOptions& options = {}) {
  if (!(options.end > 0))
    fail<ArgumentError>({"training::exponential", "end must be a factor in (0, 1]", join_text(options.end)});
  return require_valid({.shape = ScheduleShape::exponential, .warmup = options.warmup, .end = options.end},
                       "training::exponential");
}

/// end + (1 - end) (1 - share)^power, after the warm-up.
[[nodiscard]] inline Schedule polynomial(const PolynomialOptions& options = {}) {
  return require_valid(
      {.shape = ScheduleShape::polynomial, .warmup = options.warmup, .end = options.end, .power = options.power},
      "training::polynomial");
}

/// Up from `start` to 1 in the share `rise` of the run and down to `end`, both along half a cosine (Smith and Topin, 2018).
[[nodiscard]] inline Schedule one_cycle(const OneCycleOptions& options = {}) {
  if (!(options.rise > 0))
    fail<ArgumentError>({"training::one_cycle", "rise must be a share in (0, 1)", join_text(options.rise)});
  return require_valid({.shape = ScheduleShape::one_cycle, .warmup = options.rise, .end = options.end, .start = options.start},
                       "training::one_cycle");
}

}  // namespace MULTILABEL_NAMESPACE::training

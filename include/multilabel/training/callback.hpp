// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a callback is: any object with one or more of six members, each called at its moment of the run with a `TrainingState`.
// A member that has an event's name but cannot be called so does not compile, and the error says how it must look.

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "multilabel/core/check.hpp"
#include "multilabel/training/history.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// What an event answers. One `stop` is enough to end the run after the current step; an event that returns nothing proceeds.
enum class Flow { proceed, stop };

/// Where the run stands. A small value: copying it and keeping the copy is fine, only the two `save` members end with the run.
struct TrainingState {
  std::size_t epoch = 0;                                            ///< the epoch at work, counted from 1
  std::size_t epochs = 0;                                           ///< how many the run is to have
  std::size_t step = 0;                                             ///< steps of the optimiser done in this epoch
  std::size_t steps = 0;                                            ///< steps of one epoch
  std::size_t validation_step = 0;                                  ///< validation batches done in this epoch
  std::size_t validation_steps = 0;                                 ///< validation batches of one epoch
  double loss = std::numeric_limits<double>::quiet_NaN();           ///< of the last step
  double training_loss = std::numeric_limits<double>::quiet_NaN();  ///< mean of this epoch so far
  double learning_rate = 0;                                         ///< of the last step
  bool is_best = false;                    ///< in on_epoch_end: the epoch just measured is the best so far
  std::shared_ptr<const History> history;  ///< all rows so far; in on_epoch_end with this epoch's, in on_fit_end complete

  /// Writes everything needed to go on from here as if the run had not stopped, whole or not at all.
  void save_checkpoint(const std::filesystem::path& path) const { call(checkpoint_writer, path); }
  /// Writes the weights alone, by their names in the model: in on_epoch_end those that were just measured.
  void save_weights(const std::filesystem::path& path) const { call(weights_writer, path); }

  using Writer = std::function<void(const std::filesystem::path&)>;
  std::weak_ptr<const Writer> checkpoint_writer;  ///< the trainer's
  std::weak_ptr<const Writer> weights_writer;     ///< the trainer's

 private:
  static void call(const std::weak_ptr<const Writer>& writer, const std::filesystem::path& path) {
    const auto alive = writer.lock();
    if (!alive)
      fail<ArgumentError>(
          {"training::TrainingState", "saving must happen within an event", "a state kept from a run that ended"});
    (*alive)(path);
  }
};

namespace detail {

template <class R>
concept flow_or_nothing = std::same_as<R, Flow> || std::same_as<R, void>;

// One tag an event: how to call it, and whether a class has any member of that name at all (public, private, overloaded or a
// template): a class derived from it and from one that surely has the name can only name it when the class itself does not.
struct FitBegin {
  template <class C>
  static auto call(C& c, const TrainingState& s) -> decltype(c.on_fit_begin(s)) {
    return c.on_fit_begin(s);
  }
  struct Surely {
    int on_fit_begin;
  };
  template <class D>
  static constexpr bool free = requires { &D::on_fit_begin; };
};
struct EpochBegin {
  template <class C>
  static auto call(C& c, const TrainingState& s) -> decltype(c.on_epoch_begin(s)) {
    return c.on_epoch_begin(s);
  }
  struct Surely {
    int on_epoch_begin;
  };
  template <class D>
  static constexpr bool free = requires { &D::on_epoch_begin; };
};
struct StepEnd {
  template <class C>
  static auto call(C& c, const TrainingState& s) -> decltype(c.on_step_end(s)) {
    return c.on_step_end(s);
  }
  struct Surely {
    int on_step_end;
  };
  template <class D>
  static constexpr bool free = requires { &D::on_step_end; };
};
struct ValidationStepEnd {
  template <class C>
  static auto call(C& c, const TrainingState& s) -> decltype(c.on_validation_step_end(s)) {
    return c.on_validation_step_end(s);
  }
  struct Surely {
    int on_validation_step_end;
  };
  template <class D>
  static constexpr bool free = requires { &D::on_validation_step_end; };
};
struct EpochEnd {
  template <class C>
  static auto call(C& c, const TrainingState& s) -> decltype(c.on_epoch_end(s)) {
    return c.on_epoch_end(s);
  }
  struct Surely {
    int on_epoch_end;
  };
  template <class D>
  static constexpr bool free = requires { &D::on_epoch_end; };
};
struct FitEnd {
  template <class C>
  static auto call(C& c, const TrainingState& s) -> decltype(c.on_fit_end(s)) {
    return c.on_fit_end(s);
  }
  struct Surely {
    int on_fit_end;
  };
  template <class D>
  static constexpr bool free = requires { &D::on_fit_end; };
};

template <class C, class Surely>
struct Both : C, Surely {};

template <class Event, class C>
concept handles = requires(C& c, const TrainingState& s) {
  { Event::call(c, s) } -> flow_or_nothing;
};

template <class Event, class C>
constexpr bool has_member() {
  if constexpr (std::is_class_v<C> && !std::is_final_v<C>) return !Event::template free<Both<C, typename Event::Surely>>;
  return Event::template free<C>;
}

template <class Event, class C>
inline constexpr bool malformed = has_member<Event, C>() && !handles<Event, C>;

}  // namespace detail

template <class C>
concept handles_fit_begin = detail::handles<detail::FitBegin, C>;
template <class C>
concept handles_epoch_begin = detail::handles<detail::EpochBegin, C>;
/// After each step of the optimiser.
template <class C>
concept handles_step_end = detail::handles<detail::StepEnd, C>;
/// After each validation batch.
template <class C>
concept handles_validation_step_end = detail::handles<detail::ValidationStepEnd, C>;
/// After an epoch's validation; `state.history` holds its row.
template <class C>
concept handles_epoch_end = detail::handles<detail::EpochEnd, C>;
/// Once, however the run ended, unless an exception ended it.
template <class C>
concept handles_fit_end = detail::handles<detail::FitEnd, C>;

/// A class that handles at least one event, and has no member with an event's name that cannot be called as
/// `Flow name(const TrainingState&)` or `void name(const TrainingState&)`.
template <class C>
concept callback = (handles_fit_begin<C> || handles_epoch_begin<C> || handles_step_end<C> || handles_validation_step_end<C> ||
                    handles_epoch_end<C> || handles_fit_end<C>) &&
                   !detail::malformed<detail::FitBegin, C> && !detail::malformed<detail::EpochBegin, C> &&
                   !detail::malformed<detail::StepEnd, C> && !detail::malformed<detail::ValidationStepEnd, C> &&
                   !detail::malformed<detail::EpochEnd, C> && !detail::malformed<detail::FitEnd, C>;

/// A callback with something to remember over a resume: `name()` finds it in the checkpoint.
template <class C>
concept stateful_callback = requires(C& c, const C& constant, const std::map<std::string, double>& state) {
  { constant.name() } -> std::convertible_to<std::string>;
  { constant.state() } -> std::convertible_to<std::map<std::string, double>>;
  c.restore(state);
};

namespace detail {

// The errors a wrong callback shows, one sentence each.
template <class C>
constexpr bool require_callback() {
  static_assert(!malformed<FitBegin, C>,
                "on_fit_begin must be callable as `Flow on_fit_begin(const training::TrainingState&)`, or return void");
  static_assert(!malformed<EpochBegin, C>,
                "on_epoch_begin must be callable as `Flow on_epoch_begin(const training::TrainingState&)`, or return void");
  static_assert(!malformed<StepEnd, C>,
                "on_step_end must be callable as `Flow on_step_end(const training::TrainingState&)`, or return void");
  static_assert(!malformed<ValidationStepEnd, C>,
                "on_validation_step_end must be callable as `Flow on_validation_step_end(const training::TrainingState&)`, or "
                "return void");
  static_assert(!malformed<EpochEnd, C>,
                "on_epoch_end must be callable as `Flow on_epoch_end(const training::TrainingState&)`, or return void");
  static_assert(!malformed<FitEnd, C>,
                "on_fit_end must be callable as `Flow on_fit_end(const training::TrainingState&)`, or return void");
  static_assert(callback<C>,
                "a callback must have at least one of on_fit_begin, on_epoch_begin, on_step_end, on_validation_step_end, "
                "on_epoch_end, on_fit_end");
  return true;
}

// Calls the event where the callback has it.
template <class Event, class C>
Flow notify(C& c, const TrainingState& state) {
  if constexpr (handles<Event, C>) {
    if constexpr (std::same_as<decltype(Event::call(c, state)), Flow>)
      return Event::call(c, state);
    else
      Event::call(c, state);
  }
  return Flow::proceed;
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::training

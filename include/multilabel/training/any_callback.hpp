// SPDX-License-Identifier: Apache-2.0
#pragma once
// Callbacks of different types in one list: the trainer keeps its own so, and the Python module makes them from objects that
// have only some of the events.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/training/callback.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// A callback whose type is known only when the program runs: one function an event, empty where there is none.
struct AnyCallback {
  using Event = std::function<Flow(const TrainingState&)>;
  using Memory = std::map<std::string, double>;

  Event fit_begin, epoch_begin, step_end, validation_step_end, epoch_end, fit_end;
  std::string name;                            ///< of its memory in a checkpoint; empty: it has none
  std::function<Memory()> state;               ///< given with `name`
  std::function<void(const Memory&)> restore;  ///< given with `name`

  [[nodiscard]] bool is_stateful() const noexcept { return !name.empty(); }
};

/// The callback that `object` points to, as an `AnyCallback` that shares it.
template <class C>
[[nodiscard]] AnyCallback any_callback(std::shared_ptr<C> object) {
  static_assert(detail::require_callback<C>());
  AnyCallback any;
  const auto link = [&]<class Event>(AnyCallback::Event& slot, Event) {
    if constexpr (detail::handles<Event, C>) {
      slot = [object](const TrainingState& state) { return detail::notify<Event>(*object, state); };
    }
  };
  link(any.fit_begin, detail::FitBegin{});
  link(any.epoch_begin, detail::EpochBegin{});
  link(any.step_end, detail::StepEnd{});
  link(any.validation_step_end, detail::ValidationStepEnd{});
  link(any.epoch_end, detail::EpochEnd{});
  link(any.fit_end, detail::FitEnd{});
  if constexpr (stateful_callback<C>) {
    any.name = object->name();
    any.state = [object] { return AnyCallback::Memory(object->state()); };
    any.restore = [object](const AnyCallback::Memory& memory) { object->restore(memory); };
  }
  return any;
}

/// Callbacks in the order of their calls.
class CallbackList {
 public:
  CallbackList() = default;
  explicit CallbackList(std::vector<AnyCallback> callbacks) : callbacks_(std::move(callbacks)) {}

  /// Calls the event `slot` of all: `Flow::stop` when one of them says so. Those with a memory come first, so that a checkpoint
  /// written by another holds what they learnt at the same moment.
  Flow notify(AnyCallback::Event AnyCallback::* slot, const TrainingState& state) const {
    Flow flow = Flow::proceed;
    for (const bool stateful : {true, false}) {
      for (const auto& callback : callbacks_) {
        if (callback.is_stateful() != stateful || !(callback.*slot)) continue;
        if ((callback.*slot)(state) == Flow::stop) flow = Flow::stop;
      }
    }
    return flow;
  }

  /// The memories by name; a second callback of the same name is "name 2", and so on.
  [[nodiscard]] std::map<std::string, AnyCallback::Memory> state() const {
    std::map<std::string, AnyCallback::Memory> memories;
    each([&](const AnyCallback& callback, const std::string& name) { memories[name] = callback.state(); });
    return memories;
  }

  /// Hands the memories back; those of callbacks that are not here now are left out, new ones begin empty.
  void restore(const std::map<std::string, AnyCallback::Memory>& memories) const {
    each([&](const AnyCallback& callback, const std::string& name) {
      const auto memory = memories.find(name);
      callback.restore(memory == memories.end() ? AnyCallback::Memory{} : memory->second);
    });
  }

 private:
  template <class Visit>
  void each(Visit&& visit) const {
    std::map<std::string, int> seen;
    for (const auto& callback : callbacks_) {
      if (!callback.is_stateful()) continue;
      const int number = ++seen[callback.name];
      visit(callback, number == 1 ? callback.name : join_text(callback.name, " ", number));
    }
  }

  std::vector<AnyCallback> callbacks_;
};

}  // namespace MULTILABEL_NAMESPACE::training

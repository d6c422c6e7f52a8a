// SPDX-License-Identifier: Apache-2.0
#pragma once
// The random numbers that torch draws within a run (dropout and the like): a function of the run's seed and the place in it, so
// that a resumed run draws the same, and nothing of the program's own generator is used up.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/random.hpp"

#if defined(_WIN32)
#define MULTILABEL_SHARED
#else
#define MULTILABEL_SHARED __attribute__((visibility("default")))  // one for all modules of a program
#endif

namespace MULTILABEL_NAMESPACE::training {

/// Where the layers of a model get their random numbers from while it learns or answers.
enum class Randomness {
  own,    ///< a generator of the run: runs in several threads, and the rest of the program, do not notice each other
  shared  ///< torch's default generator, which is lent to one step of one run at a time, set to the run's place and put back
          ///< afterwards. For models that set its state themselves, as activation checkpointing does
};

[[nodiscard]] inline std::string to_string(Randomness randomness) { return randomness == Randomness::own ? "own" : "shared"; }

namespace detail {

/// What the numbers are for; each has a sequence of its own.
enum class DrawsFor : std::uint32_t { step = 0x74726E73, answers = 0x616E7377, order = 0x6F726472 };

[[nodiscard]] inline std::uint64_t seed_of(std::uint64_t seed, std::size_t epoch, std::size_t batch, DrawsFor purpose) {
  Random random(
      {seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(batch), static_cast<std::uint32_t>(purpose)});
  const std::uint64_t high = random.bits();
  return (high << 32) | random.bits();
}

/// The run's generator in place of the default one, in this thread: while an `OwnDraws` lives, torch's operations that are
/// given no generator take this one. They pass a dispatch key that is free for such modes; those that draw nothing fall through
/// it.
class MULTILABEL_SHARED OwnDraws {
 public:
  explicit OwnDraws(std::uint64_t seed)
      : seed_(seed), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)), outer_(now()), key_(intercept()) {
    now() = this;
  }
  ~OwnDraws() { now() = outer_; }
  OwnDraws(const OwnDraws&) = delete;
  OwnDraws& operator=(const OwnDraws&) = delete;

  /// From here on nothing may be drawn: a backward pass that runs a forward pass again sets the default generator for that,
  /// which is not the one in use.
  void begin_backward() noexcept { backward_ = true; }

 private:
  static constexpr c10::DispatchKey key = c10::DispatchKey::TESTING_ONLY_GenericMode;

  static OwnDraws*& now() {
    static thread_local OwnDraws* current = nullptr;
    return current;
  }

  static void draw(const c10::OperatorHandle& op, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
    const auto& arguments = op.schema().arguments();
    const std::size_t begin = stack->size() - arguments.size();
    at::Device device = at::kCPU;  // where it is drawn
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto& value = (*stack)[begin + i];
      if (value.isTensor() && value.toTensor().defined() && !value.toTensor().is_cpu()) device = value.toTensor().device();
      if (value.isDevice()) device = value.toDevice();
    }
    for (std::size_t i = 0; now() != nullptr && i < arguments.size(); ++i) {
      auto& value = (*stack)[begin + i];
      if (arguments[i].name() != "generator" || !value.isNone()) continue;
      if (now()->backward_) {
        fail<ArgumentError>({"training::Trainer::fit", "random numbers must be drawn in the forward pass alone",
                             join_text(op.schema().name(), " in the backward pass"),
                             "Choose randomness shared for activation checkpointing."});
      }
      value = now()->on(device);
    }
    op.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, key), stack);
  }

  // The generator for operations on `device`; that of an accelerator begins with the same seed.
  at::Generator& on(at::Device device) {
    if (device.is_cpu()) return generator_;
    if (!on_device_) {
      on_device_.emplace(at::globalContext()
                             .getAcceleratorHooksInterface(device.type())
                             .getNewGenerator(std::max(device.index(), c10::DeviceIndex{0})));
      const std::lock_guard lock(on_device_->mutex());
      on_device_->set_current_seed(seed_);
    }
    return *on_device_;
  }

  // Once in a program, for all operations with a generator that are known then.
  static c10::DispatchKey intercept() {
    static const auto* registrations = [] {
      auto* all = new std::vector<c10::RegistrationHandleRAII>;
      auto& dispatcher = c10::Dispatcher::singleton();
      all->push_back(dispatcher.registerFallback(key, c10::KernelFunction::makeFallthrough(), "multilabel"));
      for (const auto& name : dispatcher.getAllOpNames()) {
        const auto op = dispatcher.findSchema(name);
        if (!op) continue;
        for (const auto& argument : op->schema().arguments()) {
          if (argument.name() != "generator") continue;
          all->push_back(dispatcher.registerImpl(name, key, c10::KernelFunction::makeFromBoxedFunction<&OwnDraws::draw>(),
                                                 std::nullopt, nullptr, "multilabel"));
        }
      }
      return all;
    }();
    (void)registrations;
    return key;
  }

  std::uint64_t seed_;
  at::Generator generator_;
  std::optional<at::Generator> on_device_;
  OwnDraws* outer_;
  bool backward_ = false;
  c10::impl::IncludeDispatchKeyGuard key_;
};

/// The default generator, lent. Leases of runs in several threads follow one another.
class MULTILABEL_SHARED SharedDraws {
 public:
  SharedDraws(std::uint64_t seed, at::Device device) : turn_(turns()) {
    lend(at::kCPU, seed);
    if (!device.is_cpu()) lend(device, seed);
  }
  ~SharedDraws() {
    for (auto lent = lent_.rbegin(); lent != lent_.rend(); ++lent) {
      const std::lock_guard lock(lent->first.mutex());
      lent->first.set_state(lent->second);
    }
  }
  SharedDraws(const SharedDraws&) = delete;
  SharedDraws& operator=(const SharedDraws&) = delete;

 private:
  // A model whose forward trains another one holds the lease already.
  static std::recursive_mutex& turns() {
    static std::recursive_mutex mutex;
    return mutex;
  }

  void lend(at::Device device, std::uint64_t seed) {
    at::Generator generator = at::globalContext().defaultGenerator(device);
    const std::lock_guard lock(generator.mutex());
    lent_.emplace_back(generator, generator.get_state());
    generator.set_current_seed(seed);
  }

  std::unique_lock<std::recursive_mutex> turn_;
  std::vector<std::pair<at::Generator, at::Tensor>> lent_;  // with the states to put back
};

/// While it lives, what torch draws in this thread, on the CPU and on `device`, is a function of the arguments.
class Draws {
 public:
  Draws(Randomness randomness, std::uint64_t seed, std::size_t epoch, std::size_t batch, DrawsFor purpose,
        at::Device device = at::kCPU) {
    const std::uint64_t own = seed_of(seed, epoch, batch, purpose);
    if (randomness == Randomness::own) {
      own_.emplace(own);
    } else {
      shared_.emplace(own, device);
    }
  }

  /// To be called between a forward pass and its backward pass.
  void begin_backward() noexcept {
    if (own_) own_->begin_backward();
  }

 private:
  std::optional<OwnDraws> own_;
  std::optional<SharedDraws> shared_;
};

/// While it lives, torch's number of threads is the run's.
class ThreadSetting {
 public:
  explicit ThreadSetting(std::size_t threads) : before_(at::get_num_threads()) {
    if (threads > 0) at::set_num_threads(static_cast<int>(threads));
  }
  ~ThreadSetting() {
    if (at::get_num_threads() != before_) at::set_num_threads(before_);
  }
  ThreadSetting(const ThreadSetting&) = delete;
  ThreadSetting& operator=(const ThreadSetting&) = delete;

 private:
  int before_;
};

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a run is asked to stop from outside: a token that any thread or signal handler may set, and a guard that makes Ctrl-C set
// one while it lives. The trainer looks at the token between two steps and stops cleanly there.

#include <atomic>
#include <csignal>
#include <memory>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// Copies share one flag. Setting it is lock-free, so it may be done in a signal handler.
class StopToken {
 public:
  StopToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}

  void request_stop() const noexcept { flag_->store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool stop_requested() const noexcept { return flag_->load(std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free);
  std::shared_ptr<std::atomic<bool>> flag_;
};

/// What Ctrl-C (SIGINT) does while `fit` runs.
enum class Interrupts {
  stop_cleanly,  ///< the first one ends the run after its step, a second one ends the program; only where the program has no
                 ///< handler of its own
  leave_alone    ///< whatever the program does with signals already
};

/// While it lives, the first SIGINT sets a flag and puts the former action back, so that a second one ends the program.
/// Installs nothing where the program handles or ignores SIGINT already. One at a time; a second one within the first does
/// nothing.
class InterruptGuard {
 public:
  explicit InterruptGuard(Interrupts interrupts = Interrupts::stop_cleanly) {
    if (interrupts == Interrupts::leave_alone) return;
    struct sigaction former{};
    if (sigaction(SIGINT, nullptr, &former) != 0 || (former.sa_flags & SA_SIGINFO) != 0 || former.sa_handler != SIG_DFL) return;
    caught().store(false);
    struct sigaction ours{};
    ours.sa_handler = [](int) { caught().store(true, std::memory_order_relaxed); };
    ours.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&ours.sa_mask);
    installed_ = sigaction(SIGINT, &ours, nullptr) == 0;
  }
  ~InterruptGuard() {
    if (installed_) std::signal(SIGINT, SIG_DFL);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// True once a SIGINT has come in since this guard was made.
  [[nodiscard]] bool interrupted() const noexcept { return installed_ && caught().load(std::memory_order_relaxed); }

 private:
  static std::atomic<bool>& caught() noexcept {
    static constinit std::atomic<bool> flag{false};
    return flag;
  }
  bool installed_ = false;
};

}  // namespace MULTILABEL_NAMESPACE::training

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/stop.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace training = multilabel::training;

TEST_CASE("StopToken: copies share the request") {
  const training::StopToken token;
  const auto copy = token;
  CHECK_FALSE(copy.stop_requested());
  token.request_stop();
  CHECK(copy.stop_requested());
}

TEST_CASE("InterruptGuard: catches one SIGINT while it lives and puts the default back") {
  std::signal(SIGINT, SIG_DFL);  // in place of the test framework's own handler
  {
    const training::InterruptGuard guard;
    CHECK_FALSE(guard.interrupted());
    std::raise(SIGINT);
    CHECK(guard.interrupted());
  }
  struct sigaction now{};
  sigaction(SIGINT, nullptr, &now);
  CHECK(now.sa_handler == SIG_DFL);
}

TEST_CASE("InterruptGuard: leaves the program's own handler alone") {
  static volatile std::sig_atomic_t seen;
  seen = 0;
  std::signal(SIGINT, [](int) { seen = 1; });
  {
    const training::InterruptGuard guard;
    std::raise(SIGINT);
    CHECK_FALSE(guard.interrupted());
  }
  CHECK(seen == 1);
  std::signal(SIGINT, SIG_DFL);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a run changes in torch itself, and puts back: the number of its threads and the state of its random numbers.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "multilabel/core/random.hpp"

namespace multilabel::training::detail {

// While it lives: torch's number of threads is the run's; afterwards it and torch's own random numbers are as they were before.
class TorchSettings {
 public:
  explicit TorchSettings(std::size_t threads) : threads_(at::get_num_threads()) {
    if (threads > 0) at::set_num_threads(static_cast<int>(threads));
    at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
    const std::lock_guard lock(generator.mutex());
    random_ = generator.get_state();
  }
  ~TorchSettings() {
    if (at::get_num_threads() != threads_) at::set_num_threads(threads_);
    at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
    const std::lock_guard lock(generator.mutex());
    generator.set_state(random_);
  }
  TorchSettings(const TorchSettings&) = delete;
  TorchSettings& operator=(const TorchSettings&) = delete;

 private:
  int threads_;
  at::Tensor random_;
};

// What torch draws in a batch (dropout) depends on its place in the run alone, so a resumed run draws the same.
inline void seed_batch(std::uint64_t seed, std::size_t epoch, std::size_t batch) {
  constexpr std::uint32_t stream = 0x74726E73;
  Random random({seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(batch), stream});
  const std::uint64_t high = random.bits();
  at::manual_seed((high << 32) | random.bits());
}

}  // namespace multilabel::training::detail

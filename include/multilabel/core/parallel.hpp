// SPDX-License-Identifier: Apache-2.0
#pragma once
// Splits a range over threads. The pieces depend on the range and the number of threads alone, and an exception thrown in one
// reaches the caller. For work of over about a millisecond; below that a thread costs more than it brings.

#include <algorithm>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace multilabel {

/// The number of threads to use: `requested`, or for 0 the machine's.
[[nodiscard]] inline std::size_t thread_count(std::size_t requested) noexcept {
  if (requested > 0) return requested;
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// Calls `work(begin, end)` for consecutive pieces of 0 ... size, each at least `grain` long, on up to `threads` threads (0:
/// all). `work` must not depend on the cut. Rethrows the exception of the first piece that failed.
template <class Work>
void parallel_for(std::size_t size, std::size_t threads, std::size_t grain, Work&& work) {
  const std::size_t most = std::max<std::size_t>(1, size / std::max<std::size_t>(1, grain));
  const std::size_t pieces = std::min(thread_count(threads), most);
  if (pieces <= 1) {
    if (size > 0) work(std::size_t{0}, size);
    return;
  }
  std::vector<std::exception_ptr> failures(pieces);
  const auto run = [&](std::size_t piece) {
    try {
      work(size * piece / pieces, size * (piece + 1) / pieces);
    } catch (...) {
      failures[piece] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t piece = 1; piece < pieces; ++piece) helpers.emplace_back(run, piece);
    run(0);
  }
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace multilabel

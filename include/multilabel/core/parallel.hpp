// SPDX-License-Identifier: Apache-2.0
#pragma once
// Splits a range over threads. The pieces depend on the range and the number of threads alone, and an exception thrown in one
// reaches the caller. For work of over about a millisecond; below that a thread costs more than it brings.

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE {

namespace detail {

/// What a variable of the environment says, or 0 where it is not a positive number.
[[nodiscard]] inline std::size_t number_in_environment(const char* name) noexcept {
  const char* text = std::getenv(name);
  std::size_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

/// How many threads are used where the caller asks for no number: that of MULTILABEL_NUM_THREADS, else of OMP_NUM_THREADS, else
/// the machine's.
[[nodiscard]] inline std::size_t threads_at_start() noexcept {
  for (const char* name : {"MULTILABEL_NUM_THREADS", "OMP_NUM_THREADS"}) {
    if (const auto number = number_in_environment(name); number > 0) return number;
  }
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

[[nodiscard]] inline std::atomic<std::size_t>& default_threads() noexcept {
  static std::atomic<std::size_t> threads{threads_at_start()};
  return threads;
}

}  // namespace detail

/// How many threads work where the caller asks for no number: what `set_num_threads` said last, else MULTILABEL_NUM_THREADS,
/// else OMP_NUM_THREADS, else the machine's.
[[nodiscard]] inline std::size_t get_num_threads() noexcept { return detail::default_threads(); }

/// Sets that number for the whole process; 0 goes back to what it was at the start. No result depends on it.
inline void set_num_threads(std::size_t threads) noexcept {
  detail::default_threads() = threads > 0 ? threads : detail::threads_at_start();
}

/// The number of threads to use: `requested`, or for 0 `get_num_threads()`.
[[nodiscard]] inline std::size_t thread_count(std::size_t requested) noexcept {
  return requested > 0 ? requested : get_num_threads();
}

namespace detail {

/// Calls `run(work, piece)` for every piece, each on a thread of its own, the first on the caller's. Compiled once, whatever
/// the work is.
inline void run_pieces(std::size_t pieces, const void* work, void (*run)(const void* work, std::size_t piece)) {
  std::vector<std::exception_ptr> failures(pieces);
  const auto run_one = [&](std::size_t piece) {
    try {
      run(work, piece);
    } catch (...) {
      failures[piece] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t piece = 1; piece < pieces; ++piece) helpers.emplace_back(run_one, piece);
    run_one(0);
  }
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace detail

/// Calls `work(begin, end)` for consecutive pieces of 0 ... size, each at least `grain` long, on up to `threads` threads (0:
/// `get_num_threads()`). `work` must not depend on the cut. Rethrows the exception of the first piece that failed.
template <class Work>
void parallel_for(std::size_t size, std::size_t threads, std::size_t grain, Work&& work) {
  const std::size_t most = std::max<std::size_t>(1, size / std::max<std::size_t>(1, grain));
  const std::size_t pieces = std::min(thread_count(threads), most);
  if (pieces <= 1) {
    if (size > 0) work(std::size_t{0}, size);
    return;
  }
  const auto one = [&](std::size_t piece) { work(size * piece / pieces, size * (piece + 1) / pieces); };
  detail::run_pieces(pieces, &one, [](const void* given, std::size_t piece) { (*static_cast<decltype(one)*>(given))(piece); });
}

/// Handles each i of 0 ... size - 1 on up to `threads` threads (0: `get_num_threads()`): each makes itself a worker with
/// `make_worker()`, with memory of its own, and calls `worker(i)` for the next i whenever it is free. For pieces of unequal
/// cost. Rethrows the exception of the lowest i that failed.
template <class MakeWorker>
void parallel_each(std::size_t size, std::size_t threads, MakeWorker&& make_worker) {
  const std::size_t workers = std::min(thread_count(threads), size);
  std::atomic<std::size_t> next{0};
  std::mutex failing;
  std::size_t failed = size;
  std::exception_ptr failure;
  parallel_for(workers, workers, 1, [&](std::size_t, std::size_t) {
    auto worker = make_worker();
    for (std::size_t i = next++; i < size; i = next++) {
      try {
        worker(i);
      } catch (...) {
        const std::scoped_lock lock(failing);
        if (i < failed) failed = i, failure = std::current_exception();
        next = size;  // all below i have been taken
      }
    }
  });
  if (failure) std::rethrow_exception(failure);
}

/// Into how many blocks, each at least `grain` long, 0 ... size is best cut where a thread of the process takes the next
/// whenever it is free: several for each thread, since no two cores of a busy machine are equally fast, or one where there is
/// one thread.
[[nodiscard]] inline std::size_t block_count(std::size_t size, std::size_t grain) noexcept {
  constexpr std::size_t blocks_a_thread = 8;
  const std::size_t threads = thread_count(0), most = std::max<std::size_t>(1, size / std::max<std::size_t>(1, grain));
  return threads == 1 ? 1 : std::min(threads * blocks_a_thread, most);
}

/// Calls `work(begin, end)` for the consecutive blocks that `block_count` advises, on the threads of the process: for passes
/// over much memory. `work` must not depend on the cut. Rethrows the exception of the first block that failed.
template <class Work>
void parallel_blocks(std::size_t size, std::size_t grain, Work&& work) {
  const std::size_t blocks = size > 0 ? block_count(size, grain) : 0;
  parallel_each(blocks, 0,
                [&] { return [&](std::size_t block) { work(size * block / blocks, size * (block + 1) / blocks); }; });
}

}  // namespace MULTILABEL_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {
TEST_CASE("parallel_for: covers every position once, whatever the number of threads") {
  for (const std::size_t threads : {1u, 2u, 3u, 16u}) {
    std::vector<int> visits(101, 0);
    multilabel::parallel_for(visits.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    CHECK(visits == std::vector<int>(101, 1));
  }
}

TEST_CASE("parallel_for: pieces are never shorter than the grain") {
  std::vector<std::size_t> lengths(10, 0);
  multilabel::parallel_for(10, 8, 4, [&](std::size_t begin, std::size_t end) { lengths[begin] = end - begin; });
  for (const std::size_t length : lengths) CHECK((length == 0 || length >= 4));
}

TEST_CASE("parallel_for: an exception of a piece reaches the caller") {
  const auto run = [] {
    multilabel::parallel_for(100, 2, 1, [](std::size_t, std::size_t end) {
      if (end == 100) throw std::domain_error("second half");
    });
  };
  CHECK_THROWS_AS(run(), std::domain_error);
}

TEST_CASE("parallel_for: nothing to do calls nothing") {
  multilabel::parallel_for(0, 2, 1, [](std::size_t, std::size_t) { FAIL("called"); });
}

TEST_CASE("parallel_blocks: covers every position once, in several blocks a thread, none shorter than the grain") {
  for (const std::size_t threads : {1u, 2u, 3u}) {
    multilabel::set_num_threads(threads);
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{101}, std::size_t{1000}}) {
      std::vector<int> visits(size, 0);
      std::atomic<std::size_t> blocks = 0;
      std::atomic<bool> long_enough = true;
      multilabel::parallel_blocks(size, 10, [&](std::size_t begin, std::size_t end) {
        ++blocks;
        if (end - begin < std::min<std::size_t>(size, 10)) long_enough = false;
        for (std::size_t i = begin; i < end; ++i) ++visits[i];
      });
      CHECK(visits == std::vector<int>(size, 1));
      CHECK(long_enough);
      if (size == 1000) CHECK(blocks == (threads == 1 ? 1 : 8 * threads));
      if (size == 0) CHECK(blocks == 0);
    }
  }
  multilabel::set_num_threads(0);
}

TEST_CASE("parallel_each: handles every number once, with at most one worker a thread") {
  for (const std::size_t threads : {1u, 3u, 16u}) {
    std::vector<int> visits(101, 0);
    std::atomic<std::size_t> workers = 0;
    multilabel::parallel_each(visits.size(), threads, [&] {
      ++workers;
      return [&](std::size_t i) { ++visits[i]; };
    });
    CHECK(visits == std::vector<int>(101, 1));
    CHECK(workers <= threads);
  }
}

TEST_CASE("parallel_each: throws for the lowest number that failed, whoever failed first") {
  for (const std::size_t threads : {1u, 2u, 4u}) {
    std::string what;
    try {
      multilabel::parallel_each(1000, threads, [] {
        return [](std::size_t i) {
          if (i == 40) std::this_thread::sleep_for(std::chrono::milliseconds(5));
          if (i >= 40) throw std::domain_error(std::to_string(i));
        };
      });
    } catch (const std::domain_error& error) {
      what = error.what();
    }
    CHECK(what == "40");
  }
}

TEST_CASE("set_num_threads: is what a call without a number gets, until 0 takes it back") {
  const auto before = multilabel::get_num_threads();
  multilabel::set_num_threads(3);
  CHECK(multilabel::thread_count(0) == 3);
  CHECK(multilabel::thread_count(2) == 2);
  multilabel::set_num_threads(0);
  CHECK(multilabel::get_num_threads() == before);
}
}  // namespace

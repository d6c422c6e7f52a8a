// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/long_array.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <new>
#include <numeric>
#include <utility>
#include <vector>

namespace {
using multilabel::LongArray;

TEST_CASE("LongArray: holds what was written, short or long") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{2'000'000}}) {
    LongArray<std::uint32_t> values(size);
    std::iota(values.begin(), values.end(), 0u);
    const LongArray<std::uint32_t> copy = values;
    values.resize(size + 1);
    values.back() = 7;
    REQUIRE(copy.size() == size);
    for (std::size_t i = 0; i < size; ++i) REQUIRE(values[i] == copy[i]);
    CHECK(values[size] == 7);
  }
}

TEST_CASE("LongArray: drops its first elements and moves no other") {
  LongArray<int> values(6);
  std::iota(values.begin(), values.end(), 0);
  const int* third = &values[2];
  values.drop_front(2);
  CHECK(values.data() == third);
  CHECK((values.size() == 4 && values.front() == 2 && values.back() == 5));
  values.resize(5);  // the dropped ones' memory is not to be had again
  values.back() = 6;
  const std::vector<int> left{2, 3, 4, 5, 6};
  CHECK(values == LongArray<int>(left.begin(), left.end()));
  values.drop_front(5);
  CHECK(values.empty());
}

TEST_CASE("LongArray: moves hand over the memory and leave nothing behind") {
  LongArray<int> values(3);
  values[2] = 5;
  const int* data = values.data();
  LongArray<int> moved = std::move(values);
  CHECK(moved.data() == data);
  CHECK(values.empty());  // NOLINT(bugprone-use-after-move): that is what is checked
  values = std::move(moved);
  CHECK((values.size() == 3 && values[2] == 5));
  CHECK_FALSE(values == LongArray<int>(2));
}

TEST_CASE("LongArray: is aligned to huge pages where they pay") {
  const LongArray<double> values(1 << 20);
#if defined(__linux__)
  CHECK(reinterpret_cast<std::uintptr_t>(values.data()) % (1u << 21) == 0);
#endif
}

TEST_CASE("LongArray: a size beyond memory is bad_alloc") {
  CHECK_THROWS_AS(LongArray<double>(std::size_t{1} << 59), std::bad_alloc);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/long_array.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <numeric>

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

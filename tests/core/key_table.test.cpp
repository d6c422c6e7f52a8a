// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/detail/key_table.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "multilabel/core/random.hpp"

namespace {
using multilabel::Random;
using multilabel::core::detail::KeyTable;
using multilabel::core::detail::sort_and_count;
using multilabel::core::detail::sort_keys;

/// Keys of which the upper bits are drawn from few values, so that they crowd.
template <class Key>
std::vector<Key> crowded_keys(std::size_t count, std::uint64_t seed) {
  Random random({.seed = seed});
  std::vector<Key> keys(count);
  for (auto& key : keys) {
    const std::uint64_t crowd = std::uint64_t{random.below(7)} * (std::numeric_limits<std::uint64_t>::max() / 7);
    key = static_cast<Key>((crowd >> (64 - 8 * sizeof(Key))) + random.below(1000));
  }
  return keys;
}

TEMPLATE_TEST_CASE("sort_keys: sorts short and long lists, negative keys first", "[core]", std::int32_t, std::uint32_t,
                   std::int64_t, std::uint64_t) {
  for (const std::size_t count : {0, 1, 2, 511, 512, 5000}) {
    auto keys = crowded_keys<TestType>(count, count);
    if (count > 2) keys[0] = std::numeric_limits<TestType>::max(), keys[1] = std::numeric_limits<TestType>::min();
    auto expected = keys;
    std::sort(expected.begin(), expected.end());
    sort_keys(keys);
    CHECK(keys == expected);
  }
}

TEST_CASE("sort_and_count: leaves distinct keys and says how often each came", "[core]") {
  std::vector<std::int32_t> keys{3, -1, 3, 7, -1, 3};
  CHECK(sort_and_count(keys) == std::vector<std::uint32_t>{2, 3, 1});
  CHECK(keys == std::vector<std::int32_t>{-1, 3, 7});
}

TEMPLATE_TEST_CASE("KeyTable: finds the first key not below another, however the keys crowd", "[core]", std::int32_t,
                   std::uint32_t, std::int64_t) {
  for (const std::size_t count : {0, 1, 3, 40, 3000}) {
    auto keys = crowded_keys<TestType>(count, count + 1);
    (void)sort_and_count(keys);
    const KeyTable<TestType> table(keys);
    REQUIRE(table.size() == keys.size());
    auto probes = crowded_keys<TestType>(2000, 99);
    probes.insert(probes.end(), keys.begin(), keys.end());
    probes.push_back(std::numeric_limits<TestType>::min());
    probes.push_back(std::numeric_limits<TestType>::max() - 1);
    std::size_t wrong = 0;
    for (const TestType key : probes) {
      const auto expected = std::lower_bound(keys.begin(), keys.end(), key) - keys.begin();
      wrong += table.lower_bound(key) == static_cast<std::size_t>(expected) ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}
}  // namespace

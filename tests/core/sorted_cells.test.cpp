// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/detail/sorted_cells.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "multilabel/core/random.hpp"

namespace {
using multilabel::core::detail::Keyed;
using multilabel::core::detail::sort_by_key;

TEMPLATE_TEST_CASE("sort_by_key: as std::stable_sort, whatever the keys have in common", "[core]", std::int32_t, std::int64_t) {
  using Cells = std::vector<Keyed<TestType>>;
  multilabel::Random random({3});
  for (const double spread : {1.0, 3e3, 1e9}) {
    Cells cells(5000), scratch(5000);
    for (std::uint32_t i = 0; i < cells.size(); ++i) {
      cells[i] = {static_cast<TestType>((random.uniform() - 0.5) * spread), i};
    }
    auto expected = cells;
    std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    const auto sorted = sort_by_key(std::span(cells), std::span(scratch));
    CHECK(std::equal(sorted.begin(), sorted.end(), expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.key == b.key && a.carried == b.carried; }));
  }
  Cells none, nothing;
  CHECK(sort_by_key(std::span(none), std::span(nothing)).empty());
}
}  // namespace

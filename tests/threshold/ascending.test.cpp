// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/detail/ascending.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/metrics/averaging.hpp"

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::detail::ascending;
using multilabel::threshold::detail::Groups;
using multilabel::threshold::detail::Keyed;
using multilabel::threshold::detail::sort_by_key;

TEST_CASE("ascending: known cells by score, ties marked, each with its group and target") {
  const Matrix<std::int8_t> targets(2, 3, {1, -1, 0, 0, 1, 1});
  const Matrix<double> scores(2, 3, {0.5, 0.1, -2.0, 0.5, 0.0, -0.0});
  const auto sorted = ascending(targets.view(), {scores.view()}, Groups(targets.view(), Average::macro), 0, 3);
  CHECK(sorted.scores == std::vector<double>{-2.0, 0.0, 0.5});
  std::vector<std::size_t> groups;
  std::vector<bool> positive, ties;
  for (const auto& cell : sorted.cells) {
    groups.push_back(cell.group());
    positive.push_back(cell.positive());
    ties.push_back(cell.ties());
  }
  CHECK(groups == std::vector<std::size_t>{2, 1, 2, 0, 0});
  CHECK(positive == std::vector<bool>{false, true, true, true, false});
  CHECK(ties == std::vector<bool>{false, false, true, false, true});
  const auto label = ascending(targets.view(), {scores.view()}, Groups(targets.view(), Average::samples), 1, 2);
  REQUIRE(label.cells.size() == 1);
  CHECK(label.cells[0].group() == 1);
}

TEMPLATE_TEST_CASE("sort_by_key: as std::stable_sort, whatever the keys have in common", "", std::int32_t, std::int64_t) {
  multilabel::Random random({3});
  for (const double spread : {1.0, 3e3, 1e9}) {
    std::vector<Keyed<TestType>> cells(5000);
    for (std::uint32_t i = 0; i < cells.size(); ++i) {
      cells[i] = {static_cast<TestType>((random.uniform() - 0.5) * spread), i};
    }
    auto expected = cells;
    std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    sort_by_key(cells);
    CHECK(std::equal(cells.begin(), cells.end(), expected.begin(),
                     [](const auto& a, const auto& b) { return a.key == b.key && a.carried == b.carried; }));
  }
  std::vector<Keyed<TestType>> none;
  sort_by_key(none);
  CHECK(none.empty());
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/detail/ascending.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "multilabel/metrics/averaging.hpp"

namespace {
using multilabel::Matrix;
using multilabel::metrics::Average;
using multilabel::threshold::detail::CellOfGroup;
using multilabel::threshold::detail::Groups;
using multilabel::threshold::detail::with_ascending;

TEST_CASE("with_ascending: known cells by score, each with its group and target") {
  const Matrix<std::int8_t> targets(2, 3, {1, -1, 0, 0, 1, 1});
  const Matrix<double> scores(2, 3, {0.5, 0.1, -2.0, 0.5, 0.0, -0.0});
  for (const bool are_floats : {false, true}) {
    std::vector<double> found;
    std::vector<std::size_t> groups;
    std::vector<bool> positive;
    with_ascending(targets.view(), {scores.view(), are_floats}, Groups(targets.view(), Average::macro), 0, 3,
                   [&](const auto& cells, const auto& score_of) {
                     for (const auto& cell : cells) {
                       found.push_back(score_of(cell));
                       groups.push_back(CellOfGroup{cell.carried}.group());
                       positive.push_back(CellOfGroup{cell.carried}.positive());
                     }
                   });
    CHECK(found == std::vector<double>{-2.0, 0.0, 0.0, 0.5, 0.5});
    CHECK(groups == std::vector<std::size_t>{2, 1, 2, 0, 0});
    CHECK(positive == std::vector<bool>{false, true, true, true, false});
  }
  with_ascending(targets.view(), {scores.view()}, Groups(targets.view(), Average::samples), 1, 2,
                 [](const auto& cells, const auto&) {
                   REQUIRE(cells.size() == 1);
                   CHECK(CellOfGroup{cells[0].carried}.group() == 1);
                 });
}
}  // namespace

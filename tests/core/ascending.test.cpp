// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/detail/ascending.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>

namespace {
using multilabel::MatrixView;
using multilabel::core::detail::AscendingCells;

TEST_CASE("AscendingCells: refuses more cells than its positions can count, before it reads one", "[core]") {
  const std::int8_t target = 1;
  const float score = 0.5F;
  const auto build = [&](std::size_t rows, std::size_t labels) {  // views of memory that is not there
    const AscendingCells<float> cells(MatrixView<const std::int8_t>(&target, rows, labels),
                                      MatrixView<const float>(&score, rows, labels),
                                      [](std::size_t, std::size_t) { return 0u; });
    return cells.size();
  };
  CHECK(build(1, 1) == 1);
  CHECK_THROWS_WITH(build(std::size_t{1} << 16, std::size_t{1} << 15),
                    Catch::Contains("must have fewer than 2147483648 cells; got [65536, 32768]"));
}
}  // namespace

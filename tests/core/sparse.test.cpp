// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/sparse.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <span>
#include <vector>

namespace {
using multilabel::ArgumentError;
using multilabel::ShapeError;
using multilabel::SparseView;

static_assert(multilabel::sparse_view<SparseView<float, std::int32_t>>);
static_assert(!multilabel::sparse_view<std::vector<float>>);

using View = SparseView<int, std::int32_t>;
using Ints = std::vector<int>;
using Indices = std::vector<std::int32_t>;

TEST_CASE("SparseView: a row's values and columns") {
  const Ints values{1, 2, 3};
  const Indices columns{2, 0, 1};
  const Indices starts{0, 1, 1, 3};  // one stored cell, none, two
  const View view(values, columns, starts, 4);
  CHECK(view.rows() == 3);
  CHECK(view.columns() == 4);
  CHECK(view.stored() == 3);
  CHECK(view.row_values(1).empty());
  CHECK(view.row_values(2)[1] == 3);
  CHECK(view.row_columns(2)[1] == 1);
}

TEST_CASE("SparseView: arrays that do not fit together are refused") {
  const Ints values{1, 2};
  const Indices columns{0, 1};
  CHECK_THROWS_AS(View(values, columns, Indices{}, 2), ShapeError);
  CHECK_THROWS_AS(View(values, columns, Indices{1, 2}, 2), ShapeError);
  CHECK_THROWS_AS(View(values, columns, Indices{0, 3, 2}, 2), ShapeError);
  CHECK_THROWS_AS(View(values, columns, Indices{0, 1}, 2), ShapeError);
  CHECK_THROWS_AS(View(Ints{1}, columns, Indices{0, 2}, 2), ShapeError);
}

TEST_CASE("SparseView: a column outside the matrix is refused") {
  CHECK_THROWS_WITH(View(Ints{1}, Indices{2}, Indices{0, 1}, 2),
                    Catch::Contains("columns must be 0 or more and below 2; got 2"));
  CHECK_THROWS_AS(View(Ints{1}, Indices{-1}, Indices{0, 1}, 2), ArgumentError);
}
}  // namespace

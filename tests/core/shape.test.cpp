// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/shape.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace {
using multilabel::Matrix;
using multilabel::MatrixView;
using multilabel::row_major;

/// Column-major, so that a row-major look at it needs a copy.
struct ColumnMajor {
  std::vector<int> values{1, 3, 5, 2, 4, 6};
  [[nodiscard]] std::size_t shape(std::size_t axis) const { return axis == 0 ? 3 : 2; }
  [[nodiscard]] const int& operator()(std::size_t row, std::size_t column) const { return values[column * 3 + row]; }
  [[nodiscard]] const int* data() const { return values.data(); }
};

static_assert(multilabel::matrix_like<Matrix<float>>);
static_assert(multilabel::matrix_like<MatrixView<const bool>>);
static_assert(multilabel::matrix_like<ColumnMajor>);
static_assert(!multilabel::matrix_like<std::vector<float>>);
static_assert(!multilabel::matrix_like<Matrix<std::string>>);

TEST_CASE("Matrix: cells lie row after row") {
  const Matrix<int> matrix(2, 3, {1, 2, 3, 4, 5, 6});
  CHECK(matrix(0, 2) == 3);
  CHECK(matrix(1, 0) == 4);
  CHECK(matrix.row(1)[2] == 6);
}

TEST_CASE("Matrix: a wrong number of values is a ShapeError that says how many it must be") {
  CHECK_THROWS_WITH((Matrix<int>(2, 3, {1, 2})), "Matrix: a [2, 3] matrix must hold 6 values; got 2");
}

TEST_CASE("row_major: looks at row-major memory without a copy") {
  const Matrix<int> matrix(2, 2, {1, 2, 3, 4});
  CHECK(row_major(matrix).view().data() == matrix.data());
}

TEST_CASE("row_major: copies any other layout into rows") {
  const ColumnMajor matrix;
  const auto rows = row_major(matrix);
  CHECK(rows.view().data() != matrix.data());
  const std::vector<int> values(rows.view().values().begin(), rows.view().values().end());
  CHECK(values == std::vector<int>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("require_same_shape: the error shows both shapes") {
  CHECK_THROWS_WITH(multilabel::require_same_shape("f", "a and b", Matrix<int>(1, 2), Matrix<int>(2, 2)),
                    "f: a and b must have the same shape [samples, labels]; got [1, 2] and [2, 2]");
  CHECK_NOTHROW(multilabel::require_same_shape("f", "a and b", Matrix<int>(2, 2), Matrix<char>(2, 2)));
}
}  // namespace

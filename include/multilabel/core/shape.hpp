// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two-dimensional numbers without a library: an owning row-major `Matrix`, a `MatrixView` that looks at somebody else's memory,
// and `row_major`, which turns any matrix-like value (ours, xtensor's, a user's) into a view, copying only where it must.

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE {

/// Looks at `rows * columns` numbers that lie row after row. Never owns, never null unless empty.
template <class T>
class MatrixView {
 public:
  using value_type = std::remove_const_t<T>;

  constexpr MatrixView() = default;
  constexpr MatrixView(T* data, std::size_t rows, std::size_t columns) : data_(data), rows_(rows), columns_(columns) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a view of const is what a view of mutable decays to.
  constexpr MatrixView(const MatrixView<value_type>& other)
    requires std::is_const_v<T>
      : data_(other.data()), rows_(other.rows()), columns_(other.columns()) {}

  [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] constexpr std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return rows_ * columns_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] constexpr std::size_t shape(std::size_t axis) const noexcept { return axis == 0 ? rows_ : columns_; }
  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr T& operator()(std::size_t row, std::size_t column) const noexcept {
    return data_[row * columns_ + column];
  }
  [[nodiscard]] constexpr std::span<T> row(std::size_t row) const noexcept { return {data_ + row * columns_, columns_}; }
  [[nodiscard]] constexpr std::span<T> values() const noexcept { return {data_, size()}; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

/// Owns `rows * columns` numbers, row after row.
template <class T>
class Matrix {
 public:
  using value_type = T;

  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns, T value = T{})
      : values_(rows * columns, value), rows_(rows), columns_(columns) {}
  Matrix(std::size_t rows, std::size_t columns, std::vector<T> values)
      : values_(std::move(values)), rows_(rows), columns_(columns) {
    if (values_.size() != rows * columns) {
      fail<ShapeError>({"Matrix", join_text("a ", shape_text(rows, columns), " matrix must hold ", rows * columns, " values"),
                        join_text(values_.size())});
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return axis == 0 ? rows_ : columns_; }
  [[nodiscard]] T* data() noexcept { return values_.data(); }
  [[nodiscard]] const T* data() const noexcept { return values_.data(); }
  [[nodiscard]] T& operator()(std::size_t row, std::size_t column) noexcept { return values_[row * columns_ + column]; }
  [[nodiscard]] const T& operator()(std::size_t row, std::size_t column) const noexcept {
    return values_[row * columns_ + column];
  }
  [[nodiscard]] std::span<T> row(std::size_t row) noexcept { return view().row(row); }
  [[nodiscard]] std::span<const T> row(std::size_t row) const noexcept { return view().row(row); }
  [[nodiscard]] MatrixView<T> view() noexcept { return {values_.data(), rows_, columns_}; }
  [[nodiscard]] MatrixView<const T> view() const noexcept { return {values_.data(), rows_, columns_}; }

  /// The numbers, row after row, without a copy; the matrix is empty afterwards.
  [[nodiscard]] std::vector<T> take() && {
    rows_ = columns_ = 0;
    return std::move(values_);
  }

  friend bool operator==(const Matrix&, const Matrix&) = default;

 private:
  std::vector<T> values_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

/// Anything with a two-dimensional shape and arithmetic cells: `Matrix`, `MatrixView`, `xt::xtensor<T, 2>`, a user's own type.
template <class M>
concept matrix_like = requires(const M& m, std::size_t i) {
  { m.shape(i) } -> std::convertible_to<std::size_t>;
  requires std::is_arithmetic_v<std::remove_cvref_t<decltype(m(i, i))>>;
};

/// The number type of a matrix-like value.
template <matrix_like M>
using cell_t = std::remove_cvref_t<decltype(std::declval<const M&>()(std::size_t{}, std::size_t{}))>;

/// Holds a row-major view of a matrix-like value, and the copy behind it where one was needed. The value must outlive it.
template <class T>
class RowMajor {
 public:
  explicit RowMajor(MatrixView<const T> view) : view_(view) {}
  RowMajor(std::unique_ptr<T[]> copy, std::size_t rows, std::size_t columns)
      : copy_(std::move(copy)), view_(copy_.get(), rows, columns) {}
  RowMajor(RowMajor&&) = default;
  RowMajor& operator=(RowMajor&&) = default;

  [[nodiscard]] MatrixView<const T> view() const noexcept { return view_; }

 private:
  std::unique_ptr<T[]> copy_;  // not a Matrix<T>, which cannot hold bool
  MatrixView<const T> view_;
};

/// A row-major look at `matrix`: free for `Matrix`, `MatrixView` and contiguous xtensor containers, a copy for anything else.
template <matrix_like M>
[[nodiscard]] RowMajor<cell_t<M>> row_major(const M& matrix) {
  using T = cell_t<M>;
  const auto rows = static_cast<std::size_t>(matrix.shape(0));
  const auto columns = static_cast<std::size_t>(matrix.shape(1));
  if constexpr (requires {
                  { matrix.data() } -> std::convertible_to<const T*>;
                }) {
    const T* data = matrix.data();
    const bool contiguous = rows * columns == 0 || (&matrix(rows - 1, columns - 1) == data + (rows * columns - 1) &&
                                                    (rows == 1 || &matrix(1, 0) == data + columns));
    if (contiguous) return RowMajor<T>(MatrixView<const T>(data, rows, columns));
  }
  auto copy = std::make_unique<T[]>(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) copy[i * columns + j] = matrix(i, j);
  return RowMajor<T>(std::move(copy), rows, columns);
}

/// Throws `ShapeError` unless both matrices have the same number of rows and columns.
template <class A, class B>
void require_same_shape(std::string_view where, std::string_view names, const A& a, const B& b) {
  if (a.shape(0) == b.shape(0) && a.shape(1) == b.shape(1)) return;
  fail<ShapeError>({where, join_text(names, " must have the same shape [samples, labels]"),
                    join_text(shape_text(a.shape(0), a.shape(1)), " and ", shape_text(b.shape(0), b.shape(1)))});
}

}  // namespace MULTILABEL_NAMESPACE

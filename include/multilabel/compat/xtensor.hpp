// SPDX-License-Identifier: Apache-2.0
#pragma once
// The door to xtensor: its containers and expressions as targets, scores and logits, and results as its tensors, without a copy
// where the numbers lie row after row. A tensor of two fixed dimensions can be passed to every function as it is; this header
// is for `xt::xarray`, whose dimensions have to be counted first, and for the way back.

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/core/xexpression.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xexpression.hpp>
#endif

#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::compat {

/// The numbers of an xtensor expression as a matrix [samples, labels]: a look at a container whose rows follow each other,
/// which must outlive it, or a copy of anything else.
template <class T>
class XtensorRows {
 public:
  using value_type = T;

  explicit XtensorRows(RowMajor<T> rows) : rows_(std::move(rows)) {}

  [[nodiscard]] MatrixView<const T> view() const noexcept { return rows_.view(); }
  [[nodiscard]] std::size_t rows() const noexcept { return view().rows(); }
  [[nodiscard]] std::size_t columns() const noexcept { return view().columns(); }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return view().shape(axis); }
  [[nodiscard]] const T* data() const noexcept { return view().data(); }
  [[nodiscard]] const T& operator()(std::size_t row, std::size_t column) const noexcept { return view()(row, column); }

 private:
  RowMajor<T> rows_;
};

/// An `xt::xtensor`, `xt::xarray`, view or expression as a matrix that every function of the library takes.
/// @param tensor [samples, labels] of any number type. @throws ShapeError unless it has two dimensions.
template <class Expression>
[[nodiscard]] XtensorRows<typename Expression::value_type> from_xtensor(const xt::xexpression<Expression>& tensor) {
  const Expression& given = tensor.derived_cast();
  if (given.dimension() != 2) {
    fail<ShapeError>({"compat::from_xtensor", "the tensor must have two dimensions [samples, labels]",
                      join_text(given.dimension()), "Reshape it; one label is a column, of shape [samples, 1]."});
  }
  return XtensorRows<typename Expression::value_type>(row_major(given));
}

/// A look at a matrix as a tensor [samples, labels], through which a mutable one can be written. The matrix must outlive it.
template <class T>
[[nodiscard]] auto to_xtensor(MatrixView<T> matrix) {
  const std::array<std::size_t, 2> shape{matrix.rows(), matrix.columns()};
  return xt::adapt(matrix.data(), matrix.size(), xt::no_ownership(), shape);
}

template <class T>
[[nodiscard]] auto to_xtensor(Matrix<T>& matrix) {
  return to_xtensor(matrix.view());
}

template <class T>
[[nodiscard]] auto to_xtensor(const Matrix<T>& matrix) {
  return to_xtensor(matrix.view());
}

/// A result that nobody else holds, such as `to_xtensor(platt.apply(logits))`: the tensor takes over its memory.
template <class T>
[[nodiscard]] auto to_xtensor(Matrix<T>&& matrix) {
  const std::array<std::size_t, 2> shape{matrix.rows(), matrix.columns()};
  return xt::adapt(std::move(matrix).take(), shape);
}

/// One number a label, such as the values of an average: a tensor of one dimension that takes over their memory.
template <class T>
[[nodiscard]] auto to_xtensor(std::vector<T>&& values) {
  const std::array<std::size_t, 1> shape{values.size()};
  return xt::adapt(std::move(values), shape);
}

}  // namespace MULTILABEL_NAMESPACE::compat

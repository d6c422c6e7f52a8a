// SPDX-License-Identifier: Apache-2.0
#pragma once
// Some rows of whatever a user calls targets, predictions or scores, in any order and as often as asked for, as a matrix of
// their own that every metric takes.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/core/sparse.hpp"
#include "multilabel/metrics/masked.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// T, but bytes for bool, which no contiguous container holds.
template <class T>
using drawn_cell = std::conditional_t<std::same_as<T, bool>, std::uint8_t, T>;

/// The rows `rows` of a dense matrix; of one behind a mask, with NaN in its hidden cells.
template <class M>
class DrawnRows {
 public:
  using Cell = drawn_cell<cell_t<M>>;

  DrawnRows(const M& all, std::span<const std::size_t> rows) : matrix_(rows.size(), static_cast<std::size_t>(all.shape(1))) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t j = 0; j < matrix_.columns(); ++j) matrix_(i, j) = static_cast<Cell>(all(rows[i], j));
  }

  [[nodiscard]] const Matrix<Cell>& matrix() const noexcept { return matrix_; }

 private:
  Matrix<Cell> matrix_;
};

/// The same of a sparse one: what its rows store.
template <sparse_view M>
class DrawnRows<M> {
 public:
  using Cell = drawn_cell<typename M::value_type>;

  DrawnRows(const M& all, std::span<const std::size_t> rows) : width_(all.columns()) {
    for (const auto row : rows) {
      const auto values = all.row_values(row);
      const auto columns = all.row_columns(row);
      values_.insert(values_.end(), values.begin(), values.end());
      columns_.insert(columns_.end(), columns.begin(), columns.end());
      row_starts_.push_back(static_cast<std::int64_t>(columns_.size()));
    }
  }

  [[nodiscard]] SparseView<Cell> matrix() const { return {values_, columns_, row_starts_, width_}; }

 private:
  std::vector<Cell> values_;
  std::vector<std::int64_t> columns_;  // wide: rows drawn twice may store more than all of them
  std::vector<std::int64_t> row_starts_{0};
  std::size_t width_;
};

/// The same of a sparse one behind a mask.
template <sparse_view Targets, class Mask>
class DrawnRows<Masked<Targets, Mask>> {
 public:
  DrawnRows(const Masked<Targets, Mask>& all, std::span<const std::size_t> rows)
      : targets_(all.targets(), rows), mask_(all.mask(), rows), view_(targets_.matrix()) {}
  DrawnRows(const DrawnRows&) = delete;
  DrawnRows& operator=(const DrawnRows&) = delete;

  [[nodiscard]] auto matrix() const { return masked(view_, mask_.matrix()); }

 private:
  DrawnRows<Targets> targets_;
  DrawnRows<Mask> mask_;
  SparseView<typename DrawnRows<Targets>::Cell> view_;
};

/// What a metric is given of drawn rows of an M.
template <class M>
using drawn_matrix = std::remove_cvref_t<decltype(std::declval<const DrawnRows<M>&>().matrix())>;

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Looks at a matrix of which only some cells are stored: compressed sparse rows (CSR), the layout of `scipy.sparse.csr_matrix`.
// For targets and predictions with many labels and few positives; scores are dense.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE {

/// The stored cells of a matrix row after row; cells that are not stored are 0, stored zeros are allowed. Never owns. The
/// columns of a row are distinct, in any order.
template <class T, std::integral Index = std::int64_t>
class SparseView {
 public:
  using value_type = std::remove_const_t<T>;
  using index_type = Index;

  /// `values` and `columns` hold the stored cells, `row_starts` [rows + 1] where each row begins among them and the last one
  /// ends; `width` is the number of columns. O(stored cells). Throws `ShapeError` when the three do not fit together, and
  /// `ArgumentError` on a column outside the matrix.
  SparseView(std::span<const value_type> values, std::span<const Index> columns, std::span<const Index> row_starts,
             std::size_t width)
      : values_(values), columns_(columns), row_starts_(row_starts), width_(width) {
    constexpr auto where = "SparseView";
    bool ascending = !row_starts.empty() && row_starts.front() == 0;
    for (std::size_t i = 1; ascending && i < row_starts.size(); ++i) ascending = row_starts[i - 1] <= row_starts[i];
    if (!ascending) fail<ShapeError>({where, "row_starts must begin with 0 and never fall", "other numbers"});
    if (values.size() != columns.size() || columns.size() != static_cast<std::size_t>(row_starts.back())) {
      fail<ShapeError>({where, join_text("values and columns must be as many as the last row ends at, ", row_starts.back()),
                        join_text(values.size(), " and ", columns.size())});
    }
    for (const Index column : columns) {
      if (column >= Index{0} && static_cast<std::size_t>(column) < width) continue;
      fail<ArgumentError>({where, join_text("columns must be 0 or more and below ", width), join_text(column)});
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return row_starts_.size() - 1; }
  [[nodiscard]] std::size_t columns() const noexcept { return width_; }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return axis == 0 ? rows() : columns(); }
  [[nodiscard]] std::size_t stored() const noexcept { return values_.size(); }

  /// The values stored in a row.
  [[nodiscard]] std::span<const value_type> row_values(std::size_t row) const noexcept { return piece(values_, row); }
  /// The columns of these values.
  [[nodiscard]] std::span<const Index> row_columns(std::size_t row) const noexcept { return piece(columns_, row); }

 private:
  template <class Cell>
  [[nodiscard]] std::span<const Cell> piece(std::span<const Cell> all, std::size_t row) const noexcept {
    const auto begin = static_cast<std::size_t>(row_starts_[row]);
    return all.subspan(begin, static_cast<std::size_t>(row_starts_[row + 1]) - begin);
  }

  std::span<const value_type> values_;
  std::span<const Index> columns_;
  std::span<const Index> row_starts_;
  std::size_t width_;
};

namespace detail {
template <class M>
inline constexpr bool is_sparse_view = false;
template <class T, class Index>
inline constexpr bool is_sparse_view<SparseView<T, Index>> = true;
}  // namespace detail

/// A `SparseView`.
template <class M>
concept sparse_view = detail::is_sparse_view<M>;

}  // namespace MULTILABEL_NAMESPACE

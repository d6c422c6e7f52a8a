// SPDX-License-Identifier: Apache-2.0
#pragma once
// The cells of a sparse label matrix that are not 0, with their codes, and the loop over two such matrices that never looks at
// the cells that neither stores.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/sparse.hpp"
#include "multilabel/metrics/detail/codes.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// One cell that is present or unknown.
struct StoredCode {
  std::uint32_t column = 0;
  Code code = present;
};

/// A sparse matrix as codes, stored zeros dropped.
class SparseCodes {
 public:
  template <class T, class Index>
  explicit SparseCodes(const SparseView<T, Index>& view) : starts_(view.rows() + 1), columns_(view.columns()) {
    cells_.reserve(view.stored());
    std::vector<std::size_t> seen_in(columns_, 0);
    for (std::size_t i = 0; i < view.rows(); ++i) {
      const auto values = view.row_values(i);
      const auto columns = view.row_columns(i);
      for (std::size_t k = 0; k < values.size(); ++k) {
        const auto column = static_cast<std::size_t>(columns[k]);
        const auto value = static_cast<double>(values[k]);
        if (seen_in[column] == i + 1) offend(i, column, value, true);
        seen_in[column] = i + 1;
        if (value == 0.0) continue;
        const bool is_unknown = value == -1.0 || value != value;
        if (value != 1.0 && !is_unknown) offend(i, column, value, false);
        if (is_unknown && !first_unknown_) first_unknown_ = Offence{i, column, value, false};
        cells_.push_back({static_cast<std::uint32_t>(column), is_unknown ? unknown : present});
      }
      starts_[i + 1] = cells_.size();
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return starts_.size() - 1; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] const StoredCode* begin(std::size_t row) const noexcept { return cells_.data() + starts_[row]; }
  [[nodiscard]] const StoredCode* end(std::size_t row) const noexcept { return cells_.data() + starts_[row + 1]; }

  /// Throws `ArgumentError` when a cell is no label, or, with `all_known`, unknown, or stored twice.
  void require_labels(std::string_view where, bool all_known) const {
    const auto& offence = all_known && first_unknown_ && (!offence_ || *first_unknown_ < *offence_) ? first_unknown_ : offence_;
    if (!offence) return;
    const auto place = join_text(" in row ", offence->row, ", column ", offence->column);
    if (offence->twice) fail<ArgumentError>({where, "a sparse matrix must store each cell once", join_text("a second", place)});
    if (all_known) {
      fail<ArgumentError>({where, "predictions must hold 0 or 1", join_text(offence->value, place),
                           "Scores become predictions by a threshold."});
    }
    fail<ArgumentError>({where, "targets must hold 0 or 1 (NaN or -1: unknown)", join_text(offence->value, place)});
  }

  /// Whether every stored cell is 1 (or 0).
  [[nodiscard]] bool all_known_labels() const noexcept { return !offence_ && !first_unknown_; }

  /// The columns of the stored cells of `rows` rows from `first`, and where each row's end among them.
  bool find_present(std::size_t first, std::size_t rows, std::uint32_t* found, std::uint32_t* ends) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      for (const auto* cell = begin(first + i); cell != end(first + i); ++cell) found[count++] = cell->column;
      ends[i] = static_cast<std::uint32_t>(count);
    }
    return true;
  }

  /// The codes of all cells of some rows; whether any is unknown.
  bool write(std::size_t first, std::size_t rows, Code* codes) const {
    std::fill_n(codes, rows * columns_, absent);
    bool any_unknown = false;
    for (std::size_t i = 0; i < rows; ++i, codes += columns_) {
      for (const auto* cell = begin(first + i); cell != end(first + i); ++cell) {
        codes[cell->column] = cell->code;
        any_unknown = any_unknown || cell->code == unknown;
      }
    }
    return any_unknown;
  }

 private:
  struct Offence {
    std::size_t row = 0;
    std::size_t column = 0;
    double value = 0.0;
    bool twice = false;

    [[nodiscard]] bool operator<(const Offence& other) const { return row < other.row; }
  };

  void offend(std::size_t row, std::size_t column, double value, bool twice) {
    if (!offence_) offence_ = Offence{row, column, value, twice};
  }

  std::vector<std::size_t> starts_;
  std::vector<StoredCode> cells_;
  std::size_t columns_;
  std::optional<Offence> offence_;
  std::optional<Offence> first_unknown_;
};

/// Calls `visit(row, column, truth, predicted)` for every cell that is present, unknown or predicted; within a row in no
/// particular order. Scratch memory of one byte a column, O(stored cells).
template <class Visit>
void for_each_stored(const SparseCodes& targets, const SparseCodes& predictions, Visit&& visit) {
  std::vector<Code> predicted(targets.columns(), absent);
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    for (const auto* p = predictions.begin(i); p != predictions.end(i); ++p) predicted[p->column] = present;
    for (const auto* t = targets.begin(i); t != targets.end(i); ++t) {
      visit(i, t->column, t->code, predicted[t->column] == present);
      predicted[t->column] = absent;
    }
    for (const auto* p = predictions.begin(i); p != predictions.end(i); ++p) {
      if (predicted[p->column] == present) visit(i, p->column, absent, true);
      predicted[p->column] = absent;
    }
  }
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

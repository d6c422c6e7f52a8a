// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads label matrices of any number type, dense or sparse, with or without a mask, block by block, into one code a cell, so
// that every kernel is written once, for bytes, and checks every cell on the way. Blocks fit the first-level cache; dense
// matrices are never copied as a whole.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/codes.hpp"
#include "multilabel/metrics/detail/find_present.hpp"
#include "multilabel/metrics/detail/sparse_codes.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// A label matrix of any number type, seen as codes.
class LabelCells {
 public:
  template <class T>
  explicit LabelCells(MatrixView<const T> view)
      : data_(view.data()),
        rows_(view.rows()),
        columns_(view.columns()),
        encode_(&encode<T>),
        value_(&value<T>),
        count_wrong_(&count_wrong_clean<T>),
        find_present_(&detail::find_present<T>),
        row_bytes_(view.columns() * sizeof(T)) {}

  explicit LabelCells(std::shared_ptr<const SparseCodes> stored)
      : rows_(stored->rows()), columns_(stored->columns()), stored_(std::move(stored)) {}

  /// The same cells, of which those are unknown for which `mask`, a byte a cell, is 0.
  [[nodiscard]] LabelCells masked(const std::uint8_t* mask) const {
    LabelCells result = *this;
    result.mask_ = mask;
    return result;
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return axis == 0 ? rows_ : columns_; }

  /// The cells that are not 0, where the matrix is sparse and has no mask; otherwise null.
  [[nodiscard]] const SparseCodes* stored() const noexcept { return mask_ == nullptr ? stored_.get() : nullptr; }

  /// Writes the codes of `rows` rows from `first` and returns whether any is unknown. Throws `ArgumentError` on another value.
  bool read_targets(std::string_view where, std::size_t first, std::size_t rows, Code* codes) const {
    const std::size_t count = rows * columns_;
    const std::uint8_t* mask = mask_ == nullptr ? nullptr : mask_ + first * columns_;
    bool any_unknown = false;
    if (stored_) {
      stored_->require_labels(where, false);
      any_unknown = stored_->write(first, rows, codes);
    } else {
      const auto read = encode_(data_, first * columns_, count, codes);
      any_unknown = read.unknown;
      if (read.invalid < count) {
        if (mask == nullptr) refuse_target(where, first * columns_ + read.invalid);
        return read_known(where, first, rows, codes);
      }
    }
    return (mask != nullptr && hide(mask, count, codes)) || any_unknown;
  }

  /// As `read_targets`, for predictions, where nothing may be unknown.
  void read_predictions(std::string_view where, std::size_t first, std::size_t rows, Code* codes) const {
    if (stored_) {
      stored_->require_labels(where, true);
      stored_->write(first, rows, codes);
      return;
    }
    const auto read = encode_(data_, first * columns_, rows * columns_, codes);
    auto bad = std::min(read.invalid, rows * columns_);
    if (read.unknown) bad = static_cast<std::size_t>(std::find(codes, codes + bad, unknown) - codes);
    if (bad < rows * columns_) {
      refuse(where, "predictions must hold 0 or 1", first * columns_ + bad, "Scores become predictions by a threshold.");
    }
  }

  /// The number of cells of each of `rows` rows from `first` that differ from `predictions`, if both matrices are dense, of one
  /// type, without a mask and hold 0 and 1 only.
  [[nodiscard]] bool count_wrong(const LabelCells& predictions, std::size_t first, std::size_t rows,
                                 std::uint32_t* wrong) const {
    return !stored_ && mask_ == nullptr && count_wrong_ == predictions.count_wrong_ &&
           count_wrong_(data_, predictions.data_, first, rows, columns_, wrong);
  }

  /// Writes the columns of the positives of `rows` rows from `first`, in any order, to `found` (which needs `columns_slack`
  /// places more than there are cells) and where each row's end to `ends`. False, with both unusable, when a cell is unknown or
  /// no label, or where codes are as quick.
  [[nodiscard]] bool find_present(std::size_t first, std::size_t rows, std::uint32_t* found, std::uint32_t* ends) const {
    if (mask_ != nullptr) return false;
    if (stored_) return stored_->all_known_labels() && stored_->find_present(first, rows, found, ends);
    return find_present_(data_, first, rows, columns_, found, ends);
  }

  /// Where a row lies in memory and how long it is, to be fetched early; null and 0 for a sparse matrix.
  [[nodiscard]] const char* row_address(std::size_t row) const noexcept {
    return data_ == nullptr ? nullptr : static_cast<const char*>(data_) + row * row_bytes_;
  }
  [[nodiscard]] std::size_t row_bytes() const noexcept { return row_bytes_; }

 private:
  template <class T>
  static CellsRead encode(const void* data, std::size_t offset, std::size_t count, Code* codes) {
    const T* cells = static_cast<const T*>(data) + offset;
    if (encode_clean(cells, count, codes)) return {};
    return encode_any(cells, count, codes);
  }

  template <class T>
  static double value(const void* data, std::size_t offset) {
    return static_cast<double>(static_cast<const T*>(data)[offset]);
  }

  /// Makes the cells unknown that the mask hides; whether there is one.
  static bool hide(const std::uint8_t* mask, std::size_t count, Code* codes) noexcept {
    Code hidden = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Code away = mask[i] == 0 ? Code{0xff} : Code{0};
      codes[i] = static_cast<Code>((codes[i] & ~away) | (unknown & away));
      hidden = static_cast<Code>(hidden | away);
    }
    return hidden != 0;
  }

  /// `read_targets` where hidden cells may hold anything.
  bool read_known(std::string_view where, std::size_t first, std::size_t rows, Code* codes) const {
    bool any_unknown = false;
    for (std::size_t i = 0, cell = first * columns_; i < rows * columns_; ++i, ++cell) {
      const double value = value_(data_, cell);
      const bool is_unknown = mask_[cell] == 0 || value == -1.0 || value != value;
      if (!is_unknown && value != 0.0 && value != 1.0) refuse_target(where, cell);
      codes[i] = is_unknown ? unknown : value == 1.0 ? present : absent;
      any_unknown = any_unknown || is_unknown;
    }
    return any_unknown;
  }

  [[noreturn]] void refuse_target(std::string_view where, std::size_t cell) const {
    refuse(where, "targets must hold 0 or 1 (NaN or -1: unknown)", cell, "");
  }

  [[noreturn]] void refuse(std::string_view where, std::string_view expected, std::size_t cell, std::string_view mend) const {
    fail<ArgumentError>(
        {where, expected, join_text(value_(data_, cell), " in row ", cell / columns_, ", column ", cell % columns_), mend});
  }

  const void* data_ = nullptr;
  std::size_t rows_;
  std::size_t columns_;
  CellsRead (*encode_)(const void*, std::size_t, std::size_t, Code*) = nullptr;
  double (*value_)(const void*, std::size_t) = nullptr;
  bool (*count_wrong_)(const void*, const void*, std::size_t, std::size_t, std::size_t, std::uint32_t*) = nullptr;
  bool (*find_present_)(const void*, std::size_t, std::size_t, std::size_t, std::uint32_t*, std::uint32_t*) = nullptr;
  std::size_t row_bytes_ = 0;
  std::shared_ptr<const SparseCodes> stored_;
  const std::uint8_t* mask_ = nullptr;
};

/// Some rows of targets and predictions, row after row. Unknown cells hold 0 in both and 1 in `unknown`.
struct LabelBlock {
  std::size_t first = 0;  ///< the first row
  std::size_t rows = 0;
  std::size_t columns = 0;
  const Code* targets = nullptr;
  const Code* predictions = nullptr;
  const Code* unknown = nullptr;  ///< null when every cell is known
};

/// Throws unless both matrices have one shape and it has the columns `labels`.
inline void require_pair(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                         const std::vector<std::size_t>& labels) {
  require_same_shape(where, "targets and predictions", targets, predictions);
  for (const auto label : labels) {
    if (label < targets.columns()) continue;
    fail<ArgumentError>({where, join_text("labels must be below ", targets.columns()), join_text(label)});
  }
}

/// Calls `visit(LabelBlock)` over the rows `begin` ... `end`, in order, with the columns of `labels` only unless that is empty.
/// The pair has passed `require_pair`.
template <class Visit>
void for_each_block(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                    const std::vector<std::size_t>& labels, std::size_t begin, std::size_t end, Visit&& visit) {
  const std::size_t columns = targets.columns();
  const std::size_t step = block_rows(columns);
  const std::size_t kept = labels.empty() ? columns : labels.size();
  std::vector<Code> buffers(step * (2 * columns + 3 * kept));
  Code* const read_t = buffers.data();
  Code* const read_p = read_t + step * columns;
  Code* const t = labels.empty() ? read_t : read_p + step * columns;
  Code* const p = labels.empty() ? read_p : t + step * kept;
  Code* const u = buffers.data() + step * (2 * columns + 2 * kept);
  for (std::size_t first = begin; first < end; first += step) {
    const std::size_t rows = std::min(step, end - first);
    const bool any_unknown = targets.read_targets(where, first, rows, read_t);
    predictions.read_predictions(where, first, rows, read_p);
    for (std::size_t i = 0; i < (labels.empty() ? 0 : rows); ++i) {
      for (std::size_t j = 0; j < kept; ++j) {
        t[i * kept + j] = read_t[i * columns + labels[j]];
        p[i * kept + j] = read_p[i * columns + labels[j]];
      }
    }
    if (any_unknown) {
      for (std::size_t i = 0; i < rows * kept; ++i) {
        u[i] = static_cast<Code>(t[i] >> 1);
        t[i] = static_cast<Code>(t[i] & 1);
        p[i] = static_cast<Code>(p[i] & (u[i] ^ 1));
      }
    }
    visit(LabelBlock{first, rows, kept, t, p, any_unknown ? u : nullptr});
  }
}

/// The same over all rows, after `require_pair`.
template <class Visit>
void for_each_block(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                    const std::vector<std::size_t>& labels, Visit&& visit) {
  require_pair(where, targets, predictions, labels);
  for_each_block(where, targets, predictions, labels, 0, targets.rows(), visit);
}

/// Throws unless `weights` is empty, or has `rows` finite values that are not all 0.
inline void require_weights(std::string_view where, const std::vector<double>& weights, std::size_t rows) {
  if (weights.empty()) return;
  if (weights.size() != rows) {
    fail<ShapeError>({where, join_text("sample_weight must have one value a row, ", rows), join_text(weights.size())});
  }
  bool any = false;
  for (std::size_t i = 0; i < rows; ++i) {
    if (!(std::abs(weights[i]) <= std::numeric_limits<double>::max())) {
      fail<ArgumentError>({where, "sample_weight must be finite", join_text(weights[i], " in row ", i)});
    }
    any = any || weights[i] != 0.0;
  }
  if (!any) fail<ArgumentError>({where, "sample_weight must not be 0 in every row", "only zeros"});
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

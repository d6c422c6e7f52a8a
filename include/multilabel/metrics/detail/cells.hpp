// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads label matrices of any number type, block by block, into one code a cell, so that every kernel is written once, for
// bytes, and checks every cell on the way. Blocks fit the first-level cache; whole matrices are never copied.

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::metrics::detail {

using Code = std::uint8_t;
inline constexpr Code absent = 0;
inline constexpr Code present = 1;
inline constexpr Code unknown = 2;
inline constexpr std::size_t block_cells = 8192;

/// What a run of cells held.
struct CellsRead {
  bool unknown = false;                                           ///< at least one unknown cell
  std::size_t invalid = std::numeric_limits<std::size_t>::max();  ///< the first cell that is no label at all
};

/// Codes of cells that are all 0 or 1; false, with the codes unusable, when one is not. Without branches, so that it
/// vectorises.
template <class T>
[[nodiscard]] bool encode_clean(const T* __restrict cells, std::size_t count, Code* __restrict codes) noexcept {
  if constexpr (std::floating_point<T>) {
    // The lowest bit of the exponent tells 1 from 0; whatever then differs from the bits of that number is something else.
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr auto one = std::bit_cast<Bits>(T{1});
    constexpr int exponent = std::numeric_limits<T>::digits - 1;
    Bits bad = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto bits = std::bit_cast<Bits>(cells[i]);
      const Bits is_one = (bits >> exponent) & 1u;
      bad |= bits ^ ((Bits{0} - is_one) & one);
      codes[i] = static_cast<Code>(is_one);
    }
    return bad == 0;
  } else {
    using Bits = std::make_unsigned_t<std::conditional_t<std::same_as<T, bool>, char, T>>;
    Bits all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto bits = static_cast<Bits>(cells[i]);
      all = static_cast<Bits>(all | bits);
      codes[i] = static_cast<Code>(bits);
    }
    return all <= 1;
  }
}

/// Codes of any cells: 0, 1, or unknown for NaN and -1; stops at the first other value.
template <class T>
[[nodiscard]] CellsRead encode_any(const T* cells, std::size_t count, Code* codes) noexcept {
  CellsRead result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(cells[i]);
    if (value == 0.0 || value == 1.0) {
      codes[i] = value == 1.0 ? present : absent;
    } else if (value == -1.0 || value != value) {
      codes[i] = unknown;
      result.unknown = true;
    } else {
      result.invalid = i;
      return result;
    }
  }
  return result;
}

/// How many cells of each row differ between two matrices of 0 and 1 of one type, without going through codes; false, with the
/// counts unusable, when a cell is something else, or for types so narrow that codes are as fast.
template <class T>
[[nodiscard]] bool count_wrong_clean(const void* targets, const void* predictions, std::size_t rows, std::size_t columns,
                                     std::uint32_t* wrong) noexcept {
  if constexpr (sizeof(T) < 4) return false;
  using Bits = std::conditional_t<sizeof(T) <= 4, std::uint32_t, std::uint64_t>;
  constexpr int exponent = std::floating_point<T> ? std::numeric_limits<T>::digits - 1 : 0;
  const T* t = static_cast<const T*>(targets);
  const T* p = static_cast<const T*>(predictions);
  for (std::size_t i = 0; i < rows; ++i, t += columns, p += columns) {
    Bits sum = 0;
    Bits bad = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      if constexpr (std::floating_point<T>) {
        constexpr auto one = std::bit_cast<Bits>(T{1});
        const auto a = std::bit_cast<Bits>(t[j]);
        const auto b = std::bit_cast<Bits>(p[j]);
        const Bits a_one = (a >> exponent) & 1u;
        const Bits b_one = (b >> exponent) & 1u;
        bad |= (a ^ ((Bits{0} - a_one) & one)) | (b ^ ((Bits{0} - b_one) & one));
        sum += a_one ^ b_one;
      } else {
        const auto a = static_cast<Bits>(t[j]);
        const auto b = static_cast<Bits>(p[j]);
        bad |= a | b;
        sum += a ^ b;
      }
    }
    if (bad > (std::floating_point<T> ? 0u : 1u)) return false;
    wrong[i] = static_cast<std::uint32_t>(sum);
  }
  return true;
}

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
        count_wrong_(&count_wrong_clean<T>) {}

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return axis == 0 ? rows_ : columns_; }

  /// Writes the codes of `rows` rows from `first` and returns whether any is unknown. Throws `ArgumentError` on another value.
  bool read_targets(std::string_view where, std::size_t first, std::size_t rows, Code* codes) const {
    const auto read = encode_(data_, first * columns_, rows * columns_, codes);
    if (read.invalid < rows * columns_) {
      refuse(where, "targets must hold 0 or 1 (NaN or -1: unknown)", first * columns_ + read.invalid, "");
    }
    return read.unknown;
  }

  /// As `read_targets`, for predictions, where nothing may be unknown.
  void read_predictions(std::string_view where, std::size_t first, std::size_t rows, Code* codes) const {
    const auto read = encode_(data_, first * columns_, rows * columns_, codes);
    auto bad = std::min(read.invalid, rows * columns_);
    if (read.unknown) bad = static_cast<std::size_t>(std::find(codes, codes + bad, unknown) - codes);
    if (bad < rows * columns_) {
      refuse(where, "predictions must hold 0 or 1", first * columns_ + bad, "Scores become predictions by a threshold.");
    }
  }

  /// The number of cells of each row that differ from `predictions`, if both matrices are of one type and hold 0 and 1 only.
  [[nodiscard]] bool count_wrong(const LabelCells& predictions, std::uint32_t* wrong) const {
    return count_wrong_ == predictions.count_wrong_ && count_wrong_(data_, predictions.data_, rows_, columns_, wrong);
  }

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

  [[noreturn]] void refuse(std::string_view where, std::string_view expected, std::size_t cell, std::string_view mend) const {
    fail<ArgumentError>(
        {where, expected, join_text(value_(data_, cell), " in row ", cell / columns_, ", column ", cell % columns_), mend});
  }

  const void* data_;
  std::size_t rows_;
  std::size_t columns_;
  CellsRead (*encode_)(const void*, std::size_t, std::size_t, Code*);
  double (*value_)(const void*, std::size_t);
  bool (*count_wrong_)(const void*, const void*, std::size_t, std::size_t, std::uint32_t*);
};

/// How many rows of `columns` cells go into one block.
[[nodiscard]] inline std::size_t block_rows(std::size_t columns) noexcept {
  return std::max<std::size_t>(1, block_cells / std::max<std::size_t>(1, columns));
}

/// Some rows of targets and predictions, row after row. Unknown cells hold 0 in both and 1 in `unknown`.
struct LabelBlock {
  std::size_t first = 0;  ///< the first row
  std::size_t rows = 0;
  std::size_t columns = 0;
  const Code* targets = nullptr;
  const Code* predictions = nullptr;
  const Code* unknown = nullptr;  ///< null when every cell is known
};

/// Calls `visit(LabelBlock)` over all rows, in order, with the columns of `labels` only unless that is empty.
template <class Visit>
void for_each_block(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                    const std::vector<std::size_t>& labels, Visit&& visit) {
  require_same_shape(where, "targets and predictions", targets, predictions);
  const std::size_t columns = targets.columns();
  for (const auto label : labels) {
    if (label >= columns) fail<ArgumentError>({where, join_text("labels must be below ", columns), join_text(label)});
  }
  const std::size_t step = block_rows(columns);
  const std::size_t kept = labels.empty() ? columns : labels.size();
  std::vector<Code> buffers(step * (2 * columns + 3 * kept));
  Code* const read_t = buffers.data();
  Code* const read_p = read_t + step * columns;
  Code* const t = labels.empty() ? read_t : read_p + step * columns;
  Code* const p = labels.empty() ? read_p : t + step * kept;
  Code* const u = buffers.data() + step * (2 * columns + 2 * kept);
  for (std::size_t first = 0; first < targets.rows(); first += step) {
    const std::size_t rows = std::min(step, targets.rows() - first);
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

}  // namespace multilabel::metrics::detail

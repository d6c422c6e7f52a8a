// SPDX-License-Identifier: Apache-2.0
#pragma once
// One code a cell: absent, present or unknown. Cells of any number type become codes here, with a loop that vectorises where
// all of them are 0 or 1, and one that looks at each where they are not.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "multilabel/core/detail/clean_codes.hpp"
#include "multilabel/core/detail/simd.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

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

using core::detail::cell_bits_t;
using core::detail::encode_clean;
using core::detail::to_ones;

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

/// See `count_wrong_clean`.
template <class T>
struct CountWrong {
  using Bits = cell_bits_t<T>;

  MULTILABEL_ALWAYS_INLINE void operator()(const void* targets, const void* predictions, std::size_t rows, std::size_t columns,
                                           std::uint32_t* wrong, bool* clean) const {
    const auto* t = static_cast<const unsigned char*>(targets);
    const auto* p = static_cast<const unsigned char*>(predictions);
    Bits bad = 0;
#if MULTILABEL_HAS_VECTORS
    using Vector = core::detail::Vec<Bits>;
    const std::size_t vectored = columns / Vector::lanes * Vector::lanes;
    typename Vector::type bad_cells{};
#else
    constexpr std::size_t vectored = 0;
#endif
    for (std::size_t i = 0; i < rows; ++i) {
      Bits sum = 0;
#if MULTILABEL_HAS_VECTORS
      typename Vector::type sums{};
      for (std::size_t j = 0; j < vectored; j += Vector::lanes, t += 32, p += 32) {
        typename Vector::type a;
        typename Vector::type b;
        Vector::load(t, a);
        Vector::load(p, b);
        to_ones<T>(a, bad_cells);
        to_ones<T>(b, bad_cells);
        sums += a ^ b;
      }
      for (std::size_t lane = 0; lane < Vector::lanes; ++lane) sum += sums[lane];
#endif
      for (std::size_t j = vectored; j < columns; ++j, t += sizeof(T), p += sizeof(T)) {
        Bits a = 0;
        Bits b = 0;
        std::memcpy(&a, t, sizeof(T));
        std::memcpy(&b, p, sizeof(T));
        to_ones<T>(a, bad);
        to_ones<T>(b, bad);
        sum += a ^ b;
      }
      wrong[i] = static_cast<std::uint32_t>(sum);
    }
#if MULTILABEL_HAS_VECTORS
    for (std::size_t lane = 0; lane < Vector::lanes; ++lane) bad |= bad_cells[lane];
#endif
    *clean = bad == 0;
  }
};

/// How many cells of each of `rows` rows from `first` differ between two matrices of 0 and 1 of one type, without going through
/// codes; false, with the counts unusable, when a cell is something else, or for types so narrow that codes are as fast.
template <class T>
[[nodiscard]] bool count_wrong_clean(const void* targets, const void* predictions, std::size_t first, std::size_t rows,
                                     std::size_t columns, std::uint32_t* wrong) noexcept {
  bool clean = false;
  if constexpr (sizeof(T) >= 4) {
    const void* t = static_cast<const T*>(targets) + first * columns;
    const void* p = static_cast<const T*>(predictions) + first * columns;
    core::detail::run_kernel(CountWrong<T>{}, t, p, rows, columns, wrong, &clean);
  }
  return clean;
}

/// Eight codes as one word; the cells past `count` are 0.
[[nodiscard]] inline std::uint64_t load_word(const Code* codes, std::size_t count) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, codes, count);
  return word;
}

/// Bit i is set where code i of up to 64 codes of 0 and 1 is 1.
[[nodiscard]] inline std::uint64_t ones_mask(const Code* codes, std::size_t count) noexcept {
  std::uint64_t mask = 0;
  if constexpr (std::endian::native == std::endian::little) {
    // The factor moves the lowest bit of byte i to bit 56 + i, and nothing else there.
    for (std::size_t i = 0; i < count; i += 8) {
      mask |= ((load_word(codes + i, std::min<std::size_t>(8, count - i)) * 0x0102040810204080u) >> 56) << i;
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) mask |= static_cast<std::uint64_t>(codes[i]) << i;
  }
  return mask;
}

/// How many rows of `columns` cells go into one block.
[[nodiscard]] inline std::size_t block_rows(std::size_t columns) noexcept {
  return std::max<std::size_t>(1, block_cells / std::max<std::size_t>(1, columns));
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

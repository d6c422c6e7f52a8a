// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where are the positives of each row? For rows of 0 and 1 only, read 64 cells at a time into the bits of one word, at the
// speed of memory. Rows with anything else go through codes.hpp.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "multilabel/core/detail/simd.hpp"
#include "multilabel/metrics/detail/codes.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// How many places past the last one the columns may be written to.
inline constexpr std::size_t columns_slack = 4;

#if MULTILABEL_HAS_VECTORS

/// Writes the columns of the positives of each row, in any order, and how many there are up to the end of each row; `clean`
/// tells whether all cells are 0 or 1.
template <class T>
  requires(sizeof(T) == 1 || sizeof(T) >= 4)
struct FindPresent {
  static constexpr std::size_t size = sizeof(T);
  using Bits = cell_bits_t<T>;
  static constexpr std::size_t lanes = size == 1 ? 1 : 32 / size;  // cells side by side: bit b of a word is
  static constexpr std::size_t depth = 64 / lanes;                 // cell lanes * (b % depth) + b / depth

  MULTILABEL_ALWAYS_INLINE void operator()(const void* cells, std::size_t rows, std::size_t columns, std::uint32_t* found,
                                           std::uint32_t* ends, bool* clean) const {
    const auto* row = static_cast<const unsigned char*>(cells);
    Bad bad{};
    std::uint32_t* next = found;
    for (std::size_t i = 0; i < rows; ++i, row += columns * size) {
      std::size_t base = 0;
      for (; base + 64 <= columns; base += 64) next = write<4>(word_of(row + base * size, 64, bad), base, next);
      if (base < columns) next = write<2>(word_of(row + base * size, columns - base, bad), base, next);
      ends[i] = static_cast<std::uint32_t>(next - found);
    }
    *clean = bad.none();
  }

 private:
  using Vector = core::detail::Vec<Bits>;

  /// Gathers the bits of cells that are neither 0 nor 1.
  struct Bad {
    typename Vector::type vector{};
    std::uint64_t word = 0;

    MULTILABEL_ALWAYS_INLINE bool none() const {
      std::uint64_t all = word;
      for (std::size_t lane = 0; lane < Vector::lanes; ++lane) all |= vector[lane];
      return all == 0;
    }
  };

  /// Writes the columns of a word's bits, `at_once` without looking, since how many there are cannot be predicted.
  template <int at_once>
  MULTILABEL_ALWAYS_INLINE static std::uint32_t* write(std::uint64_t word, std::size_t base, std::uint32_t* next) {
    do {
      for (int k = 0; k < at_once; ++k, word &= word - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(word | (std::uint64_t{1} << 63)));
        *next = static_cast<std::uint32_t>(base + lanes * (bit % depth) + bit / depth);
        next += word != 0 ? 1 : 0;
      }
    } while (word != 0);
    return next;
  }

  MULTILABEL_ALWAYS_INLINE static std::uint64_t word_of(const unsigned char* cells, std::size_t count, Bad& bad) {
    std::uint64_t word = 0;
    if constexpr (size == 1) {
      for (std::size_t j = 0; j < count; j += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, cells + j, std::min<std::size_t>(8, count - j));
        bad.word |= eight & 0xfefefefefefefefeu;
        word |= ones_mask(cells + j, std::min<std::size_t>(8, count - j)) << j;
      }
    } else {
      const std::size_t whole = count / lanes;
      typename Vector::type stack{};
      for (std::size_t k = whole; k-- > 0;) {
        typename Vector::type bits;
        Vector::load(cells + 32 * k, bits);
        to_ones<T>(bits, bad.vector);
        stack = (stack + stack) | bits;
      }
      for (std::size_t lane = 0; lane < lanes; ++lane) word |= static_cast<std::uint64_t>(stack[lane]) << (depth * lane);
      for (std::size_t j = whole * lanes; j < count; ++j) {
        Bits bits = 0;
        std::memcpy(&bits, cells + j * size, size);
        Bits bad_cell = 0;
        to_ones<T>(bits, bad_cell);
        word |= static_cast<std::uint64_t>(bits) << (j / lanes + depth * (j % lanes));
        bad.word |= bad_cell;
      }
    }
    return word;
  }
};

#endif

/// The columns of the positives of `rows` rows from `first`, see `FindPresent`; false, with the columns unusable, when a cell
/// is neither 0 nor 1, or for types that have no quick way.
template <class T>
[[nodiscard]] bool find_present(const void* data, std::size_t first, std::size_t rows, std::size_t columns,
                                std::uint32_t* found, std::uint32_t* ends) {
#if MULTILABEL_HAS_VECTORS
  if constexpr (sizeof(T) == 1 || sizeof(T) == 4 || sizeof(T) == 8) {
    bool clean = false;
    const void* start = static_cast<const T*>(data) + first * columns;
    core::detail::run_kernel(FindPresent<T>{}, start, rows, columns, found, ends, &clean);
    return clean;
  }
#endif
  return false;
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

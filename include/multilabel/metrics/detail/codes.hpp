// SPDX-License-Identifier: Apache-2.0
#pragma once
// One code a cell: absent, present or unknown. Cells of any number type become codes here, with a loop that vectorises where
// all of them are 0 or 1, and one that looks at each where they are not.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

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

/// How many cells of each of `rows` rows from `first` differ between two matrices of 0 and 1 of one type, without going through
/// codes; false, with the counts unusable, when a cell is something else, or for types so narrow that codes are as fast.
template <class T>
[[nodiscard]] bool count_wrong_clean(const void* targets, const void* predictions, std::size_t first, std::size_t rows,
                                     std::size_t columns, std::uint32_t* wrong) noexcept {
  if constexpr (sizeof(T) < 4) return false;
  using Bits = std::conditional_t<sizeof(T) <= 4, std::uint32_t, std::uint64_t>;
  constexpr int exponent = std::floating_point<T> ? std::numeric_limits<T>::digits - 1 : 0;
  const T* t = static_cast<const T*>(targets) + first * columns;
  const T* p = static_cast<const T*>(predictions) + first * columns;
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

}  // namespace multilabel::metrics::detail

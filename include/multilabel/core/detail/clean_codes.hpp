// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cells of any number type that are 0 or 1, as bytes, with vectors and without branches; whoever finds that one was something
// else looks at them again, one by one.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "multilabel/core/detail/simd.hpp"

namespace MULTILABEL_NAMESPACE::core::detail {

/// The unsigned number with the bits of a cell.
template <class T>
using cell_bits_t = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<sizeof(T) == 2, std::uint16_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// Of the bits of a cell, or a vector of them: leaves 1 for the cell 1 and 0 for the cell 0; sets bits of `bad` for any other.
template <class T>
MULTILABEL_ALWAYS_INLINE void to_ones(auto& bits, auto& bad) {
  using Bits = cell_bits_t<T>;
  if constexpr (std::floating_point<T>) {
    // The lowest bit of the exponent tells 1 from 0; whatever then differs from the bits of that number is something else.
    constexpr auto one = std::bit_cast<Bits>(T{1});
    const auto raw = bits;
    bits = (bits >> (std::numeric_limits<T>::digits - 1)) & 1;
    bad |= raw ^ (-bits & one);
  } else {
    bad |= bits & static_cast<Bits>(~Bits{1});
    bits &= 1;
  }
}

/// See `encode_clean`.
template <class T>
struct EncodeClean {
  using Bits = cell_bits_t<T>;

  MULTILABEL_ALWAYS_INLINE void operator()(const void* cells, std::size_t count, std::uint8_t* codes, bool* clean) const {
    const auto* from = static_cast<const unsigned char*>(cells);
    std::size_t i = 0;
    Bits bad = 0;
#if MULTILABEL_HAS_VECTORS
    using Vector = Vec<Bits>;
    typename Vector::type bad_cells{};
    for (; i + 32 <= count; i += 32, from += 32 * sizeof(T)) {
      for (std::size_t ahead = 0; ahead < 32 * sizeof(T); ahead += 64) prefetch(from + 1024 + ahead);
      typename Vector::type packed{};  // byte sizeof(T) * lane + k holds cell lanes * k + lane
      for (std::size_t k = sizeof(T); k-- > 0;) {
        typename Vector::type bits;
        Vector::load(from + 32 * k, bits);
        to_ones<T>(bits, bad_cells);
        if constexpr (sizeof(T) > 1) {
          packed = (packed << 8) | bits;
        } else {
          packed = bits;
        }
      }
      put_in_order(packed, codes + i, std::make_index_sequence<32>());
    }
    for (std::size_t lane = 0; lane < Vector::lanes; ++lane) bad = static_cast<Bits>(bad | bad_cells[lane]);
#endif
    for (; i < count; ++i, from += sizeof(T)) {
      Bits bits = 0;
      std::memcpy(&bits, from, sizeof(T));
      to_ones<T>(bits, bad);
      codes[i] = static_cast<std::uint8_t>(bits);
    }
    *clean = bad == 0;
  }

 private:
#if MULTILABEL_HAS_VECTORS
  template <std::size_t... At>
  MULTILABEL_ALWAYS_INLINE static void put_in_order(const auto& packed, std::uint8_t* codes, std::index_sequence<At...>) {
    constexpr std::size_t lanes = 32 / sizeof(T);
    using Bytes = typename Vec<std::uint8_t>::type;
    Bytes bytes;
    std::memcpy(&bytes, &packed, sizeof(bytes));
    bytes = __builtin_shufflevector(bytes, bytes, (sizeof(T) * (At % lanes) + At / lanes)...);
    std::memcpy(codes, &bytes, sizeof(bytes));
  }
#endif
};

/// Codes of cells that are all 0 or 1; false, with the codes unusable, when one is not. Without branches, with vectors.
template <class T>
[[nodiscard]] bool encode_clean(const T* cells, std::size_t count, std::uint8_t* codes) noexcept {
  bool clean = false;
  run_kernel(EncodeClean<T>{}, static_cast<const void*>(cells), count, codes, &clean);
  return clean;
}

}  // namespace MULTILABEL_NAMESPACE::core::detail

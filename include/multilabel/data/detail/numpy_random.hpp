// SPDX-License-Identifier: Apache-2.0
#pragma once
// The draws of numpy.random.RandomState, so that splits equal those of the Python packages seed for seed. For nothing else: the
// library's own randomness is core/random.hpp.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// MT19937 (Matsumoto and Nishimura, 1998) with NumPy's state: 624 words and the position in them.
struct NumpyRandom {
  std::array<std::uint32_t, 624> words{};
  std::uint32_t position = 624;

  NumpyRandom() = default;
  explicit NumpyRandom(std::uint32_t seed) {
    words[0] = seed;
    for (std::uint32_t i = 1; i < 624; ++i) words[i] = 1812433253u * (words[i - 1] ^ (words[i - 1] >> 30)) + i;
  }

  [[nodiscard]] std::uint32_t bits() noexcept {
    if (position == 624) refill();
    std::uint32_t word = words[position++];
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680u;
    word ^= (word << 15) & 0xefc60000u;
    return word ^ (word >> 18);
  }

  /// Uniform in 0 ... top by masked rejection, as `randint`, `choice` and `shuffle` draw; no draw for a top of 0.
  [[nodiscard]] std::uint32_t up_to(std::uint32_t top) noexcept {
    if (top == 0) return 0;
    std::uint32_t mask = top;
    for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
    std::uint32_t value = bits() & mask;
    while (value > top) value = bits() & mask;
    return value;
  }

  /// As `shuffle` of an array.
  void shuffle(std::vector<std::size_t>& values) noexcept {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[up_to(static_cast<std::uint32_t>(i - 1))]);
  }

 private:
  void refill() noexcept {
    for (std::size_t i = 0; i < 624; ++i) {
      const std::uint32_t mixed = (words[i] & 0x80000000u) | (words[(i + 1) % 624] & 0x7fffffffu);
      words[i] = words[(i + 397) % 624] ^ (mixed >> 1) ^ ((mixed & 1u) != 0 ? 0x9908b0dfu : 0u);
    }
    position = 0;
  }
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

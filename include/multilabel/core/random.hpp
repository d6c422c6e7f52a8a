// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random numbers as a pure function of (seed, stream, epoch, sample): no engine state anywhere, so the same picture gets the
// same draws on any number of threads, at any batch size and after a resume. Not for cryptography.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE {

/// Philox4x32-10 (Salmon et al., SC 2011): four 32-bit words from a 128-bit counter and a 64-bit key. Key 0, counter 0 gives
/// 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                            std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// Where a draw stands in the run. `stream` separates the users of randomness (each operation of a pipeline has its own), so
/// adding one does not disturb another's draws.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint32_t index = 0;  ///< the sample's position in its data set
  std::uint32_t stream = 0;

  [[nodiscard]] constexpr RandomKey with_stream(std::uint32_t value) const noexcept { return {seed, epoch, index, value}; }
  friend bool operator==(const RandomKey&, const RandomKey&) = default;
};

/// The draws of one key, one after the other. Cheap to make; two with equal keys give equal numbers.
class Random {
 public:
  explicit constexpr Random(RandomKey key) noexcept : key_(key) {}

  /// 32 uniform bits.
  [[nodiscard]] constexpr std::uint32_t bits() noexcept {
    if (used_ == 4) {
      block_ = philox({draw_++, key_.stream, key_.epoch, key_.index},
                      {static_cast<std::uint32_t>(key_.seed), static_cast<std::uint32_t>(key_.seed >> 32)});
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] constexpr double uniform() noexcept {
    const std::uint64_t high = bits() >> 5;
    const std::uint64_t low = bits() >> 6;
    return static_cast<double>((high << 26) | low) * 0x1p-53;
  }

  /// Uniform in [low, high).
  [[nodiscard]] constexpr double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

  /// Uniform in 0 ... bound - 1 without bias; 0 for a bound of 0 or 1. One draw is rejected at most half the time.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    if (bound <= 1) return 0;
    const std::uint32_t floor = (0u - bound) % bound;
    std::uint64_t product = std::uint64_t{bits()} * bound;
    while (static_cast<std::uint32_t>(product) < floor) product = std::uint64_t{bits()} * bound;
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// True with probability p; p <= 0 never, p >= 1 always. Always takes one draw, so later draws do not depend on p.
  [[nodiscard]] constexpr bool chance(double p) noexcept { return uniform() < p; }

  /// Standard normal (Box and Muller, one of the pair).
  [[nodiscard]] double normal() noexcept {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  RandomKey key_;
  std::array<std::uint32_t, 4> block_{};
  std::uint32_t draw_ = 0;
  unsigned used_ = 4;
};

/// The numbers 0 ... size - 1 in an order that depends on the key alone (Fisher and Yates).
[[nodiscard]] inline std::vector<std::size_t> permutation(std::size_t size, RandomKey key) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(key);
  for (std::size_t i = size; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  return order;
}

}  // namespace MULTILABEL_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Gaussian noise for whole images, fast and equal on every CPU: sixteen lanes of xoshiro128+ (Blackman and Vigna, 2019),
// seeded from a 64-bit key, give eight random bytes a pixel; three sums of these bytes with orthogonal signs are the noise of
// red, green and blue. The sums are exact integers; each is uncorrelated with the others, bounded at 4.88 deviations and has an
// excess kurtosis of -0.15. The lowest four bits of this generator fail tests of linearity, which a sum of bytes does not show.
// For single draws use `Random::normal` of core/random.hpp.

#include <array>
#include <cstddef>
#include <cstdint>

#include "multilabel/augmentation/simd.hpp"

namespace multilabel::augmentation {

/// An endless field of normal noise that depends on `seed` alone.
class NoiseField {
 public:
  static constexpr std::size_t LANES = 16;
  /// Standard deviation of the raw sums: eight independent bytes of variance (256^2 - 1) / 12.
  static constexpr double DEVIATION = 209.02153;

  using Words = std::array<std::uint32_t, LANES>;
  using State = std::array<Words, 4>;

  explicit NoiseField(std::uint64_t seed) noexcept {
    for (auto& word : state_) {
      for (auto& lane : word) {  // splitmix64 (Steele, Lea and Flood, 2014)
        seed += 0x9E3779B97F4A7C15u;
        std::uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        lane = static_cast<std::uint32_t>(z >> 32);
      }
    }
  }

  /// The next `LANES` pixels: raw sums of deviation `DEVIATION` for the three channels.
  MULTILABEL_KERNEL void next(std::int32_t* red, std::int32_t* green, std::int32_t* blue) noexcept {
    const Words first = draw();
    const Words second = draw();
    for (std::size_t i = 0; i < LANES; ++i) {
      const std::int32_t a0 = byte(first[i], 0), a1 = byte(first[i], 8), a2 = byte(first[i], 16), a3 = byte(first[i], 24);
      const std::int32_t b0 = byte(second[i], 0), b1 = byte(second[i], 8), b2 = byte(second[i], 16), b3 = byte(second[i], 24);
      const std::int32_t a = (a0 - a2) + (a1 - a3);
      const std::int32_t b = (b0 - b2) + (b1 - b3);
      red[i] = a + b;
      green[i] = a - b;
      blue[i] = (a0 - a1) + (a3 - a2) + (b0 - b1) + (b3 - b2);
    }
  }

  /// For loops that draw with other instructions: the four words of the sixteen generators.
  [[nodiscard]] State& state() noexcept { return state_; }

 private:
  MULTILABEL_KERNEL static std::int32_t byte(std::uint32_t word, int shift) noexcept {
    return static_cast<std::int32_t>((word >> shift) & 255u);
  }
  MULTILABEL_KERNEL static std::uint32_t rotate(std::uint32_t x, int k) noexcept { return (x << k) | (x >> (32 - k)); }

  MULTILABEL_KERNEL Words draw() noexcept {
    Words result;
    auto& [s0, s1, s2, s3] = state_;
    for (std::size_t i = 0; i < LANES; ++i) {
      result[i] = s0[i] + s3[i];
      const std::uint32_t t = s1[i] << 9;
      s2[i] ^= s0[i];
      s3[i] ^= s1[i];
      s1[i] ^= s2[i];
      s0[i] ^= s3[i];
      s2[i] ^= t;
      s3[i] = rotate(s3[i], 11);
    }
    return result;
  }

  State state_{};
};

/// Noise to be added to an image of 0 ... 255: mean and deviation in grey levels.
struct Noise {
  double mean = 0;
  double deviation = 0;
  bool per_channel = true;  ///< false: the three channels receive the same value
  std::uint64_t seed = 0;
};

}  // namespace multilabel::augmentation

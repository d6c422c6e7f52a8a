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

namespace MULTILABEL_NAMESPACE::augmentation {

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
    auto& [s0, s1, s2, s3] = state_;
    for (std::size_t i = 0; i < LANES; ++i) {
      Lane lane{s0[i], s1[i], s2[i], s3[i]};
      const Bytes a(lane.draw()), b(lane.draw());
      s0[i] = lane.s0;
      s1[i] = lane.s1;
      s2[i] = lane.s2;
      s3[i] = lane.s3;
      red[i] = difference(a.sums + b.sums);
      green[i] = difference(a.sums + (MIDDLE - b.sums));
      blue[i] = difference(a.differences + b.differences);
    }
  }

  /// For loops that draw with other instructions: the four words of the sixteen generators.
  [[nodiscard]] State& state() noexcept { return state_; }

 private:
  static constexpr std::uint32_t MIDDLE = 0x02000200u;  // in both fields more than they hold

  /// One generator.
  struct Lane {
    MULTILABEL_KERNEL std::uint32_t draw() noexcept {
      const std::uint32_t result = s0 + s3;
      const std::uint32_t t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >> 21);
      return result;
    }
    std::uint32_t s0, s1, s2, s3;
  };

  /// The bytes b0 ... b3 of a word, lowest first, in two fields of 16 bits: b0 + b1 and b2 + b3, and b0 - b1 and b2 - b3 above
  /// a middle.
  struct Bytes {
    MULTILABEL_KERNEL explicit Bytes(std::uint32_t word) noexcept {
      const std::uint32_t even = word & 0x00FF00FFu, odd = (word >> 8) & 0x00FF00FFu;
      sums = even + odd;
      differences = even + (MIDDLE - odd);
    }
    std::uint32_t sums, differences;
  };

  /// The lower field minus the upper one.
  MULTILABEL_KERNEL static std::int32_t difference(std::uint32_t fields) noexcept {
    return static_cast<std::int32_t>(fields & 0xFFFFu) - static_cast<std::int32_t>(fields >> 16);
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

}  // namespace MULTILABEL_NAMESPACE::augmentation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scores as integers: floating-point numbers mapped to unsigned ones of the same order, and the check that all are finite.

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::metrics::detail {

template <std::floating_point Score>
using score_bits_t = std::conditional_t<sizeof(Score) == 4, std::uint32_t, std::uint64_t>;

/// An unsigned number with the order of `score`; -0 and 0 give the same one.
template <std::floating_point Score>
[[nodiscard]] constexpr score_bits_t<Score> to_key(Score score) noexcept {
  using Bits = score_bits_t<Score>;
  constexpr int top = std::numeric_limits<Bits>::digits - 1;
  const auto bits = std::bit_cast<Bits>(score + Score{0});
  const Bits negative = Bits{0} - (bits >> top);
  return bits ^ (negative | (Bits{1} << top));
}

/// The score of a key.
template <std::floating_point Score>
[[nodiscard]] constexpr Score from_key(score_bits_t<Score> key) noexcept {
  using Bits = score_bits_t<Score>;
  constexpr int top = std::numeric_limits<Bits>::digits - 1;
  const Bits positive = Bits{0} - (key >> top);
  return std::bit_cast<Score>(key ^ (~positive | (Bits{1} << top)));
}

/// Whether all of `count` scores are finite. Without branches, so that it vectorises.
template <std::floating_point Score>
[[nodiscard]] bool all_finite(const Score* scores, std::size_t count) noexcept {
  using Bits = score_bits_t<Score>;
  constexpr int shift = std::numeric_limits<Score>::digits - 1;
  constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<Score>::infinity());
  Bits seen = 0;
  for (std::size_t i = 0; i < count; ++i) seen |= (std::bit_cast<Bits>(scores[i]) & exponent) + (Bits{1} << shift);
  return (seen >> (std::numeric_limits<Bits>::digits - 1)) == 0;
}

/// Throws `ArgumentError` naming the first score of these rows that is NaN or infinite.
template <std::floating_point Score>
void require_finite(std::string_view where, MatrixView<const Score> scores, std::size_t first, std::size_t rows) {
  const Score* begin = scores.data() + first * scores.columns();
  const std::size_t count = rows * scores.columns();
  if (all_finite(begin, count)) return;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isfinite(begin[i])) continue;
    const auto text = std::isnan(begin[i]) ? "NaN" : begin[i] > 0 ? "infinity" : "-infinity";
    fail<ArgumentError>({where, "scores must be finite",
                         join_text(text, " in row ", first + i / scores.columns(), ", column ", i % scores.columns())});
  }
}

}  // namespace multilabel::metrics::detail

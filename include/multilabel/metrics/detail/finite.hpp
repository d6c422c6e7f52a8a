// SPDX-License-Identifier: Apache-2.0
#pragma once
// The check that all scores are finite.

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

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// Whether all of `count` scores are finite. Without branches, so that it vectorises.
template <std::floating_point Score>
[[nodiscard]] bool all_finite(const Score* scores, std::size_t count) noexcept {
  using Bits = std::conditional_t<sizeof(Score) == 4, std::uint32_t, std::uint64_t>;
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

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

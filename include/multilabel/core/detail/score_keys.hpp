// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scores as signed integers of the same order, which sort and fall into buckets faster than floating-point numbers.

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::core::detail {

template <class S>
using key_t = std::conditional_t<sizeof(S) == 4, std::int32_t, std::int64_t>;

/// A signed integer that orders as the score does; -0 and +0 are one.
template <class S>
[[nodiscard]] constexpr key_t<S> to_key(S score) noexcept {
  const auto bits = std::bit_cast<key_t<S>>(score + S{0});
  return bits ^ ((bits >> (sizeof(S) * 8 - 1)) & std::numeric_limits<key_t<S>>::max());
}

template <class S>
[[nodiscard]] constexpr S from_key(key_t<S> key) noexcept {
  return std::bit_cast<S>(key ^ ((key >> (sizeof(S) * 8 - 1)) & std::numeric_limits<key_t<S>>::max()));
}

}  // namespace MULTILABEL_NAMESPACE::core::detail

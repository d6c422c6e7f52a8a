// SPDX-License-Identifier: Apache-2.0
#pragma once
// The checks that thresholds and calibration make of their targets and scores, and the compact form they then work on.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::core::detail {

template <class T>
[[noreturn]] void refuse_target(std::string_view where, MatrixView<const T> targets) {
  for (const T value : targets.values()) {
    const bool known = value == T{0} || value == T{1};
    bool unknown = value != value;
    if constexpr (std::is_signed_v<T>) unknown |= value == T{-1};
    if (known || unknown) continue;
    fail<ArgumentError>({where, "targets must be 0, 1, or unknown (NaN or -1)", join_text(static_cast<double>(value)),
                         "Encode label names with MultiLabelBinarizer."});
  }
  fail<ArgumentError>({where, "targets must be 0, 1, or unknown (NaN or -1)", "another value"});
}

/// The targets as 0, 1 and -1 for unknown.
/// @throws ArgumentError on any other value.
template <matrix_like M>
[[nodiscard]] Matrix<std::int8_t> known_targets(std::string_view where, const M& targets) {
  using T = cell_t<M>;
  const auto rows = row_major(targets);
  const auto view = rows.view();
  Matrix<std::int8_t> codes(view.rows(), view.columns());
  bool valid = true;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const T value = view.data()[i];
    if constexpr (std::is_floating_point_v<T>) {
      const bool positive = value == T{1};
      const bool unknown = (value != value) | (value == T{-1});
      valid &= positive | unknown | (value == T{0});
      codes.data()[i] = static_cast<std::int8_t>(static_cast<int>(positive) - static_cast<int>(unknown));
    } else {
      if constexpr (std::is_signed_v<T>) valid &= (value >= T{-1}) & (value <= T{1});
      if constexpr (!std::is_signed_v<T>) valid &= value <= T{1};
      codes.data()[i] = static_cast<std::int8_t>(value);
    }
  }
  if (!valid) refuse_target(where, view);
  return codes;
}

/// Whether no score is NaN or infinite. Without branches, so that it vectorises.
template <class S>
[[nodiscard]] bool all_finite(std::span<const S> scores) noexcept {
  using Bits = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
  constexpr int mantissa = std::numeric_limits<S>::digits - 1;
  constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<S>::infinity());
  constexpr std::size_t lanes = 16;
  Bits seen[lanes] = {};  // an exponent of ones, and no other, carries into the highest bit
  std::size_t i = 0;
  for (; i + lanes <= scores.size(); i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) {
      seen[l] |= (std::bit_cast<Bits>(scores.data()[i + l]) & exponent) + (Bits{1} << mantissa);
    }
  }
  for (; i < scores.size(); ++i) seen[0] |= (std::bit_cast<Bits>(scores[i]) & exponent) + (Bits{1} << mantissa);
  Bits all = 0;
  for (const Bits lane : seen) all |= lane;
  return (all >> (std::numeric_limits<Bits>::digits - 1)) == 0;
}

/// Throws unless targets and scores (or logits: `name` is what the caller calls them) are of one shape, hold at least one known
/// cell, and every score is finite.
template <class S>
void require_scores(std::string_view where, MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                    std::string_view name = "scores") {
  require_same_shape(where, join_text("targets and ", name), targets, scores);
  if (scores.empty()) {
    fail<ShapeError>({where, join_text("targets and ", name, " must have at least one sample and one label"),
                      shape_text(scores.rows(), scores.columns())});
  }
  if (!all_finite(scores.values())) {
    fail<ArgumentError>({where, join_text(name, " must be finite"), "a NaN or an infinity", "Check the model's output."});
  }
  const auto values = targets.values();
  const bool known = std::any_of(values.begin(), values.end(), [](std::int8_t target) { return target >= 0; });
  if (!known) fail<ArgumentError>({where, "targets must have a known cell", "unknown cells only"});
}

/// The score type that the algorithms work in: float stays float, everything else becomes double.
template <class T>
using score_t = std::conditional_t<std::is_same_v<T, float>, float, double>;

/// `scores` in their working type; a copy only where the type changes.
template <matrix_like M>
[[nodiscard]] auto working_scores(const M& scores) {
  using T = cell_t<M>;
  if constexpr (std::is_same_v<T, score_t<T>>) {
    return row_major(scores);
  } else {
    const auto rows = row_major(scores);
    Matrix<double> copy(rows.view().rows(), rows.view().columns());
    for (std::size_t i = 0; i < copy.size(); ++i) copy.data()[i] = static_cast<double>(rows.view().data()[i]);
    return RowMajor<double>(std::move(copy));
  }
}

}  // namespace multilabel::core::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What users pass to a fit, checked and in the one form that fits work on, so that these are compiled once.

#include <cstdint>
#include <string_view>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::calibration::detail {

/// Targets of 0, 1, and -1 for unknown, beside finite scores of the same shape; at least one cell is known.
struct FitCells {
  core::detail::KnownTargets known;
  core::detail::KnownScores numbers;

  [[nodiscard]] MatrixView<const std::int8_t> targets() const noexcept { return known.view(); }
  [[nodiscard]] MatrixView<const double> scores() const noexcept { return numbers.cells().cells; }
};

/// Matrices that are not copied must outlive the result. `name` is what the caller calls the scores.
/// @throws ShapeError, ArgumentError.
template <matrix_like Targets, matrix_like Scores>
[[nodiscard]] FitCells fit_cells(std::string_view where, const Targets& targets, const Scores& scores, std::string_view name) {
  FitCells cells{core::detail::known_targets(where, targets), core::detail::KnownScores(scores)};
  core::detail::require_scores(where, cells.targets(), cells.scores(), name);
  return cells;
}

}  // namespace MULTILABEL_NAMESPACE::calibration::detail

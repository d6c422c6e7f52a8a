// SPDX-License-Identifier: Apache-2.0
#pragma once
// What users pass to a fit, checked and in the one form that fits work on, so that these are compiled once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

/// Targets of 0, 1, and -1 for unknown, beside finite scores of the same shape; at least one cell is known.
struct FitCells {
  core::detail::KnownTargets known;
  RowMajor<double> numbers;

  [[nodiscard]] MatrixView<const std::int8_t> targets() const noexcept { return known.view(); }
  [[nodiscard]] MatrixView<const double> scores() const noexcept { return numbers.view(); }
};

/// `scores` as doubles, which hold every float exactly; a copy only of another type or layout.
template <matrix_like Scores>
[[nodiscard]] RowMajor<double> as_doubles(const Scores& scores) {
  auto rows = row_major(scores);
  if constexpr (std::is_same_v<cell_t<Scores>, double>) {
    return rows;
  } else {
    const auto view = rows.view();
    auto copy = std::make_unique_for_overwrite<double[]>(view.size());
    std::transform(view.data(), view.data() + view.size(), copy.get(), [](auto score) { return static_cast<double>(score); });
    return RowMajor<double>(std::move(copy), view.rows(), view.columns());
  }
}

/// Matrices that are not copied must outlive the result. `name` is what the caller calls the scores.
/// @throws ShapeError, ArgumentError.
template <matrix_like Targets, matrix_like Scores>
[[nodiscard]] FitCells fit_cells(std::string_view where, const Targets& targets, const Scores& scores, std::string_view name) {
  FitCells cells{core::detail::known_targets(where, targets), as_doubles(scores)};
  core::detail::require_scores(where, cells.targets(), cells.scores(), name);
  return cells;
}

}  // namespace multilabel::calibration::detail

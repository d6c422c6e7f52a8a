// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the scores of a batch become predictions: above a number, above one number a label, or the highest score of each row.
// Matrices of whole numbers are predictions already, so a fitted rule's answer can be given as it is.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/finite.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// Throws `ArgumentError` on a threshold that is not finite.
inline void require_thresholds(std::string_view where, const std::vector<double>& thresholds) {
  for (const double threshold : thresholds)
    if (!std::isfinite(threshold)) fail<ArgumentError>({where, "threshold must be finite", join_text(threshold)});
}

/// 1 where a score is above the threshold (one for all labels, or one a label; compared in the scores' type); without any
/// threshold, where it is the highest of its row. Throws on scores that are not finite.
template <std::floating_point Score>
[[nodiscard]] Matrix<std::uint8_t> predictions_of(std::string_view where, MatrixView<const Score> scores,
                                                  const std::vector<double>& thresholds) {
  const std::size_t columns = scores.columns();
  if (thresholds.size() > 1 && thresholds.size() != columns) {
    fail<ShapeError>({where, join_text("scores must have ", thresholds.size(), " labels, one a threshold"),
                      shape_text(scores.rows(), columns)});
  }
  require_finite(where, scores, 0, scores.rows());
  Matrix<std::uint8_t> predictions(scores.rows(), columns);
  std::vector<Score> limits(columns);
  for (std::size_t j = 0; j < columns && !thresholds.empty(); ++j)
    limits[j] = static_cast<Score>(thresholds.size() == 1 ? thresholds[0] : thresholds[j]);
  for (std::size_t i = 0; i < scores.rows() && columns > 0; ++i) {
    const Score* row = scores.data() + i * columns;
    std::uint8_t* out = predictions.data() + i * columns;
    if (thresholds.empty()) {
      const Score highest = *std::max_element(row, row + columns);
      for (std::size_t j = 0; j < columns; ++j) out[j] = row[j] == highest ? 1 : 0;
    } else {
      for (std::size_t j = 0; j < columns; ++j) out[j] = row[j] > limits[j] ? 1 : 0;
    }
  }
  return predictions;
}

/// Calls `use(LabelCells)` with the predictions that `scores` amount to.
template <matrix_like M, class Use>
void with_predictions(std::string_view where, const M& scores, const std::vector<double>& thresholds, Use&& use) {
  const auto rows = row_major(scores);
  if constexpr (std::floating_point<cell_t<M>>) {
    const auto predictions = predictions_of(where, rows.view(), thresholds);
    use(LabelCells(predictions.view()));
  } else {
    use(LabelCells(rows.view()));
  }
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The objective's value for predictions that are already made: the number that `sweep` and `tune` compare thresholds by.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

namespace detail {

[[nodiscard]] inline double value_of(MatrixView<const std::int8_t> targets, MatrixView<const std::uint8_t> predictions,
                                     const Objective& objective) {
  return GroupMean(objective, counts_of(targets, predictions, objective.average)).value();
}

}  // namespace detail

/// The objective's value for predictions, over the known cells. Rows (samples) or labels (macro, weighted) without a known cell
/// leave the mean; all others count, with 0 for 0 / 0, as in scikit-learn.
/// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown.
/// @param predictions [samples, labels], non-zero where the label is predicted.
template <matrix_like Targets, matrix_like Predictions>
[[nodiscard]] double value(const Targets& targets, const Predictions& predictions, const Objective& objective = {}) {
  constexpr std::string_view where = "threshold::value";
  require_same_shape(where, "targets and predictions", targets, predictions);
  require_valid(where, objective);
  const auto known = core::detail::known_targets(where, targets);
  Matrix<std::uint8_t> predicted(known.rows(), known.columns());
  for (std::size_t i = 0; i < known.rows(); ++i) {
    for (std::size_t j = 0; j < known.columns(); ++j) predicted(i, j) = predictions(i, j) != 0 ? 1 : 0;
  }
  return detail::value_of(known.view(), predicted.view(), objective);
}

}  // namespace MULTILABEL_NAMESPACE::threshold

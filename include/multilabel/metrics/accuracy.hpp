// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many rows, or cells, are right? "Accuracy" is two numbers in multi-label work: `accuracy_score` wants the whole row
// right, `binary_accuracy` counts single cells and is high wherever labels are rare.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/counting.hpp"
#include "multilabel/metrics/detail/finite.hpp"
#include "multilabel/metrics/detail/label_source.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

namespace detail {

/// Wrong and known cells of each row.
struct RowErrors {
  std::vector<std::uint32_t> wrong;
  std::vector<std::uint32_t> known;  ///< empty when all are
};

[[nodiscard]] inline RowErrors row_errors(std::string_view where, const LabelCells& targets, const LabelCells& predictions) {
  require_pair(where, targets, predictions, {});
  RowErrors errors{std::vector<std::uint32_t>(targets.rows()), {}};
  if (are_stored(where, targets, predictions)) {
    const auto counts = count_by_sample(where, targets, predictions, {});
    for (std::size_t i = 0; i < targets.rows(); ++i) {
      errors.wrong[i] = static_cast<std::uint32_t>(counts.false_positives(i) + counts.false_negatives(i));
      errors.known.push_back(static_cast<std::uint32_t>(counts.known[i]));
    }
    return errors;
  }
  const auto columns = static_cast<std::uint32_t>(targets.columns());
  std::vector<std::uint32_t> unknown_cells(targets.rows());
  std::atomic<bool> any_unknown = false;
  Chunks(targets.rows(), targets.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    if (targets.count_wrong(predictions, begin, end - begin, errors.wrong.data() + begin)) return;
    for_each_block(where, targets, predictions, {}, begin, end, [&](const LabelBlock& block) {
      for (std::size_t i = 0; i < block.rows; ++i) {
        const std::size_t offset = i * block.columns;
        const RowCounts counts = count_row(block.targets + offset, block.predictions + offset, block.columns);
        errors.wrong[block.first + i] =
            static_cast<std::uint32_t>(counts.predicted + counts.positives - 2 * counts.true_positives);
        if (block.unknown == nullptr) continue;
        unknown_cells[block.first + i] = static_cast<std::uint32_t>(count_ones(block.unknown + offset, block.columns));
        any_unknown = true;
      }
    });
  });
  if (!any_unknown) return errors;
  errors.known.resize(targets.rows());
  std::transform(unknown_cells.begin(), unknown_cells.end(), errors.known.begin(),
                 [columns](std::uint32_t hidden) { return columns - hidden; });
  return errors;
}

/// 1 for each row without a wrong known cell, else 0; NaN for a row of which nothing is known.
[[nodiscard]] inline std::vector<double> rows_right(std::string_view where, const LabelCells& targets,
                                                    const LabelCells& predictions) {
  const auto errors = row_errors(where, targets, predictions);
  std::vector<double> right(targets.rows());
  std::transform(errors.wrong.begin(), errors.wrong.end(), right.begin(), [](std::uint32_t n) { return n == 0 ? 1.0 : 0.0; });
  for (std::size_t i = 0; i < errors.known.size(); ++i) {
    if (errors.known[i] == 0) right[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return right;
}

[[nodiscard]] inline double cells_wrong(std::string_view where, const LabelCells& targets, const LabelCells& predictions,
                                        const std::vector<double>& weights) {
  require_weights(where, weights, targets.rows());
  const auto errors = row_errors(where, targets, predictions);
  double wrong = 0.0;
  double known = 0.0;
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    wrong += weight * errors.wrong[i];
    known += weight * (errors.known.empty() ? static_cast<double>(targets.columns()) : errors.known[i]);
  }
  return known == 0.0 ? std::numeric_limits<double>::quiet_NaN() : wrong / known;
}

[[nodiscard]] inline double cells_on_the_right_side(std::string_view where, const LabelCells& targets,
                                                    const core::detail::ScoreCells& scores, double threshold) {
  require_same_shape(where, "targets and scores", targets, scores.cells);
  if (std::isnan(threshold)) fail<ArgumentError>({where, "threshold must be a number", "NaN"});
  const std::size_t columns = targets.columns();
  const std::size_t step = block_rows(columns);
  const double limit = scores.in_their_type(threshold);
  std::atomic<std::size_t> all_right = 0;
  std::atomic<std::size_t> all_known = 0;
  Chunks(targets.rows(), columns).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<Code> codes(step * columns);
    std::size_t right = 0;
    std::size_t known = 0;
    for (std::size_t first = begin; first < end; first += step) {
      const std::size_t rows = std::min(step, end - first);
      targets.read_targets(where, first, rows, codes.data());
      require_finite(where, scores.cells, first, rows);
      const double* block = scores.cells.data() + first * columns;
      for (std::size_t i = 0; i < rows * columns; ++i) {
        right += codes[i] == (block[i] > limit ? present : absent) ? 1 : 0;
        known += codes[i] != unknown ? 1 : 0;
      }
    }
    all_right += right;
    all_known += known;
  });
  if (all_known == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(all_right) / static_cast<double>(all_known);
}

}  // namespace detail

/// The share of rows that are right in every label (subset accuracy, exact match), weighted by `sample_weight` unless empty.
/// Rows of which nothing is known are left out. NaN without others.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double accuracy_score(const Targets& targets, const Predictions& predictions,
                                    const std::vector<double>& sample_weight = {}) {
  constexpr auto where = "metrics::accuracy_score";
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  detail::require_weights(where, sample_weight, t.cells().rows());
  return mean(detail::rows_right(where, t.cells(), p.cells()), sample_weight);
}

/// The share of rows with at least one wrong label: 1 - `accuracy_score`.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double zero_one_loss(const Targets& targets, const Predictions& predictions,
                                   const std::vector<double>& sample_weight = {}) {
  return 1.0 - accuracy_score(targets, predictions, sample_weight);
}

/// The share of known cells that are wrong, weighted by `sample_weight` unless empty. NaN without known cells.
template <label_matrix Targets, label_matrix Predictions>
[[nodiscard]] double hamming_loss(const Targets& targets, const Predictions& predictions,
                                  const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const detail::LabelSource p(predictions);
  return detail::cells_wrong("metrics::hamming_loss", t.cells(), p.cells(), sample_weight);
}

/// The share of known cells on the right side of `threshold`, as Keras's metric of this name: a cell counts as predicted when
/// its score is above the threshold (not at it). High for any model that predicts nothing where labels are rare. NaN without
/// known cells. Throws `ArgumentError` on a threshold that is NaN.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double binary_accuracy(const Targets& targets, const Scores& scores, double threshold = 0.5) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::cells_on_the_right_side("metrics::binary_accuracy", t.cells(), s.cells(), threshold);
}

}  // namespace MULTILABEL_NAMESPACE::metrics

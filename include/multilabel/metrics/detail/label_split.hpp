// SPDX-License-Identifier: Apache-2.0
#pragma once
// The scores of each label's positives and negatives, apart: what curves, calibration errors and weighted ranking metrics are
// made of; unknown cells end up in neither.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/finite.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

using core::detail::from_key;
using core::detail::KnownTargets;
using core::detail::to_key;

/// Score keys with their weights; no weights means 1 each.
template <std::floating_point Score>
struct Keys {
  std::vector<core::detail::key_t<Score>> keys;
  std::vector<double> weights;
};

/// One label's scores.
template <std::floating_point Score>
struct SplitScores {
  Keys<Score> positives;
  Keys<Score> negatives;
};

/// A whole target matrix as 0, 1 and -1 for unknown, after all checks of `where`'s arguments.
[[nodiscard]] inline KnownTargets checked_targets(std::string_view where, const LabelCells& targets,
                                                  MatrixView<const double> scores, const std::vector<double>& weights) {
  require_same_shape(where, "targets and scores", targets, scores);
  require_weights(where, weights, targets.rows());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] < 0.0)
      fail<ArgumentError>({where, "sample_weight must not be negative", join_text(weights[i], " in row ", i)});
  }
  auto known = std::make_unique_for_overwrite<std::int8_t[]>(targets.rows() * targets.columns());
  const std::size_t step = block_rows(targets.columns());
  Chunks(targets.rows(), targets.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<Code> codes(step * targets.columns());
    for (std::size_t first = begin; first < end; first += step) {
      const std::size_t rows = std::min(step, end - first), count = rows * targets.columns();
      targets.read_targets(where, first, rows, codes.data());
      std::int8_t* const to = known.get() + first * targets.columns();
      for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::int8_t>((codes[i] & 1) - (codes[i] >> 1));
      require_finite(where, scores, first, rows);
    }
  });
  return KnownTargets(RowMajor<std::int8_t>(std::move(known), targets.rows(), targets.columns()));
}

/// The known cells of the columns `from` ... `to` as if they were one label.
[[nodiscard]] inline SplitScores<double> split_labels(const KnownTargets& targets, MatrixView<const double> scores,
                                                      const std::vector<double>& weights, std::size_t from, std::size_t to) {
  SplitScores<double> split;
  for (std::size_t i = 0; i < scores.rows(); ++i) {
    for (std::size_t j = from; j < to; ++j) {
      if (targets(i, j) < 0) continue;
      auto& side = targets(i, j) == 1 ? split.positives : split.negatives;
      side.keys.push_back(to_key(scores(i, j)));
      if (!weights.empty()) side.weights.push_back(weights[i]);
    }
  }
  return split;
}

/// Calls `visit(column, SplitScores)` for every column, on the threads of the process: from several at once, for different
/// columns. `targets` are those of a matrix of the shape of `scores`.
template <class Visit>
void for_each_label(const KnownTargets& targets, MatrixView<const double> scores, const std::vector<double>& weights,
                    Visit&& visit) {
  constexpr std::size_t cells_of_a_piece = std::size_t{1} << 18;
  const std::size_t grain = std::max<std::size_t>(1, cells_of_a_piece / std::max<std::size_t>(1, scores.rows()));
  parallel_for(scores.columns(), 0, grain, [&](std::size_t from, std::size_t to) {
    for (std::size_t j = from; j < to; ++j) visit(j, split_labels(targets, scores, weights, j, j + 1));
  });
}

/// All cells of the matrix as if they were one label (micro averages).
[[nodiscard]] inline SplitScores<double> pool_labels(const KnownTargets& targets, MatrixView<const double> scores,
                                                     const std::vector<double>& weights) {
  return split_labels(targets, scores, weights, 0, scores.columns());
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The scores of each label's positives and negatives, apart: what average precision and the area under the ROC curve are made
// of. Columns are taken sixteen at a time, so that a row-major matrix is read in whole cache lines; unknown cells end up in
// neither.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/score_bits.hpp"

namespace multilabel::metrics::detail {

/// Score keys (see `to_key`) with their weights; no weights means 1 each.
template <std::floating_point Score>
struct Keys {
  std::vector<score_bits_t<Score>> keys;
  std::vector<double> weights;

  void clear() {
    keys.clear();
    weights.clear();
  }
};

/// One label's scores.
template <std::floating_point Score>
struct SplitScores {
  Keys<Score> positives;
  Keys<Score> negatives;
};

/// The codes of a whole target matrix, after all checks of `where`'s arguments.
template <std::floating_point Score>
[[nodiscard]] LongArray<Code> checked_codes(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                            const std::vector<double>& weights) {
  require_same_shape(where, "targets and scores", targets, scores);
  require_weights(where, weights, targets.rows());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] < 0.0)
      fail<ArgumentError>({where, "sample_weight must not be negative", join_text(weights[i], " in row ", i)});
  }
  LongArray<Code> codes(targets.rows() * targets.columns());
  const std::size_t step = block_rows(targets.columns());
  Chunks(targets.rows(), targets.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t first = begin; first < end; first += step) {
      const std::size_t rows = std::min(step, end - first);
      targets.read_targets(where, first, rows, codes.data() + first * targets.columns());
      require_finite(where, scores, first, rows);
    }
  });
  return codes;
}

/// Calls `visit(column, SplitScores)` for the columns `from` ... `to`. `codes` are those of a matrix of the shape of `scores`.
template <std::floating_point Score, class Visit>
void for_some_labels(const LongArray<Code>& codes, MatrixView<const Score> scores, const std::vector<double>& weights,
                     std::size_t from, std::size_t to, Visit&& visit) {
  using Key = score_bits_t<Score>;
  constexpr std::size_t width = 16;
  const std::size_t rows = scores.rows();
  const std::size_t columns = scores.columns();
  LongArray<Key> buffer(2 * width * (rows + 1));
  SplitScores<Score> split;
  for (std::size_t first = from; first < to; first += width) {
    const std::size_t count = std::min(width, to - first);
    Key* ends[2][width];  // where the next negative and the next positive of each column go
    for (std::size_t c = 0; c < width; ++c) {
      ends[0][c] = buffer.data() + c * (rows + 1);
      ends[1][c] = ends[0][c] + width * (rows + 1);
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const Score* row = scores.data() + i * columns + first;
      const Code* code = codes.data() + i * columns + first;
      for (std::size_t c = 0; c < count; ++c) {
        const Key key = to_key(row[c]);
        *ends[0][c] = key;
        *ends[1][c] = key;
        ends[0][c] += code[c] == absent ? 1 : 0;
        ends[1][c] += code[c] == present ? 1 : 0;
      }
    }
    for (std::size_t c = 0; c < count; ++c) {
      const Key* negatives = buffer.data() + c * (rows + 1);
      const Key* positives = negatives + width * (rows + 1);
      split.negatives.keys.assign(negatives, static_cast<const Key*>(ends[0][c]));
      split.positives.keys.assign(positives, static_cast<const Key*>(ends[1][c]));
      split.negatives.weights.clear();
      split.positives.weights.clear();
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const Code code = codes[i * columns + first + c];
        if (code == absent) split.negatives.weights.push_back(weights[i]);
        if (code == present) split.positives.weights.push_back(weights[i]);
      }
      visit(first + c, split);
    }
  }
}

/// The same for every column, on the threads of the process: `visit` is called from several at once, for different columns.
template <std::floating_point Score, class Visit>
void for_each_label(const LongArray<Code>& codes, MatrixView<const Score> scores, const std::vector<double>& weights,
                    Visit&& visit) {
  constexpr std::size_t cells_of_a_piece = std::size_t{1} << 18;
  const std::size_t grain = std::max<std::size_t>(1, cells_of_a_piece / std::max<std::size_t>(1, scores.rows()));
  parallel_for(scores.columns(), 0, grain,
               [&](std::size_t from, std::size_t to) { for_some_labels(codes, scores, weights, from, to, visit); });
}

/// All cells of the matrix as if they were one label (micro averages).
template <std::floating_point Score>
[[nodiscard]] SplitScores<Score> pool_labels(const LongArray<Code>& codes, MatrixView<const Score> scores,
                                             const std::vector<double>& weights) {
  SplitScores<Score> split;
  split.negatives.keys.reserve(codes.size());
  for (std::size_t i = 0, cell = 0; i < scores.rows(); ++i) {
    for (std::size_t j = 0; j < scores.columns(); ++j, ++cell) {
      if (codes[cell] == unknown) continue;
      auto& side = codes[cell] == present ? split.positives : split.negatives;
      side.keys.push_back(to_key(scores.data()[cell]));
      if (!weights.empty()) side.weights.push_back(weights[i]);
    }
  }
  return split;
}

}  // namespace multilabel::metrics::detail

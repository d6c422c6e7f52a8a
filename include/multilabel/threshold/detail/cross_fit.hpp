// SPDX-License-Identifier: Apache-2.0
#pragma once
// How far should a label's threshold be pulled to the global one? Thresholds tuned on some rows predict the others, with every
// strength of the pull; the strongest that is not clearly worse than the best, by two standard errors, is taken, for a rare
// label's own threshold is mostly chance.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/detail/global.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/metric.hpp"
#include "multilabel/threshold/rule.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

struct Fitted {
  std::optional<Best> global;  ///< unset where nothing needed it
  std::vector<double> own;     ///< one per label, or one for all
};

/// (n own + shrinkage global) / (n + shrinkage), n the label's positives; without either, the own one.
[[nodiscard]] inline std::vector<double> shrink(MatrixView<const std::int8_t> targets, const Fitted& fitted, double shrinkage) {
  std::vector<double> thresholds = fitted.own;
  if (shrinkage == 0 || thresholds.size() == 1) return thresholds;
  const auto counts = counts_of_nothing(targets, metrics::Average::macro);
  for (std::size_t j = 0; j < thresholds.size(); ++j) {
    const double positives = counts[j].positives;
    const double own = std::isinf(shrinkage) ? 0.0 : positives / (positives + shrinkage);
    thresholds[j] = own * thresholds[j] + (1.0 - own) * fitted.global->threshold;
  }
  return thresholds;
}

template <class T>
[[nodiscard]] Matrix<T> rows_of(MatrixView<const T> matrix, const std::vector<std::size_t>& rows) {
  Matrix<T> part(rows.size(), matrix.columns());
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(matrix.row(rows[i]).data(), matrix.columns(), part.row(i).data());
  return part;
}

/// The metric without each of the blocks of rows, and last with all rows.
[[nodiscard]] inline std::vector<double> values_without_blocks(MatrixView<const std::int8_t> targets,
                                                               MatrixView<const std::uint8_t> predictions,
                                                               const std::vector<std::size_t>& block_of, std::size_t blocks,
                                                               const Objective& objective) {
  const std::size_t labels = targets.columns();
  const bool by_row = objective.average == metrics::Average::samples;
  const GroupValue score(objective);
  std::vector<Counts<double>> counts((blocks + 1) * labels);  // of each block, and of all
  std::vector<double> sums(blocks + 1), rows(blocks + 1);
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    Counts<double> row;
    for (std::size_t j = 0; j < labels; ++j) {
      if (targets(i, j) < 0) continue;
      const double positive = targets(i, j), predicted = predictions(i, j) != 0 ? 1.0 : 0.0;
      Counts<double>& cell = by_row ? row : counts[block_of[i] * labels + j];
      cell.known += 1, cell.positives += positive, cell.predicted += predicted, cell.true_positives += positive * predicted;
    }
    if (by_row && row.known > 0) sums[block_of[i]] += score(row), rows[block_of[i]] += 1;
  }
  std::vector<double> values;
  if (by_row) {
    const double sum = std::accumulate(sums.begin(), sums.end(), 0.0), all = std::accumulate(rows.begin(), rows.end(), 0.0);
    for (std::size_t b = 0; b <= blocks; ++b) values.push_back((sum - sums[b]) / std::max(all - rows[b], 1.0));
    return values;
  }
  const auto move = [&](std::size_t block, double sign) {  // a block out of the counts of all, or back
    for (std::size_t j = 0; j < labels; ++j) {
      Counts<double>& all = counts[blocks * labels + j];
      const Counts<double>& own = counts[block * labels + j];
      all.known += sign * own.known, all.positives += sign * own.positives;
      all.predicted += sign * own.predicted, all.true_positives += sign * own.true_positives;
    }
  };
  for (std::size_t b = 0; b < blocks; ++b) move(b, 1.0);
  const auto value = [&] {
    Counts<double> pool;
    double sum = 0, total = 0;
    for (std::size_t j = 0; j < labels; ++j) {
      const Counts<double>& own = counts[blocks * labels + j];
      pool.known += own.known, pool.positives += own.positives;
      pool.predicted += own.predicted, pool.true_positives += own.true_positives;
      const double weight = objective.average == metrics::Average::weighted ? own.positives : own.known > 0 ? 1.0 : 0.0;
      sum += weight * score(own), total += weight;
    }
    return objective.average == metrics::Average::micro ? score(pool) : total > 0 ? sum / total : 0.0;
  };
  for (std::size_t b = 0; b < blocks; ++b) {
    move(b, -1.0);
    values.push_back(value());
    move(b, 1.0);
  }
  values.push_back(value());
  return values;
}

/// What thresholds, one for all labels or one per label, predict, compared in the type that the scores came in.
[[nodiscard]] inline Matrix<std::uint8_t> predictions_of(const core::detail::ScoreCells& scores,
                                                         std::vector<double> thresholds) {
  for (double& threshold : thresholds) threshold = scores.in_their_type(threshold);
  return ThresholdRule(std::move(thresholds)).apply(scores.cells);
}

struct CrossFitted {
  double shrinkage = 0, value = 0;  ///< the value of predictions made by thresholds of other rows
  std::vector<double> own;          ///< the means of the labels' own thresholds over all fits
};

/// How often the folds are drawn where a choice hangs on them: the fewer the rows, the more does one draw differ from another.
[[nodiscard]] inline std::size_t fold_draws(std::size_t rows) {
  return std::clamp<std::size_t>(50000 / std::max<std::size_t>(rows, 1), 4, 20);
}

/// Of the candidates, which ascend, the strongest whose out-of-fold value is within two standard errors (jackknife) of the best
/// one's. `fit(targets, scores)` makes a Fitted.
template <class Fit>
[[nodiscard]] CrossFitted cross_fit(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                    const Objective& objective, std::size_t folds, std::uint64_t seed,
                                    const std::vector<double>& candidates, Fit&& fit) {
  const std::size_t repeats = candidates.size() > 1 ? fold_draws(targets.rows()) : 1,
                    blocks = std::min<std::size_t>(20, targets.rows());
  std::vector<std::size_t> block_of(targets.rows());
  std::vector<std::vector<double>> values(candidates.size(), std::vector<double>(blocks + 1, 0.0));
  std::vector<double> own;
  double fits = 0;
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    const auto order = permutation(targets.rows(), {.seed = seed, .epoch = static_cast<std::uint32_t>(repeat)});
    if (repeat == 0) {
      for (std::size_t k = 0; k < order.size(); ++k) block_of[order[k]] = k % blocks;
    }
    std::vector<Matrix<std::uint8_t>> predictions(candidates.size(), Matrix<std::uint8_t>(targets.rows(), targets.columns()));
    for (std::size_t fold = 0; fold < folds; ++fold) {
      std::vector<std::size_t> inside, outside;
      for (std::size_t k = 0; k < order.size(); ++k) (k % folds == fold ? outside : inside).push_back(order[k]);
      const auto part = rows_of(targets, inside);
      const auto cells = part.view().values();
      if (std::none_of(cells.begin(), cells.end(), [](std::int8_t target) { return target >= 0; })) continue;
      const auto part_scores = rows_of(scores.cells, inside);
      const auto fitted = fit(part.view(), core::detail::ScoreCells{part_scores.view(), scores.are_floats});
      own.resize(fitted.own.size(), 0.0);
      for (std::size_t j = 0; j < own.size(); ++j) own[j] += fitted.own[j];
      fits += 1;
      const auto held_out = rows_of(scores.cells, outside);
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        const auto predicted = predictions_of({held_out.view(), scores.are_floats}, shrink(part.view(), fitted, candidates[c]));
        for (std::size_t i = 0; i < outside.size(); ++i) {
          std::copy_n(predicted.row(i).data(), predicted.columns(), predictions[c].row(outside[i]).data());
        }
      }
    }
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const auto without = values_without_blocks(targets, predictions[c].view(), block_of, blocks, objective);
      for (std::size_t b = 0; b <= blocks; ++b) values[c][b] += without[b] / static_cast<double>(repeats);
    }
  }
  for (double& threshold : own) threshold /= fits;
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  std::size_t best = 0, chosen = 0;
  for (std::size_t c = 1; c < candidates.size(); ++c) {
    if (sign * values[c][blocks] >= sign * values[best][blocks]) best = chosen = c;
  }
  for (std::size_t c = best + 1; c < candidates.size(); ++c) {
    double mean = 0, squares = 0;
    for (std::size_t b = 0; b < blocks; ++b) mean += (values[c][b] - values[best][b]) / static_cast<double>(blocks);
    for (std::size_t b = 0; b < blocks; ++b) {
      const double away = values[c][b] - values[best][b] - mean;
      squares += away * away;
    }
    const double error = std::sqrt(squares * static_cast<double>(blocks - 1) / static_cast<double>(blocks));
    if (sign * (values[best][blocks] - values[c][blocks]) <= 2 * error) chosen = c;
  }
  return {candidates[chosen], values[chosen][blocks], std::move(own)};
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

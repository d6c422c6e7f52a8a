// SPDX-License-Identifier: Apache-2.0
#pragma once
// Can the scores be taken for probabilities? Log loss, Brier score and calibration error, per label or averaged; unknown cells
// are left out. Scores must be in [0, 1]: logits become probabilities by a sigmoid, which is never guessed here.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/bins.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/label_source.hpp"

namespace multilabel::metrics {

struct ProbabilityOptions {
  Average average = Average::macro;     ///< how labels become one number; micro is the mean over cells
  std::vector<double> sample_weight{};  ///< [samples]; empty: every row weighs 1
};

struct CalibrationErrorOptions {
  Average average = Average::micro;  ///< micro pools all cells; macro is the mean over labels (samples is not defined)
  std::size_t n_bins = 15;           ///< at least 1
  BinStrategy strategy = BinStrategy::uniform;  ///< how [0, 1] is cut
};

namespace detail {

/// Calls `visit(row, column, positive, probability)` for every known cell of the rows `begin` ... `end`.
template <std::floating_point Score, class Visit>
void for_each_probability(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores, std::size_t begin,
                          std::size_t end, Visit&& visit) {
  const std::size_t columns = targets.columns();
  const std::size_t step = block_rows(columns);
  std::vector<Code> codes(step * columns);
  for (std::size_t first = begin; first < end; first += step) {
    const std::size_t rows = std::min(step, end - first);
    targets.read_targets(where, first, rows, codes.data());
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const Score score = scores(first + i, j);
        if (!(score >= Score{0} && score <= Score{1})) {
          fail<ArgumentError>({where, "scores must be probabilities in [0, 1]",
                               join_text(score, " in row ", first + i, ", column ", j),
                               "Logits become probabilities by a sigmoid."});
        }
        const Code code = codes[i * columns + j];
        if (code != unknown) visit(first + i, j, code == present, score);
      }
    }
  }
}

/// Sums over the cells of each label or row.
struct LossSums {
  LossSums() = default;
  explicit LossSums(std::size_t size) : losses(size), cells(size), positives(size) {}

  void add(const LossSums& part) {
    for (std::size_t k = 0; k < losses.size(); ++k) {
      losses[k] += part.losses[k];
      cells[k] += part.cells[k];
      positives[k] += part.positives[k];
    }
  }

  std::vector<double> losses, cells, positives;
};

/// The mean of `loss(positive, probability)` over the known cells of each label, or of each row for `Average::samples`; and the
/// weight of the cells, or of the positives for `Average::weighted`, behind each.
template <std::floating_point Score, class Loss>
[[nodiscard]] std::pair<std::vector<double>, std::vector<double>> cell_means(std::string_view where, const LabelCells& targets,
                                                                             MatrixView<const Score> scores, Average average,
                                                                             const std::vector<double>& weights, Loss&& loss) {
  require_same_shape(where, "targets and scores", targets, scores);
  require_weights(where, weights, targets.rows());
  const bool by_row = average == Average::samples;
  const std::size_t size = by_row ? targets.rows() : targets.columns();
  LossSums total(size);
  const Chunks chunks(targets.rows(), targets.columns());
  std::vector<LossSums> parts(by_row ? 0 : chunks.count());
  chunks.for_each([&](std::size_t chunk, std::size_t begin, std::size_t end) {
    if (!by_row) parts[chunk] = LossSums(size);
    LossSums& sums = by_row ? total : parts[chunk];
    for_each_probability(where, targets, scores, begin, end, [&](std::size_t i, std::size_t j, bool positive, Score score) {
      const double weight = weights.empty() || by_row ? 1.0 : weights[i];
      const std::size_t at = by_row ? i : j;
      sums.losses[at] += weight * loss(positive, score);
      sums.cells[at] += weight;
      sums.positives[at] += positive ? weight : 0.0;
    });
  });
  for (const auto& part : parts) total.add(part);
  for (std::size_t k = 0; k < size; ++k) total.losses[k] /= total.cells[k];
  return {std::move(total.losses), average == Average::micro ? std::move(total.cells) : std::move(total.positives)};
}

template <std::floating_point Score, class Loss>
[[nodiscard]] double mean_over_cells(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores,
                                     const ProbabilityOptions& options, Loss&& loss) {
  const auto [values, weights] = cell_means(where, targets, scores, options.average, options.sample_weight, loss);
  if (options.average == Average::samples) return mean(values, options.sample_weight);
  if (options.average == Average::macro) return mean(values);
  return mean(values, weights);
}

/// -log of the probability given to the truth, with probabilities kept one rounding step away from 0 and 1.
template <std::floating_point Score>
[[nodiscard]] double cell_log_loss(bool positive, Score score) {
  constexpr double least = static_cast<double>(std::numeric_limits<Score>::epsilon());
  const double probability = std::clamp(static_cast<double>(score), least, 1.0 - least);
  return positive ? -std::log(probability) : -std::log1p(-probability);
}

template <std::floating_point Score>
[[nodiscard]] double cell_brier(bool positive, Score score) {
  const double difference = static_cast<double>(score) - (positive ? 1.0 : 0.0);
  return difference * difference;
}

using ScoredCell = std::pair<double, bool>;  // probability, positive

/// The mean over cells of the distance between the mean probability and the share of positives of the cell's bin.
[[nodiscard]] inline double calibration_error_of(std::vector<ScoredCell>& cells, std::size_t n_bins, BinStrategy strategy) {
  if (cells.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(cells.begin(), cells.end());
  double error = 0.0;
  std::size_t begin = 0;
  for (std::size_t bin = 1; bin <= n_bins && begin < cells.size(); ++bin) {
    std::size_t end = cells.size();
    if (bin < n_bins) {
      const double share = static_cast<double>(bin) / static_cast<double>(n_bins);
      const auto score = [&](std::size_t i) { return cells[i].first; };
      const double edge = strategy == BinStrategy::uniform ? share : quantile_edge(cells.size(), share, score);
      end = static_cast<std::size_t>(
          std::upper_bound(cells.begin(), cells.end(), edge, [](double x, const ScoredCell& cell) { return x < cell.first; }) -
          cells.begin());
    }
    double gap = 0.0;
    for (std::size_t i = begin; i < end; ++i) gap += cells[i].first - (cells[i].second ? 1.0 : 0.0);
    error += std::abs(gap);
    begin = std::max(begin, end);
  }
  return error / static_cast<double>(cells.size());
}

template <std::floating_point Score>
[[nodiscard]] std::vector<double> calibration_errors(std::string_view where, const LabelCells& targets,
                                                     MatrixView<const Score> scores, const CalibrationErrorOptions& options) {
  if (options.n_bins == 0) fail<ArgumentError>({where, "n_bins must be at least 1", "0"});
  if (options.average == Average::samples) {
    fail<ArgumentError>(
        {where, "average must be micro, macro or weighted", "samples", "A row has too few cells to be binned."});
  }
  require_same_shape(where, "targets and scores", targets, scores);
  const bool pooled = options.average == Average::micro;
  std::vector<std::vector<ScoredCell>> cells(pooled ? 1 : targets.columns());
  for_each_probability(where, targets, scores, 0, targets.rows(), [&](std::size_t, std::size_t j, bool positive, Score score) {
    cells[pooled ? 0 : j].emplace_back(static_cast<double>(score), positive);
  });
  std::vector<double> errors(cells.size());
  parallel_for(cells.size(), 0, 1 + (std::size_t{1} << 16) / std::max<std::size_t>(1, targets.rows()),
               [&](std::size_t from, std::size_t to) {
                 for (std::size_t j = from; j < to; ++j) {
                   errors[j] = calibration_error_of(cells[j], options.n_bins, options.strategy);
                 }
               });
  return errors;
}

}  // namespace detail

/// The mean over known cells of -log(probability given to the truth); 0 is best. Probabilities of 0 and 1 are moved by the
/// score type's epsilon. Per label it is scikit-learn's `log_loss` of that column. Throws `ArgumentError` on scores outside [0,
/// 1].
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double log_loss(const Targets& targets, const Scores& scores, const ProbabilityOptions& options = {}) {
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  return detail::mean_over_cells("metrics::log_loss", t.cells(), s.view(), options, detail::cell_log_loss<cell_t<Scores>>);
}

/// The mean over known cells of (probability - truth)^2, in [0, 1]; 0 is best. Errors as `log_loss`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double brier_score_loss(const Targets& targets, const Scores& scores, const ProbabilityOptions& options = {}) {
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  return detail::mean_over_cells("metrics::brier_score_loss", t.cells(), s.view(), options, detail::cell_brier<cell_t<Scores>>);
}

/// The mean over known cells of |mean probability - share of positives| of the cell's bin (Naeini et al. 2015, on the
/// probability of presence), in [0, 1]; 0 is best. It shrinks with fewer bins: compare like with like. Errors as `log_loss`.
/// O(n log n).
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double expected_calibration_error(const Targets& targets, const Scores& scores,
                                                const CalibrationErrorOptions& options = {}) {
  constexpr auto where = "metrics::expected_calibration_error";
  const detail::LabelSource t(targets);
  const auto s = row_major(scores);
  const detail::LabelCells& cells = t.cells();
  const auto errors = detail::calibration_errors(where, cells, s.view(), options);
  if (options.average != Average::weighted) return mean(errors);
  const auto ignored = [](bool, cell_t<Scores>) { return 0.0; };
  return mean(errors, detail::cell_means(where, cells, s.view(), Average::weighted, {}, ignored).second);
}

}  // namespace multilabel::metrics

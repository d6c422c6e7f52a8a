// SPDX-License-Identifier: Apache-2.0
#pragma once
// Can the scores be taken for probabilities? Log loss, Brier score and calibration error, per label or averaged; unknown cells
// are left out. Scores must be in [0, 1]: logits become probabilities by a sigmoid, which is never guessed here.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/bins.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/label_split.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

struct ProbabilityOptions {
  Average average = Average::macro;     ///< how labels become one number; micro is the mean over cells
  std::vector<double> sample_weight{};  ///< [samples]; empty: every row weighs 1
};

struct CalibrationErrorOptions {
  Average average = Average::micro;  ///< micro pools all cells; macro is the mean over labels (samples is not defined)
  std::size_t n_bins = 15;           ///< 1 to 1,000,000
  BinStrategy strategy = BinStrategy::uniform;  ///< how [0, 1] is cut
};

namespace detail {

/// Throws `ArgumentError` naming the first score of these rows that is not in [0, 1].
inline void require_probabilities(std::string_view where, MatrixView<const double> scores, std::size_t first,
                                  std::size_t rows) {
  const auto cells = scores.values().subspan(first * scores.columns(), rows * scores.columns());
  const auto wrong = [](double score) { return !(score >= 0.0 && score <= 1.0); };
  bool any = false;
  for (const double score : cells) any |= wrong(score);
  if (!any) return;
  const auto cell = static_cast<std::size_t>(std::find_if(cells.begin(), cells.end(), wrong) - cells.begin());
  fail<ArgumentError>(
      {where, "scores must be probabilities in [0, 1]",
       join_text(cells[cell], " in row ", first + cell / scores.columns(), ", column ", cell % scores.columns()),
       "Logits become probabilities by a sigmoid."});
}

/// Calls `visit(row, column, positive, probability)` for every known cell of the rows `begin` ... `end`.
template <class Visit>
void for_each_probability(std::string_view where, const LabelCells& targets, MatrixView<const double> scores, std::size_t begin,
                          std::size_t end, Visit&& visit) {
  const std::size_t columns = targets.columns();
  const std::size_t step = block_rows(columns);
  std::vector<Code> codes(step * columns);
  for (std::size_t first = begin; first < end; first += step) {
    const std::size_t rows = std::min(step, end - first);
    targets.read_targets(where, first, rows, codes.data());
    require_probabilities(where, scores, first, rows);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const Code code = codes[i * columns + j];
        if (code != unknown) visit(first + i, j, code == present, scores(first + i, j));
      }
    }
  }
}

/// What a cell costs; log loss and Brier score in one type, so that what sums them is compiled once.
struct CellLoss {
  enum class Kind { log, brier, none } kind = Kind::none;
  double least = 0.0;  ///< how close a probability may come to 0 or 1 in the log loss: a rounding step of the scores' type

  [[nodiscard]] double operator()(bool positive, double score) const noexcept {
    if (kind == Kind::none) return 0.0;
    if (kind == Kind::brier) {
      const double difference = score - (positive ? 1.0 : 0.0);
      return difference * difference;
    }
    const double probability = std::clamp(score, least, 1.0 - least);
    return positive ? -std::log(probability) : -std::log1p(-probability);
  }
};

/// -log of the probability given to the truth.
[[nodiscard]] inline CellLoss log_loss_of(const core::detail::ScoreCells& scores) noexcept {
  return {CellLoss::Kind::log, scores.are_floats ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                                 : std::numeric_limits<double>::epsilon()};
}

/// (probability - truth)^2
inline constexpr CellLoss brier_loss{CellLoss::Kind::brier};

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
using CellMeans = std::pair<std::vector<double>, std::vector<double>>;
[[nodiscard]] inline CellMeans cell_means(std::string_view where, const LabelCells& targets, MatrixView<const double> scores,
                                          Average average, const std::vector<double>& weights, const CellLoss& loss) {
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
    for_each_probability(where, targets, scores, begin, end, [&](std::size_t i, std::size_t j, bool positive, double score) {
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

[[nodiscard]] inline double mean_over_cells(std::string_view where, const LabelCells& targets, MatrixView<const double> scores,
                                            const ProbabilityOptions& options, const CellLoss& loss) {
  const auto [values, weights] = cell_means(where, targets, scores, options.average, options.sample_weight, loss);
  if (options.average == Average::samples) return mean(values, options.sample_weight);
  if (options.average == Average::macro) return mean(values);
  return mean(values, weights);
}

/// The upper edges of all bins but the last.
[[nodiscard]] inline std::vector<double> bin_edges(const SplitScores<double>& cells, std::size_t n_bins, BinStrategy strategy) {
  std::vector<core::detail::key_t<double>> sorted;
  if (strategy == BinStrategy::quantile) {
    sorted = cells.positives.keys;
    sorted.insert(sorted.end(), cells.negatives.keys.begin(), cells.negatives.keys.end());
    std::sort(sorted.begin(), sorted.end());
  }
  std::vector<double> edges(n_bins - 1);
  for (std::size_t bin = 1; bin < n_bins; ++bin) {
    const double share = static_cast<double>(bin) / static_cast<double>(n_bins);
    const auto score = [&](std::size_t i) { return from_key<double>(sorted[i]); };
    edges[bin - 1] = strategy == BinStrategy::uniform ? share : quantile_edge(sorted.size(), share, score);
  }
  return edges;
}

/// The mean over cells of the distance between the mean probability and the share of positives of the cell's bin.
[[nodiscard]] inline double calibration_error_of(const SplitScores<double>& cells, std::size_t n_bins, BinStrategy strategy) {
  const std::size_t size = cells.positives.keys.size() + cells.negatives.keys.size();
  if (size == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto edges = bin_edges(cells, n_bins, strategy);
  std::vector<double> gaps(n_bins);  // the sum of the probabilities of a bin's cells less its positives
  const auto add = [&](const std::vector<core::detail::key_t<double>>& keys, double positive) {
    for (const auto key : keys) {
      const double probability = from_key<double>(key);
      std::size_t bin = 0;
      if (strategy == BinStrategy::uniform) {  // the edge below the product, or the next: a rounding may tell them apart
        bin = std::min(static_cast<std::size_t>(probability * static_cast<double>(n_bins)), n_bins - 1);
        if (bin > 0 && !(probability > edges[bin - 1])) --bin;
        if (bin + 1 < n_bins && probability > edges[bin]) ++bin;
      } else {
        bin = static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), probability) - edges.begin());
      }
      gaps[bin] += probability - positive;
    }
  };
  add(cells.positives.keys, 1.0);
  add(cells.negatives.keys, 0.0);
  double error = 0.0;
  for (const double gap : gaps) error += std::abs(gap);
  return error / static_cast<double>(size);
}

[[nodiscard]] inline std::vector<double> calibration_errors(std::string_view where, const LabelCells& targets,
                                                            MatrixView<const double> scores,
                                                            const CalibrationErrorOptions& options) {
  require_bins(where, options.n_bins);
  if (options.average == Average::samples) {
    fail<ArgumentError>(
        {where, "average must be micro, macro or weighted", "samples", "A row has too few cells to be binned."});
  }
  require_same_shape(where, "targets and scores", targets, scores);
  require_probabilities(where, scores, 0, scores.rows());
  const auto known = checked_targets(where, targets, scores, {});
  const auto error_of = [&](const SplitScores<double>& cells) {
    return calibration_error_of(cells, options.n_bins, options.strategy);
  };
  if (options.average == Average::micro) return {error_of(pool_labels(known, scores, {}))};
  std::vector<double> errors(targets.columns());
  for_each_label(known, scores, {}, [&](std::size_t j, const SplitScores<double>& cells) { errors[j] = error_of(cells); });
  return errors;
}

}  // namespace detail

/// The mean over known cells of -log(probability given to the truth); 0 is best. Probabilities of 0 and 1 are moved by the
/// score type's epsilon. Per label it is scikit-learn's `log_loss` of that column. Throws `ArgumentError` on scores outside [0,
/// 1].
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double log_loss(const Targets& targets, const Scores& scores, const ProbabilityOptions& options = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::mean_over_cells("metrics::log_loss", t.cells(), s.cells().cells, options, detail::log_loss_of(s.cells()));
}

/// The mean over known cells of (probability - truth)^2, in [0, 1]; 0 is best. Errors as `log_loss`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double brier_score_loss(const Targets& targets, const Scores& scores, const ProbabilityOptions& options = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::mean_over_cells("metrics::brier_score_loss", t.cells(), s.cells().cells, options, detail::brier_loss);
}

/// The mean over known cells of |mean probability - share of positives| of the cell's bin (Naeini et al. 2015, on the
/// probability of presence), in [0, 1]; 0 is best. It shrinks with fewer bins: compare like with like. Errors as `log_loss`.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double expected_calibration_error(const Targets& targets, const Scores& scores,
                                                const CalibrationErrorOptions& options = {}) {
  constexpr auto where = "metrics::expected_calibration_error";
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  const detail::LabelCells& cells = t.cells();
  const auto errors = detail::calibration_errors(where, cells, s.cells().cells, options);
  if (options.average != Average::weighted) return mean(errors);
  return mean(errors, detail::cell_means(where, cells, s.cells().cells, Average::weighted, {}, {}).second);
}

}  // namespace MULTILABEL_NAMESPACE::metrics

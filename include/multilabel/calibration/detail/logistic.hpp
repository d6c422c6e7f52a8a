// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fits probability = sigmoid(slope * logit + intercept) by maximum likelihood: Newton's method on sums over all cells, from the
// line of some of them on. The pieces of a sum depend on the cells alone, so no number of threads changes it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "multilabel/calibration/detail/logistic_sums.hpp"
#include "multilabel/core/parallel.hpp"

namespace MULTILABEL_NAMESPACE::calibration::detail {

/// How the fit is regularised and which parameters move.
struct LogisticModel {
  bool intercept = true;  ///< false: the slope alone, within 0.01 to 100
  bool smooth = true;     ///< Platt's targets (N+ + 1) / (N+ + 2) and 1 / (N- + 2) for 1 and 0
};

/// The logits of the known cells of a label, or of all labels: those of the positives from the front on, those of the negatives
/// from the back on, and how often each counts.
struct KnownLogits {
  std::vector<double> logits;
  std::size_t positive_count = 0, negative_count = 0;
  double positive_weight = 1, negative_weight = 1;

  /// `logits` has room for all cells.
  void add(int target, double logit) noexcept {
    if (target == 1) logits[positive_count++] = logit;
    if (target == 0) logits[logits.size() - ++negative_count] = logit;
  }
  [[nodiscard]] std::span<double> positives() noexcept { return std::span(logits).first(positive_count); }
  [[nodiscard]] std::span<double> negatives() noexcept { return std::span(logits).last(negative_count); }
  [[nodiscard]] std::span<const double> positives() const noexcept { return std::span(logits).first(positive_count); }
  [[nodiscard]] std::span<const double> negatives() const noexcept { return std::span(logits).last(negative_count); }
  [[nodiscard]] bool has_both() const noexcept { return positive_count > 0 && negative_count > 0; }
};

/// At most 2,048 cells of each kind, which stand for all.
[[nodiscard]] inline KnownLogits some_of(const KnownLogits& cells) {
  KnownLogits some{.logits = std::vector<double>(2 * 2048)};
  const auto thin = [&](std::span<const double> logits, int target) {
    const std::size_t step = 1 + logits.size() / 2048;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < logits.size(); i += step, ++kept) some.add(target, logits[i]);
    return static_cast<double>(logits.size()) / static_cast<double>(kept);
  };
  some.positive_weight = thin(cells.positives(), 1);
  some.negative_weight = thin(cells.negatives(), 0);
  return some;
}

/// The sums over the positives and the negatives, whose targets are `yes` and `no`.
[[nodiscard]] inline LogisticSums sums_at(const KnownLogits& cells, Line line, double yes, double no, std::size_t threads) {
  constexpr std::size_t piece = std::size_t{1} << 15;
  const std::size_t positive_pieces = (cells.positive_count + piece - 1) / piece;
  std::vector<LogisticSums> sums(positive_pieces + (cells.negative_count + piece - 1) / piece);
  parallel_for(sums.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const bool positive = i < positive_pieces;
      const auto logits = positive ? cells.positives() : cells.negatives();
      const std::size_t first = (positive ? i : i - positive_pieces) * piece;
      const double weight = positive ? cells.positive_weight : cells.negative_weight;
      sums[i] =
          weight * logistic_sums(logits.data() + first, std::min(piece, logits.size() - first), line, positive ? yes : no);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), LogisticSums{});
}

/// Newton's method from `line` on. The likelihood is concave, so a move is halved until it ends before its highest point along
/// the move, or, where it is small, hardly behind.
[[nodiscard]] inline Line climb(const KnownLogits& cells, Line line, double yes, double no, LogisticModel model,
                                std::size_t threads) {
  constexpr double tiny = std::numeric_limits<double>::min();  // instead of dividing by 0
  Line move;
  double rise = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 200; ++round) {
    const auto [rest, rest_logit, weight, weight_logit, weight_square] = sums_at(cells, line, yes, no, threads);
    if (rest * move.intercept + rest_logit * move.slope > (rise < 0.01 * weight ? 0.5 * rise : 0.0)) {
      move = {0.5 * move.slope, 0.5 * move.intercept};
      line = {line.slope - move.slope, line.intercept - move.intercept};
      rise *= 0.5;
      continue;
    }
    if (model.intercept) {
      // How much weight the slope has beside the intercept: nothing but rounding where all logits are one value.
      const double own = weight_square - weight_logit * weight_logit / (weight + tiny);
      move.slope = own > 1e-13 * weight_square ? (weight_logit / (weight + tiny) * rest - rest_logit) / own : 0.0;
      move.intercept = -(rest + weight_logit * move.slope) / (weight + tiny);
    } else {
      move.slope = std::clamp(line.slope - rest_logit / (weight_square + tiny), 0.01, 100.0) - line.slope;
    }
    rise = -(rest * move.intercept + rest_logit * move.slope);
    line = {line.slope + move.slope, line.intercept + move.intercept};
    // The mean square move of a cell is 1e-10, and that of the next move its square.
    if (!(rise > 1e-10 * weight)) break;
  }
  return line;
}

/// The maximum-likelihood line of cells of both kinds.
[[nodiscard]] inline Line fit_line(KnownLogits cells, LogisticModel model, std::size_t threads) {
  const auto positives = static_cast<double>(cells.positive_count), negatives = static_cast<double>(cells.negative_count);
  const double yes = model.smooth ? (positives + 1) / (positives + 2) : 1.0, no = model.smooth ? 1 / (negatives + 2) : 0.0;
  double middle = 0;
  if (model.intercept) {  // else a slope far from 0 would need an intercept to match, to more digits than there are
    for (const auto logits : {cells.positives(), cells.negatives()})
      middle = std::accumulate(logits.begin(), logits.end(), middle);
    middle /= positives + negatives;
    for (double& logit : cells.logits) logit -= middle;
  }
  Line line{model.intercept ? 0.0 : 1.0, 0.0};
  if (positives + negatives >= 8192) line = climb(some_of(cells), line, yes, no, model, 1);
  line = climb(cells, line, yes, no, model, threads);
  return {line.slope, line.intercept - line.slope * middle};
}

}  // namespace MULTILABEL_NAMESPACE::calibration::detail

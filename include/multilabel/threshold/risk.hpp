// SPDX-License-Identifier: Apache-2.0
#pragma once
// The loss of each row at a threshold, and the curve of the two losses that only move at the scores of one kind of cell.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

/// What an image's predictions may get wrong; each a loss in [0, 1], with 0 / 0 as no loss.
enum class Risk {
  false_negative_rate,   ///< share of the true labels that are missed: falls as the threshold falls
  false_positive_rate,   ///< share of the absent labels that are predicted: falls as the threshold rises
  false_discovery_rate,  ///< share of the predictions that are false: 1 - precision
  f1,                    ///< 1 - F1
  jaccard                ///< 1 - Jaccard index
};

namespace detail {

/// Whether the loss can only fall (or stay) in one direction of the threshold.
[[nodiscard]] constexpr bool is_monotone(Risk risk) noexcept {
  return risk == Risk::false_negative_rate || risk == Risk::false_positive_rate;
}

[[nodiscard]] constexpr double row_loss(Risk risk, double both, double predicted, double positives, double known) noexcept {
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  switch (risk) {
    case Risk::false_negative_rate:
      return share(positives - both, positives);
    case Risk::false_positive_rate:
      return share(predicted - both, known - positives);
    case Risk::false_discovery_rate:
      return share(predicted - both, predicted);
    case Risk::f1:
      return share(predicted + positives - 2 * both, predicted + positives);
    case Risk::jaccard:
      return share(predicted + positives - 2 * both, predicted + positives - both);
  }
  return 1.0;
}

/// The losses of all rows with a known cell when score >= threshold is predicted.
[[nodiscard]] inline std::vector<double> row_losses(MatrixView<const std::int8_t> targets, MatrixView<const double> scores,
                                                    Risk risk, double threshold) {
  std::vector<double> losses;
  losses.reserve(targets.rows());
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    int both = 0, predicted = 0, positives = 0, known = 0;
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      const int is_known = targets(i, j) >= 0, positive = targets(i, j) == 1, above = scores(i, j) >= threshold;
      known += is_known, positives += positive, predicted += is_known & above, both += positive & above;
    }
    if (known > 0) losses.push_back(row_loss(risk, both, predicted, positives, known));
  }
  return losses;
}

/// One label's losses, 0 or 1 for every cell that counts: for false discoveries the predicted ones, for Jaccard and F1 those
/// predicted or true, of which the ones that are not both are losses.
[[nodiscard]] inline std::vector<double> label_losses(MatrixView<const std::int8_t> targets, MatrixView<const double> scores,
                                                      std::size_t label, Risk risk, double threshold) {
  std::vector<double> losses;
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    if (targets(i, label) < 0) continue;
    const bool positive = targets(i, label) == 1, predicted = scores(i, label) >= threshold;
    if (predicted || (positive && risk != Risk::false_discovery_rate)) losses.push_back(positive && predicted ? 0.0 : 1.0);
  }
  return losses;
}

/// The scores at which a monotone loss moves, ascending, each with its weight in its row's loss.
struct LossSteps {
  std::vector<std::pair<double, double>> steps;
  std::size_t rows = 0;  ///< with a known cell
};

/// @param positives whether the true cells move the loss (false negative rate), or the absent ones.
[[nodiscard]] inline LossSteps loss_steps(MatrixView<const std::int8_t> targets, MatrixView<const double> scores,
                                          bool positives) {
  LossSteps result;
  const std::int8_t kind = positives ? 1 : 0;
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    std::size_t cells = 0, known = 0;
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      cells += targets(i, j) == kind ? 1 : 0;
      known += targets(i, j) >= 0 ? 1 : 0;
    }
    result.rows += known > 0 ? 1 : 0;
    if (cells == 0) continue;
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      if (targets(i, j) == kind) result.steps.emplace_back(scores(i, j), 1.0 / static_cast<double>(cells));
    }
  }
  std::sort(result.steps.begin(), result.steps.end());
  return result;
}

}  // namespace detail
}  // namespace MULTILABEL_NAMESPACE::threshold

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is certain of average precision and ROC AUC when scores are known by their bins only: the least and the most that they
// can be, and what to expect.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/roc_auc.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// The exact value lies between these.
struct Bounds {
  double lower = 0.0;
  double upper = 0.0;
};

namespace detail {

/// The least and the most that average precision can be, were the order inside every step known. A positive has at least the
/// positives of higher steps and its own predecessors at or above it and at most all negatives of its step (the integral is
/// below that sum, and also holds for weights); at best all positives of its step and no negative of it.
[[nodiscard]] inline Bounds average_precision_bounds(const PositiveSteps& steps) {
  Bounds area;
  double tp = 0.0;
  double fp = 0.0;
  for (std::size_t i = 0; i < steps.positives.size(); ++i) {
    const double positives = steps.positives[i];
    fp += steps.negatives_above[i];
    area.upper += positives * (tp + positives) / (tp + positives + fp);
    fp += steps.negatives_at[i];
    area.lower += fp == 0.0 ? positives : positives - fp * std::log1p(positives / (tp + fp));
    tp += positives;
  }
  return {area.lower / steps.positive_weight, area.upper / steps.positive_weight};
}

/// Average precision where scores are known by their bins only: the order inside a bin counts as random, so that the negatives
/// of a bin lie evenly between its positives (in at most 32 parts).
[[nodiscard]] inline double average_precision_of_bins(const PositiveSteps& steps) {
  double area = 0.0;
  double tp = 0.0;
  double fp = 0.0;
  for (std::size_t i = 0; i < steps.positives.size(); ++i) {
    const double positives = steps.positives[i];
    const double parts = std::clamp(std::round(positives), 1.0, 32.0);
    fp += steps.negatives_above[i];
    for (double part = 1.0; part <= parts; ++part) {
      const double found = tp + positives * part / parts;
      area += positives / parts * found / (found + fp + steps.negatives_at[i] * part / (parts + 1.0));
    }
    fp += steps.negatives_at[i];
    tp += positives;
  }
  return area / steps.positive_weight;
}

/// The least and the most that the area under the ROC curve can be: all tied pairs wrong, or all right.
[[nodiscard]] inline Bounds roc_auc_bounds(const PositiveSteps& steps) {
  double tied = 0.0;
  for (std::size_t i = 0; i < steps.positives.size(); ++i) tied += steps.positives[i] * steps.negatives_at[i];
  const double half = 0.5 * tied / (steps.positive_weight * steps.negative_weight);
  const double middle = RocAuc{}(steps);
  return {middle - half, middle + half};
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::metrics

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The value of each metric from the four counts of a group of cells: a row, a label, or everything.

#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// The counts that decide a metric, over the known cells of one group.
template <class Count>
struct Counts {
  Count true_positives = 0;
  Count predicted = 0;
  Count positives = 0;
  Count known = 0;
};

/// (tp TP + predicted PP + positives P + known N) / (the same with other factors): every metric but youden and accuracy.
struct LinearFraction {
  struct Factors {
    double true_positives = 0, predicted = 0, positives = 0, known = 0;
    template <class Count>
    [[nodiscard]] double operator()(const Counts<Count>& c) const noexcept {
      return true_positives * static_cast<double>(c.true_positives) + predicted * static_cast<double>(c.predicted) +
             positives * static_cast<double>(c.positives) + known * static_cast<double>(c.known);
    }
  };
  Factors numerator, denominator;

  template <class Count>
  [[nodiscard]] double operator()(const Counts<Count>& c) const noexcept {
    const double below = denominator(c);
    return below > 0 ? numerator(c) / below : 0.0;
  }
};

/// The metric as a ratio; not for youden and accuracy, which are none.
[[nodiscard]] inline LinearFraction linear_fraction(const Objective& objective) noexcept {
  const double square = objective.metric == Metric::fbeta ? objective.beta * objective.beta : 1.0;
  const CostMatrix& cost = objective.cost;
  switch (objective.metric) {
    case Metric::jaccard:
      return {{.true_positives = 1}, {.true_positives = -1, .predicted = 1, .positives = 1}};
    case Metric::precision:
      return {{.true_positives = 1}, {.predicted = 1}};
    case Metric::recall:
      return {{.true_positives = 1}, {.positives = 1}};
    case Metric::hamming:
      return {{.true_positives = -2, .predicted = 1, .positives = 1}, {.known = 1}};
    case Metric::cost:  // FP = PP - TP, FN = P - TP, TN = N - P - PP + TP
      return {{.true_positives = cost.true_positive - cost.false_positive - cost.false_negative + cost.true_negative,
               .predicted = cost.false_positive - cost.true_negative,
               .positives = cost.false_negative - cost.true_negative,
               .known = cost.true_negative},
              {.known = 1}};
    default:
      return {{.true_positives = 1 + square}, {.predicted = 1, .positives = square}};
  }
}

/// The objective's metric as a function of counts.
class GroupValue {
 public:
  explicit GroupValue(const Objective& objective) noexcept : metric_(objective.metric), fraction_(linear_fraction(objective)) {}

  template <class Count>
  [[nodiscard]] double operator()(const Counts<Count>& c) const noexcept {
    if (metric_ == Metric::accuracy) return c.true_positives == c.positives && c.predicted == c.positives ? 1.0 : 0.0;
    if (metric_ == Metric::youden) return youden(c);
    return fraction_(c);
  }

 private:
  template <class Count>
  [[nodiscard]] static double youden(const Counts<Count>& c) noexcept {
    const double tp = static_cast<double>(c.true_positives), positives = static_cast<double>(c.positives);
    const double negatives = static_cast<double>(c.known) - positives;
    const double recall = positives > 0 ? tp / positives : 0.0;
    const double false_rate = negatives > 0 ? (static_cast<double>(c.predicted) - tp) / negatives : 1.0;
    return recall - false_rate;
  }

  Metric metric_;
  LinearFraction fraction_;
};

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How likely does a positive score above a negative? The area under the ROC curve. It ignores how rare positives are; where
// they are rare, average precision says more.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_scores.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

struct RocAucOptions {
  Average average = Average::macro;                       ///< how labels become one number
  UndefinedLabel undefined = UndefinedLabel::as_sklearn;  ///< what a label without positives or without negatives counts as
  std::vector<double> sample_weight{};                    ///< [samples], not negative; empty: 1 each
  double max_fpr = 1.0;  ///< below 1: the area up to this false positive rate, scaled so that chance is 0.5 and perfect 1
};

namespace detail {

/// How the area under the ROC curve goes through `label_scores` and `averaged_score`. A tied pair counts half.
struct RocAuc {
  double max_fpr = 1.0;

  [[nodiscard]] double operator()(const PositiveSteps& steps) const {
    if (!is_defined(steps)) return std::numeric_limits<double>::quiet_NaN();
    if (max_fpr < 1.0) return partial(steps);
    double above = 0.0;
    double area = 0.0;
    for (std::size_t i = 0; i < steps.positives.size(); ++i) {
      above += steps.negatives_above[i];
      area += steps.positives[i] * (steps.negative_weight - above - 0.5 * steps.negatives_at[i]);
      above += steps.negatives_at[i];
    }
    return area / (steps.positive_weight * steps.negative_weight);
  }

  [[nodiscard]] double of_row(const RankedRow<double>& row) const {
    if (!is_defined(row)) return std::numeric_limits<double>::quiet_NaN();
    if (max_fpr < 1.0) return partial(positive_steps(row));
    const auto pairs = static_cast<double>(row.present) * static_cast<double>(row.absent());
    return (pairs - misordered_pairs(row, 0.5)) / pairs;
  }

  [[nodiscard]] static bool is_defined(const PositiveSteps& steps) {
    return steps.positive_weight > 0.0 && steps.negative_weight > 0.0;
  }
  [[nodiscard]] static bool is_defined(const RankedRow<double>& row) { return row.present > 0 && row.absent() > 0; }

 private:
  /// The area left of `max_fpr`, scaled from between chance and perfection to [0.5, 1] (McClish 1989). The curve goes right by
  /// the negatives above a score, and then slantwise by what lies at it.
  [[nodiscard]] double partial(const PositiveSteps& steps) const {
    const double limit = max_fpr * steps.negative_weight;
    double tp = 0.0;
    double fp = 0.0;
    double area = 0.0;
    const auto go = [&](double right, double up) {
      const double share = right == 0.0 ? 0.0 : std::min(1.0, (limit - fp) / right);
      area += share * right * (tp + 0.5 * share * up);
      fp += right;
      tp += up;
    };
    for (std::size_t i = 0; i < steps.positives.size() && fp < limit; ++i) {
      go(steps.negatives_above[i], 0.0);
      if (fp < limit) go(steps.negatives_at[i], steps.positives[i]);
    }
    if (fp < limit) go(limit - fp, 0.0);
    const double least = 0.5 * max_fpr * max_fpr;
    const double share = area / (steps.positive_weight * steps.negative_weight);
    return 0.5 * (1.0 + (share - least) / (max_fpr - least));
  }
};

}  // namespace detail

/// The area under the ROC curve of `scores` [samples, labels] against `targets`, averaged as `average_precision_score` is. In
/// [0, 1]; 0.5 is chance. NaN where a label has no positives or no negatives, unless those are skipped. Throws `ShapeError`
/// when the shapes differ and `ArgumentError` on a score that is not finite. O(cells); with weights
/// O(cells + positives log positives).
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double roc_auc_score(const Targets& targets, const Scores& scores, const RocAucOptions& options = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  if (!(options.max_fpr > 0.0 && options.max_fpr <= 1.0)) {
    fail<ArgumentError>({"metrics::roc_auc_score", "max_fpr must be above 0 and at most 1", join_text(options.max_fpr)});
  }
  return detail::averaged_score("metrics::roc_auc_score", t.cells(), s.cells(), options.average, options.sample_weight,
                                options.undefined, detail::RocAuc{options.max_fpr})
      .value;
}

/// The area under the ROC curve of each label, [labels]; NaN for a label without positives or without negatives.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] std::vector<double> roc_auc_by_label(const Targets& targets, const Scores& scores,
                                                   const std::vector<double>& sample_weight = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::label_scores("metrics::roc_auc_by_label", t.cells(), s.cells(), sample_weight, detail::RocAuc{}).values;
}

}  // namespace MULTILABEL_NAMESPACE::metrics

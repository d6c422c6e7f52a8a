// SPDX-License-Identifier: Apache-2.0
#pragma once
// How well do the scores of a label separate its positives from its negatives? Average precision, the area under the precision
// and recall curve, by each of the definitions that go under the name; its macro average is what papers call mAP.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
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
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Which number "average precision" is. They differ by up to a point on the same scores.
enum class AveragePrecisionDefinition {
  sklearn,  ///< sum of (step in recall) x precision over distinct scores, nothing interpolated; ties are one step
  voc07,    ///< mean of the best precision at recall >= 0, 0.1, ..., 1 (PASCAL VOC until 2009)
  voc10,    ///< area under the highest precision at each recall or beyond (PASCAL VOC from 2010)
  asl,  ///< sum of the precision at each positive / (positives + 1e-8), as the script of asymmetric loss (Ridnik et al., ICCV
        ///< 2021) and the papers after it have it, as a share, not in percent. The script leaves equal scores to its sort;
        ///< here they count as the mean over all their orders. Rows have no weights in it.
};

/// The definition of this name, or nothing.
[[nodiscard]] constexpr std::optional<AveragePrecisionDefinition> average_precision_definition_from(
    std::string_view name) noexcept {
  using enum AveragePrecisionDefinition;
  if (name == "sklearn") return sklearn;
  if (name == "voc07") return voc07;
  if (name == "voc10") return voc10;
  if (name == "asl") return asl;
  return std::nullopt;
}

struct AveragePrecisionOptions {
  Average average = Average::macro;                                             ///< how labels become one number
  AveragePrecisionDefinition definition = AveragePrecisionDefinition::sklearn;  ///< which number it is
  UndefinedLabel undefined = UndefinedLabel::as_sklearn;                        ///< what a label without positives counts as
  std::vector<double> sample_weight{};                                          ///< [samples], not negative; empty: 1 each
};

namespace detail {

/// The precision at each positive, added up. Of cells of one score, at place r stands a positive in p / tied of the orders, and
/// before it (r - 1) (p - 1) / (tied - 1) others of them. O(cells that share the score of a positive).
[[nodiscard]] inline double precision_at_positives(const PositiveSteps& steps) {
  double sum = 0.0;
  double hits = 0.0;
  double above = 0.0;
  for (std::size_t i = 0; i < steps.positives.size(); ++i) {
    above += steps.negatives_above[i];
    const double tied = steps.positives[i] + steps.negatives_at[i];
    const double share = steps.positives[i] / tied;
    const double before = tied > 1.0 ? (steps.positives[i] - 1.0) / (tied - 1.0) : 0.0;
    for (double place = 1.0; place <= tied; place += 1.0) {
      sum += share * (hits + 1.0 + (place - 1.0) * before) / (hits + above + place);
    }
    hits += steps.positives[i];
    above += steps.negatives_at[i];
  }
  return sum;
}

inline void require_no_weights(std::string_view where, AveragePrecisionDefinition definition,
                               const std::vector<double>& weights) {
  if (definition != AveragePrecisionDefinition::asl || weights.empty()) return;
  fail<ArgumentError>({where, "sample_weight must be empty for the definition asl, which knows no weights",
                       join_text(weights.size(), " weights")});
}

[[nodiscard]] inline double average_precision_of(const PositiveSteps& steps, AveragePrecisionDefinition definition) {
  if (definition == AveragePrecisionDefinition::asl) return precision_at_positives(steps) / (steps.positive_weight + 1e-8);
  const std::size_t count = steps.positives.size();
  std::vector<double> precision(count);
  std::vector<double> recall(count);
  double tp = 0.0;
  double fp = 0.0;
  double area = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    tp += steps.positives[i];
    fp += steps.negatives_above[i] + steps.negatives_at[i];
    if (tp == 0.0) continue;
    precision[i] = tp / (tp + fp);
    recall[i] = tp / steps.positive_weight;
    area += steps.positives[i] / steps.positive_weight * precision[i];
  }
  if (definition == AveragePrecisionDefinition::sklearn) return area;
  for (std::size_t i = count; i-- > 1;) precision[i - 1] = std::max(precision[i - 1], precision[i]);
  double sum = 0.0;
  if (definition == AveragePrecisionDefinition::voc10) {
    for (std::size_t i = 0; i < count; ++i) sum += precision[i] * (steps.positives[i] / steps.positive_weight);
    return sum;
  }
  for (int tenth = 0; tenth <= 10; ++tenth) {
    const auto at = std::lower_bound(recall.begin(), recall.end(), 0.1 * tenth - 1e-12);
    if (at != recall.end()) sum += precision[static_cast<std::size_t>(at - recall.begin())];
  }
  return sum / 11.0;
}

/// How average precision goes through `label_scores` and `averaged_score`.
struct AveragePrecision {
  AveragePrecisionDefinition definition;
  UndefinedLabel undefined;

  [[nodiscard]] double operator()(const PositiveSteps& steps) const {
    if (steps.positive_weight > 0.0) return average_precision_of(steps, definition);
    return without_positives(steps.any_known());
  }

  [[nodiscard]] double of_row(const RankedRow<double>& row) const {
    if (definition != AveragePrecisionDefinition::sklearn) return (*this)(positive_steps(row));
    if (row.present > 0) return rank_row(row).precision_sum / static_cast<double>(row.present);
    return without_positives(row.labels > 0);
  }

  /// The value of a label or row without positives: NaN where nothing is known about it.
  [[nodiscard]] double without_positives(bool any_known) const {
    return undefined == UndefinedLabel::skip || !any_known ? std::numeric_limits<double>::quiet_NaN() : 0.0;
  }

  [[nodiscard]] static bool is_defined(const PositiveSteps& steps) { return steps.positive_weight > 0.0; }
  [[nodiscard]] static bool is_defined(const RankedRow<double>& row) { return row.present > 0; }
};

}  // namespace detail

/// The average precision of `scores` [samples, labels] against `targets`, averaged over labels (macro: mAP), pooled over cells
/// (micro), weighted by positives, or averaged over rows (samples). In [0, 1]. Throws `ShapeError` when the shapes differ and
/// `ArgumentError` on a score that is not finite, and on weights for the definition asl. O(cells); with weights
/// O(cells + positives log positives).
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double average_precision_score(const Targets& targets, const Scores& scores,
                                             const AveragePrecisionOptions& options = {}) {
  constexpr std::string_view where = "metrics::average_precision_score";
  detail::require_no_weights(where, options.definition, options.sample_weight);
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::averaged_score(where, t.cells(), s.cells(), options.average, options.sample_weight, options.undefined,
                                detail::AveragePrecision{options.definition, options.undefined})
      .value;
}

/// The average precision of each label, [labels]; 0 (or NaN, see `undefined`) for a label without positives. `options.average`
/// is not used.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] std::vector<double> average_precision_by_label(const Targets& targets, const Scores& scores,
                                                             const AveragePrecisionOptions& options = {}) {
  constexpr std::string_view where = "metrics::average_precision_by_label";
  detail::require_no_weights(where, options.definition, options.sample_weight);
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::label_scores(where, t.cells(), s.cells(), options.sample_weight,
                              detail::AveragePrecision{options.definition, options.undefined})
      .values;
}

}  // namespace MULTILABEL_NAMESPACE::metrics

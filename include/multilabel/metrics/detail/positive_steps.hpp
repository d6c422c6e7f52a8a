// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many negatives lie above, at and below each distinct score of the positives? Linear in the cells.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <vector>

#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/detail/sorted_cells.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// The distinct scores of a label's positives, highest first, with what lies at and between them. Weights are counts unless
/// rows have weights.
struct PositiveSteps {
  std::vector<double> positives;        ///< the weight of the positives at this score
  std::vector<double> negatives_at;     ///< the weight of the negatives at exactly this score
  std::vector<double> negatives_above;  ///< the weight of the negatives above this score and below the one before
  double positive_weight = 0.0;         ///< of all positives
  double negative_weight = 0.0;         ///< of all negatives

  [[nodiscard]] bool any_known() const noexcept { return positive_weight + negative_weight != 0.0; }
};

/// The steps of a label whose rows weigh the same.
[[nodiscard]] inline PositiveSteps positive_steps(const core::detail::LabelSteps& label) {
  PositiveSteps steps;
  for (auto step = label.steps.rbegin(); step != label.steps.rend(); ++step) {
    steps.positives.push_back(step->positives);
    steps.negatives_at.push_back(step->negatives);
    steps.negatives_above.push_back(step->negatives_above);
  }
  steps.positive_weight = label.positives;
  steps.negative_weight = label.known - label.positives;
  return steps;
}

/// The steps of scores that are kept apart, with or without weights, which are added up in the order of the rows.
[[nodiscard]] inline PositiveSteps positive_steps(const SplitScores<double>& split) {
  using Cell = core::detail::Keyed<core::detail::key_t<double>>;
  const std::size_t positives = split.positives.keys.size(), negatives = split.negatives.keys.size();
  LongArray<Cell> cells(positives + negatives), scratch(positives + negatives);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto key = i < positives ? split.positives.keys[i] : split.negatives.keys[i - positives];
    cells[i] = {key, static_cast<std::uint32_t>(i)};
  }
  const auto sorted = core::detail::sort_by_key(std::span(cells.data(), cells.size()), std::span(scratch.data(), cells.size()));
  const auto weight_of = [](const Keys<double>& side, std::size_t i) { return side.weights.empty() ? 1.0 : side.weights[i]; };
  PositiveSteps steps;
  std::vector<std::size_t> place(
      negatives);  // twice the step at or below which a negative lies, and one more where it lies above
  for (std::size_t end = sorted.size(); end > 0;) {
    std::size_t begin = end;
    double own = 0.0;
    bool any = false;
    while (begin > 0 && sorted[begin - 1].key == sorted[end - 1].key) --begin;
    for (std::size_t k = begin; k < end; ++k) {
      if (sorted[k].carried >= positives) continue;
      own += weight_of(split.positives, sorted[k].carried);
      any = true;
    }
    for (std::size_t k = begin; k < end; ++k) {
      if (sorted[k].carried >= positives) place[sorted[k].carried - positives] = 2 * steps.positives.size() + (any ? 0 : 1);
    }
    if (any) steps.positives.push_back(own);
    end = begin;
  }
  steps.negatives_at.resize(steps.positives.size());
  steps.negatives_above.resize(steps.positives.size() + 1);
  for (std::size_t i = 0; i < negatives; ++i) {
    const double weight = weight_of(split.negatives, i);
    (place[i] % 2 == 0 ? steps.negatives_at : steps.negatives_above)[place[i] / 2] += weight;
    steps.negative_weight += weight;
  }
  steps.negatives_above.pop_back();  // those below all positives
  steps.positive_weight = std::accumulate(steps.positives.rbegin(), steps.positives.rend(), 0.0);
  return steps;
}

/// The same for one row of scores.
[[nodiscard]] inline PositiveSteps positive_steps(const RankedRow<double>& row) {
  SplitScores<double> split;
  std::vector<core::detail::key_t<double>> all(row.labels);
  std::transform(row.scores, row.scores + row.labels, all.begin(), [](double score) { return to_key(score); });
  split.positives.keys.resize(row.present);
  std::transform(row.positives, row.positives + row.present, split.positives.keys.begin(),
                 [](double score) { return to_key(score); });
  std::sort(all.begin(), all.end());
  std::sort(split.positives.keys.begin(), split.positives.keys.end());
  std::set_difference(all.begin(), all.end(), split.positives.keys.begin(), split.positives.keys.end(),
                      std::back_inserter(split.negatives.keys));
  return positive_steps(split);
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many negatives lie above, at and below each distinct score of the positives? Only the positives are sorted (they are
// few); every negative finds its place among them through a table, so the cost is linear in the cells.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

#include "multilabel/core/detail/key_table.hpp"
#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"

namespace multilabel::metrics::detail {

/// The distinct scores of a label's positives, highest first, with what lies at and between them. Weights are counts unless
/// rows have weights.
struct PositiveSteps {
  std::vector<double> positives;        ///< the weight of the positives at this score
  std::vector<double> negatives_at;     ///< the weight of the negatives at exactly this score
  std::vector<double> negatives_above;  ///< the weight of the negatives above this score and below the one before
  double positive_weight = 0.0;         ///< of all positives
  double negative_weight = 0.0;         ///< of all negatives
};

/// From what lies at each distinct score of the positives, ascending, and below it and above the one before.
[[nodiscard]] inline PositiveSteps steps_from(const std::vector<double>& positives, const std::vector<double>& negatives_at,
                                              const std::vector<double>& negatives_below, double negative_weight) {
  const std::size_t count = positives.size();
  PositiveSteps steps;
  steps.positives.assign(positives.rbegin(), positives.rend());
  steps.negatives_at.assign(negatives_at.rbegin(), negatives_at.rend());
  steps.negatives_above.assign(negatives_below.rbegin(), negatives_below.rend());
  steps.negatives_above.resize(count);
  steps.positive_weight = std::accumulate(positives.begin(), positives.end(), 0.0);
  steps.negative_weight = negative_weight;
  return steps;
}

/// The steps of a label whose rows weigh the same.
[[nodiscard]] inline PositiveSteps positive_steps(const core::detail::LabelSteps<double>& label) {
  std::vector<double> positives, at, below{static_cast<double>(label.negatives_below)};
  for (const auto& step : label.steps) {
    positives.push_back(step.positives);
    at.push_back(step.negatives);
    below.push_back(step.negatives_above);
  }
  return steps_from(positives, at, below, static_cast<double>(label.known - label.positives));
}

/// Sorts the positives and places the negatives among them. O(cells), with weights O(cells + positives log positives).
[[nodiscard]] inline PositiveSteps positive_steps(const SplitScores<double>& split) {
  using Key = core::detail::key_t<double>;
  const auto& [keys, weights] = split.positives;
  std::vector<Key> distinct;
  std::vector<double> positives;
  if (weights.empty()) {
    distinct = keys;
    const auto times = core::detail::sort_and_count(distinct);
    positives.assign(times.begin(), times.end());
  } else {
    std::vector<std::pair<Key, double>> pairs(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) pairs[i] = {keys[i], weights[i]};
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, weight] : pairs) {
      if (distinct.empty() || distinct.back() != key) {
        distinct.push_back(key);
        positives.push_back(0.0);
      }
      positives.back() += weight;
    }
  }
  const core::detail::KeyTable<Key> table(std::move(distinct));
  std::vector<double> at(table.size() + 1);
  std::vector<double> below(table.size() + 1);  // below[i]: above key i - 1 and below key i
  const auto& negatives = split.negatives;
  for (std::size_t i = 0; i < negatives.keys.size(); ++i) {
    const auto place = table.lower_bound(negatives.keys[i]);
    (table[place] == negatives.keys[i] ? at : below)[place] += negatives.weights.empty() ? 1.0 : negatives.weights[i];
  }
  at.pop_back();
  const double negative_weight = negatives.weights.empty()
                                     ? static_cast<double>(negatives.keys.size())
                                     : std::accumulate(negatives.weights.begin(), negatives.weights.end(), 0.0);
  return steps_from(positives, at, below, negative_weight);
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

}  // namespace multilabel::metrics::detail

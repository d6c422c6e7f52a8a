// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many negatives lie above, at and below each distinct score of the positives? Only the positives are sorted (they are
// few); every negative finds its place among them through a table over the range of their keys, so the cost is linear in the
// cells.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/row_ranks.hpp"
#include "multilabel/metrics/detail/score_bits.hpp"

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

/// Finds the first of ascending distinct keys that is not below a given one.
template <std::unsigned_integral Key>
class KeyTable {
 public:
  explicit KeyTable(const std::vector<Key>& keys) : keys_(keys) {
    const auto buckets = std::clamp<std::size_t>(std::bit_ceil(2 * keys.size()), 64, 65536);
    const Key range = keys.back() - keys.front();
    shift_ = std::max(0, static_cast<int>(std::bit_width(range)) - static_cast<int>(std::bit_width(buckets - 1)));
    starts_.resize(static_cast<std::size_t>(range >> shift_) + 2);
    std::size_t bucket = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto own = static_cast<std::size_t>((keys[i] - keys.front()) >> shift_);
      while (bucket <= own) starts_[bucket++] = static_cast<std::uint32_t>(i);
    }
    while (bucket < starts_.size()) starts_[bucket++] = static_cast<std::uint32_t>(keys.size());
  }

  [[nodiscard]] std::size_t lower_bound(Key key) const noexcept {
    if (key <= keys_.front()) return 0;
    if (key > keys_.back()) return keys_.size();
    const auto bucket = static_cast<std::size_t>((key - keys_.front()) >> shift_);
    std::size_t begin = starts_[bucket];
    const std::size_t end = starts_[bucket + 1];
    if (end - begin > 8) {
      return static_cast<std::size_t>(std::lower_bound(keys_.data() + begin, keys_.data() + end, key) - keys_.data());
    }
    while (begin < end && keys_[begin] < key) ++begin;
    return begin;
  }

 private:
  const std::vector<Key>& keys_;
  int shift_ = 0;
  std::vector<std::uint32_t> starts_;
};

/// Sorts the positives (they are reordered in `split`) and places the negatives among them. O(cells + positives log positives).
template <std::floating_point Score>
[[nodiscard]] PositiveSteps positive_steps(SplitScores<Score>& split) {
  using Key = score_bits_t<Score>;
  PositiveSteps steps;
  auto& [keys, weights] = split.positives;
  std::vector<Key> distinct;
  if (weights.empty()) {
    std::sort(keys.begin(), keys.end());
    for (const auto key : keys) {
      if (distinct.empty() || distinct.back() != key) {
        distinct.push_back(key);
        steps.positives.push_back(0.0);
      }
      steps.positives.back() += 1.0;
    }
  } else {
    std::vector<std::pair<Key, double>> pairs(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) pairs[i] = {keys[i], weights[i]};
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, weight] : pairs) {
      if (distinct.empty() || distinct.back() != key) {
        distinct.push_back(key);
        steps.positives.push_back(0.0);
      }
      steps.positives.back() += weight;
    }
  }
  const std::size_t count = distinct.size();
  std::vector<double> at(count);
  std::vector<double> below(count + 1);  // below[i]: above distinct[i - 1] and below distinct[i]
  const auto& negatives = split.negatives;
  if (count > 0) {
    const KeyTable<Key> table(distinct);
    if (negatives.weights.empty()) {
      std::vector<std::uint32_t> bins(2 * count + 2);
      for (const auto key : negatives.keys) {
        const auto place = table.lower_bound(key);
        ++bins[2 * place + (place < count && distinct[place] == key ? 1 : 0)];
      }
      for (std::size_t i = 0; i <= count; ++i) below[i] = bins[2 * i];
      for (std::size_t i = 0; i < count; ++i) at[i] = bins[2 * i + 1];
    } else {
      for (std::size_t i = 0; i < negatives.keys.size(); ++i) {
        const auto place = table.lower_bound(negatives.keys[i]);
        (place < count && distinct[place] == negatives.keys[i] ? at : below)[place] += negatives.weights[i];
      }
    }
  }
  steps.positive_weight = std::accumulate(steps.positives.begin(), steps.positives.end(), 0.0);
  steps.negative_weight = negatives.weights.empty() ? static_cast<double>(negatives.keys.size())
                                                    : std::accumulate(negatives.weights.begin(), negatives.weights.end(), 0.0);
  std::reverse(steps.positives.begin(), steps.positives.end());
  steps.negatives_at.assign(at.rbegin(), at.rend());
  steps.negatives_above.assign(below.rbegin(), below.rend());
  steps.negatives_above.resize(count);
  return steps;
}

/// The same for one row of scores.
template <std::floating_point Score>
[[nodiscard]] PositiveSteps positive_steps(const RankedRow<Score>& row) {
  SplitScores<Score> split;
  std::vector<score_bits_t<Score>> all(row.labels);
  std::transform(row.scores, row.scores + row.labels, all.begin(), [](Score score) { return to_key(score); });
  split.positives.keys.resize(row.present);
  std::transform(row.positives, row.positives + row.present, split.positives.keys.begin(),
                 [](Score score) { return to_key(score); });
  std::sort(all.begin(), all.end());
  std::sort(split.positives.keys.begin(), split.positives.keys.end());
  std::set_difference(all.begin(), all.end(), split.positives.keys.begin(), split.positives.keys.end(),
                      std::back_inserter(split.negatives.keys));
  return positive_steps(split);
}

}  // namespace multilabel::metrics::detail

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

/// Ascending distinct keys, and which of them is the first not below a given one: a table over the keys' range says where to
/// look, mostly to within two keys.
template <std::unsigned_integral Key>
class KeyTable {
 public:
  explicit KeyTable(std::vector<Key> keys) : keys_(std::move(keys)) {
    const std::size_t count = keys_.size();
    keys_.push_back(std::numeric_limits<Key>::max());  // of no finite score: every search ends
    const Key range = count > 0 ? keys_[count - 1] - keys_[0] : Key{0};
    const auto slots = std::clamp<std::size_t>(std::bit_ceil(4 * count), 64, 65536);
    shift_ = std::max(0, static_cast<int>(std::bit_width(range)) - static_cast<int>(std::bit_width(slots - 1)));
    last_ = static_cast<std::size_t>(range >> shift_) + 1;
    starts_.resize(last_ + 2, static_cast<std::uint32_t>(count));
    for (std::size_t i = 0, slot = 0; i < count; ++i) {
      for (const auto own = static_cast<std::size_t>((keys_[i] - keys_[0]) >> shift_); slot <= own; ++slot) {
        starts_[slot] = static_cast<std::uint32_t>(i);
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size() - 1; }
  /// Also valid for i = size(), where it is above every score's key.
  [[nodiscard]] Key operator[](std::size_t i) const noexcept { return keys_[i]; }

  [[nodiscard]] std::size_t lower_bound(Key key) const noexcept {
    const auto slot = std::min(static_cast<std::size_t>((std::max(key, keys_[0]) - keys_[0]) >> shift_), last_);
    std::size_t i = starts_[slot];
    if (starts_[slot + 1] - i > 8) {
      const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(i);
      return static_cast<std::size_t>(std::lower_bound(begin, keys_.end(), key) - keys_.begin());
    }
    i += keys_[i] < key ? 1 : 0;  // mostly enough, and without a branch to mispredict
    i += keys_[i] < key ? 1 : 0;
    while (keys_[i] < key) ++i;
    return i;
  }

 private:
  std::vector<Key> keys_;
  std::vector<std::uint32_t> starts_;
  std::size_t last_ = 0;
  int shift_ = 0;
};

/// Sorts keys of positives and leaves the distinct ones.
/// @return how often each came.
template <std::unsigned_integral Key>
[[nodiscard]] std::vector<std::uint32_t> sort_and_count(std::vector<Key>& keys) {
  std::sort(keys.begin(), keys.end());
  std::vector<std::uint32_t> times;
  std::size_t distinct = 0;
  for (const Key key : keys) {
    if (distinct == 0 || keys[distinct - 1] != key) {
      keys[distinct++] = key;
      times.push_back(0);
    }
    ++times.back();
  }
  keys.resize(distinct);
  return times;
}

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

/// Sorts the positives and places the negatives among them. O(cells + positives log positives).
template <std::floating_point Score>
[[nodiscard]] PositiveSteps positive_steps(const SplitScores<Score>& split) {
  using Key = score_bits_t<Score>;
  const auto& [keys, weights] = split.positives;
  std::vector<Key> distinct;
  std::vector<double> positives;
  if (weights.empty()) {
    distinct = keys;
    const auto times = sort_and_count(distinct);
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
  const KeyTable<Key> table(std::move(distinct));
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

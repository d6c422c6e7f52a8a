// SPDX-License-Identifier: Apache-2.0
#pragma once
// The running mean of a metric over groups of cells (rows, labels, or one group of everything) while predictions are made and
// withdrawn one by one. Summed in fixed point, so that the order of the steps cannot change it and equal sums are equal.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"

namespace multilabel::threshold::detail {

/// Every group weighs 1.
struct EqualWeights {
  constexpr double operator[](std::size_t) const noexcept { return 1.0; }
};

template <class Score, class Count, class Weights>
class GroupMean {
 public:
  using count_type = Count;
  static constexpr bool is_over_rows = std::is_same_v<Weights, EqualWeights>;  // labels have weights of their own

  /// @param groups their counts at the start; those without known cells leave the mean.
  /// @param bound the largest absolute value of the metric.
  GroupMean(Score score, std::vector<Counts<Count>> groups, Weights weights, double bound)
      : score_(score), groups_(std::move(groups)), weights_(std::move(weights)) {
    double total = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) total += groups_[g].known > 0 ? weights_[g] : 0.0;
    const int digits = total * bound > 0 ? std::ilogb(total * bound) + 1 : 0;  // so that no sum reaches 2^62
    scale_ = std::ldexp(1.0, std::min(62 - digits, 900));
    tolerance_ = static_cast<std::int64_t>(static_cast<double>(groups_.size()) * std::max(1.0, bound * scale_ * 0x1p-52));
    unit_ = total > 0 ? 1.0 / (scale_ * total) : 0.0;
    if constexpr (is_tabulated) tabulate();
    add_up();
  }

  /// Has a group fetched into the cache that is about to be stepped.
  void expect(std::size_t group) const noexcept { core::detail::prefetch(&groups_[group]); }
  void predict(std::size_t group, bool positive) noexcept { step(group, 1, positive ? 1 : 0); }
  void withdraw(std::size_t group, bool positive) noexcept { step(group, -1, positive ? -1 : 0); }

  /// Goes on from other predictions for the same targets.
  void restart(std::vector<Counts<Count>> groups) {
    groups_ = std::move(groups);
    add_up();
  }

  /// The sum in fixed point: compare these.
  [[nodiscard]] std::int64_t sum() const noexcept { return sum_; }
  [[nodiscard]] double value_of(std::int64_t sum) const noexcept { return static_cast<double>(sum) * unit_; }
  [[nodiscard]] double sum_of(double value) const noexcept { return unit_ > 0 ? value / unit_ : 0.0; }
  [[nodiscard]] double value() const noexcept { return value_of(sum_); }

  /// Sums that are no further apart may be equal: each group's value is off by a rounding. About 1e-16 in the mean.
  [[nodiscard]] std::int64_t tolerance() const noexcept { return tolerance_; }

  [[nodiscard]] const Counts<Count>& counts(std::size_t group) const noexcept { return groups_[group]; }
  [[nodiscard]] std::size_t size() const noexcept { return groups_.size(); }

  /// The share of one group's value in the sum, were its counts these.
  [[nodiscard]] std::int64_t fixed(std::size_t group, const Counts<Count>& counts) const noexcept {
    if constexpr (is_tabulated) {
      const std::size_t both = static_cast<std::size_t>(counts.predicted) + counts.positives;
      if (counts.true_positives < table_rows && both < table_width) {
        return table_[counts.true_positives * table_width + both];
      }
    }
    return static_cast<std::int64_t>(score_(counts) * weights_[group] * scale_);
  }

 private:
  // The F1 of a row is one of few values, and to look it up is faster than to divide.
  static constexpr bool is_tabulated = std::is_same_v<Score, F1> && is_over_rows;
  static constexpr std::size_t table_rows = 16, table_width = 256;  // true positives; predicted + true

  void tabulate() {
    table_.resize(table_rows * table_width);
    for (std::size_t i = 0; i < table_.size(); ++i) {
      Counts<Count> counts;
      counts.true_positives = static_cast<Count>(i / table_width);
      counts.predicted = static_cast<Count>(i % table_width);
      table_[i] = static_cast<std::int64_t>(score_(counts) * weights_[0] * scale_);
    }
  }

  [[nodiscard]] std::int64_t fixed(std::size_t group) const noexcept { return fixed(group, groups_[group]); }

  void add_up() noexcept {
    sum_ = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].known > 0) sum_ += fixed(g);
    }
  }

  void step(std::size_t group, int predicted, int true_positives) noexcept {
    Counts<Count>& counts = groups_[group];
    const std::int64_t before = fixed(group);
    counts.predicted = static_cast<Count>(counts.predicted + static_cast<Count>(predicted));
    counts.true_positives = static_cast<Count>(counts.true_positives + static_cast<Count>(true_positives));
    sum_ += fixed(group) - before;
  }

  Score score_;
  std::vector<Counts<Count>> groups_;
  Weights weights_;
  std::vector<std::int64_t> table_;
  double scale_ = 1, unit_ = 0;  // the sum counts units of 1 / scale / total weight
  std::int64_t sum_ = 0, tolerance_ = 0;
};

/// Takes the sums of thresholds and keeps the highest threshold whose sum is as good as the best, within the tolerance. The
/// thresholds come ascending or descending, and those of neighbouring stretches can be taken apart and merged.
template <class S>
class BestSum {
 public:
  BestSum(Metric metric, std::int64_t tolerance) : sign_(higher_is_better(metric) ? 1 : -1), tolerance_(tolerance) {}

  /// A threshold higher than all before.
  void offer_higher(S threshold, std::int64_t sum) {
    const std::int64_t good = sign_ * sum;
    if (good < best_.good - tolerance_) return;
    if (good >= best_.good) {
      best_ = {threshold, good};
      if (!near_.empty()) near_.clear();
    } else {
      while (!near_.empty() && near_.back().good <= good) near_.pop_back();
      near_.push_back({threshold, good});
    }
  }
  /// A threshold lower than all before.
  void offer_lower(S threshold, std::int64_t sum) {
    const std::int64_t good = sign_ * sum;
    if (good <= best_.good) return;
    while (!near_.empty() && near_.back().good < good - tolerance_) near_.pop_back();
    if (found() && best_.good >= good - tolerance_) near_.push_front(best_);
    best_ = {threshold, good};
  }
  /// Takes what another has seen of higher thresholds.
  void merge(const BestSum& higher) {
    if (!higher.found()) return;
    offer_higher(higher.best_.threshold, sign_ * higher.best_.good);
    for (const auto& seen : higher.near_) offer_higher(seen.threshold, sign_ * seen.good);
  }

  [[nodiscard]] bool found() const noexcept { return best_.good != nothing; }
  [[nodiscard]] S threshold() const noexcept { return kept().threshold; }
  [[nodiscard]] std::int64_t sum() const noexcept { return sign_ * kept().good; }

 private:
  static constexpr std::int64_t nothing = std::numeric_limits<std::int64_t>::min() / 2;  // sums stay above
  struct Seen {
    S threshold{};
    std::int64_t good = nothing;
  };
  [[nodiscard]] const Seen& kept() const noexcept { return near_.empty() ? best_ : near_.back(); }

  std::int64_t sign_, tolerance_;
  Seen best_;              // of equally good ones the highest
  std::deque<Seen> near_;  // higher ones within the tolerance, ascending, each better than all above it; mostly none
};

/// 1 each, or for the weighted average the label's share of the positives (1 each again where there are none).
[[nodiscard]] inline std::vector<double> group_weights(const std::vector<Counts<std::uint32_t>>& counts,
                                                       metrics::Average average) {
  std::vector<double> weights(counts.size(), 1.0);
  double positives = 0;
  for (const auto& group : counts) positives += static_cast<double>(group.positives);
  if (average == metrics::Average::weighted && positives > 0) {
    for (std::size_t g = 0; g < counts.size(); ++g) weights[g] = static_cast<double>(counts[g].positives) / positives;
  }
  return weights;
}

/// The number of a cell's group: its row, its label, or 0 for one group of all.
struct GroupOf {
  std::size_t row = 0, label = 0;  ///< 1 where it counts
  [[nodiscard]] std::size_t operator()(std::size_t i, std::size_t j) const noexcept { return i * row + j * label; }
};

/// Calls `use(mean, group_of)` with the GroupMean that fits the objective and starts where `predicted(row, label)` says, where
/// `group_of(row, label)` numbers the groups.
template <class Predicted, class Use>
decltype(auto) with_group_mean(MatrixView<const std::int8_t> targets, const Objective& objective, const Predicted& predicted,
                               Use&& use) {
  const auto& cost = objective.cost;
  const double bound = objective.metric != Metric::cost
                           ? 1.0
                           : std::max({std::abs(cost.false_positive), std::abs(cost.false_negative),
                                       std::abs(cost.true_positive), std::abs(cost.true_negative)});
  return with_metric(objective, [&](auto score) {
    using Score = decltype(score);
    if (objective.average == metrics::Average::samples) {
      const GroupOf row_of{1, 0};
      const auto rows = [&]<class Count>(Count) -> decltype(auto) {
        auto counts = row_counts<Count>(targets, predicted);
        return use(GroupMean<Score, Count, EqualWeights>(score, std::move(counts), {}, bound), row_of);
      };
      // The fewer bytes, the more rows a cache holds.
      return targets.columns() <= std::numeric_limits<std::uint8_t>::max() ? rows(std::uint8_t{}) : rows(std::uint32_t{});
    }
    const GroupOf label_of{0, objective.average == metrics::Average::micro ? std::size_t{0} : std::size_t{1}};
    auto counts = group_counts<std::uint32_t>(targets, objective.average, predicted);
    auto weights = group_weights(counts, objective.average);
    return use(GroupMean<Score, std::uint32_t, std::vector<double>>(score, std::move(counts), std::move(weights), bound),
               label_of);
  });
}

}  // namespace multilabel::threshold::detail

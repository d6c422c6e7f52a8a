// SPDX-License-Identifier: Apache-2.0
#pragma once
// The running mean of a metric over groups of cells (rows, labels, or one group of everything) while predictions are made and
// withdrawn one by one. Summed in fixed point, so that the order of the steps cannot change it and equal sums are equal.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "multilabel/core/detail/simd.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/detail/counts.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

class GroupMean {
 public:
  /// @param counts those of the objective's groups at the start; groups without known cells leave the mean.
  GroupMean(const Objective& objective, const GroupCounts& counts)
      : value_of_group_(objective), groups_(counts.size()), weights_(weights_of(counts, objective.average)) {
    const auto& cost = objective.cost;
    const double bound = objective.metric != Metric::cost  // the largest absolute value of the metric
                             ? 1.0
                             : std::max({std::abs(cost.false_positive), std::abs(cost.false_negative),
                                         std::abs(cost.true_positive), std::abs(cost.true_negative)});
    double total = 0;
    for (std::size_t g = 0; g < counts.size(); ++g) total += counts[g].known > 0 ? weight(g) : 0.0;
    const int digits = total * bound > 0 ? std::ilogb(total * bound) + 1 : 0;  // so that no sum reaches 2^62
    scale_ = std::ldexp(1.0, std::min(62 - digits, 900));
    tolerance_ = static_cast<std::int64_t>(static_cast<double>(counts.size()) * std::max(1.0, bound * scale_ * 0x1p-52));
    unit_ = total > 0 ? 1.0 / (scale_ * total) : 0.0;
    for (std::size_t g = 0; g < counts.size(); ++g) {
      groups_[g] = {counts[g], counts[g].known > 0 ? fixed(g, counts[g]) : 0};
      sum_ += groups_[g].part;
    }
  }

  /// Has a group fetched into the cache that is about to be stepped.
  void expect(std::size_t group) const noexcept { core::detail::prefetch(&groups_[group]); }
  void predict(std::size_t group, bool positive) noexcept {
    groups_[group].counts.predicted += 1;
    groups_[group].counts.true_positives += positive ? 1 : 0;
    changed(group);
  }
  void withdraw(std::size_t group, bool positive) noexcept {
    groups_[group].counts.predicted -= 1;
    groups_[group].counts.true_positives -= positive ? 1 : 0;
    changed(group);
  }

  /// The sum in fixed point: compare these.
  [[nodiscard]] std::int64_t sum() const noexcept { return sum_; }
  [[nodiscard]] double value_of(std::int64_t sum) const noexcept { return static_cast<double>(sum) * unit_; }
  [[nodiscard]] double sum_of(double value) const noexcept { return unit_ > 0 ? value / unit_ : 0.0; }
  [[nodiscard]] double value() const noexcept { return value_of(sum_); }

  /// Sums that are no further apart may be equal: each group's value is off by a rounding. About 1e-16 in the mean.
  [[nodiscard]] std::int64_t tolerance() const noexcept { return tolerance_; }

  [[nodiscard]] const Counts<std::uint32_t>& counts(std::size_t group) const noexcept { return groups_[group].counts; }
  [[nodiscard]] std::size_t size() const noexcept { return groups_.size(); }

  /// The part of one group's value in the sum, were its counts these.
  [[nodiscard]] std::int64_t fixed(std::size_t group, const Counts<std::uint32_t>& counts) const noexcept {
    return static_cast<std::int64_t>(value_of_group_(counts) * weight(group) * scale_);
  }

 private:
  struct Group {
    Counts<std::uint32_t> counts;
    std::int64_t part = 0;
  };

  /// Empty where every group weighs 1; for the weighted average the label's share of the positives, where there are any.
  [[nodiscard]] static std::vector<double> weights_of(const GroupCounts& counts, metrics::Average average) {
    double positives = 0;
    for (const auto& group : counts) positives += static_cast<double>(group.positives);
    if (average != metrics::Average::weighted || positives == 0) return {};
    std::vector<double> weights;
    for (const auto& group : counts) weights.push_back(static_cast<double>(group.positives) / positives);
    return weights;
  }

  [[nodiscard]] double weight(std::size_t group) const noexcept { return weights_.empty() ? 1.0 : weights_[group]; }

  void changed(std::size_t group) noexcept {
    const std::int64_t now = fixed(group, groups_[group].counts);
    sum_ += now - groups_[group].part;
    groups_[group].part = now;
  }

  GroupValue value_of_group_;
  std::vector<Group> groups_;
  std::vector<double> weights_;
  double scale_ = 1, unit_ = 0;  // the sum counts units of 1 / scale / total weight
  std::int64_t sum_ = 0, tolerance_ = 0;
};

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The metric at given thresholds without a sort: each score falls between two of them, and a group's counts at all thresholds
// are then running sums. O(cells + groups * thresholds).

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/metric.hpp"

namespace multilabel::threshold::detail {

/// How many of the thresholds a score reaches, in about one comparison.
template <class S>
class Reached {
 public:
  explicit Reached(std::vector<S> ascending) : thresholds_(std::move(ascending)) {
    const std::size_t slots = std::clamp<std::size_t>(std::bit_ceil(8 * thresholds_.size()), 256, 65536);
    const S range = thresholds_.back() - thresholds_.front();
    first_.assign(slots, 0);
    top_ = static_cast<S>(slots - 1);
    step_ = range > 0 ? static_cast<S>(slots) / range : S{0};
    std::size_t below = 0;
    for (std::size_t slot = 0; slot < slots; ++slot) {
      while (below < thresholds_.size() && slot_of(thresholds_[below]) < slot) ++below;
      first_[slot] = static_cast<std::uint32_t>(below);
    }
  }

  [[nodiscard]] std::size_t operator()(S score) const noexcept {
    std::size_t reached = first_[slot_of(score)];  // those in a lower slot are below the score, for slot_of is monotone
    while (reached < thresholds_.size() && score >= thresholds_[reached]) ++reached;
    return reached;
  }

 private:
  [[nodiscard]] std::size_t slot_of(S score) const noexcept {
    const S slot = (score - thresholds_.front()) * step_;
    return static_cast<std::size_t>(static_cast<std::int32_t>(slot > 0 ? (slot < top_ ? slot : top_) : S{0}));
  }

  std::vector<S> thresholds_;
  std::vector<std::uint32_t> first_;
  S top_ = 0, step_ = 0;
};

/// The fixed-point sums at ascending thresholds, for some of the groups or, where there is one, some of the cells. `mean`
/// starts with nothing predicted.
template <class S, class Mean>
class GridSums {
 public:
  GridSums(const Mean& mean, const Reached<S>& reached, std::size_t thresholds)
      : mean_(mean), reached_(reached), cells_(thresholds + 1, 0), sums_(thresholds + 1, 0) {}

  void take(S score, std::int8_t target) noexcept {
    if (target >= 0) cells_[reached_(score)] += 1 + (static_cast<std::uint64_t>(target) << 32);
  }

  /// Ends a group: turns its cells into steps from the next higher threshold.
  void close(std::size_t group) noexcept {
    auto counts = mean_.counts(group);
    using Count = decltype(counts.known);
    std::int64_t before = counts.known > 0 ? mean_.fixed(group, counts) : 0;
    for (std::size_t b = cells_.size() - 1; b > 0; --b) {
      if (cells_[b] == 0) continue;
      counts.predicted = static_cast<Count>(counts.predicted + static_cast<Count>(cells_[b]));
      counts.true_positives = static_cast<Count>(counts.true_positives + static_cast<Count>(cells_[b] >> 32));
      const std::int64_t after = mean_.fixed(group, counts);
      sums_[b - 1] += after - std::exchange(before, after);
    }
    std::fill(cells_.begin(), cells_.end(), 0);
  }

  void merge(const GridSums& other) noexcept {
    for (std::size_t b = 0; b < cells_.size(); ++b) cells_[b] += other.cells_[b], sums_[b] += other.sums_[b];
  }

  [[nodiscard]] std::vector<std::int64_t> sums() const {
    std::vector<std::int64_t> sums = sums_;
    sums.back() = mean_.sum();
    for (std::size_t b = sums.size() - 1; b > 0; --b) sums[b - 1] += sums[b];
    sums.pop_back();
    return sums;
  }

 private:
  const Mean& mean_;
  const Reached<S>& reached_;
  std::vector<std::uint64_t> cells_;  // by thresholds reached: cells below, positives in the upper half
  std::vector<std::int64_t> sums_;
};

template <class S, class Mean>
[[nodiscard]] std::vector<std::int64_t> sums_at(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                                const Mean& mean, metrics::Average average, std::vector<S> ascending) {
  const std::size_t size = ascending.size(), rows = targets.rows(), labels = targets.columns();
  const Reached<S> reached(std::move(ascending));
  const bool by_label = average == metrics::Average::macro || average == metrics::Average::weighted;
  const std::size_t pieces =
      std::min({thread_count(0), std::max<std::size_t>(1, scores.size() >> 17), by_label ? labels : rows});
  std::vector<GridSums<S, Mean>> parts(pieces, GridSums<S, Mean>(mean, reached, size));
  parallel_for(pieces, pieces, 1, [&](std::size_t p, std::size_t) {
    GridSums<S, Mean>& part = parts[p];
    const std::size_t total = by_label ? labels : rows;
    for (std::size_t group = total * p / pieces; group < total * (p + 1) / pieces; ++group) {
      const std::size_t first = by_label ? group : group * labels, step = by_label ? labels : 1;
      const std::size_t count = by_label ? rows : labels;
      for (std::size_t k = 0, i = first; k < count; ++k, i += step) part.take(scores.data()[i], targets.data()[i]);
      if (average != metrics::Average::micro) part.close(group);
    }
  });
  for (std::size_t p = 1; p < pieces; ++p) parts[0].merge(parts[p]);
  if (average == metrics::Average::micro) parts[0].close(0);
  return parts[0].sums();
}

struct Given {
  std::vector<double> values;  ///< in the order of the thresholds
  std::size_t best = 0;        ///< of equally good ones the highest threshold
};

template <class S>
[[nodiscard]] Given values_at(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, const Objective& objective,
                              std::span<const double> thresholds) {
  std::vector<std::size_t> order(thresholds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return thresholds[a] < thresholds[b]; });
  std::vector<S> ascending;
  for (const std::size_t i : order) ascending.push_back(static_cast<S>(thresholds[i]));
  return with_group_mean(targets, objective, Start::nothing_predicted, [&](const auto& mean, auto) {
    const auto sums = sums_at<S>(targets, scores, mean, objective.average, std::move(ascending));
    Given given{std::vector<double>(sums.size()), 0};
    BestSum<std::size_t> best(objective.metric, mean.tolerance());
    for (std::size_t k = 0; k < sums.size(); ++k) {
      given.values[order[k]] = mean.value_of(sums[k]);
      best.offer(order[k], sums[k]);
    }
    given.best = best.threshold();
    return given;
  });
}

}  // namespace multilabel::threshold::detail

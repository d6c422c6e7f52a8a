// SPDX-License-Identifier: Apache-2.0
#pragma once
// The metric at given thresholds without a sort: each score falls between two of them, and a group's counts at all thresholds
// are then running sums. O(cells + groups * thresholds) in time.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/best_sum.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"
#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// How many of the thresholds a score reaches, in about one comparison.
class Reached {
 public:
  explicit Reached(std::vector<double> ascending) : thresholds_(std::move(ascending)) {
    const std::size_t slots = std::clamp<std::size_t>(std::bit_ceil(8 * thresholds_.size()), 256, 65536);
    const double range = thresholds_.back() - thresholds_.front();
    first_.assign(slots, 0);
    top_ = static_cast<double>(slots - 1);
    step_ = range > 0 ? static_cast<double>(slots) / range : 0.0;
    std::size_t below = 0;
    for (std::size_t slot = 0; slot < slots; ++slot) {
      while (below < thresholds_.size() && slot_of(thresholds_[below]) < slot) ++below;
      first_[slot] = static_cast<std::uint32_t>(below);
    }
  }

  [[nodiscard]] std::size_t operator()(double score) const noexcept {
    std::size_t reached = first_[slot_of(score)];  // those in a lower slot are below the score, for slot_of is monotone
    while (reached < thresholds_.size() && score >= thresholds_[reached]) ++reached;
    return reached;
  }

 private:
  [[nodiscard]] std::size_t slot_of(double score) const noexcept {
    const double slot = (score - thresholds_.front()) * step_;
    return static_cast<std::size_t>(static_cast<std::int32_t>(slot > 0 ? (slot < top_ ? slot : top_) : 0.0));
  }

  std::vector<double> thresholds_;
  std::vector<std::uint32_t> first_;
  double top_ = 0, step_ = 0;
};

/// How many cells, and in the upper half how many of them are positive.
using CellsAt = std::uint64_t;

/// The fixed-point sums at ascending thresholds. `mean` starts with nothing predicted.
class GridSums {
 public:
  GridSums(const GroupMean& mean, std::size_t thresholds) : mean_(mean), sums_(thresholds + 1, 0) {}

  /// Adds a group, by the number of thresholds that its cells reach; each is a step from the next higher threshold.
  void add(std::size_t group, std::span<const CellsAt> cells) noexcept {
    auto counts = mean_.counts(group);
    std::int64_t before = counts.known > 0 ? mean_.fixed(group, counts) : 0;
    for (std::size_t b = cells.size() - 1; b > 0; --b) {
      if (cells[b] == 0) continue;
      counts.predicted += static_cast<std::uint32_t>(cells[b]);
      counts.true_positives += static_cast<std::uint32_t>(cells[b] >> 32);
      const std::int64_t after = mean_.fixed(group, counts);
      sums_[b - 1] += after - std::exchange(before, after);
    }
  }

  [[nodiscard]] std::vector<std::int64_t> sums() const {
    std::vector<std::int64_t> sums = sums_;
    sums.back() = mean_.sum();
    for (std::size_t b = sums.size() - 1; b > 0; --b) sums[b - 1] += sums[b];
    sums.pop_back();
    return sums;
  }

 private:
  const GroupMean& mean_;
  std::vector<std::int64_t> sums_;
};

/// Row by row, or for as many labels at a time as a near cache holds counters for.
[[nodiscard]] inline std::vector<std::int64_t> sums_at(MatrixView<const std::int8_t> targets, MatrixView<const double> scores,
                                                       const GroupMean& mean, metrics::Average average,
                                                       std::vector<double> ascending) {
  const std::size_t labels = targets.columns(), width = ascending.size() + 1;
  GridSums sums(mean, ascending.size());
  const Reached reached(std::move(ascending));
  const bool by_row = average == metrics::Average::samples, together = average == metrics::Average::micro;
  const std::size_t block = by_row || together ? labels : std::clamp<std::size_t>((std::size_t{1} << 17) / width, 1, labels);
  for (std::size_t first = 0; first < labels; first += block) {
    const std::size_t count = std::min(block, labels - first), groups = by_row || together ? 1 : count;
    std::vector<CellsAt> cells(groups * width);
    for (std::size_t i = 0; i < targets.rows(); ++i) {
      const double* score = scores.row(i).data() + first;
      const std::int8_t* target = targets.row(i).data() + first;
      for (std::size_t j = 0; j < count; ++j) {
        if (target[j] < 0) continue;
        const std::size_t group = groups == 1 ? 0 : j;
        cells[group * width + reached(score[j])] += 1 + (static_cast<CellsAt>(target[j]) << 32);
      }
      if (!by_row) continue;
      sums.add(i, cells);
      std::fill(cells.begin(), cells.end(), 0);
    }
    if (by_row) break;
    for (std::size_t g = 0; g < groups; ++g) sums.add(first + g, std::span(cells).subspan(g * width, width));
  }
  return sums.sums();
}

struct Given {
  std::vector<double> values;  ///< in the order of the thresholds
  std::size_t best = 0;        ///< of equally good ones the highest threshold
};

[[nodiscard]] inline Given values_at(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                     const Objective& objective, std::span<const double> thresholds) {
  std::vector<std::size_t> order(thresholds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return thresholds[a] < thresholds[b]; });
  std::vector<double> ascending;
  for (const std::size_t i : order) ascending.push_back(scores.in_their_type(thresholds[i]));
  const GroupMean mean(objective, counts_of_nothing(targets, objective.average));
  const auto sums = sums_at(targets, scores.cells, mean, objective.average, std::move(ascending));
  Given given{std::vector<double>(sums.size()), 0};
  BestSum best(objective.metric, mean.tolerance());
  for (std::size_t k = 0; k < sums.size(); ++k) {
    given.values[order[k]] = mean.value_of(sums[k]);
    best.offer(static_cast<double>(k), sums[k]);
  }
  given.best = order[static_cast<std::size_t>(best.threshold())];
  return given;
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

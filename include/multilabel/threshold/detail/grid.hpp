// SPDX-License-Identifier: Apache-2.0
#pragma once
// The metric at given thresholds without a sort: each score falls between two of them, and a group's counts at all thresholds
// are then running sums. O(cells + groups * thresholds) in time.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
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

/// The fixed-point sums at ascending thresholds, for some of the groups. `mean` starts with nothing predicted.
template <class Mean>
class GridSums {
 public:
  GridSums(const Mean& mean, std::size_t thresholds) : mean_(mean), sums_(thresholds + 1, 0) {}

  /// Adds a group, by the number of thresholds that its cells reach; each is a step from the next higher threshold. Sets
  /// `cells` to 0.
  void close(std::size_t group, std::span<CellsAt> cells) noexcept {
    auto counts = mean_.counts(group);
    using Count = decltype(counts.known);
    std::int64_t before = counts.known > 0 ? mean_.fixed(group, counts) : 0;
    for (std::size_t b = cells.size() - 1; b > 0; --b) {
      if (cells[b] == 0) continue;
      counts.predicted = static_cast<Count>(counts.predicted + static_cast<Count>(cells[b]));
      counts.true_positives = static_cast<Count>(counts.true_positives + static_cast<Count>(cells[b] >> 32));
      const std::int64_t after = mean_.fixed(group, counts);
      sums_[b - 1] += after - std::exchange(before, after);
    }
    std::fill(cells.begin(), cells.end(), 0);
  }

  void merge(const GridSums& other) noexcept {
    for (std::size_t b = 0; b < sums_.size(); ++b) sums_[b] += other.sums_[b];
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
  std::vector<std::int64_t> sums_;
};

/// The sums for groups of rows.
template <class S, class Mean>
[[nodiscard]] std::vector<std::int64_t> sums_by_row(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                                    const Mean& mean, const Reached<S>& reached, std::size_t thresholds) {
  const std::size_t rows = targets.rows(), labels = targets.columns();
  GridSums<Mean> all(mean, thresholds);
  std::mutex adding;
  parallel_blocks(rows, rows_worth_a_thread(labels), [&](std::size_t begin, std::size_t end) {
    GridSums<Mean> part(mean, thresholds);
    std::vector<CellsAt> cells(thresholds + 1);
    for (std::size_t i = begin; i < end; ++i) {
      const S* score = scores.row(i).data();
      const std::int8_t* target = targets.row(i).data();
      for (std::size_t j = 0; j < labels; ++j) {
        if (target[j] >= 0) cells[reached(score[j])] += cell_at(target[j]);
      }
      part.close(i, cells);
    }
    const std::scoped_lock lock(adding);
    all.merge(part);
  });
  return all.sums();
}

/// The sums for groups of labels, or of all labels together; as many labels at a time as a near cache holds counters for.
template <class S, class Mean>
[[nodiscard]] std::vector<std::int64_t> sums_by_label(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                                      const Mean& mean, const Reached<S>& reached, std::size_t thresholds) {
  const std::size_t rows = targets.rows(), labels = targets.columns(), width = thresholds + 1;
  const bool together = mean.size() == 1;
  const std::size_t step = together ? 0 : width;
  const std::size_t block = together ? labels : std::clamp<std::size_t>((std::size_t{1} << 17) / width, 1, labels);
  GridSums<Mean> sums(mean, thresholds);
  for (std::size_t first = 0; first < labels; first += block) {
    const std::size_t count = std::min(block, labels - first), groups = together ? 1 : count;
    std::vector<CellsAt> all(groups * width);
    std::mutex adding;
    parallel_for(rows, 0, rows_worth_a_thread(count), [&](std::size_t begin, std::size_t end) {
      std::vector<CellsAt> cells(groups * width);
      for (std::size_t i = begin; i < end; ++i) {
        const S* score = scores.row(i).data() + first;
        const std::int8_t* target = targets.row(i).data() + first;
        for (std::size_t j = 0; j < count; ++j) {
          if (target[j] >= 0) cells[j * step + reached(score[j])] += cell_at(target[j]);
        }
      }
      const std::scoped_lock lock(adding);
      std::transform(all.begin(), all.end(), cells.begin(), all.begin(), std::plus<>());
    });
    for (std::size_t g = 0; g < groups; ++g) sums.close(first + g, std::span(all).subspan(g * width, width));
  }
  return sums.sums();
}

template <class S, class Mean>
[[nodiscard]] std::vector<std::int64_t> sums_at(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                                const Mean& mean, metrics::Average average, std::vector<S> ascending) {
  const std::size_t size = ascending.size();
  const Reached<S> reached(std::move(ascending));
  return average == metrics::Average::samples ? sums_by_row(targets, scores, mean, reached, size)
                                              : sums_by_label(targets, scores, mean, reached, size);
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
  return with_group_mean(targets, objective, nothing_predicted, [&](const auto& mean, auto) {
    const auto sums = sums_at<S>(targets, scores, mean, objective.average, std::move(ascending));
    Given given{std::vector<double>(sums.size()), 0};
    BestSum<std::size_t> best(objective.metric, mean.tolerance());
    for (std::size_t k = 0; k < sums.size(); ++k) {
      given.values[order[k]] = mean.value_of(sums[k]);
      best.offer_higher(order[k], sums[k]);
    }
    given.best = best.threshold();
    return given;
  });
}

}  // namespace multilabel::threshold::detail

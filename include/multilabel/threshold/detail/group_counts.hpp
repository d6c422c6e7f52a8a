// SPDX-License-Identifier: Apache-2.0
#pragma once
// The counts that decide a metric, of every row, every label or everything, for predictions that are made, for none, or for
// all.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/detail/counts.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

using GroupCounts = std::vector<Counts<std::uint32_t>>;

/// Numbers the groups that an average is over: rows, labels, or one group of everything.
class Groups {
 public:
  Groups(MatrixView<const std::int8_t> targets, metrics::Average average) noexcept
      : row_(average == metrics::Average::samples ? 1 : 0),
        label_(average == metrics::Average::samples || average == metrics::Average::micro ? 0 : 1),
        size_(row_ == 1     ? targets.rows()
              : label_ == 1 ? targets.columns()
                            : 1) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t operator()(std::size_t row, std::size_t label) const noexcept {
    return row * row_ + label * label_;
  }

 private:
  std::size_t row_, label_, size_;  // the first two are 1 where the index counts
};

/// With nothing predicted.
[[nodiscard]] inline GroupCounts counts_of_nothing(MatrixView<const std::int8_t> targets, metrics::Average average) {
  const Groups group_of(targets, average);
  GroupCounts counts(group_of.size());
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      Counts<std::uint32_t>& group = counts[group_of(i, j)];
      group.known += targets(i, j) >= 0 ? 1 : 0;
      group.positives += targets(i, j) == 1 ? 1 : 0;
    }
  }
  return counts;
}

/// With every cell predicted.
[[nodiscard]] inline GroupCounts counts_of_everything(MatrixView<const std::int8_t> targets, metrics::Average average) {
  GroupCounts counts = counts_of_nothing(targets, average);
  for (auto& group : counts) group.predicted = group.known, group.true_positives = group.positives;
  return counts;
}

/// With the cells predicted where `predictions` is not 0.
[[nodiscard]] inline GroupCounts counts_of(MatrixView<const std::int8_t> targets, MatrixView<const std::uint8_t> predictions,
                                           metrics::Average average) {
  const Groups group_of(targets, average);
  GroupCounts counts = counts_of_nothing(targets, average);
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      if (targets(i, j) < 0 || predictions(i, j) == 0) continue;
      Counts<std::uint32_t>& group = counts[group_of(i, j)];
      ++group.predicted;
      group.true_positives += targets(i, j) == 1 ? 1 : 0;
    }
  }
  return counts;
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail

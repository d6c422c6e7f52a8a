// SPDX-License-Identifier: Apache-2.0
#pragma once
// The counts that decide a metric, of every row, every label or everything, for predictions of any kind: `predicted(row,
// label)` says whether a cell is predicted. One pass, on the threads of the process.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/detail/counts.hpp"

namespace multilabel::threshold::detail {

/// How many cells, and in the upper half how many of them are positive.
using CellsAt = std::uint64_t;

/// One known cell.
[[nodiscard]] constexpr CellsAt cell_at(std::int8_t target) noexcept { return 1 + (static_cast<std::uint64_t>(target) << 32); }

inline constexpr auto all_predicted = [](std::size_t, std::size_t) noexcept { return true; };
inline constexpr auto nothing_predicted = [](std::size_t, std::size_t) noexcept { return false; };

/// Cells that score at least as high as `threshold`.
template <class S>
struct Reaching {
  MatrixView<const S> scores;
  S threshold;
  [[nodiscard]] bool operator()(std::size_t row, std::size_t label) const noexcept { return scores(row, label) >= threshold; }
};

/// Cells that score at least as high as the threshold of their label.
template <class S>
struct ReachingEach {
  ReachingEach(MatrixView<const S> all, const std::vector<double>& each) : scores(all) {
    for (const double threshold : each) thresholds.push_back(static_cast<S>(threshold));
  }

  MatrixView<const S> scores;
  std::vector<S> thresholds;
  [[nodiscard]] bool operator()(std::size_t row, std::size_t label) const noexcept {
    return scores(row, label) >= thresholds[label];
  }
};

/// How many rows are worth a thread.
[[nodiscard]] inline std::size_t rows_worth_a_thread(std::size_t labels) noexcept {
  return std::max<std::size_t>(1, (std::size_t{1} << 17) / std::max<std::size_t>(1, labels));
}

/// Of every row.
template <class Count, class Predicted>
[[nodiscard]] std::vector<Counts<Count>> row_counts(MatrixView<const std::int8_t> targets, const Predicted& predicted) {
  const std::size_t labels = targets.columns();
  std::vector<Counts<Count>> counts(targets.rows());
  parallel_blocks(targets.rows(), rows_worth_a_thread(labels), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::int8_t* target = targets.row(i).data();
      std::uint32_t known = 0, positives = 0, both = 0, guessed = 0;
      for (std::size_t j = 0; j < labels; ++j) {
        const std::uint32_t is_known = target[j] >= 0 ? 1 : 0, is_positive = target[j] == 1 ? 1 : 0;
        const std::uint32_t is_predicted = predicted(i, j) ? 1 : 0;
        known += is_known;
        positives += is_positive;
        guessed += is_known & is_predicted;
        both += is_positive & is_predicted;
      }
      counts[i] = {static_cast<Count>(both), static_cast<Count>(guessed), static_cast<Count>(positives),
                   static_cast<Count>(known)};
    }
  });
  return counts;
}

/// Of every label.
template <class Predicted>
[[nodiscard]] std::vector<Counts<std::uint32_t>> label_counts(MatrixView<const std::int8_t> targets,
                                                              const Predicted& predicted) {
  const std::size_t labels = targets.columns();
  std::vector<Counts<std::uint32_t>> counts(labels);
  std::mutex adding;
  parallel_blocks(targets.rows(), rows_worth_a_thread(labels), [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t> known(labels), positives(labels), both(labels), guessed(labels);
    for (std::size_t i = begin; i < end; ++i) {
      const std::int8_t* target = targets.row(i).data();
      for (std::size_t j = 0; j < labels; ++j) {
        const std::uint32_t is_known = target[j] >= 0 ? 1 : 0, is_positive = target[j] == 1 ? 1 : 0;
        const std::uint32_t is_predicted = predicted(i, j) ? 1 : 0;
        known[j] += is_known;
        positives[j] += is_positive;
        guessed[j] += is_known & is_predicted;
        both[j] += is_positive & is_predicted;
      }
    }
    const std::scoped_lock lock(adding);
    for (std::size_t j = 0; j < labels; ++j) {
      counts[j].known += known[j];
      counts[j].positives += positives[j];
      counts[j].predicted += guessed[j];
      counts[j].true_positives += both[j];
    }
  });
  return counts;
}

/// Of everything.
template <class Predicted>
[[nodiscard]] Counts<std::uint32_t> total_counts(MatrixView<const std::int8_t> targets, const Predicted& predicted) {
  Counts<std::uint32_t> total;
  for (const auto& label : label_counts(targets, predicted)) {
    total.known += label.known;
    total.positives += label.positives;
    total.predicted += label.predicted;
    total.true_positives += label.true_positives;
  }
  return total;
}

/// Of the groups that `average` is over.
template <class Count, class Predicted>
[[nodiscard]] std::vector<Counts<Count>> group_counts(MatrixView<const std::int8_t> targets, metrics::Average average,
                                                      const Predicted& predicted) {
  if (average == metrics::Average::samples) return row_counts<Count>(targets, predicted);
  std::vector<Counts<Count>> counts;
  const auto add = [&](const Counts<std::uint32_t>& group) {
    counts.push_back({static_cast<Count>(group.true_positives), static_cast<Count>(group.predicted),
                      static_cast<Count>(group.positives), static_cast<Count>(group.known)});
  };
  if (average == metrics::Average::micro) {
    add(total_counts(targets, predicted));
  } else {
    for (const auto& label : label_counts(targets, predicted)) add(label);
  }
  return counts;
}

}  // namespace multilabel::threshold::detail

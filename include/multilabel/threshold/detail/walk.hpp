// SPDX-License-Identifier: Apache-2.0
#pragma once
// From score to score through all cells: what is predicted follows the threshold cell by cell. Several threads walk at a time:
// where the first part meets the second, the third the fourth and so on, one walks down and one up, so that what they write
// lies side by side.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"

namespace multilabel::threshold::detail {

/// The stretches of ascending scores that walkers share out. Their number is fixed, so that the threads cannot change a result.
inline constexpr std::size_t stretches = 16;

/// What a sorted cell carries: its group, and in the lowest bit its target.
struct CellOfGroup {
  MatrixView<const std::int8_t> targets;
  GroupOf group_of;
  [[nodiscard]] std::uint32_t operator()(std::size_t row, std::size_t label) const noexcept {
    return static_cast<std::uint32_t>(group_of(row, label) << 1) | static_cast<std::uint32_t>(targets(row, label));
  }
};

/// The stretches of one walker, who begins at the lower end and goes up, or at the upper end and goes down.
struct Way {
  std::size_t first = 0, end = stretches;
  bool down = false;

  /// The stretch at whose lower end the walker begins.
  [[nodiscard]] std::size_t start() const noexcept { return down ? end : first; }
};

/// Shares all stretches out, ascending. Every second walker goes down from where the next one begins; the last goes up.
[[nodiscard]] inline std::vector<Way> ways(std::size_t walkers) {
  std::vector<Way> all;
  for (std::size_t w = 0; w < walkers; ++w) {
    all.push_back({stretches * w / walkers, stretches * (w + 1) / walkers, w % 2 == 0 && w + 1 < walkers});
  }
  return all;
}

/// A mean and a limit that stand at the predictions of some threshold.
template <class Mean, class Limit>
struct Standing {
  Mean mean;
  Limit limit;

  /// Goes on from the predictions that `predicted(row, label)` tells.
  template <class Predicted>
  void restart(MatrixView<const std::int8_t> targets, metrics::Average average, const Predicted& predicted) {
    mean.restart(group_counts<typename Mean::count_type>(targets, average, predicted));
    limit.restart(targets, predicted);
  }
  void predict(std::uint32_t payload) noexcept {
    mean.predict(payload >> 1, (payload & 1u) != 0);
    limit.predict(payload >> 1, (payload & 1u) != 0);
  }
  void withdraw(std::uint32_t payload) noexcept {
    mean.withdraw(payload >> 1, (payload & 1u) != 0);
    limit.withdraw(payload >> 1, (payload & 1u) != 0);
  }
  /// Has the group of a cell fetched that is going to be predicted or withdrawn.
  void expect(std::uint32_t payload) const noexcept { mean.expect(payload >> 1); }
};

/// A copy of `lowest` for each walker, sent to its start by `go_to(standing, stretch)`; two that start at one place go there
/// once.
template <class Walker, class GoTo>
[[nodiscard]] std::vector<Walker> stand_at_starts(const std::vector<Way>& all, const Walker& lowest, const GoTo& go_to) {
  std::vector<Walker> standing(all.size(), lowest);
  for (std::size_t w = 0; w < all.size(); ++w) {
    if (all[w].down) continue;
    go_to(standing[w], all[w].start());
    if (w > 0 && all[w - 1].down) standing[w - 1] = standing[w];
  }
  return standing;
}

/// Calls `at(threshold)` for every distinct score of a stretch, in ascending order or in descending; `now` then stands at the
/// predictions of that threshold.
template <bool down, class S, class Mean, class Limit, class At>
void walk(core::detail::AscendingCells<S>& cells, std::size_t stretch, Standing<Mean, Limit>& now, At&& at) {
  constexpr std::size_t ahead = 24;  // cells whose groups are on their way from memory
  const auto up_through = [&](std::span<const core::detail::Cell<S>> sorted) {
    for (std::size_t i = 0; i < sorted.size();) {
      const auto key = sorted[i].key;
      at(cells.score_of(sorted[i]));
      do {
        now.expect(sorted[std::min(i + ahead, sorted.size() - 1)].payload);
        now.withdraw(sorted[i].payload);
      } while (++i < sorted.size() && sorted[i].key == key);
    }
  };
  const auto down_through = [&](std::span<const core::detail::Cell<S>> sorted) {
    for (std::size_t i = sorted.size(); i > 0;) {
      const auto key = sorted[i - 1].key;
      do {
        --i;
        now.expect(sorted[i > ahead ? i - ahead : 0].payload);
        now.predict(sorted[i].payload);
      } while (i > 0 && sorted[i - 1].key == key);
      at(cells.score_of(sorted[i]));
    }
  };
  const std::size_t first = cells.cut(stretch, stretches), last = cells.cut(stretch + 1, stretches);
  if constexpr (down) {
    cells.read_down(first, last, down_through);
  } else {
    cells.read_up(first, last, up_through);
  }
}

}  // namespace multilabel::threshold::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The positive steps of every label of a matrix whose rows weigh the same: positives are gathered and sorted, then all cells
// are placed among them. `label_split.hpp` is for weights, and for those who need the
// scores.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/long_array.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/codes.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/detail/score_bits.hpp"

namespace multilabel::metrics::detail {

/// The steps of a label from the keys of its positives and of all its known cells, the positives among them.
template <std::unsigned_integral Key>
[[nodiscard]] PositiveSteps steps_of_label(std::vector<Key> positive_keys, std::span<const Key> known) {
  const auto times = sort_and_count(positive_keys);
  const KeyTable<Key> table(std::move(positive_keys));
  const std::size_t count = table.size();
  std::vector<std::uint32_t> bins(2 * count + 2);
  for (const Key key : known) {
    const std::size_t place = table.lower_bound(key);
    ++bins[2 * place + (table[place] == key ? 1 : 0)];
  }
  std::vector<double> positives(count), at(count), below(count + 1);
  double negatives = 0.0;
  for (std::size_t i = 0; i <= count; ++i) {
    below[i] = bins[2 * i];
    negatives += below[i];
    if (i == count) break;
    positives[i] = times[i];
    at[i] = bins[2 * i + 1] - times[i];
    negatives += at[i];
  }
  return steps_from(positives, at, below, negatives);
}

/// Calls `visit(column, steps)` for every column, on the threads of the process: from several at once, for different columns.
/// `codes` are those of a matrix of the shape of `scores`.
template <std::floating_point Score, class Visit>
void for_each_label_steps(const LongArray<Code>& codes, MatrixView<const Score> scores, Visit&& visit) {
  using Key = score_bits_t<Score>;
  const std::size_t rows = scores.rows(), columns = scores.columns();
  const std::size_t threads = scores.size() < (std::size_t{1} << 18) ? 1 : thread_count(0);
  const std::size_t width = columns >= 64 * threads ? 16 : 8;  // a cache line of floats, unless that leaves a thread idle
  parallel_each((columns + width - 1) / width, threads, [&] {
    return [&, keys = LongArray<Key>(width * (rows + 1))](std::size_t unit) mutable {
      const std::size_t first = unit * width, count = std::min(width, columns - first);
      std::vector<std::vector<Key>> positives(count);
      std::vector<Key*> ends(count);
      for (std::size_t c = 0; c < count; ++c) ends[c] = keys.data() + c * (rows + 1);
      for (std::size_t i = 0; i < rows; ++i) {
        const Score* score = scores.data() + i * columns + first;
        const Code* code = codes.data() + i * columns + first;
        for (std::size_t c = 0; c < count; ++c) {
          const Key key = to_key(score[c]);
          *ends[c] = key;
          ends[c] += code[c] == unknown ? 0 : 1;
          if (code[c] == present) positives[c].push_back(key);
        }
      }
      for (std::size_t c = 0; c < count; ++c) {
        const Key* begin = keys.data() + c * (rows + 1);
        visit(first + c, steps_of_label(std::move(positives[c]), std::span<const Key>(begin, ends[c])));
      }
    };
  });
}

}  // namespace multilabel::metrics::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The positive steps of every label of a matrix whose rows weigh the same. One pass over the rows checks every cell and gathers
// the positives; they are sorted; a second pass, sixteen labels at a time, places all cells among them. Nothing of the size of
// the matrix is written. `label_split.hpp` is for weights, and for those who need the scores.

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/detail/key_table.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/codes.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/detail/score_bits.hpp"

namespace multilabel::metrics::detail {

/// The keys of the scores of each label's positives and of its unknown cells, [labels], in no order.
template <std::unsigned_integral Key>
struct FewKeys {
  explicit FewKeys(std::size_t labels) : present(labels), unknown(labels) {}

  std::vector<std::vector<Key>> present, unknown;
};

/// Adds those of the rows `first` ... `first + rows`, after a check of every cell of theirs.
template <std::floating_point Score>
class FewKeysReader {
 public:
  FewKeysReader(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores)
      : where_(where),
        targets_(&targets),
        scores_(scores),
        found_(block_rows(targets.columns()) * targets.columns() + columns_slack),
        ends_(block_rows(targets.columns())) {}

  void read(std::size_t first, std::size_t rows, FewKeys<score_bits_t<Score>>& keys) {
    require_finite(where_, scores_, first, rows);
    if (!targets_->find_present(first, rows, found_.data(), ends_.data())) return read_codes(first, rows, keys);
    for (std::size_t i = 0, k = 0; i < rows; ++i) {
      const Score* row = scores_.row(first + i).data();
      for (; k < ends_[i]; ++k) keys.present[found_[k]].push_back(to_key(row[found_[k]]));
    }
  }

 private:
  void read_codes(std::size_t first, std::size_t rows, FewKeys<score_bits_t<Score>>& keys) {
    const std::size_t columns = targets_->columns();
    codes_.resize(block_rows(columns) * columns);
    targets_->read_targets(where_, first, rows, codes_.data());
    const Score* scores = scores_.data() + first * columns;
    for (std::size_t i = 0, cell = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j, ++cell) {
        if (codes_[cell] == absent) continue;
        (codes_[cell] == present ? keys.present : keys.unknown)[j].push_back(to_key(scores[cell]));
      }
    }
  }

  std::string_view where_;
  const LabelCells* targets_;
  MatrixView<const Score> scores_;
  std::vector<std::uint32_t> found_, ends_;
  std::vector<Code> codes_;
};

/// Reads them from all rows, on the threads of the process: one result a thread.
template <std::floating_point Score>
[[nodiscard]] std::vector<FewKeys<score_bits_t<Score>>> read_few_keys(std::string_view where, const LabelCells& targets,
                                                                      MatrixView<const Score> scores) {
  const Chunks chunks(targets.rows(), targets.columns());
  std::vector<FewKeys<score_bits_t<Score>>> keys(chunks.threads(), FewKeys<score_bits_t<Score>>(targets.columns()));
  std::atomic<std::size_t> workers = 0;
  chunks.for_each_with([&] {
    return [&, own = &keys[workers++], reader = FewKeysReader<Score>(where, targets, scores)](std::size_t, std::size_t begin,
                                                                                              std::size_t end) mutable {
      const std::size_t step = block_rows(targets.columns());
      for (std::size_t first = begin; first < end; first += step) reader.read(first, std::min(step, end - first), *own);
    };
  });
  return keys;
}

/// The keys of one label, gone from where they were.
template <std::unsigned_integral Key>
[[nodiscard]] std::vector<Key> take_keys(std::vector<FewKeys<Key>>& keys, std::vector<std::vector<Key>> FewKeys<Key>::* which,
                                         std::size_t label) {
  std::vector<Key> all = std::move((keys.front().*which)[label]);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::vector<Key> more = std::move((keys[i].*which)[label]);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

/// How the cells of one label lie among its positives.
template <std::unsigned_integral Key>
class LabelPlaces {
 public:
  LabelPlaces(std::vector<Key> positives, std::vector<Key> without_truth)
      : unknown_(std::move(without_truth)), times_(core::detail::sort_and_count(positives)), table_(std::move(positives)) {}

  /// Two counters for each distinct score of the positives: of cells below it and above the one before, and of cells at it; and
  /// one of cells above all.
  [[nodiscard]] std::vector<std::uint32_t> counters() const { return std::vector<std::uint32_t>(2 * table_.size() + 1); }

  void count(const Key* keys, std::size_t size, std::vector<std::uint32_t>& counters) const {
    std::uint32_t* const counts = counters.data();
    for (std::size_t i = 0; i < size; ++i) ++counts[place(keys[i])];
  }

  /// The steps, from the counts of all cells, the unknown ones among them.
  [[nodiscard]] PositiveSteps steps(std::vector<std::uint32_t> counts) const {
    for (const Key key : unknown_) --counts[place(key)];
    const std::size_t size = table_.size();
    std::vector<double> positives(times_.begin(), times_.end()), at(size), below(size + 1);
    double negatives = 0.0;
    for (std::size_t i = 0; i <= size; ++i) {
      below[i] = counts[2 * i];
      if (i < size) at[i] = counts[2 * i + 1] - times_[i];
      negatives += below[i] + (i < size ? at[i] : 0.0);
    }
    return steps_from(positives, at, below, negatives);
  }

 private:
  [[nodiscard]] std::size_t place(Key key) const noexcept {
    const std::size_t at = table_.lower_bound(key);
    return 2 * at + (table_[at] == key ? 1 : 0);
  }

  std::vector<Key> unknown_;
  std::vector<std::uint32_t> times_;
  core::detail::KeyTable<Key> table_;
};

/// Sixteen labels, a cache line of floats, and what the pieces of their rows have counted.
struct LabelGroup {
  std::mutex adding;
  std::size_t pieces_added = 0;
  std::vector<std::vector<std::uint32_t>> counts;

  /// @return how many pieces are in.
  std::size_t add(std::vector<std::vector<std::uint32_t>> more) {
    const std::scoped_lock lock(adding);
    if (counts.empty()) {
      counts = std::move(more);
    } else {
      for (std::size_t c = 0; c < counts.size(); ++c) {
        std::transform(counts[c].begin(), counts[c].end(), more[c].begin(), counts[c].begin(), std::plus<>());
      }
    }
    return ++pieces_added;
  }
};

/// Calls `visit(column, steps)` for every column, on the threads of the process: from several at once, for different columns.
/// Throws as the checks of `targets` and `scores`, which have one shape, do.
template <std::floating_point Score, class Visit>
void for_each_label_steps(std::string_view where, const LabelCells& targets, MatrixView<const Score> scores, Visit&& visit) {
  using Key = score_bits_t<Score>;
  const std::size_t rows = scores.rows(), columns = scores.columns();
  constexpr std::size_t width = 16;
  const std::size_t tile = std::min(rows, std::size_t{1} << 17), stride = tile + width;  // apart in the sets of a cache
  const std::size_t threads = Chunks(rows, columns).threads();
  auto keys = read_few_keys(where, targets, scores);
  std::vector<std::optional<LabelPlaces<Key>>> labels(columns);
  parallel_each(columns, threads, [&] {
    return [&](std::size_t j) {
      labels[j].emplace(take_keys(keys, &FewKeys<Key>::present, j), take_keys(keys, &FewKeys<Key>::unknown, j));
    };
  });
  std::vector<LabelGroup> groups((columns + width - 1) / width);
  const std::size_t pieces = std::clamp<std::size_t>(rows / 4096, 1, threads);  // that no thread is left without a label
  parallel_each(groups.size() * pieces, threads, [&] {
    return [&, buffer = LongArray<Key>(width * stride)](std::size_t unit) mutable {
      const std::size_t group = unit / pieces, piece = unit % pieces;
      const std::size_t first = group * width, count = std::min(width, columns - first);
      std::vector<std::vector<std::uint32_t>> counts;
      for (std::size_t c = 0; c < count; ++c) counts.push_back(labels[first + c]->counters());
      const std::size_t end = rows * (piece + 1) / pieces;
      for (std::size_t begin = rows * piece / pieces; begin < end; begin += tile) {
        const std::size_t size = std::min(tile, end - begin);
        for (std::size_t i = 0; i < size; ++i) {
          const Score* row = scores.row(begin + i).data() + first;
          core::detail::prefetch(row + 24 * columns);  // no processor foresees a stride of this length
          for (std::size_t c = 0; c < count; ++c) buffer[c * stride + i] = to_key(row[c]);
        }
        for (std::size_t c = 0; c < count; ++c) labels[first + c]->count(buffer.data() + c * stride, size, counts[c]);
      }
      if (groups[group].add(std::move(counts)) < pieces) return;
      for (std::size_t c = 0; c < count; ++c) {
        visit(first + c, labels[first + c]->steps(std::move(groups[group].counts[c])));
        labels[first + c].reset();
      }
    };
  });
}

}  // namespace multilabel::metrics::detail

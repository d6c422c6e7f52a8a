// SPDX-License-Identifier: Apache-2.0
#pragma once
// How do a label's negatives lie among the scores of its positives? What thresholds and isotonic curves of one label need, and
// all they need: between two positives nothing of interest happens. Only the positives, which are few, are sorted; every
// negative finds its place among them through a table over their keys. O(cells).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "multilabel/core/detail/key_table.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::core::detail {

/// The distinct scores of the positives, ascending, and the negatives at and between them. All but `lowest` and `highest` are
/// counts; both are unset without a known cell.
template <class S>
struct LabelSteps {
  /// One distinct score of the positives.
  struct Step {
    S score;
    std::uint32_t positives = 0;        ///< at this score
    std::uint32_t negatives = 0;        ///< at exactly this score
    std::uint32_t negatives_above = 0;  ///< above it and below the next step
    S last_above{};                     ///< the highest of those above, where there are any
  };

  std::vector<Step> steps;
  std::uint32_t negatives_below = 0;  ///< below the first step; all negatives without a step
  S last_below{};                     ///< the highest of those
  S lowest{}, highest{};              ///< of all known cells
  std::uint32_t positives = 0, known = 0;
};

/// Takes the positives at once and the negatives piece by piece.
template <class S>
class StepCounter {
  using Key = key_t<S>;

 public:
  explicit StepCounter(const std::vector<S>& positives) : StepCounter(keys_of(positives), positives.size()) {}

  void add(std::span<const S> negatives) {
    Key lowest = lowest_;
    for (const S score : negatives) {
      const Key key = to_key(score);
      const std::size_t at = table_.lower_bound(key);
      const bool tied = table_[at] == key;
      Place& place = places_[at];
      place.tied += tied ? 1u : 0u;
      place.below += tied ? 0u : 1u;
      const Key below = tied ? std::numeric_limits<Key>::min() : key;
      place.last = std::max(place.last, below);
      lowest = std::min(lowest, key);
    }
    lowest_ = lowest;
  }

  [[nodiscard]] LabelSteps<S> steps() const {
    LabelSteps<S> result;
    const std::size_t count = positives_.size();
    result.steps.resize(count);
    result.positives = static_cast<std::uint32_t>(total_);
    result.negatives_below = places_[0].below;
    result.last_below = from_key<S>(places_[0].last);
    result.known = result.positives + result.negatives_below;
    for (std::size_t i = 0; i < count; ++i) {
      const Place& next = places_[i + 1];
      result.steps[i] = {from_key<S>(table_[i]), positives_[i], places_[i].tied, next.below, from_key<S>(next.last)};
      result.known += places_[i].tied + next.below;
    }
    Key lowest = lowest_, highest = places_[count].last;
    if (count > 0) lowest = std::min(lowest, table_[0]), highest = std::max(highest, table_[count - 1]);
    result.lowest = from_key<S>(lowest);
    result.highest = from_key<S>(highest);
    return result;
  }

 private:
  struct Place {
    std::uint32_t below = 0, tied = 0;
    Key last = std::numeric_limits<Key>::min();
  };

  StepCounter(std::vector<Key> keys, std::size_t total)
      : positives_(sort_and_count(keys)), table_(std::move(keys)), places_(table_.size() + 1), total_(total) {}

  [[nodiscard]] static std::vector<Key> keys_of(const std::vector<S>& scores) {
    std::vector<Key> keys(scores.size());
    std::transform(scores.begin(), scores.end(), keys.begin(), [](S score) { return to_key(score); });
    return keys;
  }

  std::vector<std::uint32_t> positives_;  // how many there are of each key of the table
  KeyTable<Key> table_;
  std::vector<Place> places_;
  std::size_t total_;
  Key lowest_ = std::numeric_limits<Key>::max();
};

/// Calls `visit(label, steps)` for every label, on the threads of the process: several at once, each for another label.
template <class S, class Visit>
void for_each_label_steps(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, Visit&& visit) {
  constexpr std::size_t width = 16, tile = 2048;  // a cache line of labels; as many rows as stay in cache
  const std::size_t rows = scores.rows(), labels = scores.columns();
  const std::size_t grain = std::max<std::size_t>(1, (std::size_t{1} << 17) / std::max<std::size_t>(1, rows));
  parallel_for(labels, 0, grain, [&](std::size_t begin, std::size_t end) {
    std::vector<S> buffer(width * (tile + 1));
    for (std::size_t first = begin; first < end; first += width) {
      const std::size_t count = std::min(width, end - first);
      std::vector<std::vector<S>> positives(count);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t c = 0; c < count; ++c) {
          if (targets(i, first + c) == 1) positives[c].push_back(scores(i, first + c));
        }
      }
      std::vector<StepCounter<S>> counters;
      for (auto& own : positives) counters.emplace_back(own);
      for (std::size_t row = 0; row < rows; row += tile) {
        S* ends[width];
        for (std::size_t c = 0; c < width; ++c) ends[c] = buffer.data() + c * (tile + 1);
        for (std::size_t i = row; i < std::min(rows, row + tile); ++i) {
          const S* score = scores.row(i).data() + first;
          prefetch(score + 24 * labels);  // no processor foresees a stride of this length
          const std::int8_t* target = targets.row(i).data() + first;
          for (std::size_t c = 0; c < count; ++c) {
            *ends[c] = score[c];
            ends[c] += target[c] == 0 ? 1 : 0;
          }
        }
        for (std::size_t c = 0; c < count; ++c) {
          const S* own = buffer.data() + c * (tile + 1);
          counters[c].add({own, static_cast<std::size_t>(ends[c] - own)});
        }
      }
      for (std::size_t c = 0; c < count; ++c) visit(first + c, counters[c].steps());
    }
  });
}

/// The steps of all cells as if they were of one label.
template <class S>
[[nodiscard]] LabelSteps<S> pooled_steps(MatrixView<const std::int8_t> targets, MatrixView<const S> scores) {
  std::vector<S> positives, negatives;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (targets.data()[i] == 1) positives.push_back(scores.data()[i]);
  }
  StepCounter<S> counter(positives);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (targets.data()[i] == 0) negatives.push_back(scores.data()[i]);
    if (negatives.size() == 4096 || i + 1 == scores.size()) counter.add(negatives), negatives.clear();
  }
  return counter.steps();
}

}  // namespace multilabel::core::detail

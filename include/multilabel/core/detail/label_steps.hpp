// SPDX-License-Identifier: Apache-2.0
#pragma once
// How do a label's negatives lie among the scores of its positives? What thresholds and isotonic curves of one label need, and
// all they need: between two positives nothing of interest happens. Only the positives, which are few, are sorted; every
// negative finds its place among them through a table over their keys. O(cells + positives log positives).

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/detail/score_keys.hpp"
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
  using Unsigned = std::make_unsigned_t<Key>;

 public:
  explicit StepCounter(std::vector<S>& positives) {
    std::sort(positives.begin(), positives.end());
    total_ = positives.size();
    for (const S score : positives) {
      const Key key = to_key(score);
      if (keys_.empty() || keys_.back() != key) keys_.push_back(key), positives_.push_back(0);
      ++positives_.back();
    }
    const std::size_t steps = keys_.size();
    keys_.push_back(std::numeric_limits<Key>::max());  // no finite score has this key: every search ends
    const Unsigned range = steps > 0 ? static_cast<Unsigned>(keys_[steps - 1]) - static_cast<Unsigned>(keys_[0]) : Unsigned{0};
    const auto slots = std::clamp<std::size_t>(std::bit_ceil(4 * steps), 64, 65536);
    shift_ = std::max(0, static_cast<int>(std::bit_width(range)) - static_cast<int>(std::bit_width(slots - 1)));
    last_slot_ = static_cast<std::size_t>(range >> shift_) + 1;
    first_.assign(last_slot_ + 2, static_cast<std::uint32_t>(steps));
    for (std::size_t i = steps; i > 0; --i) {
      first_[static_cast<std::size_t>((static_cast<Unsigned>(keys_[i - 1]) - static_cast<Unsigned>(keys_[0])) >> shift_)] =
          static_cast<std::uint32_t>(i - 1);
    }
    for (std::size_t slot = last_slot_ + 1; slot > 0; --slot) first_[slot - 1] = std::min(first_[slot - 1], first_[slot]);
    places_.resize(steps + 1);
  }

  void add(std::span<const S> negatives) {
    Key lowest = lowest_;
    for (const S score : negatives) {
      const Key key = to_key(score);
      const std::size_t at = lower_bound(key);
      const bool tied = keys_[at] == key;
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
      result.steps[i] = {from_key<S>(keys_[i]), positives_[i], places_[i].tied, next.below, from_key<S>(next.last)};
      result.known += places_[i].tied + next.below;
    }
    Key lowest = lowest_, highest = places_[count].last;
    if (count > 0) lowest = std::min(lowest, keys_.front()), highest = std::max(highest, keys_[count - 1]);
    result.lowest = from_key<S>(lowest);
    result.highest = from_key<S>(highest);
    return result;
  }

 private:
  struct Place {
    std::uint32_t below = 0, tied = 0;
    Key last = std::numeric_limits<Key>::min();
  };

  /// The first step whose key is not below `key`.
  [[nodiscard]] std::size_t lower_bound(Key key) const noexcept {
    const Unsigned offset = static_cast<Unsigned>(std::max(key, keys_[0])) - static_cast<Unsigned>(keys_[0]);
    const std::size_t slot = std::min(static_cast<std::size_t>(offset >> shift_), last_slot_);
    std::size_t at = first_[slot];
    if (first_[slot + 1] - at > 8) {
      const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(at);
      return static_cast<std::size_t>(std::lower_bound(begin, keys_.end(), key) - keys_.begin());
    }
    at += keys_[at] < key ? 1 : 0;  // mostly enough, and without a branch to mispredict
    at += keys_[at] < key ? 1 : 0;
    while (keys_[at] < key) ++at;
    return at;
  }

  std::vector<Key> keys_;
  std::vector<std::uint32_t> positives_, first_;
  std::vector<Place> places_;
  std::size_t total_ = 0, last_slot_ = 0;
  int shift_ = 0;
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

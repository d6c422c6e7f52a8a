// SPDX-License-Identifier: Apache-2.0
#pragma once
// How do a label's negatives lie among the scores of its positives? What average precision, the area under the ROC curve,
// thresholds and isotonic curves of one label need, and all they need: between two positives nothing of interest happens.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/detail/score_keys.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/detail/sorted_cells.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::core::detail {

/// The distinct scores of the positives, ascending, and the negatives at and between them. All but `lowest` and `highest` are
/// counts; both are unset without a known cell.
struct LabelSteps {
  /// One distinct score of the positives.
  struct Step {
    double score;
    std::uint32_t positives = 0;        ///< at this score
    std::uint32_t negatives = 0;        ///< at exactly this score
    std::uint32_t negatives_above = 0;  ///< above it and below the next step
    double last_above{};                ///< the highest of those above, where there are any
  };

  std::vector<Step> steps;
  std::uint32_t negatives_below = 0;  ///< below the first step; all negatives without a step
  double last_below{};                ///< the highest of those
  double lowest{}, highest{};         ///< of all known cells
  std::uint32_t positives = 0, known = 0;
};

/// From the keys of a label's positives and of its negatives, both ascending.
template <class S>
[[nodiscard]] LabelSteps steps_of(std::span<const key_t<S>> positives, std::span<const key_t<S>> negatives) {
  const auto score_of = [](key_t<S> key) { return static_cast<double>(from_key<S>(key)); };
  LabelSteps result;
  result.positives = static_cast<std::uint32_t>(positives.size());
  result.known = static_cast<std::uint32_t>(positives.size() + negatives.size());
  if (result.known == 0) return result;
  const auto* negative = negatives.data();
  const auto* const end = negative + negatives.size();
  for (std::size_t i = 0; i < positives.size();) {
    const key_t<S> key = positives[i];
    const auto* const below = negative;
    while (negative != end && *negative < key) ++negative;
    if (negative != below) {  // above the step before, or below all
      const auto count = static_cast<std::uint32_t>(negative - below);
      (result.steps.empty() ? result.negatives_below : result.steps.back().negatives_above) = count;
      (result.steps.empty() ? result.last_below : result.steps.back().last_above) = score_of(negative[-1]);
    }
    LabelSteps::Step step{score_of(key)};
    for (; i < positives.size() && positives[i] == key; ++i) ++step.positives;
    for (; negative != end && *negative == key; ++negative) ++step.negatives;
    result.steps.push_back(step);
  }
  if (negative != end) {
    (result.steps.empty() ? result.negatives_below : result.steps.back().negatives_above) =
        static_cast<std::uint32_t>(end - negative);
    (result.steps.empty() ? result.last_below : result.steps.back().last_above) = score_of(end[-1]);
  }
  const auto ends = [&](const auto& keys) {
    if (keys.empty()) return;
    result.lowest = std::min(result.lowest, score_of(keys.front()));
    result.highest = std::max(result.highest, score_of(keys.back()));
  };
  result.lowest = result.highest = score_of(positives.empty() ? negatives.front() : positives.front());
  ends(positives);
  ends(negatives);
  return result;
}

/// What is done with the steps of a label.
using VisitLabel = std::function<void(std::size_t label, const LabelSteps& steps)>;

template <class S>
void visit_label_steps(MatrixView<const std::int8_t> targets, MatrixView<const double> scores, const VisitLabel& visit) {
  using Key = key_t<S>;
  const std::size_t rows = scores.rows(), labels = scores.columns();
  const std::size_t width = std::min<std::size_t>(8, labels);  // a cache line of scores
  parallel_each((labels + width - 1) / std::max<std::size_t>(1, width), 0, [&] {
    return [&, keys = LongArray<Key>(width * rows), scratch = LongArray<Key>(rows)](std::size_t group) mutable {
      const std::size_t first = group * width, count = std::min(width, labels - first);
      std::array<std::size_t, 8> negatives{},
          positives{};  // negatives lie from the front of a label's keys, positives from the back
      for (std::size_t i = 0; i < rows; ++i) {
        const double* score = scores.row(i).data() + first;
        const std::int8_t* target = targets.row(i).data() + first;
        prefetch(score + 24 * labels);  // no processor foresees a stride of this length
        prefetch(target + 24 * labels);
        for (std::size_t c = 0; c < count; ++c) {
          const Key key = to_key(static_cast<S>(score[c]));
          Key* const own = keys.data() + c * rows;
          own[negatives[c]] = key;
          if (target[c] == 1) own[rows - ++positives[c]] = key;
          negatives[c] += target[c] == 0 ? 1 : 0;
        }
      }
      for (std::size_t c = 0; c < count; ++c) {
        Key* const own = keys.data() + c * rows;
        const std::span<Key> front(own, negatives[c]), back(own + rows - positives[c], positives[c]);
        const auto sorted = sort_by_key(front, std::span(scratch.data(), front.size()));
        visit(first + c, steps_of<S>(sort_by_key(back, std::span(scratch.data() + front.size(), back.size())), sorted));
      }
    };
  });
}

/// Calls `visit(label, steps)` for every label, on the threads of the process: several at once, each for another label.
inline void for_each_label_steps(MatrixView<const std::int8_t> targets, const ScoreCells& scores, const VisitLabel& visit) {
  if (scores.are_floats) {  // half as many digits
    visit_label_steps<float>(targets, scores.cells, visit);
  } else {
    visit_label_steps<double>(targets, scores.cells, visit);
  }
}

/// The steps of all cells as if they were of one label.
[[nodiscard]] inline LabelSteps pooled_steps(MatrixView<const std::int8_t> targets, const ScoreCells& scores) {
  const MatrixView<const std::int8_t> column(targets.data(), targets.size(), 1);
  LabelSteps pooled;
  for_each_label_steps(column, {{scores.cells.data(), scores.cells.size(), 1}, scores.are_floats},
                       [&](std::size_t, const LabelSteps& steps) { pooled = steps; });
  return pooled;
}

}  // namespace MULTILABEL_NAMESPACE::core::detail

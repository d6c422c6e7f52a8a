// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many positives and negatives of each label scored in which of 3,968 bins: average precision and ROC AUC in memory that
// does not grow, 63,488 bytes a label. Bins are at most 1/64 of a logit wide, equally fine at 0.0001, 0.5 and 0.9999, where
// evenly spaced thresholds would see one bin; how far the answer can be off is computed from the counts, not guessed.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/state.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// What kind of number a score is, for metrics in bounded memory. It is never guessed from a batch.
enum class ScoreScale {
  probability,  ///< in [0, 1]
  logit,        ///< any; beyond -31 and 31 all scores of a side fall into one bin
};

namespace detail {

/// The counts of all batches so far. A value: copy it, add two of them.
class ScoreHistogram {
 public:
  static constexpr std::size_t bins = 3968;  // 2 sides x 31 halvings of p and of 1 - p x 64 steps; 62 logits x 64 steps

  [[nodiscard]] std::size_t labels() const noexcept { return counts_.size() / (2 * bins); }

  /// The bin of a score; higher scores never have a lower bin.
  [[nodiscard]] static std::size_t bin_of(double score, ScoreScale scale) noexcept {
    constexpr std::size_t half = bins / 2;
    if (scale == ScoreScale::logit) return static_cast<std::size_t>(std::clamp((score + 31.0) * 64.0, 0.0, bins - 1.0));
    const bool lower = score < 0.5;
    // the exponent and the first six bits of the fraction of the side's share, counted down from one half
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(lower ? score : 1.0 - score)) >> 17;
    constexpr std::uint32_t top = std::bit_cast<std::uint32_t>(0.5F) >> 17;
    const std::size_t below = std::min<std::size_t>(top - bits, half - 1);
    return lower ? half - 1 - below : half + below;
  }

  void add(const core::detail::KnownTargets& targets, MatrixView<const double> scores, const std::vector<double>& weights,
           ScoreScale scale) {
    const std::size_t columns = scores.columns();
    if (counts_.empty()) counts_.resize(2 * bins * columns);
    for (std::size_t i = 0, cell = 0; i < scores.rows(); ++i) {
      const double weight = weights.empty() ? 1.0 : weights[i];
      double* counts = counts_.data();
      for (std::size_t j = 0; j < columns; ++j, ++cell, counts += 2 * bins) {
        if (targets.data()[cell] < 0) continue;
        const std::size_t bin = bin_of(scores.data()[cell], scale);
        counts[2 * bin + static_cast<std::size_t>(targets.data()[cell])] += weight;
      }
    }
  }

  void merge(const ScoreHistogram& other) {
    if (counts_.empty()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  }

  [[nodiscard]] std::vector<PositiveSteps> by_label() const {
    std::vector<PositiveSteps> steps;
    for (std::size_t j = 0; j < labels(); ++j) steps.push_back(steps_of(counts_.data() + 2 * bins * j));
    return steps;
  }

  [[nodiscard]] PositiveSteps pooled() const {
    std::vector<double> sum(2 * bins);
    for (std::size_t i = 0; i < counts_.size(); ++i) sum[i % (2 * bins)] += counts_[i];
    return steps_of(sum.data());
  }

  [[nodiscard]] MetricState state_dict() const { return {{"histogram", counts_}}; }

  void load_state_dict(std::string_view where, const MetricState& state) {
    const auto& counts = entry(where, state, "histogram");
    if (counts.size() % (2 * bins) != 0)
      fail<ArgumentError>(
          {where, join_text("the state's 'histogram' must hold ", 2 * bins, " numbers a label"), join_text(counts.size())});
    counts_ = counts;
  }

 private:
  [[nodiscard]] static PositiveSteps steps_of(const double* counts) {
    PositiveSteps steps;
    double above = 0.0;  // negatives in the bins without positives since the last step
    for (std::size_t bin = bins; bin-- > 0;) {
      const double negatives = counts[2 * bin];
      const double positives = counts[2 * bin + 1];
      steps.positive_weight += positives;
      steps.negative_weight += negatives;
      if (positives == 0.0) {
        above += negatives;
        continue;
      }
      steps.positives.push_back(positives);
      steps.negatives_at.push_back(negatives);
      steps.negatives_above.push_back(std::exchange(above, 0.0));
    }
    return steps;
  }

  std::vector<double> counts_;  // [labels, bins, (negatives, positives)]
};

}  // namespace detail
}  // namespace MULTILABEL_NAMESPACE::metrics

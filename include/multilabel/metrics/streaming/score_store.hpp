// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every known score of every label, positives apart from negatives: what exact average precision and ROC AUC need of batches
// that are gone. Four bytes a cell as long as all scores are floats (or doubles that are), eight from the first that is not, so
// nothing is ever rounded.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/detail/score_bits.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/state.hpp"

namespace multilabel::metrics::detail {

/// The scores of all batches so far. A value: copy it, add two of them.
class ScoreStore {
 public:
  [[nodiscard]] std::size_t labels() const noexcept { return wide_ ? doubles_.size() : floats_.size(); }

  /// Adds the cells of a batch; `codes` are those of its targets.
  template <std::floating_point Score>
  void add(const LongArray<Code>& codes, MatrixView<const Score> scores, const std::vector<double>& weights) {
    if (labels() == 0) resize(scores.columns());
    if constexpr (sizeof(Score) > sizeof(float)) {
      if (!wide_ && !all_floats(scores)) widen();
    }
    if (wide_) append(doubles_, codes, scores, weights);
    if (!wide_) append(floats_, codes, scores, weights);
  }

  void merge(ScoreStore other) {
    if (other.labels() == 0) return;
    if (labels() == 0) resize(other.labels());
    if (wide_ && !other.wide_) other.widen();
    if (!wide_ && other.wide_) widen();
    if (wide_) append(doubles_, other.doubles_);
    if (!wide_) append(floats_, other.floats_);
  }

  /// The steps of each label.
  [[nodiscard]] std::vector<PositiveSteps> by_label() const {
    std::vector<PositiveSteps> steps;
    each([&](const auto& label) { steps.push_back(positive_steps(label)); });
    return steps;
  }

  /// The steps of all labels together, as one.
  [[nodiscard]] PositiveSteps pooled() const { return wide_ ? pooled(doubles_) : pooled(floats_); }

  [[nodiscard]] MetricState state_dict() const {
    MetricState state{{"positives", {}}, {"positive_counts", {}}, {"positive_weights", {}},
                      {"negatives", {}}, {"negative_counts", {}}, {"negative_weights", {}}};
    each([&]<class Score>(const SplitScores<Score>& label) {
      const auto write = [&](const Keys<Score>& side, const char* scores, const char* counts, const char* weights) {
        for (const auto key : side.keys) state[scores].push_back(static_cast<double>(from_key<Score>(key)));
        state[counts].push_back(static_cast<double>(side.keys.size()));
        state[weights].insert(state[weights].end(), side.weights.begin(), side.weights.end());
        if (side.weights.empty()) state[weights].insert(state[weights].end(), side.keys.size(), 1.0);
      };
      write(label.positives, "positives", "positive_counts", "positive_weights");
      write(label.negatives, "negatives", "negative_counts", "negative_weights");
    });
    return state;
  }

  void load_state_dict(std::string_view where, const MetricState& state) {
    const std::size_t labels = entry(where, state, "positive_counts").size();
    ScoreStore loaded;
    loaded.wide_ = true;
    loaded.doubles_.resize(labels);
    const auto read = [&](Keys<double> SplitScores<double>::* side, const std::string& name) {
      const auto& counts = entry(where, state, name + "_counts", labels);
      std::size_t total = 0;
      for (const double count : counts) total += whole(where, count);
      const auto& scores = entry(where, state, name + "s", total);
      const auto& weights = entry(where, state, name + "_weights", total);
      const bool plain = std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 1.0; });
      for (std::size_t j = 0, at = 0; j < labels; ++j) {
        auto& keys = loaded.doubles_[j].*side;
        for (const std::size_t end = at + whole(where, counts[j]); at < end; ++at) {
          keys.keys.push_back(to_key(scores[at]));
          if (!plain) keys.weights.push_back(weights[at]);
        }
      }
    };
    read(&SplitScores<double>::positives, "positive");
    read(&SplitScores<double>::negatives, "negative");
    *this = std::move(loaded);
  }

 private:
  template <std::floating_point Score>
  using Labels = std::vector<SplitScores<Score>>;

  void resize(std::size_t labels) {
    if (wide_) doubles_.resize(labels);
    if (!wide_) floats_.resize(labels);
  }

  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& label : floats_) visit(label);
    for (const auto& label : doubles_) visit(label);
  }

  [[nodiscard]] static bool all_floats(MatrixView<const double> scores) {
    return std::all_of(scores.data(), scores.data() + scores.size(),
                       [](double score) { return static_cast<double>(static_cast<float>(score)) == score; });
  }

  void widen() {
    const auto convert = [](const Keys<float>& from, Keys<double>& to) {
      for (const auto key : from.keys) to.keys.push_back(to_key(static_cast<double>(from_key<float>(key))));
      to.weights = from.weights;
    };
    doubles_.resize(floats_.size());
    for (std::size_t j = 0; j < floats_.size(); ++j) {
      convert(floats_[j].positives, doubles_[j].positives);
      convert(floats_[j].negatives, doubles_[j].negatives);
    }
    floats_.clear();
    wide_ = true;
  }

  /// Both sides have weights from the first weighted row on.
  template <std::floating_point Score>
  static void append(Keys<Score>& to, const Keys<Score>& from) {
    if (!from.weights.empty()) to.weights.resize(to.keys.size(), 1.0);
    to.keys.insert(to.keys.end(), from.keys.begin(), from.keys.end());
    to.weights.insert(to.weights.end(), from.weights.begin(), from.weights.end());
    if (!to.weights.empty()) to.weights.resize(to.keys.size(), 1.0);
  }

  template <std::floating_point Score>
  static void append(Labels<Score>& to, const Labels<Score>& from) {
    for (std::size_t j = 0; j < to.size(); ++j) {
      append(to[j].positives, from[j].positives);
      append(to[j].negatives, from[j].negatives);
    }
  }

  template <std::floating_point Kept, std::floating_point Score>
  static void append(Labels<Kept>& to, const LongArray<Code>& codes, MatrixView<const Score> scores,
                     const std::vector<double>& weights) {
    for_each_label(codes, scores, weights, [&](std::size_t j, const SplitScores<Score>& batch) {
      const auto add = [](Keys<Kept>& kept, const Keys<Score>& keys) {
        if constexpr (std::is_same_v<Kept, Score>) {
          append(kept, keys);
        } else {
          Keys<Kept> converted{{}, keys.weights};
          for (const auto key : keys.keys) converted.keys.push_back(to_key(static_cast<Kept>(from_key<Score>(key))));
          append(kept, converted);
        }
      };
      add(to[j].positives, batch.positives);
      add(to[j].negatives, batch.negatives);
    });
  }

  template <std::floating_point Score>
  [[nodiscard]] static PositiveSteps pooled(const Labels<Score>& labels) {
    SplitScores<Score> all;
    for (const auto& label : labels) {
      append(all.positives, label.positives);
      append(all.negatives, label.negatives);
    }
    return positive_steps(all);
  }

  bool wide_ = false;
  Labels<float> floats_;
  Labels<double> doubles_;
};

}  // namespace multilabel::metrics::detail

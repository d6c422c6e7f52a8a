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
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/detail/positive_steps.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/state.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// The scores of all batches so far. A value: copy it, add two of them.
class ScoreStore {
 public:
  [[nodiscard]] std::size_t labels() const noexcept { return wide_ ? doubles_.size() : floats_.size(); }

  /// Adds the cells of a batch.
  void add(const KnownTargets& targets, MatrixView<const double> scores, const std::vector<double>& weights) {
    if (labels() == 0) resize(scores.columns());
    if (!wide_ && !all_floats(scores)) widen();
    for_each_label(targets, scores, weights, [&](std::size_t j, const SplitScores<double>& batch) {
      if (wide_) append(doubles_[j], batch);
      if (!wide_) append(floats_[j], converted<float>(batch));
    });
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
    for (const auto& label : floats_) steps.push_back(positive_steps(converted<double>(label)));
    for (const auto& label : doubles_) steps.push_back(positive_steps(label));
    return steps;
  }

  /// The steps of all labels together, as one.
  [[nodiscard]] PositiveSteps pooled() const {
    SplitScores<double> all;
    for (const auto& label : floats_) append(all, converted<double>(label));
    for (const auto& label : doubles_) append(all, label);
    return positive_steps(all);
  }

  [[nodiscard]] MetricState state_dict() const {
    MetricState state{{"positives", {}}, {"positive_counts", {}}, {"positive_weights", {}},
                      {"negatives", {}}, {"negative_counts", {}}, {"negative_weights", {}}};
    const auto add = [&](const SplitScores<double>& label) {
      const auto write = [&](const Keys<double>& side, const char* scores, const char* counts, const char* weights) {
        for (const auto key : side.keys) state[scores].push_back(from_key<double>(key));
        state[counts].push_back(static_cast<double>(side.keys.size()));
        state[weights].insert(state[weights].end(), side.weights.begin(), side.weights.end());
        if (side.weights.empty()) state[weights].insert(state[weights].end(), side.keys.size(), 1.0);
      };
      write(label.positives, "positives", "positive_counts", "positive_weights");
      write(label.negatives, "negatives", "negative_counts", "negative_weights");
    };
    for (const auto& label : floats_) add(converted<double>(label));
    for (const auto& label : doubles_) add(label);
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

  [[nodiscard]] static bool all_floats(MatrixView<const double> scores) {
    return std::all_of(scores.data(), scores.data() + scores.size(),
                       [](double score) { return static_cast<double>(static_cast<float>(score)) == score; });
  }

  void widen() {
    for (const auto& label : floats_) doubles_.push_back(converted<double>(label));
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
  static void append(SplitScores<Score>& to, const SplitScores<Score>& from) {
    append(to.positives, from.positives);
    append(to.negatives, from.negatives);
  }

  template <std::floating_point Score>
  static void append(Labels<Score>& to, const Labels<Score>& from) {
    for (std::size_t j = 0; j < to.size(); ++j) append(to[j], from[j]);
  }

  /// The same scores in the other width.
  template <std::floating_point To, std::floating_point From>
  [[nodiscard]] static SplitScores<To> converted(const SplitScores<From>& from) {
    const auto side = [](const Keys<From>& keys) {
      Keys<To> made{{}, keys.weights};
      made.keys.reserve(keys.keys.size());
      for (const auto key : keys.keys) made.keys.push_back(to_key(static_cast<To>(from_key<From>(key))));
      return made;
    };
    return {side(from.positives), side(from.negatives)};
  }

  bool wide_ = false;
  Labels<float> floats_;
  Labels<double> doubles_;
};

}  // namespace MULTILABEL_NAMESPACE::metrics::detail

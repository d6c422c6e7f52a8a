// SPDX-License-Identifier: Apache-2.0
#pragma once
// Average precision and ROC AUC over batches, with torchmetrics' names. Exact by default, which keeps every score; or in
// bounded memory, with bounds between which the exact value is certain to lie. To know one batch's value, use the functions.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/label_scores.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/detail/label_split.hpp"
#include "multilabel/metrics/roc_auc.hpp"
#include "multilabel/metrics/streaming/bounds.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/score_histogram.hpp"
#include "multilabel/metrics/streaming/score_store.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// What a metric on scores remembers.
enum class Memory {
  exact,    ///< every score: 4 or 8 bytes a cell
  bounded,  ///< a histogram: 63,488 bytes a label, whatever the number of rows
};

/// Options of average precision over batches.
struct StreamingAveragePrecisionOptions {
  Average average = Average::macro;  ///< how labels become one number; not `samples`
  Memory memory = Memory::exact;
  ScoreScale scale = ScoreScale::probability;             ///< of the scores; for bounded memory
  UndefinedLabel undefined = UndefinedLabel::as_sklearn;  ///< what a label without positives counts as
  AveragePrecisionDefinition definition = AveragePrecisionDefinition::sklearn;
};

/// Options of the area under the ROC curve over batches.
struct StreamingRocAucOptions {
  Average average = Average::macro;  ///< how labels become one number; not `samples`
  Memory memory = Memory::exact;
  ScoreScale scale = ScoreScale::probability;             ///< of the scores; for bounded memory
  UndefinedLabel undefined = UndefinedLabel::as_sklearn;  ///< what a label without positives or without negatives counts as
};

namespace detail {

/// The cells of a batch, checked.
struct ScoredBatch {
  KnownTargets targets;
  core::detail::KnownScores scores;
  std::vector<double> weights;
};

}  // namespace detail

/// What these metrics share: batches go into a store of scores or into a histogram.
class ScoringMetric {
 public:
  /// Adds a batch: targets [samples, labels] of 0 and 1 (NaN or -1: unknown) and scores of that shape. `sample_weight`
  /// [samples] must not be negative. Throws `ShapeError` or `ArgumentError`, and then has not seen the batch.
  template <label_matrix Targets, score_matrix Scores>
  void update(const Targets& targets, const Scores& scores, const std::vector<double>& sample_weight = {}) {
    commit(prepare(targets, scores, sample_weight));
  }

  /// The first half of `update`: everything that can throw on a bad batch. The scores must outlive what it returns.
  template <label_matrix Targets, score_matrix Scores>
  [[nodiscard]] detail::ScoredBatch prepare(const Targets& targets, const Scores& scores,
                                            const std::vector<double>& sample_weight = {}) const {
    const detail::LabelSource t(targets);
    return prepare(t.cells(), core::detail::KnownScores(scores), sample_weight);
  }

  /// The same for arguments whose number types only the program knows when it runs.
  [[nodiscard]] detail::ScoredBatch prepare(const detail::LabelCells& targets, core::detail::KnownScores scores,
                                            const std::vector<double>& sample_weight) const {
    const auto cells = scores.cells().cells;
    auto known = detail::checked_targets(where_, targets, cells, sample_weight);
    require_width(cells.columns());
    if (memory_ == Memory::bounded && scale_ == ScoreScale::probability) require_probabilities(cells.values());
    return {std::move(known), std::move(scores), sample_weight};
  }

  /// The second half.
  void commit(const detail::ScoredBatch& batch) {
    const auto cells = batch.scores.cells().cells;
    require_width(cells.columns());
    if (memory_ == Memory::exact) store_.add(batch.targets, cells, batch.weights);
    if (memory_ == Memory::bounded) histogram_.add(batch.targets, cells, batch.weights, scale_);
  }

  /// The number of labels; 0 before the first batch.
  [[nodiscard]] std::size_t labels() const noexcept { return memory_ == Memory::exact ? store_.labels() : histogram_.labels(); }

  /// Forgets all batches.
  void reset() {
    store_ = {};
    histogram_ = {};
  }

  [[nodiscard]] MetricState state_dict() const {
    return memory_ == Memory::exact ? store_.state_dict() : histogram_.state_dict();
  }

  /// Goes on from `state`. Throws `ArgumentError`, and changes nothing, when it is not a state of such a metric.
  void load_state_dict(const MetricState& state) {
    if (memory_ == Memory::exact) store_.load_state_dict(where_, state);
    if (memory_ == Memory::bounded) histogram_.load_state_dict(where_, state);
  }

 protected:
  ScoringMetric(std::string_view where, Average average, Memory memory, ScoreScale scale, UndefinedLabel undefined)
      : where_(where), average_(average), memory_(memory), scale_(scale), undefined_(undefined) {
    if (average == Average::samples)
      fail<ArgumentError>(
          {where, "average must be micro, macro or weighted", "samples", "A row's ranking is metrics::label_ranking."});
  }

  void merge_scores(const ScoringMetric& other) {
    if (other.memory_ != memory_ || other.scale_ != scale_)
      fail<ArgumentError>({where_, "metrics that are merged must have the same memory and scale", "different ones"});
    require_width(other.labels());
    if (memory_ == Memory::exact) store_.merge(other.store_);
    if (memory_ == Memory::bounded) histogram_.merge(other.histogram_);
  }

  /// `value(steps)` of each label.
  template <class Value>
  [[nodiscard]] std::vector<double> each(Value&& value) const {
    std::vector<double> values;
    for (const auto& steps : steps_by_label()) values.push_back(value(steps));
    return values;
  }

  /// `value(steps)`, averaged as the options say.
  template <class Value>
  [[nodiscard]] double averaged(Value&& value) const {
    if (average_ == Average::micro) {
      require_data();
      return value(memory_ == Memory::exact ? store_.pooled() : histogram_.pooled());
    }
    std::vector<double> values;
    std::vector<double> positives;
    std::vector<double> known;
    double sum = 0.0;
    for (const auto& steps : steps_by_label()) {
      values.push_back(value(steps));
      positives.push_back(steps.positive_weight);
      known.push_back(steps.any_known() ? 1.0 : 0.0);
      sum += steps.positive_weight;
    }
    if (average_ == Average::macro) return detail::mean_of_scores(values, detail::without_unknown({}, known), undefined_);
    if (sum == 0.0) {
      const bool any_known = std::find(known.begin(), known.end(), 1.0) != known.end();
      return undefined_ == UndefinedLabel::skip || !any_known ? std::numeric_limits<double>::quiet_NaN() : 0.0;
    }
    return detail::mean_of_scores(values, positives, undefined_);
  }

  [[nodiscard]] Memory memory() const noexcept { return memory_; }
  [[nodiscard]] UndefinedLabel undefined() const noexcept { return undefined_; }
  [[nodiscard]] std::string_view where() const noexcept { return where_; }

 private:
  void require_probabilities(std::span<const double> scores) const {
    for (const double score : scores) {
      if (score >= 0 && score <= 1) continue;
      fail<ArgumentError>({where_, "scores must be in [0, 1]", join_text(score), "For logits say so with scale."});
    }
  }

  void require_width(std::size_t columns) const {
    if (labels() == 0 || columns == 0 || labels() == columns) return;
    fail<ShapeError>({where_, join_text("every batch must have the ", labels(), " labels of the first"), join_text(columns)});
  }

  void require_data() const {
    if (labels() == 0) fail<ArgumentError>({where_, "update must have been given at least one batch", "none"});
  }

  [[nodiscard]] std::vector<detail::PositiveSteps> steps_by_label() const {
    require_data();
    return memory_ == Memory::exact ? store_.by_label() : histogram_.by_label();
  }

  std::string_view where_;  // a literal
  Average average_;
  Memory memory_;
  ScoreScale scale_;
  UndefinedLabel undefined_;
  detail::ScoreStore store_;
  detail::ScoreHistogram histogram_;
};

/// Average precision of all batches: `average_precision_score` without keeping the matrices.
class AveragePrecision : public ScoringMetric {
 public:
  /// Throws `ArgumentError` for the average `samples`.
  explicit AveragePrecision(StreamingAveragePrecisionOptions options = {})
      : ScoringMetric("metrics::AveragePrecision", options.average, options.memory, options.scale, options.undefined),
        definition_(options.definition) {}

  /// The average of all batches so far; in bounded memory the order of scores in one bin counts as random. Throws
  /// `ArgumentError` before the first batch.
  [[nodiscard]] double compute() const {
    return averaged([this](const detail::PositiveSteps& steps) { return value(steps); });
  }

  /// The value of each label, [labels].
  [[nodiscard]] std::vector<double> by_label() const {
    return each([this](const detail::PositiveSteps& steps) { return value(steps); });
  }

  /// Where the exact average lies; both ends are `compute()` with exact memory. For scikit-learn's definition only
  /// (`ArgumentError` otherwise).
  [[nodiscard]] Bounds bounds() const {
    if (definition_ != AveragePrecisionDefinition::sklearn)
      fail<ArgumentError>({where(), "bounds are known for the definition sklearn", "another one"});
    if (memory() == Memory::exact) return {compute(), compute()};
    const auto bound = [this](double Bounds::* end) {
      return averaged([this, end](const detail::PositiveSteps& steps) {
        return steps.positive_weight > 0.0 ? detail::average_precision_bounds(steps).*end : value(steps);
      });
    };
    return {bound(&Bounds::lower), bound(&Bounds::upper)};
  }

  void merge(const AveragePrecision& other) { merge_scores(other); }

 private:
  [[nodiscard]] double value(const detail::PositiveSteps& steps) const {
    const bool binned = memory() == Memory::bounded && definition_ == AveragePrecisionDefinition::sklearn;
    if (binned && steps.positive_weight > 0.0) return detail::average_precision_of_bins(steps);
    return detail::AveragePrecision{definition_, undefined()}(steps);
  }

  AveragePrecisionDefinition definition_;
};

/// The area under the ROC curve of all batches: `roc_auc_score` without keeping the matrices.
class AUROC : public ScoringMetric {
 public:
  /// Throws `ArgumentError` for the average `samples`.
  explicit AUROC(StreamingRocAucOptions options = {})
      : ScoringMetric("metrics::AUROC", options.average, options.memory, options.scale, options.undefined) {}

  /// The average of all batches so far; in bounded memory a pair of one bin counts half. Throws `ArgumentError` before the
  /// first batch.
  [[nodiscard]] double compute() const { return averaged(detail::RocAuc{}); }

  /// The value of each label, [labels]; NaN for one without positives or without negatives.
  [[nodiscard]] std::vector<double> by_label() const { return each(detail::RocAuc{}); }

  /// Where the exact average lies; both ends are `compute()` with exact memory.
  [[nodiscard]] Bounds bounds() const {
    if (memory() == Memory::exact) return {compute(), compute()};
    const auto bound = [this](double Bounds::* end) {
      return averaged([end](const detail::PositiveSteps& steps) { return detail::roc_auc_bounds(steps).*end; });
    };
    return {bound(&Bounds::lower), bound(&Bounds::upper)};
  }

  void merge(const AUROC& other) { merge_scores(other); }
};

}  // namespace MULTILABEL_NAMESPACE::metrics

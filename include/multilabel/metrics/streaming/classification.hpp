// SPDX-License-Identifier: Apache-2.0
#pragma once
// Precision, recall, F-beta, Hamming distance, exact match and cell accuracy over batches, with torchmetrics' names. Exact: the
// counts are kept, not averages of averages. Memory is a few numbers a label, whatever the number of rows.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/label_source.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/label_totals.hpp"
#include "multilabel/metrics/streaming/predictions.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Options of the metrics that average over labels or rows.
struct StreamingOptions {
  Average average = Average::macro;                 ///< how labels or rows become one number
  ZeroDivision zero_division = ZeroDivision::zero;  ///< the value of a ratio without a denominator
  std::vector<double> threshold{
      0.5};  ///< a score above it is a prediction: one for all labels, one each, or {}: the row's highest
};

/// Options of F-beta over batches.
struct StreamingFBetaOptions {
  double beta = 1.0;                                ///< 0 or more; above 1 recall weighs more
  Average average = Average::macro;                 ///< how labels or rows become one number
  ZeroDivision zero_division = ZeroDivision::zero;  ///< the value of a ratio without a denominator
  std::vector<double> threshold{0.5};               ///< as in `StreamingOptions`
};

/// Options of the metrics that count cells or rows.
struct StreamingCellOptions {
  std::vector<double> threshold{0.5};  ///< as in `StreamingOptions`
};

/// What these metrics share: batches go into `LabelTotals`.
class CountingMetric {
 public:
  /// Adds a batch: targets [samples, labels] of 0 and 1 (NaN or -1: unknown), and scores of that shape in floating point, or
  /// predictions of 0 and 1 in whole numbers. Throws `ShapeError` or `ArgumentError`, and then has not seen the batch.
  template <label_matrix Targets, matrix_like Scores>
  void update(const Targets& targets, const Scores& scores, const std::vector<double>& sample_weight = {}) {
    commit(prepare(targets, scores, sample_weight));
  }

  /// The first half of `update`: everything that can throw.
  template <label_matrix Targets, matrix_like Scores>
  [[nodiscard]] LabelTotals prepare(const Targets& targets, const Scores& scores,
                                    const std::vector<double>& sample_weight = {}) const {
    const detail::LabelSource t(targets);
    return prepare(t.cells(), scores, sample_weight);
  }

  /// The same for targets whose number type only the program knows when it runs.
  template <matrix_like Scores>
  [[nodiscard]] LabelTotals prepare(const detail::LabelCells& targets, const Scores& scores,
                                    const std::vector<double>& sample_weight) const {
    LabelTotals batch;
    detail::with_predictions(where_, scores, threshold_, [&](const detail::LabelCells& predictions) {
      batch = prepare(targets, predictions, sample_weight);
    });
    return batch;
  }

  /// The same for predictions.
  [[nodiscard]] LabelTotals prepare(const detail::LabelCells& targets, const detail::LabelCells& predictions,
                                    const std::vector<double>& sample_weight) const {
    auto batch = LabelTotals::of(where_, targets, predictions, sample_weight);
    totals_.require_width(where_, batch.labels());
    return batch;
  }

  /// The second half.
  void commit(const LabelTotals& batch) { totals_.merge(where_, batch); }

  /// Forgets all batches.
  void reset() { totals_ = {}; }
  [[nodiscard]] const LabelTotals& totals() const noexcept { return totals_; }
  [[nodiscard]] MetricState state_dict() const { return totals_.state_dict(); }
  /// Goes on from `state`. Throws `ArgumentError`, and changes nothing, when it is not a state of such a metric.
  void load_state_dict(const MetricState& state) { totals_.load_state_dict(where_, state); }

 protected:
  CountingMetric(std::string_view where, std::vector<double> threshold) : where_(where), threshold_(std::move(threshold)) {
    detail::require_thresholds(where, threshold_);
  }

  void merge_totals(const CountingMetric& other) {
    if (other.threshold_ != threshold_)
      fail<ArgumentError>({where_, "metrics that are merged must have the same threshold", "different ones"});
    totals_.merge(where_, other.totals_);
  }

  void require_data() const {
    if (totals_.empty()) fail<ArgumentError>({where_, "update must have been given at least one row", "none"});
  }

  [[nodiscard]] std::string_view where() const noexcept { return where_; }

 private:
  std::string_view where_;  // a literal
  std::vector<double> threshold_;
  LabelTotals totals_;
};

/// F-beta of all batches: `fbeta_score` without keeping the rows.
class FBetaScore : public CountingMetric {
 public:
  /// Throws `ArgumentError` on a negative beta or a threshold that is not finite.
  explicit FBetaScore(StreamingFBetaOptions options = {}) : FBetaScore("metrics::FBetaScore", std::move(options)) {}

  /// The average of all batches so far. Throws `ArgumentError` before the first row.
  [[nodiscard]] double compute() const {
    return averaged([this](const Confusion& c) { return ratios(c); });
  }

  /// The value of each label, [labels]; `options.average` is not used.
  [[nodiscard]] std::vector<double> by_label() const {
    require_data();
    return ratios(totals().by_label()).values;
  }

  /// Adds what `other` has seen. Throws `ArgumentError` when its options differ, `ShapeError` when its labels do.
  void merge(const FBetaScore& other) {
    if (other.options_.beta != options_.beta)
      fail<ArgumentError>(
          {where(), "metrics that are merged must have the same beta", join_text(options_.beta, " and ", other.options_.beta)});
    merge_totals(other);
  }

 protected:
  FBetaScore(std::string_view where, StreamingFBetaOptions options)
      : CountingMetric(where, options.threshold), options_(std::move(options)) {
    (void)fbeta(Confusion{}, options_.beta);  // checks beta
  }

  template <class Ratio>
  [[nodiscard]] double averaged(Ratio&& ratio) const {
    require_data();
    const Confusion& labels = totals().by_label();
    switch (options_.average) {
      case Average::micro:
        return mean(ratio(labels.total()).values);
      case Average::samples:
        return mean(ratio(totals().by_row()).values, totals().row_weights());
      case Average::weighted:
        return mean(ratio(labels).values, labels.positives);
      case Average::macro:
        break;
    }
    return mean(ratio(labels).values);
  }

  [[nodiscard]] const StreamingFBetaOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] Ratios ratios(const Confusion& c) const { return fbeta(c, options_.beta, options_.zero_division); }

  StreamingFBetaOptions options_;
};

/// F1 of all batches.
class F1Score : public FBetaScore {
 public:
  explicit F1Score(StreamingOptions options = {})
      : FBetaScore("metrics::F1Score", {1.0, options.average, options.zero_division, std::move(options.threshold)}) {}
  void merge(const F1Score& other) { merge_totals(other); }
};

/// Precision of all batches.
class Precision : public FBetaScore {
 public:
  explicit Precision(StreamingOptions options = {})
      : FBetaScore("metrics::Precision", {0.0, options.average, options.zero_division, std::move(options.threshold)}) {}
  void merge(const Precision& other) { merge_totals(other); }
};

/// Recall of all batches.
class Recall : public FBetaScore {
 public:
  explicit Recall(StreamingOptions options = {})
      : FBetaScore("metrics::Recall", {std::numeric_limits<double>::infinity(), options.average, options.zero_division,
                                       std::move(options.threshold)}) {}
  void merge(const Recall& other) { merge_totals(other); }
};

/// The share of known cells that are wrong: `hamming_loss` without keeping the rows.
class HammingDistance : public CountingMetric {
 public:
  explicit HammingDistance(StreamingCellOptions options = {})
      : HammingDistance("metrics::HammingDistance", std::move(options)) {}

  /// Over all cells so far; NaN when none was known. Throws `ArgumentError` before the first row.
  [[nodiscard]] double compute() const {
    require_data();
    return wrong(totals().by_label().total()).front();
  }

  /// The value of each label, [labels]; NaN for a label of which nothing is known.
  [[nodiscard]] std::vector<double> by_label() const {
    require_data();
    return wrong(totals().by_label());
  }

  void merge(const HammingDistance& other) { merge_totals(other); }

 protected:
  HammingDistance(std::string_view where, StreamingCellOptions options) : CountingMetric(where, std::move(options.threshold)) {}

 private:
  [[nodiscard]] static std::vector<double> wrong(const Confusion& c) {
    return detail::divide(
               c, ZeroDivision::skip, [&](std::size_t i) { return c.false_positives(i) + c.false_negatives(i); },
               [&](std::size_t i) { return c.known[i]; })
        .values;
  }
};

/// The share of known cells that are right, as `binary_accuracy`: 1 - `HammingDistance`. High for any model that predicts
/// nothing where labels are rare.
class BinaryAccuracy : public HammingDistance {
 public:
  explicit BinaryAccuracy(StreamingCellOptions options = {}) : HammingDistance("metrics::BinaryAccuracy", std::move(options)) {}

  [[nodiscard]] double compute() const { return 1.0 - HammingDistance::compute(); }
  [[nodiscard]] std::vector<double> by_label() const {
    auto values = HammingDistance::by_label();
    for (double& value : values) value = 1.0 - value;
    return values;
  }
  void merge(const BinaryAccuracy& other) { merge_totals(other); }
};

/// The share of rows without a wrong cell, of those of which anything is known: `accuracy_score` without keeping the rows.
class ExactMatch : public CountingMetric {
 public:
  explicit ExactMatch(StreamingCellOptions options = {})
      : CountingMetric("metrics::ExactMatch", std::move(options.threshold)) {}

  /// Over all rows so far; NaN when nothing was known. Throws `ArgumentError` before the first row.
  [[nodiscard]] double compute() const {
    require_data();
    const Confusion rows = totals().by_row();
    const auto right = detail::divide(
        rows, ZeroDivision::skip,
        [&](std::size_t i) { return rows.false_positives(i) == 0.0 && rows.false_negatives(i) == 0.0 ? 1.0 : 0.0; },
        [](std::size_t) { return 1.0; });
    return mean(right.values, totals().row_weights());
  }

  void merge(const ExactMatch& other) { merge_totals(other); }
};

}  // namespace MULTILABEL_NAMESPACE::metrics

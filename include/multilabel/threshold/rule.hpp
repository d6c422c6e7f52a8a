// SPDX-License-Identifier: Apache-2.0
#pragma once
// The fitted threshold: an immutable value that turns scores into predictions. `tune`, `sweep` and `FixedThreshold` make one; a
// bundle stores its numbers. A label is predicted when its score is at or above the threshold.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

class ThresholdRule {
 public:
  /// @param thresholds one for all labels, or one per label in the vocabulary's order; finite.
  /// @param metric, average, value what it was tuned for and the value reached there; empty and NaN when it was not tuned.
  /// @throws ArgumentError without a threshold, with one that is not finite, or with an infinite value.
  explicit ThresholdRule(std::vector<double> thresholds, std::string metric = {}, std::string average = {},
                         double value = std::numeric_limits<double>::quiet_NaN())
      : thresholds_(std::move(thresholds)), metric_(std::move(metric)), average_(std::move(average)), value_(value) {
    if (thresholds_.empty()) {
      fail<ArgumentError>({"ThresholdRule", "thresholds must hold one value for all labels or one per label", "none"});
    }
    for (const double threshold : thresholds_) {
      if (!std::isfinite(threshold)) fail<ArgumentError>({"ThresholdRule", "thresholds must be finite", join_text(threshold)});
    }
    if (std::isinf(value_)) fail<ArgumentError>({"ThresholdRule", "value must be finite or NaN", join_text(value_)});
  }

  /// One value, or one per label.
  [[nodiscard]] const std::vector<double>& thresholds() const noexcept { return thresholds_; }
  [[nodiscard]] bool is_global() const noexcept { return thresholds_.size() == 1; }

  /// The threshold of one label.
  [[nodiscard]] double threshold(std::size_t label) const { return is_global() ? thresholds_[0] : thresholds_.at(label); }

  [[nodiscard]] const std::string& metric() const noexcept { return metric_; }
  [[nodiscard]] const std::string& average() const noexcept { return average_; }
  [[nodiscard]] double value() const noexcept { return value_; }

  /// The predictions [samples, labels]: 1 where score >= threshold, compared in the scores' own type (integers in double),
  /// as NumPy and torch do.
  /// @param scores any real scores [samples, labels].
  /// @throws ShapeError when there is one threshold per label and `scores` has another width; ArgumentError on a NaN score.
  template <matrix_like M>
  [[nodiscard]] Matrix<std::uint8_t> apply(const M& scores) const {
    const auto rows = row_major(scores);
    const auto view = rows.view();
    if (!is_global() && view.columns() != thresholds_.size()) {
      fail<ShapeError>({"ThresholdRule::apply",
                        join_text("scores must have ", thresholds_.size(), " labels, one per threshold"),
                        shape_text(view.rows(), view.columns()), "Use the scores of the vocabulary the rule was tuned with."});
    }
    using T = cell_t<M>;
    using S = std::conditional_t<std::is_floating_point_v<T>, T, double>;
    std::vector<S> limits(view.columns());
    for (std::size_t j = 0; j < limits.size(); ++j) limits[j] = static_cast<S>(threshold(j));
    Matrix<std::uint8_t> predictions(view.rows(), view.columns());
    std::atomic<bool> ordered = true;
    constexpr std::size_t cells_worth_a_thread = std::size_t{1} << 18;
    const std::size_t grain = 1 + cells_worth_a_thread / std::max<std::size_t>(1, view.columns());
    parallel_for(view.rows(), 0, grain, [&](std::size_t begin, std::size_t end) {
      int all_ordered = 1;
      for (std::size_t i = begin; i < end; ++i) {
        const T* row = view.row(i).data();
        const S* limit = limits.data();
        std::uint8_t* predicted = predictions.row(i).data();
        for (std::size_t j = 0; j < view.columns(); ++j) {  // without branches, so that it vectorises
          const auto score = static_cast<S>(row[j]);
          all_ordered &= score == score ? 1 : 0;
          predicted[j] = score >= limit[j] ? 1 : 0;
        }
      }
      if (!all_ordered) ordered = false;
    });
    if (!ordered) fail<ArgumentError>({"ThresholdRule::apply", "scores must not be NaN", "a NaN", "Check the model's output."});
    return predictions;
  }

  /// Thresholds, metric, average and value (null for NaN) as one line of JSON, an object. Defined in rule_json.hpp.
  /// @throws ArgumentError when the metric's or the average's name is not UTF-8.
  [[nodiscard]] inline std::string to_json() const;

  /// What `to_json` gave. Defined in rule_json.hpp.
  /// @throws ArgumentError for anything else.
  [[nodiscard]] static inline ThresholdRule from_json(std::string_view text);

  /// Equal thresholds, metric, average and value (two NaN values count as equal).
  friend bool operator==(const ThresholdRule& a, const ThresholdRule& b) {
    const bool same_value = a.value_ == b.value_ || (std::isnan(a.value_) && std::isnan(b.value_));
    return same_value && a.thresholds_ == b.thresholds_ && a.metric_ == b.metric_ && a.average_ == b.average_;
  }

 private:
  std::vector<double> thresholds_;
  std::string metric_, average_;
  double value_;
};

}  // namespace MULTILABEL_NAMESPACE::threshold

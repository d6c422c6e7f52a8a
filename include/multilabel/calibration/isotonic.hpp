// SPDX-License-Identifier: Apache-2.0
#pragma once
// Isotonic calibration: the best non-decreasing map from score to probability, of any shape. Needs some thousands of positives
// a label to beat Platt scaling; creates ties where the data say no more.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/calibration/detail/fit_cells.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/label_steps.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

/// A non-decreasing curve through its corners, straight between them and flat outside.
struct IsotonicCurve {
  std::vector<double> scores;         ///< ascending
  std::vector<double> probabilities;  ///< non-decreasing

  /// The probability of a score; NaN of NaN.
  [[nodiscard]] double operator()(double score) const noexcept {
    if (std::isnan(score)) return score;
    const auto above = static_cast<std::size_t>(std::lower_bound(scores.begin(), scores.end(), score) - scores.begin());
    if (above == 0) return probabilities.front();
    if (above == scores.size()) return probabilities.back();
    const double left = scores[above - 1], right = scores[above];
    const double low = probabilities[above - 1], high = probabilities[above];
    return low + (high - low) * ((score - left) / (right - left));
  }
  friend bool operator==(const IsotonicCurve&, const IsotonicCurve&) = default;
};

namespace detail {

/// Pool adjacent violators, fed in ascending order of score.
class Violators {
 public:
  /// Cells of one score, or of scores from `first` to `last` where none is positive.
  void add(double first, double last, std::int64_t cells, std::int64_t positives) {
    blocks_.push_back({first, last, cells, positives});
    while (blocks_.size() > 1) {
      Block& before = blocks_[blocks_.size() - 2];
      const Block& now = blocks_.back();
      if (before.positives * now.cells < now.positives * before.cells) return;
      before = {before.first, now.last, before.cells + now.cells, before.positives + now.positives};
      blocks_.pop_back();
    }
  }

  [[nodiscard]] IsotonicCurve curve() const {
    IsotonicCurve result;
    for (const Block& block : blocks_) {
      const double probability = static_cast<double>(block.positives) / static_cast<double>(block.cells);
      for (const double score : {block.first, block.last}) {
        if (!result.scores.empty() && result.scores.back() == score) continue;
        result.scores.push_back(score);
        result.probabilities.push_back(probability);
      }
    }
    return result;
  }

 private:
  struct Block {
    double first, last;
    std::int64_t cells, positives;
  };

  std::vector<Block> blocks_;
};

/// Negatives between two positives lower what is before them, so that their number and last score are all there is to know.
[[nodiscard]] inline IsotonicCurve isotonic_curve(const core::detail::LabelSteps& label) {
  Violators violators;
  const auto add = [&](double first, double last, std::uint32_t cells, std::uint32_t positives) {
    if (cells > 0) violators.add(first, last, cells, positives);
  };
  add(label.lowest, label.last_below, label.negatives_below, 0);
  for (const auto& step : label.steps) {
    add(step.score, step.score, step.positives + step.negatives, step.positives);
    add(step.last_above, step.last_above, step.negatives_above, 0);
  }
  return violators.curve();
}

[[nodiscard]] inline IsotonicCurve pooled_curve(const FitCells& cells) {
  return isotonic_curve(core::detail::pooled_steps(cells.targets(), cells.numbers.cells()));
}

/// One curve for all labels, or one per label; a label without both kinds of targets takes the curve of all.
[[nodiscard]] inline std::vector<IsotonicCurve> fit_curves(const FitCells& cells, Scope scope) {
  if (scope == Scope::global) return {pooled_curve(cells)};
  std::vector<IsotonicCurve> curves(cells.targets().columns());
  core::detail::for_each_label_steps(cells.targets(), cells.numbers.cells(), [&](std::size_t j, const auto& label) {
    if (label.positives > 0 && label.positives < label.known) curves[j] = isotonic_curve(label);
  });
  IsotonicCurve pooled;
  for (auto& curve : curves) {
    if (!curve.scores.empty()) continue;
    if (pooled.scores.empty()) pooled = pooled_curve(cells);
    curve = pooled;
  }
  return curves;
}

}  // namespace detail

/// probability = curve(score), the non-decreasing curve of the least squared error. An immutable fitted value.
class IsotonicCalibration {
 public:
  /// @param curves one for all labels, or one per label. @throws ArgumentError when one is empty or does not ascend.
  explicit IsotonicCalibration(std::vector<IsotonicCurve> curves) : curves_(std::move(curves)) {
    bool good = !curves_.empty();
    for (const auto& [scores, probabilities] : curves_) {
      good = good && !scores.empty() && scores.size() == probabilities.size() &&
             std::adjacent_find(scores.begin(), scores.end(), [](double a, double b) { return !(a < b); }) == scores.end() &&
             std::is_sorted(probabilities.begin(), probabilities.end());
    }
    if (!good) {
      fail<ArgumentError>({"IsotonicCalibration",
                           "each curve must have as many ascending scores as non-decreasing probabilities",
                           join_text(curves_.size(), " curve(s)")});
    }
  }

  /// The curves of the least squared error (pool adjacent violators; equal scores are one point). As scikit-learn's
  /// IsotonicRegression with out_of_bounds="clip". O(cells) for float scores. Unknown cells are skipped.
  /// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown. @param scores logits or scores, finite, held out.
  /// @throws ShapeError, ArgumentError.
  template <matrix_like Targets, matrix_like Scores>
  [[nodiscard]] static IsotonicCalibration fit(const Targets& targets, const Scores& scores,
                                               const CalibrationOptions& options = {}) {
    const auto cells = detail::fit_cells("IsotonicCalibration::fit", targets, scores, "scores");
    return IsotonicCalibration(detail::fit_curves(cells, options.scope));
  }

  /// Probabilities [samples, labels] in the scores' type. @throws ShapeError on another number of labels.
  template <matrix_like Scores>
  [[nodiscard]] auto apply(const Scores& scores) const {
    using T = cell_t<Scores>;
    using Result = std::conditional_t<std::is_floating_point_v<T>, T, double>;
    const auto rows = row_major(scores);
    const auto view = rows.view();
    detail::require_labels("IsotonicCalibration::apply", curves_.size(), view.rows(), view.columns());
    Matrix<Result> probabilities(view.rows(), view.columns());
    for (std::size_t i = 0; i < view.rows(); ++i) {
      for (std::size_t j = 0; j < view.columns(); ++j) {
        const auto& curve = curves_[curves_.size() == 1 ? 0 : j];
        probabilities(i, j) = static_cast<Result>(curve(static_cast<double>(view(i, j))));
      }
    }
    return probabilities;
  }

  [[nodiscard]] const std::vector<IsotonicCurve>& curves() const noexcept { return curves_; }

  /// The fit as one line of JSON, an object. Defined in calibrator_json.hpp.
  [[nodiscard]] inline std::string to_json() const;

  /// What `to_json` gave. @throws ArgumentError for anything else. Defined in calibrator_json.hpp.
  [[nodiscard]] static inline IsotonicCalibration from_json(std::string_view text);

  friend bool operator==(const IsotonicCalibration&, const IsotonicCalibration&) = default;

 private:
  std::vector<IsotonicCurve> curves_;
};

}  // namespace MULTILABEL_NAMESPACE::calibration

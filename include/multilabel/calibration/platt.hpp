// SPDX-License-Identifier: Apache-2.0
#pragma once
// Platt scaling: a slope and an intercept on the logits, fitted by maximum likelihood. Mends both too much confidence and a
// wrong base rate (after resampling, weighting or a loss such as focal); it can turn a ranking only where a label's was the
// wrong way round.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/calibration/detail/fit_cells.hpp"
#include "multilabel/calibration/detail/lines.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

/// probability = sigmoid(slope * logit + intercept). An immutable fitted value.
class PlattScaling {
 public:
  /// @param slopes, intercepts one of each for all labels, or one per label; finite.
  /// @throws ArgumentError otherwise.
  PlattScaling(std::vector<double> slopes, std::vector<double> intercepts)
      : slopes_(std::move(slopes)), intercepts_(std::move(intercepts)) {
    const auto finite = [](double x) { return std::isfinite(x); };
    if (slopes_.empty() || slopes_.size() != intercepts_.size() || !std::all_of(slopes_.begin(), slopes_.end(), finite) ||
        !std::all_of(intercepts_.begin(), intercepts_.end(), finite)) {
      fail<ArgumentError>({"PlattScaling", "slopes and intercepts must be as many as each other, at least one, and finite",
                           join_text(slopes_.size(), " and ", intercepts_.size())});
    }
  }

  /// The line of the largest likelihood with Platt's targets, (N+ + 1) / (N+ + 2) for the positives and 1 / (N- + 2) for the
  /// negatives (Platt, 1999; Newton's method as Lin, Lin and Weng, 2007), which stays finite where a label separates. Fitted on
  /// logits, never on probabilities. Unknown cells are skipped.
  /// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown. @param logits [samples, labels], finite, held out.
  /// @throws ShapeError, ArgumentError.
  template <matrix_like Targets, matrix_like Logits>
  [[nodiscard]] static PlattScaling fit(const Targets& targets, const Logits& logits, const CalibrationOptions& options = {}) {
    const auto cells = detail::fit_cells("PlattScaling::fit", targets, logits, "logits");
    std::vector<double> slopes, intercepts;
    for (const auto& line : detail::fit_lines(cells, {}, options.scope)) {
      slopes.push_back(line.slope);
      intercepts.push_back(line.intercept);
    }
    return {std::move(slopes), std::move(intercepts)};
  }

  /// Probabilities [samples, labels] in the logits' type. @throws ShapeError on another number of labels.
  template <matrix_like Logits>
  [[nodiscard]] auto apply(const Logits& logits) const {
    std::vector<detail::Line> lines;
    for (std::size_t j = 0; j < slopes_.size(); ++j) lines.push_back({slopes_[j], intercepts_[j]});
    return detail::apply_lines("PlattScaling::apply", lines, logits);
  }

  [[nodiscard]] const std::vector<double>& slopes() const noexcept { return slopes_; }
  [[nodiscard]] const std::vector<double>& intercepts() const noexcept { return intercepts_; }

  /// The fit as one line of JSON, an object. Defined in calibrator_json.hpp.
  [[nodiscard]] inline std::string to_json() const;

  /// What `to_json` gave. @throws ArgumentError for anything else. Defined in calibrator_json.hpp.
  [[nodiscard]] static inline PlattScaling from_json(std::string_view text);

  friend bool operator==(const PlattScaling&, const PlattScaling&) = default;

 private:
  std::vector<double> slopes_, intercepts_;
};

}  // namespace MULTILABEL_NAMESPACE::calibration

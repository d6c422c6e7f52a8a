// SPDX-License-Identifier: Apache-2.0
#pragma once
// Are the model's probabilities too sure of themselves? Temperature scaling divides the logits by one fitted number: it keeps
// every ranking and is the hardest to overfit. Prefer Platt scaling where labels are also shifted, isotonic with thousands of
// positives.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/calibration/detail/lines.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration {

/// probability = sigmoid(logit / temperature) (Guo et al., ICML 2017, for independent labels). An immutable fitted value.
class TemperatureScaling {
 public:
  /// @param temperatures one for all labels, or one per label; each above 0.
  /// @throws ArgumentError otherwise.
  explicit TemperatureScaling(std::vector<double> temperatures) : temperatures_(std::move(temperatures)) {
    const auto good = [](double t) { return t > 0 && std::isfinite(t); };
    if (temperatures_.empty() || !std::all_of(temperatures_.begin(), temperatures_.end(), good)) {
      fail<ArgumentError>({"TemperatureScaling", "temperatures must be one or more finite numbers above 0",
                           temperatures_.empty() ? "none" : "another value"});
    }
  }

  /// The temperatures of the largest likelihood, within 0.01 to 100. Unknown cells are skipped.
  /// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown. @param logits [samples, labels], finite, held out.
  /// @throws ShapeError, ArgumentError.
  template <matrix_like Targets, matrix_like Logits>
  [[nodiscard]] static TemperatureScaling fit(const Targets& targets, const Logits& logits,
                                              const CalibrationOptions& options = {}) {
    constexpr std::string_view where = "TemperatureScaling::fit";
    const auto known = core::detail::known_targets(where, targets);
    const auto working = core::detail::working_scores(logits);
    core::detail::require_scores(where, known.view(), working.view(), "logits");
    std::vector<double> temperatures;
    for (const auto& line :
         detail::fit_all(known.view(), working.view(), {.intercept = false, .smooth = false}, options.scope)) {
      temperatures.push_back(line.slope > 0.01 ? std::clamp(1.0 / line.slope, 0.01, 100.0) : 100.0);
    }
    return TemperatureScaling(std::move(temperatures));
  }

  /// Probabilities [samples, labels] in the logits' type. @throws ShapeError on another number of labels.
  template <matrix_like Logits>
  [[nodiscard]] auto apply(const Logits& logits) const {
    return detail::apply_lines("TemperatureScaling::apply", temperatures_.size(), logits,
                               [&](std::size_t j) { return detail::Line{1.0 / temperatures_[j], 0.0}; });
  }

  [[nodiscard]] const std::vector<double>& temperatures() const noexcept { return temperatures_; }

  /// The fit as one line of JSON, an object. Defined in calibrator_json.hpp.
  [[nodiscard]] inline std::string to_json() const;

  /// What `to_json` gave. @throws ArgumentError for anything else. Defined in calibrator_json.hpp.
  [[nodiscard]] static inline TemperatureScaling from_json(std::string_view text);

  friend bool operator==(const TemperatureScaling&, const TemperatureScaling&) = default;

 private:
  std::vector<double> temperatures_;
};

}  // namespace multilabel::calibration

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

#include "multilabel/calibration/detail/fit_cells.hpp"
#include "multilabel/calibration/detail/lines.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

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
    const auto cells = detail::fit_cells("TemperatureScaling::fit", targets, logits, "logits");
    std::vector<double> temperatures;
    constexpr detail::LogisticModel slope_alone{.intercept = false, .smooth = false};
    for (const auto& line : detail::fit_lines(cells, slope_alone, options.scope)) {
      temperatures.push_back(1.0 / line.slope);
    }
    return TemperatureScaling(std::move(temperatures));
  }

  /// Probabilities [samples, labels] in the logits' type. @throws ShapeError on another number of labels.
  template <matrix_like Logits>
  [[nodiscard]] auto apply(const Logits& logits) const {
    std::vector<detail::Line> lines;
    for (const double temperature : temperatures_) lines.push_back({1.0 / temperature, 0.0});
    return detail::apply_lines("TemperatureScaling::apply", lines, logits);
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

}  // namespace MULTILABEL_NAMESPACE::calibration

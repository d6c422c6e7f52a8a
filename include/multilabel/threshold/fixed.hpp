// SPDX-License-Identifier: Apache-2.0
#pragma once
// Thresholds that need no data: 0.5 and the two profiles. Prefer `tune` on validation scores where there are any.

#include "multilabel/threshold/rule.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

/// The rule "score >= threshold" for every label. A ThresholdRule like any other once it is made.
class FixedThreshold : public ThresholdRule {
 public:
  /// @throws ArgumentError when the threshold is not finite.
  explicit FixedThreshold(double threshold = 0.5) : ThresholdRule({threshold}) {}
};

/// Finds more: for suggestions that a person looks through.
inline const FixedThreshold HIGH_RECALL{0.3};

/// Is right more often: for labels that are published unseen.
inline const FixedThreshold HIGH_PRECISION{0.7};

}  // namespace MULTILABEL_NAMESPACE::threshold

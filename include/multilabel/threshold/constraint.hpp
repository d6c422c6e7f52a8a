// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a tuned threshold must not break: "precision of at least 0.9", "recall of at least 0.95", "at most 3 labels an image on
// average". `tune` then looks for the best metric among the thresholds that keep it.

#include <cmath>
#include <string>
#include <string_view>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

enum class Quantity {
  precision,             ///< at least the bound, in the average that is tuned for
  recall,                ///< at least the bound, in the average that is tuned for
  predictions_per_image  ///< at most the bound: predicted known cells over images with a known cell
};

struct Constraint {
  Quantity quantity = Quantity::precision;
  double bound = 0.0;
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

[[nodiscard]] constexpr Constraint precision_at_least(double bound) noexcept { return {Quantity::precision, bound}; }
[[nodiscard]] constexpr Constraint recall_at_least(double bound) noexcept { return {Quantity::recall, bound}; }
[[nodiscard]] constexpr Constraint predictions_per_image_at_most(double bound) noexcept {
  return {Quantity::predictions_per_image, bound};
}

/// "precision >= 0.9"
[[nodiscard]] inline std::string to_string(const Constraint& constraint) {
  switch (constraint.quantity) {
    case Quantity::precision:
      return join_text("precision >= ", constraint.bound);
    case Quantity::recall:
      return join_text("recall >= ", constraint.bound);
    case Quantity::predictions_per_image:
      return join_text("predictions_per_image <= ", constraint.bound);
  }
  return "unknown";
}

/// Throws ArgumentError unless the bound is one the quantity can have.
inline void require_valid(std::string_view where, const Constraint& constraint) {
  const bool count = constraint.quantity == Quantity::predictions_per_image;
  if (std::isfinite(constraint.bound) && constraint.bound >= 0 && (count || constraint.bound <= 1)) return;
  fail<ArgumentError>({where, count ? "the bound on predictions_per_image must be at least 0" : "the bound must be in [0, 1]",
                       to_string(constraint)});
}

}  // namespace MULTILABEL_NAMESPACE::threshold

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Targets beside a mask that says which of their cells are known: `f1_score(masked(targets, mask), predictions)`; thresholds
// and calibration take it as well. Where targets can hold NaN or -1 for an unknown cell, no mask is needed; both together work
// too.

#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Looks at targets and at a mask of the same shape; made by `masked`.
template <class Targets, class Mask>
class Masked {
 public:
  Masked(const Targets& targets, const Mask& mask) : targets_(targets), mask_(mask) {}

  [[nodiscard]] const Targets& targets() const noexcept { return targets_; }
  [[nodiscard]] const Mask& mask() const noexcept { return mask_; }
  [[nodiscard]] std::size_t shape(std::size_t axis) const { return static_cast<std::size_t>(targets_.shape(axis)); }

  /// The target, or NaN where the mask is 0. Not of sparse targets, which have no cell to look at.
  [[nodiscard]] auto operator()(std::size_t row, std::size_t label) const
    requires matrix_like<Targets>
  {
    using T = cell_t<Targets>;
    using Cell = std::conditional_t<std::floating_point<T>, T, double>;
    if (mask_(row, label) == cell_t<Mask>{0}) return std::numeric_limits<Cell>::quiet_NaN();
    return static_cast<Cell>(targets_(row, label));
  }

 private:
  const Targets& targets_;
  const Mask& mask_;
};

/// `targets` [samples, labels] of which only the cells count where `mask` of the same shape is not 0; what stands in the others
/// is not looked at. Every metric takes the result in the place of targets, and is what it would be had those cells never been
/// there; so do `sweep`, `tune` and `conformal` of threshold, and the calibrators' `fit` and `reliability_curve`, where targets
/// are dense. Both must outlive it. Throws `ShapeError` when the shapes differ.
template <class Targets, matrix_like Mask>
[[nodiscard]] Masked<Targets, Mask> masked(const Targets& targets, const Mask& mask) {
  require_same_shape("metrics::masked", "targets and mask", targets, mask);
  return {targets, mask};
}

namespace detail {
template <class M>
inline constexpr bool is_masked = false;
template <class Targets, class Mask>
inline constexpr bool is_masked<Masked<Targets, Mask>> = true;
}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::metrics

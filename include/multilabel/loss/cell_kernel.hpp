// SPDX-License-Identifier: Apache-2.0
#pragma once
// The compiled path of a formula: one pass over the cells of float32 logits in the processor's memory gives losses, gradients,
// sums and the check of the targets. Compiled for AVX2 and for any x86-64, chosen when the program runs.

#include <cstdint>

#include "multilabel/loss/dual.hpp"

#if MULTILABEL_LANES

namespace MULTILABEL_NAMESPACE::loss::detail {

// What the pass reads and writes; rows are contiguous. A null pointer is not there.
struct CellArrays {
  const float* logits = nullptr;         // [n, labels]
  const float* targets = nullptr;        // [n, labels]
  const bool* mask = nullptr;            // [n, labels]
  const bool* chosen = nullptr;          // [n, labels], cells that cost `formula.chosen(x)`, or nothing
  const float* sample_weight = nullptr;  // [n]
  const float* pos_weight = nullptr;     // [labels]
  const float* class_weight = nullptr;   // [labels]
  float* values = nullptr;               // [n, labels]
  float* gradient = nullptr;             // [n, labels]
  double* sums = nullptr;                // [n]
  std::int32_t* counts = nullptr;        // [n], the cells that count
  std::int64_t labels = 0;
  float smoothing_scale = 1;
  float smoothing_shift = 0;
  bool unknown_counts = false;
};

// The numbers of a pass in all lanes; set once, as GCC makes a slow detour through memory of each that it meets in a loop.
struct CellConstants {
  Lanes smoothing_scale, smoothing_shift, weight;
  MULTILABEL_INLINE explicit CellConstants(const CellArrays& arrays)
      : smoothing_scale(arrays.smoothing_scale), smoothing_shift(arrays.smoothing_shift), weight(1.0f) {}
};

template <class F>
struct CellKernel {
  const F& formula;

  // Loss and gradient of eight cells; `outside` gathers targets that are neither in [0, 1] nor unknown.
  MULTILABEL_INLINE void lanes(const CellArrays& arrays, const float* x, const float* y, const bool* mask, const bool* chosen,
                               const float* pos_weight, const float* class_weight, const CellConstants& constants,
                               const LaneMask& real, Lanes& value, Lanes& gradient, LaneMask& counts, LaneMask& outside) const {
    const Lanes given = load(y);
    LaneMask annotated = (given == given) & ~(given == -1.0f) & real;
    if (mask != nullptr) annotated = annotated & load_mask(mask);
    const Lanes target = only(annotated, given);
    outside = outside | ~((target >= 0.0f) & (Lanes(1.0f) >= target));
    counts = arrays.unknown_counts ? real : annotated;
    const Lanes smoothed = target * constants.smoothing_scale + constants.smoothing_shift;
    const Lanes x_lanes = load(x);
    const Logit logit(x_lanes);
    const Dual negative = formula.negative(logit);
    const Lanes rest = Lanes(1.0f) - smoothed;
    value = rest * negative.value;
    gradient = rest * negative.derivative;
    if (any(LaneMask(smoothed.v != 0))) {
      const Dual positive = formula.positive(logit);
      const Lanes factor = pos_weight != nullptr ? smoothed * load(pos_weight) : smoothed;
      value = value + factor * positive.value;
      gradient = gradient + factor * positive.derivative;
    }
    if constexpr (requires { formula.unknown(logit); }) {
      if (any(counts & ~annotated)) {
        const Dual unknown = formula.unknown(logit);
        value = select(annotated, value, unknown.value);
        gradient = select(annotated, gradient, unknown.derivative);
      }
    }
    if (chosen != nullptr) {
      const LaneMask picked = load_mask(chosen);
      if constexpr (requires { formula.chosen(logit); }) {
        const Dual instead = formula.chosen(logit);
        value = select(picked, instead.value, value);
        gradient = select(picked, instead.derivative, gradient);
      } else {
        counts = counts & ~picked;
      }
    }
    const Lanes factor = class_weight != nullptr ? load(class_weight) * constants.weight : constants.weight;
    const Lanes no_number = only(~(x_lanes == x_lanes), x_lanes);  // else 0: a model that diverged must show
    value = only(counts, value * factor + no_number);
    gradient = only(counts, gradient * factor + no_number);
  }

  // Rows [begin, end); returns whether a target is outside.
  MULTILABEL_INLINE bool operator()(const CellArrays& arrays, std::int64_t begin, std::int64_t end) const {
    const std::int64_t labels = arrays.labels;
    const std::int64_t whole = labels / lane_count * lane_count;
    LaneMask outside{IntVector{}};
    CellConstants constants(arrays);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = i * labels;
      if (arrays.sample_weight != nullptr) constants.weight = arrays.sample_weight[i];
      DoubleLanes sum;
      IntVector count{};
      const auto add = [&](const Lanes& value, const LaneMask& counts) MULTILABEL_LAMBDA {
        sum.add(value);
        count -= counts.v;
      };
      Lanes value = 0.0f;
      Lanes gradient = 0.0f;
      LaneMask counts{IntVector{}};
      for (std::int64_t j = 0; j < whole; j += lane_count) {
        const auto at = [&](const auto* pointer, std::int64_t offset)
                            MULTILABEL_LAMBDA { return pointer != nullptr ? pointer + offset : nullptr; };
        lanes(arrays, arrays.logits + row + j, arrays.targets + row + j, at(arrays.mask, row + j), at(arrays.chosen, row + j),
              at(arrays.pos_weight, j), at(arrays.class_weight, j), constants, LaneMask(~IntVector{}), value, gradient, counts,
              outside);
        add(value, counts);
        if (arrays.values != nullptr) store(arrays.values + row + j, value);
        if (arrays.gradient != nullptr) store(arrays.gradient + row + j, gradient);
      }
      if (whole < labels) {
        rest(arrays, row, whole, constants, value, gradient, counts, outside);
        add(value, counts);
      }
      arrays.sums[i] = sum.sum();
      std::int32_t known = 0;
      for (int lane = 0; lane < lane_count; ++lane) known += count[lane];
      arrays.counts[i] = known;
    }
    return any(outside);
  }

  // The last cells of a row, fewer than eight, through copies.
  MULTILABEL_INLINE void rest(const CellArrays& arrays, std::int64_t row, std::int64_t whole, const CellConstants& constants,
                              Lanes& value, Lanes& gradient, LaneMask& counts, LaneMask& outside) const {
    const std::int64_t size = arrays.labels - whole;
    float x[lane_count] = {};
    float y[lane_count] = {};
    float pos_weight[lane_count] = {};
    float class_weight[lane_count] = {};
    bool mask[lane_count] = {};
    bool chosen[lane_count] = {};
    bool real[lane_count] = {};
    for (std::int64_t j = 0; j < size; ++j) {
      x[j] = arrays.logits[row + whole + j];
      y[j] = arrays.targets[row + whole + j];
      real[j] = true;
      if (arrays.mask != nullptr) mask[j] = arrays.mask[row + whole + j];
      if (arrays.chosen != nullptr) chosen[j] = arrays.chosen[row + whole + j];
      if (arrays.pos_weight != nullptr) pos_weight[j] = arrays.pos_weight[whole + j];
      if (arrays.class_weight != nullptr) class_weight[j] = arrays.class_weight[whole + j];
    }
    lanes(arrays, x, y, arrays.mask != nullptr ? mask : nullptr, arrays.chosen != nullptr ? chosen : nullptr,
          arrays.pos_weight != nullptr ? pos_weight : nullptr, arrays.class_weight != nullptr ? class_weight : nullptr,
          constants, load_mask(real), value, gradient, counts, outside);
    store(x, value);
    store(y, gradient);
    for (std::int64_t j = 0; j < size; ++j) {
      if (arrays.values != nullptr) arrays.values[row + whole + j] = x[j];
      if (arrays.gradient != nullptr) arrays.gradient[row + whole + j] = y[j];
    }
  }
};

}  // namespace MULTILABEL_NAMESPACE::loss::detail

#endif

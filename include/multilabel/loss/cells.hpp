// SPDX-License-Identifier: Apache-2.0
#pragma once
// What all losses do before and after their formula: check the input, find the unknown cells, smooth the targets, weight the
// cells and reduce them. With it a loss of your own is its formula and nothing else.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// Logits and targets as a formula may use them: same shape, float32 or float64, finite targets in [0, 1].
struct Cells {
  at::Tensor logits;     ///< [n, labels]; 0 at cells that do not count, so that no formula can bring a NaN back
  at::Tensor targets;    ///< [n, labels], smoothed; those of unknown cells as of negatives
  at::Tensor known;      ///< [n, labels], bool: the cells that count
  at::Tensor annotated;  ///< [n, labels], bool: the cells that have a target; `known` without `Unknown::negative`
};

namespace detail {

inline void check_inputs(std::string_view where, const at::Tensor& logits, const at::Tensor& targets,
                         const LossInputs& inputs) {
  if (logits.dim() != 2 || logits.sizes() != targets.sizes()) {
    fail<ShapeError>({where, "logits and targets must have the same shape [n, labels]",
                      join_text(logits.sizes(), " and ", targets.sizes())});
  }
  if (!at::isFloatingType(logits.scalar_type())) {
    fail<ArgumentError>({where, "logits must be floating-point", join_text(logits.scalar_type()), "They are the raw outputs."});
  }
  if (targets.requires_grad() && at::GradMode::is_enabled()) {
    fail<ArgumentError>(
        {where, "targets must not require a gradient", "some that do", "Detach them: a loss learns from them."});
  }
  if (at::isComplexType(targets.scalar_type()))
    fail<ArgumentError>({where, "targets must be real", join_text(targets.scalar_type())});
  if (inputs.mask.defined() && (inputs.mask.sizes() != logits.sizes() || inputs.mask.scalar_type() != at::kBool)) {
    fail<ShapeError>({where, join_text("mask must be bool, of shape ", logits.sizes()),
                      join_text(inputs.mask.scalar_type(), " ", inputs.mask.sizes())});
  }
  if (inputs.sample_weight.defined() && (inputs.sample_weight.dim() != 1 || inputs.sample_weight.size(0) != logits.size(0))) {
    fail<ShapeError>({where, join_text("sample_weight must have one value for each of the ", logits.size(0), " images"),
                      join_text(inputs.sample_weight.sizes())});
  }
}

// Weights of the labels as a tensor beside `like`; undefined for none.
[[nodiscard]] inline at::Tensor label_weights(std::string_view where, std::string_view name, const std::vector<double>& weights,
                                              const at::Tensor& like) {
  if (weights.empty()) return {};
  if (static_cast<std::int64_t>(weights.size()) != like.size(1)) {
    fail<ShapeError>(
        {where, join_text(name, " must have one value for each of the ", like.size(1), " labels"), join_text(weights.size())});
  }
  return at::tensor(weights, like.options().dtype(at::kDouble).device(at::kCPU)).to(like.options());
}

inline void check_weights(std::string_view where, std::string_view name, const std::vector<double>& weights) {
  for (const double weight : weights)
    if (!(weight >= 0 && weight < 1e300)) {
      fail<ArgumentError>({where, join_text(name, " must be finite and not negative"), join_text(weight)});
    }
}

inline void check_smoothing(std::string_view where, const LabelSmoothing& smoothing) {
  const auto share = [](double value) { return value >= 0 && value <= 1; };
  if (share(smoothing.positive) && share(smoothing.negative)) return;
  fail<ArgumentError>({where, "label_smoothing must be in [0, 1]", join_text(smoothing.positive, " and ", smoothing.negative)});
}

// The cells of `candidates` with the `count` largest numbers, bool; a `count` that is no integer is rounded down.
[[nodiscard]] inline at::Tensor largest(const at::Tensor& numbers, const at::Tensor& candidates, double count) {
  const at::Tensor sound = candidates.logical_and(numbers.eq(numbers));  // a model that diverged must show, not be left out
  const at::Tensor ranked = at::where(sound, numbers.detach(), -std::numeric_limits<double>::infinity()).flatten();
  const auto k = std::min(static_cast<std::int64_t>(count), ranked.numel());
  const at::Tensor chosen = at::zeros_like(candidates).flatten();
  if (k <= 0) return chosen.view_as(candidates);
  return chosen.index_fill(0, std::get<1>(ranked.topk(k)), 1).view_as(candidates).logical_and(sound);
}

inline void check_options(std::string_view where, const CellOptions& options) {
  check_weights(where, "pos_weight", options.pos_weight);
  check_weights(where, "class_weight", options.class_weight);
  check_smoothing(where, options.label_smoothing);
}

}  // namespace detail

/// Checks the input and makes `Cells` of it. Half and bfloat16 logits are computed in float32. Throws `ShapeError` for shapes
/// that differ and `ArgumentError` for targets outside [0, 1].
[[nodiscard]] inline Cells make_cells(std::string_view where, const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs, const LabelSmoothing& smoothing = {},
                                      Unknown unknown = Unknown::ignore) {
  detail::check_inputs(where, logits, targets, inputs);
  const auto type = logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor given = targets.detach().to(logits.device()).to(type);
  at::Tensor annotated = given.eq(given).logical_and_(given.ne(-1));
  if (inputs.mask.defined()) annotated = annotated.logical_and(inputs.mask.to(logits.device()));
  Cells cells;
  cells.annotated = annotated;
  cells.known = unknown == Unknown::negative ? at::ones_like(annotated) : annotated;
  cells.logits = unknown == Unknown::negative ? logits.to(type) : at::where(annotated, logits.to(type), 0);
  cells.targets = at::where(annotated, given, 0);
  if (!inputs.in_range) {
    const at::Tensor outside = cells.targets.lt(0).logical_or_(cells.targets.gt(1));
    if (outside.any().item<bool>()) {
      fail<ArgumentError>({where, "targets must be in [0, 1], or NaN or -1 where unknown",
                           join_text(cells.targets.masked_select(outside)[0].item<double>())});
    }
  }
  if (smoothing != LabelSmoothing{}) {
    cells.targets = cells.targets * (1 - smoothing.positive - smoothing.negative) + smoothing.negative;
  }
  return cells;
}

/// `compute(logits)` in double precision and its result in float32, where that costs little: on the CPU. There torch rounds the
/// cells at the end of a vector otherwise than those before them, so in float32 a cell's last bit would hang on its place, and
/// a batch without some cells would differ from the batch that masks them. Elsewhere, and for float64, `compute` as it is.
template <class F>
[[nodiscard]] at::Tensor in_double_on_cpu(const at::Tensor& logits, F&& compute) {
  if (!logits.device().is_cpu() || logits.scalar_type() == at::kDouble) return compute(logits);
  return compute(logits.to(at::kDouble)).to(at::kFloat);
}

/// The sum of all cells in double precision whatever their type, so that neither their order nor zeros among them show.
/// In their own type on devices without it (MPS).
[[nodiscard]] inline at::Tensor total(const at::Tensor& values) {
  if (values.device().type() == at::kMPS) return values.sum();
  return values.sum(at::kDouble).to(values.scalar_type());
}

/// Weights and reduces the losses of the cells. `class_weight` holds one weight a label, or nothing.
[[nodiscard]] inline at::Tensor reduce(std::string_view where, const at::Tensor& values, const Cells& cells,
                                       const LossInputs& inputs, const std::vector<double>& class_weight, Reduction reduction) {
  at::Tensor weighted = values;
  if (const auto weights = detail::label_weights(where, "class_weight", class_weight, values); weights.defined()) {
    weighted = weighted * weights;
  }
  if (inputs.sample_weight.defined()) weighted = weighted * inputs.sample_weight.to(values.options()).unsqueeze(1);
  weighted = at::where(cells.known, weighted, 0);
  switch (reduction) {
    case Reduction::none:
      return weighted;
    case Reduction::sum:
      return total(weighted);
    case Reduction::sum_per_image:
      return total(weighted) / std::max<std::int64_t>(1, values.size(0));
    default:
      return total(weighted) / cells.known.sum().clamp_min(1);
  }
}

}  // namespace MULTILABEL_NAMESPACE::loss

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A loss that is a sum over cells, made of two functions of the logit: what a positive costs and what a negative costs. Most
// losses here are one of these, and so can yours be: the rest of the contract comes with it.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/dual.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/fused.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// `positive(x)` and `negative(x)`, the loss of a cell whose target is 1 or 0, as templates over the type of `x` written with
/// the functions of `elementary.hpp`. A cell with a target between the two costs y positive(x) + (1 - y) negative(x).
template <class F>
concept cell_formula = std::copyable<F> && requires(const F& formula, const at::Tensor& x) {
  { formula.positive(x) } -> std::same_as<at::Tensor>;
  { formula.negative(x) } -> std::same_as<at::Tensor>;
};

#if MULTILABEL_LANES
/// A formula whose functions take the registers of the compiled path as well; mark them MULTILABEL_INLINE for its speed.
template <class F>
concept compiled_formula = cell_formula<F> && requires(const F& formula, const Logit& x) {
  { formula.positive(x) } -> std::convertible_to<Dual>;
  { formula.negative(x) } -> std::convertible_to<Dual>;
};
#endif

/// A formula that says with `unknown(x)` what an unknown cell costs that counts (`Unknown::negative`); others take `negative`.
template <class F>
concept formula_with_unknown = cell_formula<F> && requires(const F& formula, const at::Tensor& x) {
  { formula.unknown(x) } -> std::same_as<at::Tensor>;
};

/// A formula that says with `chosen(x)` what a cell costs that its loss picks out of the batch; others leave such cells out.
template <class F>
concept formula_with_chosen = cell_formula<F> && requires(const F& formula, const at::Tensor& x) {
  { formula.chosen(x) } -> std::same_as<at::Tensor>;
};

namespace detail {

// The losses of the cells, before weights but `pos_weight`, in plain tensor operations.
template <cell_formula F>
[[nodiscard]] at::Tensor cell_values(std::string_view where, const F& formula, const CellOptions& options, const Cells& cells) {
  const at::Tensor weights = label_weights(where, "pos_weight", options.pos_weight, cells.logits);
  at::Tensor positive = cells.targets * formula.positive(cells.logits);
  if (weights.defined()) positive = positive * weights;
  const at::Tensor values = positive + (1 - cells.targets) * formula.negative(cells.logits);
  if constexpr (formula_with_unknown<F>)
    return at::where(cells.annotated, values, formula.unknown(cells.logits));
  else
    return values;
}

template <cell_formula F>
[[nodiscard]] at::Tensor apply_composite(std::string_view where, const F& formula, const CellOptions& options,
                                         const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs,
                                         const at::Tensor& chosen) {
  return in_double_on_cpu(logits, [&](const at::Tensor& x) {
    Cells cells = make_cells(where, x, targets, inputs, options.label_smoothing, options.unknown);
    if (chosen.defined() && !formula_with_chosen<F>) {
      cells.known = cells.known.logical_and(chosen.logical_not());
      cells.logits = at::where(cells.known, cells.logits, 0);
    }
    at::Tensor values = cell_values(where, formula, options, cells);
    if constexpr (formula_with_chosen<F>)
      if (chosen.defined()) values = at::where(chosen, formula.chosen(cells.logits), values);
    return reduce(where, values, cells, inputs, options.class_weight, options.reduction);
  });
}

}  // namespace detail

/// The loss of a formula with the options of every loss, in one compiled pass for float32, half and bfloat16 on the CPU and in
/// tensor operations elsewhere. `where` names it in errors. `chosen` [n, labels], bool, are cells that the loss picked out of
/// this batch (`formula_with_chosen`); undefined for none.
template <cell_formula F>
[[nodiscard]] at::Tensor apply(std::string_view where, const F& formula, const CellOptions& options, const at::Tensor& logits,
                               const at::Tensor& targets, const LossInputs& inputs, const at::Tensor& chosen = {}) {
#if MULTILABEL_LANES
  if constexpr (compiled_formula<F>) {
    detail::check_inputs(where, logits, targets, inputs);
    const bool half = logits.scalar_type() == at::kHalf || logits.scalar_type() == at::kBFloat16;
    const at::Tensor x = half ? logits.to(at::kFloat) : logits;
    const auto again = [where = std::string(where), formula, options, targets, inputs, chosen](const at::Tensor& logits_again) {
      return detail::apply_composite(where, formula, options, logits_again, targets, inputs, chosen);
    };
    if (auto value = detail::fused(where, formula, options, x, targets, inputs, chosen, again)) return *std::move(value);
  }
#endif
  return detail::apply_composite(where, formula, options, logits, targets, inputs, chosen);
}

/// A formula as a loss of its own.
template <cell_formula F>
class CellLoss {
 public:
  explicit CellLoss(F formula, CellOptions options = {}, std::string name = "CellLoss")
      : formula_(std::move(formula)), options_(std::move(options)), name_(std::move(name)) {
    detail::check_options(name_, options_);
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return apply(name_, formula_, options_, logits, targets, inputs);
  }

  [[nodiscard]] const F& formula() const noexcept { return formula_; }

 protected:
  F formula_;

 private:
  CellOptions options_;
  std::string name_;
};

}  // namespace MULTILABEL_NAMESPACE::loss

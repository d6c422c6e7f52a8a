// SPDX-License-Identifier: Apache-2.0
#pragma once
// ZLPR, the softmax of multi-label: every positive above 0, every negative below, all pairs in one log-sum. For long label
// lists where a threshold of 0 on the logit is wanted; its scores are no probabilities. With few labels BCE is as good.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/fused_log_sums.hpp"
#include "multilabel/loss/log_sum.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct ZLPROptions {
  static constexpr std::string_view kind = "ZLPR";  ///< the loss they are of
  std::vector<double> pos_weight{};                 ///< one weight a label for its term among the positives
  std::vector<double> class_weight{};               ///< one weight a label for its term on either side
  LabelSmoothing label_smoothing{};                 ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;            ///< over images; `none`: [n]
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const ZLPROptions&, const ZLPROptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<ZLPROptions> auto& options) { describe_cells(visit, options); }

/// log(1 + sum over labels of (1 - y) e^x) + log(1 + sum of y e^-x), one number an image (Su et al. 2022, su2022). Unknown
/// cells are in neither sum. Weights multiply the terms of the sums. `mean` is over images with a known cell, `sum` and
/// `sum_per_image` over all. Predict x > 0; sigmoid(x) is a rank and no probability, but 0.5 is the right threshold by design.
/// Gradients of an image sum to at most 2 whatever the number of labels: learning rates are those of softmax.
class ZLPR {
 public:
  explicit ZLPR(ZLPROptions options = {}) : options_(std::move(options)) {
    detail::check_options("ZLPR", cell_options(options_));
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
#if MULTILABEL_LANES
    if (options_.reduction != Reduction::none) {
      detail::check_inputs("ZLPR", logits, targets, inputs);
      const bool half = logits.scalar_type() == at::kHalf || logits.scalar_type() == at::kBFloat16;
      auto value = detail::fused_log_sums(
          "ZLPR", cell_options(options_),
          {.temperature_positive = 1, .temperature_negative = 1, .columns = false, .apart = true},
          half ? logits.to(at::kFloat) : logits, targets, inputs,
          [self = *this, targets, inputs](const at::Tensor& again) { return self.precise(again, targets, inputs); });
      if (value) return *std::move(value);
    }
#endif
    return precise(logits, targets, inputs);
  }

  [[nodiscard]] const ZLPROptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] at::Tensor precise(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    return in_double_on_cpu(logits, [&](const at::Tensor& x) { return composite(x, targets, inputs); });
  }

  // In tensor operations.
  [[nodiscard]] at::Tensor composite(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    const Cells cells = make_cells("ZLPR", logits, targets, inputs, options_.label_smoothing, options_.unknown);
    at::Tensor negative = cells.logits + (1 - cells.targets).log();
    at::Tensor positive = cells.targets.log() - cells.logits;
    const auto weigh = [&](at::Tensor& terms, std::string_view name, const std::vector<double>& weights) {
      const at::Tensor made = detail::label_weights("ZLPR", name, weights, cells.logits);
      if (made.defined()) terms = terms + made.log();
    };
    weigh(positive, "pos_weight", options_.pos_weight);
    weigh(positive, "class_weight", options_.class_weight);
    weigh(negative, "class_weight", options_.class_weight);
    const auto side = [&](const at::Tensor& terms) {
      return detail::log1p_sum_exp(at::where(cells.known, terms, -std::numeric_limits<double>::infinity()), 1);
    };
    return detail::reduce_images(side(negative) + side(positive), cells.known.any(1), inputs, options_.reduction);
  }

  ZLPROptions options_;
};

static_assert(loss_function<ZLPR>);

}  // namespace MULTILABEL_NAMESPACE::loss

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Binary cross-entropy on logits: every label is a question of its own. The first loss to try, and the only one here whose
// scores are probabilities as they come. Label counts that differ by a factor of 100 and labels that are often missing ask for
// others.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <utility>
#include <vector>

#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace multilabel::loss {

struct BCEWithLogitsOptions {
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part; above 1 trades precision for recall
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  friend bool operator==(const BCEWithLogitsOptions&, const BCEWithLogitsOptions&) = default;
};

/// class_weight * (pos_weight * y * log(1 + e^-x) + (1 - y) * log(1 + e^x)), the formula of torch.nn.BCEWithLogitsLoss, with
/// unknown cells left out. With `pos_weight` w the scores estimate w p / (w p + 1 - p) instead of p: thresholds move with it.
class BCEWithLogits {
 public:
  explicit BCEWithLogits(BCEWithLogitsOptions options = {}) : options_(std::move(options)) {
    detail::check_weights("BCEWithLogits", "pos_weight", options_.pos_weight);
    detail::check_weights("BCEWithLogits", "class_weight", options_.class_weight);
    detail::check_smoothing("BCEWithLogits", options_.label_smoothing);
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    const Cells cells = make_cells("BCEWithLogits", logits, targets, inputs, options_.label_smoothing);
    const at::Tensor weights = detail::label_weights("BCEWithLogits", "pos_weight", options_.pos_weight, cells.logits);
    at::Tensor positive = cells.targets * log1p_exp(-cells.logits);
    if (weights.defined()) positive = positive * weights;
    const at::Tensor values = positive + (1 - cells.targets) * log1p_exp(cells.logits);
    return reduce("BCEWithLogits", values, cells, inputs, options_.class_weight, options_.reduction);
  }

  [[nodiscard]] const BCEWithLogitsOptions& options() const noexcept { return options_; }

 private:
  BCEWithLogitsOptions options_;
};

static_assert(loss_function<BCEWithLogits>);

}  // namespace multilabel::loss

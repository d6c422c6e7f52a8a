// SPDX-License-Identifier: Apache-2.0
#pragma once
// Soft margin: binary cross-entropy averaged over the labels of each image first, then over images, so that an image with few
// known cells weighs as much as one with many. With all cells known it is BCE.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <utility>
#include <vector>

#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/log_sum.hpp"
#include "multilabel/loss/options.hpp"

namespace multilabel::loss {

struct SoftMarginOptions {
  std::vector<double> pos_weight{};       ///< one weight a label for its positive part
  std::vector<double> class_weight{};     ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< over images; `none`: [n]
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const SoftMarginOptions&, const SoftMarginOptions&) = default;
};

/// The mean of y log(1 + e^-x) + (1 - y) log(1 + e^x) over the known cells of an image, the formula of
/// torch.nn.MultiLabelSoftMarginLoss. `mean` is over images with a known cell: `sum` is n times as large, and the learning rate
/// with it. Scores are probabilities, as those of `BCEWithLogits`.
class SoftMargin {
 public:
  explicit SoftMargin(SoftMarginOptions options = {}) : options_(std::move(options)) {
    detail::check_options("SoftMargin", cell_options(options_));
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    constexpr std::string_view where = "SoftMargin";
    const Cells cells = make_cells(where, logits, targets, inputs, options_.label_smoothing, options_.unknown);
    at::Tensor positive = cells.targets * log1p_exp(-cells.logits);
    const at::Tensor pos_weight = detail::label_weights(where, "pos_weight", options_.pos_weight, cells.logits);
    if (pos_weight.defined()) positive = positive * pos_weight;
    at::Tensor values = positive + (1 - cells.targets) * log1p_exp(cells.logits);
    const at::Tensor class_weight = detail::label_weights(where, "class_weight", options_.class_weight, cells.logits);
    if (class_weight.defined()) values = values * class_weight;
    const at::Tensor known = cells.known.sum(1);
    const at::Tensor of_images = at::where(cells.known, values, 0).sum(1) / known.clamp_min(1);
    return detail::reduce_images(of_images, known.gt(0), inputs, options_.reduction);
  }

  [[nodiscard]] const SoftMarginOptions& options() const noexcept { return options_; }

 private:
  SoftMarginOptions options_;
};

static_assert(loss_function<SoftMargin>);

}  // namespace multilabel::loss

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Soft margin: binary cross-entropy averaged over the labels of each image first, then over images, so that an image with few
// known cells weighs as much as one with many. With all cells known it is BCE.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/log_sum.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct SoftMarginOptions {
  static constexpr std::string_view kind = "SoftMargin";  ///< the loss they are of
  std::vector<double> pos_weight{};                       ///< one weight a label for its positive part
  std::vector<double> class_weight{};                     ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};                       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;                  ///< over images; `none`: [n]
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const SoftMarginOptions&, const SoftMarginOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<SoftMarginOptions> auto& options) { describe_cells(visit, options); }

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
    if (options_.reduction == Reduction::none)
      return in_double_on_cpu(logits, [&](const at::Tensor& x) { return of_images(x, targets, inputs); });
    // One pass of weighted cells: an image's weight over the number of its known cells.
    const Cells cells = make_cells(where, logits.detach(), targets, inputs, {}, options_.unknown);
    const at::Tensor known = cells.known.sum(1);
    at::Tensor weight = 1 / known.clamp_min(1).to(cells.logits.scalar_type());
    if (inputs.sample_weight.defined()) weight = weight * inputs.sample_weight.to(weight.options());
    CellOptions common = cell_options(options_);
    common.reduction = Reduction::sum;
    const at::Tensor sum = apply(where, BCEFormula{}, common, logits, targets, {.mask = inputs.mask, .sample_weight = weight});
    if (options_.reduction == Reduction::sum) return sum;
    if (options_.reduction == Reduction::sum_per_image) return sum / std::max<std::int64_t>(1, logits.size(0));
    return sum / known.gt(0).sum().clamp_min(1);
  }

  [[nodiscard]] const SoftMarginOptions& options() const noexcept { return options_; }

 private:
  static constexpr std::string_view where = "SoftMargin";

  [[nodiscard]] at::Tensor of_images(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    const Cells cells = make_cells(where, logits, targets, inputs, options_.label_smoothing, options_.unknown);
    at::Tensor values = detail::cell_values(where, BCEFormula{}, cell_options(options_), cells);
    const at::Tensor class_weight = detail::label_weights(where, "class_weight", options_.class_weight, cells.logits);
    if (class_weight.defined()) values = values * class_weight;
    const at::Tensor known = cells.known.sum(1);
    const at::Tensor means = at::where(cells.known, values, 0).sum(1) / known.clamp_min(1);
    return detail::reduce_images(means, known.gt(0), inputs, options_.reduction);
  }

  SoftMarginOptions options_;
};

static_assert(loss_function<SoftMargin>);

}  // namespace MULTILABEL_NAMESPACE::loss

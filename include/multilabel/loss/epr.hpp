// SPDX-License-Identifier: Apache-2.0
#pragma once
// EPR, expected positive regularisation: for data where only positives were written down and nothing is known of the rest but
// how many labels an image has on average. Where the negatives are known, BCE is far better.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct EPROptions {
  static constexpr std::string_view kind = "EPR";  ///< the loss they are of
  double expected_positives = 1;  ///< labels an image has on average, above 0; published: VOC 1.5, COCO 2.9, NUS 1.9, CUB 31.4
  std::vector<double> pos_weight{};       ///< one weight a label for its positive part
  std::vector<double> class_weight{};     ///< one weight a label
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< not `none`
  friend bool operator==(const EPROptions&, const EPROptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<EPROptions> auto& options) {
  visit("expected_positives", options.expected_positives);
  describe_cells(visit, options);
}

/// Mean over images of the sum of -y log p over known cells, plus ((mean over images of the sum of p) - expected_positives)^2 /
/// labels^2 (Cole et al. 2021, cole2021). The expectation is over all cells, known or not; negatives cost nothing by
/// themselves. `mean` and `sum_per_image` are this; `sum` is n times it. `sample_weight` weighs the images in both parts. It
/// ranks; scores are no probabilities: tune the threshold.
class EPR {
 public:
  explicit EPR(EPROptions options = {}) : options_(std::move(options)) {
    detail::check_options("EPR", {.pos_weight = options_.pos_weight,
                                  .class_weight = options_.class_weight,
                                  .label_smoothing = options_.label_smoothing});
    if (!(options_.expected_positives > 0)) {
      fail<ArgumentError>({"EPR", "expected_positives must be above 0", join_text(options_.expected_positives)});
    }
    if (options_.reduction == Reduction::none) {
      fail<ArgumentError>({"EPR", "reduction must be one of 'mean', 'sum', 'sum_per_image'", "'none'",
                           "The expectation belongs to the batch."});
    }
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return in_double_on_cpu(logits, [&](const at::Tensor& x) { return value(x, targets, inputs); });
  }

  [[nodiscard]] const EPROptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] at::Tensor value(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    const Cells cells = make_cells("EPR", logits, targets, inputs, options_.label_smoothing, Unknown::negative);
    at::Tensor positive = at::where(cells.annotated, cells.targets, 0) * log1p_exp(-cells.logits);
    at::Tensor scores = logistic(cells.logits);
    const auto weigh = [&](at::Tensor& values, const at::Tensor& weights) {
      if (weights.defined()) values = values * weights;
    };
    weigh(positive, detail::label_weights("EPR", "pos_weight", options_.pos_weight, cells.logits));
    weigh(positive, detail::label_weights("EPR", "class_weight", options_.class_weight, cells.logits));
    at::Tensor image_weight;
    if (inputs.sample_weight.defined()) image_weight = inputs.sample_weight.to(cells.logits.options()).unsqueeze(1);
    weigh(positive, image_weight);
    weigh(scores, image_weight);
    const auto images = static_cast<double>(std::max<std::int64_t>(1, logits.size(0)));
    const auto labels = static_cast<double>(std::max<std::int64_t>(1, logits.size(1)));
    const at::Tensor excess = (total(scores) / images - options_.expected_positives) / labels;
    const at::Tensor sum = total(positive) / images + excess * excess;
    const at::Tensor result = at::where(cells.annotated.any(), sum, 0);  // a batch without a known cell costs nothing
    return options_.reduction == Reduction::sum ? result * images : result;
  }

  EPROptions options_;
};

static_assert(loss_function<EPR>);

}  // namespace MULTILABEL_NAMESPACE::loss

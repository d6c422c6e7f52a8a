// SPDX-License-Identifier: Apache-2.0
#pragma once
// Soft F1: the F-measure itself, made differentiable. For the last epochs of a training that is judged by F1; from scratch it
// hardly learns, and a label that is absent from the batch has only false positives to learn from.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
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

struct SoftF1Options {
  static constexpr std::string_view kind = "SoftF1";  ///< the loss they are of
  double slope = 1;                                   ///< of the sigmoid, above 0: larger is nearer to a hard threshold
  double offset = 0;                                  ///< added to slope * x
  double memory = 1;  ///< what the counts of earlier batches of the epoch weigh, in [0, 1]; 0: each batch for itself
  std::vector<double> pos_weight{};       ///< one weight a label for its positives (a false negative costs more)
  std::vector<double> class_weight{};     ///< one weight a label
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< over labels with a positive; `none`: [labels]
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const SoftF1Options&, const SoftF1Options&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<SoftF1Options> auto& options) {
  visit("slope", options.slope)("offset", options.offset)("memory", options.memory);
  describe_cells(visit, options);
}

/// 1 - 2 tp / (2 tp + fp + fn) a label, with s = sigmoid(slope * x + offset), tp = sum of s y, fp = sum of s (1 - y), fn = sum
/// of (1 - s) y over the known cells of the label (the macro soft F1; one sigmoid, where Benedict et al. 2021, benedict2021,
/// apply two).
///
/// The sums run over the epoch: those of earlier batches are added as constants, so that rare labels have positives to be
/// measured on. They are added to in calls with gradients on, so validation leaves no trace, and forgotten at `on_epoch_begin`.
/// `mean` is over the labels that have a positive so far, `sum` over the same labels, `sum_per_image` is that by n. Scores lose
/// all calibration: keep the threshold at sigmoid(-offset / slope), 0.5 by default.
class SoftF1 {
 public:
  explicit SoftF1(SoftF1Options options = {}) : options_(std::move(options)) {
    detail::check_options("SoftF1", cell_options(options_));
    if (!(options_.slope > 0)) fail<ArgumentError>({"SoftF1", "slope must be above 0", join_text(options_.slope)});
    if (!(options_.memory >= 0 && options_.memory <= 1))
      fail<ArgumentError>({"SoftF1", "memory must be in [0, 1]", join_text(options_.memory)});
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return in_double_on_cpu(logits, [&](const at::Tensor& x) { return value(x, targets, inputs); });
  }

  [[nodiscard]] const SoftF1Options& options() const noexcept { return options_; }

  /// The counts of the epoch so far; see `stateful_loss`.
  [[nodiscard]] std::vector<at::Tensor> state() const { return *counts_; }
  void restore(const std::vector<at::Tensor>& counts) { *counts_ = counts; }

  /// Forgets the counts; see `begin_epoch`.
  void on_epoch_begin(std::size_t) { counts_->clear(); }

 private:
  [[nodiscard]] at::Tensor value(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    constexpr std::string_view where = "SoftF1";
    const Cells cells = make_cells(where, logits, targets, inputs, options_.label_smoothing, options_.unknown);
    at::Tensor weight = cells.known.to(cells.logits.scalar_type());
    if (inputs.sample_weight.defined()) weight = weight * inputs.sample_weight.to(weight.options()).unsqueeze(1);
    const at::Tensor s = logistic(cells.logits * options_.slope + options_.offset);
    at::Tensor positives = weight * cells.targets;
    const at::Tensor pos_weight = detail::label_weights(where, "pos_weight", options_.pos_weight, cells.logits);
    if (pos_weight.defined()) positives = positives * pos_weight;
    at::Tensor hits = (s * positives).sum(0);
    at::Tensor predicted = hits + (s * weight * (1 - cells.targets)).sum(0);
    at::Tensor present = positives.sum(0);
    remember(hits, predicted, present);
    const at::Tensor counted = present.gt(0);
    at::Tensor values = 1 - 2 * hits / at::where(counted, predicted + present, 1);
    const at::Tensor class_weight = detail::label_weights(where, "class_weight", options_.class_weight, cells.logits);
    if (class_weight.defined()) values = values * class_weight;
    values = at::where(counted, values, 0);
    if (options_.reduction == Reduction::none) return values;
    const at::Tensor sum = total(values);
    if (options_.reduction == Reduction::sum) return sum;
    if (options_.reduction == Reduction::sum_per_image) return sum / std::max<std::int64_t>(1, logits.size(0));
    return sum / counted.sum().clamp_min(1);
  }

  // Adds what earlier batches counted, and keeps the new counts where this is a training step.
  void remember(at::Tensor& hits, at::Tensor& predicted, at::Tensor& present) const {
    if (options_.memory == 0) return;
    std::vector<at::Tensor>& counts = *counts_;
    if (!counts.empty() && (counts[0].sizes() != hits.sizes() || counts[0].scalar_type() != hits.scalar_type())) counts.clear();
    for (at::Tensor& count : counts) count = count.to(hits.device());  // a checkpoint's are on the CPU
    if (!counts.empty()) {
      hits = hits + options_.memory * counts[0];
      predicted = predicted + options_.memory * counts[1];
      present = present + options_.memory * counts[2];
    }
    if (at::GradMode::is_enabled() && hits.requires_grad()) counts = {hits.detach(), predicted.detach(), present.detach()};
  }

  SoftF1Options options_;
  // Shared by copies, as the trainer holds one; not for calls from two threads at once.
  std::shared_ptr<std::vector<at::Tensor>> counts_ = std::make_shared<std::vector<at::Tensor>>();
};

static_assert(loss_function<SoftF1> && epoch_aware<SoftF1> && stateful_loss<SoftF1>);

}  // namespace MULTILABEL_NAMESPACE::loss

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers of a model to a whole loader, and the few numbers that say how good they are. Without gradients, in evaluation mode,
// which is put back afterwards.

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/sigmoid.h>
#include <torch/nn/module.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/model/concepts.hpp"
#include "multilabel/training/collate.hpp"
#include "multilabel/training/held_out.hpp"

namespace multilabel::training {

/// How good answers are. NaN where there is nothing to measure.
struct Evaluation {
  double loss = 0;
  double mean_average_precision = 0;  ///< macro average over the labels that have positives
  double f1_samples = 0;              ///< mean over the images, predicted at a score of 0.5
  double f1_micro = 0;                ///< over all cells, predicted at a score of 0.5

  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

namespace detail {

// Puts a model into a mode for as long as it lives; a model that is in that mode already stays as it is, parts that somebody
// set aside (a frozen batch norm) included. Afterwards every part is as before.
template <class Model>
class ModeGuard {
 public:
  ModeGuard(Model& model, bool training) {
    if (model->is_training() == training) return;
    for (const auto& part : model->modules()) modes_.emplace_back(part, part->is_training());
    model->train(training);
  }
  ~ModeGuard() {
    for (const auto& [part, training] : modes_) part->train(training);  // parents come first, and their children after them
  }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  std::vector<std::pair<std::shared_ptr<torch::nn::Module>, bool>> modes_;
};

template <class Loader>
[[nodiscard]] std::vector<std::string> image_names(const Loader& source, const std::vector<std::size_t>& indices) {
  std::vector<std::string> names;
  if constexpr (requires { std::string(source.image_name(0)); }) {
    names.reserve(indices.size());
    for (const std::size_t index : indices) names.push_back(source.image_name(index));
  }
  return names;
}

}  // namespace detail

/// The model's answers to the first epoch of `source`, in its order. `after_batch()` is called between two batches and ends the
/// work early by returning false: the result then holds the batches so far.
template <model::classifier Model, loader Loader, class AfterBatch>
[[nodiscard]] HeldOut predict(Model& model, Loader& source, MemoryFormat format, std::string_view where,
                              AfterBatch&& after_batch) {
  const at::NoGradGuard no_grad;
  const detail::ModeGuard mode(model, false);
  std::vector<at::Tensor> targets;
  std::vector<at::Tensor> logits;
  std::vector<std::size_t> indices;
  auto epoch = source.epoch(0);
  for (const auto& batch : epoch) {
    logits.push_back(logits_of(model, images_of(batch, format), batch.labels, where).to(at::kFloat));
    targets.push_back(targets_of(batch).clone());
    indices.insert(indices.end(), batch.indices.begin(), batch.indices.end());
    if (!after_batch()) break;
  }
  HeldOut held_out;
  held_out.vocabulary = source.vocabulary();
  held_out.images = detail::image_names(source, indices);
  if (logits.empty()) return held_out;
  const at::Tensor all = at::cat(logits);
  held_out.targets = detail::as_matrix(at::cat(targets));
  held_out.logits = detail::as_matrix(all);
  held_out.scores = detail::as_matrix(at::sigmoid(all));
  return held_out;
}

/// The numbers of `answers`, with `loss` over all of them at once.
template <loss::loss_function Loss>
[[nodiscard]] Evaluation evaluate(const HeldOut& answers, const Loss& loss) {
  const at::NoGradGuard no_grad;
  Matrix<std::uint8_t> predictions(answers.scores.rows(), answers.scores.columns());
  for (std::size_t i = 0; i < predictions.size(); ++i) predictions.data()[i] = answers.scores.data()[i] >= 0.5f ? 1 : 0;
  Evaluation evaluation;
  evaluation.loss =
      loss(detail::as_tensor(answers.logits), detail::as_tensor(answers.targets), loss::LossInputs{}).template item<double>();
  evaluation.mean_average_precision = metrics::average_precision_score(
      answers.targets, answers.scores, {.average = metrics::Average::macro, .undefined = metrics::UndefinedLabel::skip});
  evaluation.f1_samples = metrics::f1_score(answers.targets, predictions, {.average = metrics::Average::samples});
  evaluation.f1_micro = metrics::f1_score(answers.targets, predictions, {.average = metrics::Average::micro});
  return evaluation;
}

}  // namespace multilabel::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One step of a run: from the batches that belong together to new weights. Replace it where a step is more than forward, loss,
// backward and update: a second forward pass, a teacher, two inputs.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/loss/any_loss.hpp"
#include "multilabel/training/generator.hpp"
#include "multilabel/training/loader.hpp"
#include "multilabel/training/network.hpp"
#include "multilabel/training/optimizer.hpp"
#include "multilabel/training/parameters.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// What a step works with.
struct StepParts {
  Network& network;
  const loss::AnyLoss& loss;
  ParameterUpdater& optimizer;
  const std::vector<Parameter>& parameters;
  double learning_rate = 0;  ///< of this step
  double clip_norm = 0;      ///< 0: no limit
  std::uint64_t seed = 0;
  Randomness randomness = Randomness::own;
  std::size_t epoch = 0;    ///< counted from 0
  std::size_t batches = 0;  ///< of the epoch
};

/// What a step has done.
struct StepResult {
  double loss = 0;      ///< of the last batch
  double loss_sum = 0;  ///< over the samples
  std::size_t samples = 0;
  double learning_rate = 0;
};

/// Laws: the parameters of `parts` are moved once, by its optimiser; no gradient is left; what torch draws is drawn within a
/// `detail::Draws` of the run's seed, so that a resumed run does the same.
template <class S>
concept training_step = requires(S& step, StepParts& parts, std::span<const TensorBatch> batches) {
  { step(parts, batches) } -> std::same_as<StepResult>;
};
using AnyStep = std::function<StepResult(StepParts&, std::span<const TensorBatch>)>;

namespace detail {

inline void zero_grad(const std::vector<Parameter>& parameters) {
  for (const auto& parameter : parameters) parameter.tensor.mutable_grad().reset();
}

// How much of the sum over all batches is this one's: with a mean over known cells their number, so that batches that are added
// up make the step that all of them together would have made.
[[nodiscard]] inline double share_of(const loss::AnyLoss& loss, const TensorBatch& batch) {
  if (loss.reduction() == loss::Reduction::sum) return 1;
  const at::Tensor& targets = batch.targets;
  if (loss.reduction() == loss::Reduction::sum_per_image) return static_cast<double>(targets.size(0));
  if (loss.unknown() == loss::Unknown::negative) return static_cast<double>(targets.numel());
  at::Tensor known = targets.ge(0);  // NaN and -1 are not
  if (batch.inputs.mask.defined()) known = known.logical_and(batch.inputs.mask);
  return static_cast<double>(known.sum().item<std::int64_t>());
}

// The gradients' common Euclidean norm; those above `most` are scaled down to it, 0 never scales. Throws naming the parameter
// whose gradient is not finite, in `epoch`, counted from 1.
inline double clip(const std::vector<Parameter>& parameters, double most, std::size_t epoch, std::string_view where) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters)
    if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
  if (gradients.empty()) return 0;
  const double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item<double>();
  if (!std::isfinite(norm)) {
    for (const auto& parameter : parameters) {
      if (!parameter.tensor.grad().defined() || at::isfinite(parameter.tensor.grad()).all().item<bool>()) continue;
      fail<ArgumentError>({where, "the gradient of every parameter must be finite",
                           join_text("another one of ", quoted(parameter.name), " in epoch ", epoch),
                           "A smaller learning_rate, a warm-up or clip_norm usually helps; the last checkpoint is kept."});
    }
  }
  if (most > 0 && norm > most) at::_foreach_mul_(gradients, most / (norm + 1e-6));
  return norm;
}

}  // namespace detail

/// Forward, loss and backward for each batch, the gradients put together as one large batch would give them, clipped, and one
/// update. Throws `ArgumentError` naming epoch and batch of a loss, or the parameter of a gradient, that is not finite.
struct GradientStep {
  StepResult operator()(StepParts& parts, std::span<const TensorBatch> batches) const {
    StepResult result;
    double shares = 0, first = 0;
    for (const auto& batch : batches) {
      double scale = 1;
      if (batches.size() > 1) {
        const double share = detail::share_of(parts.loss, batch);
        if (first == 0) first = share;  // so that a gradient keeps its size while it is added up
        scale = first > 0 ? share / first : 0;
      }
      shares += scale;
      learn(parts, batch, scale, result);
    }
    const at::NoGradGuard no_grad;
    if (batches.size() > 1 && parts.loss.reduction() != loss::Reduction::sum && shares > 0) {
      for (const auto& parameter : parts.parameters)
        if (parameter.tensor.grad().defined()) parameter.tensor.mutable_grad().div_(shares);
    }
    detail::clip(parts.parameters, parts.clip_norm, parts.epoch + 1, where);
    result.learning_rate = parts.optimizer.step(parts.learning_rate);
    detail::zero_grad(parts.parameters);
    return result;
  }

 private:
  static constexpr std::string_view where = "training::Trainer::fit";

  static void learn(StepParts& parts, const TensorBatch& batch, double scale, StepResult& result) {
    detail::Draws draws(parts.randomness, parts.seed, parts.epoch, batch.number, detail::DrawsFor::step);
    const at::AutoGradMode with_gradient(true);
    const auto labels = static_cast<std::size_t>(batch.targets.size(1));
    const at::Tensor logits = logits_of(parts.network, batch.images, labels, where);
    const at::Tensor loss = parts.loss(logits, batch.targets, batch.inputs);
    if (loss.numel() != 1) {
      fail<ShapeError>({where, "the loss must be one number", join_text(loss.sizes()), "Choose a reduction other than none."});
    }
    result.loss = loss.item<double>();
    if (!std::isfinite(result.loss)) {
      fail<ArgumentError>(
          {where, "the loss must be finite",
           join_text(result.loss, " in epoch ", parts.epoch + 1, ", batch ", batch.number + 1, " of ", parts.batches),
           "A smaller learning_rate, a warm-up or clip_norm usually helps; the last checkpoint is kept."});
    }
    draws.begin_backward();
    (scale == 1 ? loss : at::mul(loss, scale)).backward();
    const auto samples = static_cast<std::size_t>(batch.targets.size(0));
    result.loss_sum += result.loss * static_cast<double>(samples);
    result.samples += samples;
  }
};

static_assert(training_step<const GradientStep>);

}  // namespace MULTILABEL_NAMESPACE::training

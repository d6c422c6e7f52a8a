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
#include <ATen/ops/reciprocal.h>
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
#include "multilabel/training/precision.hpp"

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
  at::Device device = at::kCPU;  ///< of the network; batches are there
  Precision precision = Precision::float32;
  GradientScaler& scaler;
  std::size_t epoch = 0;    ///< counted from 0
  std::size_t batches = 0;  ///< of the epoch
};

/// What a step has done. Its numbers are tensors on the network's device, so that nobody waits for them before they are read.
struct StepResult {
  std::vector<at::Tensor> losses;    ///< one a batch
  std::vector<std::size_t> samples;  ///< in each batch
  at::Tensor gradient_norm{};        ///< the common Euclidean norm of all gradients, before clipping; undefined without any
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
  return static_cast<double>(known_cells(batch));
}

[[nodiscard]] inline std::vector<at::Tensor> gradients_of(const std::vector<Parameter>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters)
    if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
  return gradients;
}

// The gradients' common Euclidean norm; those above `most` are scaled down to it, 0 never scales.
inline at::Tensor clip(std::vector<at::Tensor>& gradients, double most) {
  const at::NoGradGuard no_grad;
  if (gradients.empty()) return {};
  const at::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
  if (most <= 0) return norm;
  if (!norm.is_cpu()) {  // without waiting for the device
    at::_foreach_mul_(gradients, at::reciprocal(norm + 1e-6).mul_(most).clamp_max_(1));
  } else if (const double value = norm.item<double>(); value > most) {
    at::_foreach_mul_(gradients, most / (value + 1e-6));
  }
  return norm;
}

inline constexpr std::string_view not_finite_help =
    "A smaller learning_rate, a warm-up or clip_norm usually helps; the last checkpoint is kept.";

}  // namespace detail

/// Throws `ArgumentError` naming the parameter whose gradient is not finite, in `epoch`, counted from 1.
inline void require_finite_gradients(const std::vector<Parameter>& parameters, std::size_t epoch, std::string_view where) {
  for (const auto& parameter : parameters) {
    if (!parameter.tensor.grad().defined() || at::isfinite(parameter.tensor.grad()).all().item<bool>()) continue;
    fail<ArgumentError>({where, "the gradient of every parameter must be finite",
                         join_text("another one of ", quoted(parameter.name), " in epoch ", epoch), detail::not_finite_help});
  }
}

/// Throws `ArgumentError` naming epoch and batch, both counted from 1, of a loss that is not finite. Returns the losses.
inline std::vector<double> require_finite_losses(std::span<const at::Tensor> given, std::size_t epoch, std::size_t first_batch,
                                                 std::size_t batches, std::string_view where) {
  std::vector<double> losses;
  for (const at::Tensor& loss : given) {
    losses.push_back(loss.item<double>());
    if (std::isfinite(losses.back())) continue;
    fail<ArgumentError>(
        {where, "the loss must be finite",
         join_text(losses.back(), " in epoch ", epoch, ", batch ", first_batch + losses.size() - 1, " of ", batches),
         detail::not_finite_help});
  }
  return losses;
}

/// Forward, loss and backward for each batch, the gradients put together as one large batch would give them, clipped, and one
/// update. On the CPU it throws `ArgumentError` naming epoch and batch of a loss, or the parameter of a gradient, that is not
/// finite, before anything is updated; elsewhere that is seen by the loop, one step later, so that nothing waits.
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
    std::vector<at::Tensor> gradients = detail::gradients_of(parts.parameters);
    const bool finite = parts.scaler.unscale(gradients);
    if (batches.size() > 1 && parts.loss.reduction() != loss::Reduction::sum && shares > 0) {
      for (at::Tensor& gradient : gradients) gradient.div_(shares);
    }
    if (finite) {
      result.gradient_norm = detail::clip(gradients, parts.clip_norm);
      if (parts.device.is_cpu() && result.gradient_norm.defined() && !std::isfinite(result.gradient_norm.item<double>())) {
        require_finite_gradients(parts.parameters, parts.epoch + 1, where);
      }
      result.learning_rate = parts.optimizer.step(parts.learning_rate);
    } else {
      result.learning_rate = parts.learning_rate;  // gradients that overflowed in float16: the factor is smaller from now on
    }
    detail::zero_grad(parts.parameters);
    return result;
  }

 private:
  static constexpr std::string_view where = "training::Trainer::fit";

  static void learn(StepParts& parts, const TensorBatch& batch, double scale, StepResult& result) {
    detail::Draws draws(parts.randomness, parts.seed, parts.epoch, batch.number, detail::DrawsFor::step, parts.device);
    const at::AutoGradMode with_gradient(true);
    const auto labels = static_cast<std::size_t>(batch.targets.size(1));
    at::Tensor logits;
    {
      const detail::Autocast autocast(parts.precision, parts.device);
      logits = logits_of(parts.network, batch.images, labels, where);
    }
    if (parts.precision != Precision::float32) logits = logits.to(at::kFloat);
    const at::Tensor loss = parts.loss(logits, batch.targets, batch.inputs);
    if (loss.numel() != 1) {
      fail<ShapeError>({where, "the loss must be one number", join_text(loss.sizes()), "Choose a reduction other than none."});
    }
    result.losses.push_back(loss.detach());
    result.samples.push_back(static_cast<std::size_t>(batch.targets.size(0)));
    if (parts.device.is_cpu()) {
      (void)require_finite_losses(std::span(&result.losses.back(), 1), parts.epoch + 1, batch.number + 1, parts.batches, where);
    }
    draws.begin_backward();
    const at::Tensor scaled = parts.scaler.scaled(loss);
    (scale == 1 ? scaled : at::mul(scaled, scale)).backward();
  }
};

static_assert(training_step<const GradientStep>);

}  // namespace MULTILABEL_NAMESPACE::training

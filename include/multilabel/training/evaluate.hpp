// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers of a network to a whole loader, in evaluation mode and without gradients, and the loss and measures of them.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/sigmoid.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/evaluation/held_out.hpp"
#include "multilabel/evaluation/measure.hpp"
#include "multilabel/loss/any_loss.hpp"
#include "multilabel/training/device.hpp"
#include "multilabel/training/generator.hpp"
#include "multilabel/training/loader.hpp"
#include "multilabel/training/network.hpp"
#include "multilabel/training/precision.hpp"

namespace MULTILABEL_NAMESPACE::training {

using evaluation::HeldOut;

namespace detail {

[[nodiscard]] inline at::Tensor as_tensor(const Matrix<float>& matrix) {
  // The tensor only looks at the matrix, and nobody writes through it.
  return at::from_blob(const_cast<float*>(matrix.data()),
                       {static_cast<std::int64_t>(matrix.rows()), static_cast<std::int64_t>(matrix.columns())},
                       at::TensorOptions(at::kFloat));
}

[[nodiscard]] inline Matrix<float> as_matrix(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kFloat).contiguous();
  Matrix<float> matrix(static_cast<std::size_t>(plain.size(0)), static_cast<std::size_t>(plain.size(1)));
  std::copy_n(plain.const_data_ptr<float>(), matrix.size(), matrix.data());
  return matrix;
}

}  // namespace detail

/// How a network answers: where, in which type, and where its layers get random numbers from.
struct Answering {
  Randomness randomness = Randomness::own;
  at::Device device = at::kCPU;  ///< of the network
  Precision precision = Precision::float32;
};

/// The network's answers to the first epoch of `source`, in its order. `after_batch()` is called between two batches and ends
/// the work early by returning false: the result then holds the batches so far.
template <class AfterBatch>
[[nodiscard]] HeldOut predict(Network& network, const AnyLoader& source, const Answering& how, std::string_view where,
                              AfterBatch&& after_batch) {
  const at::NoGradGuard no_grad;
  const detail::Evaluating mode(network);
  std::vector<at::Tensor> targets, logits;
  std::vector<std::size_t> indices;
  const auto next = source.open(0, 0);
  const BatchMover move(how.device);
  while (auto batch = next()) {
    targets.push_back(batch->targets.to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true));
    move(*batch);
    const detail::Draws draws(how.randomness, 0, 0, batch->number, detail::DrawsFor::answers, how.device);
    const detail::Autocast autocast(how.precision, how.device);
    logits.push_back(logits_of(network, batch->images, source.vocabulary.size(), where).to(at::kCPU, at::kFloat));
    indices.insert(indices.end(), batch->indices.begin(), batch->indices.end());
    if (!after_batch()) break;
  }
  HeldOut held_out;
  held_out.vocabulary = source.vocabulary;
  if (source.image_names) held_out.images = source.image_names(indices);
  if (logits.empty()) return held_out;
  const at::Tensor all = at::cat(logits);
  held_out.targets = detail::as_matrix(at::cat(targets));
  held_out.logits = detail::as_matrix(all);
  held_out.scores = detail::as_matrix(at::sigmoid(all));
  return held_out;
}

/// `loss` over all of the answers at once, computed on `device`, under that name, and the measures.
[[nodiscard]] inline evaluation::Measurements evaluate(const HeldOut& answers, const loss::AnyLoss& loss,
                                                       std::span<const evaluation::Measure> measures,
                                                       std::string_view name = "loss", at::Device device = at::kCPU) {
  const at::NoGradGuard no_grad;
  evaluation::Measurements measured;
  measured.set(
      name, loss(detail::as_tensor(answers.logits).to(device), detail::as_tensor(answers.targets).to(device)).item<double>());
  for (const auto& [measure, value] : evaluation::evaluate(answers, measures)) measured.set(measure, value);
  return measured;
}

}  // namespace MULTILABEL_NAMESPACE::training

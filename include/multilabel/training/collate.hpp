// SPDX-License-Identifier: Apache-2.0
#pragma once
// The seam between data, which knows no tensors, and training: what a loader must offer, and how its batches become tensors
// without a copy.

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <string>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/training/options.hpp"

namespace multilabel::training {

/// A batch as loaders give it: planar images [samples, channels, height, width] and targets [samples, labels] in shared memory.
template <class B>
concept batch = requires(const B& b) {
  { b.images } -> std::convertible_to<std::shared_ptr<float[]>>;
  { b.targets } -> std::convertible_to<std::shared_ptr<float[]>>;
  { b.samples } -> std::convertible_to<std::size_t>;
  { b.channels } -> std::convertible_to<std::size_t>;
  { b.height } -> std::convertible_to<std::size_t>;
  { b.width } -> std::convertible_to<std::size_t>;
  { b.labels } -> std::convertible_to<std::size_t>;
  { b.indices } -> std::convertible_to<std::vector<std::size_t>>;
};

/// A source of batches. Laws: `epoch(e)` gives the same batches in the same order whenever it is called with the same `e`, on
/// any number of threads; `batches()` of them, which hold `samples()` samples in all. One that also has `epoch(e, first_batch)`
/// need not make the batches before it when a run is resumed.
template <class L>
concept loader = requires(L& source, std::uint32_t number) {
  { source.vocabulary() } -> std::convertible_to<const encoding::Vocabulary&>;
  { source.batches() } -> std::convertible_to<std::size_t>;
  { source.samples() } -> std::convertible_to<std::size_t>;
  requires std::ranges::input_range<decltype(source.epoch(number))>;
  requires batch<std::ranges::range_value_t<decltype(source.epoch(number))>>;
};

namespace detail {

template <class... Sizes>
at::Tensor share(const std::shared_ptr<float[]>& memory, Sizes... sizes) {
  return at::from_blob(memory.get(), {static_cast<std::int64_t>(sizes)...}, [memory](void*) {}, at::TensorOptions(at::kFloat));
}

}  // namespace detail

/// The images of a batch as a tensor [samples, channels, height, width]: the batch's own memory where planes are asked for.
template <batch B>
[[nodiscard]] at::Tensor images_of(const B& b, MemoryFormat format) {
  const at::Tensor images = detail::share(b.images, b.samples, b.channels, b.height, b.width);
  return format == MemoryFormat::channels_last ? images.contiguous(at::MemoryFormat::ChannelsLast) : images;
}

/// The targets of a batch as a tensor [samples, labels] in the batch's own memory.
template <batch B>
[[nodiscard]] at::Tensor targets_of(const B& b) {
  return detail::share(b.targets, b.samples, b.labels);
}

/// Logits [samples, labels] of `images`; throws `ShapeError` where the model gives another shape.
template <class Model>
[[nodiscard]] at::Tensor logits_of(Model& model, const at::Tensor& images, std::size_t labels, std::string_view where) {
  at::Tensor logits = model->forward(images);
  if (logits.dim() != 2 || logits.size(0) != images.size(0) || logits.size(1) != static_cast<std::int64_t>(labels)) {
    fail<ShapeError>(
        {where,
         join_text("the model must give one logit for each of the ", labels, " labels, [", images.size(0), ", ", labels, "]"),
         join_text(logits.sizes()), "Make the model's last layer as wide as the vocabulary."});
  }
  return logits;
}

}  // namespace multilabel::training

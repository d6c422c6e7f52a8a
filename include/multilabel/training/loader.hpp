// SPDX-License-Identifier: Apache-2.0
#pragma once
// The seam between data, which knows no tensors, and training: what a loader must offer, how its batches become tensors without
// a copy, and any loader as one type.

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/loss/concepts.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// How a batch of images lies in memory when the model gets it.
enum class MemoryFormat {
  channels_last,  ///< the faster one for convolutions on CPUs
  contiguous      ///< planes, as torch's default
};

[[nodiscard]] inline std::string to_string(MemoryFormat format) {
  return format == MemoryFormat::channels_last ? "channels_last" : "contiguous";
}

/// A batch as loaders give it: planar images [samples, channels, height, width] and targets [samples, labels] in shared memory.
/// One that also has `sample_weight` [samples] or `cell_known` [samples, labels], float, 0 or 1, hands them to the loss.
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

/// A batch as a step takes it.
struct TensorBatch {
  at::Tensor images;                    ///< [samples, channels, height, width]
  at::Tensor targets;                   ///< [samples, labels]
  loss::LossInputs inputs{};            ///< what else the loader told of the samples
  std::vector<std::size_t> indices;     ///< of the samples in the data set; empty where the loader knows none
  std::size_t number = 0;               ///< of the batch in its epoch, counted from 0
  std::optional<std::int64_t> known{};  ///< cells that are not unknown, where that has been counted
};

/// Any loader, for the one loop. `open(epoch, first)` gives a function that hands out the batches of an epoch from number
/// `first` on, and nothing after the last.
struct AnyLoader {
  using Next = std::function<std::optional<TensorBatch>()>;

  encoding::Vocabulary vocabulary;
  std::size_t batches = 0;
  std::size_t samples = 0;  ///< 0 where the loader does not know
  OptionTexts description;  ///< what must be the same for a resumed run to see the same batches
  std::function<Next(std::uint32_t epoch, std::size_t first)> open;
  std::function<std::vector<std::string>(const std::vector<std::size_t>&)> image_names;
};

namespace detail {

template <class... Sizes>
at::Tensor share(const std::shared_ptr<float[]>& memory, Sizes... sizes) {
  return at::from_blob(memory.get(), {static_cast<std::int64_t>(sizes)...}, [memory](void*) {}, at::TensorOptions(at::kFloat));
}

[[nodiscard]] inline at::Tensor in_format(const at::Tensor& images, MemoryFormat format) {
  return format == MemoryFormat::channels_last ? images.contiguous(at::MemoryFormat::ChannelsLast) : images;
}

[[nodiscard]] inline std::int64_t known_cells(const TensorBatch& batch) {
  if (batch.known) return *batch.known;
  at::Tensor known = batch.targets.ge(0);  // NaN and -1 are not
  if (batch.inputs.mask.defined()) known = known.logical_and(batch.inputs.mask);
  return known.sum().item<std::int64_t>();
}

// An epoch and the place in it.
template <class Epoch>
class Cursor {
 public:
  Cursor(Epoch epoch, std::size_t number, MemoryFormat format) : epoch_(std::move(epoch)), number_(number), format_(format) {}

  [[nodiscard]] std::optional<TensorBatch> next() {
    if (!place_) {
      place_.emplace(std::ranges::begin(epoch_));
    } else {
      ++*place_;
    }
    if (*place_ == std::ranges::end(epoch_)) return std::nullopt;
    const auto& given = **place_;
    TensorBatch made{
        .images = in_format(share(given.images, given.samples, given.channels, given.height, given.width), format_),
        .targets = share(given.targets, given.samples, given.labels),
        .indices = given.indices,
        .number = number_++};
    if constexpr (requires { std::shared_ptr<float[]>(given.sample_weight); }) {
      if (given.sample_weight) made.inputs.sample_weight = share(given.sample_weight, given.samples);
    }
    if constexpr (requires { std::shared_ptr<float[]>(given.cell_known); }) {
      if (given.cell_known) made.inputs.mask = share(given.cell_known, given.samples, given.labels).ne(0);
    }
    return made;
  }

 private:
  Epoch epoch_;
  std::size_t number_;
  MemoryFormat format_;
  std::optional<std::ranges::iterator_t<Epoch>> place_;
};

// The numbers and fingerprints of a loader that has them (`data::DataLoader` does): its state at the begin of the first epoch.
template <class Loader>
[[nodiscard]] OptionTexts describe_loader(const Loader& source) {
  OptionTexts texts{{"batches", std::to_string(source.batches())}, {"samples", std::to_string(source.samples())}};
  if constexpr (requires { std::size_t(source.options().batch_size); }) {
    texts["batch_size"] = std::to_string(source.options().batch_size);
  }
  if constexpr (requires { std::string(source.state_dict(0).to_json()); }) {
    const auto state = nlohmann::json::parse(source.state_dict(0).to_json());
    for (const auto& [name, value] : state.items()) {
      if (name == "epoch" || name == "position" || name == "version") continue;
      texts[name] = value.is_string() ? value.template get<std::string>() : value.dump();
    }
  }
  return texts;
}

}  // namespace detail

/// `source` as one type; it must outlive the result. Images come in `format`.
template <loader Loader>
[[nodiscard]] AnyLoader any_loader(Loader& source, MemoryFormat format) {
  AnyLoader any{.vocabulary = source.vocabulary(),
                .batches = source.batches(),
                .samples = source.samples(),
                .description = detail::describe_loader(source),
                .open = {},
                .image_names = {}};
  any.open = [&source, format](std::uint32_t number, std::size_t first) -> AnyLoader::Next {
    const auto cursor = [&](auto epoch, std::size_t begin) -> AnyLoader::Next {
      const auto held = std::make_shared<detail::Cursor<decltype(epoch)>>(std::move(epoch), begin, format);
      return [held, first] {
        auto next = held->next();
        while (next && next->number < first) next = held->next();  // those before a resume
        return next;
      };
    };
    if constexpr (requires {
                    source.epoch(number, first);
                    { source.delivers_every_batch() } -> std::convertible_to<bool>;
                  }) {
      if (source.delivers_every_batch()) return cursor(source.epoch(number, first), first);
    }
    return cursor(source.epoch(number), 0);
  };
  if constexpr (requires { std::string(source.image_name(0)); }) {
    any.image_names = [&source](const std::vector<std::size_t>& indices) {
      std::vector<std::string> names;
      names.reserve(indices.size());
      for (const std::size_t index : indices) names.push_back(source.image_name(index));
      return names;
    };
  }
  return any;
}

}  // namespace MULTILABEL_NAMESPACE::training

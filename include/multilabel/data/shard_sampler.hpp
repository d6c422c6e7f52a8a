// SPDX-License-Identifier: Apache-2.0
#pragma once
// The order in which a loader reads shards as a stream: the shards are shuffled, each is read from its beginning to its end,
// and a buffer mixes what comes. A disk or a network drive that is slow at jumping needs it; for one that is not,
// `Order::shuffled` mixes better.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/shuffle_buffer.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

struct ShardSamplerOptions {
  std::size_t buffer = 1000;  ///< samples that wait to be drawn; 1: everything in the order of the shards
  std::uint64_t seed = 0;
};

namespace detail {

inline constexpr std::uint32_t SHARD_STREAM = 0x73686172u;
inline constexpr std::uint32_t BUFFER_STREAM = 0x62756666u;

/// The order of `count` shards in an epoch: shuffled, unless the buffer mixes nothing.
inline std::vector<std::size_t> shard_order(std::size_t count, std::size_t buffer, std::uint64_t seed, std::uint32_t epoch) {
  if (buffer > 1) return permutation(count, {.seed = seed, .epoch = epoch, .stream = SHARD_STREAM});
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

}  // namespace detail

/// A sampler for a data set from `read_shards`. Its order is that in which a `ShardStream` with the same buffer, seed and epoch
/// gives the samples.
class ShardSampler {
 public:
  explicit ShardSampler(const Dataset& dataset, ShardSamplerOptions options = {}) : options_(options), size_(dataset.size()) {
    std::map<std::filesystem::path, std::size_t> known;
    auto shards = std::make_shared<std::vector<std::vector<std::size_t>>>();
    for (std::size_t i = 0; i < dataset.size(); ++i) {
      const auto& part = dataset[i].part;
      const auto [shard, added] = known.emplace(part ? part->file : dataset[i].image, shards->size());
      if (added) shards->emplace_back();
      (*shards)[shard->second].push_back(i);
    }
    shards_ = std::move(shards);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Positions in the data set, each once.
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const {
    const auto shards = detail::shard_order(shards_->size(), options_.buffer, options_.seed, epoch);
    ShuffleBuffer<std::size_t> buffer(options_.buffer,
                                      {.seed = options_.seed, .epoch = epoch, .stream = detail::BUFFER_STREAM});
    std::size_t shard = 0, next = 0;
    const auto source = [&]() -> std::optional<std::size_t> {
      while (shard < shards.size() && next == (*shards_)[shards[shard]].size()) ++shard, next = 0;
      if (shard == shards.size()) return std::nullopt;
      return (*shards_)[shards[shard]][next++];
    };
    std::vector<std::size_t> order;
    order.reserve(size_);
    while (const auto position = buffer.next(source)) order.push_back(*position);
    return order;
  }

 private:
  ShardSamplerOptions options_;
  std::size_t size_;
  std::shared_ptr<const std::vector<std::vector<std::size_t>>> shards_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

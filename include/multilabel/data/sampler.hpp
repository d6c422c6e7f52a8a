// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which samples an epoch takes and in which order, as values: a pure function of the seed and the number of the epoch, the same
// in C++ and in Python. The samplers that even out rare labels stand in balanced_sampler.hpp.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/data/concepts.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

namespace detail {
inline constexpr std::uint32_t ORDER_STREAM = 0x6F726472u;
}  // namespace detail

/// 0 ... samples - 1, as in the data set.
class SequentialSampler {
 public:
  explicit SequentialSampler(std::size_t samples) : samples_(samples) {}
  [[nodiscard]] std::size_t size() const noexcept { return samples_; }
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t /*epoch*/) const {
    std::vector<std::size_t> order(samples_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
  }

 private:
  std::size_t samples_;
};

/// Every sample once, in a new order each epoch.
class ShuffledSampler {
 public:
  explicit ShuffledSampler(std::size_t samples, std::uint64_t seed = 0) : samples_(samples), seed_(seed) {}
  [[nodiscard]] std::size_t size() const noexcept { return samples_; }
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const {
    return permutation(samples_, {.seed = seed_, .epoch = epoch, .stream = detail::ORDER_STREAM});
  }

 private:
  std::size_t samples_;
  std::uint64_t seed_;
};

/// Any sampler, as one type; empty until one is assigned. Copies share it.
class AnySampler {
 public:
  AnySampler() = default;

  /// NOLINTNEXTLINE(google-explicit-constructor): `.sampler = ShuffledSampler(n)` is how it is written.
  template <class S>
    requires(sampler<S> && !std::same_as<S, AnySampler>)
  AnySampler(S one) : AnySampler(std::make_shared<const S>(std::move(one))) {}

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(order_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const { return order_(epoch); }

 private:
  template <class S>
  explicit AnySampler(std::shared_ptr<const S> one)
      : size_(one->size()),
        order_([one = std::move(one)](std::uint32_t epoch) -> std::vector<std::size_t> { return one->order(epoch); }) {}

  std::size_t size_ = 0;
  std::function<std::vector<std::size_t>(std::uint32_t)> order_;
};

/// What happens when the samples do not divide evenly over the ranks.
enum class Uneven {
  pad,   ///< the first samples of the order come once more, so that all ranks have as many (training)
  drop,  ///< the last ones are left out of this epoch, so that all ranks have as many
  keep,  ///< every sample comes exactly once; the first ranks have one more than the others (evaluation)
};

struct DistributedSamplerOptions {
  std::size_t rank = 0;
  std::size_t world_size = 1;
  Uneven uneven = Uneven::pad;
};

/// One rank's share of another sampler's order: every `world_size`-th, beginning at `rank`. All ranks must have equal base
/// samplers. Throws `ArgumentError` for a rank that is not below `world_size`.
class DistributedSampler {
 public:
  DistributedSampler(AnySampler base, DistributedSamplerOptions options) : base_(std::move(base)), options_(options) {
    const auto [rank, world_size, uneven] = options_;
    constexpr std::string_view where = "data::DistributedSampler";
    if (!base_) fail<ArgumentError>({where, "base must be a sampler", "an empty AnySampler"});
    if (rank >= world_size) fail<ArgumentError>({where, "rank must be below world_size", join_text(rank, " of ", world_size)});
    const std::size_t whole = base_.size() / world_size;
    const std::size_t rest = base_.size() % world_size;
    size_ = whole;
    if (uneven == Uneven::pad && rest > 0) size_ = whole + 1;
    if (uneven == Uneven::keep && rank < rest) size_ = whole + 1;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const {
    const std::vector<std::size_t> all = base_.order(epoch);
    if (all.size() != base_.size())
      fail<ArgumentError>({"data::DistributedSampler", join_text("base must give ", base_.size(), " samples in each epoch"),
                           join_text(all.size(), " in epoch ", epoch)});
    std::vector<std::size_t> own(size_);
    for (std::size_t i = 0; i < size_; ++i) own[i] = all[(options_.rank + i * options_.world_size) % all.size()];
    return own;
  }

 private:
  AnySampler base_;
  DistributedSamplerOptions options_;
  std::size_t size_ = 0;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The choices of a `DataLoader`.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "multilabel/augmentation/mixing.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/data/batch.hpp"
#include "multilabel/data/image_cache.hpp"
#include "multilabel/data/sampler.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The order of the samples in an epoch.
enum class Order {
  sequential,  ///< as in the data set
  shuffled,    ///< a new permutation every epoch
};

/// What happens to the samples that do not fill a batch.
enum class LastBatch {
  keep,  ///< they are a smaller batch
  drop,  ///< they are left out of this epoch
};

/// What happens to a sample whose image cannot be used. `skipped` reports it in either case but `raise`.
enum class OnError {
  raise,    ///< its `DataError` reaches whoever takes the batch
  skip,     ///< its batch has a row less, so nothing is counted twice: what evaluation wants
  replace,  ///< the next usable sample of the epoch's order stands in its place, so batches stay full: for training
};

/// A sample that was skipped or replaced, and why.
struct SkippedSample {
  std::size_t sample = 0;  ///< position in the data set
  std::string reason;
};

/// Changes a finished batch in place, as MixUp does. Called in the workers; `key` belongs to (seed, epoch, number of the
/// batch).
using BatchTransform = std::function<void(Batch& batch, RandomKey key)>;

/// `mixer` (MixUp, CutMix, Mosaic, or one of the user's own) as what `DataLoaderOptions::batch_transform` takes. Where samples
/// have boxes, labels count by what is seen of them.
template <augmentation::batch_mixer Mixer>
[[nodiscard]] BatchTransform mixing(Mixer mixer) {
  return [mixer = std::move(mixer)](Batch& batch, RandomKey key) {
    using Boxes = std::span<const std::vector<augmentation::Box>>;
    using Names = std::span<const std::string>;
    const bool placed = std::any_of(batch.boxes.begin(), batch.boxes.end(), [](const auto& boxes) { return !boxes.empty(); });
    mixer(augmentation::BatchView{.images = batch.images.get(),
                                  .samples = batch.samples,
                                  .channels = batch.channels,
                                  .height = batch.height,
                                  .width = batch.width,
                                  .targets = batch.targets.get(),
                                  .labels = batch.labels,
                                  .boxes = placed ? Boxes(batch.boxes) : Boxes(),
                                  .names = batch.names ? Names(*batch.names) : Names()},
          key);
    for (auto& boxes : batch.boxes) boxes.clear();  // nobody knows where the objects are now
  };
}

struct DataLoaderOptions {
  std::size_t batch_size = 32;
  std::size_t workers = 2;  ///< threads that read ahead; 0: the caller's own does the work
  Order order = Order::sequential;
  std::uint64_t seed = 0;    ///< of the order and of every draw of the augmentation
  std::size_t prefetch = 2;  ///< batches that may wait finished or in the making, beyond the one that is taken next
  LastBatch last_batch = LastBatch::keep;
  OnError on_error = OnError::raise;
  Cache cache = Cache::none;
  std::size_t cache_bytes = std::size_t{1} << 30;  ///< of the cache at most; what does not fit is read each time
  double shrink = 1.5;                             ///< of `Cache::shrunk`: size in memory over size delivered, at least 1
  AnySampler sampler = {};                         ///< in place of `order`
  BatchTransform batch_transform = {};
  Allocate allocate = allocate_floats;  ///< where batches get their memory
};

namespace detail {

inline void require_valid(const DataLoaderOptions& options) {
  constexpr std::string_view where = "data::DataLoader";
  if (options.batch_size == 0) fail<ArgumentError>({where, "batch_size must be at least 1", "0"});
  if (options.workers > 1024) fail<ArgumentError>({where, "workers must be at most 1024", join_text(options.workers)});
  if (!(options.shrink >= 1)) fail<ArgumentError>({where, "shrink must be at least 1", join_text(options.shrink)});
  if (options.sampler && options.order == Order::shuffled)
    fail<ArgumentError>({where, "order must be left alone beside a sampler", "shuffled", "The sampler gives the order."});
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

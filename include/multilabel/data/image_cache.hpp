// SPDX-License-Identifier: Apache-2.0
#pragma once
// Images kept in memory from one epoch to the next, up to a limit. What does not fit is read again each time, so the limit
// changes the time an epoch takes and never its pixels. Not for one epoch, nor for files that change meanwhile.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/scratch.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What a loader keeps in memory.
enum class Cache {
  none,     ///< nothing
  bytes,    ///< the files, as they are on disk: saves reading
  decoded,  ///< the pixels: saves reading and decoding, height x width x 3 bytes an image
  shrunk,  ///< the pixels, shrunk to `shrink` times the size that the augmentation delivers: less memory, slightly other pixels
};

/// How a cache fares.
struct CacheStatistics {
  std::size_t images = 0;  ///< in the cache
  std::size_t bytes = 0;   ///< they take
  std::size_t limit = 0;   ///< bytes they may take
  std::size_t hits = 0;    ///< samples served from the cache
  std::size_t misses = 0;  ///< samples read, because they came for the first time or did not fit

  friend bool operator==(const CacheStatistics&, const CacheStatistics&) = default;
};

/// One sample as a cache holds it.
struct CachedSample {
  cv::Mat pixels;                                            ///< or empty
  std::shared_ptr<const std::vector<std::uint8_t>> encoded;  ///< or null
  std::vector<float> targets;                                ///< empty where they are known elsewhere
  augmentation::Objects objects = {};                        ///< in pixels of what is kept; empty where known elsewhere
  double scale_x = 1;                                        ///< what is kept over the image as it was, along x
  double scale_y = 1;                                        ///< and along y

  [[nodiscard]] std::size_t bytes() const noexcept {
    return pixels.total() * pixels.elemSize() + (encoded ? encoded->size() : 0) + targets.size() * sizeof(float);
  }
};

/// Samples by position, shared by any number of threads without a lock. Nothing is ever thrown out: when the limit is reached,
/// what is in stays in, which for epochs in random order serves as many samples as any other choice.
class ImageCache {
 public:
  ImageCache(std::size_t samples, std::size_t limit) : entries_(limit > 0 ? samples : 0), limit_(limit) {}

  /// Sample `i`, or null. Valid for as long as the cache.
  [[nodiscard]] const CachedSample* find(std::size_t i) const noexcept {
    const bool there = i < entries_.size() && entries_[i].state.load(std::memory_order_acquire) == READY;
    (there ? hits_ : misses_).fetch_add(1, std::memory_order_relaxed);
    return there ? &entries_[i].sample : nullptr;
  }

  /// Keeps sample `i` if it fits and nobody has kept it yet. Its pixels must be its own, not a view of others'.
  void keep(std::size_t i, CachedSample sample) {
    if (i >= entries_.size()) return;
    const std::size_t bytes = sample.bytes();
    Entry& entry = entries_[i];
    std::uint8_t expected = EMPTY;
    if (!entry.state.compare_exchange_strong(expected, WRITING, std::memory_order_relaxed)) return;
    std::size_t used = bytes_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) {
        entry.state.store(EMPTY, std::memory_order_relaxed);
        return;
      }
    } while (!bytes_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    entry.sample = std::move(sample);
    images_.fetch_add(1, std::memory_order_relaxed);
    entry.state.store(READY, std::memory_order_release);
  }

  /// True while another image of `bytes` would fit; spares a copy that would be thrown away.
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept {
    return bytes <= limit_ - bytes_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] CacheStatistics statistics() const noexcept {
    return {.images = images_.load(), .bytes = bytes_.load(), .limit = limit_, .hits = hits_.load(), .misses = misses_.load()};
  }

 private:
  static constexpr std::uint8_t EMPTY = 0;
  static constexpr std::uint8_t WRITING = 1;
  static constexpr std::uint8_t READY = 2;
  struct Entry {
    std::atomic<std::uint8_t> state = EMPTY;
    CachedSample sample;
  };

  std::vector<Entry> entries_;
  std::size_t limit_;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<std::size_t> images_ = 0;
  mutable std::atomic<std::size_t> hits_ = 0;
  mutable std::atomic<std::size_t> misses_ = 0;
};

/// `image` by area averaging to the smallest size of the same shape that is at least `factor` times `output` on both axes; as
/// it is where it is no larger. With a factor of 1.5 a later reduction to `output` sees every pixel it would have seen,
/// averaged.
[[nodiscard]] inline cv::Mat shrink_for(const cv::Mat& image, cv::Size output, double factor) {
  const double scale = std::max(factor * output.width / image.cols, factor * output.height / image.rows);
  if (scale >= 1) return image;
  const cv::Size size(static_cast<int>(std::ceil(scale * image.cols)), static_cast<int>(std::ceil(scale * image.rows)));
  cv::Mat shrunk = augmentation::detail::scratch_image(size);
  cv::resize(image, shrunk, size, 0, 0, cv::INTER_AREA);
  return shrunk;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

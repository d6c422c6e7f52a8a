// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a loader delivers, and the buffers behind it: memory goes back to its pool when the last owner lets go, so a run of
// thousands of batches allocates a handful.

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"

namespace multilabel::data {

/// Images and targets of some samples. Copies share the memory.
struct Batch {
  std::shared_ptr<float[]> images;   ///< [samples, channels, height, width]
  std::shared_ptr<float[]> targets;  ///< [samples, labels]: 1, 0, or NaN where unknown
  std::size_t samples = 0;
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t labels = 0;
  std::vector<std::size_t> indices;  ///< which sample of the data set each row is

  /// The targets as a matrix [samples, labels]; the batch must outlive it.
  [[nodiscard]] MatrixView<const float> target_view() const noexcept { return {targets.get(), samples, labels}; }
};

/// Hands out buffers of floats and takes them back. Safe to use from any thread; buffers may outlive the pool's other owners.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// A buffer of `size` floats of any value.
  [[nodiscard]] std::shared_ptr<float[]> take(std::size_t size) {
    std::unique_ptr<float[]> buffer;
    {
      const std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < free_.size() && !buffer; ++i) {
        if (free_[i].first != size) continue;
        buffer = std::move(free_[i].second);
        free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    if (!buffer) buffer = std::make_unique_for_overwrite<float[]>(size);
    float* memory = buffer.release();
    return {memory, [pool = shared_from_this(), size](float* returned) { pool->give_back(returned, size); }};
  }

 private:
  static constexpr std::size_t MOST = 16;

  void give_back(float* memory, std::size_t size) noexcept {
    std::unique_ptr<float[]> buffer(memory);
    const std::lock_guard lock(mutex_);
    if (free_.size() >= MOST) return;
    free_.emplace_back(size, std::move(buffer));
  }

  std::mutex mutex_;
  std::vector<std::pair<std::size_t, std::unique_ptr<float[]>>> free_ = reserved();

  static std::vector<std::pair<std::size_t, std::unique_ptr<float[]>>> reserved() {
    std::vector<std::pair<std::size_t, std::unique_ptr<float[]>>> list;
    list.reserve(MOST);
    return list;
  }
};

}  // namespace multilabel::data

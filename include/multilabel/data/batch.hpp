// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a loader delivers, and the buffers behind it: memory goes back to its pool when the last owner lets go, so a run of
// thousands of batches allocates a handful.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

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
  /// What is still seen of the objects of each row, in pixels of `images`; one list a row, empty where nothing is known.
  std::vector<std::vector<augmentation::Box>> boxes = {};
  std::shared_ptr<const std::vector<std::string>> names = {};  ///< of the labels

  /// The targets as a matrix [samples, labels]; the batch must outlive it.
  [[nodiscard]] MatrixView<const float> target_view() const noexcept { return {targets.get(), samples, labels}; }
};

/// Where a pool gets its memory: a buffer of `size` floats of any value.
using Allocate = std::function<std::shared_ptr<float[]>(std::size_t size)>;

/// Plain memory, on a cache line's border.
[[nodiscard]] inline std::shared_ptr<float[]> allocate_floats(std::size_t size) {
  constexpr std::align_val_t border{64};
  auto* memory = static_cast<float*>(::operator new[](size * sizeof(float), border));
  return {memory, [](float* floats) { ::operator delete[](floats, border); }};
}

/// Hands out buffers of floats and takes them back. Safe to use from any thread; buffers may outlive the pool's other owners.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// Keeps at most `most` buffers that nobody uses.
  explicit BufferPool(std::size_t most = 16, Allocate allocate = allocate_floats)
      : most_(most), allocate_(std::move(allocate)) {
    free_.reserve(most);
  }

  /// A buffer of `size` floats of any value.
  [[nodiscard]] std::shared_ptr<float[]> take(std::size_t size) {
    Buffer buffer{size, nullptr};
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find_if(free_.begin(), free_.end(), [size](const Buffer& one) { return one.size == size; });
      if (found != free_.end()) {
        buffer = std::move(*found);
        free_.erase(found);
      }
    }
    if (!buffer.memory) buffer.memory = allocate_(size);
    float* floats = buffer.memory.get();
    return {floats,
            [pool = shared_from_this(), buffer = std::move(buffer)](float*) mutable { pool->give_back(std::move(buffer)); }};
  }

 private:
  struct Buffer {
    std::size_t size;
    std::shared_ptr<float[]> memory;
  };

  void give_back(Buffer buffer) noexcept {
    const std::lock_guard lock(mutex_);
    if (free_.size() < most_) free_.push_back(std::move(buffer));
  }

  std::size_t most_;
  Allocate allocate_;
  std::mutex mutex_;
  std::vector<Buffer> free_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Batches in order from threads that work ahead. Samples are claimed one by one, so a slow image holds up nobody; at most
// `prefetch` finished batches wait; an exception travels to whoever takes the batch it belongs to. Knows nothing of images.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/batch.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What a stream of batches has to do.
struct StreamPlan {
  std::size_t samples = 0;  ///< positions to fill, 0 ... samples - 1 in the order of delivery
  std::size_t batch_size = 1;
  std::size_t batches = 0;  ///< how many to make; the last one may be smaller, one without any row is not delivered
  std::size_t workers = 0;  ///< threads; 0: the taker does the work
  std::size_t prefetch = 1;
  std::size_t channels = 3;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t labels = 0;
  /// Writes the sample that stands at `position`, or one in its place, and returns which; nothing leaves the row out of its
  /// batch. May leave boxes, which go with the row. Called from several threads at once.
  std::function<std::optional<std::size_t>(std::size_t position, float* image, float* targets,
                                           std::vector<augmentation::Box>& boxes)>
      fill = {};
  /// Called once for each batch when its rows are complete, by one of the workers; may change images and targets. May be empty.
  std::function<void(Batch& batch, std::size_t number)> finish = {};
  /// Called at the end where not one row was delivered although there were samples; may throw. May be empty.
  std::function<void()> nothing_left = {};
  std::shared_ptr<BufferPool> pool = {};
};

/// The batches of one epoch. `next` is for one thread of the process that made the stream: a fork has no workers. Destroying
/// the stream stops the workers after the sample in hand.
class BatchStream {
 public:
  explicit BatchStream(StreamPlan plan) : plan_(std::move(plan)), slots_(plan_.prefetch + 1) {
    last_claim_ = plan_.batches == 0 ? 0 : begin_of(plan_.batches);
    for (std::size_t i = 0; i < plan_.workers; ++i)
      sync_->threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;
  ~BatchStream() {
    if (forked()) {
      static_cast<void>(sync_.release());  // its threads are in another process, and nobody lets go of its lock
      return;
    }
    {
      const std::lock_guard lock(sync_->mutex);  // or a worker that is about to sleep misses it
      for (auto& thread : sync_->threads) thread.request_stop();
    }
    sync_->changed.notify_all();
    sync_->threads.clear();
  }

  /// The next batch, or nothing after the last. While it waits it calls `poll` every 50 ms, which may throw. Rethrows what
  /// `fill` threw for the first failing sample of the batch; the stream is then at its end. Throws `ArgumentError` in a fork.
  template <class Poll>
  [[nodiscard]] std::optional<Batch> next(Poll&& poll) {
    if (forked())
      fail<ArgumentError>({"data::DataLoader", "an epoch must be read by the process that began it",
                           "a fork of it, which has no workers", "Begin an epoch after the fork, or use workers = 0."});
    std::unique_lock lock(sync_->mutex);
    while (delivered_ < plan_.batches) {
      Slot& slot = slots_[delivered_ % slots_.size()];
      while (plan_.workers == 0 && !slot.ready) do_next(lock);
      while (!sync_->ready.wait_for(lock, std::chrono::milliseconds(50), [&] { return slot.ready; })) {
        lock.unlock();
        poll();
        lock.lock();
      }
      if (slot.failure) {
        failed_ = slot.failed_at;
        delivered_ = plan_.batches;
        std::rethrow_exception(std::exchange(slot.failure, nullptr));
      }
      Batch batch = std::exchange(slot.batch, {});
      slot.ready = false;
      ++delivered_;
      sync_->changed.notify_all();
      if (batch.samples == 0) continue;
      delivered_some_ = true;
      return batch;
    }
    if (!delivered_some_ && !failed_ && plan_.batches > 0 && plan_.nothing_left) plan_.nothing_left();
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Batch> next() {
    return next([] {});
  }

  /// How many positions the batches taken so far cover, left-out rows included.
  [[nodiscard]] std::size_t position() const {
    const auto lock = locked();
    return begin_of(failed_ ? *failed_ / plan_.batch_size : delivered_);
  }

  /// The position whose failure `next` has thrown, if any.
  [[nodiscard]] std::optional<std::size_t> failed() const {
    const auto lock = locked();
    return failed_;
  }

 private:
  struct Slot {
    Batch batch;
    std::size_t done = 0;
    bool ready = false;
    std::vector<char> left_out;
    std::exception_ptr failure;
    std::size_t failed_at = 0;
  };

  // What the threads share; a fork leaves it alone.
  struct Sync {
    std::mutex mutex;
    std::condition_variable changed;  // for workers: a batch was taken, or the end has come
    std::condition_variable ready;    // for the taker: a batch is complete
    std::vector<std::jthread> threads;
  };

  [[nodiscard]] bool forked() const noexcept { return plan_.workers > 0 && getpid() != process_; }
  [[nodiscard]] std::unique_lock<std::mutex> locked() const {
    return forked() ? std::unique_lock<std::mutex>() : std::unique_lock(sync_->mutex);
  }

  [[nodiscard]] std::size_t begin_of(std::size_t batch) const noexcept {
    return std::min(batch * plan_.batch_size, plan_.samples);
  }
  [[nodiscard]] std::size_t size_of(std::size_t batch) const noexcept { return begin_of(batch + 1) - begin_of(batch); }

  [[nodiscard]] bool may_claim() const noexcept {
    return claimed_ < last_claim_ && claimed_ / plan_.batch_size <= delivered_ + plan_.prefetch;
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(sync_->mutex);
    for (;;) {
      sync_->changed.wait(lock, [&] { return stop.stop_requested() || claimed_ >= last_claim_ || may_claim(); });
      if (stop.stop_requested() || claimed_ >= last_claim_) return;
      do_next(lock);
    }
  }

  // Claims one sample, fills it without the lock, and reports it.
  void do_next(std::unique_lock<std::mutex>& lock) {
    const std::size_t position = claimed_++;
    const std::size_t batch = position / plan_.batch_size;
    const std::size_t row = position - begin_of(batch);
    Slot& slot = slots_[batch % slots_.size()];
    if (row == 0) {
      try {
        open(slot, batch);
      } catch (...) {
        fail_at(slot, position, std::current_exception());
        last_claim_ = std::min(last_claim_, claimed_);  // no further row of a batch without memory
        slot.ready = true;
        sync_->ready.notify_all();
        sync_->changed.notify_all();
        return;
      }
    }
    float* image = slot.batch.images.get() + row * floats();
    float* targets = slot.batch.targets.get() + row * plan_.labels;
    lock.unlock();
    std::exception_ptr failure;
    std::optional<std::size_t> sample;
    std::vector<augmentation::Box> boxes;
    try {
      sample = plan_.fill(position, image, targets, boxes);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (sample) {
      slot.batch.indices[row] = *sample;
      slot.batch.boxes[row] = std::move(boxes);
    } else {
      slot.left_out[row] = 1;
    }
    if (failure) fail_at(slot, position, failure);
    if (++slot.done == size_of(batch)) close(slot, batch, lock);
  }

  // The worker that fills the last row makes the batch ready.
  void close(Slot& slot, std::size_t batch, std::unique_lock<std::mutex>& lock) {
    if (!slot.failure) {
      lock.unlock();
      std::exception_ptr failure;
      try {
        close_gaps(slot);
        if (plan_.finish && slot.batch.samples > 0) plan_.finish(slot.batch, batch);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure) fail_at(slot, begin_of(batch), failure);
    }
    slot.ready = true;
    sync_->ready.notify_all();
  }

  void fail_at(Slot& slot, std::size_t position, const std::exception_ptr& failure) {
    if (!slot.failure || position < slot.failed_at) {
      slot.failure = failure;
      slot.failed_at = position;
    }
    last_claim_ = std::min(last_claim_, begin_of(position / plan_.batch_size + 1));
  }

  void close_gaps(Slot& slot) const {
    Batch& batch = slot.batch;
    std::size_t kept = 0;
    for (std::size_t row = 0; row < batch.samples; ++row) {
      if (slot.left_out[row] != 0) continue;
      if (kept < row) {
        std::copy_n(batch.images.get() + row * floats(), floats(), batch.images.get() + kept * floats());
        std::copy_n(batch.targets.get() + row * plan_.labels, plan_.labels, batch.targets.get() + kept * plan_.labels);
        batch.indices[kept] = batch.indices[row];
        batch.boxes[kept] = std::move(batch.boxes[row]);
      }
      ++kept;
    }
    batch.samples = kept;
    batch.indices.resize(kept);
    batch.boxes.resize(kept);
  }

  void open(Slot& slot, std::size_t batch) {
    const std::size_t n = size_of(batch);
    slot.done = 0;
    slot.failure = nullptr;
    slot.left_out.assign(n, 0);
    slot.batch = {.images = plan_.pool->take(plan_.batch_size * floats()),
                  .targets = plan_.pool->take(plan_.batch_size * plan_.labels),
                  .samples = n,
                  .channels = plan_.channels,
                  .height = plan_.height,
                  .width = plan_.width,
                  .labels = plan_.labels,
                  .indices = std::vector<std::size_t>(n),
                  .boxes = std::vector<std::vector<augmentation::Box>>(n)};
  }

  [[nodiscard]] std::size_t floats() const noexcept { return plan_.channels * plan_.height * plan_.width; }

  StreamPlan plan_;
  std::vector<Slot> slots_;
  pid_t process_ = getpid();
  std::size_t claimed_ = 0;
  std::size_t last_claim_ = 0;
  std::size_t delivered_ = 0;
  bool delivered_some_ = false;
  std::optional<std::size_t> failed_;
  std::unique_ptr<Sync> sync_ = std::make_unique<Sync>();
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One pass of a loader over its data: an input range of batches that can be left at any time, and say where it stands.

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "multilabel/data/batch_stream.hpp"
#include "multilabel/data/loader_state.hpp"
#include "multilabel/data/opencv_threads.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The batches of one epoch, as an input range or through `next`. Leaving its scope stops the workers.
class Epoch {
 public:
  /// The stream begins after the first `begin` samples of the epoch; `state_at` gives the loader's state at a position in it.
  Epoch(StreamPlan plan, std::size_t begin, std::function<LoaderState(std::size_t position)> state_at)
      : begin_(begin),
        threads_(plan.workers > 0),
        stream_(std::make_unique<BatchStream>(std::move(plan))),
        state_at_(std::move(state_at)) {}

  /// The next batch, or nothing after the last. Rethrows what a worker threw. `poll` is called every 50 ms of waiting.
  [[nodiscard]] std::optional<Batch> next() { return stream_->next(); }
  template <class Poll>
  [[nodiscard]] std::optional<Batch> next(Poll&& poll) {
    return stream_->next(std::forward<Poll>(poll));
  }

  /// Where the epoch stands after the batches that were taken: `DataLoader::load_state_dict` goes on with the next one. After
  /// an error the failing batch is that next one.
  [[nodiscard]] LoaderState state_dict() const { return state_at_(position()); }

  /// How many samples of the epoch's order the batches taken so far cover, those that were left out included.
  [[nodiscard]] std::size_t position() const { return begin_ + stream_->position(); }

  /// The position in the epoch's order of the sample whose failure `next` threw, if it did.
  [[nodiscard]] std::optional<std::size_t> failed() const {
    const auto failed = stream_->failed();
    return failed ? std::optional(begin_ + *failed) : std::nullopt;
  }

  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(BatchStream& stream) : stream_(&stream), batch_(stream.next()) {}
    [[nodiscard]] const Batch& operator*() const noexcept { return *batch_; }
    [[nodiscard]] const Batch* operator->() const noexcept { return &*batch_; }
    iterator& operator++() {
      batch_.reset();  // its buffers may be the next batch's
      batch_ = stream_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return !i.batch_; }

   private:
    BatchStream* stream_ = nullptr;
    std::optional<Batch> batch_;
  };

  [[nodiscard]] iterator begin() { return iterator(*stream_); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::size_t begin_;
  SequentialOpenCV threads_;
  std::unique_ptr<BatchStream> stream_;
  std::function<LoaderState(std::size_t)> state_at_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

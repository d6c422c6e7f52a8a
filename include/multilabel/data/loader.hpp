// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a data set to batches: threads read, decode, augment and write straight into the batch. Order and pixels of an epoch are
// a function of the seed and the number of the epoch alone, whatever the workers, the batch size or what ran before.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/data/batch_stream.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/opencv_threads.hpp"
#include "multilabel/data/read_sample.hpp"
#include "multilabel/data/target_table.hpp"
#include "multilabel/encoding/multi_label_binarizer.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace multilabel::data {

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

/// What happens to a sample whose file cannot be used.
enum class OnError {
  raise,  ///< its `DataError` reaches whoever takes the batch
  skip,   ///< the next usable sample of the epoch's order stands in its place, and `skipped` reports it
};

/// A sample that was skipped, and why.
struct SkippedSample {
  std::size_t sample = 0;  ///< position in the data set
  std::string reason;
};

struct DataLoaderOptions {
  std::size_t batch_size = 32;
  std::size_t workers = 2;  ///< threads that read ahead; 0: the caller's own does the work
  Order order = Order::sequential;
  std::uint64_t seed = 0;    ///< of the order and of every draw of the augmentation
  std::size_t prefetch = 2;  ///< batches that may wait finished or in the making, beyond the one that is taken next
  LastBatch last_batch = LastBatch::keep;
  OnError on_error = OnError::raise;
};

/// The batches of one epoch, as an input range or through `next`. Leaving its scope stops the workers.
class Epoch {
 public:
  explicit Epoch(StreamPlan plan) : threads_(plan.workers > 0), stream_(std::make_unique<BatchStream>(std::move(plan))) {}

  /// The next batch, or nothing after the last. Rethrows what a worker threw. `poll` is called every 50 ms of waiting.
  [[nodiscard]] std::optional<Batch> next() { return stream_->next(); }
  template <class Poll>
  [[nodiscard]] std::optional<Batch> next(Poll&& poll) {
    return stream_->next(std::forward<Poll>(poll));
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
  SequentialOpenCV threads_;
  std::unique_ptr<BatchStream> stream_;
};

/// Batches of a data set under an augmentation. Cheap to copy; epochs of it may run at the same time.
template <augmentation::batch_augmentation Augmentation>
class DataLoader {
 public:
  /// `labels` is a fitted binarizer or a vocabulary; it fixes the columns of the targets. Throws `LabelError` for a label of
  /// the data set that it lacks (unless the binarizer ignores those), `ArgumentError` for an option out of range or an
  /// augmentation whose result has no fixed size.
  template <class Labels>
  DataLoader(Dataset dataset, const Labels& labels, Augmentation augmentation, DataLoaderOptions options = {})
      : DataLoader(std::move(dataset), vocabulary_of(labels), policy_of(labels), std::move(augmentation), options) {}

  /// The batches of epoch `number`, counted from 0.
  [[nodiscard]] Epoch epoch(std::uint32_t number) const {
    const State& state = *state_;
    StreamPlan plan{.order = order(number),
                    .batch_size = state.options.batch_size,
                    .batches = batches(),
                    .workers = std::min(state.options.workers, samples()),
                    .prefetch = state.options.prefetch,
                    .height = static_cast<std::size_t>(state.size.height),
                    .width = static_cast<std::size_t>(state.size.width),
                    .labels = state.vocabulary.size(),
                    .fill = {},
                    .pool = state.pool};
    plan.fill = [state_ = state_, number, order = plan.order](std::size_t position, float* image, float* targets) {
      const std::size_t i = state_->fill_from(order, position, number, image);
      state_->targets.write(i, targets);
      return i;
    };
    return Epoch(std::move(plan));
  }

  /// The samples of epoch `number` in their order.
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t number) const {
    if (state_->options.order == Order::shuffled)
      return permutation(samples(), {.seed = state_->options.seed, .epoch = number, .stream = ORDER_STREAM});
    std::vector<std::size_t> order(samples());
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
  }

  /// How many batches an epoch has.
  [[nodiscard]] std::size_t batches() const noexcept {
    const std::size_t size = state_->options.batch_size;
    return state_->options.last_batch == LastBatch::drop ? samples() / size : (samples() + size - 1) / size;
  }

  [[nodiscard]] std::size_t samples() const noexcept { return state_->dataset.size(); }
  [[nodiscard]] const encoding::Vocabulary& vocabulary() const noexcept { return state_->vocabulary; }
  [[nodiscard]] const Dataset& dataset() const noexcept { return state_->dataset; }
  [[nodiscard]] const Augmentation& augmentation() const noexcept { return state_->augmentation; }
  [[nodiscard]] const DataLoaderOptions& options() const noexcept { return state_->options; }

  /// How many labels of the data set were left out because the vocabulary lacks them (the binarizer's policy was `ignore`).
  [[nodiscard]] std::size_t ignored_labels() const noexcept { return state_->targets.ignored(); }

  /// The samples that were skipped so far, each once, in the order of the data set; empty unless `on_error` is `skip`.
  [[nodiscard]] std::vector<SkippedSample> skipped() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<SkippedSample> list;
    for (const auto& [sample, reason] : state_->skipped) list.push_back({sample, reason});
    return list;
  }

  /// The format of the images, for the bundle.
  [[nodiscard]] auto preprocessing() const
    requires requires(const Augmentation& a) { a.preprocessing(); }
  {
    return state_->augmentation.preprocessing();
  }

 private:
  static constexpr std::uint32_t ORDER_STREAM = 0x6F726472u;

  struct State {
    State(Dataset data, encoding::Vocabulary names, encoding::UnknownLabel policy, Augmentation augment,
          DataLoaderOptions option)
        : dataset(std::move(data)),
          vocabulary(std::move(names)),
          targets(
              dataset.size(), [this](std::size_t i) -> const Sample& { return dataset[i]; }, vocabulary, policy),
          augmentation(std::move(augment)),
          options(option),
          size(augmentation.output_size()) {}

    // Fills with the sample at `position`; if it is to be skipped, with the first usable one after it. Which one does not
    // depend on threads or batches.
    std::size_t fill_from(const std::vector<std::size_t>& order, std::size_t position, std::uint32_t epoch,
                          float* image) const {
      for (std::size_t step = 0;; ++step) {
        const std::size_t i = order[(position + step) % order.size()];
        try {
          fill(i, epoch, image);
          return i;
        } catch (const DataError& error) {
          if (options.on_error == OnError::raise || step + 1 == order.size()) throw;
          const std::lock_guard lock(mutex);
          skipped.emplace(i, error.what());
        }
      }
    }

    void fill(std::size_t i, std::uint32_t epoch, float* image) const {
      const auto& path = dataset[i].image;
      const cv::Mat pixels = read_sample(dataset[i]);
      try {
        augmentation.write(pixels, {.seed = options.seed, .epoch = epoch, .index = static_cast<std::uint32_t>(i)}, image);
      } catch (const ShapeError& error) {
        throw ShapeError(join_text(error.what(), " (", quoted(path.string()), ")"));
      } catch (const cv::Exception& error) {
        fail<DataError>(
            {"data::DataLoader", "the augmentation must succeed", join_text(error.err, " for ", quoted(path.string()))}, path);
      }
    }

    Dataset dataset;
    encoding::Vocabulary vocabulary;
    TargetTable targets;
    Augmentation augmentation;
    DataLoaderOptions options;
    cv::Size size;
    std::shared_ptr<BufferPool> pool = std::make_shared<BufferPool>();
    mutable std::mutex mutex;
    mutable std::map<std::size_t, std::string> skipped;
  };

  DataLoader(Dataset dataset, encoding::Vocabulary vocabulary, encoding::UnknownLabel policy, Augmentation augmentation,
             DataLoaderOptions options) {
    constexpr std::string_view where = "data::DataLoader";
    if (options.batch_size == 0) fail<ArgumentError>({where, "batch_size must be at least 1", "0"});
    if (options.workers > 1024) fail<ArgumentError>({where, "workers must be at most 1024", join_text(options.workers)});
    if (dataset.empty()) fail<ArgumentError>({where, "dataset must have samples", "0"});
    if (vocabulary.empty()) fail<ArgumentError>({where, "labels must hold at least one label", "an empty vocabulary"});
    state_ = std::make_shared<const State>(std::move(dataset), std::move(vocabulary), policy, std::move(augmentation), options);
    if (state_->size.width > 0 && state_->size.height > 0) return;
    fail<ArgumentError>({where, "augmentation must deliver images of one size", "one whose size depends on the image",
                         "End its moves with Resize, CenterCrop or RandomCrop"});
  }

  template <class Labels>
  static encoding::Vocabulary vocabulary_of(const Labels& labels) {
    if constexpr (requires { labels.vocabulary(); }) {
      return labels.vocabulary();
    } else {
      return encoding::Vocabulary(labels);
    }
  }

  template <class Labels>
  static encoding::UnknownLabel policy_of(const Labels& labels) {
    if constexpr (requires { labels.unknown(); }) {
      return labels.unknown();
    } else {
      return encoding::UnknownLabel::error;
    }
  }

  std::shared_ptr<const State> state_;
};

}  // namespace multilabel::data

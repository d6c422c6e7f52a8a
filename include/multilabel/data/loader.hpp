// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a data set to batches: threads read, decode, augment and write straight into the batch. Order and pixels of an epoch are
// a function of the seed and the number of the epoch alone, whatever the workers, the batch size or what ran before.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/fingerprint.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/data/batch_stream.hpp"
#include "multilabel/data/concepts.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/row_writer.hpp"
#include "multilabel/data/epoch.hpp"
#include "multilabel/data/image_cache.hpp"
#include "multilabel/data/loader_options.hpp"
#include "multilabel/data/loader_state.hpp"
#include "multilabel/data/sampler.hpp"
#include "multilabel/encoding/multi_label_binarizer.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Batches of a data set under an augmentation. Cheap to copy; epochs of it may run at the same time.
template <augmentation::batch_augmentation Augmentation>
class DataLoader {
 public:
  /// `labels` is a fitted binarizer or a vocabulary; it fixes the columns of the targets. Throws `LabelError` for a label of
  /// the data set that it lacks (unless the binarizer ignores those), `ArgumentError` for an option out of range or an
  /// augmentation whose result has no fixed size.
  template <class Labels>
  DataLoader(Dataset dataset, const Labels& labels, Augmentation augmentation, DataLoaderOptions options = {}) {
    const std::size_t size = dataset.size();
    start(std::move(dataset), {}, size, labels, std::move(augmentation), std::move(options));
  }

  /// As above for a user's own source, which the workers ask for one sample after the other; its labels are looked up then. A
  /// state knows it by its size, and by the text of its member `fingerprint()` if it has one.
  template <sample_source Source, class Labels>
    requires(!std::same_as<Source, Dataset>)
  DataLoader(Source source, const Labels& labels, Augmentation augmentation, DataLoaderOptions options = {}) {
    const auto shared = std::make_shared<const Source>(std::move(source));
    std::string fingerprint;
    if constexpr (requires { std::string(shared->fingerprint()); }) fingerprint = shared->fingerprint();
    start(
        Dataset(), [shared](std::size_t i) -> Sample { return (*shared)[i]; }, shared->size(), labels, std::move(augmentation),
        std::move(options), std::move(fingerprint));
  }

  /// The batches of epoch `number`, counted from 0; those before `first_batch` are left out without being made.
  [[nodiscard]] Epoch epoch(std::uint32_t number, std::size_t first_batch = 0) const {
    return epoch_from(number, std::min(first_batch * state_->options.batch_size, samples()));
  }

  /// The rest of the epoch that a loader made with the same arguments had begun when its state was taken, bit for bit. Throws
  /// `DataError` naming what differs.
  [[nodiscard]] Epoch load_state_dict(const LoaderState& saved) const {
    require_state(saved);
    return epoch_from(saved.epoch, saved.position);
  }

  /// Throws `DataError` unless a loader made with the same arguments has made `saved`.
  void require_state(const LoaderState& saved) const { detail::require_same_run(saved, state_dict(saved.epoch)); }

  /// The state of this loader after `position` samples of epoch `number`; `Epoch::state_dict` is that of a running one.
  [[nodiscard]] LoaderState state_dict(std::uint32_t number = 0, std::size_t position = 0) const {
    core::detail::Fingerprint fingerprint;
    for (const std::size_t i : order(number)) fingerprint.add(i);
    return {.epoch = number,
            .position = position,
            .seed = state_->options.seed,
            .samples = samples(),
            .order = fingerprint.text(),
            .dataset = state_->dataset_fingerprint(),
            .labels = vocabulary().fingerprint(),
            .augmentation = state_->augmentation_fingerprint()};
  }

  /// The samples of epoch `number` in their order. Throws `ArgumentError` where the sampler breaks its word.
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t number) const {
    auto order = state_->sampler.order(number);
    constexpr std::string_view where = "data::DataLoader";
    if (order.size() != samples())
      fail<ArgumentError>({where, join_text("the sampler must give as many samples in each epoch, ", samples()),
                           join_text(order.size(), " in epoch ", number)});
    const auto outside = std::find_if(order.begin(), order.end(), [&](std::size_t i) { return i >= state_->size; });
    if (outside != order.end())
      fail<ArgumentError>({where, join_text("the sampler's positions must be below ", state_->size), join_text(*outside)});
    return order;
  }

  /// How many batches an epoch has. With `OnError::skip` a batch of which no row could be used is not delivered.
  [[nodiscard]] std::size_t batches() const noexcept { return batches_of(samples()); }

  /// How many of them are left after `position` samples of it.
  [[nodiscard]] std::size_t batches_after(std::size_t position) const noexcept {
    return batches_of(samples() - std::min(position, samples()));
  }

  /// How many samples an epoch has.
  [[nodiscard]] std::size_t samples() const noexcept { return state_->sampler.size(); }
  [[nodiscard]] const encoding::Vocabulary& vocabulary() const noexcept { return state_->rows.vocabulary; }

  /// The data set; empty where the samples come from a source of the user's own.
  [[nodiscard]] const Dataset& dataset() const noexcept { return state_->rows.dataset; }
  [[nodiscard]] const Augmentation& augmentation() const noexcept { return state_->rows.augmentation; }
  [[nodiscard]] const DataLoaderOptions& options() const noexcept { return state_->options; }

  /// Whether batch k of an epoch is the k-th that is delivered: not where files that cannot be used may empty one.
  [[nodiscard]] bool delivers_every_batch() const noexcept { return options().on_error != OnError::skip; }

  /// The image file of sample `i`, or what stands for it in messages.
  [[nodiscard]] std::string image_name(std::size_t i) const { return state_->rows.name(i); }

  /// How many labels of the data set were left out because the vocabulary lacks them (the binarizer's policy was `ignore`).
  [[nodiscard]] std::size_t ignored_labels() const noexcept { return state_->rows.table.ignored(); }

  /// The samples that were skipped or replaced so far, each once, in the order of the data set.
  [[nodiscard]] std::vector<SkippedSample> skipped() const { return state_->rows.skipped(); }

  /// How the cache fares.
  [[nodiscard]] CacheStatistics cache_statistics() const noexcept { return state_->rows.cache.statistics(); }

  /// The format of the images, for the bundle.
  [[nodiscard]] auto preprocessing() const
    requires requires(const Augmentation& a) { a.preprocessing(); }
  {
    return augmentation().preprocessing();
  }

 private:
  static constexpr std::uint32_t BATCH_STREAM = 0x62617463u;

  struct State {
    DataLoaderOptions options;
    std::size_t size;
    AnySampler sampler;
    detail::RowWriter<Augmentation> rows;
    std::shared_ptr<BufferPool> pool;
    std::string source_fingerprint;
    mutable std::once_flag once;
    mutable std::string dataset_text;

    // File names without their folders: a run may go on where the data have moved.
    const std::string& dataset_fingerprint() const {
      std::call_once(once, [this] {
        core::detail::Fingerprint fingerprint;
        fingerprint.add(size);
        if (!source_fingerprint.empty()) fingerprint.add(source_fingerprint);
        for (std::size_t i = 0; i < rows.dataset.size(); ++i) {
          const Sample& sample = rows.dataset[i];
          fingerprint.add(sample.image.filename().string());
          for (const auto& label : sample.labels) fingerprint.add(label);
          fingerprint.add(sample.labels.size());
          for (const auto& label : sample.unknown) fingerprint.add(label);
          fingerprint.add(sample.unknown.size() * 2 + (sample.unnamed == Unnamed::unknown ? 1 : 0));
          for (const auto& [label, target] : sample.soft) fingerprint.add(join_text(label, " ", target));
        }
        dataset_text = fingerprint.text();
      });
      return dataset_text;
    }

    std::string augmentation_fingerprint() const {
      core::detail::Fingerprint fingerprint;
      if constexpr (requires { std::string(rows.augmentation.describe()); })
        fingerprint.add(std::string(rows.augmentation.describe()));
      fingerprint.add(static_cast<std::uint64_t>(rows.output.width));
      fingerprint.add(static_cast<std::uint64_t>(rows.output.height));
      return fingerprint.text();
    }
  };

  template <class Labels>
  void start(Dataset dataset, std::function<Sample(std::size_t)> source, std::size_t size, const Labels& labels,
             Augmentation augmentation, DataLoaderOptions options, std::string source_fingerprint = {}) {
    constexpr std::string_view where = "data::DataLoader";
    detail::require_valid(options);
    if (size == 0) fail<ArgumentError>({where, "dataset must have samples", "0"});
    encoding::Vocabulary vocabulary = vocabulary_of(labels);
    if (vocabulary.empty()) fail<ArgumentError>({where, "labels must hold at least one label", "an empty vocabulary"});
    const cv::Size output = augmentation.output_size();
    if (output.width <= 0 || output.height <= 0)
      fail<ArgumentError>({where, "augmentation must deliver images of one size", "one whose size depends on the image",
                           "End its moves with Resize, CenterCrop or RandomCrop"});
    AnySampler sampler = options.sampler;
    if (!sampler && options.order == Order::shuffled) sampler = ShuffledSampler(size, options.seed);
    if (!sampler) sampler = SequentialSampler(size);
    auto pool = std::make_shared<BufferPool>(2 * (options.prefetch + 3), options.allocate);
    state_ = std::shared_ptr<const State>(new State{.options = options,
                                                    .size = size,
                                                    .sampler = std::move(sampler),
                                                    .rows = {std::move(dataset), std::move(source), size, std::move(vocabulary),
                                                             policy_of(labels), std::move(augmentation), options},
                                                    .pool = std::move(pool),
                                                    .source_fingerprint = std::move(source_fingerprint),
                                                    .once = {},
                                                    .dataset_text = {}});
  }

  [[nodiscard]] std::size_t batches_of(std::size_t samples) const noexcept {
    const std::size_t size = state_->options.batch_size;
    return state_->options.last_batch == LastBatch::drop ? samples / size : (samples + size - 1) / size;
  }

  [[nodiscard]] Epoch epoch_from(std::uint32_t number, std::size_t begin) const {
    const State& state = *state_;
    const std::size_t left = samples() - begin;
    StreamPlan plan{.samples = left,
                    .batch_size = state.options.batch_size,
                    .batches = batches_of(left),
                    .workers = std::min(state.options.workers, left),
                    .prefetch = state.options.prefetch,
                    .height = static_cast<std::size_t>(state.rows.output.height),
                    .width = static_cast<std::size_t>(state.rows.output.width),
                    .labels = vocabulary().size(),
                    .fill = {},
                    .finish = {},
                    .nothing_left = {},
                    .pool = state.pool};
    const auto epoch = std::make_shared<const detail::EpochOrder>(order(number), state.size);
    plan.fill = [state_ = state_, epoch, number, begin](std::size_t position, float* image, float* targets,
                                                        std::vector<augmentation::Box>& boxes) {
      return state_->rows(*epoch, begin + position, number, image, targets, boxes);
    };
    if (begin == 0)
      plan.nothing_left = [state_ = state_] {
        const auto skipped = state_->rows.skipped();
        fail<DataError>(
            {"data::DataLoader", "an epoch must have a sample that can be used",
             join_text("none, ", skipped.size(), " skipped; the first: ", skipped.empty() ? "" : skipped[0].reason)});
      };
    if (state.options.batch_transform) {
      const auto names = std::make_shared<const std::vector<std::string>>(vocabulary().labels());
      plan.finish = [state_ = state_, names, number, before = begin / state.options.batch_size](Batch& batch, std::size_t i) {
        batch.names = names;
        state_->options.batch_transform(batch, {.seed = state_->options.seed,
                                                .epoch = number,
                                                .index = static_cast<std::uint32_t>(before + i),
                                                .stream = BATCH_STREAM});
      };
    }
    return Epoch(std::move(plan), begin, [self = *this, number](std::size_t at) { return self.state_dict(number, at); });
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

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

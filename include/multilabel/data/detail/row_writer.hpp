// SPDX-License-Identifier: Apache-2.0
#pragma once
// The work of a loader on one row of a batch: sample, picture (from the cache, memory or disk), augmentation, targets, and what
// happens when one of these fails. Internal to `DataLoader`.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/image_cache.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/loader_options.hpp"
#include "multilabel/data/read_sample.hpp"
#include "multilabel/data/target_table.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace multilabel::data::detail {

/// The samples of one epoch; `turn` counts how often a sample came before, and is empty where none comes twice.
struct EpochOrder {
  EpochOrder(std::vector<std::size_t> positions, std::size_t samples) : order(std::move(positions)) {
    std::vector<std::uint32_t> seen(samples, 0);
    bool repeats = false;
    for (const std::size_t i : order) repeats = ++seen[i] > 1 || repeats;
    if (!repeats) return;
    std::fill(seen.begin(), seen.end(), 0u);
    turn.reserve(order.size());
    for (const std::size_t i : order) turn.push_back(seen[i]++);
  }

  std::vector<std::size_t> order;
  std::vector<std::uint32_t> turn;
};

/// Everything that stays the same from epoch to epoch. Used by all workers at once.
template <augmentation::batch_augmentation Augmentation>
class RowWriter {
 public:
  /// `source` is empty where `samples` is the whole truth; else it gives the samples one by one.
  RowWriter(Dataset samples, std::function<Sample(std::size_t)> source, std::size_t size, encoding::Vocabulary names,
            encoding::UnknownLabel policy, Augmentation augment, const DataLoaderOptions& options)
      : dataset(std::move(samples)),
        vocabulary(std::move(names)),
        table(
            dataset.size(), [this](std::size_t i) -> const Sample& { return dataset[i]; }, vocabulary, policy),
        augmentation(std::move(augment)),
        output(augmentation.output_size()),
        cache(size, options.cache == Cache::none ? 0 : options.cache_bytes),
        source_(std::move(source)),
        policy_(policy),
        mode_(options.cache),
        shrink_(options.shrink),
        on_error_(options.on_error),
        seed_(options.seed) {
    if constexpr (requires { augmentation.shrinks_to(); }) reading_.shrinks_to = augmentation.shrinks_to();
    for (std::size_t i = 0; i < dataset.size(); ++i)
      if (!dataset[i].targets.empty()) require_width(dataset[i], i);
  }

  /// Writes the row at `position`: which sample it is, or nothing where it is left out. Depends neither on threads nor batches.
  std::optional<std::size_t> operator()(const EpochOrder& epoch, std::size_t position, std::uint32_t number, float* image,
                                        float* targets) const {
    const std::size_t tries = on_error_ == OnError::replace ? epoch.order.size() : 1;
    for (std::size_t step = 0;; ++step) {
      const std::size_t at = (position + step) % epoch.order.size();
      const std::size_t i = epoch.order[at];
      try {
        write(i, key_of(epoch, at, number), image, targets);
        return i;
      } catch (const DataError& error) {
        if (on_error_ == OnError::raise || (on_error_ == OnError::replace && step + 1 == tries)) throw;
        const std::lock_guard lock(mutex_);
        skipped_.emplace(i, error.what());
      }
      if (step + 1 == tries) return std::nullopt;
    }
  }

  [[nodiscard]] std::vector<SkippedSample> skipped() const {
    const std::lock_guard lock(mutex_);
    std::vector<SkippedSample> list;
    for (const auto& [sample, reason] : skipped_) list.push_back({sample, reason});
    return list;
  }

  /// What messages call sample `i`.
  [[nodiscard]] std::string name(std::size_t i) const {
    const bool named = i < dataset.size() && !dataset[i].image.empty();
    return named ? dataset[i].image.string() : join_text("sample ", i);
  }

  Dataset dataset;
  encoding::Vocabulary vocabulary;
  TargetTable table;
  Augmentation augmentation;
  cv::Size output;
  mutable ImageCache cache;

 private:
  // The second time in an epoch a sample has draws of its own.
  [[nodiscard]] RandomKey key_of(const EpochOrder& epoch, std::size_t at, std::uint32_t number) const {
    const std::uint64_t turn = epoch.turn.empty() ? 0 : epoch.turn[at];
    return {.seed = seed_ + turn * 0x9E3779B97F4A7C15u, .epoch = number, .index = static_cast<std::uint32_t>(epoch.order[at])};
  }

  void write(std::size_t i, RandomKey key, float* image, float* targets) const {
    const CachedSample* cached = mode_ == Cache::none ? nullptr : cache.find(i);
    if (cached == nullptr) {
      if (!source_) return write(dataset[i], i, key, image, targets);
      Sample sample = source_(i);
      if (sample.image.empty()) sample.image = name(i);
      return write(sample, i, key, image, targets);
    }
    const cv::Mat pixels = cached->pixels.empty() ? decode_image(*cached->encoded, name(i), reading_) : cached->pixels;
    augment(pixels, key, i < dataset.size() ? dataset[i].image : std::filesystem::path(name(i)), image);
    if (source_) {
      std::copy(cached->targets.begin(), cached->targets.end(), targets);
    } else {
      encode(dataset[i], i, targets);
    }
  }

  void write(const Sample& sample, std::size_t i, RandomKey key, float* image, float* targets) const {
    encode(sample, i, targets);
    augment(picture(sample, i, targets), key, sample.image, image);
  }

  void augment(const cv::Mat& pixels, RandomKey key, const std::filesystem::path& path, float* image) const {
    try {
      augmentation.write(pixels, key, image);
    } catch (const ShapeError& error) {
      throw ShapeError(join_text(error.what(), " (", quoted(path.string()), ")"));
    } catch (const cv::Exception& error) {
      fail<DataError>(
          {"data::DataLoader", "the augmentation must succeed", join_text(error.err, " for ", quoted(path.string()))}, path);
    }
  }

  // The pixels of a sample that is not in the cache; puts it there.
  [[nodiscard]] cv::Mat picture(const Sample& sample, std::size_t i, const float* targets) const {
    if (mode_ == Cache::none || (sample.pixels && mode_ == Cache::bytes)) return read_sample(sample, reading_);
    const auto row = source_ ? std::vector<float>(targets, targets + vocabulary.size()) : std::vector<float>{};
    if (mode_ == Cache::bytes) {
      const auto bytes = sample.bytes ? sample.bytes : std::make_shared<const std::vector<std::uint8_t>>(sample_bytes(sample));
      cv::Mat pixels = decode_image(*bytes, sample.image, reading_);
      if (source_ || !sample.bytes) cache.keep(i, {.pixels = {}, .encoded = bytes, .targets = row});
      return pixels;
    }
    cv::Mat pixels = read_sample(sample, reading_);
    const bool shrunk = mode_ == Cache::shrunk;
    if (shrunk) pixels = shrink_for(pixels, output, shrink_);
    if (sample.pixels && !source_ && !shrunk) return pixels;
    const std::size_t bytes = pixels.total() * pixels.elemSize() + row.size() * sizeof(float);
    if (cache.has_room(bytes)) cache.keep(i, {.pixels = pixels.clone(), .encoded = {}, .targets = row});
    return pixels;
  }

  void encode(const Sample& sample, std::size_t i, float* targets) const {
    if (!sample.targets.empty()) {
      require_width(sample, i);
      std::copy(sample.targets.begin(), sample.targets.end(), targets);
    } else if (!source_) {
      table.write(i, targets);
    } else {
      TargetTable(1, [&](std::size_t) -> const Sample& { return sample; }, vocabulary, policy_).write(0, targets);
    }
  }

  void require_width(const Sample& sample, std::size_t i) const {
    if (sample.targets.size() == vocabulary.size()) return;
    const std::string who = sample.image.empty() ? name(i) : quoted(sample.image.string());
    fail<ShapeError>({"data::DataLoader", join_text("a row of targets must have ", vocabulary.size(), " cells, one a label"),
                      join_text(sample.targets.size(), " (", who, ")")});
  }

  std::function<Sample(std::size_t)> source_;
  encoding::UnknownLabel policy_;
  Cache mode_;
  double shrink_;
  OnError on_error_;
  std::uint64_t seed_;
  ReadImageOptions reading_;  // images may arrive at a fraction of their size: nothing here counts their pixels
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, std::string> skipped_;
};

}  // namespace multilabel::data::detail

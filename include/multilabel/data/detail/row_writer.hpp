// SPDX-License-Identifier: Apache-2.0
#pragma once
// The work of a loader on one row of a batch: sample, picture (from the cache, memory or disk), augmentation, targets, and what
// happens when one of these fails. Internal to `DataLoader`.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <opencv2/core.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/augmentation/placement.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/plain_file.hpp"
#include "multilabel/data/image_cache.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/loader_options.hpp"
#include "multilabel/data/objects_of.hpp"
#include "multilabel/data/read_sample.hpp"
#include "multilabel/data/target_table.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

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

/// Memory has run out, and over which sample.
class OutOfMemory : public std::bad_alloc {
 public:
  explicit OutOfMemory(const std::string& name)
      : text_(std::make_shared<const std::string>(
            join_text("data::DataLoader: there must be memory for a sample; got none for ", quoted(name)))) {}
  [[nodiscard]] const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // exceptions are copied, and a copy must not throw
};

/// Runs `body`, and adds the sample's name to exceptions that are not the library's own: `std::bad_alloc` stays one, and others
/// of the standard library's come nested in an `Error`, whose text holds theirs. Those of other languages pass.
template <class Name, class Body>
void in_the_name_of(const Name& name, const Body& body) {
  const auto wrap = [&](const std::exception& error) {
    std::throw_with_nested(Error(join_text("data::DataLoader: a sample must load without an exception; got ",
                                           quoted(printable(error.what(), 4096)), " for ", quoted(name()))));
  };
  try {
    body();
  } catch (const Error&) {
    throw;
  } catch (const OutOfMemory&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(name());
  } catch (const std::runtime_error& error) {
    wrap(error);
  } catch (const std::logic_error& error) {
    wrap(error);
  }
}

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
      if (!dataset[i].targets.empty()) require_row(dataset[i], i);
  }

  /// Writes the row at `position`: which sample it is, or nothing where it is left out. Depends neither on threads nor batches.
  std::optional<std::size_t> operator()(const EpochOrder& epoch, std::size_t position, std::uint32_t number, float* image,
                                        float* targets, std::vector<augmentation::Box>& boxes) const {
    const std::size_t tries = on_error_ == OnError::replace ? epoch.order.size() : 1;
    for (std::size_t step = 0;; ++step) {
      const std::size_t at = (position + step) % epoch.order.size();
      const std::size_t i = epoch.order[at];
      try {
        in_the_name_of([&] { return name(i); }, [&] { write(i, key_of(epoch, at, number), {image, targets, &boxes}); });
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
    return named ? printable(dataset[i].image.string(), 4096) : join_text("sample ", i);
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

  // Where a row goes.
  struct Row {
    float* image;
    float* targets;
    std::vector<augmentation::Box>* boxes;
  };

  // The pixels of a sample and the scale at which they were kept.
  struct Picture {
    cv::Mat pixels;
    double scale_x = 1;
    double scale_y = 1;
  };

  void write(std::size_t i, RandomKey key, Row row) const {
    const CachedSample* cached = mode_ == Cache::none ? nullptr : cache.find(i);
    if (cached == nullptr) {
      if (!source_) return write(dataset[i], i, key, row);
      Sample sample = source_(i);
      if (sample.image.empty()) sample.image = name(i);
      return write(sample, i, key, row);
    }
    const augmentation::Objects objects = source_ ? cached->objects : objects_of(dataset[i]);
    const Picture picture{
        cached->pixels.empty() ? decode_image(*cached->encoded, name(i), reading(objects.empty())) : cached->pixels,
        cached->scale_x, cached->scale_y};
    if (source_) {
      std::copy(cached->targets.begin(), cached->targets.end(), row.targets);
    } else {
      encode(dataset[i], i, row.targets);
    }
    augment(picture, objects, key, i < dataset.size() ? dataset[i].image : std::filesystem::path(name(i)), row);
  }

  void write(const Sample& sample, std::size_t i, RandomKey key, Row row) const {
    encode(sample, i, row.targets);
    augment(picture(sample, i, row.targets), objects_of(sample), key, sample.image, row);
  }

  void augment(const Picture& picture, augmentation::Objects objects, RandomKey key, const std::filesystem::path& path,
               Row row) const {
    try {
      if constexpr (augmentation::object_augmentation<Augmentation>) {
        if (!objects.empty()) return augment_objects(picture, std::move(objects), key, row);
      }
      augmentation.write(picture.pixels, key, row.image);
    } catch (const ShapeError& error) {
      throw ShapeError(join_text(error.what(), " (", quoted_path(path), ")"));
    } catch (const ArgumentError& error) {
      throw ArgumentError(join_text(error.what(), " (", quoted_path(path), ")"));
    } catch (const cv::Exception& error) {
      if (error.code == cv::Error::StsNoMem) throw OutOfMemory(printable(path.string(), 4096));
      fail<DataError>({"data::DataLoader", "the augmentation must succeed", join_text(error.err, " for ", quoted_path(path))},
                      path);
    }
  }

  // What the guard says about a label changes its cell only if that says that the image has it.
  void augment_objects(const Picture& picture, augmentation::Objects objects, RandomKey key, Row row) const {
    for (auto& box : objects.boxes)
      box = {box.left * picture.scale_x, box.top * picture.scale_y, box.right * picture.scale_x, box.bottom * picture.scale_y,
             box.label};
    augmentation::Placement placement = augmentation.write(picture.pixels, objects, key, row.image);
    for (const auto& one : placement.labels)
      if (const auto column = vocabulary.find(one.label); column && row.targets[*column] == 1)
        row.targets[*column] = one.target;
    for (auto& one : placement.boxes) row.boxes->push_back(std::move(one.box));
  }

  // Boxes are in pixels of the whole image: with them it must not be decoded at a reduced size.
  [[nodiscard]] ReadImageOptions reading(bool reducible) const {
    ReadImageOptions options = reading_;
    if (!reducible) options.shrinks_to = {};
    return options;
  }

  // The pixels of a sample that is not in the cache; puts it there.
  [[nodiscard]] Picture picture(const Sample& sample, std::size_t i, const float* targets) const {
    if (mode_ == Cache::none || (sample.pixels && mode_ == Cache::bytes))
      return {read_sample(sample, reading(sample.boxes.empty()))};
    const augmentation::Objects objects = source_ ? objects_of(sample) : augmentation::Objects{};
    const auto row = source_ ? std::vector<float>(targets, targets + vocabulary.size()) : std::vector<float>{};
    if (mode_ == Cache::bytes) {
      const auto bytes = sample.bytes ? sample.bytes : std::make_shared<const std::vector<std::uint8_t>>(sample_bytes(sample));
      cv::Mat pixels = decode_image(*bytes, sample.image, reading(sample.boxes.empty()));
      if (source_ || !sample.bytes) cache.keep(i, {.pixels = {}, .encoded = bytes, .targets = row, .objects = objects});
      return {pixels};
    }
    cv::Mat pixels = read_sample(sample, reading(sample.boxes.empty()));
    const cv::Size full = pixels.size();
    const bool shrunk = mode_ == Cache::shrunk;
    if (shrunk) pixels = shrink_for(pixels, output, shrink_);
    if (sample.pixels && !source_ && !shrunk) return {pixels};
    const Picture result{pixels, static_cast<double>(pixels.cols) / full.width, static_cast<double>(pixels.rows) / full.height};
    const std::size_t bytes = pixels.total() * pixels.elemSize() + row.size() * sizeof(float);
    if (cache.has_room(bytes))
      cache.keep(i, {.pixels = pixels.clone(),
                     .encoded = {},
                     .targets = row,
                     .objects = objects,
                     .scale_x = result.scale_x,
                     .scale_y = result.scale_y});
    return result;
  }

  void encode(const Sample& sample, std::size_t i, float* targets) const {
    if (!sample.targets.empty()) {
      require_row(sample, i);
      std::copy(sample.targets.begin(), sample.targets.end(), targets);
    } else if (!source_) {
      table.write(i, targets);
    } else {
      TargetTable(1, [&](std::size_t) -> const Sample& { return sample; }, vocabulary, policy_).write(0, targets);
    }
  }

  void require_row(const Sample& sample, std::size_t i) const {
    const auto who = [&] { return sample.image.empty() ? name(i) : quoted_path(sample.image); };
    if (sample.targets.size() != vocabulary.size())
      fail<ShapeError>({"data::DataLoader", join_text("a row of targets must have ", vocabulary.size(), " cells, one a label"),
                        join_text(sample.targets.size(), " (", who(), ")")});
    for (const float cell : sample.targets)
      if (cell < 0 || cell > 1)  // not so for NaN
        fail<ArgumentError>({"data::DataLoader", "the cells of a row of targets must be from 0 to 1, or NaN for unknown",
                             join_text(cell, " (", who(), ")"),
                             "Numbers of classes are no row: give the names of the labels."});
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

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

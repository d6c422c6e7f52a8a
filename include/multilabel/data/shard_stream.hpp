// SPDX-License-Identifier: Apache-2.0
#pragma once
// Samples of tar shards as they come, through a shuffle buffer: for shards that are compressed, come out of a pipe, or are too
// many to be looked through first. Where none of this holds, `read_shards` is the better choice: a loader takes it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/data/detail/shard_reader.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/data/shard_options.hpp"
#include "multilabel/data/shard_sampler.hpp"
#include "multilabel/data/shuffle_buffer.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// How a stream mixes.
struct ShardStreamOptions {
  std::size_t buffer = 1000;  ///< samples that wait in memory to be drawn, still encoded; 1: the order of the shards
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
};

/// The samples of one epoch, their images in memory as they were encoded. Memory holds the buffer and one sample more. With a
/// buffer above 1 the shards are shuffled as well. For one thread.
class ShardStream {
 public:
  explicit ShardStream(const std::vector<std::filesystem::path>& names, const ReadShardsOptions& options = {},
                       ShardStreamOptions stream = {})
      : shards_(expand_shards(names)),
        options_(options),
        buffer_(stream.buffer, {.seed = stream.seed, .epoch = stream.epoch, .stream = detail::BUFFER_STREAM}) {
    std::vector<std::filesystem::path> shuffled;
    for (const std::size_t i : detail::shard_order(shards_.size(), stream.buffer, stream.seed, stream.epoch))
      shuffled.push_back(shards_[i]);
    shards_ = std::move(shuffled);
  }

  /// The next sample, or nothing at the end of the epoch. Throws `DataError` as `read_shards` does.
  [[nodiscard]] std::optional<Sample> next() {
    return buffer_.next([this] { return read(); });
  }

  /// What was left out of the shards that have been read to their end.
  [[nodiscard]] const std::vector<PassedOver>& passed_over() const noexcept { return passed_over_; }

 private:
  static constexpr std::string_view WHERE = "data::ShardStream";

  std::optional<Sample> read() {
    for (;;) {
      if (!reader_) {
        if (opened_ == shards_.size()) {
          if (some_) detail::require_labelled(seen_, options_, {WHERE, shards_[0]});
          return std::nullopt;
        }
        reader_ = std::make_unique<detail::ShardReader>(shards_[opened_++], options_, detail::ShardImages::read, WHERE);
      }
      if (auto sample = reader_->next()) return some_ = true, sample;
      seen_.join(reader_->labels());
      passed_over_.insert(passed_over_.end(), reader_->passed_over().begin(), reader_->passed_over().end());
      reader_.reset();
    }
  }

  std::vector<std::filesystem::path> shards_;
  ReadShardsOptions options_;
  ShuffleBuffer<Sample> buffer_;
  std::unique_ptr<detail::ShardReader> reader_;
  std::size_t opened_ = 0;
  std::vector<PassedOver> passed_over_;
  bool some_ = false;
  detail::ShardLabels seen_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

// SPDX-License-Identifier: Apache-2.0
#pragma once
// WebDataset's tar archives as a data set: one pass over the shards reads the labels and notes where each image lies, so that a
// loader takes them in any order, without unpacking and without holding a shard in memory. Needs libarchive.

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/detail/shard_reader.hpp"
#include "multilabel/data/shard_options.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Reads the shards `names`, in which {000..012} stands for a range. The columns "id" and "shard" have the name of each sample
/// and of its file. The shards must not be compressed; `ShardStream` reads those that are. Throws `DataError`, which names the
/// shard and the sample at fault: no archive, one cut short, a sample without an image or with two, members but images and
/// labels in none.
[[nodiscard]] inline Dataset read_shards(const std::vector<std::filesystem::path>& names,
                                         const ReadShardsOptions& options = {}) {
  constexpr std::string_view where = "data::read_shards";
  std::vector<Sample> samples;
  std::vector<std::string> ids, shards;
  std::vector<PassedOver> passed_over;
  detail::ShardLabels seen;
  for (const auto& path : expand_shards(names)) {
    detail::ShardReader reader(path, options, detail::ShardImages::placed, where);
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    while (auto sample = reader.next()) {
      const auto& part = *sample->part;
      if (error || part.offset > size || part.size > size - part.offset)
        detail::Place{where, path, 0, sample->image.filename().string()}.refuse("the archive must be whole", "one cut short");
      ids.push_back(detail::key_and_ending(sample->image.lexically_relative(path).generic_string()).first);
      shards.push_back(path.filename().string());
      samples.push_back(std::move(*sample));
    }
    seen.join(reader.labels());
    passed_over.insert(passed_over.end(), reader.passed_over().begin(), reader.passed_over().end());
  }
  if (!samples.empty()) detail::require_labelled(seen, options, {where, samples[0].part->file});
  Dataset::Columns columns{{"id", std::move(ids)}, {"shard", std::move(shards)}};
  auto labels = detail::shard_labels(options);
  if (labels.empty()) return Dataset(std::move(samples), std::move(columns), {}, std::move(passed_over));
  return Dataset(std::move(samples), std::move(columns), encoding::Vocabulary(std::move(labels)), std::move(passed_over));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

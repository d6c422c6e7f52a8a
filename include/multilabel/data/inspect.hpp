// SPDX-License-Identifier: Apache-2.0
#pragma once
// Is this data set fit for training? Counts its labels, reads its files, and looks for what silently spoils an experiment:
// files that cannot be used, labels that a split lacks, the same picture on both sides of a split. Run it before the first
// epoch.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/detail/fingerprint.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/inspection.hpp"
#include "multilabel/data/perceptual_hash.hpp"
#include "multilabel/data/read_sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// How far `inspect` looks into the files.
enum class FileCheck {
  none,    ///< not at all
  bytes,   ///< reads every file, checks its header and its end, compares files
  pixels,  ///< also decodes every file, and compares what is seen
};

struct InspectOptions {
  FileCheck files = FileCheck::pixels;
  std::string split = "split";  ///< column with the split; without such a column there are no splits
  std::size_t rare_below = 10;  ///< a label with fewer samples is rare
  std::size_t threads = 0;      ///< 0: all
  NearOptions near = {};        ///< how alike pictures must be to be reported as the same
};

namespace detail {

/// What the bytes of one file told.
struct FileFinding {
  std::string reason;
  std::uint64_t hash = 0;
  std::uint64_t size = 0;
  ImageHeader header;
  std::optional<PerceptualHash> look;
};

/// The bytes of a file, or of pixels in memory.
inline std::vector<std::uint8_t> content_of(const Sample& sample) {
  if (!sample.pixels) return sample_bytes(sample);
  const cv::Mat pixels = sample.pixels->isContinuous() ? *sample.pixels : sample.pixels->clone();
  return {pixels.data, pixels.data + pixels.total() * pixels.elemSize()};
}

inline FileFinding look_at(const Sample& sample, FileCheck check) {
  FileFinding finding;
  try {
    const auto bytes = content_of(sample);
    finding.size = bytes.size();
    core::detail::Fingerprint hash;
    for (const std::uint8_t byte : bytes) hash.add_byte(byte);
    finding.hash = hash.number();
    if (sample.pixels) {
      const cv::Mat image = read_sample(sample);
      finding.header.height = static_cast<std::size_t>(image.rows);
      finding.header.width = static_cast<std::size_t>(image.cols);
      if (check == FileCheck::pixels) finding.look = perceptual_hash(image);
      return finding;
    }
    finding.header = image_header(bytes);
    require_usable(finding.header, bytes.size(), sample.image, {});
    if (check == FileCheck::pixels) finding.look = perceptual_hash(decode_image(bytes, sample.image));
  } catch (const std::exception& error) {
    finding.reason = error.what();
  }
  return finding;
}

inline void count_labels(const Dataset& dataset, const std::vector<std::string>& split, Inspection& found) {
  std::map<std::string, std::size_t> split_sizes;
  for (const auto& value : split) ++split_sizes[value];
  found.splits.assign(split_sizes.begin(), split_sizes.end());
  std::map<std::string, std::map<std::string, std::size_t>> counts;
  for (const auto& label : dataset.vocabulary()) counts[label];
  std::set<std::set<std::string>> sets;
  std::size_t total = 0;
  bool one_each = !dataset.empty();
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const std::set<std::string> labels(dataset[i].labels.begin(), dataset[i].labels.end());
    for (const auto& label : labels) ++counts[label][split.empty() ? "" : split[i]];
    if (labels.empty() && dataset[i].unknown.empty() && dataset[i].unnamed == Unnamed::absent) found.empty.push_back(i);
    one_each = one_each && labels.size() == 1;
    total += labels.size();
    found.most_labels = std::max(found.most_labels, labels.size());
    sets.insert(labels);
  }
  for (const auto& [label, parts] : counts) {
    LabelSummary summary;
    summary.label = label;
    for (const auto& [value, count] : parts) summary.count += count;
    for (const auto& [value, size] : found.splits) {
      const auto part = parts.find(value);
      summary.per_split.push_back(part == parts.end() ? 0 : part->second);
      if (part == parts.end()) found.missing.emplace_back(label, value);
    }
    found.labels.push_back(std::move(summary));
  }
  found.label_sets = sets.size();
  found.looks_multi_class = one_each;
  if (dataset.empty() || found.labels.empty()) return;
  found.cardinality = static_cast<double>(total) / static_cast<double>(dataset.size());
  found.density = found.cardinality / static_cast<double>(found.labels.size());
  std::size_t least = 0, most = 0;  // of the labels that occur
  for (const auto& summary : found.labels) {
    most = std::max(most, summary.count);
    if (summary.count > 0) least = least == 0 ? summary.count : std::min(least, summary.count);
  }
  if (least > 0) found.imbalance = static_cast<double>(most) / static_cast<double>(least);
}

inline void count_pairs(const Dataset& dataset, Inspection& found) {
  std::map<std::pair<std::string, std::string>, std::size_t> pairs;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const std::set<std::string> labels(dataset[i].labels.begin(), dataset[i].labels.end());
    for (auto first = labels.begin(); first != labels.end(); ++first)
      for (auto second = std::next(first); second != labels.end(); ++second) ++pairs[{*first, *second}];
  }
  std::map<std::string_view, std::size_t> alone;
  for (const auto& summary : found.labels) alone[summary.label] = summary.count;
  for (const auto& [names, count] : pairs) {
    found.together.push_back({names.first, names.second, count});
    if (count > 1 && alone[names.first] == count && alone[names.second] == count) found.inseparable.push_back(names);
  }
  std::stable_sort(found.together.begin(), found.together.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
}

inline void find_similar_names(Inspection& found) {
  std::map<std::string, std::string> seen;
  for (const auto& summary : found.labels) {
    std::string plain;
    for (const char letter : summary.label)
      if (letter != ' ' && letter != '_' && letter != '-')
        plain += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    const auto [other, added] = seen.emplace(plain, summary.label);
    if (!added) found.similar.emplace_back(other->second, summary.label);
  }
}

/// Whether the samples lie in more than one split.
inline bool across(const std::vector<std::size_t>& group, const std::vector<std::string>& split) {
  return !split.empty() &&
         std::any_of(group.begin(), group.end(), [&](std::size_t i) { return split[i] != split[group.front()]; });
}

inline void find_duplicates(const Dataset& dataset, const std::vector<FileFinding>& files,
                            const std::vector<std::string>& split, Inspection& found) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].size > 0) alike[{files[i].size, files[i].hash}].push_back(i);
  for (const auto& [key, group] : alike) {
    if (group.size() < 2) continue;
    const auto first = content_of(dataset[group.front()]);
    std::vector<std::size_t> equal;
    for (const std::size_t i : group)
      if (content_of(dataset[i]) == first) equal.push_back(i);
    if (equal.size() > 1) found.duplicates.push_back(std::move(equal));
  }
  std::sort(found.duplicates.begin(), found.duplicates.end());
  for (const auto& group : found.duplicates) {
    if (across(group, split)) ++found.duplicates_across_splits;
    const auto labels = [&](std::size_t i) {
      return std::set<std::string>(dataset[i].labels.begin(), dataset[i].labels.end());
    };
    const auto expected = labels(group.front());
    if (std::any_of(group.begin(), group.end(), [&](std::size_t i) { return labels(i) != expected; }))
      found.contradictory.push_back(group.front());
  }
}

inline void find_near_duplicates(const std::vector<FileFinding>& files, const std::vector<std::string>& split,
                                 const NearOptions& options, Inspection& found) {
  std::vector<bool> copy(files.size(), false);
  for (const auto& group : found.duplicates)
    for (const std::size_t i : group) copy[i] = i != group.front();
  std::vector<std::size_t> position;
  std::vector<PerceptualHash> looks;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (copy[i] || !files[i].look) continue;
    position.push_back(i);
    looks.push_back(*files[i].look);
  }
  found.near_duplicates = near_duplicates(looks, options);
  for (auto& group : found.near_duplicates) {
    for (std::size_t& i : group) i = position[i];
    if (across(group, split)) ++found.near_duplicates_across_splits;
  }
}

}  // namespace detail

/// Inspects `dataset`. Nothing about its content throws: findings are what it returns. Reading takes about as long as an
/// epoch's; memory holds 200 bytes an image.
[[nodiscard]] inline Inspection inspect(const Dataset& dataset, const InspectOptions& options = {}) {
  Inspection found;
  found.samples = dataset.size();
  const auto columns = dataset.columns();
  const bool has_split = std::find(columns.begin(), columns.end(), options.split) != columns.end();
  const auto split = has_split ? dataset.column(options.split) : std::vector<std::string>{};
  detail::count_labels(dataset, split, found);
  detail::count_pairs(dataset, found);
  detail::find_similar_names(found);
  for (const auto& summary : found.labels)
    if (summary.count < options.rare_below) found.rare.push_back(summary.label);
  if (options.files == FileCheck::none) return found;

  std::vector<detail::FileFinding> files(dataset.size());
  parallel_for(files.size(), options.threads, 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) files[i] = detail::look_at(dataset[i], options.files);
  });
  found.files_read = true;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i].reason.empty()) found.unreadable.push_back({dataset[i].image, i, files[i].reason});
    const auto height = files[i].header.height, width = files[i].header.width;
    if (height == 0 || width == 0) continue;
    const bool first = found.largest.first == 0;
    found.smallest = {first ? height : std::min(found.smallest.first, height),
                      first ? width : std::min(found.smallest.second, width)};
    found.largest = {std::max(found.largest.first, height), std::max(found.largest.second, width)};
  }
  detail::find_duplicates(dataset, files, split, found);
  found.pixels_read = options.files == FileCheck::pixels;
  if (found.pixels_read) detail::find_near_duplicates(files, split, options.near, found);
  return found;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

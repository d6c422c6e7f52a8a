// SPDX-License-Identifier: Apache-2.0
#pragma once
// Members of a tar archive in WebDataset's layout as samples: those whose names are equal up to the first dot belong together.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/data/detail/json_fields.hpp"
#include "multilabel/data/detail/label_text.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/detail/tar_reader.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/data/shard_options.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// "a/0001.seg.png" -> ("a/0001", "seg.png"): the name up to the first dot behind the last slash, and the rest in small
/// letters.
inline std::pair<std::string, std::string> key_and_ending(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::size_t dot = name.find('.', slash == std::string_view::npos ? 0 : slash + 1);
  std::string ending(dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1));
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return {std::string(name.substr(0, dot)), std::move(ending)};
}

/// The command that undoes a compression and keeps the file.
inline std::string_view undone_by(std::string_view compression) {
  if (compression == "gzip") return "gunzip -k";
  if (compression == "bzip2") return "bunzip2 -k";
  if (compression == "xz") return "unxz -k";
  if (compression == "zstd") return "zstd -d";
  if (compression == "lz4") return "lz4 -d";
  return "with the program that made it";
}

/// The labels of a data set from shards; none where those that occur are its vocabulary.
inline std::vector<std::string> shard_labels(const ReadShardsOptions& options) {
  auto labels = options.label_columns.empty() ? options.meaning.names : options.label_columns;
  std::erase(labels, options.meaning.no_label);
  return labels;
}

/// What was seen of labels: in some sample, and members that may be some under another name.
struct ShardLabels {
  bool found = false;
  bool others = false;

  void join(const ShardLabels& more) { found = found || more.found, others = others || more.others; }
};

/// Refuses shards in which no sample has labels, although there is more in them than images.
inline void require_labelled(const ShardLabels& labels, const ReadShardsOptions& options, const Place& place) {
  const bool json = options.labels == "json" || options.labels.ends_with(".json");
  require_some_labels(labels.found || !labels.others, options.empty,
                      join_text("some sample must have a member .", options.labels,
                                json ? join_text(" with the key ", quoted(options.field)) : std::string()),
                      "none", place);
}

/// What becomes of the images of a shard.
enum class ShardImages {
  placed,  ///< left where they are: the sample knows the place
  read,    ///< read into memory
};

/// The samples of one shard, in its order.
class ShardReader {
 public:
  ShardReader(std::filesystem::path path, const ReadShardsOptions& options, ShardImages images, std::string_view where)
      : path_(std::move(path)), options_(options), images_(images), where_(where), tar_(path_, where) {}

  ShardReader(const ShardReader&) = delete;  // place_ refers to path_
  ShardReader& operator=(const ShardReader&) = delete;

  /// The next sample, or nothing after the last. Throws `DataError`, which names the shard and the sample.
  [[nodiscard]] std::optional<Sample> next() {
    for (;;) {
      auto members = take_sample();
      if (members.empty()) return std::nullopt;
      place_.at = quoted(key_and_ending(members[0].name).first);
      std::optional<Sample> sample;
      attempt(options_.on_bad, passed_over_, [&] { sample = sample_of(members); });
      if (sample) return sample;
    }
  }

  /// What was seen of labels so far.
  [[nodiscard]] const ShardLabels& labels() const noexcept { return labels_; }

  /// What was left out so far: members without a key or an ending, and bad samples where they are skipped.
  [[nodiscard]] const std::vector<PassedOver>& passed_over() const noexcept { return passed_over_; }

 private:
  // The next members of one key; none after the last.
  std::vector<TarMember> take_sample() {
    std::vector<TarMember> members;
    if (!member_) member_ = take();
    while (member_ && (members.empty() || key_and_ending(member_->name).first == key_and_ending(members[0].name).first)) {
      members.push_back(std::move(*member_));
      member_ = take();
    }
    return members;
  }

  // Nothing where the sample is to be dropped.
  [[nodiscard]] std::optional<Sample> sample_of(std::vector<TarMember>& members) {
    Sample sample{.image = {}, .unnamed = options_.unnamed};
    std::set<std::string> endings;
    for (auto& member : members) {
      const std::string ending = key_and_ending(member.name).second;
      if (!endings.insert(ending).second)
        place_.refuse("a sample must have one member of each ending", quoted(ending) + " again");
      add(member, ending, sample);
    }
    if (sample.image.empty()) place_.refuse("a sample must have an image", "none");
    const bool stated = settle_no_label(sample, options_.meaning.no_label, place_);
    return stated || settle_empty(sample, options_.empty, place_) ? std::optional(std::move(sample)) : std::nullopt;
  }

  [[nodiscard]] bool is_image(const std::string& ending) const {
    if (options_.image.empty()) return is_image_name("x." + ending) && ending.find('.') == std::string::npos;
    return ending == options_.image;
  }

  // The next member that has a key and an ending.
  std::optional<TarMember> take() {
    const auto wanted = [this](std::string_view name) {
      const auto ending = key_and_ending(name).second;
      return ending == options_.labels || (images_ == ShardImages::read && is_image(ending));
    };
    for (;;) {
      auto member = tar_.next(wanted);
      if (!member) return member;
      if (images_ == ShardImages::placed && tar_.compressed())
        Place{where_, path_}.refuse(
            "shards must be plain tar archives, so that images can be found by their place",
            "one compressed by " + tar_.compression(),
            join_text("Decompress it once (", undone_by(tar_.compression()), "), or read it with ShardStream."));
      const auto [key, ending] = key_and_ending(member->name);
      if (!ending.empty() && !key.empty() && !key.ends_with('/')) return member;
      passed_over_.push_back({path_, join_text(where_, ": member ", quoted(member->name), " has no key or no ending")});
    }
  }

  void add(TarMember& member, const std::string& ending, Sample& sample) {
    if (is_image(ending)) {
      if (!sample.image.empty())
        place_.refuse("a sample must have one image", quoted(ending) + " as well", "Name the ending in image.");
      sample.image = path_ / member.name;
      if (images_ == ShardImages::read) {
        sample.bytes = std::make_shared<const std::vector<std::uint8_t>>(std::move(member.bytes));
      } else {
        sample.part = FilePart{path_, member.offset, member.size};
      }
    } else if (ending == options_.labels) {
      const std::string text(member.bytes.begin(), member.bytes.end());
      if (ending == "json" || ending.ends_with(".json")) {
        const auto json = parse_object(text, place_);
        if (const auto labels = json.find(options_.field); labels != json.end()) {
          labels_.found = true;
          add_labels(sample, *labels, {options_.delimiter, options_.meaning, options_.label_columns}, place_);
        }
        labels_.others = true;
        if (const auto boxes = json.find(options_.boxes); boxes != json.end()) add_boxes(sample, *boxes, place_);
      } else {
        labels_.found = true;
        require_utf8(text, place_);
        split_labels(text, options_.delimiter, {}, sample, place_);
        name_numbers(sample.labels, options_.meaning.names, place_);
      }
    } else if (!is_image_name(member.name)) {
      labels_.others = true;
    }
  }

  std::filesystem::path path_;
  ReadShardsOptions options_;
  ShardImages images_;
  std::string_view where_;
  TarReader tar_;
  std::optional<TarMember> member_;
  std::vector<PassedOver> passed_over_;
  ShardLabels labels_;
  Place place_{where_, path_};
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

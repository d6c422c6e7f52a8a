// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which column means which label? A `Vocabulary` is the ordered list of label names that travels with data sets, scores,
// thresholds and models. Wherever two of them meet, `require_same` turns a silent mix-up of columns into an error that names
// the difference.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/fingerprint.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/encoding/detail/nearest.hpp"

namespace MULTILABEL_NAMESPACE::encoding {

/// An ordered list of distinct label names; position i names column i of every target, logit, score and prediction matrix.
/// Immutable after construction.
class Vocabulary {
 public:
  /// No labels: matches nothing but another empty vocabulary.
  Vocabulary() = default;

  /// Keeps the order given. Throws `LabelError` on a name that comes twice.
  explicit Vocabulary(std::vector<std::string> labels) : labels_(std::move(labels)) {
    columns_.reserve(labels_.size());
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const auto [entry, added] = columns_.emplace(labels_[i], i);
      if (!added) {
        fail<LabelError>({"encoding::Vocabulary", "labels must be distinct",
                          join_text(quoted(labels_[i]), " at positions ", entry->second, " and ", i)});
      }
    }
  }

  Vocabulary(std::initializer_list<std::string_view> labels)
      : Vocabulary(std::vector<std::string>(labels.begin(), labels.end())) {}

  [[nodiscard]] std::size_t size() const noexcept { return labels_.size(); }
  [[nodiscard]] bool empty() const noexcept { return labels_.empty(); }
  [[nodiscard]] const std::vector<std::string>& labels() const noexcept { return labels_; }
  [[nodiscard]] auto begin() const noexcept { return labels_.begin(); }
  [[nodiscard]] auto end() const noexcept { return labels_.end(); }

  /// The name of column `column`. Throws `LabelError` past the last one.
  [[nodiscard]] const std::string& operator[](std::size_t column) const {
    if (column >= size()) {
      fail<LabelError>({"encoding::Vocabulary", join_text("column must be below ", size()), join_text(column)});
    }
    return labels_[column];
  }

  /// The column of `name`, or nothing. Constant time.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
    const auto entry = columns_.find(std::string(name));
    if (entry == columns_.end()) return std::nullopt;
    return entry->second;
  }

  [[nodiscard]] bool contains(std::string_view name) const { return find(name).has_value(); }

  /// The column of `name`. Throws `LabelError`, which offers the nearest known name, when there is none.
  [[nodiscard]] std::size_t index(std::string_view name) const {
    if (const auto column = find(name)) return *column;
    const auto mend = detail::did_you_mean(name, labels_);
    fail<LabelError>({"encoding::Vocabulary", join_text("name must be one of the ", size(), " labels"), quoted(name), mend});
  }

  /// 16 hexadecimal digits that depend on the names and their order (FNV-1a, 64 bit, over each name's length and bytes), equal
  /// on every platform. For a quick look and for files; equality itself compares the names.
  [[nodiscard]] std::string fingerprint() const {
    core::detail::Fingerprint hash;
    for (const auto& label : labels_) hash.add(label);
    return hash.text();
  }

  /// For each of my labels its column in `from`, so that `mine(i, j) = theirs(i, reorder[j])`. `from` may hold more labels.
  /// Throws `LabelError` when one of mine is missing there.
  [[nodiscard]] std::vector<std::size_t> reorder(const Vocabulary& from) const {
    std::vector<std::size_t> columns;
    columns.reserve(size());
    for (const auto& label : labels_) {
      const auto column = from.find(label);
      if (!column) {
        const auto mend = detail::did_you_mean(label, from.labels_);
        fail<LabelError>({"encoding::Vocabulary::reorder", "every label must be in the other vocabulary",
                          join_text(quoted(label), ", which is not"), mend});
      }
      columns.push_back(*column);
    }
    return columns;
  }

  /// The names as one line of JSON, a list of strings. Throws `ArgumentError` on a name that is not UTF-8. Defined in
  /// vocabulary_json.hpp.
  [[nodiscard]] inline std::string to_json() const;

  /// What `to_json` gave. Throws `ArgumentError` for anything else, `LabelError` on a name that comes twice. Defined in
  /// vocabulary_json.hpp.
  [[nodiscard]] static inline Vocabulary from_json(std::string_view text);

  friend bool operator==(const Vocabulary& a, const Vocabulary& b) { return a.labels_ == b.labels_; }

 private:
  std::vector<std::string> labels_;
  std::unordered_map<std::string, std::size_t> columns_;
};

/// Throws `LabelError` unless both vocabularies hold the same labels in the same order. The message starts with `where`, names
/// the first difference, and says whether only the order differs (then `reorder` helps).
inline void require_same(const Vocabulary& expected, const Vocabulary& actual, std::string_view where) {
  if (expected == actual) return;
  const auto missing = std::find_if(expected.begin(), expected.end(), [&](const auto& name) { return !actual.contains(name); });
  const auto extra = std::find_if(actual.begin(), actual.end(), [&](const auto& name) { return !expected.contains(name); });
  std::string difference;
  if (missing != expected.end()) difference = join_text(quoted(*missing), " is missing");
  if (extra != actual.end()) difference += join_text(difference.empty() ? "" : " and ", quoted(*extra), " is new");
  if (!difference.empty()) {
    fail<LabelError>({where, join_text("vocabularies must be equal (", expected.size(), " labels)"),
                      join_text(actual.size(), " labels, in which ", difference),
                      "Use the vocabulary that was fitted on the training labels everywhere."});
  }
  std::size_t first = 0;
  while (expected[first] == actual[first]) ++first;
  fail<LabelError>({where, "vocabularies must be in the same order",
                    join_text(quoted(actual[first]), " in column ", first, ", where ", quoted(expected[first]), " is expected"),
                    "The labels are the same; Vocabulary::reorder gives the columns to take."});
}

}  // namespace MULTILABEL_NAMESPACE::encoding

namespace MULTILABEL_NAMESPACE {
using encoding::Vocabulary;
}  // namespace MULTILABEL_NAMESPACE

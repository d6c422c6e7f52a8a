// SPDX-License-Identifier: Apache-2.0
#pragma once
// What `inspect` finds out about a data set, as values, and as text for people.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace multilabel::data {

/// A label, how many samples have it, and how many of each split.
struct LabelSummary {
  std::string label;
  std::size_t count = 0;
  std::vector<std::size_t> per_split;  ///< in the order of `Inspection::splits`; empty without splits
};

/// A file that cannot be used, and the sentence that says why.
struct UnreadableFile {
  std::filesystem::path path;
  std::size_t sample = 0;  ///< position in the data set
  std::string reason;
};

/// The findings. Positions are those of the data set inspected.
struct Inspection {
  std::size_t samples = 0;
  double cardinality = 0;                                    ///< mean number of labels a sample
  double density = 0;                                        ///< cardinality over the number of labels
  std::size_t most_labels = 0;                               ///< of one sample
  std::size_t label_sets = 0;                                ///< distinct combinations
  double imbalance = 0;                                      ///< the largest label's count over the smallest's
  std::vector<LabelSummary> labels;                          ///< sorted by name
  std::vector<std::pair<std::string, std::size_t>> splits;   ///< value of the split column, samples
  std::vector<std::string> rare;                             ///< labels with fewer samples than asked for
  std::vector<std::pair<std::string, std::string>> missing;  ///< (label, split that has no sample of it)
  std::vector<std::pair<std::string, std::string>> similar;  ///< labels that differ only in case or blanks
  std::vector<std::size_t> empty;                            ///< samples without any label
  std::vector<UnreadableFile> unreadable;
  std::vector<std::vector<std::size_t>> duplicates;       ///< groups of samples whose files are equal byte for byte
  std::size_t duplicates_across_splits = 0;               ///< groups that lie in more than one split
  std::pair<std::size_t, std::size_t> smallest = {0, 0};  ///< least height, least width of JPEG and PNG files
  std::pair<std::size_t, std::size_t> largest = {0, 0};   ///< greatest height, greatest width
  bool files_read = false;
  bool looks_multi_class = false;  ///< every sample has exactly one label: a softmax may be the better model

  /// A page of text; at most `examples` of each finding are named.
  [[nodiscard]] std::string to_text(std::size_t examples = 5) const;
};

namespace detail {

/// Lines such as "  3 labels are rare: 'a', 'b', ...".
template <class Items, class Word>
void finding(std::ostream& text, const Items& items, std::size_t examples, const std::string& what, Word&& word) {
  if (items.empty()) return;
  text << "  " << items.size() << ' ' << what << ": ";
  for (std::size_t i = 0; i < std::min(examples, items.size()); ++i) text << (i ? ", " : "") << word(items[i]);
  text << (items.size() > examples ? ", ...\n" : "\n");
}

inline void label_lines(std::ostream& text, const Inspection& found) {
  std::size_t width = 5;
  for (const auto& label : found.labels) width = std::max(width, label.label.size());
  text << std::left << std::setw(static_cast<int>(width) + 2) << "label" << std::right << std::setw(8) << "samples";
  for (const auto& [name, count] : found.splits) text << std::setw(std::max(8, static_cast<int>(name.size()) + 2)) << name;
  text << '\n';
  auto sorted = found.labels;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  for (const auto& label : sorted) {
    text << std::left << std::setw(static_cast<int>(width) + 2) << label.label << std::right << std::setw(8) << label.count;
    for (std::size_t i = 0; i < label.per_split.size(); ++i)
      text << std::setw(std::max(8, static_cast<int>(found.splits[i].first.size()) + 2)) << label.per_split[i];
    text << '\n';
  }
}

}  // namespace detail

inline std::string Inspection::to_text(std::size_t examples) const {
  std::ostringstream text;
  text << samples << " samples, " << labels.size() << " labels; " << std::fixed << std::setprecision(2) << cardinality
       << " labels a sample (at most " << most_labels << "), " << label_sets << " distinct sets; most to least frequent label "
       << std::setprecision(1) << imbalance << " : 1\n";
  if (largest.first > 0)
    text << "images from " << smallest.first << " x " << smallest.second << " to " << largest.first << " x " << largest.second
         << " (height x width)\n";
  detail::label_lines(text, *this);
  std::ostringstream notes;
  const auto name = [](const std::string& label) { return multilabel::quoted(label); };
  detail::finding(notes, unreadable, examples, "files cannot be used", [](const auto& file) { return file.reason; });
  detail::finding(notes, empty, examples, "samples have no label, at", [](std::size_t i) { return i; });
  detail::finding(notes, rare, examples, "labels are rare", name);
  detail::finding(notes, missing, examples, "labels are missing from a split",
                  [&](const auto& pair) { return name(pair.first) + " from " + name(pair.second); });
  detail::finding(notes, similar, examples, "pairs of labels differ only in case or blanks",
                  [&](const auto& pair) { return name(pair.first) + " and " + name(pair.second); });
  detail::finding(notes, duplicates, examples, "groups of files are equal byte for byte, beginning at",
                  [](const auto& group) { return group.front(); });
  if (duplicates_across_splits > 0)
    notes << "  " << duplicates_across_splits << " of these groups lie in more than one split\n";
  if (looks_multi_class) notes << "  every sample has exactly one label: this may be a multi-class problem\n";
  if (!files_read) notes << "  the files were not read\n";
  text << (notes.str().empty() ? "nothing to complain about\n" : "findings\n" + notes.str());
  return text.str();
}

}  // namespace multilabel::data

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

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// A label, how many samples have it, and how many of each split.
struct LabelSummary {
  std::string label;
  std::size_t count = 0;
  std::vector<std::size_t> per_split;  ///< in the order of `Inspection::splits`; empty without splits
};

/// Two labels and how many samples have both.
struct LabelPair {
  std::string first;
  std::string second;
  std::size_t count = 0;

  friend bool operator==(const LabelPair&, const LabelPair&) = default;
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
  std::vector<std::size_t> empty;                            ///< samples without any label, present or unknown
  std::vector<UnreadableFile> unreadable;
  std::vector<std::vector<std::size_t>> duplicates;       ///< groups of samples whose files are equal byte for byte
  std::size_t duplicates_across_splits = 0;               ///< groups that lie in more than one split
  std::pair<std::size_t, std::size_t> smallest = {0, 0};  ///< least height, least width of JPEG and PNG files
  std::pair<std::size_t, std::size_t> largest = {0, 0};   ///< greatest height, greatest width
  bool files_read = false;
  bool pixels_read = false;
  bool looks_multi_class = false;   ///< every sample has exactly one label: a softmax may be the better model
  std::vector<LabelPair> together;  ///< co-occurrence: pairs that some sample has, the most frequent first
  std::vector<std::pair<std::string, std::string>> inseparable;  ///< labels that only come together, in at least two samples
  std::vector<std::size_t> contradictory;  ///< first samples of those groups of equal files whose labels differ
  /// Groups of samples that look the same though their files differ; of equal files only the first is in it.
  std::vector<std::vector<std::size_t>> near_duplicates;
  std::size_t near_duplicates_across_splits = 0;  ///< groups that lie in more than one split

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
  constexpr std::size_t most = 100;
  for (std::size_t row = 0; row < std::min(most, sorted.size()); ++row) {
    const auto& label = sorted[row];
    text << std::left << std::setw(static_cast<int>(width) + 2) << label.label << std::right << std::setw(8) << label.count;
    for (std::size_t i = 0; i < label.per_split.size(); ++i)
      text << std::setw(std::max(8, static_cast<int>(found.splits[i].first.size()) + 2)) << label.per_split[i];
    text << '\n';
  }
  if (sorted.size() > most) text << "... and " << sorted.size() - most << " more\n";
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
  detail::finding(text, together, examples, "pairs of labels come together, most often", [](const auto& pair) {
    return join_text(multilabel::quoted(pair.first), " and ", multilabel::quoted(pair.second), " (", pair.count, ")");
  });
  std::ostringstream notes;
  const auto name = [](const std::string& label) { return multilabel::quoted(label); };
  detail::finding(notes, unreadable, examples, "files cannot be used", [](const auto& file) { return file.reason; });
  detail::finding(notes, empty, examples, "samples have no label, at", [](std::size_t i) { return i; });
  detail::finding(notes, rare, examples, "labels are rare", name);
  detail::finding(notes, missing, examples, "labels are missing from a split",
                  [&](const auto& pair) { return name(pair.first) + " from " + name(pair.second); });
  detail::finding(notes, similar, examples, "pairs of labels differ only in case or blanks",
                  [&](const auto& pair) { return name(pair.first) + " and " + name(pair.second); });
  detail::finding(notes, inseparable, examples, "pairs of labels only come together",
                  [&](const auto& pair) { return name(pair.first) + " and " + name(pair.second); });
  const auto group = [](const auto& positions) {
    std::ostringstream words;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, positions.size()); ++i) words << (i ? " = " : "") << positions[i];
    words << (positions.size() > 3 ? " = ..." : "");
    return words.str();
  };
  detail::finding(notes, duplicates, examples, "groups of files are equal byte for byte", group);
  if (duplicates_across_splits > 0)
    notes << "  " << duplicates_across_splits << " of these groups lie in more than one split\n";
  detail::finding(notes, contradictory, examples, "of these groups have different labels, beginning at",
                  [](std::size_t i) { return i; });
  detail::finding(notes, near_duplicates, examples, "groups of pictures look the same", group);
  if (near_duplicates_across_splits > 0)
    notes << "  " << near_duplicates_across_splits << " of these groups lie in more than one split\n";
  if (looks_multi_class) notes << "  every sample has exactly one label: this may be a multi-class problem\n";
  if (!files_read) notes << "  the files were not read\n";
  if (files_read && !pixels_read) notes << "  the files were not decoded, so look-alikes were not looked for\n";
  text << (notes.str().empty() ? "nothing to complain about\n" : "findings\n" + notes.str());
  return text.str();
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

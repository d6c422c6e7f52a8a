// SPDX-License-Identifier: Apache-2.0
#pragma once
// The labels in one cell of text: names between delimiters, or a list as Python, NumPy and JSON write it, ['cat', 'dog'].

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/detail/escapes.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// What is between the brackets of a list that is written as text: [..], or (..) and {..} that begin with a quote. Nothing for
/// any other text; all of it for a list that does not end, in which no entry will be found right.
inline std::optional<std::string_view> list_inside(std::string_view text) {
  constexpr std::string_view opening = "[({", closing = "])}";
  text = trimmed(text);
  const std::size_t kind = text.empty() ? std::string_view::npos : opening.find(text[0]);
  if (kind == std::string_view::npos) return std::nullopt;
  const std::string_view first = trimmed(text.substr(1));
  const bool quote = first.starts_with('"') || first.starts_with('\'');
  const bool ends = text.size() > 1 && text.back() == closing[kind];
  if (!quote && !(ends && kind == 0)) return std::nullopt;
  return ends ? trimmed(text.substr(1, text.size() - 2)) : text;
}

/// The entries of such a list: in quotes, or bare up to a comma. NumPy writes blanks where others write commas, so a bare
/// number ends at a blank, too.
inline std::vector<std::string> list_entries(std::string_view inside, const Place& place) {
  std::vector<std::string> entries;
  const auto refuse = [&] { place.refuse("a list of labels must be written as ['cat', 'dog']", quoted(inside)); };
  while (!(inside = trimmed(inside)).empty()) {
    std::string entry;
    std::size_t at = 0;
    if (const char quote = inside[0]; quote == '"' || quote == '\'') {
      for (at = 1; at < inside.size() && inside[at] != quote; ++at) {
        if (inside[at] != '\\') {
          entry += inside[at];
        } else if (const auto taken = add_escape(inside.substr(at + 1), entry)) {
          at += *taken;
        } else {
          refuse();
        }
      }
      if (at++ == inside.size()) refuse();
    } else {
      at = inside.find_first_of(inside[0] >= '0' && inside[0] <= '9' ? ", " : ",");
      entry = trimmed(inside.substr(0, at));
      if (entry.empty() || entry.find_first_of("[](){}'\"") != std::string::npos) refuse();
    }
    entries.push_back(std::move(entry));
    inside = trimmed(inside.substr(std::min(at, inside.size())));
    if (inside.starts_with(',')) inside.remove_prefix(1);
  }
  return entries;
}

/// Refuses a list of numbers in which one comes twice, which is a row of a target matrix and no list of labels.
inline void require_no_row(const std::vector<std::string>& entries, const Place& place) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool twice =
        std::find(entries.begin() + static_cast<std::ptrdiff_t>(i) + 1, entries.end(), entries[i]) != entries.end();
    if (twice && number_in(entries[i]))
      place.refuse("labels must be names, or numbers that each come once",
                   join_text(entries[i], " twice, as in a row of 0 and 1"), "Name the labels of such a row in label_columns.");
  }
}

/// Adds the labels in `text`, cut at `delimiter` or written as a list; one that begins with `unknown_mark` (if there is such a
/// mark) is unknown.
inline void split_labels(std::string_view text, char delimiter, std::string_view unknown_mark, Sample& sample,
                         const Place& place) {
  const auto add = [&](std::string_view label) {
    label = trimmed(label);
    if (!unknown_mark.empty() && label.starts_with(unknown_mark)) {
      sample.unknown.emplace_back(trimmed(label.substr(unknown_mark.size())));
    } else if (!label.empty()) {
      sample.labels.emplace_back(label);
    }
  };
  if (const auto inside = list_inside(text)) {
    const auto entries = list_entries(*inside, place);
    require_no_row(entries, place);
    for (const auto& entry : entries) add(entry);
    return;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(delimiter, begin), text.size());
    add(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

/// Puts in the place of a number its name, if there are names.
inline void name_numbers(std::vector<std::string>& labels, const std::vector<std::string>& names, const Place& place) {
  if (names.empty()) return;
  for (auto& label : labels) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), number);
    if (error != std::errc() || end != label.data() + label.size()) continue;
    if (number >= names.size()) place.refuse(join_text("numbers of labels must be below ", names.size()), label);
    label = names[number];
  }
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Labels and boxes in a JSON object: what read_jsonl finds on a line and read_shards in a member of a shard.

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/detail/label_text.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// The object in `text`. Throws `DataError` at `place`.
inline nlohmann::json parse_object(std::string_view text, const Place& place) {
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    place.refuse("it must be JSON", error.what());
  }
  if (!json.is_object()) place.refuse("it must be a JSON object", json.type_name());
  return json;
}

/// Text as it is, numbers and truth values as JSON writes them; nothing for what has parts, and for null.
inline std::optional<std::string> plain_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

/// How labels stand in JSON.
struct JsonLabels {
  char delimiter;
  const LabelMeaning& meaning;
  const std::vector<std::string>& columns;  ///< the labels of a row of cells; none where labels are named
};

/// Adds `label` as the value beside it says. False if that means nothing.
inline bool add_json_target(Sample& sample, const std::string& label, const nlohmann::json& value,
                            const LabelMeaning& meaning) {
  const auto code = value.is_null() ? std::optional<std::string>("null") : plain_text(value);
  const auto target = code ? code_target(*code, label, meaning) : std::nullopt;
  if (target) add_target(sample, label, *target);
  return target.has_value();
}

/// Adds the labels that `value` holds: a list of names, an object of name and 1, 0 or null, or text cut at the delimiter; or,
/// if columns are named, a row of as many cells. Null stands for no labels.
inline void add_labels(Sample& sample, const nlohmann::json& value, const JsonLabels& form, const Place& place) {
  if (value.is_null()) return;
  if (!form.columns.empty()) {
    const std::string expected =
        join_text("labels must be a list of ", form.columns.size(), " cells, 1, 0 or null, one a label");
    if (!value.is_array() || value.size() != form.columns.size())
      place.refuse(expected, value.is_array() ? join_text(value.size(), " cells") : value.type_name());
    for (std::size_t i = 0; i < value.size(); ++i)
      if (!add_json_target(sample, form.columns[i], value[i], form.meaning))
        place.refuse(expected, join_text(value[i].dump(), " for ", quoted(form.columns[i])));
    return;
  }
  constexpr std::string_view expected = "labels must be a list of names, an object of name and 1, 0 or null, or text";
  if (value.is_string()) {
    split_labels(value.get_ref<const std::string&>(), form.delimiter, {}, sample, place);
  } else if (value.is_array()) {
    for (const auto& label : value) {
      const auto name = plain_text(label);
      if (!name || label.is_boolean()) place.refuse(expected, join_text("a list with ", label.type_name(), " in it"));
      sample.labels.push_back(*name);
    }
    require_no_row(sample.labels, place);
  } else if (value.is_object()) {
    for (const auto& [name, state] : value.items())
      if (!add_json_target(sample, name, state, form.meaning))
        place.refuse(expected, join_text(quoted(name), " with another value"));
  } else {
    place.refuse(expected, value.type_name());
  }
  name_numbers(sample.labels, form.meaning.names, place);
}

/// Adds the boxes in a list of {"label": name, "bbox": [x, y, width, height]}.
inline void add_boxes(Sample& sample, const nlohmann::json& value, const Place& place) {
  constexpr std::string_view expected = "boxes must be a list of {\"label\": name, \"bbox\": [x, y, width, height]}";
  if (value.is_null()) return;
  if (!value.is_array()) place.refuse(expected, value.type_name());
  for (const auto& object : value) {
    if (!object.is_object()) place.refuse(expected, join_text("a list with ", object.type_name(), " in it"));
    const auto label = object.find("label");
    const auto edges = object.find("bbox");
    if (label == object.end() || edges == object.end()) place.refuse(expected, "one without label or bbox");
    const auto name = plain_text(*label);
    if (!name || !edges->is_array() || edges->size() != 4) place.refuse(expected, "another type of label or bbox");
    std::array<double, 4> box{};
    for (std::size_t i = 0; i < 4; ++i) {
      if (!(*edges)[i].is_number()) place.refuse(expected, join_text((*edges)[i].type_name(), " in bbox"));
      box[i] = (*edges)[i].get<double>();
    }
    add_box(sample, box, *name, place);
  }
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Held-out answers as a .safetensors file. Needs a JSON library, so it is apart from held_out.hpp, where `save` and `load` are
// declared; include it where they are called.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/safetensors.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/evaluation/held_out.hpp"

namespace MULTILABEL_NAMESPACE::evaluation {

namespace detail {

inline constexpr std::string_view held_out_format = "multilabel.held_out";

// The list of names that the metadata hold under `key`.
[[nodiscard]] inline std::vector<std::string> names_in(const SafeTensorFile& file, const std::string& key) {
  const auto reject = [&](std::string_view expected, const std::string& actual) {
    fail<BundleError>({"evaluation::HeldOut::load", expected, join_text(actual, " in ", quoted(file.path().string()))});
  };
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end()) reject("the file must be written by HeldOut::save", join_text("no ", key));
  const auto flat = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > 1) reject(join_text(key, " must be a JSON list of names"), "lists within it");
    return true;
  };
  std::vector<std::string> names;
  const nlohmann::json list = nlohmann::json::parse(found->second, flat, false);  // a text without its end gives no list
  if (!list.is_array()) reject(join_text(key, " must be a JSON list of names"), "something else");
  for (const auto& name : list) {
    if (!name.is_string()) reject(join_text(key, " must be a JSON list of names"), name.type_name());
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace detail

inline void HeldOut::save(const std::filesystem::path& path) const {
  require_consistent("evaluation::HeldOut::save", *this);
  std::error_code ignored;  // the write that follows complains
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  // File names need not be UTF-8; JSON must.
  const auto text = [](const std::vector<std::string>& names) {
    return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  const auto view = [](std::string_view name, const Matrix<float>& matrix) {
    return SafeTensorView{.name = name,
                          .type = *safe_tensor_type("F32"),
                          .shape = {static_cast<std::int64_t>(matrix.rows()), static_cast<std::int64_t>(matrix.columns())},
                          .data = matrix.data()};
  };
  const std::vector<SafeTensorView> views{view("targets", targets), view("logits", logits), view("scores", scores)};
  write_safetensors(
      path, views,
      {{"format", std::string(detail::held_out_format)}, {"labels", text(vocabulary.labels())}, {"images", text(images)}});
}

inline HeldOut HeldOut::load(const std::filesystem::path& path) {
  constexpr std::string_view where = "evaluation::HeldOut::load";
  SafeTensorFile file(path);
  const auto reject = [&](std::string_view expected, const std::string& actual) {
    fail<BundleError>({where, expected, join_text(actual, " in ", quoted(path.string()))});
  };
  HeldOut loaded;
  loaded.vocabulary = encoding::Vocabulary(detail::names_in(file, "labels"));
  loaded.images = detail::names_in(file, "images");
  std::vector<std::string> missing{"targets", "logits", "scores"};
  for (const auto& entry : file.entries()) {
    const auto is = [&](std::string_view name) { return entry.name == name; };
    if (!is("targets") && !is("logits") && !is("scores")) reject("the tensors must be targets, logits, scores", entry.name);
    if (entry.shape.size() != 2) reject(join_text(entry.name, " must be [samples, labels]"), "another shape");
    if (entry.type.name != "F32" && entry.type.name != "F64") {
      reject(join_text(entry.name, " must be F32 or F64"), std::string(entry.type.name));
    }
    const auto rows = static_cast<std::size_t>(entry.shape[0]);
    const auto columns = static_cast<std::size_t>(entry.shape[1]);
    if (columns != loaded.vocabulary.size()) {
      reject(join_text(entry.name, " must have one column for each of the ", loaded.vocabulary.size(), " labels"),
             join_text(columns));
    }
    Matrix<float>& matrix = is("targets") ? loaded.targets : is("logits") ? loaded.logits : loaded.scores;
    try {
      matrix = Matrix<float>(rows, columns);
      if (entry.type.name == "F32") {
        file.read(entry, matrix.data());
      } else {
        std::vector<double> numbers(matrix.size());
        file.read(entry, numbers.data());
        std::transform(numbers.begin(), numbers.end(), matrix.data(), [](double number) { return static_cast<float>(number); });
      }
    } catch (const std::bad_alloc&) {
      reject(join_text(entry.name, " must fit into memory"), shape_text(rows, columns));
    }
    std::erase(missing, entry.name);
  }
  if (!missing.empty()) reject("there must be a matrix of this name", missing.front());
  require_consistent(join_text(where, ": ", quoted(path.string())), loaded);
  return loaded;
}

}  // namespace MULTILABEL_NAMESPACE::evaluation

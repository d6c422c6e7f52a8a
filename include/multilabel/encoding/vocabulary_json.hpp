// SPDX-License-Identifier: Apache-2.0
#pragma once
// A vocabulary as text: the JSON list of its names, which is also how a bundle holds them. Needs a JSON library, so it is apart
// from vocabulary.hpp, where `to_json` and `from_json` are declared; include it where they are called.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::encoding {

namespace detail {

[[nodiscard]] inline nlohmann::ordered_json json_of(const Vocabulary& vocabulary) { return vocabulary.labels(); }

/// The vocabulary of a JSON list of names; calls `reject(expected, actual)`, which throws, where it is none.
template <class Reject>
[[nodiscard]] Vocabulary vocabulary_of(const nlohmann::json& json, const Reject& reject) {
  std::vector<std::string> labels;
  try {
    labels = json.get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& error) {
    reject("must be a JSON list of strings", error.what());
  }
  return Vocabulary(std::move(labels));
}

}  // namespace detail

inline std::string Vocabulary::to_json() const {
  try {
    return detail::json_of(*this).dump();
  } catch (const nlohmann::json::exception& error) {
    fail<ArgumentError>({"encoding::Vocabulary::to_json", "labels must be UTF-8", error.what()});
  }
}

inline Vocabulary Vocabulary::from_json(std::string_view text) {
  const auto reject = [](const std::string& expected, const std::string& actual) {
    fail<ArgumentError>({"encoding::Vocabulary::from_json", "text " + expected, actual, "Pass what to_json returned."});
  };
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    reject("must be a JSON list of strings", error.what());
  }
  return detail::vocabulary_of(json, reject);
}

}  // namespace MULTILABEL_NAMESPACE::encoding

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A fitted threshold as text: a JSON object of its thresholds and of what they were tuned for, which is also how a bundle holds
// it. Needs a JSON library, so it is apart from rule.hpp, where `to_json` and `from_json` are declared; include it where they
// are called.

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/threshold/rule.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

namespace detail {

[[nodiscard]] inline nlohmann::ordered_json json_of(const ThresholdRule& rule) {
  nlohmann::ordered_json value;  // null, as JSON has no NaN
  if (!std::isnan(rule.value())) value = rule.value();
  return {{"thresholds", rule.thresholds()}, {"metric", rule.metric()}, {"average", rule.average()}, {"value", value}};
}

/// The rule of a JSON object; calls `reject(expected, actual)`, which throws, where it is none.
template <class Reject>
[[nodiscard]] ThresholdRule rule_of(const nlohmann::json& json, const Reject& reject) {
  if (!json.is_object()) reject("must be a JSON object", json.type_name());
  const auto read = [&](const char* name, auto& into) {
    const auto found = json.find(name);
    if (found == json.end()) reject(join_text("must have the field ", quoted(name)), "none");
    try {
      found->get_to(into);
    } catch (const nlohmann::json::exception& error) {
      reject(join_text("must have the field ", quoted(name), " in its type"), error.what());
    }
  };
  std::vector<double> thresholds;
  std::string metric;
  std::string average;
  double value = std::numeric_limits<double>::quiet_NaN();
  read("thresholds", thresholds);
  read("metric", metric);
  read("average", average);
  if (!json.contains("value") || !json["value"].is_null()) read("value", value);
  if (thresholds.empty()) reject("must have at least one of 'thresholds'", "none");
  return ThresholdRule(std::move(thresholds), std::move(metric), std::move(average), value);
}

}  // namespace detail

inline std::string ThresholdRule::to_json() const {
  try {
    return detail::json_of(*this).dump();
  } catch (const nlohmann::json::exception& error) {
    fail<ArgumentError>({"ThresholdRule::to_json", "metric and average must be UTF-8", error.what()});
  }
}

inline ThresholdRule ThresholdRule::from_json(std::string_view text) {
  const auto reject = [](const std::string& expected, const std::string& actual) {
    fail<ArgumentError>({"ThresholdRule::from_json", "text " + expected, actual, "Pass what to_json returned."});
  };
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    reject("must be a JSON object", error.what());
  }
  return detail::rule_of(json, reject);
}

}  // namespace MULTILABEL_NAMESPACE::threshold

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/rule_json.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

namespace {
using multilabel::ArgumentError;
using multilabel::threshold::ThresholdRule;

TEST_CASE("ThresholdRule::to_json: one object, read back as the equal rule") {
  const ThresholdRule tuned({0.1, 1.0 / 3.0}, "f1", "samples", 0.75);
  CHECK(tuned.to_json() == R"({"thresholds":[0.1,0.3333333333333333],"metric":"f1","average":"samples","value":0.75})");
  CHECK(ThresholdRule::from_json(tuned.to_json()) == tuned);
  const ThresholdRule plain({0.5});
  CHECK(plain.to_json() == R"({"thresholds":[0.5],"metric":"","average":"","value":null})");
  CHECK(ThresholdRule::from_json(plain.to_json()) == plain);
  CHECK(std::isnan(ThresholdRule::from_json(plain.to_json()).value()));
  CHECK_THROWS_WITH(ThresholdRule({0.5}, "f1", "micro", std::numeric_limits<double>::infinity()),
                    "ThresholdRule: value must be finite or NaN; got inf");
}

TEST_CASE("ThresholdRule::from_json: what is no rule is refused by the field") {
  const auto sentence = [](const std::string& rest) { return "ThresholdRule::from_json: text must " + rest; };
  CHECK_THROWS_WITH(ThresholdRule::from_json("[0.5]"), sentence("be a JSON object; got array. Pass what to_json returned."));
  CHECK_THROWS_WITH(ThresholdRule::from_json("{"), Catch::StartsWith(sentence("be a JSON object; got ")));
  CHECK_THROWS_WITH(ThresholdRule::from_json(R"({"thresholds":[0.5],"metric":"","average":""})"),
                    sentence("have the field 'value'; got none. Pass what to_json returned."));
  CHECK_THROWS_WITH(ThresholdRule::from_json(R"({"thresholds":"x","metric":"","average":"","value":null})"),
                    Catch::StartsWith(sentence("have the field 'thresholds' in its type; got ")));
  CHECK_THROWS_AS(ThresholdRule::from_json(R"({"thresholds":[],"metric":"","average":"","value":null})"), ArgumentError);
}
}  // namespace

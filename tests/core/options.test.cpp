// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/options.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace options_test {

enum class Kind { plain, fancy };
std::string to_string(Kind kind) { return kind == Kind::fancy ? "fancy" : "plain"; }

struct Inner {
  double low = 0.1;
};
void describe(auto& visit, multilabel::options_like<Inner> auto& options) { visit("low", options.low); }

struct Outer {
  double rate = 1e-3;
  int count = 3;
  bool on = true;
  std::string name = "a";
  Kind kind = Kind::fancy;
  std::vector<double> weights{1, 0.5};
  Inner inner{};
};
void describe(auto& visit, multilabel::options_like<Outer> auto& options) {
  visit("rate", options.rate)("count", options.count)("on", options.on)("name", options.name);
  visit("kind", options.kind)("weights", options.weights)("inner", options.inner);
}

}  // namespace options_test

TEST_CASE("option_texts: every field by name, as the shortest text that reads back the same") {
  CHECK(multilabel::option_texts(options_test::Outer{}, "x.") == multilabel::OptionTexts{{"x.rate", "0.001"},
                                                                                         {"x.count", "3"},
                                                                                         {"x.on", "true"},
                                                                                         {"x.name", "a"},
                                                                                         {"x.kind", "fancy"},
                                                                                         {"x.weights", "[1, 0.5]"},
                                                                                         {"x.inner.low", "0.1"}});
}

TEST_CASE("differences: names what changed, what is gone and what is new") {
  const auto found = multilabel::differences({{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{"a", "1"}, {"b", "4"}, {"d", "5"}});
  REQUIRE(found.size() == 3);
  CHECK((found[0].name == "b" && found[0].stored == "2" && found[0].now == "4"));
  CHECK((found[1].name == "c" && found[1].now == "none"));
  CHECK((found[2].name == "d" && found[2].stored == "none"));
}

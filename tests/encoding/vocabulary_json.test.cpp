// SPDX-License-Identifier: Apache-2.0
#include "multilabel/encoding/vocabulary_json.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::ArgumentError;
using multilabel::encoding::Vocabulary;

TEST_CASE("Vocabulary::to_json: a JSON list of the names in their order, read back as it was") {
  const Vocabulary vocabulary{"traffic light", "a \"b\"", "köter"};
  CHECK(vocabulary.to_json() == R"(["traffic light","a \"b\"","köter"])");
  CHECK(Vocabulary::from_json(vocabulary.to_json()) == vocabulary);
  CHECK(Vocabulary::from_json(" [ \"dog\", \"k\\u00f6ter\" ] ") == Vocabulary{"dog", "köter"});
  CHECK(Vocabulary{}.to_json() == "[]");
}

TEST_CASE("Vocabulary::from_json: what is no list of distinct names is refused") {
  CHECK_THROWS_WITH(Vocabulary::from_json("dog"),
                    Catch::StartsWith("encoding::Vocabulary::from_json: text must be a JSON list of strings; got ") &&
                        Catch::EndsWith("Pass what to_json returned."));
  CHECK_THROWS_AS(Vocabulary::from_json("{\"a\": 1}"), ArgumentError);
  CHECK_THROWS_AS(Vocabulary::from_json("[1]"), ArgumentError);
  CHECK_THROWS_AS(Vocabulary::from_json(""), ArgumentError);
  CHECK_THROWS_AS(Vocabulary::from_json("[\"a\", \"a\"]"), multilabel::LabelError);
}

TEST_CASE("Vocabulary::to_json: a name that is not UTF-8 is refused") {
  CHECK_THROWS_AS(Vocabulary{"\xff"}.to_json(), ArgumentError);
}
}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/encoding/vocabulary.hpp"

#include <catch2/catch.hpp>

namespace {
using Catch::Matchers::Contains;
using multilabel::LabelError;
using multilabel::encoding::require_same;
using multilabel::encoding::Vocabulary;

TEST_CASE("Vocabulary: keeps the order given and finds columns by name") {
  const Vocabulary vocabulary{"dog", "cat", "bird"};
  CHECK(vocabulary.size() == 3);
  CHECK(vocabulary[1] == "cat");
  CHECK(vocabulary.find("bird") == 2);
  CHECK_FALSE(vocabulary.find("fish").has_value());
  CHECK(vocabulary.index("dog") == 0);
}

TEST_CASE("Vocabulary: a name that comes twice is a LabelError with both positions") {
  CHECK_THROWS_WITH((Vocabulary{"a", "b", "a"}), "encoding::Vocabulary: labels must be distinct; got 'a' at positions 0 and 2");
  CHECK_THROWS_AS((Vocabulary{"a", "a"}), LabelError);
}

TEST_CASE("Vocabulary: a misspelt name is offered its neighbour, a foreign one is not") {
  const Vocabulary vocabulary{"traffic light", "dog"};
  CHECK_THROWS_WITH(vocabulary.index("trafic light"), Contains("Did you mean 'traffic light'?"));
  CHECK_THROWS_WITH(vocabulary.index("refrigerator"), !Contains("Did you mean"));
  CHECK_THROWS_AS(vocabulary[2], LabelError);
}

TEST_CASE("Vocabulary: the fingerprint depends on names, order and borders, and is the same everywhere") {
  CHECK(Vocabulary{"a", "b"}.fingerprint() == Vocabulary{"a", "b"}.fingerprint());
  CHECK(Vocabulary{"a", "b"}.fingerprint() != Vocabulary{"b", "a"}.fingerprint());
  CHECK(Vocabulary{"ab", "c"}.fingerprint() != Vocabulary{"a", "bc"}.fingerprint());
  CHECK(Vocabulary{}.fingerprint() == "cbf29ce484222325");  // the offset basis of FNV-1a
}

TEST_CASE("Vocabulary::reorder: gives the other's column for each of my labels") {
  const Vocabulary mine{"cat", "dog"};
  const Vocabulary theirs{"dog", "bird", "cat"};
  CHECK(mine.reorder(theirs) == std::vector<std::size_t>{2, 0});
  CHECK_THROWS_WITH(theirs.reorder(mine), Contains("'bird', which is not"));
}

TEST_CASE("require_same: says nothing on equal, and otherwise whether only the order differs") {
  const Vocabulary expected{"cat", "dog"};
  CHECK_NOTHROW(require_same(expected, Vocabulary{"cat", "dog"}, "test"));
  CHECK_THROWS_WITH(
      require_same(expected, Vocabulary{"dog", "cat"}, "test"),
      "test: vocabularies must be in the same order; got 'dog' in column 0, where 'cat' is expected. The labels are the "
      "same; Vocabulary::reorder gives the columns to take.");
  CHECK_THROWS_WITH(require_same(expected, Vocabulary{"cat", "cow"}, "test"), Contains("'dog' is missing and 'cow' is new"));
  CHECK_THROWS_WITH(require_same(expected, Vocabulary{"cat"}, "test"), Contains("1 labels, in which 'dog' is missing"));
}

}  // namespace

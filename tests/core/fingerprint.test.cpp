// SPDX-License-Identifier: Apache-2.0
#include <multilabel/core/detail/fingerprint.hpp>

#include <catch2/catch.hpp>

namespace core = multilabel::core::detail;

// The reference values are those of the test vectors that the authors of FNV publish for FNV-1a.
TEST_CASE("Fingerprint: FNV-1a over the bytes added") {
  core::Fingerprint empty;
  CHECK(empty.text() == "cbf29ce484222325");
  core::Fingerprint a;
  a.add_byte('a');
  CHECK(a.number() == 0xaf63dc4c8601ec8cu);
  core::Fingerprint foobar;
  for (const char letter : {'f', 'o', 'o', 'b', 'a', 'r'}) foobar.add_byte(static_cast<unsigned char>(letter));
  CHECK(foobar.text() == "85944171f73967e8");
}

TEST_CASE("Fingerprint: where one text ends and the next begins counts") {
  core::Fingerprint one;
  core::Fingerprint other;
  one.add("ab");
  one.add("c");
  other.add("a");
  other.add("bc");
  CHECK(one.number() != other.number());
}

TEST_CASE("hash_of_name: 32-bit FNV-1a") {
  CHECK(core::hash_of_name("") == 0x811c9dc5u);
  CHECK(core::hash_of_name("a") == 0xe40c292cu);
  CHECK(core::hash_of_name("foobar") == 0xbf9cf968u);
}

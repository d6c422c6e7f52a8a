// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/label_meaning.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace {
using multilabel::data::code_target;
using multilabel::data::LabelMeaning;
using multilabel::data::Probabilities;

constexpr float UNKNOWN = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("code_target: yes, no and unknown as people write them, whatever the case and the blanks") {
  for (const char* code : {"1", "1.0", "1.", "+1", "true", " YES ", "y", "T"}) CHECK(code_target(code) == 1.0f);
  for (const char* code : {"0", "0.0", "-0", "False", "no", "N", "f"}) CHECK(code_target(code) == 0.0f);
  for (const char* code : {"", " ", "?", "nan", "NA", "n/a", "null", "None", "-1", "-1.0"}) {
    INFO(code);
    REQUIRE(code_target(code));
    CHECK(std::isnan(*code_target(code)));
  }
  for (const char* code : {"2", "0.5", "x", "1e999", "-2", "1 0"}) CHECK_FALSE(code_target(code));
}

TEST_CASE("code_target: what is declared for a label goes before what is declared for the file, and that before the rest") {
  const LabelMeaning meaning{.codes = {{"-1", 0.0f}, {"u", UNKNOWN}}, .label_codes = {{"edema", {{"-1.0", 0.7f}}}}};
  CHECK(code_target("-1.00", "edema", meaning) == 0.7f);
  CHECK(code_target(" -1", "fracture", meaning) == 0.0f);
  CHECK(std::isnan(*code_target("U", "edema", meaning)));
  CHECK(code_target("yes", "edema", meaning) == 1.0f);
}

TEST_CASE("code_target: a probability is refused, kept or rounded, as asked") {
  CHECK_FALSE(code_target("0.3", "x", {}));
  CHECK(code_target("0.3", "x", {.probabilities = Probabilities::keep}) == 0.3f);
  CHECK(code_target("0.3", "x", {.probabilities = Probabilities::round}) == 0.0f);
  CHECK(code_target("0.5", "x", {.probabilities = Probabilities::round}) == 1.0f);
  CHECK_FALSE(code_target("1.5", "x", {.probabilities = Probabilities::round}));
}
}  // namespace

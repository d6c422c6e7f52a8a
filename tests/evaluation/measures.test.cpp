// SPDX-License-Identifier: Apache-2.0
#include "multilabel/evaluation/measures.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "multilabel/evaluation.hpp"

namespace evaluation = multilabel::evaluation;
using evaluation::Better;
using multilabel::Matrix;

namespace {

// Of three images and two labels at 0.5: predictions 1 0 / 1 1 / 0 1.
evaluation::HeldOut answers() {
  return {.targets = Matrix<float>(3, 2, {1, 0, 0, 1, 0, 1}),
          .logits = Matrix<float>(3, 2),
          .scores = Matrix<float>(3, 2, {0.9f, 0.1f, 0.6f, 0.8f, 0.2f, 0.7f}),
          .images = {},
          .vocabulary = multilabel::encoding::Vocabulary{"cat", "dog"}};
}

}  // namespace

TEST_CASE("evaluate: the usual measures by name, in their order") {
  const auto measured = evaluation::evaluate(answers(), evaluation::usual_measures());
  REQUIRE(measured.size() == 3);
  CHECK(measured.begin()->first == "mean_average_precision");
  CHECK(measured["mean_average_precision"] == 1);                  // each label's positives come first
  CHECK(measured["f1_micro"] == Approx(6.0 / 7));                  // tp 3, fp 1, fn 0
  CHECK(measured["f1_samples"] == Approx((1 + 2.0 / 3 + 1) / 3));  // 1, 2 / 3, 1
  CHECK_THROWS_WITH(measured["f2"], Catch::Contains("'f1_micro'; got 'f2'"));
}

TEST_CASE("evaluate: a measure of one's own is a column like the others") {
  const std::vector<evaluation::Measure> own{
      evaluation::measure_of_name("f1_micro"),
      {"rows", [](const auto& held_out) { return double(held_out.targets.rows()); }, Better::lower}};
  CHECK(evaluation::evaluate(answers(), own)["rows"] == 3);
  CHECK_THROWS_WITH(evaluation::measure_of_name("rows"), Catch::Contains("'mean_average_precision', 'f1_samples', 'f1_micro'"));
}

TEST_CASE("improves: beats by more than the margin, NaN never and always") {
  using evaluation::improves;
  CHECK(improves(Better::higher, 0.6, 0.5));
  CHECK_FALSE(improves(Better::higher, 0.5, 0.5));
  CHECK_FALSE(improves(Better::higher, 0.6, 0.5, 0.2));
  CHECK(improves(Better::lower, 0.4, 0.5));
  CHECK_FALSE(improves(Better::lower, 0.6, 0.5));
  CHECK_FALSE(improves(Better::higher, std::nan(""), 0.5));
  CHECK(improves(Better::lower, 0.5, std::nan("")));
}

TEST_CASE("Measurements: a name is set once, and changed after that") {
  evaluation::Measurements measured{{"a", 1}};
  measured.set("b", 2);
  measured.set("a", 3);
  CHECK(measured == evaluation::Measurements{{"a", 3}, {"b", 2}});
  CHECK_FALSE(measured.contains("c"));
}

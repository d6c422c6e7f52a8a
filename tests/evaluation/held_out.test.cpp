// SPDX-License-Identifier: Apache-2.0
#include "multilabel/evaluation/held_out.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <limits>

#include "multilabel/core/safetensors.hpp"
#include "multilabel/evaluation/held_out_file.hpp"

namespace evaluation = multilabel::evaluation;
using multilabel::Matrix;

namespace {

evaluation::HeldOut two_images() {
  return {.targets = Matrix<float>(2, 2, {1, 0, 0, std::numeric_limits<float>::quiet_NaN()}),
          .logits = Matrix<float>(2, 2, {2, -1, 0.5f, 0}),
          .scores = Matrix<float>(2, 2, {0.88f, 0.27f, 0.62f, 0.5f}),
          .images = {"images/\"quoted\".png", "b.png"},
          .vocabulary = multilabel::encoding::Vocabulary{"cat", "dog"}};
}

std::filesystem::path folder() {
  return std::filesystem::temp_directory_path() / ("multilabel_held_out_" + std::to_string(::getpid()));
}

}  // namespace

TEST_CASE("HeldOut: comes back from its file as it was") {
  const auto path = folder() / "deeper" / "held_out.safetensors";
  const auto saved = two_images();
  saved.save(path);
  const auto loaded = evaluation::HeldOut::load(path);
  CHECK(loaded.logits == saved.logits);
  CHECK(loaded.scores == saved.scores);
  CHECK(loaded.targets(0, 0) == 1);
  CHECK(std::isnan(loaded.targets(1, 1)));
  CHECK(loaded.images == saved.images);
  CHECK(loaded.vocabulary == saved.vocabulary);
  std::filesystem::remove_all(folder());
}

TEST_CASE("HeldOut: parts that do not fit are named before anything is written") {
  auto wrong = two_images();
  wrong.logits = Matrix<float>(2, 3);
  CHECK_THROWS_WITH(wrong.save(folder() / "a"), Catch::Contains("targets and logits must have the same shape"));
  wrong = two_images();
  wrong.images.pop_back();
  CHECK_THROWS_WITH(wrong.save(folder() / "a"), Catch::Contains("one file name for each of the 2 rows; got 1"));
  CHECK_FALSE(std::filesystem::exists(folder()));
}

TEST_CASE("HeldOut: a file of something else is refused by the field that is wrong") {
  std::filesystem::create_directories(folder());
  const auto path = folder() / "a";
  const auto with = [&](const std::map<std::string, std::string>& metadata, std::vector<std::int64_t> shape) {
    const Matrix<float> numbers(4, 4);
    const auto type = *multilabel::safe_tensor_type("F32");
    multilabel::write_safetensors(path,
                                  std::vector<multilabel::SafeTensorView>{{"targets", type, shape, numbers.data()},
                                                                          {"logits", type, shape, numbers.data()},
                                                                          {"scores", type, shape, numbers.data()}},
                                  metadata);
    (void)evaluation::HeldOut::load(path);
  };
  CHECK_NOTHROW(with({{"labels", R"(["a"])"}, {"images", "[]"}}, {4, 1}));
  CHECK_THROWS_WITH(with({}, {4, 1}), Catch::Contains("no labels"));
  CHECK_THROWS_WITH(with({{"labels", "[\"a\""}, {"images", "[]"}}, {4, 1}), Catch::Contains("labels must be a JSON list"));
  CHECK_THROWS_WITH(with({{"labels", std::string(300'000, '[')}, {"images", "[]"}}, {4, 1}), Catch::Contains("labels must be"));
  CHECK_THROWS_WITH(with({{"labels", "[1]"}, {"images", "[]"}}, {4, 1}), Catch::Contains("labels must be a JSON list"));
  CHECK_THROWS_WITH(with({{"labels", R"(["a"])"}, {"images", "[]"}}, {4, 2}), Catch::Contains("one column for each of the 1"));
  CHECK_THROWS_WITH(with({{"labels", R"(["a"])"}, {"images", "[]"}}, {4}), Catch::Contains("[samples, labels]"));
  CHECK_THROWS_WITH(with({{"labels", R"(["a"])"}, {"images", R"(["x"])"}}, {4, 1}), Catch::Contains("one file name for each"));
  std::filesystem::remove_all(folder());
}

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/encoding/multi_label_binarizer.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "multilabel/encoding.hpp"

namespace {
using Catch::Matchers::Contains;
using multilabel::LabelError;
using multilabel::Matrix;
using multilabel::MultiLabelBinarizer;
using multilabel::NotFittedError;
using multilabel::ShapeError;
using multilabel::UnknownLabel;
using Rows = std::vector<std::vector<std::string>>;

enum class Weather { sun, rain };
[[nodiscard]] std::string to_string(Weather weather) { return weather == Weather::sun ? "sun" : "rain"; }

TEST_CASE("MultiLabelBinarizer: sorted classes, one row a sample, duplicates once, empty rows zero") {
  MultiLabelBinarizer<std::string> binarizer;
  const auto matrix = binarizer.fit_transform(Rows{{"dog", "cat", "dog"}, {}, {"bird"}});
  CHECK(binarizer.classes() == std::vector<std::string>{"bird", "cat", "dog"});
  CHECK(matrix == Matrix<std::uint8_t>(3, 3, {0, 1, 1, 0, 0, 0, 1, 0, 0}));
  CHECK(binarizer.vocabulary() == multilabel::Vocabulary{"bird", "cat", "dog"});
}

TEST_CASE("MultiLabelBinarizer: given classes keep their order, whatever is fitted") {
  MultiLabelBinarizer<std::string> binarizer{{.classes = {"dog", "cat"}}};
  CHECK(binarizer.transform(Rows{{"cat"}}) == Matrix<std::uint8_t>(1, 2, {0, 1}));
  CHECK(binarizer.fit(Rows{{"bird"}}).classes() == std::vector<std::string>{"dog", "cat"});
  CHECK_THROWS_AS((MultiLabelBinarizer<int>{{.classes = {1, 2, 1}}}), LabelError);
}

TEST_CASE("MultiLabelBinarizer: an unknown label is an error that names it, or is left out and counted") {
  MultiLabelBinarizer<std::string> strict;
  strict.fit(Rows{{"cat", "dog"}});
  CHECK_THROWS_WITH(strict.transform(Rows{{"cat"}, {"dgo"}}),
                    Contains("labels must be among the 2 classes; got 'dgo' in row 1. Did you mean 'dog'?"));

  MultiLabelBinarizer<std::string> lenient{{.unknown = UnknownLabel::ignore}};
  lenient.fit(Rows{{"cat", "dog"}});
  const Rows rows{{"cat", "eel"}, {"eel"}, {"ape"}};
  CHECK(lenient.transform(rows) == Matrix<std::uint8_t>(3, 2, {1, 0, 0, 0, 0, 0}));
  CHECK(lenient.unknown_labels(rows) == std::vector<std::pair<std::string, std::size_t>>{{"ape", 1}, {"eel", 2}});
}

TEST_CASE("MultiLabelBinarizer: fit has to come first") {
  const MultiLabelBinarizer<std::string> binarizer;
  CHECK_THROWS_AS(binarizer.transform(Rows{{"cat"}}), NotFittedError);
  CHECK_THROWS_AS(binarizer.vocabulary(), NotFittedError);
}

TEST_CASE("MultiLabelBinarizer: integers, enums and sets of labels work") {
  MultiLabelBinarizer<int> numbers;
  CHECK(numbers.fit_transform<Matrix<float>>(std::vector<std::set<int>>{{7, -1}, {3}}) ==
        Matrix<float>(2, 3, {1, 0, 1, 0, 1, 0}));
  CHECK(numbers.vocabulary()[0] == "-1");

  MultiLabelBinarizer<Weather> weather;
  weather.fit(std::vector<std::vector<Weather>>{{Weather::rain, Weather::sun}});
  CHECK(weather.vocabulary() == multilabel::Vocabulary{"sun", "rain"});
}

TEST_CASE("MultiLabelBinarizer: inverse_transform gives the labels back and refuses anything but 0 and 1") {
  MultiLabelBinarizer<std::string> binarizer;
  const auto matrix = binarizer.fit_transform(Rows{{"dog", "cat"}, {}});
  CHECK(binarizer.inverse_transform(matrix) == Rows{{"cat", "dog"}, {}});
  CHECK_THROWS_WITH(binarizer.inverse_transform(Matrix<float>(1, 2, {1.0f, 0.5f})), Contains("got 0.5 in row 0, column 1"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(binarizer.inverse_transform(Matrix<float>(1, 2, {1.0f, nan})), multilabel::ArgumentError);
  CHECK_THROWS_AS(binarizer.inverse_transform(Matrix<int>(1, 3)), ShapeError);
}

TEST_CASE("label_rows: a string is not a row of labels") {
  STATIC_REQUIRE(multilabel::encoding::label_rows<Rows, std::string>);
  STATIC_REQUIRE_FALSE(multilabel::encoding::label_rows<std::vector<std::string>, std::string>);
  STATIC_REQUIRE_FALSE(multilabel::encoding::label_rows<std::vector<std::string>, char>);
}

}  // namespace

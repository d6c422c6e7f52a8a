// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/csv.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::DataError;
using multilabel::data::parse_csv;

std::vector<std::vector<std::string>> cells(std::string_view text, char separator = ',') {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : parse_csv(text, separator, "t.csv")) rows.push_back(row.cells);
  return rows;
}

using Rows = std::vector<std::vector<std::string>>;

TEST_CASE("parse_csv: LF, CRLF and CR end lines, with or without a last one") {
  const Rows expected = {{"a", "b"}, {"1", "2"}};
  CHECK(cells("a,b\n1,2\n") == expected);
  CHECK(cells("a,b\r\n1,2\r\n") == expected);
  CHECK(cells("a,b\r1,2") == expected);
}

TEST_CASE("parse_csv: quotes protect separators, line ends and doubled quotes") {
  CHECK(cells("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\n") == Rows{{"a,b", "say \"hi\""}, {"two\nlines", ""}});
  CHECK(cells("a\"b,c") == Rows{{"a\"b", "c"}});
}

TEST_CASE("parse_csv: a byte-order mark is not part of the first name") {
  CHECK(cells("\xEF\xBB\xBFimage,x") == Rows{{"image", "x"}});
}

TEST_CASE("parse_csv: empty cells count, blank lines do not") {
  CHECK(cells("a,,\n\n,\n\r\n\"\"\n") == Rows{{"a", "", ""}, {"", ""}, {""}});
}

TEST_CASE("parse_csv: rows know their line in the file") {
  const auto rows = parse_csv("h\n\n\"two\r\nlines\"\nx\n", ',', "t.csv");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].line == 3);
  CHECK(rows[2].line == 5);
}

TEST_CASE("parse_csv: any separator") { CHECK(cells("a;b,c\t;d", ';') == Rows{{"a", "b,c", "d"}}); }

TEST_CASE("parse_csv: blanks around a cell and its quotes do not count, those in quotes do") {
  CHECK(cells("a , \"b, c\" ,\" d \"\n") == Rows{{"a", "b, c", " d "}});
  CHECK(cells("a\t \"b\"\n", '\t') == Rows{{"a", "b"}});
}

TEST_CASE("parse_csv: between cells that blanks separate, any number of them is one") {
  CHECK(cells(" x  y\n1.jpg -1   1 \n\"a b\" 0 1", ' ') == Rows{{"x", "y"}, {"1.jpg", "-1", "1"}, {"a b", "0", "1"}});
}

TEST_CASE("parse_csv: broken quotes and other encodings are named with their line") {
  CHECK_THROWS_WITH(parse_csv("a\n\"open\nstill", ',', "t.csv"),
                    Catch::Contains("close") && Catch::Contains("'t.csv', line 2"));
  CHECK_THROWS_WITH(parse_csv("a\n\"b\"c\n", ',', "t.csv"), Catch::Contains("'c' after it") && Catch::Contains("line 2"));
  CHECK_THROWS_WITH(parse_csv(std::string_view("a\0b\0", 4), ',', "t.csv"), Catch::Contains("UTF-8"));
  try {
    static_cast<void>(parse_csv("a\n\"open", ',', "t.csv"));
  } catch (const DataError& error) {
    CHECK(error.row() == 2);
    CHECK(error.path() == "t.csv");
  }
}
}  // namespace

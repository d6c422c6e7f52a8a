// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/read_csv.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::DataError;
using multilabel::LabelError;
using multilabel::ShapeError;
using multilabel::encoding::Vocabulary;
namespace data = multilabel::data;
using Labels = std::vector<std::vector<std::string>>;

TEST_CASE("read_csv: the openclipart table splits into 2,277, 495 and 684 images with 46 labels") {
  const auto table = data::read_csv(test::OPENCLIPART / "labels.csv", {.image = "image", .labels = "labels", .delimiter = '|'});
  const auto [train, validation, test] = table.split_by("split", {"train", "val", "test"});
  CHECK(table.size() == 3456);
  CHECK(train.size() == 2277);
  CHECK(validation.size() == 495);
  CHECK(test.size() == 684);
  CHECK(table.vocabulary().size() == 46);
  CHECK(table[0].image == test::OPENCLIPART / "images/0000.png");
  CHECK(table[0].row == 2);
}

TEST_CASE("read_csv: labels are cut at the delimiter, blanks around them dropped") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "file,tags,by\n1.png, cat ;dog;;,ann\n2.png,\"sea, blue\",bob\n");
  const auto table = data::read_csv(path, {.image = "file", .labels = "tags", .delimiter = ';'});
  CHECK(table.labels() == Labels{{"cat", "dog"}, {"sea, blue"}});
  CHECK(table.images() == std::vector{folder.path() / "1.png", folder.path() / "2.png"});
  CHECK(table.columns() == std::vector<std::string>{"by"});
  CHECK(table.column("by") == std::vector<std::string>{"ann", "bob"});
}

TEST_CASE("read_csv: a list that a program wrote is its labels, whatever the delimiter") {
  const test::Folder folder;
  const auto labels_of = [&](const std::string& cell) {
    return data::read_csv(folder.write("t.csv", "image,labels\na.jpg,\"" + cell + "\"\n"), {.delimiter = ','}).labels()[0];
  };
  using Row = std::vector<std::string>;
  CHECK(labels_of("['cat', 'dog']") == Row{"cat", "dog"});
  CHECK(labels_of(R"([""cat"", ""it's""])") == Row{"cat", "it's"});
  CHECK(labels_of("('cat',)") == Row{"cat"});
  CHECK(labels_of("{'cat'}") == Row{"cat"});
  CHECK(labels_of("['cat' 'dog']") == Row{"cat", "dog"});  // as NumPy prints
  CHECK(labels_of("[]").empty());
  CHECK(labels_of(R"(['it\'s', 'caf\u00e9', '\ud83d\ude00'])") == Row{"it's", "caf\xC3\xA9", "\xF0\x9F\x98\x80"});
  CHECK(labels_of("[cat], dog") == Row{"[cat]", "dog"});  // a name may have brackets
  CHECK(labels_of("()") == Row{"()"});
}

TEST_CASE("read_csv: relative files start at root, absolute ones stay") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,labels\na.png,x\n/b.png,x\n");
  CHECK(data::read_csv(path, {.root = "/pictures"}).images() ==
        std::vector<std::filesystem::path>{"/pictures/a.png", "/b.png"});
}

TEST_CASE("read_csv: an empty label cell is an image without labels, unknown, or an error, as asked") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,labels\na.png,x\nb.png,\n");
  const Vocabulary vocabulary{"x", "y"};
  CHECK(data::read_csv(path).labels() == Labels{{"x"}, {}});
  CHECK(data::read_csv(path).targets(vocabulary)(1, 0) == 0);
  const auto unknown = data::read_csv(path, {.empty = data::EmptyLabels::unknown}).targets(vocabulary);
  CHECK(std::isnan(unknown(1, 0)));
  CHECK(std::isnan(unknown(1, 1)));
  CHECK(unknown(0, 1) == 0);
  try {
    static_cast<void>(data::read_csv(path, {.empty = data::EmptyLabels::error}));
    FAIL("no error");
  } catch (const DataError& error) {
    CHECK(error.path() == path);
    CHECK(error.row() == 3);
    CHECK_THAT(error.what(), Catch::Contains("must have a label; got none for"));
  }
}

TEST_CASE("read_csv: marked labels and unnamed labels can be unknown") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,labels\na.png,x|?y\n");
  const Vocabulary vocabulary{"x", "y", "z"};
  const auto marked = data::read_csv(path, {.unknown_mark = "?"}).targets(vocabulary);
  CHECK(marked(0, 0) == 1);
  CHECK(std::isnan(marked(0, 1)));
  CHECK(marked(0, 2) == 0);
  const auto partial = data::read_csv(path, {.unnamed = data::Unnamed::unknown, .unknown_mark = "?"}).targets(vocabulary);
  CHECK(partial(0, 0) == 1);
  CHECK(std::isnan(partial(0, 2)));
}

TEST_CASE("read_csv: a missing file is named") {
  const test::Folder folder;
  CHECK_THROWS_WITH(data::read_csv(folder.path() / "none.csv"),
                    Catch::Contains("got a path that does not exist") && Catch::Contains("none.csv'"));
  CHECK_THROWS_AS(data::read_csv(folder.path()), DataError);
}

TEST_CASE("read_csv: a missing column is answered with those there are and the nearest") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,label,split\na.png,x,train\n");
  CHECK_THROWS_WITH(data::read_csv(path), Catch::Contains("column 'labels' must be in the header") &&
                                              Catch::Contains("'image', 'label', 'split'") &&
                                              Catch::Contains("Did you mean 'label'?"));
}

TEST_CASE("read_csv: a ragged row, an empty image cell, an empty file and a repeated column are named with their line") {
  const test::Folder folder;
  CHECK_THROWS_WITH(data::read_csv(folder.write("a.csv", "image,labels\na.png,x\nb.png\n")),
                    Catch::Contains("every row must have 2 cells") && Catch::Contains("got 1") && Catch::Contains("line 3"));
  CHECK_THROWS_WITH(data::read_csv(folder.write("b.csv", "image,labels\n,x\n")), Catch::Contains("line 2"));
  CHECK_THROWS_WITH(data::read_csv(folder.write("c.csv", "")), Catch::Contains("must have a header"));
  CHECK_THROWS_WITH(data::read_csv(folder.write("d.csv", "image,labels,by,by\na,x,1,2\n")), Catch::Contains("'by' twice"));
}

TEST_CASE("Dataset: slicing, selecting, filtering and joining keep samples and columns together") {
  const test::Folder folder;
  const auto table = data::read_csv(folder.write("t.csv", "image,labels,by\n0,a,p\n1,b,q\n2,a|b,p\n3,c,r\n"));
  CHECK(table.slice(1, 3).labels() == Labels{{"b"}, {"a", "b"}});
  CHECK(table.slice(3, 99).size() == 1);
  CHECK(table.slice(9, 5).empty());
  const std::vector<std::size_t> back = {3, 0, 0};
  CHECK(table.select(back).column("by") == std::vector<std::string>{"r", "p", "p"});
  const auto with_a = table.filter([](const data::Sample& sample) { return sample.labels.front() == "a"; });
  CHECK(with_a.column("by") == std::vector<std::string>{"p", "p"});
  const auto joined = with_a.concat(table.slice(3, 4));
  CHECK(joined.labels() == Labels{{"a"}, {"a", "b"}, {"c"}});
  CHECK(joined.column("by") == std::vector<std::string>{"p", "p", "r"});
  CHECK(joined.vocabulary() == Vocabulary{"a", "b", "c"});
  const std::vector<std::size_t> outside = {4};
  CHECK_THROWS_AS(table.select(outside), ArgumentError);
}

TEST_CASE("Dataset: a split that does not occur is answered with those that do") {
  const test::Folder folder;
  const auto table = data::read_csv(folder.write("t.csv", "image,labels,split\n0,a,train\n1,b,val\n"));
  CHECK_THROWS_WITH(table.split_by("split", {"train", "valid"}), Catch::Contains("'train', 'val'; got 'valid'"));
  CHECK_THROWS_WITH(table.split_by("fold", {"1"}), Catch::Contains("name must be one of 'split'; got 'fold'"));
}

TEST_CASE("Dataset: a label that the vocabulary lacks is named with its image, its row and the nearest label") {
  const test::Folder folder;
  const auto table = data::read_csv(folder.write("t.csv", "image,labels\na.png,cat\nb.png,dgo\n"));
  CHECK_THROWS_WITH(table.targets(Vocabulary{"cat", "dog"}),
                    Catch::Contains("got 'dgo' beside") && Catch::Contains("b.png' (row 3)") && Catch::Contains("'dog'"));
}

TEST_CASE("read_csv: a table that is not UTF-8 is refused with its line") {
  const test::Folder folder;
  CHECK_THROWS_WITH(data::read_csv(folder.write("t.csv", "image,labels\na.png,caf\xe9\n")),
                    Catch::Contains("must be text in UTF-8; got the byte E9") && Catch::Contains("line 2"));
}

TEST_CASE("Dataset: columns must have one cell a sample") {
  CHECK_THROWS_AS(data::Dataset({data::Sample{}}, {{"split", {"a", "b"}}}), ShapeError);
}

// The targets of a table, rows one after the other, with -1 for unknown.
std::vector<float> target_cells(const data::Dataset& table) {
  const auto matrix = table.targets(table.vocabulary());
  std::vector<float> cells;
  for (std::size_t i = 0; i < matrix.rows(); ++i)
    for (std::size_t j = 0; j < matrix.columns(); ++j) cells.push_back(std::isnan(matrix(i, j)) ? -1 : matrix(i, j));
  return cells;
}
using Cells = std::vector<float>;

TEST_CASE("read_csv: -1 is absent in a table of 1 and -1 alone, unknown beside 0 or a blank, and what is declared anywhere") {
  const test::Folder folder;
  const auto signs = folder.write("s.csv", "image,x,y\na,-1,1\nb,-1,-1\n");
  CHECK(target_cells(data::read_csv(signs, {.label_columns = {"*"}})) == Cells{0, 1, 0, 0});
  CHECK(target_cells(data::read_csv(signs, {.label_columns = {"*"}, .meaning = {.codes = {{"-1", std::nanf("")}}}})) ==
        Cells{-1, 1, -1, -1});
  const auto zeros = folder.write("z.csv", "image,x,y\na,-1,1\nb,0,-1\n");
  CHECK(target_cells(data::read_csv(zeros, {.label_columns = {"*"}})) == Cells{-1, 1, 0, -1});
  CHECK(target_cells(data::read_csv(zeros, {.label_columns = {"*"}, .meaning = {.codes = {{"-1", 0.0f}}}})) ==
        Cells{0, 1, 0, 0});
  CHECK(target_cells(data::read_csv(zeros, {.label_columns = {"*"}, .meaning = {.label_codes = {{"x", {{"-1", 0.75f}}}}}})) ==
        Cells{0.75, 1, 0, -1});
}

TEST_CASE("read_csv: a blank cell of a label is unknown, or absent where labels not named are") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,x,y\na,1.0,\nb,-1.0,0.0\n");
  CHECK(target_cells(data::read_csv(path, {.label_columns = {"*"}})) == Cells{1, -1, -1, 0});
  CHECK(target_cells(data::read_csv(path, {.unnamed = data::Unnamed::absent, .label_columns = {"*"}})) == Cells{1, 0, -1, 0});
}

TEST_CASE("read_csv: probabilities are refused with the way out, or kept as soft targets") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,x,y\na,0.25,1\n");
  CHECK_THROWS_WITH(data::read_csv(path, {.label_columns = {"*"}}), Catch::Contains("say probabilities = keep or round"));
  const auto kept = data::read_csv(path, {.label_columns = {"*"}, .meaning = {.probabilities = data::Probabilities::keep}});
  CHECK(target_cells(kept) == Cells{0.25, 1});
  CHECK(kept.labels() == Labels{{"y"}});
}

TEST_CASE("read_csv: rows of one image are one sample, and a confidence of 0 says that a label is absent") {
  const test::Folder folder;
  const auto path =
      folder.write("t.csv", "ImageID,Source,LabelName,Confidence\nx,human,/m/a,1\nx,machine,/m/b,0\ny,human,/m/b,1\n");
  const auto table =
      data::read_csv(path, {.image = "ImageID", .labels = "LabelName", .unnamed = data::Unnamed::unknown, .suffix = ".jpg"});
  CHECK(table.images() == std::vector{folder.path() / "x.jpg", folder.path() / "y.jpg"});
  CHECK(target_cells(table) == Cells{1, 0, -1, 1});
  CHECK(table.column("Source") == std::vector<std::string>{"human|machine", "human"});
  const auto two = folder.write("two.csv", "image,labels\nx,a\nx,b\n");
  CHECK(data::read_csv(two).labels() == Labels{{"a"}, {"b"}});
  CHECK(data::read_csv(two, {.repeated = data::Repeated::join}).labels() == Labels{{"a", "b"}});
  CHECK_THROWS_WITH(data::read_csv(folder.write("c.csv", "image,labels,Confidence\nx,a,1\nx,a,0\n")),
                    Catch::Contains("must not contradict each other; got 'a' present and absent") && Catch::Contains("line 3"));
  CHECK_THROWS_WITH(data::read_csv(folder.write("d.csv", "image,labels,Confidence\nx,a,high\n")),
                    Catch::Contains("column 'Confidence' must hold 1, 0 or nothing; got 'high'"));
  CHECK(data::read_csv(folder.path() / "d.csv", {.confidence = ""}).column("Confidence") == std::vector<std::string>{"high"});
}

TEST_CASE("read_csv: a label that says there is none excludes the others") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,labels\na,No Finding\nb,mass|hernia\nc,mass|No Finding\n");
  const data::ReadCsvOptions options{.empty = data::EmptyLabels::error, .meaning = {.no_label = "No Finding"}};
  CHECK_THROWS_WITH(data::read_csv(path, options), Catch::Contains("'No Finding' must stand alone") &&
                                                       Catch::Contains("got 'mass' beside it") && Catch::Contains("line 4"));
  data::ReadCsvOptions skipping = options;
  skipping.on_bad = data::OnBad::skip;
  const auto table = data::read_csv(path, skipping);
  CHECK(table.labels() == Labels{{}, {"mass", "hernia"}});
  CHECK(table.vocabulary() == Vocabulary{"hernia", "mass"});
  REQUIRE(table.passed_over().size() == 1);
  CHECK(table.passed_over()[0].path == path);
  const auto wide = folder.write("w.csv", "image,No Finding,mass\na,1,\nb,,1\n");
  const auto columns = data::read_csv(wide, {.label_columns = {"*"}, .meaning = {.no_label = "No Finding"}});
  CHECK(columns.vocabulary() == Vocabulary{"mass"});
  CHECK(target_cells(columns) == Cells{0, 1});
}

TEST_CASE("read_csv: numbers stand for names, which are the vocabulary") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,labels\na,2 0\nb,1\n");
  const auto table = data::read_csv(path, {.delimiter = ' ', .meaning = {.names = {"x", "y", "z", "w"}}});
  CHECK(table.labels() == Labels{{"z", "x"}, {"y"}});
  CHECK(table.vocabulary() == Vocabulary{"x", "y", "z", "w"});
  CHECK_THROWS_WITH(data::read_csv(path, {.delimiter = ' ', .meaning = {.names = {"x", "y"}}}),
                    Catch::Contains("numbers of labels must be below 2; got 2"));
}

TEST_CASE("read_csv: a list that is written as text is a list, a row of 0 and 1 is none") {
  const test::Folder folder;
  const auto path = folder.write("t.csv",
                                 "image,labels\na,\"['cat', \"\"it's\"\"]\"\nb,['dog']\nc,[]\nd,\"('x',)\"\ne,\"[3, 7]\"\n"
                                 "f,['a' 'b']\ng,\"[\"\"s|t\"\"]\"\n");
  CHECK(data::read_csv(path).labels() == Labels{{"cat", "it's"}, {"dog"}, {}, {"x"}, {"3", "7"}, {"a", "b"}, {"s|t"}});
  CHECK_THROWS_WITH(data::read_csv(folder.write("r.csv", "image,labels\na,\"[0, 1, 0]\"\n")),
                    Catch::Contains("numbers that each come once; got 0 twice") && Catch::Contains("label_columns"));
  CHECK_THROWS_WITH(data::read_csv(folder.write("n.csv", "image,labels\na,[0 1 0]\n")), Catch::Contains("got 0 twice"));
  CHECK_THROWS_WITH(data::read_csv(folder.write("u.csv", "image,labels\na,['cat\n")), Catch::Contains("must be written as"));
}

TEST_CASE("read_csv: columns without a name and commas at the ends of lines are no labels") {
  const test::Folder folder;
  for (const char* text : {"image,x,y,\na,1,0,\nb,0,1,\n", ",image,x,y\n0,a,1,0\n1,b,0,1\n", "image,x,y\na,1,0,\nb,0,1,,\n",
                           "Unnamed: 0,image,x,y\n0,a,1,0\n1,b,0,1\n", "image, x, y\na, 1, 0\nb, 0, 1\n"}) {
    INFO(text);
    const auto table = data::read_csv(folder.write("t.csv", text), {.label_columns = {"*"}});
    CHECK(table.vocabulary() == Vocabulary{"x", "y"});
    CHECK(target_cells(table) == Cells{1, 0, 0, 1});
    CHECK(table.images()[1] == folder.path() / "b");
  }
}

TEST_CASE("read_csv: a table of CelebA's own form, with a count above and no name for the files") {
  const test::Folder folder;
  const auto path = folder.write("t.txt", "2\nBald Smiling \n1.jpg -1  1\n2.jpg -1 -1\n");
  const auto table = data::read_csv(path, {.image = "", .separator = ' ', .label_columns = {"*"}, .skip_rows = 1});
  CHECK(table.vocabulary() == Vocabulary{"Bald", "Smiling"});
  CHECK(target_cells(table) == Cells{0, 1, 0, 0});
  CHECK(table.images()[0] == folder.path() / "1.jpg");
}

TEST_CASE("read_csv: a name without an ending is that of the image in its place, whatever that one's ending") {
  const test::Folder folder;
  folder.write("a.png", "");
  folder.write("b.c.jpg", "");
  const auto path = folder.write("t.csv", "image,labels\na,x\nb.c,x\nnone,x\n");
  CHECK(data::read_csv(path).images() ==
        std::vector{folder.path() / "a.png", folder.path() / "b.c.jpg", folder.path() / "none"});
  folder.write("a.jpg", "");
  CHECK_THROWS_WITH(data::read_csv(path),
                    Catch::Contains("must tell it from others by its ending") && Catch::Contains("line 2"));
}

TEST_CASE("read_csv: bad rows are passed over and listed where that is asked for") {
  const test::Folder folder;
  const auto path = folder.write("t.csv", "image,x\na,1\nb\nc,maybe\nd,0\n");
  const auto table = data::read_csv(path, {.label_columns = {"x"}, .on_bad = data::OnBad::skip});
  CHECK(table.size() == 2);
  REQUIRE(table.passed_over().size() == 2);
  CHECK_THAT(table.passed_over()[0].reason, Catch::Contains("every row must have 2 cells") && Catch::Contains("line 3"));
  CHECK_THAT(table.passed_over()[1].reason, Catch::Contains("'maybe'"));
  CHECK(table.slice(0, 1).concat(table).passed_over().size() == 4);
}
}  // namespace

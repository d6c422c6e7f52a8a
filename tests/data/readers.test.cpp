// SPDX-License-Identifier: Apache-2.0
// The readers of annotation files: JSON lines, COCO, Pascal VOC and folders. read_csv has a file of its own.

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <multilabel/data/read_coco.hpp>
#include <multilabel/data/read_csv.hpp>
#include <multilabel/data/read_folder.hpp>
#include <multilabel/data/read_jsonl.hpp>
#include <multilabel/data/read_voc.hpp>

#include "support.hpp"

namespace {
using Catch::Contains;
using multilabel::DataError;
using multilabel::LabelError;
using multilabel::encoding::Vocabulary;
namespace data = multilabel::data;
using Box = multilabel::augmentation::Box;
using Boxes = std::vector<Box>;
using Labels = std::vector<std::vector<std::string>>;
using Names = std::vector<std::string>;

const test::Folder& folder() {
  static const test::Folder one;
  return one;
}

// How a file with `text` in it is answered.
template <class Read>
auto reading(const Read& read, std::string_view text) {
  return [&read, path = folder().write("bad", text)] { static_cast<void>(read(path)); };
}

TEST_CASE("read_csv: one column a label, with unknown cells, and every other column kept") {
  const auto path =
      folder().write("wide.csv", "image,cat,dog,fold,cow\na.png,1,0,x,\nb.png,0.0,TRUE,y,-1\nc.png,nan, yes ,z,no\n");
  const auto table = data::read_csv(path, {.label_columns = {"dog", "cat", "cow"}});
  CHECK(table.vocabulary() == Vocabulary{"dog", "cat", "cow"});
  CHECK(table.labels() == Labels{{"cat"}, {"dog"}, {"dog"}});
  CHECK(table.column("fold") == Names{"x", "y", "z"});
  const auto targets = table.targets(table.vocabulary());
  CHECK(targets(0, 0) == 0);
  CHECK(std::isnan(targets(0, 2)));
  CHECK(std::isnan(targets(1, 2)));
  CHECK(std::isnan(targets(2, 1)));
  CHECK(targets(2, 2) == 0);
  CHECK(data::read_csv(path, {.label_columns = {"*"}, .others = {"fold"}}).vocabulary() == Vocabulary{"cat", "dog", "cow"});
}

TEST_CASE("read_csv: an explicit 0 stays one where labels not named are unknown") {
  const auto path = folder().write("wide.csv", "image,cat,dog\na.png,0,1\n");
  const auto table = data::read_csv(path, {.unnamed = data::Unnamed::unknown, .label_columns = {"*"}});
  const auto targets = table.targets(Vocabulary{"cat", "dog", "cow"});
  CHECK(targets(0, 0) == 0);
  CHECK(targets(0, 1) == 1);
  CHECK(std::isnan(targets(0, 2)));
}

TEST_CASE("read_csv: a label column that holds something else is named with its row") {
  const auto path = folder().write("wide.csv", "image,cat,fold\na.png,1,x\n");
  CHECK_THROWS_WITH(data::read_csv(path, {.label_columns = {"*"}}),
                    Contains("column 'fold' must hold 1, 0 or nothing; got 'x'") && Contains("line 2"));
  CHECK_THROWS_WITH(data::read_csv(path, {.label_columns = {"cats"}}), Contains("Did you mean 'cat'?"));
}

TEST_CASE("Dataset: a vocabulary that it was given stays with its parts and is joined by concat") {
  std::vector<data::Sample> samples = {{.image = "a", .labels = {"x"}}, {.image = "b"}};
  const data::Dataset whole(samples, {}, Vocabulary{"z", "x"});
  CHECK(whole.slice(1, 2).vocabulary() == Vocabulary{"z", "x"});
  const data::Dataset other(std::vector<data::Sample>{{.image = "c", .labels = {"y"}}});
  CHECK(whole.concat(other).vocabulary() == Vocabulary{"z", "x", "y"});
  CHECK_THROWS_WITH(data::Dataset(samples, {}, Vocabulary{"z"}), Contains("got 'x' beside 'a'"));
}

TEST_CASE("read_jsonl: lists, objects and text as labels, boxes, further keys as columns") {
  const auto path = folder().write("t.jsonl",
                                   "\xEF\xBB\xBF{\"image\": \"a.png\", \"labels\": [\"cat\", 7], \"split\": \"train\"}\r\n"
                                   "\n"
                                   "{\"image\": \"/b.png\", \"labels\": {\"cat\": 1, \"dog\": 0, \"cow\": null}, \"n\": 3}\n"
                                   "{\"image\": \"c.png\", \"labels\": \"cat | dog\", \"more\": [[1]],"
                                   " \"boxes\": [{\"label\": \"cat\", \"bbox\": [1, 2.5, 3, 4]}]}");
  const auto lines = data::read_jsonl(path);
  CHECK(lines.labels() == Labels{{"cat", "7"}, {"cat"}, {"cat", "dog"}});
  CHECK(lines.images() == std::vector<std::filesystem::path>{folder().path() / "a.png", "/b.png", folder().path() / "c.png"});
  CHECK(lines[1].unknown == Names{"cow"});
  CHECK(lines[1].row == 3);
  CHECK(lines[2].boxes == Boxes{{1, 2.5, 4, 6.5, "cat"}});
  CHECK(lines.columns() == Names{"n", "split"});
  CHECK(lines.column("n") == Names{"", "3", ""});
  const auto partial =
      data::read_jsonl(path, {.unnamed = data::Unnamed::unknown}).targets(Vocabulary{"cat", "dog", "7", "cow"});
  CHECK(partial(1, 1) == 0);
  CHECK(std::isnan(partial(1, 2)));
}

TEST_CASE("read_jsonl: an image without labels is what is asked for") {
  const auto path = folder().write(
      "t.jsonl", "{\"image\": \"a\"}\n{\"image\": \"b\", \"labels\": []}\n{\"image\": \"c\", \"labels\": [\"x\"]}");
  CHECK(data::read_jsonl(path).size() == 3);
  CHECK(data::read_jsonl(path, {.empty = data::EmptyLabels::drop}).labels() == Labels{{"x"}});
  CHECK(std::isnan(data::read_jsonl(path, {.empty = data::EmptyLabels::unknown}).targets(Vocabulary{"x"})(1, 0)));
  CHECK_THROWS_WITH(data::read_jsonl(path, {.empty = data::EmptyLabels::error}),
                    Contains("must have a label") && Contains("line 1"));
}

TEST_CASE("read_jsonl: a file that cannot be read to its end is an error, not a shorter data set") {
  const std::filesystem::path path = "/proc/self/mem";  // opens, and fails at the first byte
  if (!std::filesystem::exists(path)) return;
  CHECK_THROWS_WITH(data::read_jsonl(path),
                    Catch::Contains("the file must be readable to its end") && Catch::Contains("/proc/self/mem"));
}

TEST_CASE("read_jsonl: what is wrong is named with its line") {
  const auto read = [](const auto& path) { return data::read_jsonl(path); };
  const std::string good = "{\"image\": \"a\", \"labels\": []}\n";
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"{\"image\": ", "it must be JSON"},
           {"[1]", "it must be a JSON object; got array"},
           {"{\"labels\": []}", "key 'image' must name a file; got no such key"},
           {"{\"image\": 3}", "must name a file; got no text"},
           {"{\"image\": \"a\", \"labels\": 3}", "labels must be a list of names"},
           {"{\"image\": \"a\", \"labels\": [[]]}", "a list with array in it"},
           {"{\"image\": \"a\", \"labels\": {\"x\": 5}}", "'x' with another value"},
           {"{\"image\": \"a\", \"boxes\": [{\"label\": \"x\", \"bbox\": [1, 2, 3]}]}", "boxes must be a list of"},
           {"{\"image\": \"a\", \"boxes\": [{\"label\": \"x\", \"bbox\": [1, 2, -3, 4]}]}", "a box must be"},
           {"{\"image\": \"\xff\"}", "ill-formed UTF-8 byte; last read: '\"?'"}}) {
    const auto run = reading(read, good + text);
    INFO(text);
    CHECK_THROWS_WITH(run(), Contains(message) && Contains("line 2"));
    CHECK_THROWS_AS(run(), DataError);
  }
  CHECK_THROWS_AS(data::read_jsonl(folder().path() / "none"), DataError);
  CHECK_THROWS_AS(data::read_jsonl(folder().path()), DataError);
}

constexpr std::string_view COCO = R"({
  "info": {"year": 2017, "list": [[1, {"images": 3}]]},
  "annotations": [
    {"id": 1, "image_id": 9, "category_id": 18, "bbox": [10.5, 20, 30, 40], "iscrowd": 0, "segmentation": [[1, 2, 3, 4]], "area": 7.5},
    {"id": 2, "image_id": 9, "category_id": 1, "bbox": [0, 0, 5, 5], "iscrowd": 1,
     "segmentation": {"counts": [1, 2], "size": [3, 4]}},
    {"id": 3, "image_id": 9, "category_id": 18, "bbox": [1, 1, 0, 3], "iscrowd": 0},
    {"id": 4, "image_id": 3, "category_id": 1, "iscrowd": 1},
    {"id": 5, "image_id": 3, "category_id": 1, "iscrowd": 0}],
  "images": [{"id": 9, "file_name": "a.jpg", "height": 100}, {"id": 4, "file_name": "b/b.jpg"}, {"id": 3, "file_name": "c.jpg"}],
  "categories": [{"id": 18, "name": "dog", "supercategory": "animal"}, {"id": 1, "name": "person", "supercategory": "person"},
                 {"id": 2, "name": "cat", "supercategory": "animal"}]})";

TEST_CASE("read_coco: categories are labels, every image is a row, boxes stay with their labels") {
  const auto coco = data::read_coco(folder().write("coco.json", COCO), {.root = "/images"});
  CHECK(coco.vocabulary() == Vocabulary{"dog", "person", "cat"});
  CHECK(coco.images() == std::vector<std::filesystem::path>{"/images/a.jpg", "/images/b/b.jpg", "/images/c.jpg"});
  CHECK(coco.labels() == Labels{{"dog", "person"}, {}, {"person"}});
  CHECK(coco.column("id") == Names{"9", "4", "3"});
  CHECK(coco[0].boxes == Boxes{{10.5, 20, 40.5, 60, "dog"}, {0, 0, 5, 5, "person"}});  // the flat one is left out
  CHECK(coco[2].boxes.empty());
}

TEST_CASE("read_coco: crowds, supercategories and images without annotations are what is asked for") {
  const auto path = folder().write("coco.json", COCO);
  const auto unknown = data::read_coco(path, {.crowd = data::Doubtful::unknown});
  CHECK(unknown.labels() == Labels{{"dog"}, {}, {"person"}});
  CHECK(unknown[0].unknown == Names{"person"});
  CHECK(unknown[2].unknown.empty());  // another person there is beyond doubt
  CHECK(unknown[0].boxes.size() == 1);
  CHECK(data::read_coco(path, {.crowd = data::Doubtful::absent}).labels()[0] == Names{"dog"});
  const auto super = data::read_coco(path, {.labels = data::CocoLabels::supercategory, .empty = data::EmptyLabels::drop});
  CHECK(super.vocabulary() == Vocabulary{"animal", "person"});
  CHECK(super.labels() == Labels{{"animal", "person"}, {"person"}});
  CHECK(super.column("id") == Names{"9", "3"});
  CHECK_THROWS_WITH(data::read_coco(path, {.empty = data::EmptyLabels::error}), Contains("images[1]"));
}

TEST_CASE("read_coco: LVIS's verified negatives are absent, the rest unknown") {
  const auto path = folder().write("lvis.json", R"({"images": [{"id": 1, "file_name": "a.jpg", "neg_category_ids": [2]}],
    "annotations": [{"image_id": 1, "category_id": 1}],
    "categories": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}, {"id": 3, "name": "z"}]})");
  const auto lvis = data::read_coco(path, {.unnamed = data::Unnamed::unknown});
  const auto targets = lvis.targets(lvis.vocabulary());
  CHECK(targets(0, 0) == 1);
  CHECK(targets(0, 1) == 0);
  CHECK(std::isnan(targets(0, 2)));
}

TEST_CASE("read_coco: what is wrong is named with its place") {
  const auto read = [](const auto& path) { return data::read_coco(path); };
  const auto with = [](std::string images, std::string annotations, std::string categories) {
    return "{\"images\": " + images + ", \"annotations\": " + annotations + ", \"categories\": " + categories + "}";
  };
  const std::string image = R"([{"id": 1, "file_name": "a"}])", category = R"([{"id": 1, "name": "x"}])";
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"{\"images\": [", "it must be JSON"},
           {"", "it must be JSON"},
           {"[]", "it must be an object; got a list"},
           {"3", "it must be an object; got a number"},
           {"{}", "no 'images'"},
           {with("3", "[]", "[]"), "it must be a list; got a number"},
           {with("{}", "[]", "[]"), "it must be a list; got an object"},
           {with("[[]]", "[]", "[]"), "it must be a list of objects; got a list in it"},
           {with("[\"a\"]", "[]", "[]"), "it must be a list of objects; got text"},
           {with(R"([{"id": null, "file_name": "a"}])", "[]", "[]"), "it must be a whole number or text; got null"},
           {with(R"([{"id": 1.5, "file_name": "a"}])", "[]", "[]"), "images[0].id"},
           {with(R"([{"id": 1e300, "file_name": "a"}])", "[]", "[]"), "images[0].id"},
           {with(R"([{"id": true, "file_name": "a"}])", "[]", "[]"), "images[0].id"},
           {R"({"images": [], "categories": []})", "no 'annotations'"},
           {with(R"([{"id": 1, "file_name": 3}])", "[]", "[]"), "it must be text; got a number"},
           {with(R"([{"id": {}, "file_name": "a"}])", "[]", "[]"), "images[0].id"},
           {with(R"([{"id": 1}])", "[]", "[]"), "an image must have a file_name"},
           {with(R"([{"file_name": "a"}])", "[]", "[]"), "an image must have an id"},
           {with(R"([{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}])", "[]", "[]"), "images[1]"},
           {with(image, "[]", R"([{"id": 1, "name": "x"}, {"id": 1, "name": "y"}])"), "ids of categories must be distinct"},
           {with(image, "[]", R"([{"id": 1, "name": "x"}, {"id": 2, "name": "x"}])"), "'x' twice"},
           {with(image, "[]", R"([{"id": 1}])"), "it must have a name"},
           {with(image, R"([{"image_id": 2, "category_id": 1}])", category), "image_id must be the id of an image; got 2"},
           {with(image, R"([{"image_id": 1, "category_id": 2}])", category), "category_id must be the id of a category; got 2"},
           {with(image, R"([{"image_id": 1}])", category), "no category_id"},
           {with(image, R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3]}])", category), "annotations[0].bbox"},
           {with(image, R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4, 5]}])", category), "annotations[0].bbox"},
           {with(image, R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, null]}])", category), "annotations[0].bbox"},
           {with(image, R"([{"image_id": 1, "category_id": 1, "bbox": [[1, 2, 3, 4]]}])", category), "annotations[0].bbox"},
           {with(image, R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, -1, 4]}])", category), "annotations[0]"}}) {
    const auto run = reading(read, text);
    INFO(text);
    CHECK_THROWS_WITH(run(), Contains(message) && Contains("bad'"));
    CHECK_THROWS_AS(run(), DataError);
  }
  CHECK_THROWS_WITH(data::read_coco(folder().path() / "none.json"), Contains("none.json"));
}

std::string voc(const std::string& file, const std::string& objects) {
  return "<annotation><folder>VOC2007</folder><filename>" + file + "</filename>" + objects + "</annotation>";
}
std::string voc_object(const std::string& name, int difficult, const std::string& box) {
  return "<object><name>" + name + "</name><difficult>" + std::to_string(difficult) + "</difficult>" + box + "</object>";
}
const std::string BOX = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>10</xmax><ymax>20.5</ymax></bndbox>";

TEST_CASE("read_voc: lists are splits, difficult objects unknown, boxes count from 0") {
  const auto root = folder().path() / "VOC2007";
  for (const char* part : {"Annotations", "JPEGImages", "ImageSets/Main"}) std::filesystem::create_directories(root / part);
  folder().write("VOC2007/Annotations/000001.xml",
                 voc("000001.jpg", voc_object("dog", 0, BOX + "<part><name>head</name></part>") + voc_object("cat", 1, BOX) +
                                       voc_object("dog", 1, BOX)));
  folder().write("VOC2007/Annotations/000002.xml", voc("", ""));
  folder().write("VOC2007/Annotations/000003.xml", voc("000003.png", voc_object("cat", 0, "")));
  folder().write("VOC2007/ImageSets/Main/train.txt", "000003\n\n000001  1\r\n");
  folder().write("VOC2007/ImageSets/Main/val.txt", "000002\n");
  const auto all = data::read_voc(root);
  CHECK(all.column("id") == Names{"000001", "000002", "000003"});
  CHECK(all.columns() == Names{"id"});
  CHECK(all.labels() == Labels{{"dog"}, {}, {"cat"}});
  CHECK(all[0].unknown == Names{"cat"});
  CHECK(all[0].boxes == Boxes{{0, 1, 10, 20.5, "dog"}});
  CHECK(all[0].image == root / "JPEGImages/000001.jpg");
  CHECK(all[1].image == root / "JPEGImages/000002.jpg");
  const auto sets = data::read_voc(root, {.sets = {"train", "val"}, .difficult = data::Doubtful::present, .first_pixel = 0});
  CHECK(sets.column("id") == Names{"000003", "000001", "000002"});
  CHECK(sets.column("split") == Names{"train", "train", "val"});
  CHECK(sets.labels() == Labels{{"cat"}, {"cat", "dog"}, {}});
  CHECK(sets[1].boxes.size() == 3);
  CHECK(sets[1].boxes[0] == Box{1, 2, 11, 21.5, "dog"});
  CHECK(data::read_voc(root, {.difficult = data::Doubtful::absent})[0].unknown.empty());
  CHECK(data::read_voc(root / "Annotations")[2].image == root / "Annotations/000003.png");
  CHECK_THROWS_WITH(data::read_voc(root, {.sets = {"test"}}), Contains("test.txt"));
  folder().write("VOC2007/ImageSets/Main/val.txt", "000009\n");
  CHECK_THROWS_WITH(data::read_voc(root, {.sets = {"val"}}), Contains("000009.xml"));
}

TEST_CASE("read_voc: what is wrong is named with its file") {
  const auto root = folder().path() / "xml";
  std::filesystem::create_directories(root);
  CHECK_THROWS_WITH(data::read_voc(root), Contains("must hold XML files; got none"));
  CHECK_THROWS_WITH(data::read_voc(folder().path() / "none"), Contains("got no such folder"));
  const std::string flat = "<bndbox><xmin>5</xmin><ymin>2</ymin><xmax>3</xmax><ymax>20</ymax></bndbox>";
  const std::string empty = "<bndbox><ymin>2</ymin></bndbox>", word = "<bndbox><xmin>left</xmin></bndbox>";
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"", "it must be XML"},
           {"<annotation><object>", "it must be XML"},
           {"<image/>", "must have an <annotation>; got <image>"},
           {voc("a.jpg", "<object/>"), "must have a <name>"},
           {voc("a.jpg", voc_object("caf\xe9", 0, "")), "must be text in UTF-8"},
           {voc("a.jpg", voc_object("x", 0, empty)), "<xmin> of a box must be a number; got none"},
           {voc("a.jpg", voc_object("x", 0, word)), "got 'left'"},
           {voc("a.jpg", voc_object("x", 0, flat)), "xmin <= xmax"}}) {
    folder().write("xml/a.xml", text);
    INFO(text);
    CHECK_THROWS_WITH(data::read_voc(root), Contains(message) && Contains("a.xml"));
    CHECK_THROWS_AS(data::read_voc(root), DataError);
  }
}

TEST_CASE("read_folder: folders are labels, a list gives them names, splits stand above") {
  const auto root = folder().path() / "tree";
  for (const char* part : {"train/n01/inner", "train/big cat", "val/n01", "train/.hidden"})
    std::filesystem::create_directories(root / part);
  for (const char* file : {"train/n01/b.JPG", "train/n01/a.png", "train/n01/inner/c.webp", "train/n01/notes.txt",
                           "train/n01/.d.png", "train/big cat/e.tif", "val/n01/f.bmp", "train/.hidden/g.png"})
    folder().write(std::string("tree/") + file, "");
  const auto plain = data::read_folder(root / "train");
  CHECK(plain.labels() == Labels{{"big cat"}, {"n01"}, {"n01"}, {"n01"}});
  CHECK(plain.images()[1] == root / "train/n01/a.png");
  CHECK(plain.images()[3] == root / "train/n01/inner/c.webp");
  CHECK(data::read_folder(root / "train", {.labels = data::FolderLabels::every}).labels()[3] == Names{"n01", "inner"});
  const auto list = folder().write("list.txt", "n01 dog | animal\n\nbig cat\ttiger\r\n");
  const auto named = data::read_folder(root, {.splits = {"train", "val"}, .label_list = list});
  CHECK(named.labels() == Labels{{"tiger"}, {"dog", "animal"}, {"dog", "animal"}, {"dog", "animal"}, {"dog", "animal"}});
  CHECK(named.column("split") == Names{"train", "train", "train", "train", "val"});
  CHECK(data::read_folder(root / "val", {.names = {{"n01", {"dog"}}}}).labels() == Labels{{"dog"}});
}

TEST_CASE("read_folder: images in no folder, folders without images and lines without labels are named") {
  const auto root = folder().path() / "loose";
  std::filesystem::create_directories(root / "empty");
  CHECK_THROWS_WITH(data::read_folder(root), Contains("must hold images; got none"));
  folder().write("loose/a.png", "");
  CHECK_THROWS_WITH(data::read_folder(root), Contains("must have a label") && Contains("a.png"));
  CHECK(data::read_folder(root, {.empty = data::EmptyLabels::none}).labels() == Labels{{}});
  CHECK_THROWS_WITH(data::read_folder(root / "none"), Contains("must be a folder"));
  const auto list = folder().write("list.txt", "n01 dog\nn02\n");
  CHECK_THROWS_WITH(data::read_folder(root, {.label_list = list}),
                    Contains("a folder and its labels; got 'n02'") && Contains("line 2"));
  const auto twice = folder().write("list.txt", "n01 dog\nn01 cat\n");
  CHECK_THROWS_WITH(data::read_folder(root, {.label_list = twice}), Contains("'n01' again"));
}

TEST_CASE("read_jsonl: a row of cells has the labels of its columns, and without them is refused") {
  const auto path =
      folder().write("t.jsonl", "{\"image\": \"a\", \"labels\": [1, 0, null]}\n{\"image\": \"b\", \"labels\": [0, true, 0]}");
  const auto table = data::read_jsonl(path, {.label_columns = {"x", "y", "z"}});
  CHECK(table.vocabulary() == Vocabulary{"x", "y", "z"});
  CHECK(table.labels() == Labels{{"x"}, {"y"}});
  CHECK(table[0].unknown == Names{"z"});
  CHECK_THROWS_WITH(data::read_jsonl(path, {.label_columns = {"x", "y"}}),
                    Contains("a list of 2 cells") && Contains("got 3 cells"));
  CHECK_THROWS_WITH(data::read_jsonl(folder().write("r.jsonl", "{\"image\": \"a\", \"labels\": [1, 0, 0]}")),
                    Contains("got 0 twice, as in a row of 0 and 1"));
  const auto numbers = folder().write("n.jsonl", "{\"image\": \"a\", \"labels\": [2, 0]}");
  CHECK(data::read_jsonl(numbers, {.meaning = {.names = {"x", "y", "z"}}}).labels() == Labels{{"z", "x"}});
}

TEST_CASE("read_jsonl: a key that no line has is named with those there are") {
  const auto path = folder().write("t.jsonl", "{\"image\": \"a\", \"label\": [\"x\"]}\n");
  CHECK_THROWS_WITH(data::read_jsonl(path), Contains("some line must have the key 'labels'") && Contains("'image' 'label'") &&
                                                Contains("Did you mean 'label'?"));
  CHECK(data::read_jsonl(path, {.empty = data::EmptyLabels::unknown}).size() == 1);
  CHECK_THROWS_WITH(data::read_jsonl(path, {.labels = "label", .boxes = "bbox"}), Contains("the key 'bbox'"));
}

TEST_CASE("read_jsonl: codes mean what is declared, and bad lines are passed over where that is asked for") {
  const auto path = folder().write("t.jsonl", "{\"image\": \"a\", \"labels\": {\"x\": -1, \"y\": 0.5}}\nnot JSON\n");
  const auto table = data::read_jsonl(
      path, {.meaning = {.codes = {{"-1", 1.0f}}, .probabilities = data::Probabilities::keep}, .on_bad = data::OnBad::skip});
  CHECK(table.labels() == Labels{{"x"}});
  CHECK(table[0].soft == std::vector<data::SoftLabel>{{"y", 0.5f}});
  CHECK(table.passed_over().size() == 1);
}

TEST_CASE("read_coco: ids are text, whole numbers of any size, or numbers written with a fraction of nothing") {
  for (const char* id : {"\"a\"", "18446744073709551615", "123456789012345678901234567890", "1.0", "-3"}) {
    const std::string text = std::string("{\"images\": [{\"id\": ") + id +
                             ", \"file_name\": \"a.jpg\"}], \"annotations\": [{\"image_id\": " + id +
                             ", \"category_id\": 1.0, \"bbox\": []}], \"categories\": [{\"id\": 1, \"name\": \"cat\"}]}";
    INFO(text);
    CHECK(data::read_coco(folder().write("i.json", text)).labels() == Labels{{"cat"}});
  }
}

TEST_CASE("read_coco: a root that no annotation has is no label, one that is annotated is") {
  const auto with = [](const std::string& category) {
    return folder().write(
        "r.json", R"({"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "category_id": )" + category +
                      R"(}], "categories": [{"id": 0, "name": "pets", "supercategory": "none"},
                                            {"id": 1, "name": "cat", "supercategory": "pets"},
                                            {"id": 2, "name": "tree", "supercategory": "none"},
                                            {"id": 3, "name": "person", "supercategory": "person"}]})");
  };
  CHECK(data::read_coco(with("1")).vocabulary() == Vocabulary{"cat", "tree", "person"});
  CHECK(data::read_coco(with("0")).vocabulary() == Vocabulary{"pets", "cat", "tree", "person"});
  const auto same =
      folder().write("s.json", R"({"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "category_id": 0},
      {"image_id": 1, "category_id": 1}], "categories": [{"id": 0, "name": "cat", "supercategory": "none"},
      {"id": 1, "name": "cat", "supercategory": "cat"}]})");
  CHECK(data::read_coco(same).labels() == Labels{{"cat"}});
}

TEST_CASE("read_coco: annotations that fit nothing are passed over where that is asked for") {
  const auto path = folder().write("p.json", R"({"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}],
      "annotations": [{"image_id": 1, "category_id": 5}, {"image_id": 2, "category_id": 1}, {"image_id": 1, "category_id": 1}],
      "categories": [{"id": 1, "name": "cat"}]})");
  const auto table = data::read_coco(path, {.on_bad = data::OnBad::skip});
  CHECK(table.labels() == Labels{{"cat"}});
  CHECK(table.passed_over().size() == 3);
}

TEST_CASE("read_voc: names with blanks, and images by their names whatever their ending") {
  const auto root = folder().path() / "stems";
  for (const char* part : {"Annotations", "JPEGImages", "ImageSets/Main"}) std::filesystem::create_directories(root / part);
  folder().write("stems/Annotations/Compound Leaves.xml", voc("Compound Leaves", voc_object("leaf", 0, "")));
  folder().write("stems/Annotations/b.xml", voc("b.png", voc_object("leaf", 0, "")));
  folder().write("stems/Annotations/c.xml", voc("", voc_object("leaf", 0, "")));
  for (const char* file : {"Compound Leaves.jpg", "b.JPEG", "c.webp"})
    folder().write(std::string("stems/JPEGImages/") + file, "");
  folder().write("stems/ImageSets/Main/leaf_train.txt", "Compound Leaves  1\nCompound Leaves\nb -1\n");
  CHECK(data::read_voc(root, {.sets = {"leaf_train"}}).column("id") == Names{"Compound Leaves", "Compound Leaves", "b"});
  const auto images = root / "JPEGImages";
  CHECK(data::read_voc(root).images() == std::vector{images / "Compound Leaves.jpg", images / "b.JPEG", images / "c.webp"});
  folder().write("stems/JPEGImages/c.png", "");
  CHECK_THROWS_WITH(data::read_voc(root), Contains("must tell it from others by its ending") && Contains("c.xml"));
  CHECK(data::read_voc(root, {.on_bad = data::OnBad::skip}).passed_over().size() == 1);
}

TEST_CASE("read_voc: an encoding that the parser does not know is refused, not misread") {
  const auto root = folder().path() / "encodings";
  std::filesystem::create_directories(root);
  folder().write("encodings/a.xml", "<?xml version=\"1.0\" encoding=\"gbk\"?>" + voc("a.jpg", voc_object("\xC3\xA8", 0, "")));
  CHECK_THROWS_WITH(data::read_voc(root), Contains("UTF-16 or ISO-8859-1; got 'gbk'") && Contains("iconv -f gbk"));
  folder().write("encodings/a.xml",
                 "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + voc("a.jpg", voc_object("caf\xE9", 0, "")));
  CHECK(data::read_voc(root).labels() == Labels{{"caf\xC3\xA9"}});
}

TEST_CASE("read_folder: what is no image is listed") {
  std::filesystem::create_directories(folder().path() / "mixed/cat");
  for (const char* file : {"a.jfif", "b.gif", "c.pgm", "notes.txt", ".hidden"})
    folder().write(std::string("mixed/cat/") + file, "");
  const auto table = data::read_folder(folder().path() / "mixed");
  CHECK(table.size() == 3);
  REQUIRE(table.passed_over().size() == 1);
  CHECK(table.passed_over()[0].path == folder().path() / "mixed/cat/notes.txt");
}

TEST_CASE("readers: a pipe or a folder in the place of a file is refused at once") {
  const auto pipe = folder().path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(data::read_csv(pipe), Contains("must be a file that can be read; got a pipe"));
  CHECK_THROWS_WITH(data::read_jsonl(pipe), Contains("got a pipe"));
  CHECK_THROWS_WITH(data::read_coco(pipe), Contains("got a pipe"));
  CHECK_THROWS_WITH(data::read_jsonl(folder().path()), Contains("got a folder"));
}
}  // namespace

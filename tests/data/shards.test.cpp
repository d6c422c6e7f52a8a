// SPDX-License-Identifier: Apache-2.0
// Tar shards: as a data set, as a stream, and the order in which both mix.

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <multilabel/data/read_sample.hpp>
#include <multilabel/data/read_shards.hpp>
#include <multilabel/data/shard_options.hpp>
#include <multilabel/data/shard_sampler.hpp>
#include <multilabel/data/shard_stream.hpp>
#include <multilabel/data/shuffle_buffer.hpp>
#include <numeric>

#include "support.hpp"

namespace {
using Catch::Contains;
using multilabel::ArgumentError;
using multilabel::DataError;
using multilabel::encoding::Vocabulary;
namespace data = multilabel::data;
using Labels = std::vector<std::vector<std::string>>;
using Members = std::vector<std::pair<std::string, std::string>>;
using Names = std::vector<std::string>;

using Filter = int (*)(archive*);

std::filesystem::path write_tar(const std::filesystem::path& path, const Members& members, Filter compress = nullptr) {
  archive* tar = archive_write_new();
  archive_write_set_format_pax_restricted(tar);
  if (compress != nullptr) compress(tar);
  archive_write_open_filename(tar, path.c_str());
  for (const auto& [name, content] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(tar, entry);
    archive_write_data(tar, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(tar);
  archive_write_free(tar);
  return path;
}

std::string content_of(const data::Sample& sample) {
  const auto bytes = data::sample_bytes(sample);
  return {bytes.begin(), bytes.end()};
}

TEST_CASE("read_shards: members of one name are a sample, whose image lies where it was found") {
  const test::Folder folder;
  const std::string long_name = "deep/" + std::string(150, 'x') + "/0003";  // does not fit into a plain tar header
  const auto first = write_tar(folder.path() / "s-00.tar", {{"._0001.jpg", "resource fork"},
                                                            {"0001.jpg", std::string(1000, 'a')},
                                                            {"0001.json", R"({"labels": ["cat", "dog"], "boxes":
                                                               [{"label": "cat", "bbox": [1, 2, 3, 4]}]})"},
                                                            {"0002.JPEG", std::string(512, 'b')},
                                                            {"0002.json", R"({"caption": "no labels"})"}});
  write_tar(folder.path() / "s-01.tar", {{"deep/", ""},
                                         {long_name + ".png", "c"},
                                         {long_name + ".json", R"({"labels": {"cow": 1, "cat": null}})"},
                                         {"README", "text"}});
  const auto shards = data::read_shards({folder.path() / "s-{00..01}.tar"});
  CHECK(shards.labels() == Labels{{"cat", "dog"}, {}, {"cow"}});
  CHECK(shards[2].unknown == Names{"cat"});
  CHECK(shards.column("id") == Names{"0001", "0002", long_name});
  CHECK(shards.column("shard") == Names{"s-00.tar", "s-00.tar", "s-01.tar"});
  CHECK(shards[0].image == first / "0001.jpg");
  CHECK(shards[0].boxes == std::vector<multilabel::augmentation::Box>{{1, 2, 4, 6, "cat"}});
  CHECK(content_of(shards[0]) == std::string(1000, 'a'));
  CHECK(content_of(shards[1]) == std::string(512, 'b'));
  CHECK(content_of(shards[2]) == "c");
}

TEST_CASE("read_shards: labels as text or as numbers of names, and images of a given ending") {
  const test::Folder folder;
  const auto tar = write_tar(folder.path() / "s.tar",
                             {{"a.cls", "1\n"}, {"a.seg.png", "mask"}, {"a.jpg", "A"}, {"b.cls", "0|2"}, {"b.jpg", "B"}});
  CHECK(data::read_shards({tar}, {.labels = "cls"}).labels() == Labels{{"1"}, {"0", "2"}});
  const auto named = data::read_shards({tar}, {.image = "jpg", .labels = "cls", .meaning = {.names = {"x", "y", "z"}}});
  CHECK(named.labels() == Labels{{"y"}, {"x", "z"}});
  CHECK(named.vocabulary() == Vocabulary{"x", "y", "z"});
  CHECK_THROWS_WITH(data::read_shards({tar}, {.labels = "cls", .meaning = {.names = {"x"}}}),
                    Contains("numbers of labels must be below 1; got 1"));
  CHECK_THROWS_WITH(data::read_shards({tar}, {.image = "seg.png", .labels = "cls"}),
                    Contains("must have an image; got none") && Contains("'b'"));
  const auto masks = write_tar(folder.path() / "m.tar", {{"a.seg.png", "mask"}, {"a.jpg", "A"}});
  CHECK(content_of(data::read_shards({masks}, {.image = "seg.png"})[0]) == "mask");
}

TEST_CASE("read_shards: what is wrong is named with shard and sample") {
  const test::Folder folder;
  const auto tar = [&](const Members& members) { return write_tar(folder.path() / "s.tar", members); };
  CHECK_THROWS_WITH(data::read_shards({tar({{"a.jpg", "x"}, {"a.png", "y"}})}),
                    Contains("must have one image; got 'png' as well") && Contains("s.tar', 'a'"));
  CHECK_THROWS_WITH(data::read_shards({tar({{"a.jpg", "x"}, {"a.jpg", "y"}})}), Contains("'jpg' again"));
  CHECK_THROWS_WITH(data::read_shards({tar({{"a.json", "{}"}})}), Contains("must have an image; got none"));
  CHECK_THROWS_WITH(data::read_shards({tar({{"a.jpg", "x"}, {"a.json", "["}})}), Contains("it must be JSON"));
  CHECK_THROWS_WITH(data::read_shards({tar({{"a.jpg", "x"}})}, {.empty = data::EmptyLabels::error}),
                    Contains("must have a label"));
  CHECK_THROWS_WITH(data::read_shards({folder.path() / "none.tar"}), Contains("none.tar"));
  CHECK_THROWS_WITH(data::read_shards({folder.path()}), Contains("got a folder"));
  CHECK_THROWS_AS(data::read_shards({folder.write("text.tar", std::string(2000, 'x'))}), DataError);
  const auto packed = write_tar(folder.path() / "s.tar.gz", {{"a.jpg", "x"}}, archive_write_add_filter_gzip);
  CHECK_THROWS_WITH(data::read_shards({packed}), Contains("got one compressed by gzip") &&
                                                     Contains("Decompress it once (gunzip -k), or read it with ShardStream"));
  const auto zipped = write_tar(folder.path() / "s.tar.xz", {{"a.jpg", "x"}}, archive_write_add_filter_xz);
  CHECK_THROWS_WITH(data::read_shards({zipped}), Contains("got one compressed by xz") && Contains("(unxz -k)"));
  const auto whole = tar({{"a.jpg", std::string(5000, 'x')}});
  CHECK_THROWS_WITH(data::read_shards({folder.write_cut("cut.tar", whole, 0.3)}), Contains("cut.tar"));
}

TEST_CASE("read_shards: shards in which nothing has labels are refused, bad samples passed over where that is asked for") {
  const test::Folder folder;
  const auto tar = write_tar(folder.path() / "s.tar", {{"README", "x"},
                                                       {"a.jpg", "A"},
                                                       {"a.json", "{\"labels\": [1, 0]}"},
                                                       {"b.json", "{\"labels\": []}"},
                                                       {"c.jpg", "C"},
                                                       {"c.json", "{"}});
  CHECK_THROWS_WITH(data::read_shards({tar}, {.labels = "cls", .on_bad = data::OnBad::skip}),
                    Contains("some sample must have a member .cls; got none"));
  CHECK_THROWS_WITH(data::read_shards({tar}, {.field = "label", .on_bad = data::OnBad::skip}),
                    Contains("with the key 'label'"));
  const auto read = data::read_shards({tar}, {.label_columns = {"x", "y"}, .on_bad = data::OnBad::skip});
  CHECK(read.labels() == Labels{{"x"}});
  CHECK(read.vocabulary() == Vocabulary{"x", "y"});
  CHECK(read.passed_over().size() == 3);  // README, b without an image, c without JSON
  data::ShardStream stream({tar}, {.labels = "cls", .on_bad = data::OnBad::skip}, {.buffer = 1});
  const auto all = [&] {
    while (stream.next()) {
    }
  };
  CHECK_THROWS_WITH(all(), Contains("data::ShardStream: some sample must have a member .cls"));
  CHECK(stream.passed_over().size() == 2);
}

TEST_CASE("expand_shards: ranges in braces, with leading zeros") {
  const auto expand = [](const std::vector<std::filesystem::path>& names) { return data::expand_shards(names); };
  CHECK(expand({"x.tar"}) == std::vector<std::filesystem::path>{"x.tar"});
  CHECK(expand({"b", "a-{08..11}.tar"}) ==
        std::vector<std::filesystem::path>{"b", "a-08.tar", "a-09.tar", "a-10.tar", "a-11.tar"});
  CHECK(expand({"{0..1}/{5..6}"}) == std::vector<std::filesystem::path>{"0/5", "0/6", "1/5", "1/6"});
  for (const char* bad : {"{", "{1}", "{1..}", "{2..1}", "{a..b}", "{0..99999999}", "{-1..2}"})
    CHECK_THROWS_AS(expand({bad}), ArgumentError);
}

TEST_CASE("ShuffleBuffer: each value once, near its place, by the key alone") {
  const auto mixed = [](std::size_t capacity, std::uint64_t seed) {
    data::ShuffleBuffer<int> buffer(capacity, {.seed = seed});
    std::vector<int> order;
    int next = 0;
    while (const auto value =
               buffer.next([&]() -> std::optional<int> { return next < 100 ? std::optional(next++) : std::nullopt; }))
      order.push_back(*value);
    return order;
  };
  std::vector<int> all(100);
  std::iota(all.begin(), all.end(), 0);
  CHECK(mixed(1, 3) == all);
  const auto order = mixed(10, 3);
  CHECK(order == mixed(10, 3));
  CHECK(order != mixed(10, 4));
  CHECK(order != all);
  for (int i = 0; i < 100; ++i)
    CHECK(order[static_cast<std::size_t>(i)] < i + 10);  // no value comes before it is in the buffer
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == all);
}

TEST_CASE("ShardStream: gives the samples of compressed shards in the order of ShardSampler") {
  const test::Folder folder;
  const std::vector<std::pair<std::string, Filter>> kinds = {{".tar", nullptr},
                                                             {".tgz", archive_write_add_filter_gzip},
                                                             {".tar.zst", archive_write_add_filter_zstd},
                                                             {".tar.xz", archive_write_add_filter_xz}};
  for (int shard = 0; shard < 3; ++shard)
    for (const auto& [ending, compress] : kinds) {
      Members members;
      for (int i = 0; i < 7; ++i) {
        const std::string key = std::to_string(shard) + std::to_string(i);
        members.insert(members.end(), {{key + ".jpg", "image " + key}, {key + ".txt", key}});
      }
      write_tar(folder.path() / (std::to_string(shard) + ending), members, compress);
    }
  const auto shards = data::read_shards({folder.path() / "{0..2}.tar"}, {.labels = "txt"});
  const std::string ending = GENERATE(".tgz", ".tar.zst", ".tar.xz");
  for (const std::size_t buffer : {1u, 5u}) {
    const data::ShardSampler sampler(shards, {.buffer = buffer, .seed = 8});
    CHECK(sampler.size() == 21);
    data::ShardStream stream({folder.path() / ("{0..2}" + ending)}, {.labels = "txt"},
                             {.buffer = buffer, .seed = 8, .epoch = 2});
    for (const std::size_t i : sampler.order(2)) {
      const auto sample = stream.next();
      REQUIRE(sample);
      CHECK(sample->labels == shards[i].labels);
      CHECK(content_of(*sample) == "image " + shards[i].labels[0]);
    }
    CHECK_FALSE(stream.next());
    CHECK((sampler.order(2) == sampler.order(3)) == (buffer == 1));
  }
}

TEST_CASE("ShardSampler: reads one shard after the other") {
  std::vector<data::Sample> samples;
  for (int i = 0; i < 40; ++i) samples.push_back({.image = "x", .part = data::FilePart{i % 2 == 0 ? "even" : "odd", 0, 1}});
  const auto order = data::ShardSampler(data::Dataset(samples), {.buffer = 4}).order(0);
  const auto first = order[0] % 2;
  CHECK(std::all_of(order.begin(), order.begin() + 17, [&](std::size_t i) { return i % 2 == first; }));  // 20 less the buffer
}
}  // namespace

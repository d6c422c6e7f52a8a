// SPDX-License-Identifier: Apache-2.0
#include "readers.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <multilabel/data/image_io.hpp>
#include <multilabel/data/read_coco.hpp>
#include <multilabel/data/read_csv.hpp>
#include <multilabel/data/read_folder.hpp>
#include <multilabel/data/read_jsonl.hpp>
#include <multilabel/data/read_shards.hpp>
#include <multilabel/data/read_voc.hpp>
#include <multilabel/data/shard_stream.hpp>
#include <string>

namespace fuzz {
namespace {

namespace data = multilabel::data;
namespace fs = std::filesystem;

/// A folder of this process, with a picture in a folder "n1" for read_folder.
const fs::path& folder() {
  static const struct Folder {
    fs::path path = fs::path(fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path()) /
                    ("multilabel-fuzz-" + std::to_string(getpid()));
    Folder() {
      fs::create_directories(path / "images/n1");
      fs::create_directories(path / "xml");
      std::ofstream(path / "images/n1/a.png") << "x";
    }
    ~Folder() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  } one;
  return one.path;
}

/// Whether `read` reads; false if it refuses as it should.
template <class Read>
bool reads(Read&& read) {
  try {
    read();
    return true;
  } catch (const multilabel::DataError&) {
    return false;
  } catch (const multilabel::LabelError&) {
    return false;
  }
}

/// The data set that `make` returns, and its targets.
template <class Make>
bool usable(Make&& make) {
  return reads([&] {
    const data::Dataset dataset = make();
    static_cast<void>(dataset.targets(dataset.vocabulary()));
  });
}

bool read_file(std::string_view reader, const fs::path& file) {
  if (reader == "csv") {
    const bool list = usable([&] { return data::read_csv(file, {.unknown_mark = "?"}); });
    return usable([&] { return data::read_csv(file, {.unnamed = data::Unnamed::unknown, .label_columns = {"*"}}); }) || list;
  }
  if (reader == "jsonl") return usable([&] { return data::read_jsonl(file, {.unnamed = data::Unnamed::unknown}); });
  if (reader == "coco") return usable([&] { return data::read_coco(file, {.crowd = data::Doubtful::unknown}); });
  if (reader == "voc") return usable([&] { return data::read_voc(file.parent_path()); });
  if (reader == "list") return usable([&] { return data::read_folder(folder() / "images", {.label_list = file}); });
  const bool streamed = reads([&] {
    data::ShardStream stream({file}, {}, {.buffer = 3});
    while (stream.next()) {
    }
  });
  return usable([&] { return data::read_shards({file}); }) || streamed;
}

}  // namespace

bool read(std::size_t reader, std::span<const std::uint8_t> bytes) {
  const std::string_view name = READERS.at(reader);
  if (name == "image") return reads([&] { static_cast<void>(data::decode_image(bytes, "image", {.max_pixels = 1'000'000})); });
  const fs::path file = folder() / (name == "voc" ? "xml/a.xml" : "file");
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return read_file(name, file);
}

}  // namespace fuzz

/// For libFuzzer; the first byte chooses the reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > 0) static_cast<void>(fuzz::read(bytes[0] % fuzz::READERS.size(), {bytes + 1, size - 1}));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/safetensors.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

std::filesystem::path scratch_file() {
  return std::filesystem::temp_directory_path() / ("multilabel_safetensors_" + std::to_string(::getpid()));
}

// What a file with this header and data is refused with; "accepted" for one that is not.
std::string refusal_of(const std::string& header, const std::string& data = {}) {
  const auto path = scratch_file();
  const std::uint64_t length = header.size();
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&length), 8) << header << data;
  std::string sentence = "accepted";
  try {
    const multilabel::SafeTensorFile file(path);
  } catch (const multilabel::BundleError& error) {
    sentence = error.what();
  }
  std::filesystem::remove(path);
  return sentence;
}

}  // namespace

TEST_CASE("write_safetensors: what is written is read, wider types first") {
  const auto path = scratch_file();
  const std::array<std::uint8_t, 3> bytes{1, 0, 7};
  const std::array<double, 2> numbers{0.5, -2};
  const std::vector<multilabel::SafeTensorView> views{
      {"flags", *multilabel::safe_tensor_type("BOOL"), {3}, bytes.data()},
      {"numbers", *multilabel::safe_tensor_type("F64"), {1, 2}, numbers.data()}};
  multilabel::write_safetensors(path, views, {{"who", "\"me\""}});
  multilabel::SafeTensorFile file(path);
  REQUIRE(file.entries().size() == 2);
  CHECK(file.metadata().at("who") == "\"me\"");
  CHECK(file.entries()[0].name == "numbers");
  CHECK(file.entries()[0].shape == std::vector<std::int64_t>{1, 2});
  std::array<double, 2> again{};
  file.read(file.entries()[0], again.data());
  CHECK(again == numbers);
  std::array<std::uint8_t, 3> flags{};
  file.read(file.entries()[1], flags.data());
  CHECK(flags == std::array<std::uint8_t, 3>{1, 0, 1});  // any byte but 0 is true
  std::filesystem::remove(path);
}

TEST_CASE("SafeTensorFile: hostile headers are refused with the field they lie about") {
  using Catch::Contains;
  CHECK(refusal_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234") == "accepted");
  CHECK(refusal_of(R"({"__metadata__":{"a":"b"}})") == "accepted");
  CHECK_THAT(refusal_of(std::string(90'000, '[')), Contains("must be a JSON object"));
  CHECK_THAT(refusal_of(R"({"a":)" + std::string(90'000, '[')), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"shape":)" + std::string(90'000, '[')), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"shape":[1e999]}})"), Contains("must be JSON"));
  CHECK_THAT(refusal_of(R"({"a":{"shape":[1.5]}})"), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"shape":[-1]}})"), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"dtype":4}})"), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"dtype":"F32","dtype":"F32"}})"), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})"),
             Contains("as long as its shape"));
  CHECK_THAT(refusal_of(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,0]}})"), Contains("'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[9,5]}})"), Contains("9 to 5 for 'a'"));
  CHECK_THAT(refusal_of(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}})"), Contains("'a' twice"));
  CHECK_THAT(refusal_of(R"({"__metadata__":{"a":1}})"), Contains("__metadata__ must be an object of strings"));
  CHECK_THAT(refusal_of(R"({"__metadata__":{"a":"1","a":"2"}})"), Contains("'a' twice"));
  CHECK_THAT(refusal_of("{} x"), Contains("must be JSON"));
  CHECK_THAT(refusal_of("\xff\xfe"), Contains("must be JSON"));
}

TEST_CASE("SafeTensorFile: more sides than an array can have are refused") {
  std::string sides = "0";
  for (int i = 1; i < 100; ++i) sides += ",0";
  CHECK_THAT(refusal_of(R"({"a":{"dtype":"U8","shape":[)" + sides + R"(],"data_offsets":[0,0]}})"), Catch::Contains("'a'"));
}

TEST_CASE("SafeTensorFile: folders, devices and names with a NUL are refused, not read") {
  using multilabel::SafeTensorFile;
  CHECK_THROWS_AS(SafeTensorFile(std::filesystem::temp_directory_path()), multilabel::BundleError);
  CHECK_THROWS_AS(SafeTensorFile("/dev/zero"), multilabel::BundleError);
  CHECK_THROWS_AS(SafeTensorFile(std::string("/dev\0/null", 10)), multilabel::BundleError);
  CHECK_THROWS_AS(SafeTensorFile(std::string(5000, 'a')), multilabel::BundleError);
}

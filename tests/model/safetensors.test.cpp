// SPDX-License-Identifier: Apache-2.0
#include <multilabel/model/safetensors.hpp>

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

namespace ml = multilabel;
using Catch::Matchers::Contains;

namespace {

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("multilabel_model_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

void write_bytes(const std::filesystem::path& path, const std::string& header, const std::string& data) {
  std::ofstream file(path, std::ios::binary);
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), 8) << header << data;
}

}  // namespace

TEST_CASE("safetensors: what is saved is loaded, with its metadata") {
  const Folder folder;
  const at::Tensor strided = at::arange(6, at::kFloat).reshape({2, 3}).t();
  const ml::model::NamedTensors given{{"flags", at::ones({3}, at::kBool)}, {"strided", strided}, {"scalar", at::zeros({})}};
  ml::model::save_safetensors(folder / "a", given, {{"epoch", "3"}});
  const auto loaded = ml::model::load_safetensors(folder / "a");
  CHECK(loaded.metadata == std::map<std::string, std::string>{{"epoch", "3"}});
  REQUIRE(loaded.tensors.size() == 3);
  CHECK(loaded.tensors[0].first == "strided");  // four bytes a number come before one
  CHECK(loaded.tensors[0].second.equal(strided));
  CHECK(loaded.tensors[1].first == "scalar");
  CHECK(loaded.tensors[1].second.dim() == 0);
  CHECK(loaded.tensors[2].second.equal(given[0].second));
}

TEST_CASE("safetensors: a file cut at any byte is refused and named") {
  const Folder folder;
  ml::model::save_safetensors(folder / "whole", {{"a", at::ones({4})}});
  std::ifstream whole(folder / "whole", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(whole), {}};
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::ofstream(folder / "cut", std::ios::binary) << bytes.substr(0, length);
    CHECK_THROWS_AS(ml::model::load_safetensors(folder / "cut"), ml::BundleError);
  }
  CHECK_THROWS_WITH(ml::model::load_safetensors(folder / "cut"), Contains("cut"));
}

TEST_CASE("safetensors: a header that lies about its tensors is refused") {
  const Folder folder;
  const auto reason = [&](const std::string& header, const std::string& data) -> std::string {
    write_bytes(folder / "a", header, data);
    try {
      (void)ml::model::load_safetensors(folder / "a");
    } catch (const ml::BundleError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(reason(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234") == "accepted");
  CHECK_THAT(reason(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234"), Contains("as long as its shape"));
  CHECK_THAT(reason(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678"), Contains("without gaps"));
  CHECK_THAT(reason(R"({"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}})", "12345678"), Contains("'C64' for 'a'"));
  CHECK_THAT(reason("{", ""), Contains("must be JSON"));
}

TEST_CASE("safetensors: a full disk leaves the old file whole and nothing beside it") {
  const Folder folder;
  ml::model::save_safetensors(folder / "a", {{"a", at::ones({2})}});
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};  // a write past 4 KiB fails, as on a full disk
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  CHECK_THROWS_AS(ml::model::save_safetensors(folder / "a", {{"a", at::zeros({100'000})}}), ml::BundleError);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(ml::model::load_safetensors(folder / "a").tensors[0].second.equal(at::ones({2})));
  CHECK(folder.files() == 1);
}

TEST_CASE("safetensors: a missing folder is an error with the system's reason") {
  const Folder folder;
  CHECK_THROWS_WITH(ml::model::save_safetensors(folder / "no/a", {}), Contains("No such file or directory"));
}

TEST_CASE("safetensors: two tensors of one name are refused") {
  const Folder folder;
  CHECK_THROWS_WITH(ml::model::save_safetensors(folder / "a", {{"a", at::ones({1})}, {"a", at::ones({1})}}),
                    Contains("a name of its own"));
}

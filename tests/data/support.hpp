// SPDX-License-Identifier: Apache-2.0
#pragma once
// A folder that lives as long as a test, and small files in it.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// The project's own drawings.
inline const std::filesystem::path OPENCLIPART = std::filesystem::path(MULTILABEL_SOURCE_DIR) / "examples/data/openclipart";

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("multilabel-" + std::to_string(std::random_device{}()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

  /// `image` in OpenCV's order (BGR), in the format of the name's ending.
  std::filesystem::path write_image(const std::string& name, const cv::Mat& image) const {
    cv::imwrite((path_ / name).string(), image);
    return path_ / name;
  }

  /// The first `share` of another file.
  std::filesystem::path write_cut(const std::string& name, const std::filesystem::path& whole, double share) const {
    std::ifstream file(whole, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    text.resize(static_cast<std::size_t>(share * static_cast<double>(text.size())));
    return write(name, text);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace test

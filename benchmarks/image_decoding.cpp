// SPDX-License-Identifier: Apache-2.0
// The C++ side of image_augmentation.py: reads the JPEGs of a folder into memory, then handles all of them once for every line
// of its input, and answers each with a line. "imdecode" decodes with the OpenCV that multilabel is linked to, into fresh
// memory as its users do; "multilabel" decodes and carries out the restrained recipe, to planar float of 224 x 224. "version"
// names OpenCV's.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "multilabel/augmentation.hpp"
#include "multilabel/data/image_io.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " <folder of JPEGs>\n";
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::vector<std::uint8_t>> files;
  for (const auto& path : paths) files.push_back(multilabel::data::read_bytes(path));

  cv::setNumThreads(0);
  constexpr int size = 224;
  const auto recipe = multilabel::augmentation::restrained({.size = size});
  const multilabel::data::ReadImageOptions options{.shrinks_to = recipe.shrinks_to()};
  std::vector<float> planar(static_cast<std::size_t>(3 * size * size));
  for (std::string line; std::getline(std::cin, line);) {
    for (std::size_t i = 0; i < files.size() && line != "version"; ++i) {
      if (line == "imdecode") {
        if (cv::imdecode(files[i], cv::IMREAD_COLOR).empty()) return 1;
      } else if (line == "multilabel") {
        recipe.write(multilabel::data::decode_image(files[i], paths[i], options),
                     {.seed = 1, .index = static_cast<std::uint32_t>(i)}, planar.data());
      } else {
        return 2;
      }
    }
    std::cout << (line == "version" ? CV_VERSION : "done") << std::endl;
  }
}

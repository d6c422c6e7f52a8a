// SPDX-License-Identifier: Apache-2.0
// Serves a trained bundle: prints the labels of each image with their scores, best first, separated by tabs.
// Usage: example_030_predict [--exact] <bundle> <image>...
// --exact prints the score of every label with all its digits, to compare with another machine or with 030_predict.py.

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <multilabel/bundle.hpp>
#include <string>
#include <vector>

namespace ml = multilabel;

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool exact = std::erase(arguments, "--exact") > 0;
  if (arguments.size() < 2) {
    std::cerr << "usage: example_030_predict [--exact] <bundle> <image>...\n";
    return 2;
  }
  try {
    const ml::bundle::Predictor predictor = ml::load(arguments[0]);
    const std::vector<std::filesystem::path> images(arguments.begin() + 1, arguments.end());
    if (exact) {
      const auto scores = predictor.scores(images);
      for (std::size_t i = 0; i < images.size(); ++i)
        for (std::size_t label = 0; label < scores.columns(); ++label)
          std::cout << images[i].string() << '\t' << predictor.vocabulary()[label] << '\t' << std::setprecision(9)
                    << scores(i, label) << '\n';
    } else {
      const auto predictions = predictor(images);
      for (std::size_t i = 0; i < images.size(); ++i)
        for (const auto& [label, score] : predictions[i])
          std::cout << images[i].string() << '\t' << label << '\t' << std::fixed << std::setprecision(3) << score << '\n';
    }
  } catch (const ml::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

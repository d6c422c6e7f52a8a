// SPDX-License-Identifier: Apache-2.0
#pragma once
// The model card, README.md: what a person should know who finds the bundle. Edit it freely; it is under no checksum.

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

#include "multilabel/augmentation/preprocessing.hpp"
#include "multilabel/bundle/manifest.hpp"
#include "multilabel/model/options.hpp"

namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER {

namespace detail {

// A cell of a table: a bar would begin the next one.
[[nodiscard]] inline std::string cell(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '|') escaped += '\\';
    escaped += letter == '\n' ? ' ' : letter;
  }
  return escaped;
}

}  // namespace detail

/// The text of README.md.
[[nodiscard]] inline std::string card(const Manifest& manifest, const model::ModelConfig& config,
                                      const augmentation::Preprocessing& preprocessing) {
  std::ostringstream text;
  text
      << "---\nlibrary_name: multilabel\npipeline_tag: image-classification\ntags:\n- multi-label\n---\n\n"
      << "# " << config.backbone << ", " << manifest.vocabulary.size() << " labels\n\n"
      << "A multi-label image classifier: an image may have any number of the labels below, also none. Each score is between 0 "
         "and 1;\na label is predicted from its threshold on.\n\n"
      << "| | |\n| --- | --- |\n| network | " << config.backbone << ", " << model::to_string(config.options.head)
      << " head |\n| images | RGB, " << preprocessing.width << " x " << preprocessing.height << " |\n| thresholds | ";
  const auto& rule = manifest.rule;
  if (rule.is_global()) {
    text << rule.threshold(0) << " for all labels";
  } else {
    text << "one a label";
  }
  if (!rule.metric().empty()) {
    text << ", tuned for " << rule.metric();
    if (!rule.average().empty()) text << " (" << rule.average() << ')';
    if (std::isfinite(rule.value())) text << ", " << std::setprecision(4) << rule.value() << " where they were tuned";
  }
  text << " |\n| written by | multilabel " << manifest.library << " |\n";
  for (const auto& [key, value] : manifest.metadata)
    text << "| " << detail::cell(key) << " | " << detail::cell(value) << " |\n";
  text << "\n## Labels\n\n| label | threshold |\n| --- | --- |\n";
  for (std::size_t i = 0; i < manifest.vocabulary.size(); ++i) {
    text << "| " << detail::cell(manifest.vocabulary[i]) << " | " << rule.threshold(i) << " |\n";
  }
  text << "\n## Use\n\n```python\nimport multilabel as ml\n\nfor label, score in "
          "ml.load(\"path/to/this/folder\")(\"image.jpg\"):\n"
       << "    print(label, score)\n```\n\n"
       << "```cpp\n#include <multilabel/bundle.hpp>\n#include <iostream>\n\nint main() {\n"
       << "  const auto predictor = multilabel::bundle::load(\"path/to/this/folder\");\n"
       << "  for (const auto& [label, score] : predictor(\"image.jpg\")) std::cout << label << ' ' << score << "
          "'\\n';\n}\n```\n\n"
       << "## To be filled in\n\nTraining data and its licence; intended use; known weaknesses; how it was tested.\n";
  return text.str();
}

}  // namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER

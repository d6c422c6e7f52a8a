// SPDX-License-Identifier: Apache-2.0
#pragma once
// A model's answers to images it did not learn from, beside the truth: what measures, thresholds, calibration and reports take.
// Its file, so that they can be made later without the model, is in held_out_file.hpp, which needs a JSON library.

#include <filesystem>
#include <string>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::evaluation {

/// Rows are images in the loader's order, columns are the labels of `vocabulary`.
struct HeldOut {
  Matrix<float> targets;            ///< [samples, labels], 0 or 1, NaN where unknown
  Matrix<float> logits;             ///< [samples, labels], the model's raw outputs
  Matrix<float> scores;             ///< [samples, labels], sigmoid of the logits, in [0, 1]
  std::vector<std::string> images;  ///< the files, one a row; empty where the loader knows no files
  encoding::Vocabulary vocabulary;

  /// Writes a .safetensors file with the three matrices, and labels and files in its metadata, whole or not at all; its folder
  /// is made where it is missing. Throws `BundleError` when it cannot be written. In held_out_file.hpp.
  void save(const std::filesystem::path& path) const;

  /// What `save` wrote. Throws `BundleError` naming the file and what is wrong with it. In held_out_file.hpp.
  [[nodiscard]] static HeldOut load(const std::filesystem::path& path);
};

/// Throws `ShapeError` unless the matrices have one shape, with a column for each label and a row for each image.
inline void require_consistent(std::string_view where, const HeldOut& held_out) {
  require_same_shape(where, "targets and logits", held_out.targets, held_out.logits);
  require_same_shape(where, "targets and scores", held_out.targets, held_out.scores);
  if (held_out.targets.columns() != held_out.vocabulary.size()) {
    fail<ShapeError>({where, join_text("there must be one column for each of the ", held_out.vocabulary.size(), " labels"),
                      join_text(held_out.targets.columns())});
  }
  if (!held_out.images.empty() && held_out.images.size() != held_out.targets.rows()) {
    fail<ShapeError>({where, join_text("there must be one file name for each of the ", held_out.targets.rows(), " rows"),
                      join_text(held_out.images.size())});
  }
}

}  // namespace MULTILABEL_NAMESPACE::evaluation

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A model's answers to images it did not learn from, beside the truth: what metrics, thresholds, calibration and reports take,
// and a file so that they can be made later without the model.

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/model/safetensors.hpp"

namespace multilabel::training {

/// Rows are images in the loader's order, columns are the labels of `vocabulary`.
struct HeldOut {
  Matrix<float> targets;            ///< [samples, labels], 0 or 1, NaN where unknown
  Matrix<float> logits;             ///< [samples, labels], the model's raw outputs
  Matrix<float> scores;             ///< [samples, labels], sigmoid of the logits, in [0, 1]
  std::vector<std::string> images;  ///< the files, one a row; empty where the loader knows no files
  encoding::Vocabulary vocabulary;

  /// Writes a .safetensors file with the three matrices, and labels and files in its metadata, whole or not at all. Throws
  /// `BundleError` when it cannot be written.
  void save(const std::filesystem::path& path) const;

  /// What `save` wrote. Throws `BundleError` naming the file and what is wrong with it.
  [[nodiscard]] static HeldOut load(const std::filesystem::path& path);
};

namespace detail {

inline constexpr std::string_view held_out_format = "multilabel.held_out";

[[nodiscard]] inline at::Tensor as_tensor(const Matrix<float>& matrix) {
  // The tensor only looks at the matrix, and nobody writes through it.
  return at::from_blob(const_cast<float*>(matrix.data()),
                       {static_cast<std::int64_t>(matrix.rows()), static_cast<std::int64_t>(matrix.columns())},
                       at::TensorOptions(at::kFloat));
}

[[nodiscard]] inline Matrix<float> as_matrix(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kFloat).contiguous();
  Matrix<float> matrix(static_cast<std::size_t>(plain.size(0)), static_cast<std::size_t>(plain.size(1)));
  std::copy_n(plain.const_data_ptr<float>(), matrix.size(), matrix.data());
  return matrix;
}

}  // namespace detail

inline void HeldOut::save(const std::filesystem::path& path) const {
  std::error_code ignored;  // the write that follows complains
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  // File names need not be UTF-8; JSON must.
  const auto text = [](const std::vector<std::string>& names) {
    return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  model::save_safetensors(
      path,
      {{"targets", detail::as_tensor(targets)}, {"logits", detail::as_tensor(logits)}, {"scores", detail::as_tensor(scores)}},
      {{"format", std::string(detail::held_out_format)}, {"labels", text(vocabulary.labels())}, {"images", text(images)}});
}

inline HeldOut HeldOut::load(const std::filesystem::path& path) {
  constexpr std::string_view where = "training::HeldOut::load";
  const model::SafeTensors file = model::load_safetensors(path);
  const auto reject = [&](std::string_view expected, const std::string& actual) {
    fail<BundleError>({where, expected, join_text(actual, " in ", multilabel::quoted(path.string()))});
  };
  const auto names = [&](const std::string& key) {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) reject("the file must be written by HeldOut::save", join_text("no ", key));
    try {
      return nlohmann::json::parse(found->second).get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception& error) {
      reject(join_text(key, " must be a JSON list of names"), error.what());
    }
    return std::vector<std::string>{};
  };
  HeldOut loaded;
  loaded.vocabulary = encoding::Vocabulary(names("labels"));
  loaded.images = names("images");
  const auto matrix = [&](std::string_view name) {
    const auto found =
        std::find_if(file.tensors.begin(), file.tensors.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == file.tensors.end() || found->second.dim() != 2)
      reject("there must be a matrix of this name", std::string(name));
    return detail::as_matrix(found->second);
  };
  loaded.targets = matrix("targets");
  loaded.logits = matrix("logits");
  loaded.scores = matrix("scores");
  for (const auto* other : {&loaded.logits, &loaded.scores}) {
    require_same_shape(where, "targets, logits and scores", loaded.targets, *other);
  }
  if (loaded.targets.columns() != loaded.vocabulary.size()) {
    reject(join_text("there must be one column for each of the ", loaded.vocabulary.size(), " labels"),
           join_text(loaded.targets.columns()));
  }
  if (!loaded.images.empty() && loaded.images.size() != loaded.targets.rows()) {
    reject(join_text("there must be one file name for each of the ", loaded.targets.rows(), " rows"),
           join_text(loaded.images.size()));
  }
  return loaded;
}

}  // namespace multilabel::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two settings files of a bundle: config.json, from which the same network is built again, and preprocessor_config.json,
// from which images get the same pixels as in training. Their fields are named as the hubs name them where those have a name.

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/preprocessing.hpp"
#include "multilabel/bundle/manifest.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/model/backbones.hpp"
#include "multilabel/model/heads.hpp"
#include "multilabel/model/options.hpp"

namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER {

inline constexpr std::string_view CONFIG_FILE = "config.json";
inline constexpr std::string_view PREPROCESSOR_FILE = "preprocessor_config.json";

namespace detail {

/// The enumerator that a field names; `names` are those of 0, 1, 2, ...
template <class Enum>
[[nodiscard]] Enum named(const std::filesystem::path& file, const nlohmann::json& json, const char* key,
                         std::span<const std::string_view> names) {
  const auto name = field<std::string>(file, json, key);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  std::string all;
  for (const auto one : names) all += join_text(all.empty() ? "" : ", ", multilabel::quoted(one));
  reject(file, join_text("field ", multilabel::quoted(key), " must be one of ", all), multilabel::quoted(name));
}

/// The field `key`, which must be one of the names that this program can make a part by; `mend` says how to add one.
[[nodiscard]] inline std::string known_name(const std::filesystem::path& file, const nlohmann::json& json, const char* key,
                                            const std::vector<std::string>& names, std::string_view mend) {
  auto name = field<std::string>(file, json, key);
  if (std::find(names.begin(), names.end(), name) != names.end()) return name;
  std::string all;
  for (const auto& one : names) all += join_text(all.empty() ? "" : ", ", one);
  reject(file, join_text("field ", multilabel::quoted(key), " must be one of ", all), multilabel::quoted(name), mend);
}

}  // namespace detail

/// The text of config.json.
[[nodiscard]] inline std::string to_json(const model::ModelConfig& config) {
  const auto& options = config.options;
  nlohmann::ordered_json json = {{"architecture", config.backbone},
                                 {"num_classes", options.labels},
                                 {"head", model::to_string(options.head)},
                                 {"dropout", options.dropout},
                                 {"drop_path", options.drop_path}};
  if (options.head == model::Head::csra) {
    json["csra"] = {{"lambda", options.csra.lambda}, {"temperatures", options.csra.temperatures}};
  }
  return json.dump(2) + "\n";
}

/// Reads config.json. Throws `BundleError` naming file and field.
[[nodiscard]] inline model::ModelConfig read_config(const std::filesystem::path& folder) {
  const auto file = folder / CONFIG_FILE;
  const auto json = detail::read_json(file);
  model::ModelConfig config;
  config.backbone = detail::known_name(file, json, "architecture", model::backbone_names(),
                                       "One of your own is added with model::register_backbone.");
  config.options.labels = detail::field<std::size_t>(file, json, "num_classes");
  config.options.dropout = detail::field<double>(file, json, "dropout");
  config.options.drop_path = detail::field<double>(file, json, "drop_path");
  config.options.head = {
      detail::known_name(file, json, "head", model::head_names(), "One of your own is added with model::register_head.")};
  if (config.options.head == model::Head::csra) {
    const auto csra = detail::field<nlohmann::json>(file, json, "csra");
    config.options.csra.lambda = detail::field<double>(file, csra, "lambda");
    config.options.csra.temperatures = detail::field<std::vector<double>>(file, csra, "temperatures");
  }
  return config;
}

/// The text of preprocessor_config.json.
[[nodiscard]] inline std::string to_json(const augmentation::Preprocessing& preprocessing) {
  nlohmann::ordered_json json = {{"size", {{"height", preprocessing.height}, {"width", preprocessing.width}}},
                                 {"image_mean", preprocessing.mean},
                                 {"image_std", preprocessing.std},
                                 {"interpolation", augmentation::detail::text_of(preprocessing.interpolation)},
                                 {"channels", "RGB"}};
  if (preprocessing.normalization != augmentation::Normalization::standard)
    json["normalization"] = augmentation::detail::text_of(preprocessing.normalization);
  return json.dump(2) + "\n";
}

/// Reads preprocessor_config.json. Throws `BundleError` naming file and field.
[[nodiscard]] inline augmentation::Preprocessing read_preprocessing(const std::filesystem::path& folder) {
  const auto file = folder / PREPROCESSOR_FILE;
  const auto json = detail::read_json(file);
  const auto size = detail::field<nlohmann::json>(file, json, "size");
  augmentation::Preprocessing preprocessing;
  preprocessing.height = detail::field<int>(file, size, "height");
  preprocessing.width = detail::field<int>(file, size, "width");
  if (preprocessing.height < 1 || preprocessing.width < 1) {
    detail::reject(file, "field 'size' must be at least 1 x 1", join_text(preprocessing.height, " x ", preprocessing.width));
  }
  preprocessing.mean = detail::field<std::array<float, 3>>(file, json, "image_mean");
  preprocessing.std = detail::field<std::array<float, 3>>(file, json, "image_std");
  for (const float value : preprocessing.std)
    if (!(value > 0)) detail::reject(file, "field 'image_std' must be above 0", join_text(value));
  if (json.contains("normalization")) {
    preprocessing.normalization =
        detail::named<augmentation::Normalization>(file, json, "normalization", augmentation::detail::normalization_names);
  }
  preprocessing.interpolation =
      detail::named<augmentation::Interpolation>(file, json, "interpolation", augmentation::detail::interpolation_names);
  return preprocessing;
}

}  // namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER

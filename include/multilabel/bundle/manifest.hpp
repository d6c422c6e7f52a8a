// SPDX-License-Identifier: Apache-2.0
#pragma once
// The file that holds a bundle together, multilabel.json: which column is which label, from which score on a label counts as
// present, and the checksums of the other files. Needs neither torch nor OpenCV, so a tool can look into any bundle with it.

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/bundle/calibrator.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/encoding/vocabulary_json.hpp"
#include "multilabel/threshold/rule.hpp"
#include "multilabel/threshold/rule_json.hpp"
#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER {

inline constexpr std::string_view MANIFEST_FILE = "multilabel.json";

/// The newest layout this release reads. It writes 1 for a bundle without a calibrator, so that older releases serve it, too.
inline constexpr int FORMAT_VERSION = 2;

struct Manifest {
  encoding::Vocabulary vocabulary;
  threshold::ThresholdRule rule{
      std::vector<double>{0.5}};                ///< one threshold for all labels, or one a label in the vocabulary's order
  std::map<std::string, std::string> files;     ///< SHA-256 by file name
  std::map<std::string, std::string> metadata;  ///< the user's own words
  std::string library = MULTILABEL_VERSION;     ///< the release that wrote it
  Calibrator calibrator{};                      ///< what the logits go through before the thresholds
};

namespace detail {

/// "where: 'file': expected; got actual", the sentence of everything that is wrong with a file of a bundle.
[[noreturn]] inline void reject(const std::filesystem::path& file, std::string_view expected, const std::string& actual,
                                std::string_view mend = {}) {
  fail<BundleError>({"bundle::load", expected, join_text(actual, " in ", multilabel::quoted(file.string())), mend});
}

/// The JSON object in `file`. Throws `BundleError` when it is missing or is none.
[[nodiscard]] inline nlohmann::json read_json(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    fail<BundleError>({"bundle::load", "every file of the bundle must be readable", multilabel::quoted(file.string()),
                       "A bundle is the folder that bundle::save wrote."});
  }
  std::ostringstream text;
  text << stream.rdbuf();
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text.str());
  } catch (const nlohmann::json::exception& error) {
    reject(file, "the file must be JSON", error.what());
  }
  if (!json.is_object()) reject(file, "the file must be a JSON object", json.type_name());
  return json;
}

/// The field `name` as a T. Throws `BundleError` naming file and field when it is missing or of another type.
template <class T>
[[nodiscard]] T field(const std::filesystem::path& file, const nlohmann::json& json, const std::string& name) {
  const auto found = json.find(name);
  if (found == json.end()) reject(file, join_text("field ", multilabel::quoted(name), " must be there"), "none");
  try {
    return found->template get<T>();
  } catch (const nlohmann::json::exception& error) {
    reject(file, join_text("field ", multilabel::quoted(name), " must have its type"), error.what());
  }
}

}  // namespace detail

/// Throws `BundleError` unless there is one threshold, or one for each label, all of them finite.
inline void require_thresholds(std::string_view where, const std::vector<double>& thresholds, std::size_t labels) {
  if (thresholds.size() != 1 && thresholds.size() != labels) {
    fail<BundleError>({where, join_text("thresholds must be one, or one for each of the ", labels, " labels"),
                       join_text(thresholds.size()), "Tune them on the scores of this vocabulary."});
  }
  for (const double threshold : thresholds)
    if (!std::isfinite(threshold)) fail<BundleError>({where, "thresholds must be finite", join_text(threshold)});
}

/// The text of multilabel.json.
[[nodiscard]] inline std::string to_json(const Manifest& manifest) {
  nlohmann::ordered_json files = nlohmann::ordered_json::object();
  for (const auto& [name, checksum] : manifest.files) files[name] = {{"sha256", checksum}};
  nlohmann::ordered_json json = {{"format", "multilabel.bundle"},
                                 {"version", is_none(manifest.calibrator) ? 1 : FORMAT_VERSION},
                                 {"library", manifest.library},
                                 {"labels", encoding::detail::json_of(manifest.vocabulary)},
                                 {"fingerprint", manifest.vocabulary.fingerprint()},
                                 {"threshold", threshold::detail::json_of(manifest.rule)},
                                 {"files", files},
                                 {"metadata", manifest.metadata}};
  if (!is_none(manifest.calibrator)) json["calibrator"] = detail::json_of(manifest.calibrator);
  try {
    return json.dump(2) + "\n";
  } catch (const nlohmann::json::exception& error) {
    fail<BundleError>({"bundle::save", "labels and metadata must be UTF-8", error.what()});
  }
}

/// Reads `folder`/multilabel.json. Throws `BundleError` naming file and field for what is missing, malformed, or of a newer
/// release, `LabelError` for a label that comes twice.
[[nodiscard]] inline Manifest read_manifest(const std::filesystem::path& folder) {
  const auto file = folder / MANIFEST_FILE;
  const auto json = detail::read_json(file);
  if (detail::field<std::string>(file, json, "format") != "multilabel.bundle") {
    detail::reject(file, "field 'format' must be 'multilabel.bundle'", json["format"].dump());
  }
  const int version = detail::field<int>(file, json, "version");
  if (version > FORMAT_VERSION || version < 1) {
    detail::reject(file, join_text("field 'version' must be 1 to ", FORMAT_VERSION), join_text(version),
                   join_text("It was written by release ", json.value("library", "?"), "; this is ", MULTILABEL_VERSION, "."));
  }
  Manifest manifest;
  manifest.library = detail::field<std::string>(file, json, "library");
  const auto reject_field = [&](std::string_view name) {
    return [&file, name](const std::string& expected, const std::string& actual) {
      detail::reject(file, join_text("field ", multilabel::quoted(name), " ", expected), actual);
    };
  };
  manifest.vocabulary =
      encoding::detail::vocabulary_of(detail::field<nlohmann::json>(file, json, "labels"), reject_field("labels"));
  if (detail::field<std::string>(file, json, "fingerprint") != manifest.vocabulary.fingerprint()) {
    detail::reject(file, join_text("field 'fingerprint' must be that of the labels, ", manifest.vocabulary.fingerprint()),
                   json["fingerprint"].dump(), "The list of labels was changed after the bundle was written.");
  }
  manifest.rule = threshold::detail::rule_of(detail::field<nlohmann::json>(file, json, "threshold"), reject_field("threshold"));
  require_thresholds(join_text("bundle::load: ", multilabel::quoted(file.string())), manifest.rule.thresholds(),
                     manifest.vocabulary.size());
  if (version > 1) {
    manifest.calibrator =
        detail::calibrator_of(detail::field<nlohmann::json>(file, json, "calibrator"), reject_field("calibrator"));
  }
  for (const auto& [name, entry] : detail::field<std::map<std::string, nlohmann::json>>(file, json, "files")) {
    manifest.files[name] = detail::field<std::string>(file, entry, "sha256");
  }
  manifest.metadata = detail::field<std::map<std::string, std::string>>(file, json, "metadata");
  return manifest;
}

}  // namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER

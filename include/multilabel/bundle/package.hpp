// SPDX-License-Identifier: Apache-2.0
#pragma once
// A trained model as one folder that can be moved, mailed and loaded anywhere: config.json, preprocessor_config.json,
// model.safetensors, multilabel.json and README.md. Nothing in it is code. It appears whole or not at all.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "multilabel/bundle/card.hpp"
#include "multilabel/bundle/checksum.hpp"
#include "multilabel/bundle/config.hpp"
#include "multilabel/bundle/manifest.hpp"
#include "multilabel/bundle/predictor.hpp"
#include "multilabel/core/atomic_file.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/model/classifier.hpp"
#include "multilabel/model/safetensors.hpp"
#include "multilabel/model/state.hpp"

namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER {

inline constexpr std::string_view WEIGHTS_FILE = "model.safetensors";

namespace detail {

// A folder beside the final one, which it becomes by `take_place_of`, or goes away with the object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& beside) {
    std::error_code error;
    const auto parent = beside.has_parent_path() ? beside.parent_path() : std::filesystem::path(".");
    std::filesystem::create_directories(parent, error);
    path_ = parent / join_text(".", beside.filename().string(), ".", ::getpid(), ".tmp");
    std::filesystem::remove_all(path_, error);
    if (!std::filesystem::create_directory(path_, error)) complain(beside, error.message());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // An older bundle of that name goes away with this object, after the two have changed places in one move.
  void take_place_of(const std::filesystem::path& target) {
    std::error_code error;
    if (!std::filesystem::exists(target, error)) {
      std::filesystem::rename(path_, target, error);
      if (error) complain(target, error.message());
      path_.clear();
      return;
    }
#ifdef RENAME_EXCHANGE
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
#endif
    const auto old = std::filesystem::path(path_).concat(".old");
    std::filesystem::rename(target, old, error);
    if (!error) std::filesystem::rename(path_, target, error);
    if (error) complain(target, error.message());
    path_ = old;
  }

  [[noreturn]] static void complain(const std::filesystem::path& target, const std::string& reason) {
    fail<BundleError>({"bundle::save", "the folder must be possible to write",
                       join_text(multilabel::quoted(target.string()), ": ", reason), "What was there before is untouched."});
  }

 private:
  std::filesystem::path path_;
};

}  // namespace detail

namespace detail {

// A bundle holds no code: its network must be one that this program can make again by its names.
inline void require_buildable(const model::ClassifierImpl& classifier) {
  model::ModelConfig config = classifier.config();
  const auto refuse = [&](std::string_view what, const std::string& name, std::string_view mend) {
    fail<BundleError>(
        {"bundle::save", join_text("the ", what, " must be one that can be made by its name"), quoted(name), mend});
  };
  const auto known = model::backbone_names();
  if (std::find(known.begin(), known.end(), config.backbone) == known.end()) {
    refuse("backbone", config.backbone, "Call model::register_backbone before save and before load.");
  }
  config.options.pretrained = "the bundle";  // so that nothing is drawn
  const auto own = model::named_state(classifier);
  const auto again = model::named_state(*model::Classifier(config));
  const bool same = std::equal(own.begin(), own.end(), again.begin(), again.end(), [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.sizes() == b.second.sizes();
  });
  if (!same) refuse("network", config.backbone, "Another one has that name: register yours under a name of its own.");
}

}  // namespace detail

/// Writes `bundle` into the folder `directory`, which is made where needed; an older bundle there is replaced. Throws as
/// `require_consistent` before anything is written, `BundleError` for a network that cannot be made again by its name, when the
/// disk is full or closed to writing, or when `directory` holds something other than a bundle; the old bundle is whole in that
/// case.
inline void save(std::filesystem::path directory, const Bundle& bundle) {
  require_consistent("bundle::save", bundle);
  detail::require_buildable(*bundle.model);
  if (!directory.has_filename()) directory = directory.parent_path();  // "model/"
  std::error_code error;
  if (std::filesystem::exists(directory, error) && !std::filesystem::exists(directory / MANIFEST_FILE, error) &&
      !std::filesystem::is_empty(directory, error)) {
    fail<BundleError>({"bundle::save", "the folder must be new, empty or a bundle", multilabel::quoted(directory.string()),
                       "Nothing there was touched; choose another folder."});
  }
  const auto& config = bundle.model->config();
  Manifest manifest{.vocabulary = bundle.vocabulary,
                    .rule = bundle.threshold,
                    .files = {},
                    .metadata = bundle.metadata,
                    .calibrator = bundle.calibrator};
  detail::TemporaryFolder temporary(directory);
  const auto& folder = temporary.path();
  write_file(folder / CONFIG_FILE, to_json(config));
  write_file(folder / PREPROCESSOR_FILE, to_json(bundle.preprocessing));
  model::save_safetensors(folder / WEIGHTS_FILE, model::named_state(*bundle.model),
                          {{"format", "pt"}, {"fingerprint", bundle.vocabulary.fingerprint()}});
  for (const auto name : {CONFIG_FILE, PREPROCESSOR_FILE, WEIGHTS_FILE}) {
    manifest.files[std::string(name)] = checksum_of(folder / name);
  }
  write_file(folder / MANIFEST_FILE, to_json(manifest));
  write_file(folder / "README.md", card(manifest, config, bundle.preprocessing));
  temporary.take_place_of(directory);
}

/// The predictor of the bundle in `directory`, on the device of that name (see `model::device_of_name`). Throws `BundleError`
/// naming file and field when one is missing, changed, damaged, contradicts another or is of a newer release, `LabelError` when
/// the labels do not fit the model.
[[nodiscard]] inline Predictor load(const std::filesystem::path& directory, const std::string& device = "cpu") {
  if (!std::filesystem::is_directory(directory)) {
    fail<BundleError>({"bundle::load", "a bundle must be a folder", multilabel::quoted(directory.string())});
  }
  const Manifest manifest = read_manifest(directory);
  for (const auto name : {CONFIG_FILE, PREPROCESSOR_FILE, WEIGHTS_FILE}) {
    const auto listed = manifest.files.find(std::string(name));
    if (listed == manifest.files.end()) {
      detail::reject(directory / MANIFEST_FILE, join_text("field 'files' must list ", multilabel::quoted(name)), "none");
    }
    const auto found = checksum_of(directory / name);
    if (found != listed->second) {
      detail::reject(directory / name, join_text("the checksum must be that of multilabel.json, ", listed->second), found,
                     "The file was changed or damaged after the bundle was written.");
    }
  }
  model::ModelConfig config = read_config(directory);
  if (config.options.labels != manifest.vocabulary.size()) {
    fail<LabelError>(
        {"bundle::load",
         join_text("the labels in multilabel.json must be as many as num_classes in config.json, ", config.options.labels),
         join_text(manifest.vocabulary.size(), " in ", multilabel::quoted(directory.string()))});
  }
  config.options.pretrained = directory / WEIGHTS_FILE;  // so that no weights are drawn
  model::Classifier classifier(config);
  model::load_state(*classifier, model::load_safetensors(directory / WEIGHTS_FILE).tensors);
  return Predictor({.model = classifier,
                    .vocabulary = manifest.vocabulary,
                    .preprocessing = read_preprocessing(directory),
                    .threshold = manifest.rule,
                    .metadata = manifest.metadata,
                    .calibrator = manifest.calibrator},
                   device);
}

}  // namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER

namespace MULTILABEL_NAMESPACE {
using bundle::load;
}  // namespace MULTILABEL_NAMESPACE

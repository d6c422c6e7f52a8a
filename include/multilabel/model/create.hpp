// SPDX-License-Identifier: Apache-2.0
#pragma once
// One call from a name to a network that is ready to train: `create("efficientnet_lite0", {.labels = 46, .pretrained = path})`.

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/model/classifier.hpp"
#include "multilabel/model/options.hpp"
#include "multilabel/model/safetensors.hpp"
#include "multilabel/model/state.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// Loads the weights of a backbone into `classifier` from a .safetensors file with timm's names, of a bare backbone or of a
/// whole model. The file's head is taken too if it has this one's shape; a head of another width (ImageNet's 1000) is left
/// aside on purpose, and so is the absence of one. Throws `BundleError` naming the first few tensors of the backbone that are
/// missing or of another shape, or that no backbone of this name has.
inline void load_pretrained(ClassifierImpl& classifier, const std::filesystem::path& path) {
  auto [pairs, report] = detail::match(named_state(classifier), load_safetensors(path).tensors);
  const std::string prefix = classifier.head_prefix();
  for (auto* names : {&report.missing, &report.mismatched, &report.unexpected})
    std::erase_if(*names, [&](const std::string& name) { return name.starts_with(prefix); });
  const std::string differences = detail::to_text(report);
  if (!differences.empty()) {
    fail<BundleError>({"model::load_pretrained",
                       join_text(quoted(path.string()), " must hold the weights of ", quoted(classifier.config().backbone)),
                       differences});
  }
  detail::copy_all(pairs);
}

/// A classifier of the backbone called `name` (see `backbone_names`). Weights are drawn from `options.seed` and, for the
/// backbone, read from `options.pretrained` where that is given (see `load_pretrained`). Throws `ArgumentError` for an unknown
/// name or an option out of range, `BundleError` for weights that do not fit.
[[nodiscard]] inline Classifier create(std::string_view name, const ModelOptions& options) {
  Classifier classifier(ModelConfig{std::string(name), options});
  if (!options.pretrained.empty()) load_pretrained(*classifier, options.pretrained);
  return classifier;
}

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a classifier is made of: the choices that `model::create` takes and that a bundle stores to build the same one again.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// What turns the backbone's feature map into one logit a label, by its name in files and Python; see heads.hpp.
struct Head {
  std::string name = "linear";

  static const Head linear;  ///< mean over the map, then one linear layer
  static const Head csra;    ///< class-specific residual attention: mean plus a share of the strongest places
  friend bool operator==(const Head&, const Head&) = default;
};
inline const Head Head::linear{"linear"};
inline const Head Head::csra{"csra"};

[[nodiscard]] inline const std::string& to_string(const Head& head) noexcept { return head.name; }

struct CSRAOptions {
  double lambda = 0.1;                     ///< weight of the attention beside the mean; 0.1 (VOC) to 0.5 (COCO)
  std::vector<double> temperatures = {1};  ///< one attention head each; 99 or more takes the maximum
  friend bool operator==(const CSRAOptions&, const CSRAOptions&) = default;
};

struct ModelOptions {
  std::size_t labels = 0;              ///< width of the logits; at least 1
  Head head{};                         ///< what sits on the backbone; `Head::csra`, `{"mine"}`
  std::filesystem::path pretrained{};  ///< a .safetensors file with the backbone's weights; empty: drawn from `seed`
  std::uint64_t seed = 0;              ///< of the drawn weights; equal seeds give equal numbers
  double dropout = 0;                  ///< share of the pooled features dropped while training, in [0, 1)
  double drop_path = 0;              ///< share of images for which the last residual block is left out while training (earlier
                                     ///< ones less), in [0, 1): against learning a small data set by heart
  std::vector<double> bias_prior{};  ///< share of positives of each label, or one for all, in (0, 1): the last bias starts at
                                     ///< its logit, which spares the first epoch's fall; empty: bias 0
  CSRAOptions csra{};                ///< used when `head` is `Head::csra`
  friend bool operator==(const ModelOptions&, const ModelOptions&) = default;
};

/// Name and options of a classifier; `pretrained` is empty in it, for the weights now are the classifier's own.
struct ModelConfig {
  std::string backbone;
  ModelOptions options;
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

}  // namespace MULTILABEL_NAMESPACE::model

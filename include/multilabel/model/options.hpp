// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a classifier is made of: the choices that `model::create` takes and that a bundle stores to build the same one again.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace multilabel::model {

/// What turns the backbone's feature map into one logit a label.
enum class Head {
  linear,  ///< mean over the map, then one linear layer
  csra     ///< class-specific residual attention: mean plus a share of the strongest places (see `heads/csra.hpp`)
};

/// The name that files and Python use.
[[nodiscard]] constexpr std::string_view to_string(Head head) noexcept { return head == Head::csra ? "csra" : "linear"; }

/// The head of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline Head head_from_name(std::string_view name) {
  for (const Head head : {Head::linear, Head::csra})
    if (name == to_string(head)) return head;
  fail<ArgumentError>({"model::head_from_name", "the head must be one of 'linear', 'csra'", quoted(name)});
}

struct CSRAOptions {
  double lambda = 0.1;                     ///< weight of the attention beside the mean; 0.1 (VOC) to 0.5 (COCO)
  std::vector<double> temperatures = {1};  ///< one attention head each; 99 or more takes the maximum
  friend bool operator==(const CSRAOptions&, const CSRAOptions&) = default;
};

struct ModelOptions {
  std::size_t labels = 0;              ///< width of the logits; at least 1
  Head head = Head::linear;            ///< what sits on the backbone
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

}  // namespace multilabel::model

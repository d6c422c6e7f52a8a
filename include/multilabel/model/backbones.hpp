// SPDX-License-Identifier: Apache-2.0
#pragma once
// The backbones by name. To use one of your own, derive from `Backbone` and hand a function that makes it to
// `Classifier` instead of a name.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/backbones/backbone.hpp"
#include "multilabel/model/backbones/efficientnet_lite.hpp"
#include "multilabel/model/backbones/resnet.hpp"

namespace multilabel::model {

namespace detail {

[[nodiscard]] inline const std::map<std::string, std::function<std::shared_ptr<Backbone>()>, std::less<>>& backbones() {
  const auto lite = [](std::size_t size) {
    return [size] { return std::make_shared<EfficientNetLite>(efficientnet_lite_options(size)); };
  };
  const auto resnet = [](ResidualBlock block, std::array<std::int64_t, 4> repeats) {
    return [=] { return std::make_shared<ResNet>(ResNetOptions{block, repeats}); };
  };
  static const std::map<std::string, std::function<std::shared_ptr<Backbone>()>, std::less<>> known{
      {"efficientnet_lite0", lite(0)},
      {"efficientnet_lite1", lite(1)},
      {"efficientnet_lite2", lite(2)},
      {"efficientnet_lite3", lite(3)},
      {"efficientnet_lite4", lite(4)},
      {"resnet18", resnet(ResidualBlock::basic, {2, 2, 2, 2})},
      {"resnet34", resnet(ResidualBlock::basic, {3, 4, 6, 3})},
      {"resnet50", resnet(ResidualBlock::bottleneck, {3, 4, 6, 3})},
      {"resnet101", resnet(ResidualBlock::bottleneck, {3, 4, 23, 3})},
  };
  return known;
}

}  // namespace detail

/// The names that `make_backbone` and `create` know, sorted.
[[nodiscard]] inline std::vector<std::string> backbone_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : detail::backbones()) names.push_back(name);
  return names;
}

/// A new backbone with uninitialised weights; throws `ArgumentError` listing the names for one it does not know.
[[nodiscard]] inline std::shared_ptr<Backbone> make_backbone(std::string_view name) {
  const auto found = detail::backbones().find(name);
  if (found != detail::backbones().end()) return found->second();
  std::string names;
  for (const auto& known : backbone_names()) names.append(names.empty() ? "" : ", ").append(known);
  fail<ArgumentError>({"model::make_backbone", join_text("the backbone must be one of ", names), quoted(name)});
}

}  // namespace multilabel::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The backbones by name. One of your own derives from `Backbone` and is registered under a name; or hand a function that makes
// it to `Classifier`, which a bundle cannot load again.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/model/backbones/backbone.hpp"
#include "multilabel/model/backbones/efficientnet_lite.hpp"
#include "multilabel/model/backbones/resnet.hpp"
#include "multilabel/model/registry.hpp"

namespace MULTILABEL_NAMESPACE::model {

namespace detail {

[[nodiscard]] inline Registry<std::shared_ptr<Backbone>()>& backbones() {
  const auto lite = [](std::size_t size) {
    return [size] { return std::make_shared<EfficientNetLite>(efficientnet_lite_options(size)); };
  };
  const auto resnet = [](ResidualBlock block, std::array<std::int64_t, 4> repeats) {
    return [=] { return std::make_shared<ResNet>(ResNetOptions{block, repeats}); };
  };
  static Registry<std::shared_ptr<Backbone>()> known("backbone",
                                                     {{"efficientnet_lite0", lite(0)},
                                                      {"efficientnet_lite1", lite(1)},
                                                      {"efficientnet_lite2", lite(2)},
                                                      {"efficientnet_lite3", lite(3)},
                                                      {"efficientnet_lite4", lite(4)},
                                                      {"resnet18", resnet(ResidualBlock::basic, {2, 2, 2, 2})},
                                                      {"resnet34", resnet(ResidualBlock::basic, {3, 4, 6, 3})},
                                                      {"resnet50", resnet(ResidualBlock::bottleneck, {3, 4, 6, 3})},
                                                      {"resnet101", resnet(ResidualBlock::bottleneck, {3, 4, 23, 3})}});
  return known;
}

}  // namespace detail

/// Makes `name` a backbone that `create` and `bundle::load` know in this program: `make` gives a new one at each call. Throws
/// `ArgumentError` for a name that is taken.
inline void register_backbone(std::string name, std::function<std::shared_ptr<Backbone>()> make) {
  detail::backbones().add(std::move(name), std::move(make));
}

/// The names that `make_backbone` and `create` know, sorted.
[[nodiscard]] inline std::vector<std::string> backbone_names() { return detail::backbones().names(); }

/// A new backbone with uninitialised weights; throws `ArgumentError` listing the names for one it does not know.
[[nodiscard]] inline std::shared_ptr<Backbone> make_backbone(std::string_view name) { return detail::backbones()[name](); }

}  // namespace MULTILABEL_NAMESPACE::model

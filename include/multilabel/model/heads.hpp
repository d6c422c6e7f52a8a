// SPDX-License-Identifier: Apache-2.0
#pragma once
// The heads by name. One of your own derives from `HeadModule` and is registered under a name.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/model/heads/csra.hpp"
#include "multilabel/model/heads/head.hpp"
#include "multilabel/model/heads/linear.hpp"
#include "multilabel/model/options.hpp"
#include "multilabel/model/registry.hpp"

namespace MULTILABEL_NAMESPACE::model {

namespace detail {

using MakeHead = std::shared_ptr<HeadModule>(std::int64_t channels, const ModelOptions& options);

[[nodiscard]] inline Registry<MakeHead>& heads() {
  static Registry<MakeHead> known("head", {{"linear",
                                            [](std::int64_t channels, const ModelOptions& options) {
                                              const auto labels = static_cast<std::int64_t>(options.labels);
                                              return std::make_shared<LinearHead>(channels, labels, options.dropout);
                                            }},
                                           {"csra", [](std::int64_t channels, const ModelOptions& options) {
                                              const auto labels = static_cast<std::int64_t>(options.labels);
                                              return std::make_shared<CSRAHead>(channels, labels, options.csra,
                                                                                options.dropout);
                                            }}});
  return known;
}

}  // namespace detail

/// Makes `name` a head that `create` and `bundle::load` know in this program: `make(channels, options)` gives a new one on maps
/// of so many channels. Throws `ArgumentError` for a name that is taken.
inline void register_head(std::string name,
                          std::function<std::shared_ptr<HeadModule>(std::int64_t, const ModelOptions&)> make) {
  detail::heads().add(std::move(name), std::move(make));
}

/// The names that `make_head` and `ModelOptions::head` know, sorted.
[[nodiscard]] inline std::vector<std::string> head_names() { return detail::heads().names(); }

/// A new head on maps of `channels`; throws `ArgumentError` listing the names for one it does not know.
[[nodiscard]] inline std::shared_ptr<HeadModule> make_head(std::int64_t channels, const ModelOptions& options) {
  return detail::heads()[options.head.name](channels, options);
}

}  // namespace MULTILABEL_NAMESPACE::model

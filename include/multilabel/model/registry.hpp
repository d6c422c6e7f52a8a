// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table of functions by name that a program may add to before it makes models: how a backbone or a head of your own becomes
// one that `create` and `bundle::load` know.

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// `what` is the word for its entries in errors: "backbone". Safe to use from several threads.
template <class Make>
class Registry {
 public:
  using Table = std::map<std::string, std::function<Make>, std::less<>>;
  Registry(std::string_view what, Table known) : what_(what), known_(std::move(known)) {}

  /// Throws `ArgumentError` for an empty name, one that is taken, or no function.
  void add(std::string name, std::function<Make> make) {
    const std::lock_guard lock(mutex_);
    if (name.empty() || !make || known_.contains(name)) {
      fail<ArgumentError>(
          {join_text("model::register_", what_), "the name must be new and come with a function", quoted(name)});
    }
    known_.emplace(std::move(name), std::move(make));
  }

  [[nodiscard]] bool contains(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return known_.contains(name);
  }

  /// Sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& entry : known_) names.push_back(entry.first);
    return names;
  }

  /// The function of that name; throws `ArgumentError` listing the names for one it does not know.
  [[nodiscard]] std::function<Make> operator[](std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    std::string names;
    for (const auto& entry : known_) names += join_text(names.empty() ? "" : ", ", entry.first);
    fail<ArgumentError>({join_text("model::make_", what_), join_text("the ", what_, " must be one of ", names), quoted(name),
                         join_text("One of your own is added with model::register_", what_, ".")});
  }

 private:
  std::string what_;
  mutable std::mutex mutex_;
  Table known_;
};

}  // namespace MULTILABEL_NAMESPACE::model

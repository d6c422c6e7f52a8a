// SPDX-License-Identifier: Apache-2.0
#pragma once
// A number about answers that has a name and a better side, so that it can be a column of a history and decide which epoch is
// best. Those that training takes by default are in measures.hpp; yours are as good.

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/evaluation/held_out.hpp"

namespace MULTILABEL_NAMESPACE::evaluation {

/// Which values of a measure are the better ones.
enum class Better { higher, lower };

/// A column's name and a function of the answers. NaN where there is nothing to measure.
struct Measure {
  std::string name;
  std::function<double(const HeldOut&)> call;
  Better better = Better::higher;
};

/// True where `value` beats `best` by more than `margin`. A NaN beats nothing, and anything beats a NaN.
[[nodiscard]] inline bool improves(Better better, double value, double best, double margin = 0.0) noexcept {
  if (value != value) return false;
  if (best != best) return true;
  return better == Better::lower ? value < best - margin : value > best + margin;
}

/// Numbers by name, in the order in which they were measured.
class Measurements {
 public:
  Measurements() = default;
  Measurements(std::initializer_list<std::pair<std::string, double>> values) : values_(values) {}

  /// Adds a number, or changes the one of that name.
  void set(std::string_view name, double value) {
    for (auto& entry : values_)
      if (entry.first == name) return void(entry.second = value);
    values_.emplace_back(name, value);
  }

  [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }

  /// The number of that name; throws `ArgumentError` listing the names for another.
  [[nodiscard]] double operator[](std::string_view name) const {
    if (const auto* found = find(name)) return *found;
    std::string names;
    for (const auto& [known, value] : values_) names += join_text(names.empty() ? "" : ", ", quoted(known));
    fail<ArgumentError>({"evaluation::Measurements", join_text("the name must be one of ", names), quoted(name)});
  }

  [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
  [[nodiscard]] auto end() const noexcept { return values_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  friend bool operator==(const Measurements&, const Measurements&) = default;

 private:
  [[nodiscard]] const double* find(std::string_view name) const noexcept {
    for (const auto& entry : values_)
      if (entry.first == name) return &entry.second;
    return nullptr;
  }

  std::vector<std::pair<std::string, double>> values_;
};

/// The numbers of `answers` by the names of `measures`, in their order.
[[nodiscard]] inline Measurements evaluate(const HeldOut& answers, std::span<const Measure> measures) {
  Measurements measured;
  for (const auto& measure : measures) measured.set(measure.name, measure.call(answers));
  return measured;
}

}  // namespace MULTILABEL_NAMESPACE::evaluation

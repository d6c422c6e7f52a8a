// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parameters of an operation as values of JSON, under the names that they have in Python. One function a kind of options,
// `list_parameters(ParameterList&, Options&)`, serves reading and writing, so the two cannot differ. Needs a JSON library.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/preprocessing.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Keeps the order of its keys: that of Python's parameters.
using Json = nlohmann::ordered_json;

/// Either reads the options of an operation from an object of JSON or writes them into one. A parameter that the object lacks
/// keeps its default; one of another type or form is an `ArgumentError` that names operation and parameter. Ranges of numbers
/// are for the operation itself to check.
class ParameterList {
 public:
  /// Writes.
  explicit ParameterList(std::string_view operation)
      : where_(join_text("augmentation::", operation)), written_(Json::object()) {
    written_["name"] = operation;
  }

  /// Reads `object`, which must live as long as this.
  ParameterList(std::string_view operation, const Json& object)
      : where_(join_text("augmentation::", operation)), read_(&object) {}

  [[nodiscard]] const Json& written() const noexcept { return written_; }

  /// Throws `ArgumentError` unless `key` is there when this reads; to be asked before the parameter is listed.
  ParameterList& required(std::string_view key) {
    if (read_ != nullptr && find(key) == nullptr) fail<ArgumentError>({where_, join_text(key, " must be given"), "none"});
    return *this;
  }

  void number(std::string_view key, double& value) {
    if (read_ == nullptr) return put(key, value);
    if (const Json* json = find(key)) value = number_in(key, *json);
  }

  void whole(std::string_view key, int& value) {
    if (read_ == nullptr) return put(key, value);
    if (const Json* json = find(key)) value = whole_in(key, *json);
  }

  /// 0 stands for null.
  void whole_or_null(std::string_view key, int& value) {
    if (read_ == nullptr) return put(key, value == 0 ? Json() : Json(value));
    if (const Json* json = find(key)) value = json->is_null() ? 0 : whole_in(key, *json);
  }

  void flag(std::string_view key, bool& value) {
    if (read_ == nullptr) return put(key, value);
    const Json* json = find(key);
    if (json == nullptr) return;
    if (!json->is_boolean()) refuse(key, "true or false", *json);
    value = json->get<bool>();
  }

  /// A truth value that is an enumeration of two in C++.
  template <class Enum>
  void flag(std::string_view key, Enum& value, Enum no, Enum yes) {
    bool is = value == yes;
    flag(key, is);
    value = is ? yes : no;
  }

  /// An enumerator by its name or number; `names` are those of 0, 1, 2, ...
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> names) {
    if (read_ == nullptr) return put(key, names[static_cast<std::size_t>(value)]);
    const Json* json = find(key);
    if (json == nullptr) return;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (*json == names[i] || (json->is_number_integer() && *json == i)) {
        value = static_cast<Enum>(i);
        return;
      }
    std::string known;
    for (const auto name : names) known += join_text(known.empty() ? "one of " : ", ", quoted(name));
    refuse(key, known, *json);
  }
  template <class Enum>
  void choice(std::string_view key, Enum& value, std::initializer_list<std::string_view> names) {
    choice(key, value, std::span(names.begin(), names.size()));
  }
  void interpolation(Interpolation& value) {
    choice("interpolation", value, std::span<const std::string_view>(detail::interpolation_names));
  }
  void border_mode(Border& value) { choice("border_mode", value, {"constant", "replicate", "reflect", "wrap", "reflect_101"}); }

  /// (low, high); of a plain number `lone` makes the two.
  template <class R, class Lone>
  void range(std::string_view key, R& value, const Lone& lone) {
    if (read_ == nullptr) return put(key, Json{value.low, value.high});
    if (const Json* json = find(key)) value = range_in<R>(key, *json, lone);
  }
  template <class R>
  void range(std::string_view key, R& value) {
    range(key, value, nullptr);
  }
  /// A number stands for minus to plus it.
  void symmetric(std::string_view key, SymmetricRange& value) {
    range(key, value, [](double limit) { return SymmetricRange(limit); });
  }
  /// A number stands for `low` to it.
  template <class R>
  void range_from(std::string_view key, R& value, decltype(R::low) low) {
    range(key, value, [low](auto high) { return R{low, high}; });
  }

  /// RGB; a number stands for a grey.
  template <class Number>
  void color(std::string_view key, std::array<Number, 3>& value) {
    if (read_ == nullptr) return put(key, Json{plain(value[0]), plain(value[1]), plain(value[2])});
    const Json* json = find(key);
    if (json == nullptr) return;
    if (!json->is_number() && !(json->is_array() && json->size() == 3)) refuse(key, "a number or three of them", *json);
    for (std::size_t i = 0; i < 3; ++i) value[i] = static_cast<Number>(number_in(key, json->is_array() ? (*json)[i] : *json));
  }
  void fill(std::array<double, 3>& value) { color("fill", value); }

  // For parameters of a form of their own.

  [[nodiscard]] bool reads() const noexcept { return read_ != nullptr; }
  void put(std::string_view key, Json value) { written_[std::string(key)] = std::move(value); }
  [[nodiscard]] const Json* find(std::string_view key) const {
    const auto found = read_->find(std::string(key));
    return found == read_->end() ? nullptr : &*found;
  }
  [[noreturn]] void refuse(std::string_view key, std::string_view expected, const Json& actual) const {
    fail<ArgumentError>({where_, join_text(key, " must be ", expected), text_of(actual)});
  }
  [[nodiscard]] double number_in(std::string_view key, const Json& json) const {
    if (!json.is_number()) refuse(key, "a number", json);
    return json.get<double>();
  }
  [[nodiscard]] int whole_in(std::string_view key, const Json& json) const {
    const double value = json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(std::abs(value) <= std::numeric_limits<int>::max() && value == std::trunc(value)))
      refuse(key, "a whole number", json);
    return static_cast<int>(value);
  }
  template <class R, class Lone>
  [[nodiscard]] R range_in(std::string_view key, const Json& json, const Lone& lone) const {
    const auto part = [&](const Json& one) {
      if constexpr (std::same_as<R, WholeRange>)
        return whole_in(key, one);
      else
        return number_in(key, one);
    };
    if (json.is_array() && json.size() == 2) return R{part(json[0]), part(json[1])};
    if constexpr (std::same_as<Lone, std::nullptr_t>)
      refuse(key, "(low, high)", json);
    else
      return json.is_number() ? lone(part(json)) : (refuse(key, "a number or (low, high)", json), R{0, 0});
  }

  /// A value for a sentence, cut where it is long.
  [[nodiscard]] static std::string text_of(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > 100) text = text.substr(0, 97) + "...";
    return text;
  }

 private:
  // The shortest decimal number that is this float, as a user wrote it: 0.485 and not 0.48500001430511475.
  static double plain(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double result = value;
    std::from_chars(text.data(), end, result);
    return result;
  }
  static double plain(double value) { return value; }

  std::string where_;
  const Json* read_ = nullptr;
  Json written_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

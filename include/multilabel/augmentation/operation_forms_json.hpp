// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which operations a file of a pipeline may name, and how each is read and written. `OperationForms` begins with those of this
// component; `data::operation_forms` knows `ImageCompression`, too. Needs a JSON library.

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/augmentation/any_operation.hpp"
#include "multilabel/augmentation/compose.hpp"
#include "multilabel/augmentation/geometry_parameters_json.hpp"
#include "multilabel/augmentation/guard.hpp"
#include "multilabel/augmentation/parameter_list_json.hpp"
#include "multilabel/augmentation/value_parameters_json.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

namespace detail {

inline void list_guard(ParameterList& list, GuardOptions& options) {
  list.choice("lost", options.lost, {"keep", "drop", "soft", "ignore", "resample"});
  list.number("min_visibility", options.min_visibility);
  list.whole("attempts", options.attempts);
}

/// A guard, or only what becomes of lost labels; the defaults are those of Python's `Guard`.
inline GuardOptions guard_in(const ParameterList& list, const Json& value) {
  if (!value.is_object() && !value.is_string()) list.refuse("guard", "a guard or what becomes of lost labels", value);
  const Json whole = value.is_object() ? value : Json{{"lost", value}};
  for (const auto& [key, unused] : whole.items())
    if (key != "lost" && key != "min_visibility" && key != "attempts")
      list.refuse("guard", "of lost, min_visibility and attempts", whole);
  GuardOptions options{.lost = LostLabel::resample};
  ParameterList parts("Guard", whole);
  list_guard(parts, options);
  return options;
}

}  // namespace detail

/// Reads and writes operations by their names.
class OperationForms {
 public:
  static constexpr int DEEPEST = 64;  ///< groups within groups

  /// Those of this component.
  OperationForms() {
    add<HorizontalFlip, VerticalFlip, Rotate, Resize, LongestMaxSize, SmallestMaxSize, RandomResizedCrop, LabelSafeCrop,
        CenterCrop, RandomCrop, PadIfNeeded, Affine, ShiftScaleRotate, SafeRotate, Perspective, CoarseDropout>();
    add<RandomBrightnessContrast, GaussNoise, Normalize, ToTensorV2, RandomGamma, Posterize, Solarize, Equalize, CLAHE,
        HueSaturationValue, ColorJitter, ToGray, GaussianBlur, MotionBlur, Sharpen, ISONoise, NoOp>();
    add_group<OneOf>({"transforms", "p"}, [](ParameterList& list, OneOfOptions& options) { list.number("p", options.p); });
    add_group<SomeOf>({"transforms", "n", "replace", "p"}, [](ParameterList& list, SomeOfOptions& options) {
      list.whole("n", options.n);
      list.flag("replace", options.replace, Replacement::without, Replacement::with);
      list.number("p", options.p);
    });
    add_group<Sequential>({"transforms", "p"},
                          [](ParameterList& list, SequentialOptions& options) { list.number("p", options.p); });
  }

  /// Adds operations, the library's or a user's own: each is made from its `options()`, for which there is a function
  /// `list_parameters(ParameterList&, Options&)` in the options' namespace.
  template <operation... Ops>
  OperationForms& add() {
    (add_one<Ops>(), ...);
    return *this;
  }

  /// The operation that `value` describes. Throws `ArgumentError`, which names the operation and the parameter: a name or a
  /// parameter that does not exist, a value of another type or out of its range.
  [[nodiscard]] AnyOperation read(const Json& value, int depth = 0) const {
    constexpr std::string_view where = "augmentation::from_json";
    if (!value.is_object()) fail<ArgumentError>({where, "an operation must be an object", ParameterList::text_of(value)});
    if (depth > DEEPEST) fail<ArgumentError>({where, join_text("groups must be nested at most ", DEEPEST, " deep"), "more"});
    const auto name = value.find("name");
    for (const auto& form : forms_) {
      if (name == value.end() || *name != form.name) continue;
      for (const auto& [key, unused] : value.items())
        if (key != "name" && std::find(form.keys.begin(), form.keys.end(), key) == form.keys.end())
          fail<ArgumentError>(
              {where, join_text("parameters of ", form.name, " must be among ", listed(form.keys)), quoted(key)});
      return form.read(*this, value, depth);
    }
    std::vector<std::string> names;
    for (const auto& form : forms_) names.push_back(form.name);
    fail<ArgumentError>({where, join_text("name must be one of ", listed(names)),
                         name == value.end() ? "none" : ParameterList::text_of(*name)});
  }

  /// Throws `ArgumentError` for an operation that was never added, such as a function.
  [[nodiscard]] Json write(const AnyOperation& operation) const {
    for (const auto& form : forms_)
      if (auto json = form.write(*this, operation)) return *std::move(json);
    fail<ArgumentError>({"augmentation::to_json", "operations must be ones that OperationForms knows",
                         quoted(operation.step().name), "Add it to the forms, or leave it out"});
  }

 private:
  struct Form {
    std::string name;
    std::vector<std::string> keys;
    std::function<AnyOperation(const OperationForms&, const Json&, int)> read;
    std::function<std::optional<Json>(const OperationForms&, const AnyOperation&)> write;
  };

  template <class Op>
  using OptionsOf = std::remove_cvref_t<decltype(std::declval<const Op&>().options())>;

  template <class Op>
  void add_one() {
    const auto written = [](OptionsOf<Op> options) {
      ParameterList list(Op::name);
      list_parameters(list, options);
      return list.written();
    };
    std::vector<std::string> keys;
    const Json defaults = written({});
    for (const auto& [key, unused] : defaults.items())
      if (key != "name") keys.push_back(key);
    forms_.push_back({std::string(Op::name), std::move(keys),
                      [](const OperationForms&, const Json& value, int) {
                        OptionsOf<Op> options;
                        ParameterList list(Op::name, value);
                        list_parameters(list, options);
                        return AnyOperation(Op(std::move(options)));
                      },
                      [written](const OperationForms&, const AnyOperation& operation) -> std::optional<Json> {
                        const Op* op = operation.target<Op>();
                        return op != nullptr ? std::optional<Json>(written(op->options())) : std::nullopt;
                      }});
  }

  template <class Group, class List>
  void add_group(std::vector<std::string> keys, List list_options) {
    forms_.push_back({std::string(Group::name), std::move(keys),
                      [list_options](const OperationForms& forms, const Json& value, int depth) {
                        OptionsOf<Group> options;
                        ParameterList list(Group::name, value);
                        list_options(list, options);
                        const Json* inside = list.required("transforms").find("transforms");
                        if (!inside->is_array()) list.refuse("transforms", "a list", *inside);
                        std::vector<AnyOperation> operations;
                        for (const Json& one : *inside) operations.push_back(forms.read(one, depth + 1));
                        return AnyOperation(Group(options, std::move(operations)));
                      },
                      [list_options](const OperationForms& forms, const AnyOperation& operation) -> std::optional<Json> {
                        const Group* group = operation.target<Group>();
                        if (group == nullptr) return std::nullopt;
                        ParameterList list(Group::name);
                        Json inside = Json::array();
                        for (const auto& one : group->operations()) inside.push_back(forms.write(one));
                        list.put("transforms", std::move(inside));
                        auto options = group->options();
                        list_options(list, options);
                        return list.written();
                      }});
  }

  static std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
  }

  std::vector<Form> forms_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation

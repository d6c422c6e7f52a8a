// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pipelines from and to JSON: the files that `augmentation.save` writes in Python, read here, draw the same pixels, and the
// other way round. Needs a JSON library, and costs the compiler some seconds: include it only where files are read or written.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/any_pipeline.hpp"
#include "multilabel/augmentation/guard.hpp"
#include "multilabel/augmentation/operation_forms_json.hpp"
#include "multilabel/augmentation/parameter_list_json.hpp"
#include "multilabel/augmentation/pipeline.hpp"
#include "multilabel/core/atomic_file.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// The pipeline as Python's `Compose.to_dict` describes it: {"name": "Compose", "transforms": [...]}, and "guard" and "fuse"
/// where they are not the defaults. Throws `ArgumentError` for an operation that `forms` does not know, such as a function.
[[nodiscard]] inline Json to_json(const AnyPipeline& pipeline, const OperationForms& forms = {}) {
  Json transforms = Json::array();
  for (const auto& operation : pipeline.operations()) transforms.push_back(forms.write(operation));
  Json json = {{"name", "Compose"}, {"transforms", std::move(transforms)}};
  if (!(pipeline.guard() == GuardOptions{})) {
    GuardOptions guard = pipeline.guard();
    ParameterList list("Guard");
    detail::list_guard(list, guard);
    json["guard"] = list.written();
    json["guard"].erase("name");
  }
  if (pipeline.fusion() == Fusion::off) json["fuse"] = false;
  return json;
}

template <element... Ops>
[[nodiscard]] Json to_json(const Pipeline<Ops...>& pipeline, const OperationForms& forms = {}) {
  return to_json(AnyPipeline(pipeline), forms);
}

/// The pipeline that `value` describes: what `to_json` returns, what Python's `to_dict` returns, or a single operation. What
/// only concerns calls from Python changes nothing here: "seed", "save_applied_params", "bbox_params". Throws `ArgumentError`
/// that names the operation and the parameter at fault.
[[nodiscard]] inline AnyPipeline from_json(const Json& value, const OperationForms& forms = {}) {
  constexpr std::string_view where = "augmentation::from_json";
  if (!value.is_object()) fail<ArgumentError>({where, "a pipeline must be an object", ParameterList::text_of(value)});
  const auto name = value.find("name");
  if (name != value.end() && *name != "Compose") return AnyPipeline({forms.read(value)});
  if (name == value.end()) fail<ArgumentError>({where, "name must be 'Compose' or that of an operation", "none"});
  constexpr std::array<std::string_view, 8> known = {"name", "transforms", "bbox_params", "guard",
                                                     "fuse", "p",          "seed",        "save_applied_params"};
  for (const auto& [key, unused] : value.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      fail<ArgumentError>({where,
                           "parameters of Compose must be among transforms, bbox_params, guard, fuse, p, seed, "
                           "save_applied_params",
                           quoted(key)});
  ParameterList list("Compose", value);
  const Json* inside = list.required("transforms").find("transforms");
  if (!inside->is_array()) list.refuse("transforms", "a list", *inside);
  std::vector<AnyOperation> operations;
  for (const Json& one : *inside) operations.push_back(forms.read(one));
  double p = 1;
  bool fuse = true;
  list.number("p", p);
  list.flag("fuse", fuse);
  detail::require_probability("augmentation::Compose", p);
  if (p < 1 && !operations.empty()) operations = {Sequential({.p = p}, std::move(operations))};
  AnyPipeline pipeline(std::move(operations));
  if (const Json* guard = list.find("guard"); guard != nullptr && !guard->is_null())
    pipeline = pipeline.guarded(detail::guard_in(list, *guard));
  return pipeline.fuse(fuse ? Fusion::on : Fusion::off);
}

/// Writes the pipeline to a file of JSON; Python's `augmentation.load` reads it, too. Throws what `to_json` throws, and
/// `BundleError` if the file cannot be written.
template <class AnyKind>
void save(const AnyKind& pipeline, const std::filesystem::path& path, const OperationForms& forms = {}) {
  write_file(path, to_json(pipeline, forms).dump(2) + "\n");
}

/// The pipeline in a file of JSON. Throws `DataError` if the file cannot be read, `ArgumentError` if it holds no pipeline.
[[nodiscard]] inline AnyPipeline load(const std::filesystem::path& path, const OperationForms& forms = {}) {
  constexpr std::string_view where = "augmentation::load";
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || file.bad() || std::filesystem::is_directory(path))
    fail<DataError>({where, "the file must be readable", quoted(path.string())}, path);
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    const bool yaml = path.extension() == ".yaml" || path.extension() == ".yml";
    fail<ArgumentError>({where, join_text(quoted(path.string()), " must hold a saved pipeline"), error.what(),
                         yaml ? "Only Python reads YAML: load it there and save it as JSON" : ""});
  }
  return from_json(json, forms);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation

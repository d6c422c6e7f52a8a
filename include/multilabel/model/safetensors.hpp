// SPDX-License-Identifier: Apache-2.0
#pragma once
// Torch's tensors in .safetensors files (see core/safetensors.hpp): the weight format of timm and the hubs.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/safetensors.hpp"
#include "multilabel/model/named_tensors.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// What a .safetensors file holds.
struct SafeTensors {
  NamedTensors tensors;                         ///< in the order of their bytes
  std::map<std::string, std::string> metadata;  ///< the header's "__metadata__"
};

namespace detail {

// In the order of `safe_tensor_types`.
inline constexpr std::array<at::ScalarType, safe_tensor_types.size()> scalar_types{
    at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool};

[[nodiscard]] inline at::ScalarType scalar_type(const SafeTensorType& type) {
  std::size_t i = 0;
  while (safe_tensor_types[i] != type) ++i;
  return scalar_types[i];
}

}  // namespace detail

/// The tensors and metadata of the file at `path`, on the CPU, each in memory of its own. Throws as `SafeTensorFile`.
[[nodiscard]] inline SafeTensors load_safetensors(const std::filesystem::path& path) {
  SafeTensorFile file(path);
  SafeTensors loaded{.tensors = {}, .metadata = file.metadata()};
  for (const auto& entry : file.entries()) {
    at::Tensor tensor = at::empty(entry.shape, at::TensorOptions().dtype(detail::scalar_type(entry.type)));
    file.read(entry, tensor.data_ptr());
    loaded.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return loaded;
}

/// Writes `tensors` (any device and layout) and `metadata` to `path`. Throws as `write_safetensors`, and `BundleError` for a
/// type that the format lacks.
inline void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                             const std::map<std::string, std::string>& metadata = {}) {
  const auto refuse = [&](std::string_view expected, const std::string& name) {
    fail<BundleError>({"save_safetensors", expected, join_text(quoted(name), " for ", quoted(path.string()))});
  };
  std::vector<at::Tensor> plain;
  std::vector<SafeTensorView> views;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined()) refuse("every tensor must be defined", name);
    const auto* type = std::find(detail::scalar_types.begin(), detail::scalar_types.end(), tensor.scalar_type());
    if (type == detail::scalar_types.end()) refuse("the type of a tensor must be one that the format has", name);
    const at::Tensor& kept = plain.emplace_back(tensor.detach().cpu().contiguous());
    views.push_back({.name = name,
                     .type = safe_tensor_types[static_cast<std::size_t>(type - detail::scalar_types.begin())],
                     .shape = kept.sizes().vec(),
                     .data = kept.const_data_ptr()});
  }
  write_safetensors(path, views, metadata);
}

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The numbers of a network by name, and how such numbers get from one place into another. Without torch's module classes: what
// is asked of a module is in the functions, so that only who has one pays for them.

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// Tensors by name, in an order.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Parameters and buffers of a `torch::nn::Module` by dotted name: a module's own parameters, its buffers, then its children in
/// order, which are the names and the order of Python's `state_dict`. The tensors are the module's own, not copies.
template <class Module>
[[nodiscard]] NamedTensors named_state(const Module& module, const std::string& prefix = {}) {
  NamedTensors state;
  for (const auto& parameter : module.named_parameters(false)) state.emplace_back(prefix + parameter.key(), parameter.value());
  for (const auto& buffer : module.named_buffers(false)) state.emplace_back(prefix + buffer.key(), buffer.value());
  for (const auto& child : module.named_children()) {
    for (auto& entry : named_state(*child.value(), prefix + child.key() + '.')) state.push_back(std::move(entry));
  }
  return state;
}

/// Copies with memory of their own, on the CPU.
[[nodiscard]] inline NamedTensors copy_of(const NamedTensors& named) {
  NamedTensors copies;
  for (const auto& [name, tensor] : named)
    copies.emplace_back(name, tensor.detach().to(at::kCPU, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true));
  return copies;
}

/// What to do when names or shapes do not match.
enum class LoadPolicy {
  strict,    ///< throw, naming the first few
  available  ///< load what fits, report the rest
};

/// The names that did not match; all empty after a strict load.
struct LoadReport {
  std::vector<std::string> missing;     ///< of the module, not among the tensors
  std::vector<std::string> unexpected;  ///< among the tensors, not of the module
  std::vector<std::string> mismatched;  ///< of both, with another shape
};

namespace detail {

[[nodiscard]] inline std::string first_few(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 5); ++i) text.append(i == 0 ? "" : ", ").append(names[i]);
  if (names.size() > 5) text.append(join_text(" and ", names.size() - 5, " more"));
  return text;
}

// "missing: a, b; another shape: c"
[[nodiscard]] inline std::string to_text(const LoadReport& report) {
  std::string text;
  const auto part = [&](std::string_view what, const std::vector<std::string>& names) {
    if (!names.empty()) text.append(text.empty() ? "" : "; ").append(what).append(": ").append(first_few(names));
  };
  part("missing", report.missing);
  part("another shape", report.mismatched);
  part("not expected", report.unexpected);
  return text;
}

// Pairs of (own, given) tensors that fit, and what does not. Counters of seen batches may be absent: old files lack them.
[[nodiscard]] inline std::pair<std::vector<std::pair<at::Tensor, at::Tensor>>, LoadReport> match(const NamedTensors& own,
                                                                                                 const NamedTensors& given) {
  std::map<std::string_view, const at::Tensor*> by_name;
  for (const auto& [name, tensor] : given) by_name.emplace(name, &tensor);
  std::pair<std::vector<std::pair<at::Tensor, at::Tensor>>, LoadReport> result;
  for (const auto& [name, tensor] : own) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      if (!name.ends_with("num_batches_tracked")) result.second.missing.push_back(name);
      continue;
    }
    if (found->second->sizes() == tensor.sizes()) {
      result.first.emplace_back(tensor, *found->second);
    } else {
      std::string shapes = join_text(name, " ", found->second->sizes(), " for ", tensor.sizes());
      result.second.mismatched.push_back(std::move(shapes));
    }
    by_name.erase(found);
  }
  for (const auto& [name, tensor] : given)
    if (by_name.contains(name)) result.second.unexpected.push_back(name);
  return result;
}

inline void copy_all(const std::vector<std::pair<at::Tensor, at::Tensor>>& pairs) {
  for (const auto& [own, given] : pairs) own.detach().copy_(given);
}

}  // namespace detail

/// Copies `tensors` into `own` by name, converting type and device. With `LoadPolicy::strict` any difference in names or shapes
/// throws `BundleError` before anything is copied.
inline LoadReport load_tensors(const NamedTensors& own, const NamedTensors& tensors, LoadPolicy policy = LoadPolicy::strict) {
  auto [pairs, report] = detail::match(own, tensors);
  const std::string differences = detail::to_text(report);
  if (policy == LoadPolicy::strict && !differences.empty()) {
    fail<BundleError>({"model::load_state", "the tensors must be those of the module, by name and shape", differences});
  }
  detail::copy_all(pairs);
  return report;
}

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The device that a name stands for, for whoever puts a network somewhere: a training run, a predictor.

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <optional>
#include <string>
#include <string_view>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::model {

namespace detail {

[[nodiscard]] inline bool is_here(c10::Device device) {
  if (device.is_cpu()) return true;
  if (!c10::impl::hasDeviceGuardImpl(device.type())) return false;
  const int present = c10::impl::VirtualGuardImpl(device.type()).deviceCount();
  return present > (device.has_index() ? device.index() : 0);
}

}  // namespace detail

/// The device called `name`: "cpu", "cuda", "cuda:1", "mps", ...; "auto" is the first of CUDA, MPS and the CPU that is there.
/// Throws `ArgumentError` for a name that torch does not know, and for a device that is not there.
[[nodiscard]] inline at::Device device_of_name(std::string_view where, const std::string& name) {
  if (name == "auto") {
    for (const auto type : {at::kCUDA, at::kMPS})
      if (detail::is_here(type)) return {type, 0};
    return at::kCPU;
  }
  std::optional<at::Device> device;
  try {
    device.emplace(name);
  } catch (const c10::Error&) {
  }
  if (!device || device->type() == at::kMeta) {
    fail<ArgumentError>({where, "device must be auto, cpu, cuda, cuda:1, mps or another of torch's", quoted(name)});
  }
  if (!detail::is_here(*device)) {
    fail<ArgumentError>({where, "device must be there", join_text(quoted(name), ", which is not"),
                         "Choose auto, or install a LibTorch that was built for it."});
  }
  if (!device->is_cpu() && !device->has_index()) device->set_index(0);
  return *device;
}

}  // namespace MULTILABEL_NAMESPACE::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a run computes: on the device of its network, to which batches get while the step before is at work.

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/model/device.hpp"
#include "multilabel/training/loader.hpp"
#include "multilabel/training/network.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// Where the network lies: the device of its first parameter or buffer; the CPU without one.
[[nodiscard]] inline at::Device device_of(const Network& network) {
  const auto state = network.state();
  return state.empty() ? at::Device(at::kCPU) : state.front().second.device();
}

/// The network's tensors on the device of that name; "" leaves them where they are.
inline at::Device move_to(Network& network, std::string_view where, const std::string& name) {
  if (name.empty()) return device_of(network);
  const at::Device device = model::device_of_name(where, name);
  for (const auto& [tensor_name, tensor] : network.state()) {
    if (tensor.device() == device) continue;
    network.to(device);
    break;
  }
  return device;
}

/// Brings batches to a device. On CUDA they travel from pinned memory on a stream of their own, which the stream of the step
/// waits for, so that the copy runs beside the step before.
class BatchMover {
 public:
  explicit BatchMover(at::Device device) : device_(device) {}

  void operator()(TensorBatch& batch) const {
    if (device_.is_cpu()) return;
    if (batch.targets.is_cpu()) {  // counted and checked here, where it costs no wait
      batch.known = detail::known_cells(batch);
      batch.inputs.in_range =
          !batch.targets.gt(1).logical_or_(batch.targets.lt(0).logical_and_(batch.targets.ne(-1))).any().item<bool>();
    }
    if (!device_.is_cuda()) {
      each(batch, [&](at::Tensor& tensor) { tensor = tensor.to(device_); });
      return;
    }
    const c10::impl::VirtualGuardImpl guard(device_.type());
    const c10::Stream step = guard.getStream(device_);
    if (!stream_) stream_ = guard.getStreamFromGlobalPool(device_);
    c10::Event arrived(device_.type());
    {
      const c10::StreamGuard travelling(*stream_);
      each(batch, [&](at::Tensor& tensor) {
        if (tensor.device() == device_) return;
        if (!tensor.is_pinned()) tensor = tensor.pin_memory();
        tensor = tensor.to(device_, tensor.scalar_type(), /*non_blocking=*/true);
        tensor.record_stream(step);
      });
      arrived.record(*stream_);
    }
    arrived.block(step);
  }

 private:
  template <class F>
  static void each(TensorBatch& batch, F&& change) {
    for (at::Tensor* tensor : {&batch.images, &batch.targets, &batch.inputs.mask, &batch.inputs.sample_weight})
      if (tensor->defined()) change(*tensor);
  }

  at::Device device_;
  mutable std::optional<c10::Stream> stream_;
};

}  // namespace MULTILABEL_NAMESPACE::training

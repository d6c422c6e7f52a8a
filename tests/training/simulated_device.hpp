// SPDX-License-Identifier: Apache-2.0
#pragma once
// An accelerator that is not there, for tests on any machine: torch's HPU device with memory that the host may not
// touch, and kernels that are the CPU's once every tensor of a call lies on the device. What a run forgets to move either ends
// in an exception that names the operation, or in a fault.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/HPUHooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_local_scalar_dense_native.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace simulated {

inline constexpr auto type = c10::DeviceType::HPU;
inline const at::Device device{type, 0};
/// Whether it is there. torch starts a thread for each device that is at the first backward pass of a program, and then no
/// longer computes one after a fork, as a test of another file does.
inline bool plugged_in = false;

/// How often numbers came back to the host other than within a kernel, which is when a program waits.
inline std::size_t reads = 0;
inline int kernels_at_work = 0;
struct Kernel {
  Kernel() { ++kernels_at_work; }
  ~Kernel() { --kernels_at_work; }
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
};
inline void count_read() {
  if (kernels_at_work == 0) ++reads;
}

/// Pages that are closed to the host until a kernel opens them.
struct Memory final : c10::Allocator {
  struct Block {
    void* begin;
    std::size_t bytes;
  };
  static std::size_t whole_pages(std::size_t bytes) { return (std::max<std::size_t>(bytes, 1) + 4095) / 4096 * 4096; }
  static void release(void* context) {
    auto* block = static_cast<Block*>(context);
    ::munmap(block->begin, block->bytes);
    delete block;
  }
  c10::DataPtr allocate(std::size_t bytes) override {
    auto* block = new Block{nullptr, whole_pages(bytes)};
    block->begin = ::mmap(nullptr, block->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(block->begin != MAP_FAILED, "simulated: no memory");
    return {block->begin, block, &Memory::release, device};
  }
  [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
};
inline Memory memory;

/// The pages of the tensors, open for as long as it lives. Tests use the device from one thread at a time.
class Opened {
 public:
  Opened(std::initializer_list<at::Tensor> tensors) {
    for (const at::Tensor& tensor : tensors) {
      if (!tensor.defined() || tensor.device() != device) continue;
      pages_.emplace_back(const_cast<void*>(tensor.storage().data()), Memory::whole_pages(tensor.storage().nbytes()));
      if (users()[pages_.back().first]++ == 0) ::mprotect(pages_.back().first, pages_.back().second, PROT_READ | PROT_WRITE);
    }
  }
  ~Opened() {
    for (const auto& [begin, bytes] : pages_)
      if (--users()[begin] == 0) ::mprotect(begin, bytes, PROT_NONE);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

 private:
  static std::map<void*, int>& users() {
    static std::map<void*, int> all;
    return all;
  }
  std::vector<std::pair<void*, std::size_t>> pages_;
};

/// The same memory as a tensor of the CPU, good while it is open.
inline at::Tensor on_host(const at::Tensor& tensor) {
  if (tensor.is_cpu()) return tensor;
  return at::from_blob(
      const_cast<void*>(tensor.const_data_ptr()), tensor.sizes(), tensor.strides(), [](void*) {},
      tensor.options().device(at::kCPU).requires_grad(false));
}

inline at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool) {
  if (to.is_cpu()) count_read();
  const Opened open{from, to};
  on_host(to).copy_(on_host(from));
  return to;
}

inline at::Scalar number(const at::Tensor& tensor) {
  count_read();
  const Opened open{tensor};
  return at::native::_local_scalar_dense_cpu(on_host(tensor).clone());
}

inline const at::Tensor& resize(const at::Tensor& tensor, c10::IntArrayRef sizes, std::optional<at::MemoryFormat>) {
  std::int64_t cells = 1;
  for (const auto size : sizes) cells *= size;
  const std::size_t bytes = static_cast<std::size_t>(cells + tensor.storage_offset()) * tensor.itemsize();
  if (bytes > tensor.storage().nbytes()) {
    auto storage = tensor.storage();
    storage.set_data_ptr_noswap(memory.allocate(bytes));
    storage.set_nbytes(bytes);
  }
  tensor.unsafeGetTensorImpl()->set_sizes_contiguous(sizes);
  return tensor;
}

inline void require_here(const at::Tensor& tensor, const std::string& operation, bool may_be_number) {
  if (!tensor.defined() || tensor.device() == device) return;
  if (may_be_number && tensor.dim() == 0 && tensor.is_cpu()) return;  // as CUDA takes it
  TORCH_CHECK(false, "simulated: ", operation, " was given a tensor on ", tensor.device());
}

/// Every operation without a kernel below.
inline void fallback(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const std::string name = op.schema().name();
  for (const auto& value : torch::jit::last(stack, op.schema().arguments().size())) {
    if (value.isTensor()) {
      require_here(value.toTensor(), name, true);
    } else if (value.isList()) {
      for (const at::IValue& one : value.toListRef())
        if (one.isTensor()) require_here(one.toTensor(), name, false);
    }
  }
  const Kernel kernel;
  at::native::cpu_fallback(op, stack);
}

inline std::optional<at::Tensor> optional_on_host(const std::optional<at::Tensor>& tensor, const char* operation) {
  if (!tensor || !tensor->defined()) return std::nullopt;
  require_here(*tensor, operation, false);
  return tensor->cpu();
}
inline at::Tensor there(const at::Tensor& tensor) { return tensor.defined() ? tensor.to(device) : tensor; }

inline at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                              c10::IntArrayRef stride, c10::IntArrayRef padding, c10::IntArrayRef dilation, bool transposed,
                              c10::IntArrayRef output_padding, std::int64_t groups) {
  const Kernel kernel;
  require_here(x, "convolution", false);
  require_here(weight, "convolution", false);
  return there(at::convolution(x.cpu(), weight.cpu(), optional_on_host(bias, "convolution"), stride, padding, dilation,
                               transposed, output_padding, groups));
}

using Three = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

inline Three convolution_backward(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight,
                                  c10::IntArrayRef stride, c10::IntArrayRef padding, c10::IntArrayRef dilation, bool transposed,
                                  c10::IntArrayRef output_padding, std::int64_t groups, std::array<bool, 3> mask) {
  const Kernel kernel;
  for (const auto& tensor : {gradient, x, weight}) require_here(tensor, "convolution_backward", false);
  const auto [a, b, c] =
      at::convolution_backward(gradient.cpu(), x.cpu(), weight.cpu(), at::OptionalIntArrayRef({weight.size(0)}), stride,
                               padding, dilation, transposed, output_padding, groups, mask);
  return {there(a), there(b), there(c)};
}

/// Its schema does not say that running statistics are written, so the fallback would lose them.
inline Three batch_norm(const at::Tensor& x, const std::optional<at::Tensor>& weight, const std::optional<at::Tensor>& bias,
                        const std::optional<at::Tensor>& mean, const std::optional<at::Tensor>& variance, bool training,
                        double momentum, double eps) {
  const Kernel kernel;
  constexpr auto name = "native_batch_norm";
  require_here(x, name, false);
  const auto new_mean = optional_on_host(mean, name), new_variance = optional_on_host(variance, name);
  const auto [y, a, b] = at::native_batch_norm(x.cpu(), optional_on_host(weight, name), optional_on_host(bias, name), new_mean,
                                               new_variance, training, momentum, eps);
  if (training && new_mean) {
    mean->copy_(*new_mean);
    variance->copy_(*new_variance);
  }
  return {there(y), there(a), there(b)};
}

struct Guard final : c10::impl::DeviceGuardImplInterface {
  [[nodiscard]] c10::DeviceType type() const override { return simulated::type; }
  [[nodiscard]] c10::Device exchangeDevice(c10::Device) const override { return device; }
  [[nodiscard]] c10::Device getDevice() const override { return device; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  [[nodiscard]] c10::Stream getStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  [[nodiscard]] c10::Stream getDefaultStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  [[nodiscard]] c10::Stream exchangeStream(c10::Stream stream) const override { return stream; }
  [[nodiscard]] c10::DeviceIndex deviceCount() const noexcept override { return plugged_in ? 1 : 0; }
  void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  [[nodiscard]] bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, c10::DeviceIndex) const noexcept override {}
};

struct Hooks final : at::HPUHooksInterface {
  explicit Hooks(at::HPUHooksArgs) {}
  void init() const override {}
  [[nodiscard]] bool hasHPU() const override { return plugged_in; }
  [[nodiscard]] bool isBuilt() const override { return true; }
  [[nodiscard]] bool isAvailable() const override { return plugged_in; }
  [[nodiscard]] bool hasPrimaryContext(c10::DeviceIndex) const override { return plugged_in; }
  [[nodiscard]] const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    return at::globalContext().defaultGenerator(at::kCPU);
  }
  [[nodiscard]] at::Generator getNewGenerator(c10::DeviceIndex) const override {
    return at::make_generator<at::CPUGeneratorImpl>();
  }
};

inline at::Tensor empty(c10::IntArrayRef sizes, std::optional<at::ScalarType> scalar, std::optional<at::Layout>,
                        std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, &memory, c10::DispatchKeySet(c10::DispatchKey::HPU), c10::dtype_or_default(scalar),
                                   format);
}
inline at::Tensor empty_strided(c10::IntArrayRef sizes, c10::IntArrayRef strides, std::optional<at::ScalarType> scalar,
                                std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(sizes, strides, &memory, c10::DispatchKeySet(c10::DispatchKey::HPU),
                                           c10::dtype_or_default(scalar));
}

inline const bool registered = (c10::SetAllocator(type, &memory), true);

C10_REGISTER_GUARD_IMPL(HPU, Guard);

TORCH_LIBRARY_IMPL(_, HPU, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>()); }

TORCH_LIBRARY_IMPL(aten, HPU, library) {
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_strided);
  library.impl("_copy_from", &copy_from);
  library.impl("_copy_from_and_resize", [](const at::Tensor& from, const at::Tensor& to) {
    if (to.sizes() != from.sizes()) simulated::resize(to, from.sizes(), std::nullopt);
    return copy_from(from, to, false);
  });
  library.impl("_local_scalar_dense", &number);
  library.impl("resize_", &resize);
  library.impl("set_.source_Storage_storage_offset",
               [](at::Tensor& self, at::Storage source, std::int64_t offset, c10::IntArrayRef sizes,
                  c10::IntArrayRef strides) -> at::Tensor& {
                 self.unsafeGetTensorImpl()->set_storage_keep_dtype(std::move(source));
                 self.unsafeGetTensorImpl()->set_storage_offset(offset);
                 self.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides);
                 return self;
               });
  library.impl("as_strided", [](const at::Tensor& self, c10::IntArrayRef sizes, c10::IntArrayRef strides,
                                std::optional<std::int64_t> offset) {
    return at::native::as_strided_tensorimpl(self, sizes, strides, offset);
  });
  library.impl("view", [](const at::Tensor& self, c10::IntArrayRef sizes) { return at::native::view(self, sizes); });
  library.impl("_reshape_alias", [](const at::Tensor& self, c10::IntArrayRef sizes, c10::IntArrayRef strides) {
    return at::native::_reshape_alias(self, sizes, strides);
  });
  library.impl("convolution_overrideable", &convolution);
  library.impl("convolution_backward_overrideable", &convolution_backward);
  library.impl("native_batch_norm", &batch_norm);
}

}  // namespace simulated

namespace at {
using HPUHooks = simulated::Hooks;
REGISTER_HPU_HOOKS(HPUHooks)
}  // namespace at

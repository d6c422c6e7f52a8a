// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two layers that all convolutional backbones are built of, with their weights in channels-last order: on a CPU that is
// worth a factor of 1.6 to 1.9. `Conv` pads as its origin does, symmetrically (torch) or to the right and below (TensorFlow's
// SAME).

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::model {

/// Base of every module that holds numbers itself. It knows where its tensors are kept, so that a forward pass can run on
/// others (see `ClassifierImpl::forward_with`).
class Layer : public torch::nn::Module {
 public:
  /// Its parameters and then its buffers, in the order of registration.
  [[nodiscard]] const std::vector<at::Tensor*>& slots() const noexcept { return slots_; }

 protected:
  void keep_parameter(const std::string& name, at::Tensor& member, at::Tensor value) {
    member = register_parameter(name, std::move(value));
    slots_.push_back(&member);
  }
  void keep_buffer(const std::string& name, at::Tensor& member, at::Tensor value) {
    member = register_buffer(name, std::move(value));
    slots_.push_back(&member);
  }

 private:
  std::vector<at::Tensor*> slots_;
};

enum class Padding {
  symmetric,       ///< kernel / 2 on every side
  tensorflow_same  ///< output = ceil(input / stride); an odd pixel of padding goes right and below
};

struct ConvOptions {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t groups = 1;
  Padding padding = Padding::symmetric;
};

/// A convolution without bias: [n, in, h, w] -> [n, out, h', w']. Parameter: weight [out, in / groups, kernel, kernel],
/// uninitialised until `initialize` or `load_state`.
class Conv : public Layer {
 public:
  explicit Conv(const ConvOptions& options) : options_(options) {
    keep_parameter("weight", weight_,
                   at::empty({options.out, options.in / options.groups, options.kernel, options.kernel},
                             at::TensorOptions().memory_format(at::MemoryFormat::ChannelsLast)));
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const {
    if (options_.padding == Padding::symmetric) return convolve(x, options_.kernel / 2, options_.kernel / 2);
    const std::int64_t rows = total_padding(x.size(2));
    const std::int64_t columns = total_padding(x.size(3));
    if (rows % 2 == 0 && columns % 2 == 0) return convolve(x, rows / 2, columns / 2);
    const std::int64_t sides[] = {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2};
    return convolve(at::constant_pad_nd(x, sides, 0), 0, 0);
  }

  [[nodiscard]] const ConvOptions& options() const noexcept { return options_; }
  [[nodiscard]] at::Tensor& weight() noexcept { return weight_; }

 private:
  [[nodiscard]] std::int64_t total_padding(std::int64_t size) const {
    const std::int64_t outputs = (size + options_.stride - 1) / options_.stride;
    return std::max<std::int64_t>(0, (outputs - 1) * options_.stride + options_.kernel - size);
  }

  [[nodiscard]] at::Tensor convolve(const at::Tensor& x, std::int64_t rows, std::int64_t columns) const {
    const std::int64_t stride[] = {options_.stride, options_.stride};
    const std::int64_t padding[] = {rows, columns};
    const std::int64_t dilation[] = {1, 1};
    return at::conv2d(x, weight_, {}, stride, padding, dilation, options_.groups);
  }

  ConvOptions options_;
  at::Tensor weight_;
};

struct BatchNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;  ///< torch's: the weight of the new batch in the running statistics
};

/// Batch normalisation over [n, h, w] of each channel, with torch's names: weight, bias, running_mean, running_var,
/// num_batches_tracked.
class BatchNorm : public Layer {
 public:
  BatchNorm(std::int64_t channels, const BatchNormOptions& options) : options_(options) {
    keep_parameter("weight", weight_, at::ones({channels}));
    keep_parameter("bias", bias_, at::zeros({channels}));
    keep_buffer("running_mean", running_mean_, at::zeros({channels}));
    keep_buffer("running_var", running_var_, at::ones({channels}));
    keep_buffer("num_batches_tracked", num_batches_tracked_, at::zeros({}, at::kLong));
  }

  [[nodiscard]] at::Tensor forward(const at::Tensor& x) {
    if (is_training()) num_batches_tracked_.add_(1);
    return at::batch_norm(x, weight_, bias_, running_mean_, running_var_, is_training(), options_.momentum, options_.eps, true);
  }

  [[nodiscard]] const BatchNormOptions& options() const noexcept { return options_; }
  [[nodiscard]] at::Tensor& weight() noexcept { return weight_; }

 private:
  BatchNormOptions options_;
  at::Tensor weight_, bias_, running_mean_, running_var_, num_batches_tracked_;
};

}  // namespace MULTILABEL_NAMESPACE::model

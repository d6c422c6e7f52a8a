// SPDX-License-Identifier: Apache-2.0
#pragma once
// In which type the forward pass computes: float32, or torch's autocast to bfloat16 or float16, where a scaled loss keeps small
// gradients from vanishing. Weights, losses and what the optimiser remembers are float32 in any case.

#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <ATen/ops/_amp_update_scale.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/zeros.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/model/named_tensors.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// The type of the forward pass.
enum class Precision {
  float32,
  bfloat16,  ///< half the bytes with float32's range; for processors and GPUs that compute in it
  float16    ///< half the bytes with a small range: the loss is scaled, and steps whose gradients overflow are left out
};

[[nodiscard]] inline std::string to_string(Precision precision) {
  constexpr std::array<std::string_view, 3> names{"float32", "bfloat16", "float16"};
  return std::string(names[static_cast<std::size_t>(precision)]);
}

namespace detail {

/// While it lives, torch's operations on `device` choose their type by themselves; nothing with float32.
class Autocast {
 public:
  Autocast(Precision precision, at::Device device) {
    if (precision == Precision::float32) return;
    type_ = device.type();
    enabled_ = at::autocast::is_autocast_enabled(*type_);
    before_ = at::autocast::get_autocast_dtype(*type_);
    at::autocast::increment_nesting();
    at::autocast::set_autocast_enabled(*type_, true);
    at::autocast::set_autocast_dtype(*type_, precision == Precision::bfloat16 ? at::kBFloat16 : at::kHalf);
  }
  ~Autocast() {
    if (!type_) return;
    at::autocast::set_autocast_enabled(*type_, enabled_);
    at::autocast::set_autocast_dtype(*type_, before_);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  std::optional<at::DeviceType> type_;
  bool enabled_ = false;
  at::ScalarType before_ = at::kFloat;
};

}  // namespace detail

/// The factor on a float16 loss: halved after a step whose gradients overflowed, doubled after 2,000 good ones
/// (torch.amp.GradScaler's rule and constants).
class GradientScaler {
 public:
  GradientScaler(Precision precision, at::Device device) {
    if (precision != Precision::float16) return;
    const auto options = at::TensorOptions(at::kFloat).device(device);
    scale_ = at::full({}, 65536.0, options);
    good_steps_ = at::zeros({}, options.dtype(at::kInt));
  }

  [[nodiscard]] bool scales() const noexcept { return scale_.defined(); }
  [[nodiscard]] at::Tensor scaled(const at::Tensor& loss) const { return scales() ? at::mul(loss, scale_) : loss; }

  /// Divides the gradients by the factor and chooses the next one. False: one of them is not finite, and the step must be left
  /// out.
  [[nodiscard]] bool unscale(std::vector<at::Tensor>& gradients) {
    if (!scales() || gradients.empty()) return true;
    const at::NoGradGuard no_grad;
    at::Tensor overflow = at::zeros({1}, scale_.options());
    const at::Tensor inverse = at::reciprocal(scale_);
    at::_amp_foreach_non_finite_check_and_unscale_(gradients, overflow, inverse);
    at::_amp_update_scale_(scale_, good_steps_, overflow, 2.0, 0.5, 2000);
    return overflow.item<float>() == 0;
  }

  /// For a checkpoint; empty where nothing is scaled.
  [[nodiscard]] model::NamedTensors state() const {
    if (!scales()) return {};
    return {{"scale", scale_}, {"good_steps", good_steps_}};
  }
  void restore(const model::NamedTensors& stored) {
    const at::NoGradGuard no_grad;
    model::load_tensors(state(), stored);
  }

 private:
  at::Tensor scale_, good_steps_;
};

}  // namespace MULTILABEL_NAMESPACE::training

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A running mean of the weights, which usually scores better than the weights themselves. The average starts quickly, so that
// short runs are not dominated by the untrained beginning.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_lerp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/named_tensors.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// Keeps average = d * average + (1 - d) * weights, with d = min(decay, (1 + n) / (10 + n)) at update n = 0, 1, ... Floating
/// parameters and buffers are averaged; whole numbers (counters) are taken over. Holds the module's own tensors beside a copy.
class ExponentialMovingAverage {
 public:
  /// `live` as `model::named_state` gives it; `decay` in (0, 1).
  ExponentialMovingAverage(const model::NamedTensors& live, double decay) : decay_(decay) {
    if (!(decay > 0 && decay < 1)) {
      fail<ArgumentError>({"training::ExponentialMovingAverage", "decay must be in (0, 1)", join_text(decay)});
    }
    attach(live);
  }

  /// These are the weights from now on. The average of one that was there before, by name and shape, goes on; another begins.
  void attach(const model::NamedTensors& live) {
    const at::NoGradGuard no_grad;
    std::map<std::string, at::Tensor> before;
    for (std::size_t i = 0; i < names_.size(); ++i) before.emplace(names_[i], average_[i]);
    names_.clear();
    live_.clear();
    average_.clear();
    for (const auto& [name, tensor] : live) {
      const auto known = before.find(name);
      const bool stays = known != before.end() && known->second.sizes() == tensor.sizes();
      names_.push_back(name);
      live_.push_back(tensor.detach());
      average_.push_back(stays ? known->second : tensor.detach().clone());
    }
  }

  /// The decay of update number `update`, counted from 0.
  [[nodiscard]] double decay(std::size_t update) const noexcept {
    const auto n = static_cast<double>(update);
    return std::min(decay_, (1.0 + n) / (10.0 + n));
  }

  /// Moves the average towards the weights of now; call it after each step of the optimiser.
  void update() {
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> averages;
    std::vector<at::Tensor> weights;
    for (std::size_t i = 0; i < live_.size(); ++i) {
      if (average_[i].is_floating_point()) {
        averages.push_back(average_[i]);
        weights.push_back(live_[i]);
      } else {
        average_[i].copy_(live_[i]);
      }
    }
    at::_foreach_lerp_(averages, weights, 1.0 - decay(updates_));
    ++updates_;
  }

  /// The average by name, and how many updates are in it.
  [[nodiscard]] model::NamedTensors average() const {
    model::NamedTensors named;
    for (std::size_t i = 0; i < names_.size(); ++i) named.emplace_back(names_[i], average_[i]);
    return named;
  }
  [[nodiscard]] std::size_t updates() const noexcept { return updates_; }

  /// Goes on from a stored average; names and order are those of `average()`.
  void restore(const model::NamedTensors& average, std::size_t updates) {
    const at::NoGradGuard no_grad;
    if (average.size() != names_.size()) {
      fail<BundleError>({"training::ExponentialMovingAverage", join_text("the average must hold ", names_.size(), " tensors"),
                         join_text(average.size())});
    }
    for (const auto& [name, tensor] : average) {
      const auto place = std::find(names_.begin(), names_.end(), name);
      if (place == names_.end() || average_[static_cast<std::size_t>(place - names_.begin())].sizes() != tensor.sizes()) {
        fail<BundleError>(
            {"training::ExponentialMovingAverage", "names and shapes must be the model's", multilabel::quoted(name)});
      }
      average_[static_cast<std::size_t>(place - names_.begin())].copy_(tensor);
    }
    updates_ = updates;
  }

  /// While it lives, the module holds the average; afterwards its own weights again, but for those that somebody has changed
  /// meanwhile: they stay, in the average too.
  class Applied {
   public:
    explicit Applied(const ExponentialMovingAverage& average)
        : names_(average.names_), live_(average.live_), average_(average.average_) {
      const at::NoGradGuard no_grad;
      for (const auto& tensor : live_) kept_.push_back(tensor.clone());
      at::_foreach_copy_(live_, average_);
      for (const auto& tensor : live_) versions_.push_back(tensor._version());
    }
    ~Applied() {
      const at::NoGradGuard no_grad;
      for (std::size_t i = 0; i < live_.size(); ++i) {
        const bool changed = live_[i]._version() != versions_[i];
        (changed ? average_[i] : live_[i]).copy_(changed ? live_[i] : kept_[i]);
      }
    }
    Applied(const Applied&) = delete;
    Applied& operator=(const Applied&) = delete;

    /// The weights themselves, by name.
    [[nodiscard]] model::NamedTensors kept() const {
      model::NamedTensors named;
      for (std::size_t i = 0; i < names_.size(); ++i) named.emplace_back(names_[i], kept_[i]);
      return named;
    }

   private:
    std::vector<std::string> names_;
    std::vector<at::Tensor> live_, average_, kept_;
    std::vector<std::int64_t> versions_;
  };

 private:
  double decay_;
  std::size_t updates_ = 0;
  std::vector<std::string> names_;
  std::vector<at::Tensor> live_;
  std::vector<at::Tensor> average_;
};

}  // namespace MULTILABEL_NAMESPACE::training

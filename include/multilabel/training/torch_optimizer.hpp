// SPDX-License-Identifier: Apache-2.0
#pragma once
// Any optimiser of torch::optim in the place of ours: `.optimizer = torch_optimizer("rmsprop", make)`. Apart from
// optimizer.hpp, because torch's archives are costly to include.

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <torch/optim/optimizer.h>
#include <torch/optim/serialize.h>
#include <torch/serialize.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/training/optimizer.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// Makes an optimiser of groups of parameters, one a parameter, in their order: `torch::optim::RMSprop(groups, options)`.
using MakeTorchOptimizer =
    std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<torch::optim::OptimizerParamGroup>)>;

namespace detail {

class TorchUpdater final : public ParameterUpdater {
 public:
  explicit TorchUpdater(MakeTorchOptimizer make) : make_(std::move(make)) {}

  void attach(const std::vector<Parameter>& parameters) override {
    std::vector<torch::optim::OptimizerParamGroup> groups;
    for (const auto& parameter : parameters) groups.emplace_back(std::vector<at::Tensor>{parameter.tensor});
    if (optimizer_ == nullptr) {
      optimizer_ = make_(std::move(groups));
    } else {  // new parameters only: torch knows the others by their tensors
      for (const auto& parameter : parameters) {
        const bool known = std::any_of(parameters_.begin(), parameters_.end(),
                                       [&](const auto& one) { return one.tensor.is_same(parameter.tensor); });
        if (!known) optimizer_->add_param_group(torch::optim::OptimizerParamGroup({parameter.tensor}));
      }
    }
    parameters_ = parameters;
  }

  double step(double rate) override {
    for (auto& group : optimizer_->param_groups()) {
      for (const auto& parameter : parameters_)
        if (parameter.tensor.is_same(group.params().front())) group.options().set_lr(rate * parameter.rate_factor);
    }
    optimizer_->step();
    return rate;
  }

  /// One tensor: the bytes of torch's archive.
  [[nodiscard]] model::NamedTensors state() const override {
    std::ostringstream stream;
    torch::serialize::OutputArchive archive;
    optimizer_->save(archive);
    archive.save_to(stream);
    std::string bytes = stream.str();
    return {{"archive", at::from_blob(bytes.data(), {static_cast<std::int64_t>(bytes.size())}, at::kByte).clone()}};
  }

  void restore(const model::NamedTensors& stored) override {
    if (stored.size() != 1 || stored[0].first != "archive") {
      fail<BundleError>({"training::torch_optimizer", "the checkpoint must hold the optimiser's archive", "another memory"});
    }
    const at::Tensor bytes = stored[0].second.contiguous();
    std::istringstream stream(std::string(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()));
    torch::serialize::InputArchive archive;
    archive.load_from(stream);
    optimizer_->load(archive);
  }

 private:
  MakeTorchOptimizer make_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::vector<Parameter> parameters_;
};

}  // namespace detail

/// An optimiser of torch's for each run. Rates are the trainer's, times those of the parameter groups; weight decay is the
/// optimiser's own. `name`, with its options, is how a resumed run can tell another one.
[[nodiscard]] inline AnyOptimizer torch_optimizer(std::string name, MakeTorchOptimizer make) {
  return {
      [make = std::move(make)]() -> std::shared_ptr<ParameterUpdater> { return std::make_shared<detail::TorchUpdater>(make); },
      std::move(name)};
}

}  // namespace MULTILABEL_NAMESPACE::training

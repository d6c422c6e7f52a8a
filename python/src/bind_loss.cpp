// SPDX-License-Identifier: Apache-2.0
// multilabel._torch.loss: every loss with its options as keywords. The public signatures are in python/multilabel/loss.py.

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <pybind11/stl.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/loss.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace multilabel::python {

namespace {

using Smoothing = std::pair<double, double>;

// Moves the keywords into the fields of an options struct.
class Keywords {
 public:
  explicit Keywords(const py::kwargs& given) : given_(given) {}

  template <class T>
  Keywords& operator()(const char* name, T& field) {
    if (given_.contains(name)) field = given_[name].cast<T>();
    return *this;
  }
  Keywords& operator()(const char* name, loss::LabelSmoothing& field) {
    if (!given_.contains(name)) return *this;
    const auto [positive, negative] = given_[name].cast<Smoothing>();
    field = {positive, negative};
    return *this;
  }
  template <class T>
  Keywords& operator()(const char* name, T& field, T (*from_name)(std::string_view)) {
    if (given_.contains(name)) field = from_name(given_[name].cast<std::string>());
    return *this;
  }

 private:
  const py::kwargs& given_;
};

template <class Options>
Options options_from(const py::kwargs& given) {
  Options options;
  Keywords take(given);
  describe(take, options);
  return options;
}

// What the torch operator computes: the loss and its gradient by the logits, whatever autograd state it is called in.
template <class Loss>
std::pair<at::Tensor, at::Tensor> value_and_gradient(const Loss& self, const at::Tensor& logits, const at::Tensor& targets,
                                                     const std::optional<at::Tensor>& mask,
                                                     const std::optional<at::Tensor>& sample_weight) {
  const c10::impl::ForceDispatchKeyGuard usual(c10::default_included_set, c10::default_excluded_set);
  const at::AutoGradMode with_gradient(true);
  const at::Tensor x = logits.detach().to(logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).requires_grad_(true);
  const at::Tensor value =
      self(x, targets, {.mask = mask.value_or(at::Tensor()), .sample_weight = sample_weight.value_or(at::Tensor())});
  const auto gradients = torch::autograd::grad({value}, {x}, {at::ones_like(value)});
  return {value.detach(), gradients[0]};
}

// Every loss answers to the same calls; AnyLoss is what the C++ training loop takes, and shares what the loss remembers.
template <class Loss, class Options>
void bind_one(py::module_& module, const char* name) {
  py::class_<Loss, std::shared_ptr<Loss>>(module, name)
      .def(py::init([](const py::kwargs& options) { return std::make_shared<Loss>(options_from<Options>(options)); }))
      .def(
          "__call__",
          [](const Loss& self, const at::Tensor& logits, const at::Tensor& targets, const std::optional<at::Tensor>& mask,
             const std::optional<at::Tensor>& sample_weight) {
            return self(logits, targets,
                        {.mask = mask.value_or(at::Tensor()), .sample_weight = sample_weight.value_or(at::Tensor())});
          },
          "logits"_a, "targets"_a, "mask"_a = py::none(), "sample_weight"_a = py::none(),
          py::call_guard<py::gil_scoped_release>())
      .def("value_and_gradient", &value_and_gradient<Loss>, "logits"_a, "targets"_a, "mask"_a, "sample_weight"_a,
           py::call_guard<py::gil_scoped_release>())
      .def(
          "on_epoch_begin", [](Loss& self, std::size_t epoch) { loss::begin_epoch(self, epoch); }, "epoch"_a)
      .def("erase", [](const std::shared_ptr<Loss>& self) { return loss::AnyLoss(self); });
}

}  // namespace

void bind_loss(py::module_& module) {
  using namespace loss;
  py::class_<AnyLoss>(module, "AnyLoss");
  bind_one<BCEWithLogits, BCEWithLogitsOptions>(module, "BCEWithLogits");
  bind_one<Focal, FocalOptions>(module, "Focal");
  bind_one<Asymmetric, AsymmetricOptions>(module, "Asymmetric");
  bind_one<AsymmetricPolynomial, AsymmetricPolynomialOptions>(module, "AsymmetricPolynomial");
  bind_one<DistributionBalanced, DistributionBalancedOptions>(module, "DistributionBalanced");
  bind_one<ZLPR, ZLPROptions>(module, "ZLPR");
  bind_one<TwoWay, TwoWayOptions>(module, "TwoWay");
  bind_one<Hill, HillOptions>(module, "Hill");
  bind_one<SPLC, SPLCOptions>(module, "SPLC");
  bind_one<PartialAsymmetric, PartialAsymmetricOptions>(module, "PartialAsymmetric");
  bind_one<WeakAssumeNegative, WeakAssumeNegativeOptions>(module, "WeakAssumeNegative");
  bind_one<EPR, EPROptions>(module, "EPR");
  bind_one<EntropyMaximization, EntropyMaximizationOptions>(module, "EntropyMaximization");
  bind_one<LargeLoss, LargeLossOptions>(module, "LargeLoss");
  bind_one<SoftF1, SoftF1Options>(module, "SoftF1");
  bind_one<SoftMargin, SoftMarginOptions>(module, "SoftMargin");
  module.def("class_balanced",
             [](const std::vector<double>& positives, double beta) { return ClassBalanced(positives, beta).class_weight(); });
  module.def("prior_weighting", [](const std::vector<double>& positives, double images) {
    const PriorWeighting weights(positives, images);
    return std::pair(weights.pos_weight(), weights.class_weight());
  });
}

}  // namespace multilabel::python

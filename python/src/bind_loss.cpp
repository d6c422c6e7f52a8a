// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/loss.hpp>

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

// Every loss answers to the same two calls; AnyLoss is what the C++ training loop takes.
template <class Loss>
py::class_<Loss> bind_one(py::module_& module, const char* name) {
  return py::class_<Loss>(module, name)
      .def(
          "__call__",
          [](const Loss& self, const at::Tensor& logits, const at::Tensor& targets, const std::optional<at::Tensor>& mask,
             const std::optional<at::Tensor>& sample_weight) {
            return self(logits, targets,
                        {.mask = mask.value_or(at::Tensor()), .sample_weight = sample_weight.value_or(at::Tensor())});
          },
          "logits"_a, "targets"_a, "mask"_a = py::none(), "sample_weight"_a = py::none(),
          py::call_guard<py::gil_scoped_release>())
      .def("erase", [](const Loss& self) { return loss::AnyLoss(self); });
}

loss::LabelSmoothing smoothing(const Smoothing& sides) { return {sides.first, sides.second}; }

}  // namespace

void bind_loss(py::module_& module) {
  py::class_<loss::AnyLoss>(module, "AnyLoss");
  bind_one<loss::BCEWithLogits>(module, "BCEWithLogits")
      .def(py::init([](std::vector<double> pos_weight, std::vector<double> class_weight, const Smoothing& label_smoothing,
                       const std::string& reduction) {
             return loss::BCEWithLogits({.pos_weight = std::move(pos_weight),
                                         .class_weight = std::move(class_weight),
                                         .label_smoothing = smoothing(label_smoothing),
                                         .reduction = loss::reduction_from_name(reduction)});
           }),
           py::kw_only(), "pos_weight"_a, "class_weight"_a, "label_smoothing"_a, "reduction"_a);
  bind_one<loss::Asymmetric>(module, "Asymmetric")
      .def(py::init([](double gamma_negative, double gamma_positive, double clip, const std::string& focus_gradient,
                       std::vector<double> pos_weight, std::vector<double> class_weight, const Smoothing& label_smoothing,
                       const std::string& reduction) {
             return loss::Asymmetric({.gamma_negative = gamma_negative,
                                      .gamma_positive = gamma_positive,
                                      .clip = clip,
                                      .focus_gradient = loss::focus_gradient_from_name(focus_gradient),
                                      .pos_weight = std::move(pos_weight),
                                      .class_weight = std::move(class_weight),
                                      .label_smoothing = smoothing(label_smoothing),
                                      .reduction = loss::reduction_from_name(reduction)});
           }),
           py::kw_only(), "gamma_negative"_a, "gamma_positive"_a, "clip"_a, "focus_gradient"_a, "pos_weight"_a,
           "class_weight"_a, "label_smoothing"_a, "reduction"_a);
}

}  // namespace multilabel::python

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Models, losses and callbacks written in Python as the types that the C++ training loop takes. The loop runs without the GIL;
// each of these takes it for the length of one call.

#include <pybind11/stl.h>
#include <torch/csrc/autograd/python_variable.h>
#include <torch/csrc/utils/pybind.h>
#include <torch/nn/module.h>

#include <map>
#include <memory>
#include <multilabel/core/check.hpp>
#include <multilabel/loss/concepts.hpp>
#include <multilabel/model/classifier.hpp>
#include <multilabel/training/any_callback.hpp>
#include <string>
#include <utility>
#include <vector>

namespace multilabel::python {

/// A Python object that C++ may copy and drop without holding the GIL.
using SharedObject = std::shared_ptr<pybind11::object>;

inline SharedObject share(pybind11::object object) {
  return {new pybind11::object(std::move(object)), [](pybind11::object* held) {
            const pybind11::gil_scoped_acquire gil;
            delete held;
          }};
}

inline std::string type_name(pybind11::handle object) {
  return pybind11::str(pybind11::type::handle_of(object).attr("__name__")).cast<std::string>();
}

inline at::Tensor tensor_from(const pybind11::object& result, std::string_view where, std::string_view expected) {
  if (!THPVariable_Check(result.ptr())) fail<ArgumentError>({where, expected, type_name(result)});
  return result.cast<at::Tensor>();
}

/// What the trainer holds: one of our networks or a Python module, by the names of its `state_dict`.
class AnyClassifierImpl : public torch::nn::Module {
 public:
  virtual at::Tensor forward(const at::Tensor& images) = 0;
};
using AnyClassifier = std::shared_ptr<AnyClassifierImpl>;

/// One of our networks: its children are registered here, so that names carry no prefix.
class NativeClassifier final : public AnyClassifierImpl {
 public:
  explicit NativeClassifier(std::shared_ptr<model::ClassifierImpl> native) : native_(std::move(native)) {
    for (const auto& child : native_->named_children()) register_module(child.key(), child.value());
    Module::train(native_->is_training());
  }
  at::Tensor forward(const at::Tensor& images) override { return native_->forward(images); }
  void train(bool on) override {
    Module::train(on);
    native_->train(on);
  }

 private:
  std::shared_ptr<model::ClassifierImpl> native_;
};

/// A Python nn.Module: its own tensors in a tree of the same names, its `__call__` as forward.
class PythonClassifier final : public AnyClassifierImpl {
 public:
  explicit PythonClassifier(const pybind11::object& module) : module_(share(module)) {
    namespace py = pybind11;
    const py::object is_parameter = py::module_::import("torch").attr("nn").attr("Parameter");
    const auto state = module.attr("state_dict")(py::arg("keep_vars") = true).cast<py::dict>();
    for (const auto& [key, value] : state) {
      if (!THPVariable_Check(value.ptr())) continue;  // a module's extra state
      place(key.cast<std::string>(), value.cast<at::Tensor>(), py::isinstance(value, is_parameter));
    }
    Module::train(module.attr("training").cast<bool>());
  }

  at::Tensor forward(const at::Tensor& images) override {
    const pybind11::gil_scoped_acquire gil;
    return tensor_from((*module_)(images), "training.Trainer", "the model must return its logits as one torch.Tensor");
  }

  // What the module's parts were in before an evaluation (some may be set aside) is what they are in after it.
  void train(bool on) override {
    Module::train(on);
    const pybind11::gil_scoped_acquire gil;
    if (!on) {
      modes_ = share(pybind11::list());
      for (const auto part : module_->attr("modules")()) {
        modes_->attr("append")(pybind11::make_tuple(part, part.attr("training")));
      }
      module_->attr("eval")();
    } else if (modes_) {
      for (const auto entry : *modes_) entry[pybind11::int_(0)].attr("training") = entry[pybind11::int_(1)];
      module_->attr("training") = true;
      modes_.reset();
    } else {
      module_->attr("train")();
    }
  }

 private:
  void place(const std::string& name, const at::Tensor& tensor, bool is_parameter) {
    torch::nn::Module* module = this;
    std::size_t begin = 0;
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', begin)) {
      const std::string part = name.substr(begin, dot - begin);
      const auto& children = module->named_children();
      torch::nn::Module* child = children.contains(part) ? children[part].get() : nullptr;
      module = child != nullptr ? child : module->register_module(part, std::make_shared<Node>()).get();
      begin = dot + 1;
    }
    const std::string leaf = name.substr(begin);
    if (is_parameter) {
      module->register_parameter(leaf, tensor, tensor.requires_grad());
    } else {
      module->register_buffer(leaf, tensor);
    }
  }
  class Node final : public torch::nn::Module {};

  SharedObject module_;
  SharedObject modes_;
};

/// A Python callable `loss(logits, targets)`; where it has `on_epoch_begin(epoch)`, it hears of the epochs.
class PythonLoss {
 public:
  explicit PythonLoss(pybind11::object call) : call_(share(std::move(call))) {}
  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets, const loss::LossInputs&) const {
    const pybind11::gil_scoped_acquire gil;
    return tensor_from((*call_)(logits, targets), "training.Trainer", "the loss must return one torch.Tensor");
  }
  void on_epoch_begin(std::size_t epoch) {
    const pybind11::gil_scoped_acquire gil;
    if (pybind11::hasattr(*call_, "on_epoch_begin")) call_->attr("on_epoch_begin")(epoch);
  }

 private:
  SharedObject call_;
};

/// The events of a Python object as a callback: `events` maps names to bound methods. `state` and `restore` are given together.
inline training::AnyCallback python_callback(const std::string& name, const std::map<std::string, pybind11::object>& events) {
  using training::AnyCallback;
  AnyCallback any;
  const auto link = [&](AnyCallback::Event& slot, const std::string& event) {
    const auto found = events.find(event);
    if (found == events.end()) return;
    slot = [method = share(found->second), event](const training::TrainingState& state) {
      const pybind11::gil_scoped_acquire gil;
      const pybind11::object answer = (*method)(state);
      if (answer.is_none()) return training::Flow::proceed;
      if (pybind11::isinstance<training::Flow>(answer)) return answer.cast<training::Flow>();
      fail<ArgumentError>({"training.Trainer.fit", join_text(event, " must return None or a Flow"),
                           pybind11::repr(answer).cast<std::string>(), "Return multilabel.training.Flow.stop to end the run."});
    };
  };
  link(any.fit_begin, "on_fit_begin");
  link(any.epoch_begin, "on_epoch_begin");
  link(any.step_end, "on_step_end");
  link(any.validation_step_end, "on_validation_step_end");
  link(any.epoch_end, "on_epoch_end");
  link(any.fit_end, "on_fit_end");
  const auto state = events.find("state_dict");
  const auto restore = events.find("load_state_dict");
  if (state == events.end() || restore == events.end()) return any;
  any.name = name;
  any.state = [method = share(state->second)] {
    const pybind11::gil_scoped_acquire gil;
    return (*method)().cast<AnyCallback::Memory>();
  };
  any.restore = [method = share(restore->second)](const AnyCallback::Memory& memory) {
    const pybind11::gil_scoped_acquire gil;
    (*method)(memory);
  };
  return any;
}

}  // namespace multilabel::python

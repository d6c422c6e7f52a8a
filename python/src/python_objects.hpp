// SPDX-License-Identifier: Apache-2.0
#pragma once
// Models, losses, loaders, optimisers, measures and callbacks written in Python as the types that the C++ training loop takes.
// The loop runs without the GIL; each of these takes it for the length of one call.

#include <ATen/core/grad_mode.h>
#include <pybind11/stl.h>
#include <torch/csrc/autograd/python_variable.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/core/check.hpp>
#include <multilabel/core/options.hpp>
#include <multilabel/evaluation/measure.hpp>
#include <multilabel/loss/concepts.hpp>
#include <multilabel/model/named_tensors.hpp>
#include <multilabel/training/any_callback.hpp>
#include <multilabel/training/generator.hpp>
#include <multilabel/training/loader.hpp>
#include <multilabel/training/network.hpp>
#include <multilabel/training/optimizer.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "held_out.hpp"

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

/// "module.name" of a function or a class, of another object that of its class.
inline std::string qualified_name(const pybind11::object& object) {
  namespace py = pybind11;
  const py::object named = py::hasattr(object, "__qualname__") ? object : py::object(py::type::of(object));
  return join_text(py::str(named.attr("__module__")).cast<std::string>(), ".",
                   py::str(named.attr("__qualname__")).cast<std::string>());
}

inline at::Tensor tensor_from(const pybind11::object& result, std::string_view where, std::string_view expected) {
  if (!THPVariable_Check(result.ptr())) fail<ArgumentError>({where, expected, type_name(result)});
  return result.cast<at::Tensor>();
}

/// A Python nn.Module, by the names of its `state_dict`; those of a compiled one without the wrapper's part.
class PythonNetwork final : public training::Network {
 public:
  explicit PythonNetwork(pybind11::object module) : module_(share(std::move(module))) {}

  [[nodiscard]] at::Tensor forward(const at::Tensor& images) override {
    const pybind11::gil_scoped_acquire gil;
    return tensor_from((*module_)(images), "training.Trainer", "the model must return its logits as one torch.Tensor");
  }

  [[nodiscard]] model::NamedTensors state() const override {
    namespace py = pybind11;
    const py::gil_scoped_acquire gil;
    const py::object is_lazy = py::module_::import("torch.nn.parameter").attr("is_lazy");
    model::NamedTensors named;
    for (const auto& [key, value] : module_->attr("state_dict")(py::arg("keep_vars") = true).cast<py::dict>()) {
      if (!THPVariable_Check(value.ptr())) continue;  // a module's extra state
      std::string name = key.cast<std::string>();
      constexpr std::string_view wrapper = "_orig_mod.";
      for (auto at = name.find(wrapper); at != std::string::npos; at = name.find(wrapper)) name.erase(at, wrapper.size());
      if (is_lazy(value).cast<bool>()) {
        fail<ArgumentError>({"training.Trainer", "every parameter must have a shape",
                             join_text("a lazy one, ", multilabel::quoted(name)),
                             "Call the model once with a batch of images."});
      }
      named.emplace_back(std::move(name), value.cast<at::Tensor>());
    }
    return named;
  }

  [[nodiscard]] bool is_training() const override {
    const pybind11::gil_scoped_acquire gil;
    return module_->attr("training").cast<bool>();
  }
  void train(bool on) override {
    const pybind11::gil_scoped_acquire gil;
    module_->attr("train")(on);
  }
  void to(at::Device device) override {
    const pybind11::gil_scoped_acquire gil;
    module_->attr("to")(device);
  }
  [[nodiscard]] std::function<void()> modes() const override {
    const pybind11::gil_scoped_acquire gil;
    pybind11::list parts;
    for (const auto part : module_->attr("modules")()) parts.append(pybind11::make_tuple(part, part.attr("training")));
    return [held = share(parts)] {
      const pybind11::gil_scoped_acquire again;
      for (const auto entry : *held) {
        const pybind11::object part = entry[pybind11::int_(0)];
        const bool ours = pybind11::hasattr(part, "_native");  // it has a C++ half that must hear of it
        if (ours) {
          part.attr("train")(entry[pybind11::int_(1)]);
        } else {
          part.attr("training") = entry[pybind11::int_(1)];
        }
      }
    };
  }

 private:
  SharedObject module_;
};

/// A Python callable `loss(logits, targets)`, with `mask` or `sample_weight` as keywords where the loader gives them; where it
/// has `on_epoch_begin(epoch)`, it hears of the epochs. Tensors in its `state_dict` are learnt or kept.
class PythonLoss {
 public:
  explicit PythonLoss(pybind11::object call) : call_(share(std::move(call))) {}

  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets, const loss::LossInputs& inputs) const {
    const pybind11::gil_scoped_acquire gil;
    pybind11::dict more;
    if (inputs.mask.defined()) more["mask"] = inputs.mask;
    if (inputs.sample_weight.defined()) more["sample_weight"] = inputs.sample_weight;
    return tensor_from((*call_)(logits, targets, **more), "training.Trainer", "the loss must return one torch.Tensor");
  }
  void on_epoch_begin(std::size_t epoch) {
    const pybind11::gil_scoped_acquire gil;
    if (pybind11::hasattr(*call_, "on_epoch_begin")) call_->attr("on_epoch_begin")(epoch);
  }

  [[nodiscard]] std::vector<at::Tensor> state() const {
    const pybind11::gil_scoped_acquire gil;
    std::vector<at::Tensor> tensors;
    if (!is_module()) return tensors;
    for (const auto& [name, value] : call_->attr("state_dict")(pybind11::arg("keep_vars") = true).cast<pybind11::dict>())
      if (THPVariable_Check(value.ptr())) tensors.push_back(value.cast<at::Tensor>());
    return tensors;
  }
  void restore(const std::vector<at::Tensor>& stored) {
    const at::NoGradGuard no_grad;
    auto own = state();
    for (std::size_t i = 0; i < std::min(own.size(), stored.size()); ++i) own[i].copy_(stored[i]);
  }

  void to(at::Device device) {
    const pybind11::gil_scoped_acquire gil;
    if (is_module()) call_->attr("to")(device);
  }

  [[nodiscard]] OptionTexts description() const {
    namespace py = pybind11;
    const py::gil_scoped_acquire gil;
    OptionTexts texts{{"loss", qualified_name(*call_)}};
    if (is_module()) texts["loss.repr"] = py::repr(*call_).cast<std::string>();
    return texts;
  }

 private:
  [[nodiscard]] bool is_module() const {
    return pybind11::isinstance(*call_, pybind11::module_::import("torch.nn").attr("Module"));
  }

  SharedObject call_;
};

/// An object with `attach`, `step`, `state` and `restore`: multilabel.training._TorchOptimizer.
class PythonUpdater final : public training::ParameterUpdater {
 public:
  explicit PythonUpdater(pybind11::object object) : object_(share(std::move(object))) {}
  void attach(const std::vector<training::Parameter>& parameters) override {
    const pybind11::gil_scoped_acquire gil;
    pybind11::list listed;
    for (const auto& one : parameters) {
      listed.append(pybind11::make_tuple(one.name, one.tensor, one.rate_factor, one.weight_decay));
    }
    object_->attr("attach")(listed);
  }
  double step(double rate) override {
    const pybind11::gil_scoped_acquire gil;
    return object_->attr("step")(rate).cast<double>();
  }
  [[nodiscard]] model::NamedTensors state() const override {
    const pybind11::gil_scoped_acquire gil;
    model::NamedTensors named;
    for (const auto& [name, value] : object_->attr("state")().cast<pybind11::dict>()) {
      named.emplace_back(name.cast<std::string>(), value.cast<at::Tensor>());
    }
    return named;
  }
  void restore(const model::NamedTensors& stored) override {
    const pybind11::gil_scoped_acquire gil;
    pybind11::dict named;
    for (const auto& [name, tensor] : stored) named[pybind11::str(name)] = tensor;
    object_->attr("restore")(named);
  }

 private:
  SharedObject object_;
};

/// Any Python iterable of (images, targets) or (images, targets, sample_weight) as a loader. What torch draws where an
/// iteration begins (the order of a torch.utils.data.DataLoader) depends on `seed` and the epoch.
inline training::AnyLoader python_loader(const pybind11::object& source, const std::vector<std::string>& labels,
                                         std::size_t batches, std::size_t samples, OptionTexts description, std::uint64_t seed,
                                         training::MemoryFormat format) {
  namespace py = pybind11;
  using training::TensorBatch;
  const auto tensor = [](const py::handle object) {
    const py::object torch = py::module_::import("torch");
    return torch.attr("as_tensor")(object).attr("to")(torch.attr("float32")).cast<at::Tensor>();
  };
  const auto read = [tensor, labels = static_cast<std::int64_t>(labels.size()), format](const py::object& item) {
    if (!py::isinstance<py::sequence>(item) || py::len(item) < 2 || py::len(item) > 3) {
      fail<ArgumentError>(
          {"training.Trainer", "a batch must be (images, targets) or (images, targets, sample_weight)", type_name(item)});
    }
    TensorBatch made;
    made.images = tensor(item[py::int_(0)]);
    made.targets = tensor(item[py::int_(1)]);
    if (made.images.dim() == 4) made.images = training::detail::in_format(made.images, format);
    if (made.targets.dim() != 2 || made.targets.size(1) != labels || made.targets.size(0) != made.images.size(0)) {
      fail<ShapeError>({"training.Trainer", join_text("targets must be [", made.images.size(0), ", ", labels, "]"),
                        join_text(made.targets.sizes())});
    }
    if (py::len(item) == 3) made.inputs.sample_weight = tensor(item[py::int_(2)]);
    return made;
  };
  training::AnyLoader any{.vocabulary = encoding::Vocabulary(labels),
                          .batches = batches,
                          .samples = samples,
                          .description = std::move(description),
                          .open = {},
                          .image_names = {}};
  any.open = [held = share(source), read, seed](std::uint32_t epoch, std::size_t first) -> training::AnyLoader::Next {
    const auto iterator = std::make_shared<SharedObject>();
    return [held, read, seed, epoch, first, iterator, number = std::size_t{0}]() mutable -> std::optional<TensorBatch> {
      std::optional<training::detail::Draws> draws;
      if (!*iterator) draws.emplace(training::Randomness::own, seed, epoch, 0, training::detail::DrawsFor::order);
      const py::gil_scoped_acquire gil;
      if (!*iterator) {
        const py::object sampler = py::getattr(*held, "sampler", py::none());
        for (const py::object& one : {*held, sampler})
          if (py::hasattr(one, "set_epoch")) one.attr("set_epoch")(epoch);
        *iterator = share(py::module_::import("builtins").attr("iter")(*held));
      }
      for (;;) {
        const auto item = py::reinterpret_steal<py::object>(PyIter_Next((*iterator)->ptr()));
        if (PyErr_Occurred() != nullptr) throw py::error_already_set();
        if (!item) return std::nullopt;
        if (number++ < first) continue;  // before a resume
        TensorBatch made = read(item);
        made.number = number - 1;
        return made;
      }
    };
  };
  return any;
}

/// A measure of Python's: `call` gets a multilabel.evaluation.HeldOut.
inline evaluation::Measure python_measure(std::string name, pybind11::object call, bool lower) {
  return {std::move(name),
          [call = share(std::move(call))](const evaluation::HeldOut& answers) {
            const pybind11::gil_scoped_acquire gil;
            const auto made =
                pybind11::module_::import("multilabel.evaluation").attr("HeldOut").attr("_of")(held_out_dict(answers));
            return (*call)(made).cast<double>();
          },
          lower ? evaluation::Better::lower : evaluation::Better::higher};
}

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

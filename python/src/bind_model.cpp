// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/model.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace multilabel::python {

namespace {

using model::ClassifierImpl;

// The submodule at a dotted path; the classifier itself for "".
std::shared_ptr<torch::nn::Module> at_path(const std::shared_ptr<ClassifierImpl>& classifier, const std::string& path) {
  if (path.empty()) return classifier;
  const auto modules = classifier->named_modules();
  return modules[path];
}

// What torch calls a part, and the numbers that it gives such a module; an empty name for a part that only holds others.
std::pair<std::string, py::dict> layer_of(const std::shared_ptr<ClassifierImpl>& classifier, const std::string& path) {
  const auto part = at_path(classifier, path);
  if (const auto* conv = dynamic_cast<const model::Conv*>(part.get())) {
    const auto& options = conv->options();
    const auto square = [](std::int64_t side) { return py::make_tuple(side, side); };
    const bool same = options.padding == model::Padding::tensorflow_same;
    return {"Conv2d", py::dict("in_channels"_a = options.in, "out_channels"_a = options.out,
                               "kernel_size"_a = square(options.kernel), "stride"_a = square(options.stride),
                               "padding"_a = same ? py::object(py::str("same")) : py::object(square(options.kernel / 2)),
                               "dilation"_a = square(1), "transposed"_a = false, "output_padding"_a = square(0),
                               "groups"_a = options.groups, "padding_mode"_a = "zeros")};
  }
  if (const auto* norm = dynamic_cast<const model::BatchNorm*>(part.get())) {
    return {"BatchNorm2d",
            py::dict("num_features"_a = norm->parameters(false)[0].size(0), "eps"_a = norm->options().eps,
                     "momentum"_a = norm->options().momentum, "affine"_a = true, "track_running_stats"_a = true)};
  }
  if (dynamic_cast<const model::LinearHead*>(part.get()) != nullptr) {
    const at::Tensor weight = part->parameters(false)[0];
    return {"Linear", py::dict("in_features"_a = weight.size(1), "out_features"_a = weight.size(0))};
  }
  return {"", py::dict()};
}

py::dict config_dict(const ClassifierImpl& classifier) {
  const model::ModelOptions& options = classifier.config().options;
  return py::dict("name"_a = classifier.config().backbone, "labels"_a = options.labels,
                  "head"_a = std::string(to_string(options.head)), "seed"_a = options.seed, "dropout"_a = options.dropout,
                  "drop_path"_a = options.drop_path, "bias_prior"_a = options.bias_prior, "csra_lambda"_a = options.csra.lambda,
                  "csra_temperatures"_a = options.csra.temperatures);
}

}  // namespace

void bind_model(py::module_& module) {
  const model::ModelOptions defaults;
  // The class first: the signatures below name it.
  py::class_<ClassifierImpl, std::shared_ptr<ClassifierImpl>>(module, "Classifier")
      .def("forward", &ClassifierImpl::forward, "images"_a, py::call_guard<py::gil_scoped_release>())
      .def("forward_with", &ClassifierImpl::forward_with, "state"_a, "images"_a, py::call_guard<py::gil_scoped_release>())
      .def("features", &ClassifierImpl::features, "images"_a, py::call_guard<py::gil_scoped_release>())
      .def("feature_map", &ClassifierImpl::feature_map, "images"_a, py::call_guard<py::gil_scoped_release>())
      .def("clone", [](const ClassifierImpl& self) { return std::dynamic_pointer_cast<ClassifierImpl>(self.clone()); })
      .def("buffer_names",
           [](const ClassifierImpl& self) {
             std::vector<std::string> names;
             for (const auto& item : self.named_buffers()) names.push_back(item.key());
             return names;
           })
      .def("named_state", [](const ClassifierImpl& self) { return model::named_state(self); })
      .def(
          "set_training",
          [](const std::shared_ptr<ClassifierImpl>& self, const std::string& path, bool mode) {
            at_path(self, path)->train(mode);
          },
          "path"_a, "mode"_a)
      .def("layer", &layer_of, "path"_a)
      .def("is_training", [](const ClassifierImpl& self) { return self.is_training(); })
      .def_property_readonly("head_prefix", &ClassifierImpl::head_prefix)
      .def_property_readonly("config", &config_dict);

  module.def("backbone_names", &model::backbone_names);
  module.def(
      "create",
      [](const std::string& name, std::size_t labels, const std::string& head, const std::string& pretrained,
         std::uint64_t seed, double dropout, double drop_path, std::vector<double> bias_prior, double csra_lambda,
         std::vector<double> csra_temperatures) {
        return model::create(name, {.labels = labels,
                                    .head = {head},
                                    .pretrained = pretrained,
                                    .seed = seed,
                                    .dropout = dropout,
                                    .drop_path = drop_path,
                                    .bias_prior = std::move(bias_prior),
                                    .csra = {.lambda = csra_lambda, .temperatures = std::move(csra_temperatures)}})
            .ptr();
      },
      "name"_a, py::kw_only(), "labels"_a, "head"_a = std::string(to_string(defaults.head)),
      "pretrained"_a = defaults.pretrained.string(), "seed"_a = defaults.seed, "dropout"_a = defaults.dropout,
      "drop_path"_a = defaults.drop_path, "bias_prior"_a = defaults.bias_prior, "csra_lambda"_a = defaults.csra.lambda,
      "csra_temperatures"_a = defaults.csra.temperatures, py::call_guard<py::gil_scoped_release>());

  module.def(
      "load_safetensors",
      [](const std::filesystem::path& path) {
        model::SafeTensors loaded = model::load_safetensors(path);
        return std::pair(std::move(loaded.tensors), std::move(loaded.metadata));
      },
      "path"_a, py::call_guard<py::gil_scoped_release>());
  module.def("save_safetensors", &model::save_safetensors, "path"_a, "tensors"_a, "metadata"_a,
             py::call_guard<py::gil_scoped_release>());
}

}  // namespace multilabel::python

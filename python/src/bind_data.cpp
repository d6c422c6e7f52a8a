// SPDX-License-Identifier: Apache-2.0
// multilabel._core.data: tables, images, inspection and the loader.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/data.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "images.hpp"
#include "loader.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;

// An array over the floats of a batch; the batch's memory returns to the loader when the array dies.
py::array_t<float> array_of(const std::shared_ptr<float[]>& floats, std::vector<std::size_t> shape) {
  auto* owner = new std::shared_ptr<float[]>(floats);
  const py::capsule keep(owner, [](void* pointer) { delete static_cast<std::shared_ptr<float[]>*>(pointer); });
  return py::array_t<float>(shape, floats.get(), keep);
}

// An epoch in Python's hands. Its workers may be waiting for the GIL, so it ends without it.
class PythonEpoch {
 public:
  explicit PythonEpoch(data::Epoch epoch) : epoch_(std::make_unique<data::Epoch>(std::move(epoch))) {}
  PythonEpoch(PythonEpoch&&) = default;
  PythonEpoch& operator=(PythonEpoch&&) = delete;
  ~PythonEpoch() { close(); }

  void close() {
    if (!epoch_) return;
    const py::gil_scoped_release release;
    epoch_.reset();
  }

  py::tuple next() {
    std::optional<data::Batch> batch;
    if (epoch_) {
      const py::gil_scoped_release release;
      batch = epoch_->next([] {
        const py::gil_scoped_acquire gil;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      });
    }
    if (!batch) {
      close();
      throw py::stop_iteration();
    }
    return py::make_tuple(array_of(batch->images, {batch->samples, batch->channels, batch->height, batch->width}),
                          array_of(batch->targets, {batch->samples, batch->labels}),
                          py::array_t<std::int64_t>(py::cast(batch->indices)));
  }

 private:
  std::unique_ptr<data::Epoch> epoch_;
};

std::vector<std::string> texts(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> result;
  for (const auto& path : paths) result.push_back(path.string());
  return result;
}

void bind_dataset(py::module_& module) {
  py::class_<data::Dataset>(module, "Dataset")
      .def(py::init([](const std::vector<std::string>& images, std::vector<std::vector<std::string>> labels,
                       data::Dataset::Columns columns) {
             if (images.size() != labels.size())
               fail<ShapeError>({"data.Dataset", "images and labels must have the same length",
                                 join_text(images.size(), " and ", labels.size())});
             std::vector<data::Sample> samples(images.size());
             for (std::size_t i = 0; i < images.size(); ++i) {
               samples[i].image = images[i];
               samples[i].labels = std::move(labels[i]);
             }
             return data::Dataset(std::move(samples), std::move(columns));
           }),
           py::arg("images"), py::arg("labels"), py::arg("columns") = data::Dataset::Columns{})
      .def("__len__", &data::Dataset::size)
      .def("images", [](const data::Dataset& self) { return texts(self.images()); })
      .def("labels", &data::Dataset::labels)
      .def("label_names", [](const data::Dataset& self) { return self.vocabulary().labels(); })
      .def("columns", &data::Dataset::columns)
      .def(
          "column", [](const data::Dataset& self, const std::string& name) { return self.column(name); }, py::arg("name"))
      .def(
          "split_by",
          [](const data::Dataset& self, const std::string& column, const std::vector<std::string>& values) {
            return self.split_by(column, std::span<const std::string>(values));
          },
          py::arg("column"), py::arg("values"))
      .def(
          "select", [](const data::Dataset& self, const std::vector<std::size_t>& positions) { return self.select(positions); },
          py::arg("positions"))
      .def("concat", &data::Dataset::concat, py::arg("other"))
      .def(
          "targets",
          [](const data::Dataset& self, const std::vector<std::string>& labels) {
            const Matrix<float> targets = self.targets(encoding::Vocabulary(labels));
            return py::array_t<float>(std::vector<std::size_t>{targets.rows(), targets.columns()}, targets.data());
          },
          py::arg("labels"));
  const data::ReadCsvOptions csv;
  module.def(
      "read_csv",
      [](const std::string& path, const std::string& image, const std::string& labels, char delimiter, char separator,
         const std::optional<std::string>& root, data::EmptyLabels empty, data::Unnamed unnamed,
         const std::string& unknown_mark) {
        const py::gil_scoped_release release;
        return data::read_csv(path, {.image = image,
                                     .labels = labels,
                                     .delimiter = delimiter,
                                     .separator = separator,
                                     .root = root,
                                     .empty = empty,
                                     .unnamed = unnamed,
                                     .unknown_mark = unknown_mark});
      },
      py::arg("path"), py::arg("image") = csv.image, py::arg("labels") = csv.labels, py::arg("delimiter") = csv.delimiter,
      py::arg("separator") = csv.separator, py::arg("root") = py::none(), py::arg("empty") = csv.empty,
      py::arg("unnamed") = csv.unnamed, py::arg("unknown_mark") = csv.unknown_mark);
}

void bind_inspection(py::module_& module) {
  using data::Inspection;
  py::class_<data::LabelSummary>(module, "LabelSummary")
      .def_readonly("label", &data::LabelSummary::label)
      .def_readonly("count", &data::LabelSummary::count)
      .def_readonly("per_split", &data::LabelSummary::per_split);
  py::class_<data::UnreadableFile>(module, "UnreadableFile")
      .def_property_readonly("path", [](const data::UnreadableFile& self) { return self.path.string(); })
      .def_readonly("sample", &data::UnreadableFile::sample)
      .def_readonly("reason", &data::UnreadableFile::reason);
  py::class_<Inspection>(module, "Inspection")
      .def_readonly("samples", &Inspection::samples)
      .def_readonly("cardinality", &Inspection::cardinality)
      .def_readonly("density", &Inspection::density)
      .def_readonly("most_labels", &Inspection::most_labels)
      .def_readonly("label_sets", &Inspection::label_sets)
      .def_readonly("imbalance", &Inspection::imbalance)
      .def_readonly("labels", &Inspection::labels)
      .def_readonly("splits", &Inspection::splits)
      .def_readonly("rare", &Inspection::rare)
      .def_readonly("missing", &Inspection::missing)
      .def_readonly("similar", &Inspection::similar)
      .def_readonly("empty", &Inspection::empty)
      .def_readonly("unreadable", &Inspection::unreadable)
      .def_readonly("duplicates", &Inspection::duplicates)
      .def_readonly("duplicates_across_splits", &Inspection::duplicates_across_splits)
      .def_readonly("smallest", &Inspection::smallest)
      .def_readonly("largest", &Inspection::largest)
      .def_readonly("files_read", &Inspection::files_read)
      .def_readonly("looks_multi_class", &Inspection::looks_multi_class)
      .def("to_text", &Inspection::to_text, py::arg("examples") = 5)
      .def("__str__", [](const Inspection& self) { return self.to_text(); });
  const data::InspectOptions options;
  module.def(
      "inspect",
      [](const data::Dataset& dataset, data::FileCheck files, const std::string& split, std::size_t rare_below,
         std::size_t threads) {
        const py::gil_scoped_release release;
        return data::inspect(dataset, {.files = files, .split = split, .rare_below = rare_below, .threads = threads});
      },
      py::arg("dataset"), py::arg("files") = options.files, py::arg("split") = options.split,
      py::arg("rare_below") = options.rare_below, py::arg("threads") = options.threads);
}

void bind_loader(py::module_& module) {
  py::class_<PythonEpoch>(module, "Epoch").def("next", &PythonEpoch::next).def("close", &PythonEpoch::close);
  const data::DataLoaderOptions options;
  py::class_<AnyDataLoader>(module, "DataLoader")
      .def(py::init([](const data::Dataset& dataset, const std::vector<std::string>& labels, bool ignore_unknown,
                       const AnyAugmentation& augmentation, std::size_t batch_size, std::size_t workers, bool shuffle,
                       std::uint64_t seed, std::size_t prefetch, bool drop_last, bool skip_errors) {
             const encoding::MultiLabelBinarizer<std::string> columns(
                 {.classes = labels,
                  .unknown = ignore_unknown ? encoding::UnknownLabel::ignore : encoding::UnknownLabel::error});
             const py::gil_scoped_release release;
             return AnyDataLoader(dataset, columns, augmentation,
                                  {.batch_size = batch_size,
                                   .workers = workers,
                                   .order = shuffle ? data::Order::shuffled : data::Order::sequential,
                                   .seed = seed,
                                   .prefetch = prefetch,
                                   .last_batch = drop_last ? data::LastBatch::drop : data::LastBatch::keep,
                                   .on_error = skip_errors ? data::OnError::skip : data::OnError::raise});
           }),
           py::arg("dataset"), py::arg("labels"), py::arg("ignore_unknown"), py::arg("augmentation"),
           py::arg("batch_size") = options.batch_size, py::arg("workers") = options.workers, py::arg("shuffle") = false,
           py::arg("seed") = options.seed, py::arg("prefetch") = options.prefetch, py::arg("drop_last") = false,
           py::arg("skip_errors") = false)
      .def(
          "epoch", [](const AnyDataLoader& self, std::uint32_t number) { return PythonEpoch(self.epoch(number)); },
          py::arg("number"))
      .def("order", &AnyDataLoader::order, py::arg("number"))
      .def("batches", &AnyDataLoader::batches)
      .def("samples", &AnyDataLoader::samples)
      .def("labels", [](const AnyDataLoader& self) { return self.vocabulary().labels(); })
      .def("ignored_labels", &AnyDataLoader::ignored_labels)
      .def("skipped",
           [](const AnyDataLoader& self) {
             std::vector<std::pair<std::size_t, std::string>> list;
             for (const auto& [sample, reason] : self.skipped()) list.emplace_back(sample, reason);
             return list;
           })
      .def("preprocessing", [](const AnyDataLoader& self) { return self.preprocessing(); });
}

}  // namespace

void bind_data(py::module_& module) {
  py::enum_<data::EmptyLabels>(module, "EmptyLabels")
      .value("none", data::EmptyLabels::none)
      .value("unknown", data::EmptyLabels::unknown)
      .value("error", data::EmptyLabels::error);
  py::enum_<data::Unnamed>(module, "Unnamed").value("absent", data::Unnamed::absent).value("unknown", data::Unnamed::unknown);
  py::enum_<data::FileCheck>(module, "FileCheck")
      .value("none", data::FileCheck::none)
      .value("bytes", data::FileCheck::bytes)
      .value("pixels", data::FileCheck::pixels);
  bind_dataset(module);
  bind_inspection(module);
  bind_loader(module);
  bind_split(module);
  module.def(
      "read_image",
      [](const std::string& path, std::size_t max_pixels) {
        cv::Mat image;
        {
          const py::gil_scoped_release release;
          image = data::read_image(path, {.max_pixels = max_pixels});
        }
        return from_image(std::move(image));
      },
      py::arg("path"), py::arg("max_pixels") = data::ReadImageOptions{}.max_pixels);
}

}  // namespace multilabel::python

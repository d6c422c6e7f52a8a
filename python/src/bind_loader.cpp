// SPDX-License-Identifier: Apache-2.0
// multilabel._core.data: the loader, its samplers and its epochs.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/data.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "any_mixer.hpp"
#include "bind.hpp"
#include "core_docs.hpp"
#include "loader.hpp"
#include "matrix_arrays.hpp"
#include "samples.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;

// A Python object that C++ may copy and drop without holding the GIL.
using Shared = std::shared_ptr<py::object>;

Shared share(py::object object) {
  return {new py::object(std::move(object)), [](py::object* held) {
            const py::gil_scoped_acquire gil;
            delete held;
          }};
}

// An array over the floats of a batch; the batch's memory returns to the loader when the array dies.
py::array_t<float> array_of(const std::shared_ptr<float[]>& floats, std::vector<std::size_t> shape) {
  auto* owner = new std::shared_ptr<float[]>(floats);
  const py::capsule keep(owner, [](void* pointer) { delete static_cast<std::shared_ptr<float[]>*>(pointer); });
  return py::array_t<float>(shape, floats.get(), keep);
}

py::array_t<float> images_of(const data::Batch& batch) {
  return array_of(batch.images, {batch.samples, batch.channels, batch.height, batch.width});
}

py::array_t<float> targets_of(const data::Batch& batch) { return array_of(batch.targets, {batch.samples, batch.labels}); }

// `order(epoch)` of Python's; the last answer is kept, so that one epoch has one order even where the function forgets it.
class PythonSampler {
 public:
  PythonSampler(py::object order, std::size_t size) : order_(share(std::move(order))), size_(size) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const {
    const py::gil_scoped_acquire gil;
    if (!last_->second.empty() && last_->first == epoch) return last_->second;
    *last_ = {epoch, (*order_)(epoch).cast<std::vector<std::size_t>>()};
    return last_->second;
  }

 private:
  Shared order_;
  std::size_t size_;
  std::shared_ptr<std::pair<std::uint32_t, std::vector<std::size_t>>> last_ =
      std::make_shared<std::pair<std::uint32_t, std::vector<std::size_t>>>();
};

// A user's own data set, `item(i) -> (image, labels)`; the GIL is taken for the length of a call. An OSError of it, which is
// what an image that cannot be read raises, counts as an unusable sample where those are passed over.
class PythonSource {
 public:
  PythonSource(py::object item, std::size_t size, std::string fingerprint, bool passes_over)
      : item_(share(std::move(item))), size_(size), fingerprint_(std::move(fingerprint)), passes_over_(passes_over) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  [[nodiscard]] data::Sample operator[](std::size_t i) const {
    const py::gil_scoped_acquire gil;
    try {
      return to_sample((*item_)(i), i, "data.DataLoader");
    } catch (py::error_already_set& error) {
      if (!passes_over_ || !error.matches(PyExc_OSError)) throw;
      const std::string text = py::str(error.value());
      fail<DataError>({"data.DataLoader", "the data set must give its samples", join_text(text, " for sample ", i)});
    }
  }

 private:
  Shared item_;
  std::size_t size_;
  std::string fingerprint_;
  bool passes_over_;
};

// An epoch in Python's hands. Its workers may be waiting for the GIL, so it ends without it.
class PythonEpoch {
 public:
  explicit PythonEpoch(AnyDataLoader loader, data::Epoch epoch, std::uint32_t number)
      : loader_(std::move(loader)), epoch_(std::make_unique<data::Epoch>(std::move(epoch))), number_(number) {}
  PythonEpoch(PythonEpoch&&) = default;
  PythonEpoch& operator=(PythonEpoch&&) = delete;
  ~PythonEpoch() { close(); }

  void close() {
    if (!epoch_) return;
    const py::gil_scoped_release release;
    position_ = epoch_->position();
    epoch_.reset();
  }

  // Never waits for the stream while holding the GIL: a worker may hold the one and want the other.
  [[nodiscard]] std::size_t position() const {
    const py::gil_scoped_release release;
    return epoch_ ? epoch_->position() : position_;
  }

  py::tuple next() {
    std::optional<data::Batch> batch;
    if (epoch_) {
      try {
        const py::gil_scoped_release release;
        batch = epoch_->next([] {
          const py::gil_scoped_acquire gil;
          if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        });
      } catch (const py::error_already_set& error) {
        note(error);
        throw;
      }
    }
    if (!batch) {
      close();
      throw py::stop_iteration();
    }
    return py::make_tuple(images_of(*batch), targets_of(*batch), py::array_t<std::int64_t>(py::cast(batch->indices)));
  }

 private:
  // An exception of the user's own keeps its type; a note says which sample it belongs to (from Python 3.11 on).
  void note(const py::error_already_set& error) const {
    const auto failed = [&] {
      const py::gil_scoped_release release;
      return epoch_->failed();
    }();
    if (!failed || !py::hasattr(error.value(), "add_note")) return;
    const std::size_t sample = loader_.order(number_)[*failed];
    error.value().attr("add_note")(
        join_text("raised for ", loader_.image_name(sample), " (sample ", sample, ") in a DataLoader"));
  }

  AnyDataLoader loader_;
  std::unique_ptr<data::Epoch> epoch_;
  std::uint32_t number_;
  std::size_t position_ = 0;
};

data::BatchTransform transform_of(const py::object& object) {
  if (object.is_none()) return {};
  if (py::isinstance<AnyMixer>(object)) return data::mixing(object.cast<AnyMixer>());
  if (py::isinstance<AnyBatchTransform>(object)) return object.cast<AnyBatchTransform>().call;
  return [call = share(object)](data::Batch& batch, RandomKey key) {
    const py::gil_scoped_acquire gil;
    (*call)(images_of(batch), targets_of(batch), key.seed, key.epoch, key.index, key.stream);
  };
}

// Python's memory for batches: `make(floats)` gives a one-dimensional float32 array, which lives as long as its buffer.
data::Allocate allocate_of(const py::object& make) {
  if (make.is_none()) return data::allocate_floats;
  return [make = share(make)](std::size_t size) -> std::shared_ptr<float[]> {
    const py::gil_scoped_acquire gil;
    auto array = (*make)(size).cast<py::array_t<float, py::array::c_style>>();
    float* floats = array.mutable_data();
    return {floats, [owner = share(std::move(array))](float*) {}};
  };
}

// By name: `raise` cannot be a member of a Python enum.
data::OnError on_error_of(const std::string& name) {
  if (name == "raise") return data::OnError::raise;
  if (name == "skip") return data::OnError::skip;
  if (name == "replace") return data::OnError::replace;
  fail<ArgumentError>({"data.DataLoader", "on_error must be one of 'raise', 'skip', 'replace'", quoted(name)});
}

void bind_samplers(py::module_& module) {
  using data::AnySampler;
  py::enum_<data::Uneven>(module, "Uneven")
      .value("pad", data::Uneven::pad)
      .value("drop", data::Uneven::drop)
      .value("keep", data::Uneven::keep);
  py::class_<AnySampler>(module, "Sampler")
      .def("size", &AnySampler::size)
      .def(
          "order",
          [](const AnySampler& self, std::uint32_t epoch) { return py::array_t<std::int64_t>(py::cast(self.order(epoch))); },
          py::arg("epoch"));
  module.def(
      "sequential_sampler", [](std::size_t samples) { return AnySampler(data::SequentialSampler(samples)); },
      py::arg("samples"));
  module.def(
      "shuffled_sampler",
      [](std::size_t samples, std::uint64_t seed) { return AnySampler(data::ShuffledSampler(samples, seed)); },
      py::arg("samples"), py::arg("seed"));
  module.def(
      "distributed_sampler",
      [](const AnySampler& base, std::size_t rank, std::size_t world_size, data::Uneven uneven) {
        return AnySampler(data::DistributedSampler(base, {.rank = rank, .world_size = world_size, .uneven = uneven}));
      },
      py::arg("base"), py::arg("rank"), py::arg("world_size"), py::arg("uneven"));
  using Targets = py::array_t<float, py::array::c_style | py::array::forcecast>;
  const auto view = [](const Targets& targets) {
    return MatrixView<const float>(targets.data(), static_cast<std::size_t>(targets.shape(0)),
                                   static_cast<std::size_t>(targets.shape(1)));
  };
  module.def(
      "repeat_factor_sampler",
      [view](const Targets& targets, double threshold, std::uint64_t seed) {
        data::RepeatFactorSampler sampler(view(targets), {.threshold = threshold, .seed = seed});
        const auto factors = sampler.factors();
        return std::pair(AnySampler(std::move(sampler)), py::array_t<double>(py::cast(factors)));
      },
      py::arg("targets"), py::arg("threshold"), py::arg("seed"));
  module.def(
      "class_aware_sampler",
      [view](const Targets& targets, std::size_t samples, std::uint64_t seed) {
        return AnySampler(data::ClassAwareSampler(view(targets), {.samples = samples, .seed = seed}));
      },
      py::arg("targets"), py::arg("samples"), py::arg("seed"));
  module.def(
      "python_sampler", [](py::object order, std::size_t size) { return AnySampler(PythonSampler(std::move(order), size)); },
      py::arg("order"), py::arg("size"));
}

}  // namespace

void bind_loader(py::module_& module) {
  py::enum_<data::Cache>(module, "Cache")
      .value("none", data::Cache::none)
      .value("bytes", data::Cache::bytes)
      .value("decoded", data::Cache::decoded)
      .value("shrunk", data::Cache::shrunk);
  py::class_<data::CacheStatistics>(module, "CacheStatistics", cache_statistics_doc)
      .def_readonly("images", &data::CacheStatistics::images)
      .def_readonly("bytes", &data::CacheStatistics::bytes)
      .def_readonly("limit", &data::CacheStatistics::limit)
      .def_readonly("hits", &data::CacheStatistics::hits)
      .def_readonly("misses", &data::CacheStatistics::misses);
  py::class_<AnyBatchTransform>(module, "BatchTransform");
  bind_samplers(module);
  py::class_<PythonEpoch>(module, "Epoch")
      .def("next", &PythonEpoch::next)
      .def("close", &PythonEpoch::close)
      .def("position", &PythonEpoch::position);
  const data::DataLoaderOptions options;
  py::class_<AnyDataLoader>(module, "DataLoader")
      .def(
          py::init([](const py::object& dataset, std::size_t size, const std::string& fingerprint,
                      const std::vector<std::string>& labels, bool ignore_unknown,
                      const augmentation::AnyPipeline& augmentation, std::size_t batch_size, std::size_t workers, bool shuffle,
                      std::uint64_t seed, std::size_t prefetch, bool drop_last, const std::string& on_error_name,
                      data::Cache cache, std::size_t cache_bytes, double shrink, const std::optional<data::AnySampler>& sampler,
                      const py::object& batch_transform, const py::object& allocate) {
            const data::OnError on_error = on_error_of(on_error_name);
            const encoding::MultiLabelBinarizer<std::string> columns(
                {.classes = labels,
                 .unknown = ignore_unknown ? encoding::UnknownLabel::ignore : encoding::UnknownLabel::error});
            data::DataLoaderOptions chosen{.batch_size = batch_size,
                                           .workers = workers,
                                           .order = shuffle ? data::Order::shuffled : data::Order::sequential,
                                           .seed = seed,
                                           .prefetch = prefetch,
                                           .last_batch = drop_last ? data::LastBatch::drop : data::LastBatch::keep,
                                           .on_error = on_error,
                                           .cache = cache,
                                           .cache_bytes = cache_bytes,
                                           .shrink = shrink,
                                           .sampler = sampler.value_or(data::AnySampler()),
                                           .batch_transform = transform_of(batch_transform),
                                           .allocate = allocate_of(allocate)};
            if (!py::isinstance<data::Dataset>(dataset)) {
              const PythonSource source(dataset, size, fingerprint, on_error != data::OnError::raise);
              return AnyDataLoader(source, columns, augmentation, std::move(chosen));
            }
            const auto own = dataset.cast<data::Dataset>();
            const py::gil_scoped_release release;
            return AnyDataLoader(own, columns, augmentation, std::move(chosen));
          }),
          py::arg("dataset"), py::arg("size"), py::arg("fingerprint"), py::arg("labels"), py::arg("ignore_unknown"),
          py::arg("augmentation"), py::arg("batch_size") = options.batch_size, py::arg("workers") = options.workers,
          py::arg("shuffle") = false, py::arg("seed") = options.seed, py::arg("prefetch") = options.prefetch,
          py::arg("drop_last") = false, py::arg("on_error") = "raise", py::arg("cache") = options.cache,
          py::arg("cache_bytes") = options.cache_bytes, py::arg("shrink") = options.shrink, py::arg("sampler") = py::none(),
          py::arg("batch_transform") = py::none(), py::arg("allocate") = py::none())
      .def(
          "epoch",
          [](const AnyDataLoader& self, std::uint32_t number, std::size_t position) {
            if (position == 0) return PythonEpoch(self, self.epoch(number), number);
            return PythonEpoch(self, self.load_state_dict(self.state_dict(number, position)), number);
          },
          py::arg("number"), py::arg("position") = 0)
      .def(
          "state_dict",
          [](const AnyDataLoader& self, std::uint32_t number, std::size_t position) {
            return self.state_dict(number, position).to_json();
          },
          py::arg("number"), py::arg("position"))
      .def(
          "load_state_dict",
          [](const AnyDataLoader& self, const std::string& text) {
            const auto saved = data::LoaderState::from_json(text);
            self.require_state(saved);
            return std::pair(saved.epoch, saved.position);
          },
          py::arg("text"))
      .def("order", &AnyDataLoader::order, py::arg("number"))
      .def("batches", &AnyDataLoader::batches)
      .def("batches_after", &AnyDataLoader::batches_after, py::arg("position"))
      .def("samples", &AnyDataLoader::samples)
      .def("labels", [](const AnyDataLoader& self) { return self.vocabulary().labels(); })
      .def("ignored_labels", &AnyDataLoader::ignored_labels)
      .def("skipped",
           [](const AnyDataLoader& self) {
             std::vector<std::pair<std::size_t, std::string>> list;
             for (const auto& [sample, reason] : self.skipped()) list.emplace_back(sample, reason);
             return list;
           })
      .def("cache_statistics", &AnyDataLoader::cache_statistics)
      .def("preprocessing", [](const AnyDataLoader& self) { return self.preprocessing(); });
}

}  // namespace multilabel::python

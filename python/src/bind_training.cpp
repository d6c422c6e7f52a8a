// SPDX-License-Identifier: Apache-2.0
// multilabel._torch.training: the trainer over anything, its callbacks and what it leaves behind.

#include <pybind11/iostream.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/training.hpp>

#include <multilabel/loss/any_loss.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "loader.hpp"
#include "matrix_arrays.hpp"
#include "python_objects.hpp"
#include "training_docs.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace multilabel::python {

namespace {

// A choice by its name, or an ArgumentError that lists the names.
template <class Enum>
Enum choice(std::string_view field, const std::string& name, std::initializer_list<Enum> values) {
  std::string known;
  for (const Enum value : values) {
    if (name == to_string(value)) return value;
    known += (known.empty() ? "" : ", ") + multilabel::quoted(to_string(value));
  }
  fail<ArgumentError>({"training", join_text(field, " must be one of ", known), multilabel::quoted(name)});
}

training::Monitor monitor_from(const std::string& name) {
  using enum training::Monitor;
  return choice("monitor", name, {validation_loss, mean_average_precision, f1_samples, f1_micro});
}

py::dict row_dict(const training::EpochRow& row) {
  return py::dict("epoch"_a = row.epoch, "training_loss"_a = row.training_loss, "validation_loss"_a = row.validation_loss,
                  "mean_average_precision"_a = row.mean_average_precision, "f1_samples"_a = row.f1_samples,
                  "f1_micro"_a = row.f1_micro, "learning_rate"_a = row.learning_rate, "seconds"_a = row.seconds);
}

void bind_history(py::module_& module) {
  using training::EpochRow;
  using training::History;
  py::class_<EpochRow>(module, "EpochRow", epoch_row_doc)
      .def_readonly("epoch", &EpochRow::epoch)
      .def_readonly("training_loss", &EpochRow::training_loss)
      .def_readonly("validation_loss", &EpochRow::validation_loss)
      .def_readonly("mean_average_precision", &EpochRow::mean_average_precision)
      .def_readonly("f1_samples", &EpochRow::f1_samples)
      .def_readonly("f1_micro", &EpochRow::f1_micro)
      .def_readonly("learning_rate", &EpochRow::learning_rate)
      .def_readonly("seconds", &EpochRow::seconds)
      .def("to_dict", &row_dict)
      .def("__repr__", [](const EpochRow& row) {
        return "EpochRow(" + py::str(py::module_::import("builtins").attr("repr")(row_dict(row))).cast<std::string>() + ")";
      });
  py::class_<History>(module, "History", history_doc)
      .def_readonly("epochs", &History::epochs)
      .def_readonly("best_epoch", &History::best_epoch)
      .def_property_readonly("best", &History::best)
      .def_property_readonly("stopped", [](const History& self) { return to_string(self.stopped); })
      .def("to_csv", [](const History& self) { return training::to_csv(self); })
      .def("to_dict",
           [](const History& self) {
             py::dict columns;
             for (const auto& [name, value] : row_dict({})) columns[name] = py::list();
             for (const auto& row : self.epochs)
               for (const auto& [name, value] : row_dict(row)) columns[name].cast<py::list>().append(value);
             return columns;
           })
      .def("__len__", [](const History& self) { return self.epochs.size(); })
      .def("__repr__", [](const History& self) {
        return join_text("History(", self.epochs.size(), " epochs, best_epoch=", self.best_epoch.value_or(0), ", stopped='",
                         to_string(self.stopped), "')");
      });
}

void bind_events(py::module_& module) {
  using training::TrainingState;
  py::enum_<training::Flow>(module, "Flow", flow_doc)
      .value("proceed", training::Flow::proceed)
      .value("stop", training::Flow::stop);
  py::class_<TrainingState>(module, "TrainingState", training_state_doc)
      .def_readonly("epoch", &TrainingState::epoch)
      .def_readonly("epochs", &TrainingState::epochs)
      .def_readonly("step", &TrainingState::step)
      .def_readonly("steps", &TrainingState::steps)
      .def_readonly("validation_step", &TrainingState::validation_step)
      .def_readonly("validation_steps", &TrainingState::validation_steps)
      .def_readonly("loss", &TrainingState::loss)
      .def_readonly("training_loss", &TrainingState::training_loss)
      .def_readonly("learning_rate", &TrainingState::learning_rate)
      .def_readonly("is_best", &TrainingState::is_best)
      .def_property_readonly("history", [](const TrainingState& self) { return *self.history; })
      .def("save_checkpoint", &TrainingState::save_checkpoint, "path"_a, py::call_guard<py::gil_scoped_release>())
      .def("save_weights", &TrainingState::save_weights, "path"_a, py::call_guard<py::gil_scoped_release>());
}

// A progress bar on a Python stream.
struct PythonProgressBar {
  PythonProgressBar(const py::object& stream, training::ProgressStyle style, double seconds)
      : buffer(stream), output(&buffer), bar({.stream = &output, .style = style, .seconds = seconds}) {}
  py::detail::pythonbuf buffer;
  std::ostream output;
  training::ProgressBar bar;

  void on_fit_begin(const training::TrainingState& state) { bar.on_fit_begin(state); }
  void on_epoch_begin(const training::TrainingState& state) { bar.on_epoch_begin(state); }
  void on_step_end(const training::TrainingState& state) { bar.on_step_end(state); }
  void on_validation_step_end(const training::TrainingState& state) { bar.on_validation_step_end(state); }
  void on_epoch_end(const training::TrainingState& state) { bar.on_epoch_end(state); }
  void on_fit_end(const training::TrainingState& state) { bar.on_fit_end(state); }
};

void bind_callbacks(py::module_& module) {
  using namespace training;
  py::class_<AnyCallback>(module, "AnyCallback");
  module.def("python_callback", &python_callback, "name"_a, "events"_a);

  const EarlyStoppingOptions early;
  py::class_<EarlyStopping, std::shared_ptr<EarlyStopping>>(module, "EarlyStopping")
      .def(py::init([](std::size_t patience, double min_delta, const std::string& monitor) {
             return std::make_shared<EarlyStopping>(
                 EarlyStoppingOptions{.patience = patience, .min_delta = min_delta, .monitor = monitor_from(monitor)});
           }),
           py::kw_only(), "patience"_a = early.patience, "min_delta"_a = early.min_delta,
           "monitor"_a = to_string(early.monitor))
      .def("erase", &any_callback<EarlyStopping>);
  py::class_<ModelCheckpoint, std::shared_ptr<ModelCheckpoint>>(module, "ModelCheckpoint")
      .def(py::init<std::filesystem::path>(), "folder"_a)
      .def_property_readonly("best", &ModelCheckpoint::best)
      .def_property_readonly("last", &ModelCheckpoint::last)
      .def("erase", &any_callback<ModelCheckpoint>);
  py::class_<CSVLogger, std::shared_ptr<CSVLogger>>(module, "CSVLogger")
      .def(py::init<std::filesystem::path>(), "path"_a)
      .def("erase", &any_callback<CSVLogger>);
  module.def(
      "progress_bar",
      [](const py::object& stream, bool bar, double seconds) {
        auto* made = new PythonProgressBar(stream, bar ? ProgressStyle::bar : ProgressStyle::lines, seconds);
        return any_callback(std::shared_ptr<PythonProgressBar>(made, [](PythonProgressBar* held) {
          const py::gil_scoped_acquire gil;
          delete held;
        }));
      },
      "stream"_a, "bar"_a, "seconds"_a);
}

void bind_schedules(py::module_& module) {
  using namespace training;
  py::class_<Schedule>(module, "Schedule", schedule_doc)
      .def("factor", &Schedule::factor, "step"_a, "total"_a)
      .def("__eq__", [](const Schedule& a, const Schedule& b) { return a == b; }, py::is_operator());
  const StepOptions defaults;
  module.def("constant", [](double warmup) { return constant({.warmup = warmup}); }, py::kw_only(), "warmup"_a = 0.0);
  module.def(
      "cosine", [](double warmup, double end) { return cosine({.warmup = warmup, .end = end}); }, py::kw_only(),
      "warmup"_a = 0.0, "end"_a = 0.0);
  module.def(
      "linear", [](double warmup, double end) { return linear({.warmup = warmup, .end = end}); }, py::kw_only(),
      "warmup"_a = 0.0, "end"_a = 0.0);
  module.def(
      "step",
      [](double warmup, double every, double multiplier) {
        return step({.warmup = warmup, .every = every, .multiplier = multiplier});
      },
      py::kw_only(), "warmup"_a = defaults.warmup, "every"_a = defaults.every, "multiplier"_a = defaults.multiplier);
}

py::dict held_out_dict(training::HeldOut held_out) {
  return py::dict("targets"_a = to_numpy(std::move(held_out.targets)), "logits"_a = to_numpy(std::move(held_out.logits)),
                  "scores"_a = to_numpy(std::move(held_out.scores)), "images"_a = held_out.images,
                  "labels"_a = held_out.vocabulary.labels());
}

void bind_held_out(py::module_& module) {
  using Array = py::array_t<float, py::array::c_style | py::array::forcecast>;
  module.def(
      "save_held_out",
      [](const std::filesystem::path& path, const Array& targets, const Array& logits, const Array& scores,
         std::vector<std::string> images, std::vector<std::string> labels) {
        const auto matrix = [](const Array& array) {
          require_matrix("training.HeldOut.save", "targets, logits and scores", array);
          const auto view = view_of<float>(array);
          return Matrix<float>(view.rows(), view.columns(), std::vector<float>(view.values().begin(), view.values().end()));
        };
        const training::HeldOut held_out{.targets = matrix(targets),
                                         .logits = matrix(logits),
                                         .scores = matrix(scores),
                                         .images = std::move(images),
                                         .vocabulary = encoding::Vocabulary(std::move(labels))};
        const py::gil_scoped_release release;
        held_out.save(path);
      },
      "path"_a, "targets"_a, "logits"_a, "scores"_a, "images"_a, "labels"_a);
  module.def(
      "load_held_out", [](const std::filesystem::path& path) { return held_out_dict(training::HeldOut::load(path)); },
      "path"_a);
}

// Ctrl-C and other signals: Python's handlers run between two batches. What they raise waits until the run has ended cleanly.
class Signals {
 public:
  explicit Signals(training::StopToken token) : token_(std::move(token)) {}

  [[nodiscard]] training::AnyCallback callback() {
    training::AnyCallback any;
    const auto look = [this](const training::TrainingState&) {
      check();
      return training::Flow::proceed;
    };
    any.fit_begin = any.step_end = any.validation_step_end = any.epoch_end = look;
    return any;
  }
  void check() {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() == 0) return;
    raised_.emplace();  // takes the error over
    token_.request_stop();
  }
  [[nodiscard]] py::object raised() const { return raised_ ? py::object(raised_->value()) : py::none(); }

 private:
  training::StopToken token_;
  std::optional<py::error_already_set> raised_;
};

class PythonTrainer {
 public:
  PythonTrainer(AnyClassifier model, loss::AnyLoss loss, const training::TrainerOptions& options)
      : model_(std::move(model)), loss_(std::move(loss)), options_(options) {
    training::detail::check(options_);
    options_.interrupts = training::Interrupts::leave_alone;  // Python has its own handler
  }

  // The history, and the exception that a signal raised or None.
  py::tuple fit(const AnyDataLoader& train, const AnyDataLoader& validation, std::vector<training::AnyCallback> callbacks,
                int epochs, const std::filesystem::path& resume, const training::StopToken& stop) {
    Signals signals(stop);
    callbacks.insert(callbacks.begin(), signals.callback());
    training::History history;
    {
      const py::gil_scoped_release release;
      training::Trainer trainer(model_, loss_, options_, training::CallbackList(std::move(callbacks)));
      history = trainer.fit(train, validation, {.epochs = epochs, .resume = resume, .stop = stop});
    }
    return py::make_tuple(history, signals.raised());
  }

  training::Evaluation evaluate(const AnyDataLoader& source) {
    const py::gil_scoped_release release;
    return training::evaluate(answers(source, "training.Trainer.evaluate"), loss_);
  }

  py::dict predict(const AnyDataLoader& source) {
    training::HeldOut held_out;
    {
      const py::gil_scoped_release release;
      held_out = answers(source, "training.Trainer.predict");
    }
    return held_out_dict(std::move(held_out));
  }

 private:
  training::HeldOut answers(const AnyDataLoader& source, std::string_view where) {
    const training::detail::TorchSettings settings(options_.threads);
    return training::predict(model_, source, options_.memory_format, where, [] {
      const py::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      return true;
    });
  }

  AnyClassifier model_;
  loss::AnyLoss loss_;
  training::TrainerOptions options_;
};

void bind_trainer(py::module_& module) {
  using namespace training;
  const TrainerOptions defaults;
  py::class_<AnyClassifierImpl, AnyClassifier>(module, "AnyClassifier").def("names", [](const AnyClassifierImpl& self) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : model::named_state(self)) names.push_back(name);
    return names;
  });
  module.def("native_classifier", [](std::shared_ptr<model::ClassifierImpl> native) -> AnyClassifier {
    return std::make_shared<NativeClassifier>(std::move(native));
  });
  module.def("python_classifier",
             [](const py::object& made) -> AnyClassifier { return std::make_shared<PythonClassifier>(made); });
  module.def("python_loss", [](const py::object& call) { return loss::AnyLoss(PythonLoss(call)); });

  py::class_<StopToken>(module, "StopToken", stop_token_doc)
      .def(py::init<>())
      .def("request_stop", &StopToken::request_stop)
      .def_property_readonly("stop_requested", &StopToken::stop_requested);

  py::class_<Evaluation>(module, "Evaluation", evaluation_doc)
      .def_readonly("loss", &Evaluation::loss)
      .def_readonly("mean_average_precision", &Evaluation::mean_average_precision)
      .def_readonly("f1_samples", &Evaluation::f1_samples)
      .def_readonly("f1_micro", &Evaluation::f1_micro)
      .def("__repr__", [](const Evaluation& self) {
        return join_text("Evaluation(loss=", self.loss, ", mean_average_precision=", self.mean_average_precision,
                         ", f1_samples=", self.f1_samples, ", f1_micro=", self.f1_micro, ")");
      });

  py::class_<PythonTrainer>(module, "Trainer")
      .def(py::init([](AnyClassifier model, const loss::AnyLoss& loss, double learning_rate, double weight_decay,
                       const std::string& optimizer, const Schedule& schedule, double ema_decay, double clip_norm,
                       std::size_t accumulate, std::uint64_t seed, bool channels_last, std::size_t threads,
                       const std::string& monitor) {
             return PythonTrainer(
                 std::move(model), loss,
                 {.learning_rate = learning_rate,
                  .weight_decay = weight_decay,
                  .optimizer = choice("optimizer", optimizer, {Optimizer::adamw, Optimizer::adam, Optimizer::sgd}),
                  .schedule = schedule,
                  .ema_decay = ema_decay,
                  .clip_norm = clip_norm,
                  .accumulate = accumulate,
                  .seed = seed,
                  .memory_format = channels_last ? MemoryFormat::channels_last : MemoryFormat::contiguous,
                  .threads = threads,
                  .monitor = monitor_from(monitor)});
           }),
           "model"_a, "loss"_a, py::kw_only(), "learning_rate"_a = defaults.learning_rate,
           "weight_decay"_a = defaults.weight_decay, "optimizer"_a = to_string(defaults.optimizer),
           py::arg_v("schedule", defaults.schedule, "constant()"), "ema_decay"_a = defaults.ema_decay,
           "clip_norm"_a = defaults.clip_norm, "accumulate"_a = defaults.accumulate, "seed"_a = defaults.seed,
           "channels_last"_a = defaults.memory_format == MemoryFormat::channels_last, "threads"_a = defaults.threads,
           "monitor"_a = to_string(defaults.monitor))
      .def("fit", &PythonTrainer::fit, "train"_a, "validation"_a, "callbacks"_a, "epochs"_a, "resume"_a, "stop"_a)
      .def("evaluate", &PythonTrainer::evaluate, "source"_a)
      .def("predict", &PythonTrainer::predict, "source"_a);
}

}  // namespace

void bind_training(py::module_& module) {
  bind_history(module);
  bind_events(module);
  bind_callbacks(module);
  bind_schedules(module);
  bind_held_out(module);
  bind_trainer(module);
}

}  // namespace multilabel::python

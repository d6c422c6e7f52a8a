// SPDX-License-Identifier: Apache-2.0
// multilabel._torch.training: the trainer over anything, its callbacks and what it leaves behind.

#include <pybind11/iostream.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/training.hpp>

#include <multilabel/evaluation/measures.hpp>
#include <multilabel/loss/any_loss.hpp>
#include <multilabel/model/classifier.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "held_out.hpp"
#include "loader.hpp"
#include "matrix_arrays.hpp"
#include "python_objects.hpp"
#include "shown.hpp"
#include "training_docs.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace multilabel::python {

namespace {

py::dict as_dict(const evaluation::Measurements& measured) {
  py::dict made;
  for (const auto& [name, value] : measured) made[py::str(name)] = value;
  return made;
}

py::dict row_dict(const training::EpochRow& row) {
  py::dict made = as_dict(row.columns());
  made["epoch"] = row.epoch;
  return made;
}

// A number by its name as an attribute; what Python looks for beside numbers (`__deepcopy__`) is not there.
double attribute(const char* type, const evaluation::Measurements& measured, const std::string& name) {
  if (measured.contains(name)) return measured[name];
  throw py::attribute_error(join_text(type, " has no column ", multilabel::quoted(name)));
}

std::string text_of(const char* type, const py::dict& numbers) {
  std::string text;
  for (const auto& [name, value] : numbers) {
    text += join_text(text.empty() ? "" : ", ", name.cast<std::string>(), "=", py::repr(value).cast<std::string>());
  }
  return join_text(type, "(", text, ")");
}

std::string history_text(const training::History& history) { return training::detail::to_json(history).dump(); }
training::History history_of(const std::string& text) {
  return training::detail::history_from(training::detail::Json::parse(text));
}

void bind_history(py::module_& module) {
  using evaluation::Measurements;
  using training::EpochRow;
  using training::History;
  py::class_<EpochRow>(module, "EpochRow", epoch_row_doc)
      .def_readonly("epoch", &EpochRow::epoch)
      .def_readonly("training_loss", &EpochRow::training_loss)
      .def_readonly("learning_rate", &EpochRow::learning_rate)
      .def_readonly("seconds", &EpochRow::seconds)
      .def("__getattr__",
           [](const EpochRow& self, const std::string& name) { return attribute("EpochRow", self.measured, name); })
      .def("to_dict", &row_dict)
      .def(py::pickle([](const EpochRow& self) { return py::bytes(history_text({.epochs = {self}, .best_epoch = {}})); },
                      [](const py::bytes& text) { return history_of(text).epochs.at(0); }))
      .def("__repr__", [](const EpochRow& self) { return text_of("EpochRow", row_dict(self)); });
  py::class_<History> history(module, "History", history_doc);
  history.def_readonly("epochs", &History::epochs)
      .def_readonly("best_epoch", &History::best_epoch)
      .def_readonly("monitor", &History::monitor)
      .def_property_readonly("best", &History::best)
      .def_property_readonly("stopped", [](const History& self) { return to_string(self.stopped); })
      .def("to_csv", [](const History& self) { return training::to_csv(self); })
      .def("to_dict",
           [](const History& self) {
             py::dict columns;
             for (const auto& row : self.epochs) {
               for (const auto& [name, value] : row_dict(row)) {
                 if (!columns.contains(name)) columns[name] = py::list();
                 columns[name].cast<py::list>().append(value);
               }
             }
             return columns;
           })
      .def("__len__", [](const History& self) { return self.epochs.size(); })
      .def(py::pickle([](const History& self) { return py::bytes(history_text(self)); },
                      [](const py::bytes& text) { return history_of(text); }))
      .def("__repr__", [](const History& self) {
        return join_text("History(", self.epochs.size(), " epochs, best_epoch=", self.best_epoch.value_or(0), ", stopped='",
                         to_string(self.stopped), "')");
      });
  shows_itself_in_lines(history, "__str__");
  py::class_<Measurements>(module, "Evaluation", evaluation_doc)
      .def("__getattr__", [](const Measurements& self, const std::string& name) { return attribute("Evaluation", self, name); })
      .def("to_dict", &as_dict)
      .def(py::pickle([](const Measurements& self) { return as_dict(self); },
                      [](const py::dict& numbers) {
                        Measurements made;
                        for (const auto& [name, value] : numbers) made.set(name.cast<std::string>(), value.cast<double>());
                        return made;
                      }))
      .def("__repr__", [](const Measurements& self) { return text_of("Evaluation", as_dict(self)); });
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
                 EarlyStoppingOptions{.patience = patience, .min_delta = min_delta, .monitor = monitor});
           }),
           py::kw_only(), "patience"_a = early.patience, "min_delta"_a = early.min_delta, "monitor"_a = early.monitor)
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
      "cosine",
      [](double warmup, double end, double cycles) { return cosine({.warmup = warmup, .end = end, .cycles = cycles}); },
      py::kw_only(), "warmup"_a = 0.0, "end"_a = 0.0, "cycles"_a = 1.0);
  module.def(
      "exponential", [](double warmup, double end) { return exponential({.warmup = warmup, .end = end}); }, py::kw_only(),
      "warmup"_a, "end"_a);
  module.def(
      "polynomial",
      [](double warmup, double power, double end) { return polynomial({.warmup = warmup, .power = power, .end = end}); },
      py::kw_only(), "warmup"_a, "power"_a, "end"_a);
  module.def(
      "one_cycle", [](double rise, double start, double end) { return one_cycle({.rise = rise, .start = start, .end = end}); },
      py::kw_only(), "rise"_a, "start"_a, "end"_a);
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

void bind_plateau(py::module_& module) {
  using namespace training;
  module.def(
      "plateau",
      [](double multiplier, std::size_t patience, double threshold, std::size_t cooldown, double end,
         const Schedule& schedule) {
        return plateau(
            {.multiplier = multiplier, .patience = patience, .threshold = threshold, .cooldown = cooldown, .end = end},
            schedule);
      },
      py::kw_only(), "multiplier"_a, "patience"_a, "threshold"_a, "cooldown"_a, "end"_a, "schedule"_a);
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

// A loader of ours as it is, or any Python iterable that has been made one.
training::AnyLoader loader_from(const py::object& source, training::MemoryFormat format) {
  if (py::isinstance<training::AnyLoader>(source)) return source.cast<training::AnyLoader>();
  return training::any_loader(source.cast<const AnyDataLoader&>(), format);
}

// The step of the library, around models and losses of Python. An error of theirs leaves torch's backward pass as the
// interpreter's pending error; it must be taken from there before the loop calls Python again.
training::StepResult python_step(training::StepParts& parts, std::span<const training::TensorBatch> batches) {
  try {
    return training::GradientStep{}(parts, batches);
  } catch (...) {
    const py::gil_scoped_acquire gil;
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    throw;
  }
}

class PythonTrainer {
 public:
  PythonTrainer(std::shared_ptr<training::Network> network, loss::AnyLoss loss, training::TrainerOptions options)
      : network_(std::move(network)), loss_(std::move(loss)), options_(std::move(options)) {
    training::detail::check(options_);
    options_.interrupts = training::Interrupts::leave_alone;  // Python has its own handler
    options_.step = python_step;
  }

  // What a signal raised, or None; the rows are in `history` whatever happens.
  py::object fit(const py::object& train, const py::object& validation, std::vector<training::AnyCallback> callbacks,
                 int epochs, const std::filesystem::path& resume, const training::StopToken& stop) {
    Signals signals(stop);
    callbacks.insert(callbacks.begin(), signals.callback());
    training::AnyLoader train_loader = loader_from(train, options_.memory_format);
    std::optional<training::AnyLoader> validation_loader;
    if (!validation.is_none()) validation_loader = loader_from(validation, options_.memory_format);
    {
      const py::gil_scoped_release release;
      training::Trainer trainer(network_, loss_, options_, training::CallbackList(std::move(callbacks)));
      try {
        trainer.fit(std::move(train_loader), std::move(validation_loader), {.epochs = epochs, .resume = resume, .stop = stop});
      } catch (...) {
        history_ = trainer.history();
        throw;
      }
      history_ = trainer.history();
    }
    return signals.raised();
  }

  [[nodiscard]] const training::History& history() const noexcept { return history_; }

  evaluation::Measurements evaluate(const py::object& source) {
    const auto any = loader_from(source, options_.memory_format);
    const py::gil_scoped_release release;
    const auto answered = answers(any, "training.Trainer.evaluate");
    return training::evaluate(answered, loss_, options_.measures, "loss", training::device_of(*network_));
  }

  py::dict predict(const py::object& source) {
    const auto any = loader_from(source, options_.memory_format);
    training::HeldOut held_out;
    {
      const py::gil_scoped_release release;
      held_out = answers(any, "training.Trainer.predict");
    }
    return held_out_dict(std::move(held_out));
  }

 private:
  training::HeldOut answers(const training::AnyLoader& source, std::string_view where) {
    const training::detail::ThreadSetting threads(options_.threads);
    return training::predict(*network_, source, training::detail::answering(*network_, options_, where), where, [] {
      const py::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      return true;
    });
  }

  std::shared_ptr<training::Network> network_;
  loss::AnyLoss loss_;
  training::TrainerOptions options_;
  training::History history_;
};

training::Precision precision_from(const std::string& name) {
  using enum training::Precision;
  for (const auto precision : {float32, bfloat16, float16})
    if (name == to_string(precision)) return precision;
  fail<ArgumentError>(
      {"training.Trainer", "precision must be one of 'float32', 'bfloat16', 'float16'", multilabel::quoted(name)});
}

training::Optimizer optimizer_from(const std::string& name) {
  using enum training::Optimizer;
  for (const auto optimizer : {adamw, adam, sgd})
    if (name == to_string(optimizer)) return optimizer;
  fail<ArgumentError>({"training", "optimizer must be one of 'adamw', 'adam', 'sgd'", multilabel::quoted(name),
                       "One of torch.optim is given as an object, or as a function that makes it from parameters."});
}

void bind_parts(py::module_& module) {
  using namespace training;
  py::class_<Network, std::shared_ptr<Network>>(module, "Network").def("names", [](const Network& self) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : self.state()) names.push_back(name);
    return names;
  });
  module.def("native_network",
             [](std::shared_ptr<model::ClassifierImpl> native) { return network_of(model::Classifier(std::move(native))); });
  module.def("python_network",
             [](const py::object& made) -> std::shared_ptr<Network> { return std::make_shared<PythonNetwork>(made); });
  module.def("python_loss", [](const py::object& call) { return loss::AnyLoss(PythonLoss(call)); });
  py::class_<AnyLoader>(module, "AnyLoader");
  module.def(
      "python_loader",
      [](const py::object& source, const std::vector<std::string>& labels, std::size_t batches, std::size_t samples,
         OptionTexts description, std::uint64_t seed, bool channels_last) {
        return python_loader(source, labels, batches, samples, std::move(description), seed,
                             channels_last ? MemoryFormat::channels_last : MemoryFormat::contiguous);
      },
      "source"_a, "labels"_a, "batches"_a, "samples"_a, "description"_a, "seed"_a, "channels_last"_a);
  py::class_<AnyOptimizer>(module, "AnyOptimizer")
      .def(py::init([](const std::string& name) { return AnyOptimizer(optimizer_from(name)); }), "name"_a)
      .def(py::init([](const py::object& make, std::string name) {
             return AnyOptimizer(
                 [held = share(make)]() -> std::shared_ptr<ParameterUpdater> {
                   const py::gil_scoped_acquire gil;
                   return std::make_shared<PythonUpdater>((*held)());
                 },
                 std::move(name));
           }),
           "make"_a, "name"_a);
  py::class_<AnySchedule>(module, "AnySchedule")
      .def(py::init<const Schedule&>(), "schedule"_a)
      .def(py::init([](const py::object& call, std::string name) {
             return AnySchedule(
                 [held = share(call)](std::size_t step, std::size_t total) {
                   const py::gil_scoped_acquire gil;
                   return (*held)(step, total).cast<double>();
                 },
                 std::move(name));
           }),
           "call"_a, "name"_a);
  bind_plateau(module);
  py::class_<evaluation::Measure>(module, "Measure")
      .def(py::init(&evaluation::measure_of_name), "name"_a)
      .def(py::init(&python_measure), "name"_a, "call"_a, "lower"_a);
  const ParameterGroup group;
  py::class_<ParameterGroup>(module, "ParameterGroup", parameter_group_doc)
      .def(py::init([](std::string prefix, double rate_factor, std::optional<double> weight_decay, std::size_t frozen_epochs) {
             return ParameterGroup{std::move(prefix), rate_factor, weight_decay, frozen_epochs};
           }),
           "prefix"_a, py::kw_only(), "rate_factor"_a = group.rate_factor, "weight_decay"_a = group.weight_decay,
           "frozen_epochs"_a = group.frozen_epochs)
      .def_readonly("prefix", &ParameterGroup::prefix)
      .def_readonly("rate_factor", &ParameterGroup::rate_factor)
      .def_readonly("weight_decay", &ParameterGroup::weight_decay)
      .def_readonly("frozen_epochs", &ParameterGroup::frozen_epochs)
      .def(
          "__eq__", [](const ParameterGroup& a, const ParameterGroup& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const ParameterGroup& self) {
        return join_text("ParameterGroup(", multilabel::quoted(self.prefix), ", rate_factor=", self.rate_factor,
                         ", weight_decay=", self.weight_decay ? join_text(*self.weight_decay) : "None",
                         ", frozen_epochs=", self.frozen_epochs, ")");
      });
  module.def(
      "layer_decay",
      [](const std::vector<std::string>& names, double decay, std::size_t epochs_a_block) {
        model::NamedTensors named;
        for (const auto& name : names) named.emplace_back(name, at::Tensor());
        return layer_decay(named, {.decay = decay, .epochs_a_block = epochs_a_block});
      },
      "names"_a, "decay"_a, "epochs_a_block"_a);
}

void bind_trainer(py::module_& module) {
  using namespace training;
  py::class_<StopToken>(module, "StopToken", stop_token_doc)
      .def(py::init<>())
      .def("request_stop", &StopToken::request_stop)
      .def_property_readonly("stop_requested", &StopToken::stop_requested);

  py::class_<PythonTrainer>(module, "Trainer")
      .def(py::init([](std::shared_ptr<Network> network, const loss::AnyLoss& loss, double learning_rate, double weight_decay,
                       const AnyOptimizer& optimizer, const AnySchedule& schedule, double ema_decay, double clip_norm,
                       std::size_t accumulate, std::uint64_t seed, const std::string& device, const std::string& precision,
                       bool channels_last, std::size_t threads, const std::string& monitor, bool own_randomness,
                       std::vector<evaluation::Measure> measures, std::vector<ParameterGroup> groups) {
             return PythonTrainer(std::move(network), loss,
                                  {.learning_rate = learning_rate,
                                   .weight_decay = weight_decay,
                                   .optimizer = optimizer,
                                   .schedule = schedule,
                                   .ema_decay = ema_decay,
                                   .clip_norm = clip_norm,
                                   .accumulate = accumulate,
                                   .seed = seed,
                                   .device = device,
                                   .precision = precision_from(precision),
                                   .memory_format = channels_last ? MemoryFormat::channels_last : MemoryFormat::contiguous,
                                   .threads = threads,
                                   .monitor = monitor,
                                   .measures = std::move(measures),
                                   .groups = std::move(groups),
                                   .randomness = own_randomness ? Randomness::own : Randomness::shared});
           }),
           "model"_a, "loss"_a, py::kw_only(), "learning_rate"_a, "weight_decay"_a, "optimizer"_a, "schedule"_a, "ema_decay"_a,
           "clip_norm"_a, "accumulate"_a, "seed"_a, "device"_a, "precision"_a, "channels_last"_a, "threads"_a, "monitor"_a,
           "own_randomness"_a, "measures"_a, "groups"_a)
      .def("fit", &PythonTrainer::fit, "train"_a, "validation"_a, "callbacks"_a, "epochs"_a, "resume"_a, "stop"_a)
      .def_property_readonly("history", &PythonTrainer::history)
      .def("evaluate", &PythonTrainer::evaluate, "source"_a)
      .def("predict", &PythonTrainer::predict, "source"_a);
}

}  // namespace

void bind_training(py::module_& module) {
  bind_history(module);
  bind_events(module);
  bind_callbacks(module);
  bind_schedules(module);
  bind_parts(module);
  bind_trainer(module);
}

}  // namespace multilabel::python

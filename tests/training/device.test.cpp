// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/device.hpp"

#include <catch2/catch.hpp>

#include "multilabel/loss/asymmetric.hpp"
#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/loss/soft_f1.hpp"
#include "multilabel/model/create.hpp"
#include "multilabel/training/callbacks/model_checkpoint.hpp"
#include "multilabel/training/trainer.hpp"
#include "simulated_device.hpp"
#include "synthetic.hpp"

namespace {

namespace training = multilabel::training;
namespace model = multilabel::model;
namespace loss = multilabel::loss;

struct Outcome {
  training::History history;
  training::HeldOut answers;
  model::NamedTensors weights;
};

training::TrainerOptions on(const std::string& device) {
  return {.learning_rate = 0.02,
          .optimizer = training::Optimizer::adamw,
          .ema_decay = 0.9,
          .clip_norm = 1.0,
          .seed = 5,
          .device = device};
}

template <class Loss, class... Callbacks>
Outcome run(const training::TrainerOptions& options, const Loss& loss, const training::FitOptions& fit,
            Callbacks... callbacks) {
  synthetic::Loader train(50, 8, 1, true), validation(30, 8, 2, false);
  train.unknown = train.weighted = true;
  const synthetic::Net net;
  training::Trainer trainer{net, loss, options, callbacks...};
  Outcome outcome{.history = trainer.fit(train, validation, fit), .answers = trainer.predict(validation), .weights = {}};
  for (const auto& [name, tensor] : model::named_state(*net)) {
    if (!options.device.empty() && options.device != "cpu") CHECK(tensor.device() == simulated::device);
    outcome.weights.emplace_back(name, tensor.detach().cpu());
  }
  return outcome;
}

void check_same(const Outcome& one, const Outcome& other) {
  REQUIRE(one.history.epochs.size() == other.history.epochs.size());
  for (std::size_t i = 0; i < one.history.epochs.size(); ++i) {
    CHECK(one.history.epochs[i].training_loss == Approx(other.history.epochs[i].training_loss).epsilon(1e-4));
    CHECK(one.history.epochs[i].value("validation_loss") ==
          Approx(other.history.epochs[i].value("validation_loss")).epsilon(1e-4));
  }
  for (std::size_t i = 0; i < one.weights.size(); ++i) {
    const std::string& name = one.weights[i].first;
    // A bias in front of a batch norm has a gradient of 0 but for rounding, which Adam makes a step of.
    if (name == "first.bias" || name == "norm.running_mean") continue;
    INFO(name);
    CHECK(one.weights[i].second.allclose(other.weights[i].second, 1e-3, 1e-3));
  }
  CHECK(one.answers.logits.size() == other.answers.logits.size());
}

}  // namespace

TEST_CASE("device: names", "[.device]") {
  simulated::plugged_in = true;
  CHECK(model::device_of_name("here", "cpu") == at::Device(at::kCPU));
  CHECK(model::device_of_name("here", "hpu") == simulated::device);
  CHECK_THROWS_WITH(model::device_of_name("here", "gpu"),
                    Catch::Contains("device must be auto, cpu, cuda") && Catch::Contains("'gpu'"));
  CHECK_THROWS_WITH(model::device_of_name("here", "hpu:7"), Catch::Contains("device must be there"));
  CHECK_THROWS_WITH(model::device_of_name("here", "meta"), Catch::Contains("'meta'"));
}

TEST_CASE("device: a run on an accelerator is the run on the CPU", "[.device]") {
  simulated::plugged_in = true;
  const auto same = [](const auto& loss, auto change) {
    auto cpu = on("cpu"), there = on("hpu");
    change(cpu);
    change(there);
    check_same(run(cpu, loss, {.epochs = 2}), run(there, loss, {.epochs = 2}));
  };
  same(loss::BCEWithLogits{}, [](auto&) {});
  same(loss::Asymmetric{}, [](auto& options) { options.accumulate = 3; });
  same(loss::SoftF1{}, [](auto& options) { options.optimizer = training::Optimizer::sgd; });
}

TEST_CASE("device: random numbers of layers depend on the run alone", "[.device]") {
  simulated::plugged_in = true;
  const auto twice = [] { return run(on("hpu"), loss::BCEWithLogits{}, {.epochs = 1}).history.epochs[0].training_loss; };
  const double first = twice();
  at::rand({3});
  CHECK(twice() == first);
  auto shared = on("hpu");
  shared.randomness = training::Randomness::shared;
  synthetic::Loader train(50, 8, 1, true);
  const synthetic::Net net;
  training::Trainer trainer{net, loss::BCEWithLogits{}, shared};
  const at::Tensor before = at::globalContext().defaultGenerator(at::kCPU).get_state();
  trainer.fit(train, {.epochs = 1});
  CHECK(at::globalContext().defaultGenerator(at::kCPU).get_state().equal(before));
}

TEST_CASE("device: a checkpoint goes on elsewhere", "[.device]") {
  simulated::plugged_in = true;
  const auto whole = run(on("cpu"), loss::SoftF1{}, {.epochs = 3});
  for (const auto& [first, second] : {std::pair{"cpu", "hpu"}, std::pair{"hpu", "cpu"}}) {
    const synthetic::Folder folder;
    struct StopAfter {
      int epochs;
      training::Flow on_epoch_end(const training::TrainingState&) {
        return --epochs == 0 ? training::Flow::stop : training::Flow::proceed;
      }
    };
    run(on(first), loss::SoftF1{}, {.epochs = 3}, training::ModelCheckpoint(folder.path), StopAfter{2});
    check_same(run(on(second), loss::SoftF1{}, {.epochs = 3, .resume = folder.path}), whole);
  }
}

TEST_CASE("device: a step does not wait for the device", "[.device]") {
  simulated::plugged_in = true;
  struct Reads {
    std::shared_ptr<std::vector<std::size_t>> at = std::make_shared<std::vector<std::size_t>>();
    void on_step_end(const training::TrainingState&) { at->push_back(simulated::reads); }
  } reads;
  auto options = on("hpu");
  run(options, loss::BCEWithLogits{}, {.epochs = 1}, reads);
  REQUIRE(reads.at->size() == 7);
  for (std::size_t i = 2; i < reads.at->size(); ++i)
    CHECK((*reads.at)[i] - (*reads.at)[i - 1] == 2);  // loss and norm of the step before
}

TEST_CASE("device: a loss that is not finite is named a step later", "[.device]") {
  simulated::plugged_in = true;
  synthetic::Loader train(50, 8, 1, true);
  const synthetic::Net net;
  std::size_t calls = 0;
  const auto loss = [&calls](const at::Tensor& logits, const at::Tensor& targets, const multilabel::loss::LossInputs& inputs) {
    const at::Tensor value = multilabel::loss::BCEWithLogits{}(logits, targets, inputs);
    return ++calls == 3 ? value * std::numeric_limits<double>::quiet_NaN() : value;
  };
  training::Trainer trainer{net, loss, on("hpu")};
  CHECK_THROWS_WITH(trainer.fit(train, {.epochs = 1}),
                    Catch::Contains("the loss must be finite") && Catch::Contains("batch 3 of 7"));
}

TEST_CASE("device: backbones and heads are moved whole", "[.device]") {
  simulated::plugged_in = true;
  const auto logits = [](const std::string& device, const std::string& name, const char* head) {
    auto net = model::create(name, {.labels = 3, .head = {head}, .seed = 1});
    if (device != "cpu") net->to(model::device_of_name("here", device));
    net->eval();
    return net->forward(at::linspace(-1, 1, 2 * 3 * 32 * 32).reshape({2, 3, 32, 32}).to(model::device_of_name("here", device)))
        .cpu();
  };
  for (const auto& [name, head] : {std::pair{"resnet18", "linear"}, {"resnet18", "csra"}, {"efficientnet_lite0", "linear"}}) {
    INFO(name << ", " << head);
    CHECK(logits("hpu", name, head).allclose(logits("cpu", name, head), 1e-4, 1e-5));
  }
}

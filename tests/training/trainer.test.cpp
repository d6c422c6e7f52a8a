// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/trainer.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <torch/optim/rmsprop.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/loss/soft_f1.hpp"
#include "multilabel/training/callbacks/early_stopping.hpp"
#include "multilabel/training/callbacks/model_checkpoint.hpp"
#include "multilabel/training/torch_optimizer.hpp"
#include "synthetic.hpp"

namespace training = multilabel::training;
namespace loss = multilabel::loss;
using synthetic::Folder;
using synthetic::Net;

namespace {

synthetic::Loader train_loader() { return {50, 8, 1, true}; }
synthetic::Loader validation_loader() { return {30, 8, 2, false}; }
const training::TrainerOptions usual{
    .learning_rate = 0.02, .schedule = training::cosine({.warmup = 0.1}), .ema_decay = 0.9, .seed = 5};

std::vector<at::Tensor> numbers(const Net& net) {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : multilabel::model::named_state(*net)) all.push_back(tensor.detach().clone());
  return all;
}
bool equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return x.equal(y); });
}
training::History without_time(training::History history) {
  for (auto& row : history.epochs) row.seconds = 0;
  history.stopped = training::Stopped::finished;
  return history;
}

// Stops the run after some steps or epochs of it.
struct StopAfter {
  int steps = -1, epochs = -1;
  training::Flow on_step_end(const training::TrainingState&) {
    return --steps == 0 ? training::Flow::stop : training::Flow::proceed;
  }
  training::Flow on_epoch_end(const training::TrainingState&) {
    return --epochs == 0 ? training::Flow::stop : training::Flow::proceed;
  }
};

struct Interrupt {
  training::StopToken token;
  int steps;
  void on_step_end(const training::TrainingState&) {
    if (--steps == 0) token.request_stop();
  }
};

}  // namespace

TEST_CASE("fit: learns, and the model holds the best epoch's weights") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Net net;
  training::Trainer trainer{net, loss::BCEWithLogits{}, {.learning_rate = 0.02, .seed = 5}};
  const double before = trainer.evaluate(validation)["mean_average_precision"];
  const auto history = trainer.fit(train, validation, {.epochs = 12});
  REQUIRE(history.epochs.size() == 12);
  CHECK(history.stopped == training::Stopped::finished);
  REQUIRE(history.best());
  for (const auto& row : history.epochs)
    CHECK(row.value("mean_average_precision") <= history.best()->value("mean_average_precision"));
  CHECK(history.best()->value("mean_average_precision") > before + 0.1);
  const auto now = trainer.evaluate(validation);
  CHECK(now["mean_average_precision"] == history.best()->value("mean_average_precision"));
  CHECK(now["loss"] == history.best()->value("validation_loss"));
  CHECK(now["f1_micro"] == history.best()->value("f1_micro"));
}

TEST_CASE("fit: the same seeds give the same numbers, another seed of the trainer other ones") {
  const auto run = [](std::uint64_t seed) {
    auto train = train_loader();
    auto validation = validation_loader();
    const Net net;
    training::Trainer trainer{net, loss::BCEWithLogits{}, {.learning_rate = 0.02, .seed = seed}};
    trainer.fit(train, validation, {.epochs = 2});
    return numbers(net);
  };
  CHECK(equal(run(5), run(5)));
  CHECK_FALSE(equal(run(5), run(6)));
}

TEST_CASE("fit: a resumed run is bit-equal to one that was never stopped") {
  auto train = train_loader();
  auto validation = validation_loader();
  auto options = usual;
  options.optimizer = GENERATE(training::Optimizer::adamw, training::Optimizer::adam, training::Optimizer::sgd);
  options.ema_decay = GENERATE(0.0, 0.9);
  options.accumulate = GENERATE(1, 3);
  const int steps =
      GENERATE(1, 7, 100);  // in the first epoch, at an epoch's end (7 steps, 3 with accumulate), after two epochs
  const Net whole;
  training::Trainer uninterrupted{whole, loss::BCEWithLogits{}, options, training::EarlyStopping{{.patience = 9}}};
  const auto expected = uninterrupted.fit(train, validation, {.epochs = 4});

  const Folder folder;
  const Net first;
  training::Trainer stopped{first,
                            loss::BCEWithLogits{},
                            options,
                            training::ModelCheckpoint{folder.path},
                            training::EarlyStopping{{.patience = 9}},
                            StopAfter{.steps = steps, .epochs = 2}};
  CHECK(stopped.fit(train, validation, {.epochs = 4}).stopped == training::Stopped::by_callback);

  const Net second;
  training::Trainer resumed{second, loss::BCEWithLogits{}, options, training::EarlyStopping{{.patience = 9}}};
  const auto history = resumed.fit(train, validation, {.epochs = 4, .resume = folder.path});
  CHECK(without_time(history) == without_time(expected));
  CHECK(equal(numbers(second), numbers(whole)));
}

TEST_CASE("fit: the checkpoint holds what EarlyStopping learnt in the same epoch") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Folder folder;
  const Net net;
  // The checkpoint comes first, and is written after EarlyStopping has counted all the same.
  training::Trainer trainer{net, loss::BCEWithLogits{}, usual, training::ModelCheckpoint{folder.path},
                            training::EarlyStopping{{.patience = 1, .min_delta = 10}}};
  CHECK(trainer.fit(train, validation, {.epochs = 9}).epochs.size() == 2);
  CHECK(training::load_checkpoint(folder.path).state.callbacks["early_stopping"]["waited"] == 1);
}

TEST_CASE("fit: a stop request ends the run after its step, with the checkpoint written") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Folder folder;
  const training::StopToken token;
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}, usual, training::ModelCheckpoint{folder.path}, Interrupt{token, 9}};
  const auto history = trainer.fit(train, validation, {.epochs = 4, .stop = token});
  CHECK(history.stopped == training::Stopped::interrupted);
  CHECK(history.epochs.size() == 1);
  const auto checkpoint = training::load_checkpoint(folder.path);
  CHECK(checkpoint.state.epoch == 1);
  CHECK(checkpoint.state.step == 2);  // 7 steps an epoch
}

TEST_CASE("fit: Ctrl-C stops cleanly and the default action is back afterwards") {
  struct Raise {
    void on_step_end(const training::TrainingState& state) {
      if (state.step == 3) std::raise(SIGINT);
    }
  };
  auto train = train_loader();
  auto validation = validation_loader();
  const auto former = std::signal(SIGINT, SIG_DFL);  // the test framework's
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}, usual, Raise{}};
  const auto history = trainer.fit(train, validation, {.epochs = 4});
  CHECK(history.stopped == training::Stopped::interrupted);
  CHECK(history.epochs.empty());
  CHECK(std::signal(SIGINT, former) == SIG_DFL);
}

TEST_CASE("fit: vocabularies that differ are refused before anything is learnt") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Net net;
  const auto before = numbers(net);
  training::Trainer trainer{net, loss::BCEWithLogits{}, usual};
  validation.labels = multilabel::encoding::Vocabulary{"red", "blue", "green"};
  CHECK_THROWS_AS(trainer.fit(train, validation), multilabel::LabelError);
  CHECK_THROWS_WITH(trainer.fit(train, validation), Catch::Contains("same order") && Catch::Contains("'blue'"));
  CHECK(train.epochs == 0);
  CHECK(equal(numbers(net), before));
}

TEST_CASE("fit: a checkpoint of another vocabulary, seed, optimiser or size is refused by name") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Folder folder;
  training::Trainer first{Net{}, loss::BCEWithLogits{}, usual, training::ModelCheckpoint{folder.path}};
  first.fit(train, validation, {.epochs = 1});
  const auto resume = [&](training::TrainerOptions options, auto& own_train) {
    training::Trainer second{Net{}, loss::BCEWithLogits{}, options};
    second.fit(own_train, validation, {.epochs = 2, .resume = folder.path});
  };
  auto options = usual;
  options.seed = 6;
  CHECK_THROWS_WITH(resume(options, train), Catch::Contains("seed must be that of the checkpoint, 5; got 6"));
  options = usual;
  options.optimizer = training::Optimizer::sgd;
  CHECK_THROWS_WITH(resume(options, train), Catch::Contains("optimizer must be that of the checkpoint, adamw; got sgd"));
  options = usual;
  options.ema_decay = 0;
  CHECK_THROWS_WITH(resume(options, train), Catch::Contains("ema_decay must be that of the checkpoint, 0.9; got 0"));
  options = usual;
  options.learning_rate = 0.5;
  CHECK_THROWS_WITH(resume(options, train), Catch::Contains("learning_rate must be that of the checkpoint, 0.02; got 0.5"));
  options = usual;
  options.schedule = training::cosine({.warmup = 0.2});
  CHECK_THROWS_WITH(resume(options, train), Catch::Contains("schedule.warmup must be that of the checkpoint, 0.1; got 0.2"));
  training::Trainer other_loss{Net{}, loss::BCEWithLogits{{.label_smoothing = 0.1}}, usual};
  CHECK_THROWS_WITH(other_loss.fit(train, validation, {.epochs = 2, .resume = folder.path}),
                    Catch::Contains("loss.label_smoothing.negative must be that of the checkpoint, 0; got 0.05"));
  training::Trainer other_kind{Net{}, loss::SoftF1{}, usual};
  CHECK_THROWS_WITH(other_kind.fit(train, validation, {.epochs = 2, .resume = folder.path}),
                    Catch::Contains("loss must be that of the checkpoint, BCEWithLogits; got SoftF1"));
  synthetic::Loader smaller{40, 8, 1, true};
  CHECK_THROWS_WITH(resume(usual, smaller), Catch::Contains("train.batches must be that of the checkpoint, 7; got 5"));
  auto other = train_loader();
  other.labels = validation.labels = multilabel::encoding::Vocabulary{"red", "green", "violet"};
  CHECK_THROWS_AS(resume(usual, other), multilabel::LabelError);
}

TEST_CASE("fit: a resume file that is missing, no checkpoint or damaged is named") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Folder folder;
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}, usual, training::ModelCheckpoint{folder.path}};
  CHECK_THROWS_AS(trainer.fit(train, validation, {.resume = folder.path / "none.safetensors"}), multilabel::BundleError);
  trainer.fit(train, validation, {.epochs = 1});
  CHECK_THROWS_WITH(trainer.fit(train, validation, {.resume = folder.path / "best.safetensors"}),
                    Catch::Contains("must be a checkpoint of a run") && Catch::Contains("best.safetensors"));
  std::filesystem::resize_file(folder.path / "last.safetensors", 1000);
  CHECK_THROWS_AS(trainer.fit(train, validation, {.resume = folder.path}), multilabel::BundleError);
}

TEST_CASE("fit: a loss that is no longer finite is an error that names the batch") {
  struct Explodes {
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor&, const loss::LossInputs&) const {
      return logits.sum() * (++*calls == 10 ? std::numeric_limits<double>::quiet_NaN() : 0.0);
    }
    std::shared_ptr<int> calls = std::make_shared<int>(0);
  };
  auto train = train_loader();
  auto validation = validation_loader();
  training::Trainer trainer{Net{}, Explodes{}, {.learning_rate = 0.02}};
  CHECK_THROWS_WITH(trainer.fit(train, validation),
                    Catch::Contains("the loss must be finite; got nan in epoch 2, batch 2 of 7"));
}

TEST_CASE("fit: unknown cells are skipped in loss and metrics") {
  auto train = train_loader();
  auto validation = validation_loader();
  train.unknown = validation.unknown = true;
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}, usual};
  const auto history = trainer.fit(train, validation, {.epochs = 2});
  CHECK(std::isfinite(history.epochs.back().training_loss));
  CHECK(std::isfinite(history.epochs.back().value("validation_loss")));
  CHECK(history.epochs.back().value("mean_average_precision") > 0.3);
}

TEST_CASE("fit: a model of another width than the vocabulary is named") {
  auto train = train_loader();
  auto validation = validation_loader();
  training::Trainer trainer{Net{5}, loss::BCEWithLogits{}, usual};
  CHECK_THROWS_WITH(trainer.fit(train, validation), Catch::Contains("one logit for each of the 3 labels, [8, 3]; got [8, 5]"));
}

TEST_CASE("fit: torch's random numbers and the model's mode are as before") {
  auto train = train_loader();
  auto validation = validation_loader();
  Net net;
  net->eval();
  at::manual_seed(11);
  const auto expected = at::rand({3});
  at::manual_seed(11);
  training::Trainer trainer{net, loss::BCEWithLogits{}, usual};
  trainer.fit(train, validation, {.epochs = 1});
  CHECK(at::rand({3}).equal(expected));
  CHECK_FALSE(net->is_training());
}

TEST_CASE("fit: a part that is set aside in evaluation mode stays so") {
  auto train = train_loader();
  auto validation = validation_loader();
  const Net net;
  const auto norm = net->named_children()["norm"];
  norm->eval();
  const auto before = norm->named_buffers()["running_mean"].clone();
  training::Trainer trainer{net, loss::BCEWithLogits{}, {.learning_rate = 0.02}};
  trainer.fit(train, validation, {.epochs = 2});
  CHECK(norm->named_buffers()["running_mean"].equal(before));
  CHECK_FALSE(norm->is_training());
  CHECK(net->is_training());
}

TEST_CASE("fit: a full disk ends the run and keeps the last checkpoint whole") {
  // In a child, because a limit on the size of files cannot be raised again. RLIMIT_FSIZE is what a full disk looks like.
  struct Fill {
    void on_epoch_end(const training::TrainingState& state) {
      if (state.epoch != 2) return;
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{4096, 4096};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
  };
  const Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    at::set_num_threads(1);
    auto train = train_loader();
    auto validation = validation_loader();
    training::Trainer trainer{Net{}, loss::BCEWithLogits{}, usual, Fill{}, training::ModelCheckpoint{folder.path}};
    int code = 1;
    try {
      trainer.fit(train, validation, {.epochs = 3});
    } catch (const multilabel::BundleError& error) {
      const std::string message = error.what();
      code = message.find("File too large") != std::string::npos && message.find(".safetensors") != std::string::npos ? 7 : 2;
    } catch (...) {
      code = 3;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(training::load_checkpoint(folder.path).state.epoch == 1);
}

TEST_CASE("Trainer: options out of range are refused by name") {
  const auto make = [](training::TrainerOptions options) { training::Trainer{Net{}, loss::BCEWithLogits{}, options}; };
  CHECK_THROWS_WITH(make({.learning_rate = 0}), Catch::Contains("learning_rate must be above 0"));
  CHECK_THROWS_WITH(make({.weight_decay = -1}), Catch::Contains("weight_decay must be at least 0"));
  CHECK_THROWS_WITH(make({.schedule = training::Schedule{.warmup = 2}}), Catch::Contains("warmup must be a share"));
  CHECK_THROWS_WITH(make({.ema_decay = 1}), Catch::Contains("ema_decay must be in [0, 1)"));
  CHECK_THROWS_WITH(make({.clip_norm = -1}), Catch::Contains("clip_norm must be at least 0"));
  CHECK_THROWS_WITH(make({.accumulate = 0}), Catch::Contains("accumulate must be at least 1"));
  auto train = train_loader();
  auto validation = validation_loader();
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}, usual};
  CHECK_THROWS_WITH(trainer.fit(train, validation, {.epochs = 0}), Catch::Contains("epochs must be at least 1"));
}

TEST_CASE("predict: rows are the loader's samples in order, scores the sigmoid of the logits") {
  auto validation = validation_loader();
  Net net;
  training::Trainer trainer{net, loss::BCEWithLogits{}};
  const auto held_out = trainer.predict(validation);
  CHECK(held_out.targets.rows() == 30);
  CHECK(held_out.vocabulary == validation.labels);
  net->eval();
  const auto batch = validation.epoch(0)[1];
  const at::NoGradGuard no_grad;
  const auto logits = net->forward(at::from_blob(batch.images.get(), {8, 3, 4, 4}));
  CHECK(held_out.logits(8, 1) == logits[0][1].item<float>());  // the second batch begins at row 8
  CHECK(held_out.scores(8, 1) == at::sigmoid(logits)[0][1].item<float>());
  CHECK(held_out.targets(8, 1) == batch.targets[1]);
}

TEST_CASE("predict: answers in evaluation mode whatever mode the model is in") {
  auto validation = validation_loader();
  Net net;
  training::Trainer trainer{net, loss::BCEWithLogits{}};
  net->eval();
  const auto expected = trainer.predict(validation);
  net->train();
  CHECK(trainer.predict(validation).logits == expected.logits);
  CHECK(net->is_training());
}

TEST_CASE("fit: a model that a callback puts into evaluation mode is trained in the next epoch all the same") {
  struct Look {
    Net net;
    std::shared_ptr<std::vector<bool>> seen = std::make_shared<std::vector<bool>>();
    void on_step_end(const training::TrainingState&) { seen->push_back(net->is_training()); }
    void on_epoch_end(const training::TrainingState&) { net->eval(); }
  };
  auto train = train_loader();
  auto validation = validation_loader();
  Net net;
  net->eval();
  const Look look{net};
  training::Trainer trainer{net, loss::BCEWithLogits{}, usual, look};
  trainer.fit(train, validation, {.epochs = 2});
  CHECK(*look.seen == std::vector<bool>(14, true));
  CHECK_FALSE(net->is_training());
}

TEST_CASE("fit: parameters that a callback thaws are learnt from then on") {
  struct Thaw {
    at::Tensor weight;
    void on_epoch_begin(const training::TrainingState& state) { weight.requires_grad_(state.epoch == 2); }
  };
  auto train = train_loader();
  auto validation = validation_loader();
  const Net net;
  const auto weight = net->named_parameters()["first.weight"];
  const auto before = weight.detach().clone();
  training::Trainer once{net, loss::BCEWithLogits{}, {.learning_rate = 0.02}, Thaw{weight}};
  once.fit(train, {.epochs = 1});
  CHECK(weight.equal(before));
  once.fit(train, {.epochs = 2});
  CHECK_FALSE(weight.equal(before));
}

TEST_CASE("fit: groups have a rate of their own, and begin later") {
  auto train = train_loader();
  const Net net;
  const auto first = net->named_parameters()["first.weight"], last = net->named_parameters()["last.weight"];
  const auto before = first.detach().clone(), last_before = last.detach().clone();
  training::TrainerOptions options{.learning_rate = 0.02};
  options.groups = {{.prefix = "first.", .frozen_epochs = 1}, {.prefix = "last.", .rate_factor = 0, .weight_decay = 0.0}};
  training::Trainer trainer{net, loss::BCEWithLogits{}, options};
  trainer.fit(train, {.epochs = 1});
  CHECK(first.equal(before));
  CHECK(first.requires_grad());
  CHECK(last.equal(last_before));
  trainer.fit(train, {.epochs = 2});
  CHECK_FALSE(first.equal(before));
  options.groups = {{.prefix = "lost."}};
  training::Trainer wrong{net, loss::BCEWithLogits{}, options};
  CHECK_THROWS_WITH(wrong.fit(train), Catch::Contains("prefix must be that of a parameter; got 'lost.'"));
}

TEST_CASE("fit: batches that are added up make the step of one large batch, uneven ones too") {
  const auto reduction = GENERATE(loss::Reduction::mean, loss::Reduction::sum, loss::Reduction::sum_per_image);
  const auto step = [&](std::size_t batch, std::size_t together) {
    const Net net;
    for (const auto& part : net->children()) part->eval();  // the statistics of a batch are its own
    struct Quiet {
      Net net;
      void on_epoch_begin(const training::TrainingState&) {
        for (const auto& part : net->children()) part->eval();
      }
    };
    synthetic::Loader train{19, batch, 1, false};
    train.unknown = true;
    training::TrainerOptions options{.learning_rate = 0.1, .weight_decay = 0, .accumulate = together};
    options.optimizer = training::Optimizer::sgd;
    training::Trainer trainer{net, loss::BCEWithLogits{{.reduction = reduction}}, options, Quiet{net}};
    trainer.fit(train, {.epochs = 1});
    return net->named_parameters()["last.weight"].detach();
  };
  CHECK(step(19, 1).allclose(step(8, 3), 1e-4, 1e-6));
}

TEST_CASE("fit: a sample without a weight teaches nothing") {
  const auto learn = [](bool weighted) {
    synthetic::Loader train{1, 1, 1, false};
    train.weighted = weighted;
    const Net net;
    for (const auto& part : net->children()) part->eval();
    const auto before = net->named_parameters()["last.bias"].detach().clone();
    training::Trainer trainer{net, loss::BCEWithLogits{}, {.learning_rate = 0.1, .weight_decay = 0}};
    trainer.fit(train, {.epochs = 1});
    return !net->named_parameters()["last.bias"].equal(before);
  };
  CHECK(learn(false));
  CHECK_FALSE(learn(true));
}

TEST_CASE("fit: an exception leaves the rows and the best weights") {
  struct Explodes {
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets, const loss::LossInputs& inputs) const {
      return loss::BCEWithLogits{}(logits, targets, inputs) *
             (++*calls == 20 ? std::numeric_limits<double>::quiet_NaN() : 1.0);  // 7 steps and a validation an epoch
    }
    std::shared_ptr<int> calls = std::make_shared<int>(0);
  };
  auto train = train_loader();
  auto validation = validation_loader();
  const Folder folder;
  const Net net;
  training::Trainer trainer{net, Explodes{}, {.learning_rate = 0.02}, training::ModelCheckpoint{folder.path}};
  CHECK_THROWS_AS(trainer.fit(train, validation), multilabel::ArgumentError);
  CHECK(trainer.history().epochs.size() == 2);
  for (const auto& [name, tensor] : multilabel::model::load_safetensors(folder.path / "best.safetensors").tensors) {
    const auto now = multilabel::model::named_state(*net);
    const auto found = std::find_if(now.begin(), now.end(), [&, name = name](const auto& one) { return one.first == name; });
    CHECK(found->second.equal(tensor));
  }
}

TEST_CASE("fit: a gradient that is not finite is named by its parameter") {
  struct Explodes {
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor&, const loss::LossInputs&) const {
      return (logits.sum() * 0).sqrt();  // its value is 0, its derivative infinite
    }
  };
  auto train = train_loader();
  training::Trainer trainer{Net{}, Explodes{}, {.learning_rate = 0.02}};
  CHECK_THROWS_WITH(trainer.fit(train), Catch::Contains("gradient of every parameter must be finite") &&
                                            Catch::Contains("'first.weight' in epoch 1"));
}

TEST_CASE("fit: a parameter that is an expanded tensor is refused by name") {
  auto train = train_loader();
  Net net;
  net->named_parameters()["first.bias"].set_data(at::zeros({1}).expand({8}));
  training::Trainer trainer{net, loss::BCEWithLogits{}};
  CHECK_THROWS_WITH(trainer.fit(train), Catch::Contains("without gaps and overlaps") && Catch::Contains("'first.bias'"));
}

TEST_CASE("fit: without validation rows have no measures, and the last weights stay") {
  auto train = train_loader();
  const Net net;
  training::Trainer trainer{net, loss::BCEWithLogits{}, usual};
  const auto history = trainer.fit(train, {.epochs = 2});
  CHECK(history.best_epoch == 2u);
  CHECK(history.epochs.back().measured.size() == 0);
  CHECK(history.epochs.back().value("training_loss") == history.epochs.back().training_loss);
}

TEST_CASE("fit: a measure of one's own is a column, and may be monitored") {
  auto train = train_loader();
  auto validation = validation_loader();
  auto options = usual;
  options.measures.push_back({"worst", [n = 0](const auto&) mutable { return ++n; }, multilabel::evaluation::Better::lower});
  options.monitor = "worst";
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}, options};
  const auto history = trainer.fit(train, validation, {.epochs = 3});
  CHECK(history.best_epoch == 1u);  // 1, 2, 3, and the lower is the better
  CHECK(history.epochs[2].value("worst") == 3);
  options.monitor = "best";
  CHECK_THROWS_WITH((training::Trainer{Net{}, loss::BCEWithLogits{}, options}), Catch::Contains("'worst'; got 'best'"));
}

TEST_CASE("fit: SoftF1 remembers over a resume in the middle of an epoch") {
  const auto run = [](const training::FitOptions& fit, auto... callbacks) {
    auto train = train_loader();
    auto validation = validation_loader();
    training::Trainer trainer{Net{}, loss::SoftF1{}, {.learning_rate = 0.02}, callbacks...};
    return trainer.fit(train, validation, fit);
  };
  const Folder folder;
  const auto whole = run({.epochs = 2});
  run({.epochs = 2}, training::ModelCheckpoint{folder.path}, StopAfter{.steps = 3});
  CHECK(without_time(run({.epochs = 2, .resume = folder.path})) == without_time(whole));
}

TEST_CASE("fit: two runs in two threads are those of one after the other, and torch's own numbers stay") {
  const auto run = [](std::uint64_t seed, const Net& net) {
    auto train = train_loader();
    auto validation = validation_loader();
    training::TrainerOptions options{.learning_rate = 0.02, .seed = seed, .interrupts = training::Interrupts::leave_alone};
    training::Trainer trainer{net, loss::BCEWithLogits{}, options};
    return without_time(trainer.fit(train, validation, {.epochs = 4}));
  };
  const auto first = run(1, Net{}), second = run(2, Net{});
  const Net one, two;  // to make them draws from torch's own generator
  at::manual_seed(11);
  const auto expected = at::rand({3});
  at::manual_seed(11);
  training::History other;
  std::thread thread([&] { other = run(2, two); });
  CHECK(run(1, one) == first);
  thread.join();
  CHECK(other == second);
  CHECK(at::rand({3}).equal(expected));
}

TEST_CASE("fit: a plateau needs something to watch") {
  auto train = train_loader();
  training::TrainerOptions options{.schedule = training::plateau({.patience = 0, .threshold = 10})};
  training::Trainer blind{Net{}, loss::BCEWithLogits{}, options};
  CHECK_THROWS_WITH(blind.fit(train, {.epochs = 1}),
                    Catch::Contains("must have validation") && Catch::Contains("got 'mean_average_precision'"));
  options.monitor = "training_loss";
  training::Trainer watching{Net{}, loss::BCEWithLogits{}, options};
  const auto history = watching.fit(train, {.epochs = 3});
  CHECK(history.epochs[2].learning_rate == Approx(options.learning_rate * 0.1));
}

TEST_CASE("fit: a step of one's own takes the place of the usual one") {
  auto train = train_loader();
  const Net net;
  const auto before = numbers(net);
  training::TrainerOptions options;
  options.step = [](training::StepParts& parts, std::span<const training::TensorBatch> batches) {
    return training::StepResult{.losses = std::vector(batches.size(), at::ones({})),
                                .samples = std::vector<std::size_t>(batches.size(), 1),
                                .learning_rate = parts.learning_rate};
  };
  training::Trainer trainer{net, loss::BCEWithLogits{}, options};
  CHECK(trainer.fit(train, {.epochs = 1}).epochs[0].training_loss == 1);
  CHECK(equal(numbers(net), before));
}

TEST_CASE("fit: an optimiser of torch's learns, and resumes bit-equal") {
  training::TrainerOptions options{.learning_rate = 0.01, .schedule = training::cosine()};
  options.optimizer = training::torch_optimizer("rmsprop", [](auto groups) {
    return std::make_unique<torch::optim::RMSprop>(std::move(groups), torch::optim::RMSpropOptions().momentum(0.5));
  });
  const auto run = [&](const training::FitOptions& fit, auto... callbacks) {
    auto train = train_loader();
    auto validation = validation_loader();
    training::Trainer trainer{Net{}, loss::BCEWithLogits{}, options, callbacks...};
    return trainer.fit(train, validation, fit);
  };
  const Folder folder;
  const auto whole = run({.epochs = 3});
  CHECK(whole.epochs[2].training_loss < whole.epochs[0].training_loss);
  run({.epochs = 3}, training::ModelCheckpoint{folder.path}, StopAfter{.steps = 10});
  CHECK(without_time(run({.epochs = 3, .resume = folder.path})) == without_time(whole));
}

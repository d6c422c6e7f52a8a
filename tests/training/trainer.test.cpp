// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/trainer.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/training/callbacks/early_stopping.hpp"
#include "multilabel/training/callbacks/model_checkpoint.hpp"
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
  const double before = trainer.evaluate(validation).mean_average_precision;
  const auto history = trainer.fit(train, validation, {.epochs = 12});
  REQUIRE(history.epochs.size() == 12);
  CHECK(history.stopped == training::Stopped::finished);
  REQUIRE(history.best());
  for (const auto& row : history.epochs) CHECK(row.mean_average_precision <= history.best()->mean_average_precision);
  CHECK(history.best()->mean_average_precision > before + 0.1);
  const auto now = trainer.evaluate(validation);
  CHECK(now.mean_average_precision == history.best()->mean_average_precision);
  CHECK(now.loss == history.best()->validation_loss);
  CHECK(now.f1_micro == history.best()->f1_micro);
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
  CHECK_THROWS_WITH(resume(options, train), Catch::Contains("ema_decay must be that of the checkpoint, on; got off"));
  synthetic::Loader smaller{40, 8, 1, true};
  CHECK_THROWS_WITH(resume(usual, smaller), Catch::Contains("training samples must be that of the checkpoint, 50; got 40"));
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
  CHECK(std::isfinite(history.epochs.back().validation_loss));
  CHECK(history.epochs.back().mean_average_precision > 0.3);
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
  CHECK_THROWS_WITH(make({.schedule = {.warmup = 2}}), Catch::Contains("warmup must be a share"));
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
  const auto logits = net->forward(training::images_of(batch, training::MemoryFormat::contiguous));
  CHECK(held_out.logits(8, 1) == logits[0][1].item<float>());  // the second batch begins at row 8
  CHECK(held_out.scores(8, 1) == at::sigmoid(logits)[0][1].item<float>());
  CHECK(held_out.targets(8, 1) == batch.targets[1]);
}

TEST_CASE("HeldOut: comes back from its file as it was") {
  auto validation = validation_loader();
  validation.unknown = true;
  training::Trainer trainer{Net{}, loss::BCEWithLogits{}};
  auto held_out = trainer.predict(validation);
  held_out.images.assign(30, "images/\"quoted\".png");
  const Folder folder;
  held_out.save(folder.path / "deeper" / "held_out.safetensors");
  const auto loaded = training::HeldOut::load(folder.path / "deeper" / "held_out.safetensors");
  CHECK(loaded.logits == held_out.logits);
  CHECK(loaded.scores == held_out.scores);
  CHECK(std::isnan(loaded.targets(0, 0)));
  CHECK(loaded.targets(0, 1) == held_out.targets(0, 1));
  CHECK(loaded.images == held_out.images);
  CHECK(loaded.vocabulary == held_out.vocabulary);
}

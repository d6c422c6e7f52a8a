// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cmath>
#include <sstream>

#include "multilabel/training/callback.hpp"
#include "multilabel/training/callbacks/csv_logger.hpp"
#include "multilabel/training/callbacks/early_stopping.hpp"
#include "multilabel/training/callbacks/model_checkpoint.hpp"
#include "multilabel/training/callbacks/progress_bar.hpp"

namespace training = multilabel::training;

namespace {

struct OnlyEpochEnd {
  training::Flow on_epoch_end(const training::TrainingState&) { return training::Flow::stop; }
};
struct ReturnsNothing {
  void on_step_end(const training::TrainingState&) {}
};
struct WrongArgument {
  training::Flow on_epoch_end(int) { return training::Flow::proceed; }
};
struct WrongResult {
  bool on_epoch_end(const training::TrainingState&) { return true; }
};
class Hidden {
  training::Flow on_fit_end(const training::TrainingState&) { return training::Flow::proceed; }
};
struct Template {
  template <class T>
  void on_step_end(const T&) {}
};
struct RightAndWrong {
  void on_step_end(const training::TrainingState&) {}
  void on_fit_begin() {}
};
struct Nothing {};
struct Final final {
  void on_epoch_begin(int) {}
};

static_assert(training::callback<OnlyEpochEnd> && training::handles_epoch_end<OnlyEpochEnd>);
static_assert(!training::handles_step_end<OnlyEpochEnd>);
static_assert(training::callback<ReturnsNothing>);
static_assert(training::callback<Template>);
static_assert(!training::callback<WrongArgument>, "a wrong argument is no event");
static_assert(!training::callback<WrongResult>, "a result that is no Flow is no event");
static_assert(!training::callback<Hidden>, "a private member is no event");
static_assert(!training::callback<RightAndWrong>, "one right event does not excuse a wrong one");
static_assert(!training::callback<Nothing>, "an object without events is no callback");
static_assert(!training::callback<Final>, "a final class is looked into as well");
static_assert(training::callback<training::EarlyStopping> && training::stateful_callback<training::EarlyStopping>);
static_assert(training::callback<training::ModelCheckpoint> && !training::stateful_callback<training::ModelCheckpoint>);
static_assert(training::callback<training::CSVLogger> && training::callback<training::ProgressBar>);

training::TrainingState state_with(std::vector<double> values) {
  auto history = std::make_shared<training::History>();
  for (const double value : values) {
    history->epochs.push_back({.epoch = history->epochs.size() + 1, .measured = {{"mean_average_precision", value}}});
  }
  training::TrainingState state;
  state.epoch = values.size();
  state.epochs = 9;
  state.history = history;
  return state;
}

}  // namespace

TEST_CASE("notify: an event without a result proceeds, a missing one too") {
  OnlyEpochEnd stops;
  ReturnsNothing nothing;
  const training::TrainingState state;
  CHECK(training::detail::notify<training::detail::EpochEnd>(stops, state) == training::Flow::stop);
  CHECK(training::detail::notify<training::detail::StepEnd>(stops, state) == training::Flow::proceed);
  CHECK(training::detail::notify<training::detail::StepEnd>(nothing, state) == training::Flow::proceed);
}

TEST_CASE("TrainingState: saving after the run is an error that says so") {
  const training::TrainingState state;
  CHECK_THROWS_WITH(state.save_weights("x"), Catch::Contains("must happen within an event"));
}

TEST_CASE("EarlyStopping: stops after patience epochs without a better value") {
  training::EarlyStopping stopping{{.patience = 2}};
  CHECK(stopping.on_epoch_end(state_with({0.5})) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state_with({0.5, 0.5})) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state_with({0.5, 0.5, 0.6})) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state_with({0.5, 0.5, 0.6, 0.6})) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state_with({0.5, 0.5, 0.6, 0.6, 0.59})) == training::Flow::stop);
}

TEST_CASE("EarlyStopping: a gain of at most min_delta does not count") {
  training::EarlyStopping stopping{{.patience = 1, .min_delta = 0.1}};
  CHECK(stopping.on_epoch_end(state_with({0.5})) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state_with({0.5, 0.59})) == training::Flow::stop);
}

TEST_CASE("EarlyStopping: the smaller loss is the better one, and NaN never is") {
  training::EarlyStopping stopping{{.patience = 2, .monitor = "validation_loss"}};
  auto state = [](double loss) {
    auto made = state_with({0.0});
    auto history = std::make_shared<training::History>(*made.history);
    history->epochs.back().measured.set("validation_loss", loss);
    made.history = history;
    return made;
  };
  CHECK(stopping.on_epoch_end(state(0.5)) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state(std::nan(""))) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state(0.4)) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state(0.4)) == training::Flow::proceed);
  CHECK(stopping.on_epoch_end(state(0.45)) == training::Flow::stop);
}

TEST_CASE("EarlyStopping: its memory goes through a checkpoint, and a new run begins without it") {
  training::EarlyStopping first{{.patience = 2}};
  (void)first.on_epoch_end(state_with({0.5}));
  (void)first.on_epoch_end(state_with({0.5, 0.4}));
  training::EarlyStopping second{{.patience = 2}};
  second.restore(first.state());
  CHECK(second.on_epoch_end(state_with({0.5, 0.4, 0.4})) == training::Flow::stop);
  second.on_fit_begin(state_with({}));
  CHECK(second.on_epoch_end(state_with({0.1})) == training::Flow::proceed);
}

TEST_CASE("EarlyStopping: options out of range are refused by name") {
  CHECK_THROWS_WITH(training::EarlyStopping({.patience = 0}), Catch::Contains("patience must be at least 1"));
  CHECK_THROWS_WITH(training::EarlyStopping({.min_delta = -1}), Catch::Contains("min_delta must be at least 0"));
}

TEST_CASE("ProgressBar: writes a line for the epoch and one for the end, with the time left between") {
  std::ostringstream stream;
  training::ProgressBar bar{{.stream = &stream, .seconds = 0}};
  auto state = state_with({0.625});
  state.epochs = 2;
  state.steps = 4;
  state.step = 1;
  state.training_loss = 0.25;
  bar.on_fit_begin(state);
  bar.on_epoch_begin(state);
  bar.on_step_end(state);
  CHECK_THAT(stream.str(), Catch::StartsWith("epoch 1/2 step 1/4, loss 0.2500, 0:00 left\n"));
  bar.on_epoch_end(state);
  CHECK_THAT(stream.str(), Catch::Contains("epoch 1/2: loss 0.0000, mean average precision 0.6250, 0.0 s\n"));
  bar.on_fit_end(state);
  CHECK_THAT(stream.str(), Catch::EndsWith("done after 0:00\n"));
  CHECK_THAT(stream.str(), !Catch::Contains("\r"));
}

TEST_CASE("ProgressBar: the bar stays on one line until the epoch ends") {
  std::ostringstream stream;
  training::ProgressBar bar{{.stream = &stream, .style = training::ProgressStyle::bar, .width = 4}};
  auto state = state_with({});
  bar.on_fit_begin(state);
  for (int i = 0; i < 1000; ++i) bar.on_step_end(state);
  CHECK_THAT(stream.str(), !Catch::Contains("\n"));
}

TEST_CASE("CSVLogger: numbers come back as they were") {
  training::History history;
  history.epochs.push_back({.epoch = 1,
                            .training_loss = 0.1,
                            .measured = {{"validation_loss", 1.0 / 3}, {"mine", 0}},
                            .learning_rate = 1e-5,
                            .seconds = 2});
  CHECK(training::to_csv(history) ==
        "epoch,training_loss,validation_loss,mine,learning_rate,seconds\n1,0.1,0.3333333333333333,0,1e-05,2\n");
}

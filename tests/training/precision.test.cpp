// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/precision.hpp"

#include <ATen/ops/matmul.h>

#include <catch2/catch.hpp>

#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/training/callbacks/model_checkpoint.hpp"
#include "multilabel/training/trainer.hpp"
#include "synthetic.hpp"

namespace {

namespace training = multilabel::training;
using training::Precision;

}  // namespace

TEST_CASE("precision: operations choose their type only while it lives") {
  const at::Tensor x = at::rand({4, 4});
  {
    const training::detail::Autocast autocast(Precision::bfloat16, at::kCPU);
    CHECK(at::matmul(x, x).scalar_type() == at::kBFloat16);
    const training::detail::Autocast inner(Precision::float16, at::kCPU);
    CHECK(at::matmul(x, x).scalar_type() == at::kHalf);
  }
  CHECK(at::matmul(x, x).scalar_type() == at::kFloat);
  const training::detail::Autocast none(Precision::float32, at::kCPU);
  CHECK(at::matmul(x, x).scalar_type() == at::kFloat);
}

TEST_CASE("precision: the factor of a float16 loss halves after an overflow and stays else") {
  training::GradientScaler scaler(Precision::float16, at::kCPU);
  std::vector<at::Tensor> gradients{at::full({2}, 65536.0)};
  CHECK(scaler.unscale(gradients));
  CHECK(gradients[0].equal(at::ones({2})));
  std::vector<at::Tensor> overflown{at::full({2}, std::numeric_limits<float>::infinity())};
  CHECK_FALSE(scaler.unscale(overflown));
  CHECK(scaler.scaled(at::ones({})).item<double>() == 32768);
  training::GradientScaler other(Precision::float16, at::kCPU);
  other.restore(scaler.state());
  CHECK(other.scaled(at::ones({})).item<double>() == 32768);
  CHECK(training::GradientScaler(Precision::bfloat16, at::kCPU).state().empty());
}

TEST_CASE("precision: runs learn, and resume to the bit") {
  for (const Precision precision : {Precision::bfloat16, Precision::float16}) {
    INFO(to_string(precision));
    const auto run = [&](const training::FitOptions& fit, auto... callbacks) {
      synthetic::Loader train(50, 8, 1, true), validation(30, 8, 2, false);
      const synthetic::Net net;
      training::Trainer trainer{
          net, multilabel::loss::BCEWithLogits{}, {.learning_rate = 0.02, .seed = 5, .precision = precision}, callbacks...};
      return trainer.fit(train, validation, fit).epochs;
    };
    const auto whole = run({.epochs = 4});
    CHECK(whole.back().training_loss < whole.front().training_loss);
    struct Stop {
      training::Flow on_epoch_end(const training::TrainingState& state) {
        return state.epoch == 2 ? training::Flow::stop : training::Flow::proceed;
      }
    };
    const synthetic::Folder folder;
    run({.epochs = 4}, training::ModelCheckpoint(folder.path), Stop{});
    const auto resumed = run({.epochs = 4, .resume = folder.path});
    REQUIRE(resumed.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(resumed[i].training_loss == whole[i].training_loss);
  }
}

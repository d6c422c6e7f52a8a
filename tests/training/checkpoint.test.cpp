// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/checkpoint.hpp"

#include <ATen/ops/ones.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "synthetic.hpp"

namespace training = multilabel::training;
using synthetic::Folder;

namespace {

training::Checkpoint sample() {
  training::Checkpoint checkpoint;
  checkpoint.state.labels = {"cat", "dog"};
  checkpoint.state.options = {{"optimizer", "adamw"}, {"seed", "18446744073709551615"}};
  checkpoint.state.loss_sum = 0.1 + 0.2;  // not a short decimal
  checkpoint.state.history.monitor = "f1_micro";
  checkpoint.state.history.epochs.push_back({.epoch = 1, .measured = {{"z", std::nan("")}, {"a", 0.5}}, .seconds = 1.0 / 3});
  checkpoint.state.history.best_epoch = 1;
  checkpoint.state.callbacks["early_stopping"] = {{"waited", 2}, {"best", 1e-17}};
  checkpoint.add("model", {{"weight", at::ones({2})}});
  checkpoint.add("average", {{"weight", at::ones({2}) * 3}});
  return checkpoint;
}

}  // namespace

TEST_CASE("checkpoint: comes back with every number as it was, NaN included") {
  const Folder folder;
  training::save_checkpoint(folder.path / "last.safetensors", sample());
  const auto loaded = training::load_checkpoint(folder.path);  // the folder stands for its last.safetensors
  CHECK(loaded.state.labels == sample().state.labels);
  CHECK(loaded.state.options == sample().state.options);
  CHECK(loaded.state.loss_sum == 0.1 + 0.2);
  CHECK(loaded.state.history.monitor == "f1_micro");
  REQUIRE(loaded.state.history.epochs.size() == 1);
  CHECK(std::isnan(loaded.state.history.epochs[0].value("z")));
  CHECK(loaded.state.history.epochs[0].measured.begin()->first == "z");  // the order of the columns is theirs
  CHECK(loaded.state.history.epochs[0].seconds == 1.0 / 3);
  CHECK(loaded.state.history.best_epoch == 1);
  CHECK(loaded.state.callbacks == sample().state.callbacks);
  REQUIRE(loaded.part("average").size() == 1);
  CHECK(loaded.part("average")[0].first == "weight");
  CHECK(loaded.part("average")[0].second.equal(at::ones({2}) * 3));
}

TEST_CASE("checkpoint: one of a newer release, or with a field missing, is refused and named") {
  const Folder folder;
  const auto path = folder.path / "last.safetensors";
  const auto with = [&](const auto& change) {
    auto json = training::detail::to_json(sample().state);
    change(json);
    multilabel::model::save_safetensors(path, {}, {{"format", "multilabel.checkpoint"}, {"state", json.dump()}});
  };
  with([](auto& json) { json["version"] = 3; });
  CHECK_THROWS_WITH(training::load_checkpoint(path), Catch::Contains("version must be 2; got 3 in '" + path.string()));
  with([](auto& json) { json.erase("options"); });
  CHECK_THROWS_WITH(training::load_checkpoint(path), Catch::Contains("must be complete JSON") && Catch::Contains("options"));
  with([](auto& json) { json["step"] = 1e300; });
  CHECK_THROWS_WITH(training::load_checkpoint(path), Catch::Contains("'step' must be a whole number"));
}

// SPDX-License-Identifier: Apache-2.0
// From image files to a served model: read, inspect, encode, augment, train, tune the threshold, test once, save, predict.
// Usage: example_010_quickstart [<weights>.safetensors [<output folder> [<epochs>]]], from the project's folder.

#include <iomanip>
#include <iostream>
#include <multilabel/multilabel.hpp>
#include <string>

namespace ml = multilabel;

int main(int argc, char** argv) {
  const std::string weights = argc > 1 ? argv[1] : ".cache/efficientnet_lite0.safetensors";
  const std::string out = argc > 2 ? argv[2] : "out/quickstart";
  const int epochs = argc > 3 ? std::stoi(argv[3]) : 12;

  const auto data =
      ml::data::read_csv("examples/data/openclipart/labels.csv", {.image = "image", .labels = "labels", .delimiter = '|'});
  const auto [train, validation, test] = data.split_by("split", {"train", "val", "test"});
  std::cout << ml::data::inspect(data).to_text() << '\n';

  ml::MultiLabelBinarizer<std::string> binarizer;  // fitted once, on the training labels; all below carries its vocabulary
  binarizer.fit(train.labels());

  const auto recipe = ml::augmentation::restrained({.size = 96});
  const auto plain = ml::augmentation::evaluation({.size = 96});
  ml::data::DataLoader train_loader{train, binarizer, recipe, {.order = ml::data::Order::shuffled, .seed = 7}};
  ml::data::DataLoader validation_loader{validation, binarizer, plain, {.batch_size = 64}};
  ml::data::DataLoader test_loader{test, binarizer, plain, {.batch_size = 64}};

  const double prior = ml::encoding::label_density(binarizer.transform(train.labels()));  // scores start there, not at 0.5
  auto model =
      ml::model::create("efficientnet_lite0",
                        {.labels = binarizer.size(), .pretrained = weights, .seed = 7, .dropout = 0.3, .bias_prior = {prior}});
  ml::training::Trainer trainer{
      model,
      ml::loss::BCEWithLogits{{.label_smoothing = 0.1}},  // some labels of these drawings are missing
      {.learning_rate = 1e-3, .schedule = ml::training::cosine({.warmup = 0.1}), .ema_decay = 0.998, .seed = 7},
      ml::training::ProgressBar{},
      ml::training::CSVLogger{out + "/history.csv"},
      ml::training::ModelCheckpoint{out + "/checkpoints"},
      ml::training::EarlyStopping{{.patience = 4}}};
  const auto history = trainer.fit(train_loader, validation_loader, {.epochs = epochs});
  if (history.stopped == ml::training::Stopped::interrupted) return 130;  // Ctrl-C: out/.../checkpoints holds the run

  const auto held_out = trainer.predict(validation_loader);  // targets, logits, scores: [samples, labels]
  const auto rule = ml::threshold::tune(held_out.targets, held_out.scores,
                                        {.metric = ml::threshold::Metric::f1, .average = ml::metrics::Average::samples});

  const auto tested = trainer.predict(test_loader);  // once, at the end
  const auto report = ml::metrics::evaluate(tested.targets, tested.scores, rule.apply(tested.scores), binarizer.vocabulary());
  std::cout << report.to_text() << '\n' << std::setprecision(3);
  const ml::metrics::AverageOptions by_image{.average = ml::metrics::Average::samples};
  for (const double threshold : {0.3, 0.5, 0.7, rule.threshold(0)}) {
    const auto predictions = ml::threshold::FixedThreshold{threshold}.apply(tested.scores);
    std::cout << "test F1 by image at " << threshold << ": " << ml::metrics::f1_score(tested.targets, predictions, by_image)
              << '\n';
  }

  held_out.save(out + "/validation.safetensors");
  tested.save(out + "/test.safetensors");
  ml::bundle::save(out + "/model", {.model = model,
                                    .vocabulary = binarizer.vocabulary(),
                                    .preprocessing = validation_loader.preprocessing(),
                                    .threshold = rule});

  const auto predictor = ml::load(out + "/model");
  for (const auto& [label, score] : predictor("examples/data/openclipart/images/0003.jpg")) {
    std::cout << label << ' ' << score << '\n';
  }
}

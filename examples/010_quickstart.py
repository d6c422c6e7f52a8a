# SPDX-License-Identifier: Apache-2.0
"""From image files to a served model: read, inspect, encode, augment, train, tune the threshold, test once, save, predict.

Usage: python examples/010_quickstart.py [<weights>.safetensors [<output folder> [<epochs>]]], from the project's folder.
"""

import sys

import multilabel as ml

arguments = sys.argv[1:]
weights = arguments[0] if len(arguments) > 0 else ".cache/efficientnet_lite0.safetensors"
out = arguments[1] if len(arguments) > 1 else "out/quickstart"
epochs = int(arguments[2]) if len(arguments) > 2 else 12

data = ml.data.read_csv("examples/data/openclipart/labels.csv", image="image", labels="labels", delimiter="|")
train, validation, test = data.split_by("split", ["train", "val", "test"])
print(ml.data.inspect(data))

binarizer = ml.MultiLabelBinarizer()  # fitted once, on the training labels; all below carries its vocabulary
binarizer.fit(train.labels)

recipe = ml.augmentation.restrained(size=96)
plain = ml.augmentation.evaluation(size=96)
train_loader = ml.data.DataLoader(train, binarizer, recipe, shuffle=True, seed=7)
validation_loader = ml.data.DataLoader(validation, binarizer, plain, batch_size=64)
test_loader = ml.data.DataLoader(test, binarizer, plain, batch_size=64)

prior = ml.encoding.label_density(binarizer.transform(train.labels))  # scores start there, not at 0.5
model = ml.model.create(
    "efficientnet_lite0", labels=len(binarizer.classes_), pretrained=weights, seed=7, dropout=0.3, bias_prior=prior
)
trainer = ml.training.Trainer(
    model,
    ml.loss.BCEWithLogits(label_smoothing=0.1),  # some labels of these drawings are missing
    learning_rate=1e-3,
    schedule=ml.training.cosine(warmup=0.1),
    ema_decay=0.998,
    seed=7,
    callbacks=[
        ml.training.ProgressBar(),
        ml.training.CSVLogger(f"{out}/history.csv"),
        ml.training.ModelCheckpoint(f"{out}/checkpoints"),
        ml.training.EarlyStopping(patience=4),
    ],
)
history = trainer.fit(train_loader, validation_loader, epochs=epochs)  # Ctrl-C: out/.../checkpoints holds the run

held_out = trainer.predict(validation_loader)  # targets, logits, scores: [samples, labels]
rule = ml.threshold.tune(held_out.targets, held_out.scores, metric="f1", average="samples")

tested = trainer.predict(test_loader)  # once, at the end
report = ml.metrics.evaluate(tested.targets, tested.scores, rule.apply(tested.scores), binarizer.vocabulary)
print(report)
for threshold in (0.3, 0.5, 0.7, rule.thresholds_[0]):
    predictions = ml.threshold.FixedThreshold(threshold).apply(tested.scores)
    f1 = ml.metrics.f1_score(tested.targets, predictions, average="samples")
    print(f"test F1 by image at {threshold:.3g}: {f1:.3g}")

held_out.save(f"{out}/validation.safetensors")
tested.save(f"{out}/test.safetensors")
ml.bundle.save(
    f"{out}/model",
    model=model,
    vocabulary=binarizer.vocabulary,
    preprocessing=validation_loader.preprocessing,
    threshold=rule,
)

predictor = ml.load(f"{out}/model")
for label, score in predictor("examples/data/openclipart/images/0003.jpg"):
    print(f"{label} {score:.3g}")

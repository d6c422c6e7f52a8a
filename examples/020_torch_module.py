# SPDX-License-Identifier: Apache-2.0
"""The C++ loop trains a network, a loss and callbacks that are plain Python, and goes on after a stop as if there were none.

Usage: python examples/020_torch_module.py [<output folder> [<epochs>]], from the project's folder.
"""

import sys

import torch
from torch import nn

import multilabel as ml

out = sys.argv[1] if len(sys.argv) > 1 else "out/torch_module"
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 4

data = ml.data.read_csv("examples/data/openclipart/labels.csv")
train, validation, _ = data.split_by("split", ["train", "val", "test"])
labels = train.vocabulary
train_loader = ml.data.DataLoader(train, labels, ml.augmentation.restrained(size=32), shuffle=True, seed=7)
validation_loader = ml.data.DataLoader(validation, labels, ml.augmentation.evaluation(size=32), batch_size=64)


def network() -> nn.Module:
    """Return any nn.Module from images [n, 3, height, width] to logits [n, labels]."""

    def stage(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1), nn.BatchNorm2d(outputs), nn.ReLU())

    torch.manual_seed(7)
    stages = [stage(3, 32), stage(32, 64), stage(64, 128)]
    return nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(128, len(labels)))


class Watch:
    """A callback has only the events it cares about; a misspelt one is an error that says what was meant."""

    def __init__(self, last_epoch: int) -> None:
        self.last_epoch = last_epoch

    def on_epoch_end(self, state: ml.training.TrainingState) -> ml.training.Flow:
        row = state.history.epochs[-1]
        print(f"epoch {row.epoch}: loss {row.training_loss:.4f}, mAP {row.mean_average_precision:.3f}")
        return ml.training.Flow.stop if state.epoch == self.last_epoch else ml.training.Flow.proceed


def trainer(model: nn.Module, *callbacks: object) -> ml.training.Trainer:
    """Return the same trainer for each of the runs below; a loss may be any callable of logits and targets."""
    return ml.training.Trainer(
        model,
        nn.BCEWithLogitsLoss(),
        learning_rate=3e-3,
        schedule=ml.training.cosine(warmup=0.1),
        seed=7,
        callbacks=callbacks,
    )


whole = network()
trainer(whole, Watch(epochs)).fit(train_loader, validation_loader, epochs=epochs)

print("once more, stopped after half the epochs, then resumed")
checkpoint = ml.training.ModelCheckpoint(f"{out}/checkpoints")
trainer(network(), checkpoint, Watch(max(1, epochs // 2))).fit(train_loader, validation_loader, epochs=epochs)
resumed = network()
trainer(resumed, Watch(epochs)).fit(train_loader, validation_loader, epochs=epochs, resume=checkpoint.last)

same = all(torch.equal(a, b) for a, b in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True))
print("the resumed network equals the other:", same)
sys.exit(0 if same else 1)

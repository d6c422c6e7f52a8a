# SPDX-License-Identifier: Apache-2.0
"""How much of what missing labels cost does each loss win back? Trains on the enclosed drawings; docs/loss.md shows its table.

60 % of the positives of the training split become unknown. A loss for which only positives were written down sees all
negatives as unknown too; one for which somebody also looked for what is not there sees 40 % of them, or all. Validation
and test splits keep their labels. Each loss trains a linear layer on the features of the frozen EfficientNet-Lite0;
learning rate, weight decay and epoch are those with the best validation mAP, the threshold is tuned on validation too,
and the test split is looked at once.

Usage: python benchmarks/missing_labels.py [--weights FILE] [--seeds N] [--epochs N] [--share SHARE]
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

import multilabel as ml

ROOT = Path(__file__).resolve().parents[1]
LEARNING_RATES = (3e-4, 1e-3)
WEIGHT_DECAYS = (0.05, 1.0, 3.0)
BATCH = 64
COMPLETE = "BCE, no label missing"


@dataclass(frozen=True)
class Method:
    """A loss, and how many of the negatives its targets tell from the unknown cells."""

    name: str
    loss: Callable[[], nn.Module]
    negatives: Literal["none", "40 %", "all"] = "none"


METHODS = (
    Method("BCE, unknown as negative", lambda: ml.loss.BCEWithLogits(unknown="negative")),
    Method("WeakAssumeNegative", ml.loss.WeakAssumeNegative),
    Method("Hill", ml.loss.Hill),
    Method("SPLC", ml.loss.SPLC),
    Method("EntropyMaximization", ml.loss.EntropyMaximization),
    Method("PartialAsymmetric, selective", ml.loss.PartialAsymmetric, "40 %"),
    Method("BCE, unknown ignored", ml.loss.BCEWithLogits, "40 %"),
    Method("PartialAsymmetric, selective", ml.loss.PartialAsymmetric, "all"),
    Method("BCE, unknown ignored", ml.loss.BCEWithLogits, "all"),
)


@dataclass(frozen=True)
class Split:
    features: Tensor
    targets: Tensor


def read_splits(weights: Path, size: int) -> list[Split]:
    """Return features [images, channels] and targets [images, labels] of the training, validation and test images."""
    data = ml.data.read_csv(
        ROOT / "examples/data/openclipart/labels.csv", image="image", labels="labels", delimiter="|"
    )
    parts = data.split_by("split", ["train", "val", "test"])
    vocabulary = parts[0].vocabulary
    model = ml.model.create("efficientnet_lite0", labels=len(vocabulary), pretrained=weights).eval()
    splits = []
    for part in parts:
        loader = ml.data.DataLoader(part, vocabulary, ml.augmentation.evaluation(size=size), batch_size=64)
        with torch.no_grad():
            batches = [(model.features(images), targets.clone()) for images, targets in loader.torch()]
        features, targets = (torch.cat(column) for column in zip(*batches, strict=True))
        splits.append(Split(features, targets))
    mean, deviation = splits[0].features.mean(0), splits[0].features.std(0) + 1e-6
    return [Split((split.features - mean) / deviation, split.targets) for split in splits]


def hide(targets: Tensor, share: float, seed: int, negatives: str) -> Tensor:
    """Return the targets with ``share`` of the positives unknown, and all, as large a share, or none of the negatives."""
    random = np.random.default_rng(seed)
    hidden = targets.numpy().copy()
    for value, hide in ((1, share), (0, {"none": 1.0, "40 %": share, "all": 0.0}[negatives])):
        cells = random.permutation(np.flatnonzero(targets.numpy() == value))
        hidden.flat[cells[: round(hide * len(cells))]] = np.nan
    return torch.from_numpy(hidden)


def train(
    split: Split, targets: Tensor, loss: nn.Module, rate: float, decay: float, epochs: int, seed: int
) -> list[nn.Linear]:
    """Return the layer as it was after each epoch."""
    generator = torch.Generator().manual_seed(seed)
    layer = nn.Linear(split.features.shape[1], targets.shape[1])
    nn.init.zeros_(layer.weight)
    nn.init.constant_(layer.bias, -3.0)  # few labels an image: scores start low
    optimizer = torch.optim.AdamW(layer.parameters(), lr=rate, weight_decay=decay)
    layers = []
    for epoch in range(1, epochs + 1):
        loss.on_epoch_begin(epoch)
        for rows in torch.randperm(len(targets), generator=generator).split(BATCH):
            optimizer.zero_grad()
            loss(layer(split.features[rows]), targets[rows]).backward()
            optimizer.step()
        kept = nn.Linear(layer.in_features, layer.out_features)
        kept.load_state_dict(layer.state_dict())
        layers.append(kept)
    return layers


@torch.no_grad()
def scores_of(layer: nn.Linear, split: Split) -> np.ndarray:
    return torch.sigmoid(layer(split.features)).numpy()


def mean_average_precision(layer: nn.Linear, split: Split) -> float:
    return ml.metrics.average_precision_score(split.targets, scores_of(layer, split))


def run(
    splits: list[Split], targets: Tensor, make: Callable[[], nn.Module], epochs: int, seed: int
) -> tuple[float, float]:
    """Return the test mAP and the test F1 by image of the layer that validation chose."""
    training, validation, test = splits
    layers = [
        layer
        for rate, decay in itertools.product(LEARNING_RATES, WEIGHT_DECAYS)
        for layer in train(training, targets, make(), rate, decay, epochs, seed)
    ]
    best = max(layers, key=lambda layer: mean_average_precision(layer, validation))
    rule = ml.threshold.tune(validation.targets, scores_of(best, validation), metric="f1", average="samples")
    f1 = ml.metrics.f1_score(test.targets, rule.apply(scores_of(best, test)), average="samples", zero_division=0)
    return mean_average_precision(best, test), f1


def main() -> int:
    parser = argparse.ArgumentParser(description="What each loss wins back when training labels are missing.")
    parser.add_argument("--weights", type=Path, default=ROOT / ".cache/efficientnet_lite0.safetensors")
    parser.add_argument("--size", type=int, default=128, help="height and width of the images")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--share", type=float, default=0.6, help="share of the positives that are hidden")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

    splits = read_splits(options.weights, options.size)
    results: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for seed in range(options.seeds):
        complete = run(splits, splits[0].targets, ml.loss.BCEWithLogits, options.epochs, seed)
        results.setdefault((COMPLETE, "all"), []).append(complete)
        for method in METHODS:
            targets = hide(splits[0].targets, options.share, seed, method.negatives)
            one = run(splits, targets, method.loss, options.epochs, seed)
            results.setdefault((method.name, method.negatives), []).append(one)
            print(f"seed {seed}, {method.name}, {method.negatives}: mAP {one[0]:.3f}", file=sys.stderr, flush=True)

    means = {key: [statistics.mean(column) for column in zip(*runs, strict=True)] for key, runs in results.items()}
    top, bottom = means[COMPLETE, "all"][0], means[METHODS[0].name, "none"][0]
    print("| loss | known negatives | test mAP | won back | test F1 by image |")
    print("|---|---|---:|---:|---:|")
    for (name, negatives), (precision, f1) in means.items():
        spread = statistics.stdev(one[0] for one in results[name, negatives]) if options.seeds > 1 else 0.0
        back = "-" if name == COMPLETE else f"{(precision - bottom) / (top - bottom):.0%}"
        print(f"| {name} | {negatives} | {precision:.3f} ± {spread:.3f} | {back} | {f1:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Unknown cells are marked once, in the table, and skipped by loader, loss, trainer, metrics and threshold alike."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest
import torch
from torch import nn

import multilabel as ml

LABELS = ["blue", "green", "red"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Pictures of plain colours and two tables: in one a third of the cells is unknown, in the other those cells are lies."""
    folder = tmp_path_factory.mktemp("colours")
    random = np.random.default_rng(0)
    truth = random.random((48, 3)) < 0.5
    unknown = random.random(truth.shape) < 1 / 3
    rows = {"marked": [], "lies": []}
    for i, (present, hidden) in enumerate(zip(truth, unknown, strict=True)):
        image = np.full((16, 16, 3), 40, np.uint8)
        image[:, :, present] = 200  # OpenCV writes blue, green, red
        cv2.imwrite(str(folder / f"{i}.png"), image)
        names = [name for name, here, skip in zip(LABELS, present, hidden, strict=True) if here and not skip]
        rows["marked"].append([f"{i}.png", "|".join(names + [f"?{LABELS[j]}" for j in np.flatnonzero(hidden)])])
        rows["lies"].append([f"{i}.png", "|".join(names + [LABELS[j] for j in np.flatnonzero(hidden & ~present)])])
    for name, lines in rows.items():
        with open(folder / f"{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([["image", "labels"], *lines])
    data = {name: ml.data.read_csv(folder / f"{name}.csv", unknown_mark="?") for name in rows}
    return data, truth, unknown


def loader_of(data):
    return ml.data.DataLoader(data, LABELS, ml.augmentation.evaluation(size=16), batch_size=16)


def network():
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 3))
    nn.init.zeros_(net[2].weight)
    nn.init.zeros_(net[2].bias)
    return net


def test_the_loader_hands_out_unknown_cells_as_nan(tables):
    data, truth, unknown = tables
    targets = np.concatenate([targets.copy() for _, targets in loader_of(data["marked"])])
    np.testing.assert_array_equal(targets, np.where(unknown, np.nan, truth))


def test_training_learns_from_the_known_cells_and_ignores_the_rest(tables):
    data, truth, unknown = tables
    loader = loader_of(data["marked"])
    net = network()
    trainer = ml.training.Trainer(net, ml.loss.BCEWithLogits(), learning_rate=0.3, seed=1)
    trainer.fit(loader, loader, epochs=30)
    held_out = trainer.predict(loader)
    np.testing.assert_array_equal(np.isnan(held_out.targets), unknown)
    # every picture with a colour scores above every one without, the hidden cells too: nothing was learnt against them
    assert ml.metrics.average_precision_score(truth, held_out.scores) == 1

    misled = network()
    lies = loader_of(data["lies"])
    trainer = ml.training.Trainer(misled, ml.loss.BCEWithLogits(), learning_rate=0.3, seed=1)
    trainer.fit(lies, lies, epochs=30)
    # taken for positives, the same cells pull the scores up
    assert trainer.predict(lies).scores.mean() > held_out.scores.mean() + 0.005


def test_one_step_is_that_of_the_known_cells_alone(tables):
    data, truth, unknown = tables
    images, targets = next(
        iter(ml.data.DataLoader(data["marked"], LABELS, ml.augmentation.evaluation(size=16), batch_size=48))
    )
    images, targets = torch.from_numpy(images), torch.from_numpy(targets)
    net = network()
    ml.loss.BCEWithLogits()(net(images), targets).backward()
    by_hand = network()
    cells = nn.functional.binary_cross_entropy_with_logits(
        by_hand(images), torch.from_numpy(truth).float(), reduction="none"
    )
    cells[torch.from_numpy(~unknown)].mean().backward()
    torch.testing.assert_close(net[2].weight.grad, by_hand[2].weight.grad)


def test_metrics_and_threshold_see_the_known_cells_only(tables):
    data, truth, unknown = tables
    loader = loader_of(data["marked"])
    trainer = ml.training.Trainer(network(), ml.loss.BCEWithLogits(), learning_rate=0.05, seed=1)
    trainer.fit(loader, loader, epochs=2)
    held_out = trainer.predict(loader)
    rule = ml.threshold.tune(held_out.targets, held_out.scores, average="micro")
    predictions = np.asarray(rule.apply(held_out.scores))
    known = ~unknown
    hits = (predictions.astype(bool) & truth)[known].sum()
    f1 = 2 * hits / (predictions[known].sum() + truth[known].sum())
    assert ml.metrics.f1_score(held_out.targets, predictions, average="micro") == pytest.approx(f1)
    assert rule.value_ == pytest.approx(f1)
    evaluation = trainer.evaluate(loader)
    assert np.isfinite(evaluation.loss)

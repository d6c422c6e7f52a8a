# SPDX-License-Identifier: Apache-2.0
"""Likely mistakes are said once, in a sentence with how to mend it, and ordinary use stays silent."""

from __future__ import annotations

import functools
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import multilabel as ml
from multilabel import DoubtWarning

TARGETS = np.array([[1, 0], [0, 1], [1, 1]])
SCORES = np.array([[0.9, 0.2], [0.1, 0.8], [0.7, 0.6]])
LOGITS = np.array([[2.2, -1.4], [-2.2, 1.4], [0.8, 0.4]])
BCE = functional.binary_cross_entropy_with_logits


def loaders(*splits: list[str]):
    images = [np.full((4, 4, 3), shade, np.uint8) for shade in (0, 80, 160, 240)]
    data = ml.data.Dataset(images, [["cat"], ["dog"], ["cat", "dog"], []])
    return ml.data.DataLoader(data, ["cat", "dog"], ml.augmentation.evaluation(size=4), batch_size=2)


def network(*last: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 2), *last)


def fit(model: nn.Module, loss) -> None:
    ml.Trainer(model, loss, progress=False).fit(loaders(), loaders(), epochs=1)


class Around(nn.Module):
    def __init__(self, inner) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, logits, targets):
        return self.inner(logits, targets)


@pytest.mark.parametrize(
    "loss",
    [
        nn.CrossEntropyLoss(),
        functional.cross_entropy,
        functools.partial(functional.cross_entropy, label_smoothing=0.1),
        nn.NLLLoss(),
    ],
    ids=["CrossEntropyLoss", "cross_entropy", "partial", "NLLLoss"],
)
def test_a_categorical_loss_is_refused_with_the_reason(loss) -> None:
    with pytest.raises(ml.ArgumentError, match=r"compete for one unit of probability.*BCEWithLogits"):
        ml.Trainer(network(), loss)


@pytest.mark.parametrize(
    "loss",
    [
        lambda logits, targets: functional.cross_entropy(logits, targets),
        lambda logits, targets: -(targets * logits.log_softmax(1)).sum(1).mean(),
        lambda logits, targets: functional.binary_cross_entropy(logits.softmax(1), targets),
        Around(nn.CrossEntropyLoss()),
    ],
    ids=["lambda", "by hand", "softmax", "module"],
)
def test_a_softmax_within_a_loss_is_found_at_the_first_step_and_said_once(loss) -> None:
    with pytest.warns(DoubtWarning, match="one with a softmax") as heard:
        fit(network(), loss)
    assert len(heard) == 1
    assert heard[0].filename == __file__


@pytest.mark.parametrize("last", [nn.Softmax(1), nn.LogSoftmax(1)])
def test_a_model_that_ends_in_a_softmax_is_refused(last: nn.Module) -> None:
    with pytest.raises(ml.ArgumentError, match=r"a model that ends in (log_)?softmax"):
        fit(network(last), ml.loss.BCEWithLogits())


@pytest.mark.parametrize(
    "loss",
    [ml.loss.BCEWithLogits(), nn.BCEWithLogitsLoss(), BCE, lambda z, y: BCE(z, y), Around(nn.BCEWithLogitsLoss())],
    ids=["ours", "BCEWithLogitsLoss", "function", "lambda", "module"],
)
def test_a_sigmoid_under_a_loss_on_logits_is_refused(loss) -> None:
    with pytest.raises(ml.ArgumentError, match=r"ends in a sigmoid, which the loss would apply a second time. Remove"):
        fit(network(nn.Sigmoid()), loss)


class Squashed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(48, 2)

    def forward(self, images):
        return torch.sigmoid(self.linear(images.flatten(1))).view(-1, 2)


@pytest.mark.parametrize("model", [network(nn.Sigmoid()), Squashed()], ids=["module", "function"])
@pytest.mark.parametrize("loss", [nn.BCELoss(), lambda p, y: ((p - y) ** 2).mean()], ids=["BCELoss", "squares"])
def test_a_sigmoid_under_a_loss_on_probabilities_is_warned_of(model: nn.Module, loss) -> None:
    with pytest.warns(DoubtWarning, match=r"all lie above 0.5. Remove the sigmoid"):
        fit(model, loss)


@pytest.mark.parametrize(
    "loss",
    [
        ml.loss.Focal(),
        ml.loss.ZLPR(),
        nn.MultiLabelSoftMarginLoss(),
        lambda z, y: BCE(z, y),
        Around(nn.BCEWithLogitsLoss()),
    ],
    ids=["Focal", "ZLPR", "MultiLabelSoftMarginLoss", "lambda", "module"],
)
def test_ordinary_training_is_silent_and_leaves_no_hook(loss) -> None:
    model = network()
    with warnings.catch_warnings():
        warnings.simplefilter("error", DoubtWarning)
        fit(model, loss)
    assert not model._forward_hooks
    assert not getattr(loss, "_forward_hooks", {})


def test_pictures_that_are_trained_on_and_validated_on_are_named(tmp_path) -> None:
    cv2 = pytest.importorskip("cv2")
    files = [str(tmp_path / f"{i}.png") for i in range(4)]
    for i, file in enumerate(files):
        cv2.imwrite(file, np.full((4, 4, 3), 60 * i, np.uint8))
    data = ml.data.Dataset(files, [["cat"], ["dog"], ["cat", "dog"], []])
    made = [
        ml.data.DataLoader(part, ["cat", "dog"], ml.augmentation.evaluation(size=4), batch_size=2)
        for part in (data[:3], data[2:], data[3:])
    ]
    trainer = ml.Trainer(network(), ml.loss.BCEWithLogits(), progress=False)
    with pytest.warns(DoubtWarning, match=r"got 1 of its 2 in both, such as .*2\.png"):
        trainer.fit(made[0], made[1], epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DoubtWarning)
        trainer.fit(made[0], made[2], epochs=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda y, s: ml.metrics.average_precision_score(y, s),
        lambda y, s: ml.metrics.evaluate(y, s),
        lambda y, s: ml.metrics.log_loss(y.tolist(), s.tolist()),
        lambda y, s: ml.metrics.label_ranking_loss(torch.tensor(y), torch.tensor(s)),
        lambda y, s: ml.threshold.tune(y, s),
        lambda y, s: ml.threshold.sweep(y, s),
        lambda y, s: ml.calibration.PlattScaling.fit(y, s),
        lambda y, s: ml.calibration.reliability_curve(y, s),
    ],
)
def test_swapped_arguments_are_refused(call) -> None:
    call(TARGETS, SCORES)
    with pytest.raises(ml.ArgumentError, match=r"targets come first.*Swap the two arguments"):
        call(SCORES, TARGETS)


@pytest.mark.parametrize("name", ["evaluate", "coco_report", "binary_accuracy"])
def test_logits_cut_at_a_half_are_warned_of(name: str) -> None:
    function = getattr(ml.metrics, name)
    with pytest.warns(DoubtWarning, match=r"look like logits. Pass 1 / "):
        function(TARGETS, LOGITS)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DoubtWarning)
        function(TARGETS, LOGITS, threshold=0)
        function(TARGETS, SCORES)


def test_what_is_fitted_on_the_test_split_is_warned_of(tmp_path) -> None:
    images = [np.full((4, 4, 3), shade, np.uint8) for shade in (0, 80, 160, 240)]
    columns = {"split": ["test", "test", "val", "val"]}
    data = ml.data.Dataset(images, [["cat"], [], ["cat"], []], columns=columns)
    test, validation = data.split_by("split", ["test", "val"])
    trainer = ml.Trainer(nn.Sequential(nn.Flatten(), nn.Linear(48, 1)), ml.loss.BCEWithLogits(), progress=False)
    answers = [
        trainer.predict(ml.data.DataLoader(part, ["cat"], ml.augmentation.evaluation(size=4)))
        for part in (test, validation)
    ]
    answers[0].save(tmp_path / "test.safetensors")
    for tested in (answers[0], ml.evaluation.HeldOut.load(tmp_path / "test.safetensors")):
        with pytest.warns(DoubtWarning, match="got the test split"):
            ml.threshold.tune(tested.targets, tested.scores)
        with pytest.warns(DoubtWarning, match=r"TemperatureScaling.fit"):
            ml.calibration.TemperatureScaling.fit(tested.targets, tested.logits)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DoubtWarning)
        ml.threshold.tune(answers[1].targets, answers[1].scores)
        ml.metrics.evaluate(answers[0].targets, answers[0].scores)
        ml.threshold.sweep(answers[0].targets, answers[0].scores)  # to look at


def table(tmp_path, cells: list[str]):
    path = tmp_path / "t.csv"
    path.write_text("image,labels\n" + "".join(f'{i}.png,"{cell}"\n' for i, cell in enumerate(cells)), encoding="utf-8")
    return path


def test_a_delimiter_that_no_row_holds_is_warned_of(tmp_path) -> None:
    path = table(tmp_path, ["cat;dog", "dog", "cat", "dog;cat"])
    with pytest.warns(DoubtWarning, match=r"delimiter=';' would leave 2"):
        ml.data.read_csv(path)
    with pytest.warns(DoubtWarning, match="20 of them in as many rows"):
        ml.data.read_csv(table(tmp_path, [f"name {i}" for i in range(20)]))


@pytest.mark.parametrize(
    "cells", [["cat|dog", "dog"], ["cat", "dog", "cat"], ["Jones, Ann", "Jones, Bob"], ["a/c", "b"], ["", ""]]
)
def test_ordinary_tables_are_silent(tmp_path, cells: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DoubtWarning)
        ml.data.read_csv(table(tmp_path, cells))

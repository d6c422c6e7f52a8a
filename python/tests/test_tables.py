# SPDX-License-Identifier: Apache-2.0
"""Results show themselves: as a table in a notebook, as a DataFrame when asked for, in four lines elsewhere; and are values."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import multilabel as ml

TARGETS = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], np.float32)
LOGITS = np.array([[2.0, -1.0], [-2.0, 1.5], [0.5, 0.4], [-1.0, -3.0]], np.float32)
SCORES = 1 / (1 + np.exp(-LOGITS))


def results():
    data = ml.data.Dataset(
        ["a.png", "b.png", "c.png"], [["<cat>"], ["<cat>", "dog"], []], columns={"split": ["train", "val", "train"]}
    )
    return {
        "report": ml.metrics.evaluate(TARGETS, SCORES, vocabulary=["<cat>", "dog"]),
        "inspection": ml.data.inspect(data, files="none"),
        "rule": ml.threshold.tune(TARGETS, SCORES, per_label=True, average="macro"),
        "fixed": ml.threshold.FixedThreshold(0.4),
        "sweep": ml.threshold.sweep(TARGETS, SCORES),
        "curve": ml.calibration.reliability_curve(TARGETS, SCORES),
        "held_out": ml.evaluation.HeldOut(TARGETS, LOGITS, SCORES, [], ml.Vocabulary(["<cat>", "dog"])),
        "temperature": ml.calibration.TemperatureScaling.fit(TARGETS, LOGITS),
        "platt": ml.calibration.PlattScaling.fit(TARGETS, LOGITS, per_label=True),
        "isotonic": ml.calibration.IsotonicCalibration.fit(TARGETS, LOGITS),
        "bootstrap": ml.metrics.bootstrap_interval(ml.metrics.hamming_loss, TARGETS, TARGETS, resamples=5),
    }


RESULTS = results()
TABLES = {
    "report": (["support", "predicted", "precision", "recall", "f1", "average_precision"], ["<cat>", "dog"]),
    "inspection": (["samples", "train", "val"], ["<cat>", "dog"]),
    "rule": (["threshold"], [0, 1]),
    "fixed": (["threshold"], ["all labels"]),
    "held_out": (["images", "known", "mean_score"], ["<cat>", "dog"]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_result_is_a_frame_with_a_row_a_label(name: str) -> None:
    frame = RESULTS[name].to_frame()
    assert (list(frame.columns), list(frame.index)) == TABLES[name]


def test_the_numbers_of_a_frame_are_those_of_the_result() -> None:
    report, swept, curve = RESULTS["report"], RESULTS["sweep"], RESULTS["curve"]
    assert report.to_frame().loc["dog", "f1"] == report.labels[1].f1
    assert swept.to_frame()["value"].tolist() == swept.values.tolist()
    assert curve.to_frame()["count"].sum() == 8


@pytest.mark.parametrize("name", [*TABLES, "sweep", "curve"])
def test_a_result_is_html_whose_names_are_escaped(name: str) -> None:
    html = RESULTS[name]._repr_html_()
    assert html.count("<table>") == html.count("</table>") == 1
    assert "<cat>" not in html


@pytest.mark.parametrize("name", ["report", "inspection", "held_out"])
def test_a_repr_has_at_most_four_lines(name: str) -> None:
    assert 1 <= len(repr(RESULTS[name]).splitlines()) <= 4


def test_calibrators_say_what_they_learnt() -> None:
    assert repr(ml.calibration.TemperatureScaling([2.0])) == "TemperatureScaling(temperature=2)"
    assert repr(ml.calibration.PlattScaling([1.5], [0.5])) == "PlattScaling(slope=1.5, intercept=0.5)"
    assert repr(RESULTS["platt"]) == "PlattScaling(2 labels)"
    assert repr(ml.calibration.IsotonicCalibration([([0.1, 0.9], [0.0, 1.0])])) == "IsotonicCalibration(2 corners)"


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_can_be_copied_and_pickled(name: str) -> None:
    result = RESULTS[name]
    for again in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert type(again) is type(result)
        assert (str(again), repr(again)) == (str(result), repr(result))


def test_pandas_is_imported_only_when_a_frame_is_asked_for() -> None:
    code = (
        "import sys, multilabel as ml; r = ml.metrics.evaluate([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.8]]); r._repr_html_(); "
        "print('pandas' in sys.modules); r.to_frame(); print('pandas' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


def test_a_history_and_a_predictor_show_themselves(tmp_path) -> None:
    from torch import nn

    images = [np.full((4, 4, 3), shade, np.uint8) for shade in (0, 240)] * 2
    data = ml.data.Dataset(images, [["cat"], []] * 2)
    loader = ml.data.DataLoader(data, ["cat"], ml.augmentation.evaluation(size=4))
    trainer = ml.Trainer(nn.Sequential(nn.Flatten(), nn.Linear(48, 1)), ml.loss.BCEWithLogits(), progress=False)
    history = trainer.fit(loader, loader, epochs=2)
    assert len(history.to_frame()) == 2
    assert "training_loss" in history._repr_html_()
    assert len(str(history).splitlines()) == 4
    model = ml.model.create("efficientnet_lite0", labels=2)
    format_ = ml.augmentation.evaluation(size=32).preprocessing
    ml.bundle.save(tmp_path / "model", model=model, vocabulary=["cat", "dog"], preprocessing=format_)
    assert str(ml.load(tmp_path / "model")).splitlines()[1] == "labels: cat, dog"

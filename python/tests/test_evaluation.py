# SPDX-License-Identifier: Apache-2.0
"""Held-out answers and their file, without torch; measures by name and of one's own."""

import os
import subprocess
import sys

import numpy as np
import pytest

import multilabel as ml
from multilabel import evaluation


@pytest.fixture
def held_out():
    random = np.random.default_rng(0)
    targets = (random.random((20, 3)) < 0.4).astype(np.float32)
    logits = (2 * targets - 1 + random.normal(0, 1, targets.shape)).astype(np.float32)
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return evaluation.HeldOut(targets, logits, scores, [f"{i}.png" for i in range(20)], ml.Vocabulary(list("abc")))


def test_comes_back_from_its_file(held_out, tmp_path):
    held_out.save(tmp_path / "deeper" / "h.safetensors")
    loaded = evaluation.HeldOut.load(tmp_path / "deeper" / "h.safetensors")
    for name in ("targets", "logits", "scores"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(held_out, name))
    assert (loaded.images, loaded.vocabulary.labels) == (held_out.images, ["a", "b", "c"])


def test_a_file_of_something_else_is_named(held_out, tmp_path):
    (tmp_path / "a").write_bytes(b"\x10" + b"\0" * 7 + b"[" * 16)
    with pytest.raises(ml.BundleError, match="must be a JSON object"):
        evaluation.HeldOut.load(tmp_path / "a")
    with pytest.raises(ml.BundleError, match="must be readable"):
        evaluation.HeldOut.load(tmp_path)


def test_measures_are_those_of_the_metrics(held_out):
    measured = evaluation.evaluate(held_out)
    predicted = (held_out.scores >= 0.5).astype(int)
    assert list(measured) == evaluation.measure_names()
    assert measured["f1_micro"] == ml.metrics.f1_score(held_out.targets, predicted, average="micro")
    assert measured["f1_samples"] == ml.metrics.f1_score(held_out.targets, predicted, average="samples")
    with pytest.raises(ml.ArgumentError, match=r"one of 'mean_average_precision'.*got 'f2'"):
        evaluation.evaluate(held_out, ["f2"])


def test_a_measure_of_ones_own(held_out):
    rows = evaluation.Measure("rows", lambda answers: len(answers.images), better="lower")
    assert evaluation.evaluate(held_out, [rows, "f1_micro"])["rows"] == 20
    with pytest.raises(ml.ArgumentError, match="better must be 'higher' or 'lower'; got 'most'"):
        evaluation.Measure("rows", len, better="most")


def test_needs_no_torch():
    code = "import sys, multilabel.evaluation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0

# SPDX-License-Identifier: Apache-2.0
"""multilabel.plot: what is drawn is what was counted, and nothing outside the Axes changes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

import multilabel as ml
from multilabel import plot

matplotlib = pytest.importorskip("matplotlib")


@pytest.fixture
def held_out() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    targets = (random.random((200, 6)) < [0.5, 0.3, 0.2, 0.2, 0.1, 0.1]).astype(float)
    scores = np.clip(0.15 + 0.5 * targets + random.normal(0, 0.2, targets.shape), 0, 1).astype(np.float32)
    return targets, scores


def test_drawing_imports_no_pyplot_and_keeps_the_settings():
    program = """
import io, sys, matplotlib
def settings():  # all but the backend: asking for that one imports pyplot
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}
before = settings()
from multilabel import plot
plot.label_distribution([[1, 0], [1, 1]], ["a", "b"]).figure.savefig(io.BytesIO())
assert "matplotlib.pyplot" not in sys.modules
assert settings() == before
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_every_function_draws_into_the_given_axes(held_out):
    targets, scores = held_out
    picture = np.zeros((4, 4, 3), np.uint8)
    calls = [
        lambda ax: plot.label_distribution(targets, ax=ax),
        lambda ax: plot.co_occurrence(targets, ax=ax),
        lambda ax: plot.precision_recall(targets, scores, ax=ax),
        lambda ax: plot.threshold_curves(targets, scores, points=9, ax=ax),
        lambda ax: plot.reliability(targets, scores, ax=ax),
        lambda ax: plot.history({"training_loss": [1.0, 0.5]}, ax=ax),
        lambda ax: plot.predictions([picture], [[1, 0]], [[1, 1]], ax=ax),
        lambda ax: plot.augmentations([picture], lambda image, **_: image, count=2, ax=ax),
    ]
    for call in calls:
        ax = matplotlib.figure.Figure().subplots()
        assert call(ax) is ax
        assert ax.has_data()


def test_label_distribution_stacks_splits_and_orders_by_the_total():
    ax = plot.label_distribution({"train": [[0, 1], [0, 1]], "test": [[1, 1], [np.nan, 0]]}, ["rare", "usual"])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["usual", "rare"]  # 3 against 1
    assert [bar.get_width() for bar in ax.patches] == [2.0, 0.0, 1.0, 1.0]  # train usual, rare; test usual, rare
    assert [bar.get_x() for bar in ax.patches] == [0.0, 0.0, 2.0, 0.0]  # test begins where train ends


def test_co_occurrence_forms_by_hand():
    targets = [[1, 1], [1, 1], [1, 0], [0, 1], [1, np.nan]]
    # Both: 2 samples. Of those where both are known, the first label is on 3, the second on 3, one or the other on 4.
    for normalize, expected in (("none", 2), ("row", 2 / 3), ("jaccard", 2 / 4)):
        cells = plot.co_occurrence(targets, normalize=normalize).images[0].get_array()
        assert cells[0, 1] == pytest.approx(expected)
        assert cells[1, 0] == pytest.approx(expected)
        assert cells.mask[0, 0]


def test_precision_recall_encloses_the_average_precision(held_out):
    targets, scores = held_out
    ax = plot.precision_recall(targets, scores, list("abcdef"), highlight=["c"], threshold=0.4)
    lines = {line.get_label(): line for line in ax.lines}
    for name, expected in (
        ("c", average_precision_score(targets[:, 2], scores[:, 2])),
        ("all cells (micro)", average_precision_score(targets, scores, average="micro")),
    ):
        recall, precision = lines[name].get_data()
        assert np.sum(np.diff(recall) * precision[1:]) == pytest.approx(expected, abs=2e-3)  # the bold line is thinned
    point = ax.lines[-1].get_data()
    hits = np.sum((scores >= 0.4) & (targets > 0))
    assert (point[0][0], point[1][0]) == pytest.approx((hits / targets.sum(), hits / np.sum(scores >= 0.4)), abs=2e-3)


def test_threshold_curves_follow_scikit_learn(held_out):
    targets, scores = held_out
    ax = plot.threshold_curves(targets, scores, averages=["samples", "macro"], chosen=0.37, points=9)
    for line, average in zip(ax.lines, ("samples", "macro"), strict=False):
        for cut, value in zip(*line.get_data(), strict=True):
            expected = f1_score(targets, scores.astype(float) >= cut, average=average, zero_division=0)
            assert value == pytest.approx(expected, abs=1e-12)
    assert ax.lines[-1].get_ydata()[0] == pytest.approx(
        f1_score(targets, scores.astype(float) >= 0.37, average="samples", zero_division=0)
    )


def test_reliability_by_hand():
    # Bin [0, 0.5): scores 0.1, 0.3, one of two there; bin [0.5, 1]: 0.7, 0.9 and 1.0, two of three there.
    ax = plot.reliability([[0, 1, 0, 1, 1]], [[0.1, 0.3, 0.7, 0.9, 1.0]], n_bins=2)
    points = ax.containers[0].lines[0].get_data()
    assert points[0] == pytest.approx([0.2, 2.6 / 3])
    assert points[1] == pytest.approx([0.5, 2 / 3])
    error = (2 * abs(0.5 - 0.2) + 3 * abs(2 / 3 - 2.6 / 3)) / 5
    assert ax.texts[0].get_text() == f"expected calibration error {error:.3f}"


def test_history_reads_the_logger_s_file_and_marks_the_best_epoch(tmp_path):
    file = tmp_path / "history.csv"
    file.write_text("epoch,training_loss,validation_loss,f1_samples\n1,0.9,0.8,\n2,0.5,0.4,0.3\n3,0.3,0.6,0.2\n")
    ax = plot.history(file, best="min")
    assert [line.get_label() for line in ax.lines][:2] == ["training loss", "validation loss"]
    assert [values[0] for values in ax.lines[2].get_data()] == [2.0, 0.4]
    assert np.isnan(plot.history(file, columns=["f1_samples"]).lines[0].get_ydata()[0])


def test_predictions_name_found_missing_and_spurious_and_leave_unknown_out():
    picture = np.zeros((6, 3, 3), np.uint8)
    ax = plot.predictions([picture], [[1, 1, 0, np.nan]], [[1, 0, 1, 1]], ["a", "b", "c", "d"])
    assert [text.get_text() for text in ax.texts] == ["✓ a", "− b", "+ c"]
    left, right, bottom, top = ax.images[0].get_extent()
    assert (right - left, bottom - top) == (0.5, 1.0)  # undistorted: half as wide as high


def test_augmentations_ask_for_the_epochs_of_one_seed():
    asked = []

    def pipeline(image, seed, epoch, index):
        asked.append((seed, epoch, index))
        return {"image": (image.transpose(2, 0, 1).astype(np.float32) / 255 - 0.5) / 0.5}  # normalised, planar

    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    ax = plot.augmentations([picture, picture], pipeline, count=2, seed=9)
    assert asked == [(9, 0, 0), (9, 1, 0), (9, 0, 1), (9, 1, 1)]
    assert len(ax.images) == 6
    assert ax.images[1].get_array().shape == (4, 4, 3)


def test_names_with_markup_are_drawn_as_they_are():
    ax = plot.label_distribution([[1, 1]], ["$x$_y", "<b>"])
    ax.figure.canvas.draw()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["$x$_y", "<b>"]
    assert not any(tick.get_parse_math() for tick in ax.get_yticklabels())


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: plot.label_distribution([1, 0]),
            ml.ShapeError,
            r"targets must have the shape \[samples, labels\]; got \[2\]",
        ),
        (
            lambda: plot.label_distribution([[1, 0]], ["one"]),
            ml.ShapeError,
            "labels must be 2 names, one a column; got 1",
        ),
        (lambda: plot.label_distribution({}), ml.ShapeError, "got no split"),
        (lambda: plot.co_occurrence([[1, 0]], normalize="column"), ml.ArgumentError, "got 'column'"),
        (lambda: plot.reliability([[1, 0]], [[0.5]]), ml.ShapeError, r"got \[1, 2\] and \[1, 1\]"),
        (lambda: plot.reliability([[1, 0]], [[3.0, -1.0]]), ml.ArgumentError, "Pass scores, not logits"),
        (lambda: plot.threshold_curves([[1, 0]], [[0.5, np.nan]]), ml.ArgumentError, "got NaN in row 0"),
        (
            lambda: plot.precision_recall([[1, 0]], [[0.5, 0.2]], ["a", "b"], highlight=["z"]),
            ml.ArgumentError,
            "got 'z'",
        ),
        (lambda: plot.history({"epoch": [1]}, columns=["speed"]), ml.ArgumentError, "must be among epoch; got 'speed'"),
        (lambda: plot.history("nowhere.csv"), ml.DataError, "nowhere.csv must be a readable CSV file"),
        (lambda: plot.predictions([], [[1]], [[1]]), ml.ShapeError, "as many as the rows of targets, 1; got 0"),
        (lambda: plot.augmentations([], lambda image: image, count=0), ml.ArgumentError, "count must be at least 1"),
    ],
)
def test_wrong_input_is_named(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()

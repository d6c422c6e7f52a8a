# SPDX-License-Identifier: Apache-2.0
"""One reader of arrays: whatever holds the numbers, every function sees the same ones, and names that are there are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import multilabel
from multilabel import calibration, metrics, threshold
from multilabel.metrics import F1Score

NAN = float("nan")
TARGETS = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [1, 0]])
SCORES = np.array([[0.9, 0.2], [0.1, 0.8], [0.7, 0.6], [0.4, 0.1], [0.3, 0.5]])
# the same with the first cell unknown
HIDDEN = TARGETS.astype(float)
HIDDEN[0, 0] = NAN


def streaming(targets: Any, scores: Any) -> Any:
    metric = F1Score()
    metric.update(targets, scores)
    return metric.compute()


FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "hamming_loss": lambda y, s: metrics.hamming_loss(y, (SCORES >= 0.5).astype(int)),
    "average_precision_score": metrics.average_precision_score,
    "ndcg_score": metrics.ndcg_score,
    "log_loss": metrics.log_loss,
    "evaluate": lambda y, s: str(metrics.evaluate(y, s)),
    "F1Score": streaming,
    "tune": lambda y, s: threshold.tune(y, s).value_,
    "sweep": lambda y, s: threshold.sweep(y, s).values.tolist(),
    "conformal": lambda y, s: threshold.conformal(y, s, alpha=0.5).thresholds_.tolist(),
    "TemperatureScaling": lambda y, s: calibration.TemperatureScaling.fit(y, s).temperatures_.tolist(),
    "reliability_curve": lambda y, s: calibration.reliability_curve(y, s).expected_error,
    "KFold": lambda y, s: [test.tolist() for _, test in multilabel.data.KFold(2, random_state=0).split(s, y)],
    "label_counts": lambda y, s: multilabel.encoding.label_counts(y).tolist(),
}

KINDS: dict[str, Callable[[np.ndarray], Any]] = {
    "big-endian integers": lambda y: y.astype(">i4"),
    "big-endian floats": lambda y: y.astype(">f8"),
    "frame": pd.DataFrame,
    "nullable Int64": lambda y: pd.DataFrame(y).astype("Int64"),
    "nullable Float32": lambda y: pd.DataFrame(y).astype("Float32"),
    "nullable boolean": lambda y: pd.DataFrame(y.astype(bool)).astype("boolean"),
    "category": lambda y: pd.DataFrame(y).astype("category"),
    "object frame": lambda y: pd.DataFrame(y).astype("object"),
    "objects": lambda y: y.astype(object),
    "mixed frame": lambda y: pd.DataFrame({0: pd.array(y[:, 0], dtype="Int8"), 1: y[:, 1].astype(bool)}),
    "masked without a hidden cell": np.ma.masked_array,
    "list of masked rows": lambda y: [np.ma.masked_array(row) for row in y],
    "short integers": lambda y: y.astype(np.uint16),
    "half floats": lambda y: y.astype(np.float16),
    "long double": lambda y: y.astype(np.longdouble),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_targets_mean_the_same_in_every_function_whatever_holds_them(name: str, kind: str) -> None:
    assert FUNCTIONS[name](KINDS[kind](TARGETS), SCORES) == FUNCTIONS[name](TARGETS, SCORES)


def missing_frame(kind: str, missing: Any) -> Any:
    frame = pd.DataFrame(TARGETS).astype(kind)
    frame.iloc[0, 0] = missing
    return frame


@pytest.mark.parametrize(
    "targets",
    [
        missing_frame("Int64", pd.NA),
        missing_frame("object", None),
        missing_frame("category", NAN),
        np.ma.masked_array(TARGETS, mask=np.arange(10).reshape(5, 2) == 0),
        [[None, 0], *TARGETS[1:].tolist()],
        [[pd.NA, 0], *TARGETS[1:].tolist()],
    ],
    ids=["NA", "None in a frame", "category", "masked", "None", "NA in a list"],
)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_missing_or_hidden_target_is_unknown(name: str, targets: Any) -> None:
    assert FUNCTIONS[name](targets, SCORES) == FUNCTIONS[name](HIDDEN, SCORES)


@pytest.mark.parametrize("kind", ["big-endian", "masked", "Float64", "object", "float16"])
def test_scores_mean_the_same_in_every_function(kind: str) -> None:
    scores = SCORES.astype(np.float16).astype(np.float32)  # that a half float holds exactly
    given = {
        "big-endian": scores.astype(">f4"),
        "masked": np.ma.masked_array(scores),
        "Float64": pd.DataFrame(scores).astype("Float64"),
        "object": scores.astype(object),
        "float16": scores.astype(np.float16),
    }[kind]
    for name, function in FUNCTIONS.items():
        if name not in ("KFold", "evaluate"):
            np.testing.assert_allclose(function(TARGETS, given), function(TARGETS, scores), rtol=1e-6, err_msg=name)
    assert (threshold.FixedThreshold(0.5).apply(given) == (scores >= 0.5)).all()


def test_a_hidden_score_or_prediction_is_refused() -> None:
    hidden = np.ma.masked_array(SCORES, mask=SCORES > 0.85)
    for name in ("average_precision_score", "log_loss", "tune", "TemperatureScaling"):
        with pytest.raises(ValueError, match=r"finite|NaN|\[0, 1\]"):
            FUNCTIONS[name](TARGETS, hidden)
    with pytest.raises(ValueError, match="NaN"):
        metrics.hamming_loss(TARGETS, np.ma.masked_array(TARGETS, mask=SCORES > 0.85))


@pytest.mark.parametrize("values", [[["1", "0"]], pd.DataFrame({"a": ["cat"], "b": ["dog"]}), np.array([[b"1", b"0"]])])
def test_text_is_no_number_in_any_function(values: Any) -> None:
    for name in ("hamming_loss", "tune", "reliability_curve", "label_counts"):
        with pytest.raises(ValueError, match=r"number|0 or 1"):
            FUNCTIONS[name](values, SCORES[:1])


FRAME = pd.DataFrame(TARGETS, columns=["cat", "dog"], index=list("vwxyz"))
BESIDE = pd.DataFrame(SCORES, columns=["cat", "dog"], index=list("vwxyz"))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("hamming_loss", "label_counts", "KFold")])
def test_columns_in_another_order_are_named(name: str) -> None:
    with pytest.raises(multilabel.LabelError, match=r"'dog' where .* has 'cat', in column 0; only the order differs"):
        FUNCTIONS[name](FRAME, BESIDE[["dog", "cat"]])


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("hamming_loss", "label_counts")])
def test_rows_in_another_order_are_named(name: str) -> None:
    with pytest.raises(multilabel.LabelError, match=r"row names of .*; got .*; only the order differs"):
        FUNCTIONS[name](FRAME, BESIDE.iloc[::-1])


def test_an_interval_and_a_picture_compare_names_too() -> None:
    with pytest.raises(multilabel.LabelError, match="bootstrap_interval: y_other must have the column names"):
        metrics.bootstrap_interval(metrics.hamming_loss, FRAME, FRAME[["dog", "cat"]], resamples=2)
    plot = pytest.importorskip("multilabel.plot")
    with pytest.raises(multilabel.LabelError, match="scores must have the column names of targets"):
        plot.threshold_curves(FRAME, BESIDE[["dog", "cat"]])


def test_other_columns_are_named_and_predictions_compared() -> None:
    predictions = pd.DataFrame(TARGETS, columns=["cat", "eel"], index=list("vwxyz"))
    with pytest.raises(multilabel.LabelError, match="y_pred must have the column names of y_true; got 'eel'"):
        metrics.f1_score(FRAME, predictions, average="micro")
    with pytest.raises(multilabel.LabelError, match="sample_weight must have the row names of y_true"):
        metrics.f1_score(FRAME, FRAME, average="micro", sample_weight=pd.Series([1.0] * 5, index=list("zyxwv")))


def test_numbers_that_nobody_gave_are_no_names_unless_both_have_them() -> None:
    unnamed = pd.DataFrame(TARGETS)
    assert metrics.f1_score(FRAME, unnamed, average="micro") == 1.0
    assert (
        metrics.f1_score(FRAME.set_axis([4, 8, 15, 16, 23]), unnamed, average="micro") == 1.0
    )  # a part of a longer frame
    with pytest.raises(multilabel.LabelError, match="only the order differs"):
        metrics.f1_score(unnamed, unnamed.iloc[::-1], average="micro")


def test_the_columns_of_a_frame_name_the_lines_of_a_report() -> None:
    assert [label.name for label in metrics.evaluate(FRAME, SCORES).labels] == ["cat", "dog"]
    assert "cat" in metrics.classification_report(FRAME, FRAME, zero_division=0)
    with pytest.raises(multilabel.LabelError, match="dog"):
        metrics.evaluate(FRAME, SCORES, vocabulary=["dog", "cat"])


@pytest.mark.parametrize("threshold", [0.1, 0.7])
def test_half_floats_are_compared_in_their_own_precision(threshold: float) -> None:
    at = np.array([[threshold]], np.float16)  # 0.1 is rounded down, 0.7 up
    assert multilabel.threshold.FixedThreshold(threshold).apply(at) == [[1]]
    assert multilabel.threshold.sweep([[1]], at, thresholds=[threshold]).values == [1.0]
    assert metrics.evaluate([[1]], at, threshold=threshold).micro_f1 == 1.0
    torch = pytest.importorskip("torch")
    assert multilabel.threshold.FixedThreshold(threshold).apply(torch.tensor(at).bfloat16()) == [[1]]


def test_columns_of_an_indicator_are_compared_with_the_classes() -> None:
    binarizer = multilabel.MultiLabelBinarizer().fit([["cat", "dog"]])
    assert binarizer.inverse_transform(FRAME)[0] == ("cat",)
    with pytest.raises(multilabel.LabelError, match="dog"):
        binarizer.inverse_transform(FRAME[["dog", "cat"]])


def test_log_loss_moves_probabilities_of_half_floats_by_their_own_step() -> None:
    # 1 becomes 1 - 2**-10, the log loss of the absent label is -log(2**-10)
    y, p = np.array([[0], [0]]), np.array([[1], [1]], np.float16)
    np.testing.assert_allclose(metrics.log_loss(y, p, average=None), [10 * np.log(2)])
    torch = pytest.importorskip("torch")
    np.testing.assert_allclose(metrics.log_loss(y, torch.ones(2, 1, dtype=torch.bfloat16)), 7 * np.log(2))

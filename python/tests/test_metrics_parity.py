# SPDX-License-Identifier: Apache-2.0
"""Fuzz: every metric equals scikit-learn's on generated data, and, with unknown cells, scikit-learn's on what is known.

MULTILABEL_PARITY sets the number of data sets (default 20), each through every metric and option; test_metrics_fuzz.py
draws many more, each through one.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics as peer
import torch
from scipy import sparse

from multilabel import metrics as ours

CASES = int(os.environ.get("MULTILABEL_PARITY", "20"))
AVERAGES = [None, "micro", "macro", "weighted", "samples"]
RATIOS = ["precision_score", "recall_score", "f1_score", "fbeta_score", "jaccard_score"]
TOLERANCE = {"rtol": 1e-12, "atol": 1e-12, "equal_nan": True}


class Case:
    """Targets, predictions and scores of one kind: many shapes, densities, types, ties, empty rows and labels."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rows, self.columns = int(rng.integers(1, 60)), int(rng.integers(2, 40))
        shape = (self.rows, self.columns)
        density = rng.choice([0.03, 0.2, 0.5, 0.9])
        self.y_true = rng.random(shape) < density
        self.y_pred = np.where(rng.random(shape) < 0.7, self.y_true, rng.random(shape) < density)
        if rng.random() < 0.4:
            self.y_true[rng.random(self.rows) < 0.3] = False
            self.y_pred[rng.random(self.rows) < 0.3] = False
        if rng.random() < 0.4:
            self.y_true[:, rng.random(self.columns) < 0.3] = rng.random() < 0.3
        levels = rng.choice([3, 10, 0])
        scores = 0.4 * self.y_true + rng.random(shape)
        self.scores = np.floor(scores * levels) / levels if levels else scores
        self.scores = (self.scores * rng.choice([1, -3, 100])).astype(rng.choice(["float32", "float64"]))
        self.weights = None
        if rng.random() < 0.5:
            self.weights = rng.integers(0, 3, self.rows) + (rng.random() < 0.5) * rng.random(self.rows)
            self.weights[0] = 1
        self.labels = None
        if rng.random() < 0.3:
            self.labels = rng.permutation(self.columns)[: rng.integers(1, self.columns + 1)].tolist()
        self.zero_division = rng.choice([0, 1, 2])
        self.beta = float(rng.choice([0.0, 0.5, 1.0, 2.0, np.inf]))
        self.rng = rng

    def layout(self, matrix: np.ndarray, *, any_order: bool = True):
        """The same matrix in one of the types and layouts that users have."""
        kind = self.rng.integers(0, 12 if any_order else 10)
        dtypes = [bool, np.uint8, np.int8, np.int32, np.int64, np.float32, np.float64, np.uint64, np.float16, np.int16]
        if kind < 10:
            return matrix.astype(dtypes[kind])
        if kind == 10:
            return np.asfortranarray(matrix.astype(np.int64))
        return np.repeat(matrix.astype(np.float32), 2, axis=1)[:, ::2]


def quietly(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


@pytest.mark.parametrize("seed", range(CASES))
def test_metrics_of_predictions_equal_scikit_learn(seed):
    case = Case(seed)
    zero_division = {0: 0, 1: 1, 2: np.nan}[int(case.zero_division)]
    y_true, y_pred = case.layout(case.y_true), case.layout(case.y_pred)
    dense = case.y_true.astype(np.int64), case.y_pred.astype(np.int64)
    common = {"sample_weight": case.weights, "labels": case.labels}
    for average in AVERAGES:
        for name in RATIOS:
            options = common | {"average": average, "zero_division": zero_division}
            if name == "jaccard_score" and zero_division != zero_division:
                continue
            if name == "fbeta_score":
                options["beta"] = case.beta
            expected = quietly(getattr(peer, name), *dense, **options)
            actual = getattr(ours, name)(y_true, y_pred, **options)
            np.testing.assert_allclose(actual, expected, **TOLERANCE, err_msg=f"{name} {options}")
            assert type(actual) is type(expected)
        options = common | {"average": average, "zero_division": zero_division, "beta": case.beta}
        expected = quietly(peer.precision_recall_fscore_support, *dense, **options)
        actual = ours.precision_recall_fscore_support(y_true, y_pred, **options)
        for mine, theirs in zip(actual, expected, strict=True):
            if theirs is None:
                assert mine is None
            else:
                np.testing.assert_allclose(mine, theirs, **TOLERANCE)
                assert np.asarray(mine).dtype == np.asarray(theirs).dtype
    for samplewise in (False, True):
        expected = peer.multilabel_confusion_matrix(*dense, samplewise=samplewise, **common)
        actual = ours.multilabel_confusion_matrix(y_true, y_pred, samplewise=samplewise, **common)
        np.testing.assert_allclose(actual, expected, **TOLERANCE)
        assert actual.dtype == expected.dtype
    for normalize in (True, False):
        for name in ("accuracy_score", "zero_one_loss"):
            options = {"normalize": normalize, "sample_weight": case.weights}
            expected = getattr(peer, name)(*dense, **options)
            np.testing.assert_allclose(getattr(ours, name)(y_true, y_pred, **options), expected, **TOLERANCE)
    expected = peer.hamming_loss(*dense, sample_weight=case.weights)
    np.testing.assert_allclose(ours.hamming_loss(y_true, y_pred, sample_weight=case.weights), expected, **TOLERANCE)
    report = common | {"zero_division": zero_division, "digits": 3}
    if (
        case.weights is None or (case.weights == np.floor(case.weights)).all()
    ):  # else the last digit of a sum may differ
        expected = quietly(peer.classification_report, *dense, **report)
        assert ours.classification_report(y_true, y_pred, **report) == expected
    expected = quietly(peer.classification_report, *dense, **report, output_dict=True)
    actual = ours.classification_report(y_true, y_pred, **report, output_dict=True)
    assert list(actual) == list(expected)
    for row, values in expected.items():
        assert list(actual[row]) == list(values)
        np.testing.assert_allclose(list(actual[row].values()), list(values.values()), **TOLERANCE)


@pytest.mark.parametrize("seed", range(CASES))
def test_metrics_of_scores_equal_scikit_learn(seed):
    case = Case(seed)
    y_true = case.layout(case.y_true)
    dense = case.y_true.astype(np.int64)
    for name in ("label_ranking_average_precision_score", "coverage_error", "label_ranking_loss"):
        expected = getattr(peer, name)(dense, case.scores, sample_weight=case.weights)
        actual = getattr(ours, name)(y_true, case.scores, sample_weight=case.weights)
        np.testing.assert_allclose(actual, expected, **TOLERANCE, err_msg=name)
        assert type(actual) is float
    for average in AVERAGES:
        for name in ("average_precision_score", "roc_auc_score"):
            options = {"average": average, "sample_weight": case.weights}
            expected = quietly(getattr(peer, name), dense, case.scores, **options)
            actual = quietly(getattr(ours, name), y_true, case.scores, **options)
            np.testing.assert_allclose(actual, expected, **TOLERANCE, err_msg=f"{name} {average}")
            assert np.asarray(actual).dtype == np.float64


def reduced(case: Case, known: np.ndarray, column: int):
    """One label with only its known cells, as two columns so that scikit-learn takes it for multi-label data."""
    rows = known[:, column]
    return rows, case.y_true[rows, column].astype(int), case.y_pred[rows, column].astype(int), case.scores[rows, column]


@pytest.mark.parametrize("seed", range(0, CASES, 3))
@pytest.mark.parametrize("code", [-1, np.nan])
def test_unknown_cells_are_as_if_they_were_not_there(seed, code):
    case = Case(seed)
    known = case.rng.random(case.y_true.shape) < 0.7
    dtype = np.int64 if code == -1 else np.float32
    y_true = np.where(known, case.y_true, code).astype(dtype)
    y_pred = case.layout(case.y_pred)
    weights = case.weights
    w = np.ones(case.rows) if weights is None else weights
    for column in range(case.columns):
        rows, t, p, s = reduced(case, known, column)
        if not w[rows].any():
            continue
        tp, predicted, positives = (w[rows] * t * p).sum(), (w[rows] * p).sum(), (w[rows] * t).sum()
        label = {"labels": [column], "average": None, "sample_weight": weights, "zero_division": 0}
        for name, above, below in (
            ("precision_score", tp, predicted),
            ("recall_score", tp, positives),
            ("f1_score", 2 * tp, predicted + positives),
            ("jaccard_score", tp, predicted + positives - tp),
        ):
            value = getattr(ours, name)(y_true, y_pred, **label)[0]
            np.testing.assert_allclose(value, above / below if below else 0.0, **TOLERANCE, err_msg=name)
        for name in ("average_precision_score", "roc_auc_score"):
            expected = quietly(getattr(peer, name), t, s, sample_weight=None if weights is None else w[rows])
            actual = quietly(getattr(ours, name), y_true, case.scores, average=None, sample_weight=weights)[column]
            np.testing.assert_allclose(actual, expected, **TOLERANCE, err_msg=name)
    rankings = {"label_ranking_average_precision_score": [], "coverage_error": [], "label_ranking_loss": []}
    f1, right, wrong = [], [], []
    for row in range(case.rows):
        columns = known[row]
        t, p, s = case.y_true[row, columns], case.y_pred[row, columns], case.scores[row, columns]
        below = t.sum() + p.sum()
        f1.append(2 * (t & p).sum() / below if below else 0.0)
        right.append((t == p).all())
        wrong.append((t != p).sum())
        for name, values in rankings.items():
            if len(t) < 2 or t.all():
                perfect = {"coverage_error": float(t.sum())}
                values.append(perfect.get(name, float(name == "label_ranking_average_precision_score")))
            else:
                values.append(getattr(peer, name)(t[None].astype(int), s[None]))
    for name, values in rankings.items():
        actual = getattr(ours, name)(y_true, case.scores, sample_weight=weights)
        np.testing.assert_allclose(actual, np.average(values, weights=weights), **TOLERANCE, err_msg=name)
    samples = {"average": "samples", "sample_weight": weights, "zero_division": 0}
    np.testing.assert_allclose(ours.f1_score(y_true, y_pred, **samples), np.average(f1, weights=weights), **TOLERANCE)
    actual = ours.accuracy_score(y_true, y_pred, sample_weight=weights)
    np.testing.assert_allclose(actual, np.average(right, weights=weights), **TOLERANCE)
    cells = (w[:, None] * known).sum()
    actual = ours.hamming_loss(y_true, y_pred, sample_weight=weights)
    np.testing.assert_allclose(actual, (w * wrong).sum() / cells if cells else np.nan, **TOLERANCE)
    pooled = quietly(peer.average_precision_score, case.y_true[known].astype(int), case.scores[known])
    actual = quietly(ours.average_precision_score, y_true, case.scores, average="micro")
    np.testing.assert_allclose(actual, pooled, **TOLERANCE)
    total = peer.f1_score(case.y_true[known], case.y_pred[known], zero_division=0)
    np.testing.assert_allclose(ours.f1_score(y_true, y_pred, average="micro", zero_division=0), total, **TOLERANCE)


@pytest.mark.parametrize("seed", range(0, CASES, 10))
def test_tensors_sparse_matrices_and_lists_are_the_arrays_they_hold(seed):
    case = Case(seed)
    t, p = case.y_true.astype(np.int64), case.y_pred.astype(np.int64)
    expected = ours.f1_score(t, p, average="macro", zero_division=0)
    forms = [
        (torch.tensor(t), torch.tensor(p)),
        (torch.tensor(t).bool(), torch.tensor(p, dtype=torch.bfloat16)),
        (sparse.csr_matrix(t), sparse.csc_array(p)),
        (t.tolist(), p.tolist()),
        (t.astype(object), p.astype(">f8")),
    ]
    for y_true, y_pred in forms:
        assert ours.f1_score(y_true, y_pred, average="macro", zero_division=0) == expected
    scores = torch.tensor(case.scores, requires_grad=True)
    assert ours.coverage_error(sparse.csr_matrix(t), scores) == ours.coverage_error(t, case.scores)


def numbers_of_both_languages(prefix: str, mask: np.ndarray | None) -> tuple[dict[str, float], dict[str, float]]:
    """Our numbers on the data of tests/metrics/parity.test.cpp, and scikit-learn's where it has them and no mask."""
    x = np.arange(300 * 70).reshape(300, 70)
    t = ((x * x * 31 + x * 17) % 97 < 12).astype(np.int32)
    p = (((x * x * 31 + x * 17) % 97 < 16) | (x % 23 == 5)).astype(np.int32)
    s = (x * 7919 % 1009).astype(np.float32) / np.float32(1009)
    w = (np.arange(300) * 37 % 19 + 1) / 7
    mine: dict[str, float] = {}
    theirs: dict[str, float] = {}

    def put(name, function, other, has_peer=True, **options):
        mine[prefix + name] = getattr(ours, function)(t, other, mask=mask, **options)
        if mask is None and has_peer:
            theirs[prefix + name] = getattr(peer, function)(t, other, **options)

    for average in ("micro", "macro", "weighted", "samples"):
        options = {"average": average, "zero_division": 0, "sample_weight": w}
        put(f"precision {average}", "precision_score", p, **options)
        put(f"recall {average}", "recall_score", p, **options)
        put(f"f1 {average}", "f1_score", p, **options)
        put(f"jaccard {average}", "jaccard_score", p, average=average, zero_division=0)
        put(f"average_precision {average}", "average_precision_score", s, average=average, sample_weight=w)
        put(f"roc_auc {average}", "roc_auc_score", s, average=average)
        put(f"partial_roc_auc {average}", "roc_auc_score", s, average=average, max_fpr=0.3)
        put(f"log_loss {average}", "log_loss", s, has_peer=False, average=average, sample_weight=w)
        put(f"brier {average}", "brier_score_loss", s, has_peer=False, average=average)
    put("accuracy", "accuracy_score", p, sample_weight=w)
    put("hamming", "hamming_loss", p, sample_weight=w)
    put("lrap", "label_ranking_average_precision_score", s, sample_weight=w)
    put("coverage", "coverage_error", s)
    put("ranking_loss", "label_ranking_loss", s, sample_weight=w)
    put("ndcg", "ndcg_score", s, k=5)
    both = {"sample_weight": w, "mask": mask}
    three = ours.precision_recall_fscore_support(t, p, beta=2, average="samples", zero_division=0, **both)
    interval = ours.bootstrap_interval(ours.f1_score, t, p, average="micro", resamples=25, seed=3, **both)
    mine |= {
        f"{prefix}three": three[0] + three[1] + three[2],
        f"{prefix}support": ours.precision_recall_fscore_support(t, p, zero_division=0, **both)[3][11],
        f"{prefix}true_negatives": ours.multilabel_confusion_matrix(t, p, **both)[11, 0, 0],
        f"{prefix}false_positives_of_row": ours.multilabel_confusion_matrix(t, p, samplewise=True, **both)[11, 0, 1],
        f"{prefix}bootstrap value": interval.value,
        f"{prefix}bootstrap low": interval.low,
        f"{prefix}bootstrap high": interval.high,
        f"{prefix}bootstrap sample": interval.samples[7],
    }
    return mine, theirs


def test_python_and_cpp_give_the_same_bits():
    """Both against one file; MULTILABEL_WRITE_PARITY=1 writes it anew."""
    file = Path(__file__).parents[2] / "tests" / "metrics" / "parity.txt"
    x = np.arange(300 * 70).reshape(300, 70)
    known, theirs = numbers_of_both_languages("", None)
    masked, _ = numbers_of_both_languages("masked ", x * 13 % 29 != 0)
    for name, value in theirs.items():
        np.testing.assert_allclose(known[name], value, **TOLERANCE, err_msg=name)
    lines = "".join(f"{name}: {float(value).hex()}\n" for name, value in sorted((known | masked).items()))
    if os.environ.get("MULTILABEL_WRITE_PARITY"):
        file.write_text(lines, encoding="utf-8")
    assert lines == file.read_text(encoding="utf-8")

# SPDX-License-Identifier: Apache-2.0
"""Fuzz: one metric on generated data in one form with one set of options must equal scikit-learn on the dense matrix.

Forms are number types, memory orders, sparse matrices (with stored zeros too), tensors and lists. Values agree to 1e-12,
types and warnings exactly. With unknown cells the oracle is what scikit-learn, or the definition, says about the known
ones. MULTILABEL_FUZZ multiplies the number of cases.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as peer
import torch
from scipy import sparse

from multilabel import metrics as ours

EXACT = {"rtol": 1e-12, "atol": 1e-12, "equal_nan": True}
FACTOR = int(os.environ.get("MULTILABEL_FUZZ", "1"))
BATCH = 100  # cases a test; a failure names its seed
AVERAGES = [None, "micro", "macro", "weighted", "samples"]
DTYPES = [bool, "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", ">i8", ">f4", object]
PREDICTION_METRICS = [
    "precision_score",
    "recall_score",
    "f1_score",
    "fbeta_score",
    "jaccard_score",
    "precision_recall_fscore_support",
    "multilabel_confusion_matrix",
    "classification_report",
    "accuracy_score",
    "zero_one_loss",
    "hamming_loss",
]
SCORE_METRICS = [
    "average_precision_score",
    "roc_auc_score",
    "label_ranking_average_precision_score",
    "coverage_error",
    "label_ranking_loss",
    "dcg_score",
    "ndcg_score",
]


def stored(matrix: np.ndarray, random: np.random.Generator, kind: type) -> Any:
    """A CSR matrix of ``matrix`` that also stores some of the zeros, in no order of columns."""
    rows, columns = np.nonzero((matrix != 0) | (random.random(matrix.shape) < 0.2))
    order = random.permutation(len(rows))
    order = order[np.argsort(rows[order], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(matrix)))])
    values = matrix[rows[order], columns[order]]
    return kind((values, columns[order], starts), shape=matrix.shape)


def form_of(matrix: np.ndarray, random: np.random.Generator) -> Any:
    """The matrix of 0 and 1 in one of the forms that users have."""
    kind = random.integers(0, 12)
    if kind < 4:
        return matrix.astype(DTYPES[random.integers(0, len(DTYPES))])
    if kind == 4:
        return np.asfortranarray(matrix.astype(np.int64))
    if kind == 5:
        return np.repeat(matrix.astype(np.float32), 2, axis=1)[:, ::2]
    if kind == 6:
        return matrix.astype(int).tolist()
    if kind == 7:
        dtypes = [torch.bool, torch.uint8, torch.int64, torch.float32, torch.bfloat16]
        return torch.tensor(matrix.astype(np.int64)).to(dtypes[random.integers(0, len(dtypes))])
    if kind == 8:
        return stored(matrix.astype(np.int64), random, sparse.csr_matrix)
    if kind == 9:
        return stored(matrix.astype(np.float32), random, sparse.csr_array)
    if kind == 10:
        return sparse.csc_array(matrix.astype(np.int8))
    return sparse.coo_matrix(matrix.astype(bool))


class Case:
    """Targets, predictions, scores with or without ties, and weights; empty rows, empty and full labels among them."""

    def __init__(self, seed: int) -> None:
        random = self.random = np.random.default_rng(seed)
        self.shape = shape = (int(random.integers(1, 25)), int(random.integers(2, 20)))
        density = random.choice([0.05, 0.2, 0.5, 0.9])
        self.y_true = random.random(shape) < density
        self.y_pred = np.where(random.random(shape) < 0.7, self.y_true, random.random(shape) < density)
        if random.random() < 0.4:
            self.y_true[random.random(shape[0]) < 0.3] = False
            self.y_pred[random.random(shape[0]) < 0.3] = random.random() < 0.3
        if random.random() < 0.4:
            self.y_true[:, random.random(shape[1]) < 0.3] = random.random() < 0.3
        levels = random.choice([2, 5, 0])
        scores = 0.4 * self.y_true + random.random(shape)
        scores = np.floor(scores * levels) / levels if levels else scores
        self.scores = (scores * random.choice([1, -3, 100])).astype(random.choice(["f4", "f8"]))
        self.weights = [
            None,
            random.random(shape[0]) + 0.01,
            np.append(random.integers(0, 3, shape[0] - 1), 1),
            np.append(random.integers(0, 3, shape[0] - 1), 1).tolist(),
        ][random.integers(0, 4)]


def outcome(function: Any, *args: Any, **kwargs: Any) -> tuple[Any, list[tuple[str, str]]]:
    """What a call returns, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = function(*args, **kwargs)
    return value, [(warning.category.__name__, str(warning.message)) for warning in caught]


def same(actual: Any, expected: Any) -> None:
    """Equal in type and shape, and in value to 1e-12."""
    if isinstance(expected, tuple):
        assert len(actual) == len(expected)
        for mine, theirs in zip(actual, expected, strict=True):
            same(mine, theirs)
    elif isinstance(expected, dict):
        assert list(actual) == list(expected)
        for name, value in expected.items():
            same(actual[name], value)
    elif expected is None or isinstance(expected, str):
        assert actual == expected
    else:
        assert np.asarray(actual).dtype == np.asarray(expected).dtype or np.ndim(expected) == 0
        assert np.shape(actual) == np.shape(expected)
        np.testing.assert_allclose(actual, expected, **EXACT)


def options_for_predictions(name: str, case: Case) -> dict[str, Any]:
    random = case.random
    options: dict[str, Any] = {"sample_weight": case.weights}
    if name in ("accuracy_score", "zero_one_loss"):
        return options | {"normalize": bool(random.integers(0, 2))}
    if name == "hamming_loss":
        return options
    if random.random() < 0.3:
        chosen = random.permutation(case.shape[1])[: random.integers(1, case.shape[1] + 1)]
        options["labels"] = chosen if random.random() < 0.5 else chosen.tolist()
    if name == "multilabel_confusion_matrix":
        return options | {"samplewise": bool(random.integers(0, 2))}
    options["zero_division"] = ["warn", 0, 1, 1.0, np.nan][random.integers(0, 4 if name == "jaccard_score" else 5)]
    if name == "classification_report":
        return options | {"output_dict": True}
    options["average"] = AVERAGES[random.integers(0, 5)]
    if name in ("fbeta_score", "precision_recall_fscore_support"):
        options["beta"] = float(random.choice([0.0, 0.5, 1.0, 2.0, np.inf]))
    return options


def options_for_scores(name: str, case: Case) -> dict[str, Any]:
    random = case.random
    options: dict[str, Any] = {"sample_weight": case.weights}
    if name in ("average_precision_score", "roc_auc_score"):
        options["average"] = AVERAGES[random.integers(0, 5)]
    weightless = case.weights is not None and not np.all(
        case.weights
    )  # where they leave one class, scikit-learn raises
    if name == "roc_auc_score" and not weightless:
        options["max_fpr"] = [None, 1, 0.1, 0.5, float(random.uniform(0.01, 1))][random.integers(0, 5)]
    if name in ("dcg_score", "ndcg_score"):
        options["k"] = [None, int(random.integers(1, 25))][random.integers(0, 2)]
        options["ignore_ties"] = bool(random.integers(0, 2))
    if name == "dcg_score":
        options["log_base"] = float(random.choice([2.0, 10.0]))
    return options


@pytest.mark.parametrize("batch", range(14 * FACTOR))
def test_metrics_of_predictions_equal_scikit_learn(batch):
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        case = Case(seed)
        name = PREDICTION_METRICS[seed % len(PREDICTION_METRICS)]
        options = options_for_predictions(name, case)
        dense = case.y_true.astype(np.int64), case.y_pred.astype(np.int64)
        forms = form_of(case.y_true, case.random), form_of(case.y_pred, case.random)
        expected, their_warnings = outcome(getattr(peer, name), *dense, **options)
        try:
            actual, our_warnings = outcome(getattr(ours, name), *forms, **options)
            same(actual, expected)
            assert our_warnings == their_warnings
        except Exception as error:
            raise AssertionError(f"seed {seed}: {name} {options} of {type(forms[0])}, {type(forms[1])}") from error


@pytest.mark.parametrize("batch", range(10 * FACTOR))
def test_metrics_of_scores_equal_scikit_learn(batch):
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        case = Case(seed)
        name = SCORE_METRICS[seed % len(SCORE_METRICS)]
        options = options_for_scores(name, case)
        targets = form_of(case.y_true, case.random)
        forms = [case.scores, torch.tensor(case.scores), np.asfortranarray(case.scores)]
        scores = forms[case.random.integers(0, 3)]
        expected, their_warnings = outcome(getattr(peer, name), case.y_true.astype(np.int64), case.scores, **options)
        try:
            actual, our_warnings = outcome(getattr(ours, name), targets, scores, **options)
            same(actual, expected)
            ours_once = {kind for kind, _ in our_warnings}
            assert ours_once == {kind for kind, _ in their_warnings}
        except Exception as error:
            raise AssertionError(f"seed {seed}: {name} {options} of {type(targets)}") from error


def unknown_form(y_true: np.ndarray, known: np.ndarray, random: np.random.Generator) -> tuple[Any, dict[str, Any]]:
    """The targets with unknown cells in one of the ways to say so, and the mask where it needs one."""
    kind = random.integers(0, 7)
    minus = np.where(known, y_true, -1)
    if kind == 0:
        return minus.astype(random.choice(["i1", "i4", "i8", "f8"])), {}
    if kind == 1:
        return np.where(known, y_true, np.nan).astype(random.choice(["f4", "f8"])), {}
    if kind == 2:
        return stored(minus, random, sparse.csr_array), {}
    if kind == 3:  # what the mask hides is not looked at
        return np.where(known, y_true, random.integers(0, 256, y_true.shape)), {"mask": known}
    if kind == 4:
        return torch.tensor(y_true), {"mask": torch.tensor(known)}
    if kind == 5:
        return stored(y_true.astype(int), random, sparse.csr_matrix), {"mask": known.astype(int).tolist()}
    half = known | (random.random(known.shape) < 0.5)  # some hidden by the mask, some by NaN
    return np.where(half, y_true, np.nan), {"mask": known | ~half}


def ratio(above: np.ndarray, below: np.ndarray, otherwise: float) -> np.ndarray:
    return np.where(below == 0, otherwise, above / np.where(below == 0, 1, below))


def averaged_ratio(name: str, t: np.ndarray, p: np.ndarray, known: np.ndarray, w: np.ndarray, average: Any) -> Any:
    """A ratio of counts over known cells; 0 where it has no denominator, NaN and in no average where nothing is known."""
    axis = 1 if average == "samples" else 0
    cells = (known if average == "samples" else known * w[:, None]).astype(float)
    tp, predicted, positives = ((cells * x).sum(axis=axis) for x in (t * p, p, t))
    if average == "micro":
        tp, predicted, positives = tp.sum(), predicted.sum(), positives.sum()
    above, below = {
        "precision_score": (tp, predicted),
        "recall_score": (tp, positives),
        "f1_score": (2 * tp, predicted + positives),
        "jaccard_score": (tp, predicted + positives - tp),
    }[name]
    some = cells.sum() > 0 if average == "micro" else cells.sum(axis=axis) > 0
    values = np.where(some, ratio(above, below, 0.0), np.nan)
    if average in ("weighted", "samples"):
        weights = positives if average == "weighted" else w
        return mean_of_known(values, weights)
    return mean_of_known(values, np.ones(len(values))) if average == "macro" else values


def mean_of_known(values: np.ndarray, weights: np.ndarray) -> float:
    """The weighted mean of what is no NaN; the plain one where that weighs nothing, NaN where there is nothing."""
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    known = ~np.isnan(values)
    if not known.any():
        return np.nan
    return np.average(values[known], weights=weights[known]) if weights[known].any() else values[known].mean()


def ranked_rows(name: str, t: np.ndarray, s: np.ndarray, known: np.ndarray) -> list[float]:
    """A ranking metric of each row's known labels, by scikit-learn or, where it takes no such row, by definition."""
    values = []
    for row in range(len(t)):
        truth, scores = t[row, known[row]].astype(int), s[row, known[row]]
        if not len(truth):
            values.append(np.nan)
        elif name == "ndcg_score":
            values.append(peer.ndcg_score(truth[None], scores[None]) if len(truth) > 1 else float(truth.any()))
        elif name == "dcg_score":
            values.append(peer.dcg_score(truth[None], scores[None]) if len(truth) > 1 else float(truth.sum()))
        elif len(truth) < 2 or truth.all():
            values.append({"coverage_error": float(truth.sum()), "label_ranking_loss": 0.0}.get(name, 1.0))
        else:
            values.append(getattr(peer, name)(truth[None], scores[None]))
    return values


def column_scores(name: str, t: np.ndarray, s: np.ndarray, known: np.ndarray, w: np.ndarray) -> list[float]:
    values = []
    for j in range(t.shape[1]):
        truth, scores, weights = t[known[:, j], j].astype(int), s[known[:, j], j], w[known[:, j]]
        both = (truth * weights).any() and ((1 - truth) * weights).any()
        if name == "roc_auc_score":
            values.append(peer.roc_auc_score(truth, scores, sample_weight=weights) if both else np.nan)
        elif name == "average_precision_score":
            some = (truth * weights).any()
            nothing = 0.0 if weights.any() else np.nan
            values.append(peer.average_precision_score(truth, scores, sample_weight=weights) if some else nothing)
        else:
            p = np.clip(scores.astype(float), np.finfo(s.dtype).eps, 1 - np.finfo(s.dtype).eps)
            log = -np.where(truth == 1, np.log(p), np.log1p(-p))
            loss = log if name == "log_loss" else (scores.astype(float) - truth) ** 2
            values.append((weights * loss).sum() / weights.sum() if weights.any() else np.nan)
    return values


@pytest.mark.parametrize("batch", range(6 * FACTOR))
def test_unknown_cells_are_as_if_they_were_not_there(batch):
    for seed in range(batch * 50, (batch + 1) * 50):
        case = Case(seed)
        random = case.random
        t, p, s = case.y_true, case.y_pred, case.scores
        known = random.random(case.shape) < random.choice([0.3, 0.8])
        targets, extra = unknown_form(t, known, random)
        w = np.ones(case.shape[0]) if case.weights is None else np.asarray(case.weights, float)
        extra["sample_weight"] = case.weights
        predictions = form_of(p, random)

        def check(
            name: str, other: Any, expected: Any, extra=extra, seed=seed, targets=targets, **options: Any
        ) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                actual = getattr(ours, name)(targets, other, **extra, **options)
            np.testing.assert_allclose(
                actual, expected, **EXACT, err_msg=f"seed {seed}: {name} {options} {type(targets)}"
            )

        for name in ("precision_score", "recall_score", "f1_score", "jaccard_score"):
            average = AVERAGES[random.integers(0, 5)]
            expected = averaged_ratio(name, t, p, known, w, average)
            check(name, predictions, expected, average=average, zero_division=0)
        wrong = (t != p) & known
        row_wrong = np.where(known.any(axis=1), wrong.any(axis=1), np.nan)
        check("accuracy_score", predictions, mean_of_known(1 - row_wrong, w))
        check("zero_one_loss", predictions, mean_of_known(row_wrong, w))
        cells = (w[:, None] * known).sum()
        check("hamming_loss", predictions, (w[:, None] * wrong).sum() / cells if cells else np.nan)
        matrix = [
            [[(w * known[:, j] * (t[:, j] == a) * (p[:, j] == b)).sum() for b in (0, 1)] for a in (0, 1)]
            for j in range(case.shape[1])
        ]
        check("multilabel_confusion_matrix", predictions, matrix)
        for name in ("label_ranking_average_precision_score", "coverage_error", "label_ranking_loss", "ndcg_score"):
            check(name, s, mean_of_known(ranked_rows(name, t, s, known), w))
        for name in ("average_precision_score", "roc_auc_score"):
            check(name, s, column_scores(name, t, s, known, w), average=None)
        if (known & t).any():
            flat = {"sample_weight": np.repeat(w, known.sum(axis=1))}
            if (flat["sample_weight"] * t[known]).any():
                pooled = peer.average_precision_score(t[known].astype(int), s[known], **flat)
                check("average_precision_score", s, pooled, average="micro")
        squashed = (1 / (1 + np.exp(-s))).astype(s.dtype)
        for name in ("log_loss", "brier_score_loss"):
            check(name, squashed, column_scores(name, t, squashed, known, w), average=None)
        if case.weights is None:
            extra.pop("sample_weight")
            right = ((squashed > 0.5) == t)[known]
            check("binary_accuracy", squashed, right.mean() if known.any() else np.nan)
            if known.any() and (known & t).any():
                report = ours.coco_report(targets, squashed, **extra)
                expected = averaged_ratio("f1_score", t, squashed >= 0.5, known, w, "micro")
                np.testing.assert_allclose(report["OF1"], expected, **EXACT)
                numbers = ours.evaluate(targets, squashed, **extra)
                np.testing.assert_allclose(numbers.micro_f1, expected, **EXACT)
                assert numbers.unknown_cells == (~known).sum()

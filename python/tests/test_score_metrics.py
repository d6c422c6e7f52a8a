# SPDX-License-Identifier: Apache-2.0
"""Probabilistic metrics, gain, curves, the COCO report and bootstrap intervals, beside scikit-learn column by column."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as peer

import multilabel
from multilabel import metrics as ours

EXACT = {"rtol": 1e-12, "atol": 1e-12, "equal_nan": True}


class Case:
    """Targets with unknown cells, probabilities with ties, and weights or none."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.shape = (int(rng.integers(2, 60)), int(rng.integers(2, 12)))
        self.y_true = (rng.random(self.shape) < rng.choice([0.1, 0.5])).astype(int)
        scores = np.clip(0.3 * self.y_true + rng.random(self.shape), 0, 1)
        levels = rng.choice([0, 4])
        self.scores = np.floor(scores * levels) / levels if levels else scores
        self.scores = self.scores.astype(rng.choice(["float32", "float64"]))
        self.known = rng.random(self.shape) < rng.choice([0.6, 1.0])
        self.weights = rng.random(self.shape[0]) + 0.1 if rng.random() < 0.5 else None
        self.targets = np.where(self.known, self.y_true, np.nan)

    def column(self, j: int):
        rows = self.known[:, j]
        weights = None if self.weights is None else self.weights[rows]
        return self.y_true[rows, j], self.scores[rows, j], weights


@pytest.mark.parametrize("seed", range(60))
def test_log_loss_and_brier_score_are_those_of_each_column(seed):
    case = Case(seed)
    for name in ("log_loss", "brier_score_loss"):
        expected = []
        for j in range(case.shape[1]):
            t, p, w = case.column(j)
            options = {"sample_weight": w, "labels": [0, 1]} | ({"pos_label": 1} if name == "brier_score_loss" else {})
            expected.append(getattr(peer, name)(t, p, **options) if len(t) else np.nan)
        # float32: scikit-learn clips and sums in the scores' own precision
        close = EXACT if case.scores.dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-6, "equal_nan": True}
        actual = getattr(ours, name)(case.targets, case.scores, average=None, sample_weight=case.weights)
        np.testing.assert_allclose(actual, expected, **close)
        macro = getattr(ours, name)(case.targets, case.scores, sample_weight=case.weights)
        np.testing.assert_allclose(macro, np.nanmean(expected), **close)
        positive = [
            0.0 if w is None and not len(t) else (t * (1 if w is None else w)).sum()
            for t, _, w in map(case.column, range(case.shape[1]))
        ]
        if sum(positive):
            weighted = getattr(ours, name)(case.targets, case.scores, average="weighted", sample_weight=case.weights)
            np.testing.assert_allclose(weighted, np.average(np.nan_to_num(expected), weights=positive), **close)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("k", [None, 1, 3])
def test_cumulative_gain_is_that_of_scikit_learn(seed, k):
    case = Case(seed)
    graded = case.y_true * np.random.default_rng(seed).integers(0, 4, case.shape)
    for targets in (case.y_true, graded):
        for name in ("dcg_score", "ndcg_score"):
            expected = getattr(peer, name)(targets, case.scores, k=k, sample_weight=case.weights)
            actual = getattr(ours, name)(targets, case.scores, k=k, sample_weight=case.weights)
            np.testing.assert_allclose(actual, expected, **EXACT)
    distinct = np.random.default_rng(seed).permuted(np.tile(np.arange(case.shape[1]), (case.shape[0], 1)), axis=1)
    expected = peer.dcg_score(graded, distinct, k=k, log_base=10, ignore_ties=True)
    np.testing.assert_allclose(ours.dcg_score(graded, distinct, k=k, log_base=10, ignore_ties=True), expected, **EXACT)


def test_cumulative_gain_leaves_unknown_cells_out_of_the_ranking():
    expected = peer.ndcg_score([[1, 0, 1]], [[0.2, 0.9, 0.4]])
    assert ours.ndcg_score([[1, np.nan, 0, 1]], [[0.2, 0.95, 0.9, 0.4]]) == pytest.approx(expected)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(60))
def test_curves_are_those_of_each_column(seed):
    case = Case(seed)
    precision_recall = ours.precision_recall_curve(case.targets, case.scores, sample_weight=case.weights)
    roc = ours.roc_curve(case.targets, case.scores, sample_weight=case.weights)
    for j in range(case.shape[1]):
        t, s, w = case.column(j)
        if not len(t):
            continue
        expected = peer.precision_recall_curve(t, s, sample_weight=w)
        for mine, theirs in zip(precision_recall[j], expected, strict=True):
            np.testing.assert_allclose(mine, theirs, **EXACT)
        expected = peer.roc_curve(t, s, sample_weight=w, drop_intermediate=False)
        for mine, theirs in zip(roc[j], expected, strict=True):
            np.testing.assert_allclose(mine, theirs, **EXACT)


def test_expected_calibration_error_by_hand():
    y_true, y_proba = [[0, 0], [1, 0], [1, 0], [1, -1]], [[0.2, 0.1], [0.3, 0.1], [0.8, 0.1], [0.9, 0.9]]
    # label 0 in two bins: (0.25 against 0.5) and (0.85 against 1); label 1: 0.1 against 0
    by_label = ours.expected_calibration_error(y_true, y_proba, n_bins=2, average=None)
    np.testing.assert_allclose(by_label, [0.2, 0.1])
    assert ours.expected_calibration_error(y_true, y_proba, n_bins=2, average="macro") == pytest.approx(0.15)
    # pooled: below a half 0.8 / 5 = 0.16 against 0.2, above 0.85 against 1
    assert ours.expected_calibration_error(y_true, y_proba, n_bins=2) == pytest.approx((0.04 * 5 + 0.15 * 2) / 7)
    adaptive = ours.expected_calibration_error(y_true, y_proba, n_bins=4, strategy="quantile", average=None)
    assert adaptive[0] == pytest.approx((0.2 + 0.7 + 0.2 + 0.1) / 4)


def test_a_calibrated_model_has_little_calibration_error_and_an_overconfident_one_more():
    rng = np.random.default_rng(0)
    p = rng.random((20000, 3))
    y = rng.random(p.shape) < p
    assert ours.expected_calibration_error(y, p) < 0.01
    assert ours.expected_calibration_error(y, np.where(p > 0.5, 0.5 + p / 2, p / 2)) > 0.1


def test_logits_are_refused_where_probabilities_are_needed():
    for function in (ours.log_loss, ours.brier_score_loss, ours.expected_calibration_error):
        with pytest.raises(multilabel.ArgumentError, match=r"probabilities in \[0, 1\]; got 2.5 in row 0, column 1"):
            function([[1, 0]], [[0.5, 2.5]])


def test_coco_report_by_hand():
    # at 0.5: {1, 1, 1}, {0, 1, 0}; label 0: TP 1 of 1, 2 positives; label 1: TP 1 of 2, 1 positive; label 2: no positives
    report = ours.coco_report([[1, 0, 0], [1, 1, 0]], [[0.9, 0.8, 0.6], [0.4, 0.7, 0.2]], k=1)
    expected = {"mAP": 0.75, "CP": 0.75, "CR": 0.75, "CF1": 0.75, "OP": 0.5, "OR": 2 / 3, "OF1": 4 / 7}
    assert {name: report[name] for name in expected} == pytest.approx(expected)
    assert (report["OP@1"], report["OR@1"]) == pytest.approx((1.0, 2 / 3))


def test_top_k_predictions_take_the_first_of_equal_scores():
    assert ours.top_k_predictions([[0.5, 0.5, 0.5], [0.1, 0.3, 0.2]], 2).tolist() == [[1, 1, 0], [0, 1, 1]]
    with pytest.raises(ValueError, match="k must be a whole number from 1 to"):
        ours.top_k_predictions([[0.5, 0.5]], 0)


def test_bootstrap_interval_covers_and_repeats():
    rng = np.random.default_rng(0)
    y = rng.random((200, 4)) < 0.3
    p = y ^ (rng.random(y.shape) < 0.1)
    options = {"average": "micro", "resamples": 300}
    interval = ours.bootstrap_interval(ours.f1_score, y, p, **options)
    assert interval.low < interval.value < interval.high
    assert 0.01 < interval.high - interval.low < 0.2
    again = ours.bootstrap_interval(ours.f1_score, y, p, **options)
    assert (again.samples == interval.samples).all()
    narrow = ours.bootstrap_interval(ours.f1_score, y, p, confidence=0.5, **options)
    assert narrow.high - narrow.low < interval.high - interval.low


def philox(counter, key):
    """Philox4x32-10 (Salmon et al., SC 2011) in Python's integers."""
    for _ in range(10):
        a, b = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [(b >> 32) ^ counter[1] ^ key[0], b % 2**32, (a >> 32) ^ counter[3] ^ key[1], a % 2**32]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return counter


def test_bootstrap_interval_draws_rows_by_the_generator_of_the_library():
    rows, seed = 7, 2**40 + 5
    drawn = []
    ours.bootstrap_interval(
        lambda t, _: drawn.append(t[:, 0]) or 0.0, np.arange(7)[:, None], np.arange(7), resamples=3, seed=seed
    )
    for resample, found in enumerate(drawn[1:]):
        words = [word for i in range(2) for word in philox([i, 0xB0075742, 0, resample], [seed % 2**32, seed >> 32])]
        # a word below (2^32 mod rows) / rows of its step would be drawn anew: none of these is
        assert all(word * rows % 2**32 >= 2**32 % rows for word in words)
        assert found.tolist() == [word * rows >> 32 for word in words[:rows]]


@pytest.mark.parametrize("confidence", [0.3, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("count", [1, 2, 3, 40, 1000])
def test_bootstrap_interval_ends_where_the_quantiles_of_numpy_are(confidence, count):
    values = iter(np.random.default_rng(count).normal(size=count + 1))
    interval = ours.bootstrap_interval(lambda *_: next(values), [[1]], [[1]], confidence=confidence, resamples=count)
    tail = (1 - confidence) / 2
    assert [interval.low, interval.high] == np.quantile(interval.samples, [tail, 1 - tail]).tolist()

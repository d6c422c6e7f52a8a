# SPDX-License-Identifier: Apache-2.0
"""Conformal control keeps its promise: many draws from a population whose risk at every threshold is known."""

import math

import numpy as np
import pytest

from multilabel.threshold import conformal

REPETITIONS = 600
LABELS = 4


def draw(samples, random):
    """Rows with 0 to 4 true labels (a fifth have none), and scores that are right more often than not."""
    rate = np.array([0.5, 0.35, 0.25, 0.15])
    targets = (random.random((samples, LABELS)) < rate).astype(np.int8)
    logits = random.normal(0, 1.2, targets.shape) + np.where(targets == 1, 1.3, -1.3)
    return targets, 1 / (1 + np.exp(-logits))


POPULATION = draw(20_000, np.random.default_rng(0))


def losses(targets, guess, risk):
    both, predicted, present = (guess & (targets == 1)).sum(1), guess.sum(1), targets.sum(1)
    above, below = {
        "fnr": (present - both, present),
        "fpr": (predicted - both, LABELS - present),
        "fdr": (predicted - both, predicted),
        "f1": (predicted + present - 2 * both, predicted + present),
        "jaccard": (predicted + present - 2 * both, predicted + present - both),
    }[risk]
    return above / np.maximum(below, 1)


def risk_table(risk):
    """The population's risk at 401 thresholds; between two of them it is as good as straight."""
    cuts = np.linspace(0, 1, 401)
    return cuts, np.array([losses(POPULATION[0], POPULATION[1] >= cut, risk).mean() for cut in cuts])


@pytest.fixture(scope="module")
def tables():
    return {}


def true_risks(thresholds, risk, tables):
    if risk not in tables:
        tables[risk] = risk_table(risk)
    return np.interp(thresholds, *tables[risk])


def fitted(samples, repetitions, seed, **options):
    """The thresholds of many calibration sets; the draws for which nothing can be promised promise nothing."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(repetitions):
        try:
            found.append(conformal(*draw(samples, random), **options).thresholds_)
        except ValueError:
            found.append(None)
    return found


@pytest.mark.parametrize("risk", ["fnr", "fpr"])
def test_crc_keeps_the_expected_risk_and_wastes_little_of_it(risk, tables):
    alpha = 0.15
    found = fitted(60, REPETITIONS, 1, risk=risk, alpha=alpha, method="crc")
    risks = true_risks(np.array([t[0] for t in found]), risk, tables)
    error = risks.std() / math.sqrt(REPETITIONS)
    assert risks.mean() <= alpha + 3 * error
    assert risks.mean() >= alpha - 2 / 61 - 3 * error  # the guarantee is tight to (2 B) / (n + 1)


@pytest.mark.parametrize(
    ("method", "risk", "alpha", "bound"),
    [
        ("rcps", "fnr", 0.25, "hoeffding_bentkus"),
        ("rcps", "fnr", 0.25, "betting"),
        ("rcps", "fpr", 0.2, "hoeffding_bentkus"),
        ("rcps", "fpr", 0.2, "betting"),
        ("ltt", "fnr", 0.25, "betting"),
        ("ltt", "fdr", 0.3, "hoeffding_bentkus"),
        ("ltt", "fdr", 0.3, "betting"),
        ("ltt", "f1", 0.42, "hoeffding_bentkus"),
        ("ltt", "f1", 0.42, "betting"),
        ("ltt", "jaccard", 0.52, "hoeffding_bentkus"),
        ("ltt", "jaccard", 0.52, "betting"),
    ],
)
def test_the_risk_exceeds_alpha_in_no_more_than_delta_of_all_draws(method, risk, alpha, bound, tables):
    delta = 0.1
    found = fitted(150, REPETITIONS, 2, risk=risk, alpha=alpha, method=method, delta=delta, bound=bound, points=49)
    kept = np.array([t[0] for t in found if t is not None])
    exceeded = (true_risks(kept, risk, tables) > alpha).sum() / REPETITIONS
    assert exceeded <= delta + 3 * math.sqrt(delta * (1 - delta) / REPETITIONS)
    assert len(kept) > REPETITIONS / 2  # a method that never promises anything would pass too


@pytest.mark.parametrize("method", ["crc", "rcps"])
@pytest.mark.parametrize("risk", ["fnr", "fpr"])
def test_every_label_keeps_its_own_promise(method, risk):
    """The rate among the images that have the label (fnr) or lack it (fpr)."""
    alpha, delta = 0.3, 0.1
    targets, scores = POPULATION
    found = np.array(fitted(200, REPETITIONS, 3, risk=risk, alpha=alpha, method=method, delta=delta, per_label=True))
    for label in range(LABELS):
        own = np.sort(scores[targets[:, label] == (1 if risk == "fnr" else 0), label])
        below = np.searchsorted(own, found[:, label]) / len(own)
        rates = below if risk == "fnr" else 1 - below
        if method == "crc":
            assert rates.mean() <= alpha + 3 * rates.std() / math.sqrt(REPETITIONS)
        else:
            limit = delta + 3 * math.sqrt(delta * (1 - delta) / REPETITIONS)
            assert (rates > alpha).mean() <= limit
        assert rates.mean() > alpha / 4  # not by predicting everything or nothing


@pytest.mark.parametrize("bound", ["hoeffding_bentkus", "betting"])
@pytest.mark.parametrize(
    ("risk", "alpha"), [("fnr", 0.35), ("fpr", 0.3), ("fdr", 0.45), ("f1", 0.6), ("jaccard", 0.72)]
)
def test_every_label_keeps_its_promise_by_testing_thresholds(risk, alpha, bound):
    delta = 0.2
    options = {"risk": risk, "alpha": alpha, "method": "ltt", "delta": delta, "bound": bound, "points": 9}
    found = fitted(250, REPETITIONS, 4, per_label=True, **options)
    kept = np.array([t for t in found if t is not None])
    assert len(kept) > REPETITIONS / 2
    targets, scores = POPULATION
    for label in range(LABELS):
        rates = []
        for cut in (cuts := np.unique(kept[:, label])):
            guess, truth = scores[:, label] >= cut, targets[:, label] == 1
            both, false, missed = (guess & truth).sum(), (guess & ~truth).sum(), (~guess & truth).sum()
            above, below = {
                "fnr": (missed, truth.sum()),
                "fpr": (false, (~truth).sum()),
                "fdr": (false, both + false),
                "f1": (false + missed, 2 * both + false + missed),
                "jaccard": (false + missed, both + false + missed),
            }[risk]
            rates.append(above / max(below, 1))
        exceeded = (np.array(rates) > alpha)[np.searchsorted(cuts, kept[:, label])].sum() / REPETITIONS
        assert exceeded <= delta + 3 * math.sqrt(delta * (1 - delta) / REPETITIONS)


def test_rows_without_labels_count_as_rows_without_a_loss():
    """By hand: of 19 rows 9 have one label; one miss more would be (2 + 1) / 20 > 0.1, so one miss is allowed."""
    targets = np.zeros((19, 1), int)
    targets[:9] = 1
    scores = np.linspace(0.05, 0.95, 19)[:, None]
    rule = conformal(targets, scores, alpha=0.1)
    assert rule.thresholds_[0] == scores[1, 0]
    assert rule.value_ == pytest.approx(1 / 19)

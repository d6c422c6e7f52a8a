# SPDX-License-Identifier: Apache-2.0
"""Every metric, average and constraint of `tune` against an exhaustive search on small cases full of ties."""

import itertools

import numpy as np
import pytest

from multilabel import ArgumentError
from multilabel.threshold import sweep, tune

METRICS = ["f1", "fbeta", "jaccard", "precision", "recall", "accuracy", "hamming", "youden", "cost"]
AVERAGES = ["micro", "macro", "weighted", "samples"]
COST = {"false_positive": 1.0, "false_negative": 3.0, "true_negative": -0.25}
BETA = 2.0


def case(seed, samples=6, labels=3, levels=4):
    """Few levels, some labels and rows without positives, and in two of three cases unknown cells."""
    random = np.random.default_rng(seed)
    targets = (random.random((samples, labels)) < random.choice([0.1, 0.4, 0.8], labels)).astype(float)
    if seed % 3:
        targets[random.random(targets.shape) < 0.15] = np.nan
        targets[0, 0] = 1
    scores = random.integers(0, levels, (samples, labels)) / levels
    return targets, scores.astype(np.float32 if seed % 2 else np.float64)


def of_group(tp, predicted, positives, known, metric):
    ratios = {
        "f1": (2 * tp, predicted + positives),
        "fbeta": ((1 + BETA**2) * tp, predicted + BETA**2 * positives),
        "jaccard": (tp, predicted + positives - tp),
        "precision": (tp, predicted),
        "recall": (tp, positives),
        "hamming": (predicted + positives - 2 * tp, known),
        "cost": (
            (predicted - tp) + 3 * (positives - tp) - 0.25 * (known - positives - predicted + tp),
            known,
        ),
    }
    if metric == "accuracy":
        return ((tp == predicted) & (tp == positives)).astype(float)
    if metric == "youden":
        recall = np.divide(tp, positives, out=np.zeros(np.shape(tp)), where=positives > 0)
        negatives = known - positives
        return recall - np.divide(predicted - tp, negatives, out=np.ones(np.shape(tp)), where=negatives > 0)
    above, below = ratios[metric]
    return np.divide(above, below, out=np.zeros(np.shape(tp)), where=below > 0)


def values(targets, guesses, metric, average):
    """The metric of many predictions at once, ``guesses`` [cases, samples, labels], by its definition."""
    known = ~np.isnan(targets)
    truth = np.where(known, targets, 0)
    guesses = guesses & known
    axis = {"samples": -1, "micro": (-2, -1)}.get(average, -2)
    counts = [x.sum(axis).astype(float) for x in (guesses * truth, guesses)]
    positives = np.broadcast_to(truth.sum(axis).astype(float), counts[0].shape)
    total = np.broadcast_to(known.sum(axis).astype(float), counts[0].shape)
    groups = of_group(counts[0], counts[1], positives, total, metric)
    if average == "micro":
        return groups
    weights = (total > 0).astype(float)
    if average == "weighted" and truth.sum() > 0:
        weights = positives
    return (groups * weights).sum(-1) / weights.sum(-1)


def per_image(targets, guesses):
    known = ~np.isnan(targets)
    return (guesses & known).sum((-2, -1)) / known.any(1).sum()


def kept(targets, guesses, average, quantity, bound):
    if quantity == "predictions_per_image":
        return per_image(targets, guesses) <= bound + 1e-12
    return values(targets, guesses, quantity, average) >= bound - 1e-12


def guesses_of(scores, cuts):
    return scores[None] >= np.asarray(cuts, scores.dtype).reshape(len(cuts), 1, -1)


COMBINATIONS = [(m, a) for m in METRICS for a in AVERAGES if m != "accuracy" or a == "samples"]


@pytest.mark.parametrize("quantity", [None, "precision", "recall", "predictions_per_image"])
@pytest.mark.parametrize(("metric", "average"), COMBINATIONS)
def test_one_threshold_is_the_best_of_all_that_keep_the_constraint(metric, average, quantity):
    sign = -1 if metric in ("hamming", "cost") else 1
    for seed in range(9):
        targets, scores = case(seed)
        cuts = [*np.unique(scores), 2.0]
        guesses = guesses_of(scores, cuts)
        reached = sign * values(targets, guesses, metric, average)
        options = {"metric": metric, "average": average, "beta": BETA, "cost": COST}
        if quantity is not None:
            side = per_image(targets, guesses) if "image" in quantity else values(targets, guesses, quantity, average)
            bound = float(np.median(side))
            reached = np.where(kept(targets, guesses, average, quantity, bound), reached, -np.inf)
            options["constraint"] = f"{quantity} {'<=' if 'image' in quantity else '>='} {bound!r}"
        rule = tune(targets, scores, **options)
        assert sign * rule.value_ == pytest.approx(reached.max(), abs=1e-12)
        mine = rule.apply(scores)[None].astype(bool)
        assert sign * values(targets, mine, metric, average)[0] == pytest.approx(reached.max(), abs=1e-12)
        if quantity is None:
            curve = sweep(targets, scores, **options)
            at = guesses_of(scores, curve.thresholds)
            np.testing.assert_allclose(curve.values, values(targets, at, metric, average), rtol=0, atol=1e-12)
            assert curve.best == rule


@pytest.mark.parametrize(
    ("average", "quantity"),  # micro within a bound is a local optimum, tested below
    [("micro", None), *itertools.product(["macro", "weighted"], [None, "precision", "recall"])],
)
@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric != "accuracy"])
def test_one_threshold_a_label_is_the_exhaustive_optimum(metric, average, quantity):
    sign = -1 if metric in ("hamming", "cost") else 1
    for seed in range(6):
        targets, scores = case(seed, samples=7)
        choices = list(itertools.product([*np.unique(scores), 2.0], repeat=3))
        guesses = guesses_of(scores, choices)
        reached = sign * values(targets, guesses, metric, average)
        options = {"metric": metric, "average": average, "beta": BETA, "cost": COST, "per_label": True}
        if quantity is not None:
            options["constraint"] = f"{quantity} >= 0.5"
            allowed = np.ones(len(choices), bool)
            for label in range(3):  # each label keeps the bound, or is never predicted
                column = [label]
                alone = values(targets[:, column], guesses[:, :, column], quantity, "micro")
                silent = ~guesses[:, :, label].any(1)
                allowed &= (alone >= 0.5 - 1e-12) | (silent & ~(alone >= 0.5 - 1e-12).any())
            reached = np.where(allowed, reached, -np.inf)
        rule = tune(targets, scores, **options)
        assert sign * rule.value_ == pytest.approx(reached.max(), abs=1e-12)
        mine = rule.apply(scores)[None].astype(bool)
        assert sign * values(targets, mine, metric, average)[0] == pytest.approx(reached.max(), abs=1e-12)


@pytest.mark.parametrize("quantity", ["precision", "recall", "predictions_per_image"])
@pytest.mark.parametrize("average", ["micro", "samples"])
def test_tied_labels_keep_the_bound_and_are_not_below_one_threshold(average, quantity):
    for seed, metric in itertools.product(range(6), ("f1", "jaccard", "hamming")):
        sign = -1 if metric == "hamming" else 1
        targets, scores = case(seed, samples=8)
        constraint = "predictions_per_image <= 1" if "image" in quantity else f"{quantity} >= 0.4"
        options = {"metric": metric, "average": average, "constraint": constraint}
        try:
            single = tune(targets, scores, **options)
        except ArgumentError:
            continue
        rule = tune(targets, scores, per_label=True, **options)
        mine = rule.apply(scores)[None].astype(bool)
        assert kept(targets, mine, average, quantity, 1 if "image" in quantity else 0.4).all()
        assert sign * rule.value_ >= sign * single.value_ - 1e-12
        assert rule.value_ == pytest.approx(values(targets, mine, metric, average)[0], abs=1e-12)

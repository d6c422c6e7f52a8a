# SPDX-License-Identifier: Apache-2.0
"""Metrics over batches: equal to the functions on all rows, and to torchmetrics where it is installed."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import multilabel as ml
from multilabel import metrics

AVERAGES = ("micro", "macro", "weighted", "samples", None)


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(4)
    targets = (random.random((300, 7)) < 0.3).astype(np.float64)
    targets[random.random(targets.shape) < 0.1] = np.nan
    scores = np.round(random.random(targets.shape) * 0.7 + 0.3 * np.nan_to_num(targets), 2).astype(np.float32)
    return targets, scores, random.random(len(targets)) + 0.1


def in_batches(metric, targets, scores, weights=None, sizes=(1, 50, 100, 149)):
    for part in np.split(np.arange(len(targets)), np.cumsum(sizes)[:-1]):
        metric.update(targets[part], scores[part], sample_weight=None if weights is None else weights[part])
    return metric


def functions():
    for average in AVERAGES:
        options = {"average": average, "zero_division": 0}
        yield metrics.F1Score(threshold=0.4, **options), metrics.f1_score, options
        yield metrics.Precision(threshold=0.4, **options), metrics.precision_score, options
        yield metrics.Recall(threshold=0.4, **options), metrics.recall_score, options
        yield metrics.FBetaScore(0.5, threshold=0.4, **options), metrics.fbeta_score, {**options, "beta": 0.5}
    yield metrics.ExactMatch(threshold=0.4), metrics.accuracy_score, {}
    yield metrics.HammingDistance(threshold=0.4), metrics.hamming_loss, {}


@pytest.mark.parametrize(
    ("metric", "function", "options"), list(functions()), ids=lambda value: getattr(value, "__name__", repr(value))[:60]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_counting_metrics_equal_the_functions(data, metric, function, options, weighted):
    targets, scores, weights = data
    metric.reset()
    in_batches(metric, targets, scores, weights if weighted else None)
    predictions = (scores > np.float32(0.4)).astype(int)
    expected = function(targets, predictions, sample_weight=weights if weighted else None, **options)
    np.testing.assert_allclose(metric.compute(), expected, rtol=1e-13)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", None])
def test_exact_score_metrics_equal_the_functions(data, average):
    targets, scores, weights = data
    for kind, function in ((metrics.AveragePrecision, "average_precision_score"), (metrics.AUROC, "roc_auc_score")):
        function = getattr(metrics, function)
        exact = in_batches(kind(average=average), targets, scores)
        np.testing.assert_array_equal(exact.compute(), function(targets, scores, average=average))
        weighted = in_batches(kind(average=average), targets, scores, weights)
        expected = function(targets, scores, average=average, sample_weight=weights)
        np.testing.assert_allclose(weighted.compute(), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", [metrics.AveragePrecision, metrics.AUROC])
def test_bounded_memory_holds_its_bounds(kind):
    random = np.random.default_rng(1)
    targets = (random.random((20_000, 3)) < (0.3, 0.03, 0.003)).astype(int)
    logits = random.normal(-3, 2, targets.shape) + 3 * targets
    scores = 1 / (1 + np.exp(-logits))
    exact = kind()
    exact.update(targets, scores)
    for values, from_logits in ((scores, False), (logits, True)):
        bounded = in_batches(kind(memory="bounded", from_logits=from_logits), targets, values, sizes=(9_000, 11_000))
        lower, upper = bounded.bounds()
        assert lower <= exact.compute() <= upper
        assert bounded.compute() == pytest.approx(exact.compute(), abs=3e-4)
        assert sum(array.nbytes for array in bounded.state_dict().values()) == 3 * 63_488


def test_merging_and_pickling_lose_nothing(data):
    targets, scores, _ = data
    for metric in (metrics.F1Score(average="samples"), metrics.AveragePrecision(), metrics.AUROC(memory="bounded")):
        whole = in_batches(copy.deepcopy(metric), targets, scores)
        first, second = in_batches(copy.deepcopy(metric), targets[:100], scores[:100], sizes=(100,)), metric
        in_batches(second, targets[100:], scores[100:], sizes=(200,))
        second.merge(pickle.loads(pickle.dumps(first)))
        assert second.compute() == whole.compute()
        again = type(metric)(**metric._options)
        again.load_state_dict(second.state_dict())
        assert again.compute() == whole.compute()


def test_collection(data):
    targets, scores, _ = data
    collection = metrics.MetricCollection({"F1": metrics.F1Score(), "mAP": metrics.AveragePrecision()})
    in_batches(collection, targets, scores)
    f1, precision = (
        in_batches(metrics.F1Score(), targets, scores),
        in_batches(metrics.AveragePrecision(), targets, scores),
    )
    assert collection.compute() == {"F1": f1.compute(), "mAP": precision.compute()}
    other = copy.deepcopy(collection)
    collection.merge(other)
    assert collection.compute() == pytest.approx(other.compute(), rel=1e-12)
    other.load_state_dict(collection.state_dict())
    assert other.compute() == collection.compute()
    with pytest.raises(ml.ArgumentError, match="name of its own"):
        metrics.MetricCollection([metrics.F1Score(), metrics.F1Score(average="micro")])
    bounded = metrics.MetricCollection([metrics.F1Score(), metrics.AUROC(memory="bounded")])
    bounded.update([[1, 0]], [[0.9, 0.2]])
    with pytest.raises(ml.ArgumentError, match=r"scores must be in \[0, 1\]"):
        bounded.update([[1, 0]], [[5.0, 0.2]])
    assert bounded["F1Score"].state_dict()["row_weights"].sum() == 1


def test_thresholds_rules_and_predictions():
    targets, scores = np.array([[1, 0, 1], [0, 1, 0]]), np.array([[0.4, 0.2, 0.9], [0.3, 0.35, 0.1]], np.float32)
    each = metrics.F1Score(threshold=[0.35, 0.3, 0.5], average="micro")
    each.update(targets, scores)
    assert each.compute() == 1.0
    highest = metrics.F1Score(threshold=None, average="micro")
    highest.update(targets, scores)
    assert highest.compute() == pytest.approx(0.8)
    rule = ml.threshold.tune(targets, scores, metric="f1", average="micro")  # predicts at its threshold, not above it
    tuned, given = metrics.F1Score(threshold=rule, average="micro"), metrics.F1Score(average="micro")
    tuned.update(targets, scores)
    given.update(targets, rule.apply(scores))
    assert tuned.compute() == given.compute() == metrics.f1_score(targets, rule.apply(scores), average="micro")


def test_a_mask_is_as_good_as_unknown_cells(data):
    targets, scores, _ = data
    known = ~np.isnan(targets)
    for metric in (metrics.F1Score(), metrics.AUROC()):
        masked = copy.deepcopy(metric)
        metric.update(targets, scores)
        masked.update(np.nan_to_num(targets).astype(bool), scores, mask=known)
        assert masked.compute() == metric.compute()
    hidden = metrics.ExactMatch()
    hidden.update(np.array([[1, 255]], np.uint8), [[0.9, 0.9]], mask=[[1, 0]])
    assert hidden.compute() == 1.0


def test_calling_gives_the_batch_and_keeps_it():
    metric = metrics.ExactMatch()
    assert metric([[1, 0]], [[0.9, 0.1]]) == 1.0
    assert metric([[1, 0]], [[0.1, 0.1]]) == 0.0
    assert metric.compute() == 0.5


def test_bad_use_is_refused():
    metric = metrics.F1Score()
    with pytest.raises(ml.ArgumentError, match="at least one row"):
        metric.compute()
    with pytest.raises(ml.ArgumentError, match="Targets come first, scores second"):
        metric.update([[0.9, 0.2]], [[1, 0]])
    metric.update([[1, 0]], [[0.9, 0.2]])
    with pytest.raises(ml.ShapeError, match="the 2 labels of the first"):
        metric.update([[1, 0, 1]], [[0.9, 0.2, 0.1]])
    with pytest.raises(ml.ArgumentError, match="same options"):
        metric.merge(metrics.F1Score(threshold=0.3))
    with pytest.raises(ml.ArgumentError, match="entry 'true_positives'"):
        metric.load_state_dict({})
    with pytest.raises(ml.ShapeError, match="mask must have the shape"):
        metric.update([[1, 0]], [[0.9, 0.2]], mask=[[1, 0, 1]])
    low, high = (metrics.F1Score(threshold=ml.threshold.FixedThreshold(value)) for value in (0.1, 0.9))
    with pytest.raises(ml.ArgumentError, match="same options"):
        low.merge(high)
    for bad in ({"average": "mean"}, {"zero_division": 0.5}, {"threshold": [[0.5]]}, {"threshold": float("nan")}):
        with pytest.raises(ml.Error):
            metrics.F1Score(**bad)
    for bad in ({"average": "samples"}, {"memory": "small"}, {"definition": "voc"}, {"undefined": "zero"}):
        with pytest.raises(ml.ArgumentError):
            metrics.AveragePrecision(**bad)
    assert metric.compute() == 0.5  # label 1 has neither positives nor predictions


def test_torchmetrics_agrees(data):
    classification = pytest.importorskip("torchmetrics.classification")
    torch = pytest.importorskip("torch")
    targets, scores, _ = data
    targets = np.nan_to_num(targets).astype(int)
    pairs = {
        metrics.F1Score: classification.MultilabelF1Score,
        metrics.Precision: classification.MultilabelPrecision,
        metrics.Recall: classification.MultilabelRecall,
        metrics.AveragePrecision: classification.MultilabelAveragePrecision,
        metrics.AUROC: classification.MultilabelAUROC,
    }
    for ours, theirs in pairs.items():
        for average in ("micro", "macro", "weighted"):
            peer = theirs(num_labels=targets.shape[1], average=average)
            peer.update(torch.from_numpy(scores), torch.from_numpy(targets))
            mine = in_batches(ours(average=average), targets, scores)
            assert mine.compute() == pytest.approx(float(peer.compute()), abs=1e-6)  # torchmetrics works in float32

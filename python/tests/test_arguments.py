# SPDX-License-Identifier: Apache-2.0
"""Wrong arguments of metrics, thresholds, calibration, encoding and splits: each is refused by the library's own sentence."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import multilabel as ml
from multilabel import calibration, encoding, metrics, splits, threshold

Y = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1]])
P = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 1]])
S = np.array([[0.9, 0.2, 0.4], [0.1, 0.8, 0.3], [0.6, 0.7, 0.2], [0.3, 0.4, 0.9]])
W = np.array([1.0, 2.0, 1.0, 0.5])
MASK = np.array([[True, True, True], [True, False, True], [True, True, True], [True, True, False]])
VOCABULARY = ml.Vocabulary(["cat", "dog", "eel"])
RULE = threshold.ThresholdRule([0.3, 0.5, 0.7], "f1", "macro", 0.5)
PLATT = calibration.PlattScaling([0.5], [-1.0])
ISOTONIC = calibration.IsotonicCalibration.fit(Y, S)
BINARIZER = ml.MultiLabelBinarizer().fit([["cat"], ["dog", "eel"]])

#: What stands in the place of each argument in turn.
BAD = {
    "None": None,
    "text": "x",
    "object": object(),
    "huge": 2**70,
    "nan": float("nan"),
    "empty list": [],
    "ragged": [[1], [1, 2]],
    "dict": {},
    "array": np.array([1, 2]),
}

PREDICTIONS = {"y_true": Y, "y_pred": P, "sample_weight": W, "mask": MASK}
RATIO = {**PREDICTIONS, "labels": [0, 2], "pos_label": 1, "average": "macro", "zero_division": 0}
SCORES = {"y_true": Y, "y_score": S, "mask": MASK}
TUNED = {"targets": Y, "scores": S, "mask": MASK}
SPLIT = {"n_splits": 2, "random_state": 0}


def metric_over_batches(kind: Any) -> Any:
    def update(y_true: Any, y_score: Any, sample_weight: Any, mask: Any, **options: Any) -> Any:
        accumulator = kind(**options)
        accumulator.update(y_true, y_score, sample_weight=sample_weight, mask=mask)
        return accumulator.compute()

    return update


def split_by(kind: Any) -> Any:
    def split(X: Any, y: Any, groups: Any, **options: Any) -> Any:
        return list(itertools.islice(kind(**options).split(X, y, groups), 3))

    return split


OVER_BATCHES = {"y_true": Y, "y_score": S, "sample_weight": W, "mask": MASK}

#: Every public callable of the five modules with right arguments.
CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    **{
        f"metrics.{name}": (getattr(metrics, name), RATIO)
        for name in ("precision_score", "recall_score", "f1_score", "jaccard_score")
    },
    "metrics.fbeta_score": (metrics.fbeta_score, {**RATIO, "beta": 2.0}),
    "metrics.precision_recall_fscore_support": (
        metrics.precision_recall_fscore_support,
        {**RATIO, "beta": 2.0, "warn_for": ("recall",)},
    ),
    "metrics.multilabel_confusion_matrix": (
        metrics.multilabel_confusion_matrix,
        {**PREDICTIONS, "labels": [0, 2], "samplewise": False},
    ),
    "metrics.classification_report": (
        metrics.classification_report,
        {
            **PREDICTIONS,
            "labels": [0, 2],
            "target_names": ["a", "b"],
            "digits": 2,
            "output_dict": False,
            "zero_division": 0,
        },
    ),
    "metrics.accuracy_score": (metrics.accuracy_score, {**PREDICTIONS, "normalize": True}),
    "metrics.zero_one_loss": (metrics.zero_one_loss, {**PREDICTIONS, "normalize": True}),
    "metrics.hamming_loss": (metrics.hamming_loss, PREDICTIONS),
    "metrics.binary_accuracy": (metrics.binary_accuracy, {**SCORES, "threshold": 0.5}),
    "metrics.average_precision_score": (
        metrics.average_precision_score,
        {
            **SCORES,
            "average": "macro",
            "pos_label": 1,
            "sample_weight": W,
            "definition": "sklearn",
            "undefined": "skip",
        },
    ),
    "metrics.roc_auc_score": (
        metrics.roc_auc_score,
        {
            **SCORES,
            "average": "macro",
            "sample_weight": W,
            "max_fpr": 0.5,
            "multi_class": "raise",
            "labels": None,
            "undefined": "skip",
        },
    ),
    "metrics.precision_recall_curve": (metrics.precision_recall_curve, {**SCORES, "pos_label": 1, "sample_weight": W}),
    "metrics.roc_curve": (metrics.roc_curve, {**SCORES, "pos_label": 1, "sample_weight": W}),
    "metrics.coverage_error": (metrics.coverage_error, {**SCORES, "sample_weight": W}),
    "metrics.label_ranking": (metrics.label_ranking, {**SCORES, "sample_weight": W}),
    "metrics.label_ranking_loss": (metrics.label_ranking_loss, {**SCORES, "sample_weight": W}),
    "metrics.label_ranking_average_precision_score": (
        metrics.label_ranking_average_precision_score,
        {**SCORES, "sample_weight": W},
    ),
    "metrics.dcg_score": (
        metrics.dcg_score,
        {"y_true": Y, "y_score": S, "k": 2, "log_base": 2, "sample_weight": W, "ignore_ties": False},
    ),
    "metrics.ndcg_score": (
        metrics.ndcg_score,
        {"y_true": Y, "y_score": S, "k": 2, "sample_weight": W, "ignore_ties": False},
    ),
    "metrics.log_loss": (
        metrics.log_loss,
        {
            "y_true": Y,
            "y_proba": S,
            "normalize": True,
            "sample_weight": W,
            "labels": None,
            "average": "macro",
            "mask": MASK,
        },
    ),
    "metrics.brier_score_loss": (
        metrics.brier_score_loss,
        {
            "y_true": Y,
            "y_proba": S,
            "sample_weight": W,
            "pos_label": None,
            "labels": None,
            "scale_by_half": "auto",
            "average": "macro",
            "mask": MASK,
        },
    ),
    "metrics.expected_calibration_error": (
        metrics.expected_calibration_error,
        {"y_true": Y, "y_proba": S, "average": "micro", "n_bins": 3, "strategy": "uniform", "mask": MASK},
    ),
    "metrics.coco_report": (metrics.coco_report, {**SCORES, "threshold": 0.5, "k": 2}),
    "metrics.top_k_predictions": (metrics.top_k_predictions, {"y_score": S, "k": 2}),
    "metrics.evaluate": (
        metrics.evaluate,
        {"targets": Y, "scores": S, "predictions": P, "vocabulary": VOCABULARY, "threshold": 0.5, "mask": MASK},
    ),
    "metrics.bootstrap_interval": (
        metrics.bootstrap_interval,
        {
            "metric": metrics.hamming_loss,
            "y_true": Y,
            "y_other": P,
            "confidence": 0.9,
            "resamples": 3,
            "seed": 1,
            "sample_weight": W,
            "mask": MASK,
        },
    ),
    **{
        f"metrics.{kind.__name__}": (
            metric_over_batches(kind),
            {**OVER_BATCHES, "threshold": 0.5, "average": "macro", "zero_division": 0},
        )
        for kind in (metrics.F1Score, metrics.Precision, metrics.Recall)
    },
    "metrics.FBetaScore": (
        metric_over_batches(metrics.FBetaScore),
        {**OVER_BATCHES, "beta": 2.0, "threshold": 0.5, "average": "macro", "zero_division": 0},
    ),
    **{
        f"metrics.{kind.__name__}": (metric_over_batches(kind), {**OVER_BATCHES, "threshold": 0.5})
        for kind in (metrics.ExactMatch, metrics.HammingDistance, metrics.BinaryAccuracy)
    },
    "metrics.AveragePrecision": (
        metric_over_batches(metrics.AveragePrecision),
        {
            **OVER_BATCHES,
            "average": "macro",
            "memory": "exact",
            "from_logits": False,
            "undefined": "skip",
            "definition": "sklearn",
        },
    ),
    "metrics.AUROC": (
        metric_over_batches(metrics.AUROC),
        {**OVER_BATCHES, "average": "macro", "memory": "exact", "from_logits": False, "undefined": "skip"},
    ),
    "metrics.MetricCollection": (metrics.MetricCollection, {"metrics": {"F1": metrics.F1Score()}}),
    "metrics.MetricCollection.load_state_dict": (
        lambda states: metrics.MetricCollection({"F1": metrics.F1Score()}).load_state_dict(states),
        {"states": metrics.MetricCollection({"F1": metrics.F1Score()}).state_dict()},
    ),
    "metrics.MetricCollection.merge": (
        lambda other: metrics.MetricCollection({"F1": metrics.F1Score()}).merge(other),
        {"other": metrics.MetricCollection({"F1": metrics.F1Score()})},
    ),
    "metrics.F1Score.merge": (lambda other: metrics.F1Score().merge(other), {"other": metrics.F1Score()}),
    "metrics.F1Score.load_state_dict": (
        lambda state: metrics.F1Score().load_state_dict(state),
        {"state": metrics.F1Score().state_dict()},
    ),
    "threshold.ThresholdRule": (
        threshold.ThresholdRule,
        {"thresholds": [0.5], "metric": "f1", "average": "macro", "value": 0.5},
    ),
    "threshold.ThresholdRule.apply": (RULE.apply, {"scores": S}),
    "threshold.ThresholdRule.from_dict": (threshold.ThresholdRule.from_dict, {"values": RULE.to_dict()}),
    "threshold.ThresholdRule.from_json": (threshold.ThresholdRule.from_json, {"text": RULE.to_json()}),
    "threshold.FixedThreshold": (threshold.FixedThreshold, {"threshold": 0.5}),
    "threshold.sweep": (
        threshold.sweep,
        {**TUNED, "metric": "f1", "average": "micro", "thresholds": [0.5], "beta": 1.0, "cost": None},
    ),
    "threshold.tune": (
        threshold.tune,
        {
            **TUNED,
            "metric": "f1",
            "average": "micro",
            "per_label": True,
            "constraint": None,
            "shrinkage": 1.0,
            "cross_fit": 0,
            "beta": 1.0,
            "cost": None,
            "passes": 3,
            "seed": 1,
        },
    ),
    "threshold.conformal": (
        threshold.conformal,
        {
            "targets": np.tile(Y, (30, 1)),
            "scores": np.tile(S, (30, 1)),
            "risk": "fnr",
            "alpha": 0.3,
            "method": "crc",
            "delta": 0.2,
            "bound": "betting",
            "per_label": False,
            "points": 9,
            "mask": np.tile(MASK, (30, 1)),
        },
    ),
    "threshold.decode_expected_f1": (threshold.decode_expected_f1, {"scores": S, "negligible": 0.0, "threads": 1}),
    "threshold.decode_expected_f1_joint": (threshold.decode_expected_f1_joint, {"joint": [[0.0, 0.6], [0.0, 0.6]]}),
    "calibration.TemperatureScaling": (calibration.TemperatureScaling, {"temperatures": [1.5]}),
    "calibration.PlattScaling": (calibration.PlattScaling, {"slopes": [1.5], "intercepts": [0.5]}),
    "calibration.IsotonicCalibration": (calibration.IsotonicCalibration, {"curves": ISOTONIC.curves_}),
    **{
        f"calibration.{kind.__name__}.fit": (kind.fit, {"targets": Y, "logits": S, "per_label": False, "mask": MASK})
        for kind in (calibration.TemperatureScaling, calibration.PlattScaling, calibration.IsotonicCalibration)
    },
    **{
        f"calibration.{type(fitted).__name__}.from_dict": (fitted.from_dict, {"values": fitted.to_dict()})
        for fitted in (calibration.TemperatureScaling([1.5]), PLATT, ISOTONIC)
    },
    **{
        f"calibration.{type(fitted).__name__}.from_json": (fitted.from_json, {"text": fitted.to_json()})
        for fitted in (calibration.TemperatureScaling([1.5]), PLATT, ISOTONIC)
    },
    "calibration.PlattScaling.apply": (PLATT.apply, {"logits": S}),
    "calibration.IsotonicCalibration.apply": (ISOTONIC.apply, {"logits": S}),
    "calibration.reliability_curve": (
        calibration.reliability_curve,
        {**TUNED, "n_bins": 3, "strategy": "uniform"},
    ),
    "encoding.Vocabulary": (ml.Vocabulary, {"labels": ["cat", "dog"]}),
    "encoding.Vocabulary.index": (VOCABULARY.index, {"name": "cat"}),
    "encoding.Vocabulary.find": (VOCABULARY.find, {"name": "cat"}),
    "encoding.Vocabulary.reorder": (VOCABULARY.reorder, {"source": VOCABULARY}),
    "encoding.Vocabulary.from_json": (ml.Vocabulary.from_json, {"text": VOCABULARY.to_json()}),
    "encoding.Vocabulary.__getitem__": (lambda column: VOCABULARY[column], {"column": 1}),
    "encoding.require_same": (
        encoding.require_same,
        {"expected": VOCABULARY, "actual": VOCABULARY, "where": "scores"},
    ),
    **{
        f"encoding.{name}": (getattr(encoding, name), {"targets": Y})
        for name in ("label_counts", "label_cardinality", "label_density", "co_occurrence", "imbalance_ratio")
    },
    "encoding.MultiLabelBinarizer": (
        lambda rows, **options: ml.MultiLabelBinarizer(**options).fit_transform(rows),
        {"rows": [["cat"], ["dog"]], "classes": ["cat", "dog"], "sparse_output": False, "unknown": "warn"},
    ),
    "encoding.MultiLabelBinarizer.fit": (ml.MultiLabelBinarizer().fit, {"rows": [["cat"], ["dog"]]}),
    "encoding.MultiLabelBinarizer.transform": (BINARIZER.transform, {"rows": [["cat"], ["dog"]]}),
    "encoding.MultiLabelBinarizer.inverse_transform": (BINARIZER.inverse_transform, {"indicator": Y}),
    "encoding.MultiLabelBinarizer.set_output": (ml.MultiLabelBinarizer().set_output, {"transform": "default"}),
    "splits.KFold": (split_by(splits.KFold), {"X": S, "y": Y, "groups": [0, 1, 2, 3], **SPLIT, "shuffle": True}),
    "splits.RepeatedKFold": (
        split_by(splits.RepeatedKFold),
        {"X": S, "y": Y, "groups": [0, 1, 2, 3], **SPLIT, "n_repeats": 2},
    ),
    "splits.ShuffleSplit": (
        split_by(splits.ShuffleSplit),
        {"X": S, "y": Y, "groups": [0, 1, 2, 3], **SPLIT, "test_size": 0.5, "train_size": 0.5},
    ),
    "splits.train_test_split": (
        lambda array, targets, **options: splits.train_test_split(array, targets=targets, **options),
        {
            "array": S,
            "targets": Y,
            "test_size": 0.5,
            "train_size": 0.5,
            "random_state": 0,
            "groups": [0, 1, 2, 3],
        },
    ),
}

#: Bad values that are right for some of the callables that have the argument.
RIGHT = {
    "X": set(BAD),  # beside y it is not looked at
    "average": {"None", "text"},  # a rule keeps any name
    "beta": {"huge"},
    "classes": {"None", "array", "empty list"},
    "constraint": {"None"},
    "cost": {"None", "dict"},
    "groups": {"None"},
    "k": {"None", "huge"},
    "labels": {"None", "array", "empty list", "ragged", "dict"},  # for other data, or a vocabulary without labels
    "log_base": {"huge"},
    "mask": {"None"},
    "max_fpr": {"None"},
    "metric": {"text"},
    "metrics": {"dict", "empty list"},
    "name": {"text"},
    "pos_label": {"None", "text", "huge", "nan"},  # with a warning
    "predictions": {"None"},
    "random_state": {"None"},
    "rows": {"dict", "empty list", "ragged"},
    "sample_weight": {"None", "huge"},
    "shrinkage": {"None", "huge"},
    "target_names": {"None", "empty list"},
    "temperatures": {"array"},
    "test_size": {"None"},
    "threshold": {"None", "huge"},
    "thresholds": {"None", "array"},
    "train_size": {"None"},
    "transform": {"None"},
    "value": {"nan", "huge"},
    "vocabulary": {"None"},
    "warn_for": {"empty list"},
    "where": {"text"},
    "zero_division": {"nan"},
}

#: A sequence that is asked for what it has not.
CONVENTIONS = {("encoding.Vocabulary.__getitem__", "huge"): (IndexError,)}


def is_sentence(text: str) -> bool:
    """Whether a message is ours or scikit-learn's, and not that of a library below."""
    foreign = (
        "incompatible",
        "ndarray object",
        "NoneType",
        "could not convert",
        "not iterable",
        "ambiguous",
        "JSONDecode",
    )
    return "must" in text or not any(words in text for words in foreign)


@pytest.mark.parametrize("name", CALLS)
def test_right_arguments_are_taken(name: str):
    call, arguments = CALLS[name]
    call(**arguments)


def answer(call: Callable[..., Any], arguments: dict[str, Any], conventional: Any) -> Exception | None:
    """The library's refusal; what else is raised goes through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call(**arguments)
        except (ml.Error, *conventional) as error:
            return error
    return None


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_argument_is_refused_in_a_sentence(name: str, kind: str):
    call, arguments = CALLS[name]
    for argument in arguments:
        refusal = answer(call, {**arguments, argument: BAD[kind]}, CONVENTIONS.get((name, kind), ()))
        if refusal is None:
            assert kind in RIGHT.get(argument, ()), f"{argument}={BAD[kind]!r} must be refused"
        elif isinstance(refusal, ml.Error):
            assert isinstance(refusal, ValueError | TypeError), argument
            assert is_sentence(str(refusal)), f"{argument}: {refusal}"


def test_every_public_callable_is_called():
    called = {name.split(".")[1] for name in CALLS}
    results = {"BootstrapInterval", "LabelRanking", "LabelReport", "MultiLabelReport", "ReliabilityCurve", "Sweep"}
    for module in (metrics, threshold, calibration, encoding, splits):
        public = {name for name in module.__all__ if callable(getattr(module, name))}
        assert public - called - results <= {"Accumulator", "UndefinedMetricWarning"}


RAGGED = [[1], [1, 2]]
ONE_LENGTH = "must be an array of numbers whose rows have one length"

#: What is called, and what it says.
SENTENCES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: ml.threshold.ThresholdRule("x"),
        "ThresholdRule: thresholds must be a sequence of finite numbers; got 'x'",
    ),
    (lambda: ml.threshold.ThresholdRule([0.5], metric=3), "ThresholdRule: metric must be a str; got 3"),
    (lambda: ml.threshold.ThresholdRule([0.5], value="x"), "ThresholdRule: value must be a number; got 'x'"),
    (
        lambda: ml.threshold.ThresholdRule.from_dict(None),
        "ThresholdRule.from_dict: values must be a dictionary; got None",
    ),
    (lambda: ml.threshold.ThresholdRule.from_json("x"), "ThresholdRule::from_json: text must be a JSON object; got"),
    (lambda: threshold.FixedThreshold(None), "FixedThreshold: threshold must be a number; got None"),
    (
        lambda: calibration.TemperatureScaling(3),
        "TemperatureScaling: temperatures must be a sequence of finite numbers; got 3",
    ),
    (lambda: calibration.PlattScaling("x", [1]), "PlattScaling: slopes must be a sequence of finite numbers; got 'x'"),
    (lambda: calibration.IsotonicCalibration(None), "IsotonicCalibration: curves must be a sequence of pairs"),
    (lambda: calibration.PlattScaling.from_dict(None), "PlattScaling.from_dict: values must be a dictionary; got None"),
    (
        lambda: calibration.TemperatureScaling.from_dict({"temperatures": "x"}),
        "TemperatureScaling.from_dict: temperatures must be a sequence of finite numbers; got 'x'",
    ),
    (
        lambda: calibration.PlattScaling.fit(Y, S, per_label="x"),
        "PlattScaling.fit: per_label must be True or False; got 'x'",
    ),
    (lambda: calibration.PlattScaling.fit(RAGGED, S), f"PlattScaling.fit: targets {ONE_LENGTH}; got"),
    (lambda: threshold.tune(RAGGED, S), f"threshold.tune: targets {ONE_LENGTH}; got"),
    (lambda: threshold.sweep(Y, RAGGED), f"threshold.sweep: scores {ONE_LENGTH}; got"),
    (lambda: ml.Vocabulary(5), "Vocabulary: labels must be a collection of names; got 5"),
    (lambda: VOCABULARY.index(None), "Vocabulary.index: name must be a str; got None"),
    (lambda: VOCABULARY.find(None), "Vocabulary.find: name must be a str; got None"),
    (lambda: VOCABULARY.reorder(None), "Vocabulary.reorder: source must be a Vocabulary; got None"),
    (lambda: VOCABULARY["cat"], "Vocabulary: column must be a whole number; got 'cat'. Vocabulary.index gives"),
    (lambda: ml.Vocabulary.from_json(None), "Vocabulary.from_json: text must be a str; got None"),
    (lambda: ml.Vocabulary.from_json("x"), "Vocabulary::from_json: text must be a JSON list of strings; got"),
    (lambda: encoding.require_same(["cat"], VOCABULARY), "require_same: expected must be a Vocabulary; got ['cat']"),
    (
        lambda: ml.MultiLabelBinarizer().fit([["cat"], 5]),
        "each row must be a collection of labels, such as a list; got 5 in row 1",
    ),
    (lambda: metrics.binary_accuracy(Y, S, threshold=None), "binary_accuracy: threshold must be a number; got None"),
    (lambda: metrics.top_k_predictions(S, 2**70), "top_k_predictions: k must be a whole number from 1 to"),
    (
        lambda: metrics.f1_score(Y, P, average="macro", labels="x"),
        "The 'labels' parameter of f1_score must be an array-like",
    ),
    (
        lambda: metrics.f1_score(Y, P, average="macro", labels=[np.nan]),
        "f1_score: labels must be the numbers of columns; got [nan]",
    ),
    (
        lambda: metrics.f1_score(Y, P, average="macro", labels=[]),
        "f1_score: labels must name at least one column; got []",
    ),
    (
        lambda: metrics.f1_score(Y, P, average=np.array([1, 2])),
        "The 'average' parameter of f1_score must be a str among",
    ),
    (
        lambda: metrics.f1_score(Y, P, average="macro", pos_label=np.array([1, 2])),
        "The 'pos_label' parameter of f1_score must be an instance of 'float', an instance of 'str'",
    ),
    (
        lambda: metrics.accuracy_score(Y, P, normalize=np.array([1, 2])),
        "The 'normalize' parameter of accuracy_score must be",
    ),
    (
        lambda: metrics.precision_recall_fscore_support(Y, P, warn_for=None),
        "The 'warn_for' parameter of precision_recall_fscore_support must be a list, a tuple or a set of str",
    ),
    (
        lambda: metrics.fbeta_score(Y, P, beta="x", average="macro"),
        "The 'beta' parameter of fbeta_score must be a float",
    ),
    (
        lambda: metrics.fbeta_score(Y, P, beta=10**400, average="macro"),
        "The 'beta' parameter of fbeta_score must be a float",
    ),
    (
        lambda: metrics.bootstrap_interval(lambda *_: "x", Y, P),
        "bootstrap_interval: what metric returns must be a number; got 'x'",
    ),
    (lambda: next(splits.KFold(2).split(S, RAGGED)), "rows of different lengths in y"),
    (
        lambda: next(splits.KFold(2).split(S, Y, groups=RAGGED)),
        "data: groups must hold one number or name a sample; got [[1]",
    ),
    (
        lambda: splits.train_test_split(S, Y, test_size=3.5),
        "data: test_size must be a share in (0, 1) or a number of samples",
    ),
    (
        lambda: splits.train_test_split([1, 2], Y),
        "data.train_test_split: arrays must have one entry a sample each; got [2, 4]",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_the_sentence(call: Callable[[], Any], sentence: str):
    with pytest.raises(ml.Error) as caught:
        call()
    assert isinstance(caught.value, ValueError | TypeError)
    assert sentence in str(caught.value)


def test_what_is_of_the_wrong_kind_is_a_type_error_too_where_it_is_one_in_scikit_learn():
    peer = pytest.importorskip("sklearn.metrics")
    for options in ({"average": 3}, {"labels": "x"}, {"pos_label": np.array([1, 2])}, {"zero_division": "x"}):
        for function in (metrics.f1_score, peer.f1_score):
            with pytest.raises(TypeError):
                function(Y, P, **{"average": "macro", **options})
    for function in (metrics.accuracy_score, peer.accuracy_score):
        with pytest.raises(TypeError):
            function(Y, P, normalize="x")

# SPDX-License-Identifier: Apache-2.0
"""Errors, warnings, signatures and the report; that the numbers are right is in test_metrics_parity.py."""

from __future__ import annotations

import doctest
import importlib
import inspect
import itertools
import os
import pkgutil
import subprocess
import sys
import warnings

import numpy as np
import pytest
import sklearn.metrics as peer
from scipy import sparse
from sklearn.exceptions import UndefinedMetricWarning

import multilabel
from multilabel import MultiLabelBinarizer, metrics

Y = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0]])
P = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 0]])
S = np.array([[0.9, 0.6, 0.8], [0.1, 0.7, 0.6], [0.2, 0.1, 0.3]])
SHARED = [name for name in metrics.__all__ if hasattr(peer, name)]


@pytest.mark.parametrize("name", SHARED)
def test_parameters_and_defaults_are_those_of_scikit_learn(name):
    expected = inspect.signature(getattr(peer, name)).parameters
    actual = inspect.signature(getattr(metrics, name)).parameters
    for parameter, value in expected.items():
        if name == "log_loss" and parameter in ("y_proba", "y_pred"):
            continue  # scikit-learn renames one into the other until 1.11
        assert actual[parameter].kind == value.kind
        assert actual[parameter].default == value.default
    extra = set(actual) - set(expected)
    assert extra <= {"definition", "undefined", "average", "mask"}
    assert all(actual[parameter].default in ("sklearn", "macro", None) for parameter in extra)


def outcome(function, *args, **kwargs):
    """What a call does: its error, or its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            function(*args, **kwargs)
        except Exception as error:
            return error, []
    return None, caught


@pytest.mark.parametrize("average", [None, "micro", "macro", "samples"])
@pytest.mark.parametrize(
    "name", ["precision_score", "recall_score", "f1_score", "jaccard_score", "precision_recall_fscore_support"]
)
@pytest.mark.parametrize("zero", [True, False])
def test_undefined_values_warn_as_in_scikit_learn(name, average, zero):
    y_true, y_pred = (np.zeros_like(Y), np.zeros_like(P)) if zero else (Y, P)
    _, expected = outcome(getattr(peer, name), y_true, y_pred, average=average)
    _, actual = outcome(getattr(metrics, name), y_true, y_pred, average=average)
    assert [str(warning.message) for warning in actual] == [str(warning.message) for warning in expected]
    assert all(issubclass(warning.category, UndefinedMetricWarning) for warning in actual)
    assert all(warning.filename == __file__ for warning in actual)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("f1_score", (Y, P[:2]), {"average": "macro"}),
        ("f1_score", (Y, P[:, :2]), {"average": "macro"}),
        ("f1_score", (Y, P), {"average": "nonsense"}),
        ("f1_score", (Y, P), {"average": "macro", "zero_division": 0.5}),
        ("f1_score", (Y, P), {"average": "macro", "labels": [3]}),
        ("f1_score", (Y, P), {"average": "macro", "labels": [-1]}),
        ("f1_score", (Y, P), {"average": "macro", "sample_weight": [1, 2]}),
        ("f1_score", (Y, P), {"average": "macro", "sample_weight": [[1], [2], [3]]}),
        ("f1_score", (Y, P), {"average": "macro", "sample_weight": [0, 0, 0]}),
        ("f1_score", (Y, P), {"average": "macro", "sample_weight": [1, np.nan, 0]}),
        ("f1_score", (Y, P), {"average": "macro", "sample_weight": [1, np.inf, 0]}),
        ("f1_score", (Y[:0], P[:0]), {"average": "macro"}),
        ("f1_score", (Y, S), {"average": "macro"}),
        ("f1_score", (Y, np.where(P == 1, np.nan, 0)), {"average": "macro"}),
        ("f1_score", ([[1], [1, 2]], [[1], [2]]), {"average": "macro"}),
        ("f1_score", (Y, P[:, 0]), {"average": "macro"}),
        ("fbeta_score", (Y, P), {"average": "macro", "beta": -1}),
        ("jaccard_score", (Y, P), {"average": "macro", "zero_division": np.nan}),
        ("accuracy_score", (Y, P[:, 0]), {}),
        ("hamming_loss", (Y, S), {}),
        ("classification_report", (Y, P), {"target_names": ["a"]}),
        ("average_precision_score", (Y, S), {"average": "nonsense"}),
        ("average_precision_score", (Y, S), {"pos_label": 0}),
        ("average_precision_score", (Y, np.where(S > 0.5, np.nan, S)), {}),
        ("roc_auc_score", (Y, np.where(S > 0.5, np.inf, S)), {}),
        ("label_ranking_loss", (Y, S[:, :2]), {}),
        ("coverage_error", (Y, np.where(S > 0.5, np.nan, S)), {}),
        ("coverage_error", (Y, S[:2]), {}),
        ("label_ranking_average_precision_score", (Y[:, 0], S[:, 0]), {}),
    ],
)
def test_bad_input_is_the_error_of_scikit_learn(name, args, kwargs):
    expected, _ = outcome(getattr(peer, name), *args, **kwargs)
    actual, _ = outcome(getattr(metrics, name), *args, **kwargs)
    assert isinstance(expected, Exception)
    assert isinstance(actual, ValueError)
    assert (
        isinstance(actual, type(expected))
        or type(expected).__name__ == type(actual).__name__ == "InvalidParameterError"
    )
    assert str(actual).split()[:3] == str(expected).split()[:3], f"{actual}\n{expected}"  # the sentence starts alike


def test_our_errors_have_their_own_classes_too():
    with pytest.raises(multilabel.ShapeError):
        metrics.hamming_loss(Y, P[:2])
    with pytest.raises(
        multilabel.ArgumentError, match=r"got 0.9 in row 0, column 0. Scores become predictions by a threshold"
    ):
        metrics.hamming_loss(Y, S)
    with pytest.raises(multilabel.ShapeError, match=r"different shape: \(3, 3\) and \(3, 2\)"):
        metrics.average_precision_score(Y, S[:, :2])  # scikit-learn gives a number here


def test_where_scikit_learn_is_wrong_we_are_not():
    stored = sparse.csr_matrix((np.array([1, 0]), np.array([0, 1]), np.array([0, 2, 2])), shape=(2, 2))
    dense = stored.toarray()
    assert metrics.f1_score(stored, dense, average="micro") == 1.0
    assert peer.f1_score(stored, dense, average="micro") != 1.0
    plus_minus = 2 * Y - 1
    assert peer.f1_score(plus_minus, 2 * P - 1, average="micro") == 1.0
    with (
        pytest.warns(UserWarning, match="-1 means unknown"),
        pytest.raises(ValueError, match="predictions must hold 0 or 1"),
    ):
        metrics.f1_score(plus_minus, 2 * P - 1, average="micro")


def test_binary_and_multiclass_input_is_passed_on():
    assert metrics.f1_score([0, 1, 1], [0, 1, 0]) == peer.f1_score([0, 1, 1], [0, 1, 0])
    assert metrics.accuracy_score(["a", "b"], ["a", "a"]) == 0.5
    assert metrics.roc_auc_score([0, 1], [0.2, 0.3]) == 1.0
    assert metrics.roc_auc_score(Y, S, max_fpr=0.5, average="micro") == peer.roc_auc_score(
        Y, S, max_fpr=0.5, average="micro"
    )


def test_without_scikit_learn_multilabel_input_works_and_other_input_is_explained():
    script = """
import sys
sys.modules["sklearn"] = None
from multilabel import metrics
assert metrics.f1_score([[1, 0], [0, 1]], [[1, 0], [0, 1]], average="macro") == 1.0
try:
    metrics.f1_score([0, 1], [0, 1])
except ValueError as error:
    assert "scikit-learn computes where it is installed" in str(error)
else:
    raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_importing_the_modules_imports_neither_torch_nor_scikit_learn_nor_scipy():
    script = (
        "import sys, multilabel.metrics, multilabel.encoding;"
        "raise SystemExit(any(m in sys.modules for m in ('torch', 'sklearn', 'scipy', 'pandas')))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_average_precision_by_other_definitions():
    # - + +: precision 1/2 at recall 1/2, 2/3 at recall 1
    y_true, y_score = [[0, 1], [1, 1], [1, 0]], [[0.9, 0.9], [0.8, 0.8], [0.7, 0.7]]
    expected = {"sklearn": 0.5 * 0.5 + 0.5 * 2 / 3, "voc10": 2 / 3, "voc07": 2 / 3}
    for definition, value in expected.items():
        result = metrics.average_precision_score(y_true, y_score, average=None, definition=definition)
        assert result[0] == pytest.approx(value)
    with pytest.raises(ValueError, match="definition must be"):
        metrics.average_precision_score(y_true, y_score, definition="mine")


def asl_average_precision(scores, targets, order):
    """The formula of the evaluation script of the ASL repository (src/helper_functions), for one label."""
    epsilon = 1e-8
    positive = targets[order] == 1
    hits = np.cumsum(positive)
    total = hits[-1]
    hits[~positive] = 0
    return np.sum(hits / np.arange(1, len(scores) + 1)) / (total + epsilon)


def test_average_precision_by_the_definition_of_asymmetric_loss():
    random = np.random.default_rng(0)
    targets = (random.random((300, 5)) < 0.2).astype(int)
    targets[:, 4] = 0  # a class without positives counts 0
    scores = random.permutation(targets.size).reshape(targets.shape) / targets.size
    expected = [asl_average_precision(s, t, s.argsort()[::-1]) for s, t in zip(scores.T, targets.T, strict=True)]
    with pytest.warns(UserWarning, match="No positive class"):
        found = metrics.average_precision_score(targets, scores, average=None, definition="asl")
    with pytest.warns(UserWarning, match="No positive class"):
        others = metrics.average_precision_score(targets, scores, average=None)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    known = targets[:, :4]
    assert metrics.average_precision_score(known, scores[:, :4], definition="asl") == pytest.approx(found[:4].mean())
    np.testing.assert_allclose(found, others, rtol=1e-8)


def test_asl_counts_equal_scores_as_the_mean_over_their_orders():
    random = np.random.default_rng(1)
    for _ in range(20):
        targets = random.integers(0, 2, 6)
        targets[0] = 1
        scores = random.integers(0, 3, 6) / 2
        values = [
            asl_average_precision(scores, targets, np.array(order))
            for order in itertools.permutations(range(6))
            if (np.diff(scores[list(order)]) <= 0).all()
        ]
        both = metrics.average_precision_score(
            np.stack([targets, targets]).T, np.stack([scores, scores]).T, definition="asl"
        )
        assert both == pytest.approx(np.mean(values), rel=1e-12)


def test_asl_has_no_weights_and_is_the_same_over_batches():
    targets, scores = [[1, 0], [0, 1], [1, 1]], [[0.9, 0.6], [0.2, 0.5], [0.2, 0.7]]
    with pytest.raises(ValueError, match="sample_weight must be empty for the definition asl"):
        metrics.average_precision_score(targets, scores, definition="asl", sample_weight=[1, 2, 1])
    metric = metrics.AveragePrecision(definition="asl")
    metric.update(targets[:1], scores[:1])
    metric.update(targets[1:], scores[1:])
    assert metric.compute() == metrics.average_precision_score(targets, scores, definition="asl")


def test_undefined_labels_warn_or_are_left_out():
    with pytest.warns(UserWarning, match="No positive class found in y_true"):
        assert metrics.average_precision_score(Y[:, [0, 0]] * [1, 0], S[:, :2]) == 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert metrics.average_precision_score(Y[:, [0, 0]] * [1, 0], S[:, :2], undefined="skip") == 1.0
        assert metrics.roc_auc_score(Y[:, [0, 0]] * [1, 0], S[:, :2], undefined="skip") == 1.0
    with pytest.warns(UndefinedMetricWarning, match="Only one class is present"):
        assert np.isnan(metrics.roc_auc_score(Y[:, [0, 0]] * [1, 0], S[:, :2]))


def test_binary_accuracy_counts_cells_above_the_threshold():
    assert metrics.binary_accuracy([[1, 0], [0, 1]], [[0.5, 0.4], [0.6, 0.7]]) == 0.5
    assert metrics.binary_accuracy([[1, -1, 0]], [[0.9, 0.9, 0.1]]) == 1.0


def test_evaluate_reports_the_single_metrics_and_lists_absent_labels():
    binarizer = MultiLabelBinarizer().fit([["cat", "dog", "eel"]])
    y_true = np.array([[1, 0, 0], [0, 1, 0], [1, np.nan, 0]])
    report = metrics.evaluate(y_true, S, S >= 0.5, binarizer)
    assert [label.name for label in report.labels] == ["cat", "dog", "eel"]
    assert report.absent_labels == ["eel"]
    assert report.unknown_cells == 1
    assert report.micro_f1 == metrics.f1_score(y_true, S >= 0.5, average="micro")
    assert report.mean_average_precision == metrics.average_precision_score(y_true, S, undefined="skip")
    assert "1 label without positives, not in macro numbers and mAP: eel" in str(report)
    assert str(metrics.evaluate(y_true, S, vocabulary=["cat", "dog", "eel"])) == str(report)
    with pytest.raises(multilabel.ShapeError, match="2 columns, one a label of the vocabulary"):
        metrics.evaluate(y_true, S, vocabulary=["cat", "dog"])


def test_the_examples_of_the_docstrings_run():
    for module in pkgutil.iter_modules(metrics.__path__, metrics.__name__ + "."):
        assert doctest.testmod(importlib.import_module(module.name)).failed == 0


def test_a_mask_hides_whatever_stands_in_a_cell():
    # known: (0, 0) right, (1, 0) wrong, (1, 1) right; 255 is not looked at
    targets, mask = [[1, 255], [0, 1]], [[True, False], [True, True]]
    assert metrics.hamming_loss(targets, [[1, 1], [1, 1]], mask=mask) == 1 / 3
    assert metrics.accuracy_score(targets, [[1, 1], [1, 1]], mask=mask) == 0.5
    assert metrics.coverage_error(targets, [[0.2, 0.9], [0.1, 0.3]], mask=mask) == 1.0
    assert metrics.f1_score([[1], [0], [1]], [[1], [1], [0]], mask=[[1], [1], [0]], average="macro") == 2 / 3


def test_masks_that_say_nothing_are_explained():
    with pytest.raises(multilabel.ShapeError, match=r"mask must have the shape of the targets, \(3, 3\); got \(3, 2\)"):
        metrics.f1_score(Y, P, mask=np.ones((3, 2), bool), average="macro")
    with pytest.raises(multilabel.ArgumentError, match="mask must hold True or False"):
        metrics.average_precision_score(Y, S, mask=S)
    with pytest.raises(multilabel.ShapeError, match="a mask is for label matrices"):
        metrics.f1_score([0, 1], [0, 1], mask=[True, False])
    with pytest.raises(multilabel.ArgumentError, match="targets must hold 0 or 1"):
        metrics.hamming_loss(Y + 4, P, mask=np.ones_like(Y))


def test_a_sparse_matrix_is_not_unpacked():
    # 2 x 10^12 cells; row 0 has 2 of 3 right, row 1 nothing
    shape = (2_000_000, 1_000_000)
    targets = sparse.csr_array(([1, 1, 1], ([0, 0, 0], [5, 70, 999_999])), shape=shape)
    predictions = sparse.csr_array(([1, 1, 1], ([0, 0, 0], [5, 70, 12])), shape=shape)
    assert metrics.f1_score(targets, predictions, average="micro") == pytest.approx(2 / 3)
    assert metrics.accuracy_score(targets, predictions, normalize=False) == 1_999_999


def test_broken_sparse_matrices_are_refused():
    twice = sparse.coo_matrix(([1, 1], ([0, 0], [1, 1])), shape=(2, 3))  # SciPy adds the two up
    with pytest.raises(ValueError, match="got 2 in row 0, column 1"):
        metrics.hamming_loss(twice, twice)
    broken = sparse.csr_matrix(Y)
    broken.indices[0] = 99
    with pytest.raises(ValueError, match="columns must be 0 or more and below 3; got 99"):
        metrics.hamming_loss(broken, P)


def test_the_number_of_threads_changes_no_bit():
    random = np.random.default_rng(0)
    targets = random.random((20_000, 70)) < 0.05
    scores, weights = random.random(targets.shape, np.float32), random.random(len(targets))

    def numbers():
        return [
            metrics.f1_score(targets, scores > 0.9, average="macro", sample_weight=weights),
            metrics.average_precision_score(targets, scores, average=None, sample_weight=weights).tolist(),
            metrics.label_ranking(targets, scores, sample_weight=weights),
            metrics.hamming_loss(targets, scores > 0.9),
        ]

    results = []
    for threads in (1, 2, 5):
        multilabel.set_num_threads(threads)
        assert multilabel.get_num_threads() == threads
        results.append(numbers())
    multilabel.set_num_threads(0)
    assert results[0] == results[1] == results[2]
    with pytest.raises(ValueError, match="threads must be a whole number of 0 or more; got -1"):
        multilabel.set_num_threads(-1)


@pytest.mark.parametrize(
    ("variables", "threads"),
    [({"MULTILABEL_NUM_THREADS": "3", "OMP_NUM_THREADS": "2"}, 3), ({"OMP_NUM_THREADS": "2"}, 2)],
)
def test_the_environment_says_how_many_threads(variables, threads):
    script = f"import multilabel; raise SystemExit(multilabel.get_num_threads() != {threads})"
    clean = {name: value for name, value in os.environ.items() if name != "MULTILABEL_NUM_THREADS"}
    subprocess.run([sys.executable, "-c", script], check=True, env=clean | variables)


def test_bootstrap_draws_the_weights_and_the_mask_with_their_rows():
    targets = np.arange(8).reshape(4, 2) % 2

    def metric(y_true, y_pred, *, sample_weight, mask):
        assert (y_true == y_pred).all()
        assert (sample_weight == mask[:, 0]).all()
        return float(len(set(sample_weight)))

    weights = np.array([1.0, 2.0, 3.0, 4.0])
    mask = np.stack([weights, weights], axis=1)
    interval = metrics.bootstrap_interval(metric, targets, targets, sample_weight=weights, mask=mask, resamples=20)
    assert interval.value == 4
    assert interval.samples.min() < 4


@pytest.mark.parametrize("weights", ["x", {}, object(), ["a", "b", "c"]])
@pytest.mark.parametrize("function", [metrics.f1_score, metrics.average_precision_score, metrics.label_ranking_loss])
def test_weights_that_are_no_numbers_are_named(function, weights):
    options = {"average": "macro"} if function is metrics.f1_score else {}
    with pytest.raises(multilabel.ArgumentError, match="sample_weight must hold numbers; got"):
        function(Y, Y if options else Y.astype(float), sample_weight=weights, **options)


def test_bootstrap_names_arguments_of_the_wrong_kind():
    with pytest.raises(multilabel.ArgumentError, match="confidence must be a number; got None"):
        metrics.bootstrap_interval(metrics.hamming_loss, Y, Y, confidence=None)
    with pytest.raises(
        multilabel.ArgumentError, match=r"resamples must be a whole number from 1 to 4294967295; got 2\.5"
    ):
        metrics.bootstrap_interval(metrics.hamming_loss, Y, Y, resamples=2.5)
    with pytest.raises(multilabel.ArgumentError, match="metric must be a function"):
        metrics.bootstrap_interval("f1", Y, Y)


def test_classification_report_loses_no_label_in_a_dictionary():
    y = np.eye(3, dtype=int)
    for names in (["cat", "macro avg", "micro avg"], ["cat", "cat", "dog"]):
        with pytest.raises(
            multilabel.ArgumentError, match=r"target_names must be distinct and none of micro avg, .*got"
        ):
            metrics.classification_report(y, y, target_names=names, output_dict=True)


ONE = np.array([[1], [0], [1], [-1]])
ONE_PREDICTED = np.array([[1], [1], [0], [1]])
ONE_SCORES = np.array([[0.9], [0.6], [0.2], [0.5]])


@pytest.mark.parametrize(
    ("name", "other", "options"),
    [
        *[
            (name, ONE_PREDICTED, {"average": "macro"})
            for name in ("precision_score", "recall_score", "f1_score", "jaccard_score")
        ],
        ("fbeta_score", ONE_PREDICTED, {"beta": 2, "average": "weighted"}),
        ("f1_score", ONE_PREDICTED, {}),
        ("accuracy_score", ONE_PREDICTED, {}),
        ("zero_one_loss", ONE_PREDICTED, {}),
        ("hamming_loss", ONE_PREDICTED, {}),
        ("average_precision_score", ONE_SCORES, {}),
        ("roc_auc_score", ONE_SCORES, {}),
        ("log_loss", ONE_SCORES, {}),
        ("brier_score_loss", ONE_SCORES, {}),
    ],
)
def test_one_column_is_the_wider_matrix_of_one_label(name, other, options):
    """Twice the column is the same macro mean; for both, all labels of a row are right together."""
    function = getattr(metrics, name)
    one, two = function(ONE, other, **options), function(np.tile(ONE, 2), np.tile(other, 2), **options)
    np.testing.assert_allclose(one, two)


def test_one_column_has_the_shapes_of_wider_matrices():
    assert metrics.multilabel_confusion_matrix(ONE, ONE_PREDICTED).shape == (1, 2, 2)
    assert metrics.f1_score(ONE, ONE_PREDICTED, average=None).shape == (1,)
    assert len(metrics.precision_recall_curve(ONE, ONE_SCORES)) == len(metrics.roc_curve(ONE, ONE_SCORES)) == 1
    report = metrics.classification_report(ONE, ONE_PREDICTED, target_names=["cat"], output_dict=True, zero_division=0)
    assert list(report) == ["cat", "micro avg", "macro avg", "weighted avg", "samples avg"]


def test_without_an_average_several_labels_are_the_macro_mean():
    for name in ("precision_score", "recall_score", "f1_score", "jaccard_score"):
        function = getattr(metrics, name)
        assert function(Y, P) == function(Y, P, average="binary") == function(Y, P, average="macro")
    assert metrics.fbeta_score(Y, P, beta=2) == metrics.fbeta_score(Y, P, beta=2, average="macro")


def test_rows_of_which_nothing_is_known_are_in_no_average():
    known = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 0]])
    scores = np.array([[0.9, 0.1, 0.2], [0.1, 0.8, 0.1], [0.8, 0.2, 0.1]])
    more, more_scores = np.vstack([[[-1, -1, -1]], known]), np.vstack([[[0.9, 0.9, 0.9]], scores])
    predictions, more_predictions = (scores >= 0.5).astype(int), (more_scores >= 0.5).astype(int)
    weights = np.array([1.0, 2.0, 3.0])
    for name in ("accuracy_score", "zero_one_loss"):
        for normalize in (True, False):
            for weight in (None, weights):
                further = {"normalize": normalize, "sample_weight": None if weight is None else np.append(5.0, weight)}
                assert getattr(metrics, name)(more, more_predictions, **further) == pytest.approx(
                    getattr(metrics, name)(known, predictions, normalize=normalize, sample_weight=weight)
                )
    for name in (
        "label_ranking_loss",
        "coverage_error",
        "label_ranking_average_precision_score",
        "ndcg_score",
        "dcg_score",
    ):
        assert getattr(metrics, name)(more, more_scores) == pytest.approx(getattr(metrics, name)(known, scores))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what is not known is not ill-defined
        metrics.precision_score(more, more_predictions, average="samples")

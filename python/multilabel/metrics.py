# SPDX-License-Identifier: Apache-2.0
"""Numbers for multi-label predictions and scores, with scikit-learn's names, parameters, warnings and values.

Targets and predictions are matrices of 0 and 1 of shape (samples, labels): NumPy arrays of any number type, torch
tensors, SciPy sparse matrices, DataFrames or nested lists. In targets NaN or -1 marks a cell whose truth is unknown;
every metric then equals what it would be had the cell never been there. Binary and multiclass input is passed on to
scikit-learn where it is installed.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._label_arrays import as_array, is_multilabel, label_array, score_array, weight_array

__all__ = [
    "BootstrapInterval",
    "LabelReport",
    "MultiLabelReport",
    "UndefinedMetricWarning",
    "accuracy_score",
    "average_precision_score",
    "binary_accuracy",
    "bootstrap_interval",
    "brier_score_loss",
    "classification_report",
    "coco_report",
    "coverage_error",
    "dcg_score",
    "evaluate",
    "expected_calibration_error",
    "f1_score",
    "fbeta_score",
    "hamming_loss",
    "jaccard_score",
    "LabelRanking",
    "label_ranking",
    "label_ranking_average_precision_score",
    "label_ranking_loss",
    "log_loss",
    "multilabel_confusion_matrix",
    "ndcg_score",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
    "roc_auc_score",
    "roc_curve",
    "top_k_predictions",
    "zero_one_loss",
]

Average = Literal["binary", "micro", "macro", "weighted", "samples"]
ScoreAverage = Literal["micro", "macro", "weighted", "samples"]
ZeroDivision = float | Literal["warn"]

LabelReport = _core.metrics.LabelReport
MultiLabelReport = _core.metrics.MultiLabelReport

_AVERAGES = (None, "micro", "macro", "weighted", "samples")


class UndefinedMetricWarning(UserWarning):
    """A metric has no value for some label or row. Also scikit-learn's warning of this name where that is loaded."""


def _warn_undefined(text: str) -> None:
    known = sys.modules.get("sklearn.exceptions")
    kind: type[Warning] = UndefinedMetricWarning
    if known is not None:
        kind = type(
            "UndefinedMetricWarning", (UndefinedMetricWarning, known.UndefinedMetricWarning), {"__module__": __name__}
        )
    warnings.warn(text, kind, stacklevel=_callers_level())


def _callers_level() -> int:
    """The ``stacklevel`` with which this module's caller's caller warns in the name of the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") == __name__:
        level, frame = level + 1, frame.f_back
    return level


class InvalidParameterError(_core.ArgumentError, TypeError):
    """A parameter is of the wrong kind; a ValueError and a TypeError, as scikit-learn's error of this name."""


def _sklearn(where: str, *args: Any, **kwargs: Any) -> Any:
    try:
        from sklearn import metrics
    except ImportError:
        raise _core.ArgumentError(
            f"{where}: targets must be a matrix [samples, labels] of at least two labels; got binary or multiclass "
            "data, which scikit-learn computes where it is installed"
        ) from None
    return getattr(metrics, where)(*args, **kwargs)


def _is_multilabel(y_true: Any, y_other: Any) -> bool:
    return is_multilabel(y_true) and is_multilabel(y_other)


def _targets(y_true: Any) -> NDArray[Any]:
    targets = label_array(y_true, "y_true")
    if targets.dtype.kind in "if" and targets.size:
        head = targets[:64]
        if (head == -1).any() and not (head == 0).any() and not (targets == 0).any():
            warnings.warn(
                "y_true holds 1 and -1 but no 0. Here -1 means unknown, so no label is known to be absent; write 0 for "
                "absent.",
                UserWarning,
                stacklevel=_callers_level(),
            )
    return targets


def _pair(
    y_true: Any, y_pred: Any, sample_weight: Any
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]:
    """Targets, predictions and weights as the kernels take them, after the checks of scikit-learn in its order."""
    targets = _targets(y_true)
    predictions = label_array(y_pred, "y_pred")
    if len(targets) != len(predictions):
        raise _core.ShapeError(
            f"Found input variables with inconsistent numbers of samples: {[len(targets), len(predictions)]}"
        )
    if len(targets) == 0:
        raise _core.ArgumentError(
            "Found empty input array (e.g., `y_true` or `y_pred`) while a minimum of 1 sample is required."
        )
    weights = weight_array(sample_weight, len(targets))
    if targets.shape[1] != predictions.shape[1]:
        raise _core.ShapeError(
            "Multi-label binary indicator input with different numbers of labels: "
            f"{targets.shape[1]} in y_true, {predictions.shape[1]} in y_pred"
        )
    return targets, predictions, weights


def _refused(error: Exception, y_true: NDArray[Any], y_pred: NDArray[Any]) -> Exception:
    """The error of a kernel that met a cell which is no label, introduced by what scikit-learn says about such data."""

    def kind(values: NDArray[Any]) -> str:
        if values.dtype.kind == "f" and (values != np.floor(values)).any():
            return "continuous-multioutput"
        return "multilabel-indicator" if len(np.unique(values)) <= 2 else "multiclass-multioutput"

    for name, values in (("y_true", y_true), ("y_pred", y_pred)):
        if name == "y_pred" and values.dtype.kind == "f" and np.isnan(values).any():
            return _core.ArgumentError(f"Input {name} contains NaN. {error}")
    kinds = [kind(np.nan_to_num(values)) for values in (y_true, y_pred)]
    if kinds[0] != kinds[1]:
        text = f"Classification metrics can't handle a mix of {kinds[0]} and {kinds[1]} targets. {error}"
    elif kinds[0] == "multilabel-indicator":
        text = str(error)
    else:
        text = f"{kinds[0]} is not supported. {error}"
    return _core.ArgumentError(text)


def _zero_division(where: str, value: Any, *, nan: bool = True) -> float:
    if isinstance(value, str) and value == "warn":
        return 0.0
    if isinstance(value, int | float | np.number) and (value in (0, 1) or (nan and value != value)):
        return float(value)
    allowed = (
        "a float among {0.0, 1.0}, nan or a str among {'warn'}"
        if nan
        else "a float among {0.0, 1.0} or a str among {'warn'}"
    )
    raise InvalidParameterError(f"The 'zero_division' parameter of {where} must be {allowed}. Got {value!r} instead.")


def _check_average(where: str, average: Any, pos_label: Any) -> None:
    if average not in (*_AVERAGES, "binary"):
        raise InvalidParameterError(
            f"The 'average' parameter of {where} must be a str among {{'binary', 'macro', 'micro', 'samples', "
            f"'weighted'}} or None. Got {average!r} instead."
        )
    if average == "binary":
        raise _core.ArgumentError(
            "Target is multilabel-indicator but average='binary'. Please choose another average setting, one of "
            f"{list(_AVERAGES)!r}."
        )
    if pos_label not in (None, 1):
        warnings.warn(
            f"Note that pos_label (set to {pos_label!r}) is ignored when average != 'binary' (got {average!r}). "
            "You may use labels=[pos_label] to specify a single positive class.",
            UserWarning,
            stacklevel=_callers_level(),
        )


def _columns(labels: Any, count: int) -> list[int]:
    if labels is None:
        return []
    columns = [int(label) for label in np.asarray(labels).ravel()]
    if columns and max(columns) >= count:
        raise _core.ArgumentError(
            f"All labels must be in [0, n labels) for multilabel targets. Got {max(columns)} > {count - 1}"
        )
    if columns and min(columns) < 0:
        raise _core.ArgumentError(f"All labels must be in [0, n labels) for multilabel targets. Got {min(columns)} < 0")
    return columns


_MODIFIERS = {
    "precision": ("Precision", "predicted"),
    "recall": ("Recall", "true"),
    "fbeta": ("F-score", "true nor predicted"),
    "jaccard": ("Jaccard", "true or predicted"),
}


def _warn_zero_division(kind: str, average: str | None, size: int) -> None:
    name, modifier = _MODIFIERS[kind]
    axis, other = ("label", "sample") if average == "samples" else ("sample", "label")
    place = "due to" if size == 1 else f"in {other}s with"
    _warn_undefined(
        f"{name} is ill-defined and being set to 0.0 {place} no {modifier} {axis}s. Use `zero_division` parameter to "
        "control this behavior."
    )


def _classification(
    where: str,
    kinds: list[str],
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any,
    pos_label: Any,
    average: Any,
    sample_weight: Any,
    zero_division: Any,
    beta: float = 1.0,
    warn_for: Iterable[str] = _MODIFIERS,
) -> tuple[list[Any], NDArray[Any], bool]:
    divisor = _zero_division(where, zero_division, nan=kinds != ["jaccard"])
    _check_average(where, average, pos_label)
    targets, predictions, weights = _pair(y_true, y_pred, sample_weight)
    columns = _columns(labels, targets.shape[1])
    try:
        values, undefined, support, size = _core.metrics.classification(
            where, targets, predictions, kinds, average, float(beta), divisor, weights, columns
        )
    except _core.ArgumentError as error:
        raise _refused(error, targets, predictions) from None
    if isinstance(zero_division, str):
        for kind, count in zip(kinds, undefined, strict=True):
            silent = kind == "fbeta" and (beta == 0 or np.isposinf(beta))
            if count and kind in warn_for and not silent:
                _warn_zero_division(kind, average, size)
    return values, support, weights is not None


def precision_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """The share of predictions that are right: TP / (TP + FP).

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    pos_label : int, default=1
        For binary data only.
    average : {"micro", "macro", "weighted", "samples", "binary"} or None
        How labels become one number; None for one value a label. The default is for binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.

    Returns
    -------
    score : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import precision_score
    >>> precision_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], average="macro")
    0.6666666666666666
    """
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
    }
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("precision_score", y_true, y_pred, **options)
    values, _, _ = _classification("precision_score", ["precision"], y_true, y_pred, **options)
    return values[0]


def recall_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """The share of positives that are found: TP / (TP + FN).

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    pos_label : int, default=1
        For binary data only.
    average : {"micro", "macro", "weighted", "samples", "binary"} or None
        How labels become one number; None for one value a label. The default is for binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.

    Returns
    -------
    score : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import recall_score
    >>> recall_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], average="macro")
    1.0
    """
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
    }
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("recall_score", y_true, y_pred, **options)
    values, _, _ = _classification("recall_score", ["recall"], y_true, y_pred, **options)
    return values[0]


def f1_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    pos_label : int, default=1
        For binary data only.
    average : {"micro", "macro", "weighted", "samples", "binary"} or None
        How labels become one number; None for one value a label. The default is for binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.

    Returns
    -------
    score : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import f1_score
    >>> f1_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], average="samples")
    0.7333333333333334
    >>> f1_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], average=None).round(3)
    array([1.   , 0.667, 0.667])
    """
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
    }
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("f1_score", y_true, y_pred, **options)
    values, _, _ = _classification("f1_score", ["fbeta"], y_true, y_pred, **options)
    return values[0]


def fbeta_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    beta: float,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """The weighted harmonic mean of precision and recall.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    beta : float
        How many times as important recall is as precision; 0 is precision, infinity recall.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    pos_label : int, default=1
        For binary data only.
    average : {"micro", "macro", "weighted", "samples", "binary"} or None
        How labels become one number; None for one value a label. The default is for binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.

    Returns
    -------
    score : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import fbeta_score
    >>> fbeta_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], beta=2, average="micro")
    0.8823529411764706
    """
    if not beta >= 0:
        raise InvalidParameterError(
            f"The 'beta' parameter of fbeta_score must be a float in the range [0.0, inf]. Got {beta!r} instead."
        )
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
        "beta": beta,
    }
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("fbeta_score", y_true, y_pred, **options)
    values, _, _ = _classification("fbeta_score", ["fbeta"], y_true, y_pred, **options)
    return values[0]


def jaccard_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """The overlap of what is present and what is predicted: TP / (TP + FP + FN).

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    pos_label : int, default=1
        For binary data only.
    average : {"micro", "macro", "weighted", "samples", "binary"} or None
        How labels become one number; None for one value a label. The default is for binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning.

    Returns
    -------
    score : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import jaccard_score
    >>> jaccard_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], average="micro")
    0.6
    """
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
    }
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("jaccard_score", y_true, y_pred, **options)
    values, _, _ = _classification("jaccard_score", ["jaccard"], y_true, y_pred, **options)
    return values[0]


def precision_recall_fscore_support(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    beta: float = 1.0,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = None,
    warn_for: Iterable[str] = ("precision", "recall", "f-score"),
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> tuple[Any, Any, Any, NDArray[Any] | None]:
    """Precision, recall, F-beta and the number of positives, in one pass.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    beta : float, default=1.0
        How many times as important recall is as precision.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    pos_label : int, default=1
        For binary data only.
    average : {"micro", "macro", "weighted", "samples", "binary"}, optional
        How labels become one number; None for one value a label.
    warn_for : iterable of str
        Which of the three may warn.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.

    Returns
    -------
    precision, recall, fscore : float, or ndarray of shape (labels,) without an average
    support : ndarray of shape (labels,), or None with an average
        The positives of each label; float64 when rows are weighted.

    Examples
    --------
    >>> from multilabel.metrics import precision_recall_fscore_support
    >>> precision_recall_fscore_support([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], average="micro")
    (0.6, 1.0, 0.75, None)
    """
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
        "beta": beta,
    }
    where = "precision_recall_fscore_support"
    if not _is_multilabel(y_true, y_pred):
        return _sklearn(where, y_true, y_pred, warn_for=warn_for, **options)
    if not beta >= 0:
        raise InvalidParameterError(
            f"The 'beta' parameter of {where} must be a float in the range [0.0, inf]. Got {beta!r} instead."
        )
    kinds = ["precision", "recall", "fbeta"]
    wanted = ["fbeta" if name == "f-score" else name for name in warn_for]
    values, support, weighted = _classification(where, kinds, y_true, y_pred, warn_for=wanted, **options)
    if average is not None:
        return values[0], values[1], values[2], None
    return values[0], values[1], values[2], support if weighted else support.astype(np.int64)


def multilabel_confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    samplewise: bool = False,
) -> NDArray[Any]:
    """A matrix [[TN, FP], [FN, TP]] for each label, or for each row.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    samplewise : bool, default=False
        One matrix a row instead of one a label.

    Returns
    -------
    matrices : ndarray of shape (labels, 2, 2) or (samples, 2, 2)
        int64; float64 when rows are weighted. Unknown cells are in none of the four.

    Examples
    --------
    >>> from multilabel.metrics import multilabel_confusion_matrix
    >>> multilabel_confusion_matrix([[1, 0], [0, 1]], [[1, 1], [0, 1]]).tolist()
    [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]
    """
    where = "multilabel_confusion_matrix"
    if not _is_multilabel(y_true, y_pred):
        return _sklearn(where, y_true, y_pred, sample_weight=sample_weight, labels=labels, samplewise=samplewise)
    targets, predictions, weights = _pair(y_true, y_pred, sample_weight)
    columns = _columns(labels, targets.shape[1])
    try:
        tp, predicted, positives, known = _core.metrics.confusion(
            where, targets, predictions, samplewise, None if samplewise else weights, columns
        )
    except _core.ArgumentError as error:
        raise _refused(error, targets, predictions) from None
    matrices = np.stack([known - predicted - positives + tp, predicted - tp, positives - tp, tp], axis=-1).reshape(
        -1, 2, 2
    )
    if weights is None:
        return matrices.astype(np.int64)
    return matrices * weights[:, None, None] if samplewise else matrices


def classification_report(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    target_names: Sequence[str] | None = None,
    sample_weight: ArrayLike | None = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: ZeroDivision = "warn",
) -> str | dict[str, Any]:
    """Precision, recall, F1 and support of each label and of the four averages, as scikit-learn's text or dictionary.

    `evaluate` adds average precision, the accuracies, and names labels without positives.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    labels : array-like of int, optional
        The columns to use, in this order; all by default.
    target_names : sequence of str, optional
        The names of the columns used.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    digits : int, default=2
        Decimals in the text.
    output_dict : bool, default=False
        Return a dictionary instead.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.

    Returns
    -------
    report : str or dict

    Examples
    --------
    >>> from multilabel.metrics import classification_report
    >>> y_true, y_pred = [[1, 0], [0, 1]], [[1, 1], [0, 1]]
    >>> report = classification_report(y_true, y_pred, target_names=["cat", "dog"], output_dict=True)
    >>> report["dog"]
    {'precision': 0.5, 'recall': 1.0, 'f1-score': 0.6666666666666666, 'support': 1.0}
    """
    if not _is_multilabel(y_true, y_pred):
        return _sklearn(
            "classification_report",
            y_true,
            y_pred,
            labels=labels,
            target_names=target_names,
            sample_weight=sample_weight,
            digits=digits,
            output_dict=output_dict,
            zero_division=zero_division,
        )
    targets, predictions, weights = _pair(y_true, y_pred, sample_weight)
    columns = _columns(labels, targets.shape[1]) if labels is not None else list(range(targets.shape[1]))
    if target_names is not None and len(columns) != len(target_names):
        if labels is None:
            raise _core.ArgumentError(
                f"Number of classes, {len(columns)}, does not match size of target_names, {len(target_names)}. Try "
                "specifying the labels parameter"
            )
        warnings.warn(
            f"labels size, {len(columns)}, does not match size of target_names, {len(target_names)}",
            UserWarning,
            stacklevel=_callers_level(),
        )
    names = [str(column) for column in columns] if target_names is None else list(target_names)
    divisor = _zero_division("classification_report", zero_division)
    try:
        *scores, support, undefined, means = _core.metrics.report_numbers(
            "classification_report", targets, predictions, divisor, weights, columns
        )
    except _core.ArgumentError as error:
        raise _refused(error, targets, predictions) from None
    if isinstance(zero_division, str):
        averages: list[str | None] = [None, "micro", "macro", "weighted", "samples"]
        counts = [(undefined, len(support)), *((line[1], line[2]) for line in means)]
        for average, (missing, size) in zip(averages, counts, strict=True):
            for kind, count in zip(("precision", "recall", "fbeta"), missing, strict=True):
                if count:
                    _warn_zero_division(kind, average, size)
    if weights is None:
        support = support.astype(np.int64)
    lines = list(zip(names, zip(*scores, support, strict=True), strict=False))
    rows = {
        f"{average} avg": (*line[0], np.sum(support))
        for average, line in zip(("micro", "macro", "weighted", "samples"), means, strict=True)
    }
    headers = ["precision", "recall", "f1-score", "support"]
    if output_dict:
        both = dict(lines) | rows
        return {name: dict(zip(headers, map(float, values), strict=True)) for name, values in both.items()}
    width = max(*(len(name) for name in names), len("weighted avg"), digits)
    text = f"{'':>{width}s} " + "".join(f" {header:>9}" for header in headers) + "\n\n"

    def line(name: str, values: tuple[Any, ...]) -> str:
        numbers = "".join(f" {value:>9.{digits}f}" for value in values[:3])
        return f"{name:>{width}s} {numbers} {values[3]:>9}\n"

    return text + "".join(line(*row) for row in lines) + "\n" + "".join(line(*row) for row in rows.items())


def accuracy_score(
    y_true: ArrayLike, y_pred: ArrayLike, *, normalize: bool = True, sample_weight: ArrayLike | None = None
) -> float:
    """The share of rows that are right in every label (subset accuracy); `binary_accuracy` is the share of cells.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    normalize : bool, default=True
        The share of rows; otherwise their number (or weight).
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    accuracy : float

    Examples
    --------
    >>> from multilabel.metrics import accuracy_score
    >>> accuracy_score([[1, 0], [0, 1]], [[1, 1], [0, 1]])
    0.5
    """
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("accuracy_score", y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    targets, predictions, weights = _pair(y_true, y_pred, sample_weight)
    try:
        return _core.metrics.accuracy("accuracy_score", targets, predictions, bool(normalize), weights)
    except _core.ArgumentError as error:
        raise _refused(error, targets, predictions) from None


def zero_one_loss(
    y_true: ArrayLike, y_pred: ArrayLike, *, normalize: bool = True, sample_weight: ArrayLike | None = None
) -> float:
    """The share of rows with at least one wrong label.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    normalize : bool, default=True
        The share of rows; otherwise their number (or weight).
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    loss : float

    Examples
    --------
    >>> from multilabel.metrics import zero_one_loss
    >>> zero_one_loss([[1, 0], [0, 1]], [[1, 1], [0, 1]])
    0.5
    """
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("zero_one_loss", y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    right = accuracy_score(y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    if normalize:
        return 1 - right
    if sample_weight is not None:
        return float(np.sum(sample_weight)) - right
    return label_array(y_true, "y_true").shape[0] - right


def hamming_loss(y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The share of known cells that are wrong.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    loss : float
        NaN when nothing is known.

    Examples
    --------
    >>> from multilabel.metrics import hamming_loss
    >>> hamming_loss([[1, 0], [0, 1]], [[1, 1], [0, 1]])
    0.25
    """
    if not _is_multilabel(y_true, y_pred):
        return _sklearn("hamming_loss", y_true, y_pred, sample_weight=sample_weight)
    targets, predictions, weights = _pair(y_true, y_pred, sample_weight)
    try:
        return _core.metrics.hamming("hamming_loss", targets, predictions, weights)
    except _core.ArgumentError as error:
        raise _refused(error, targets, predictions) from None


def _scores(y_true: Any, y_score: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    targets = _targets(y_true)
    scores = score_array(y_score, "y_score")
    if targets.ndim != 2 or scores.ndim != 2:
        raise _core.ShapeError(
            "binary format is not supported: y_true and y_score must be matrices [samples, labels]; got "
            f"{targets.ndim} and {scores.ndim} dimensions"
        )
    if len(targets) != len(scores):
        raise _core.ShapeError(
            f"Found input variables with inconsistent numbers of samples: {[len(targets), len(scores)]}"
        )
    if targets.shape != scores.shape:
        raise _core.ShapeError(f"y_true and y_score have different shape: {targets.shape} and {scores.shape}")
    if len(targets) == 0:
        raise _core.ArgumentError(
            f"Found array with 0 sample(s) (shape={targets.shape}) while a minimum of 1 is required."
        )
    return targets, scores


def _refused_scores(error: Exception, scores: NDArray[Any]) -> Exception:
    if "scores must be finite" in str(error):
        what = "NaN" if np.isnan(scores).any() else f"infinity or a value too large for dtype('{scores.dtype}')"
        return _core.ArgumentError(f"Input contains {what}. {error}")
    return error


def binary_accuracy(y_true: ArrayLike, y_score: ArrayLike, *, threshold: float = 0.5) -> float:
    """The share of known cells on the right side of a threshold: Keras's accuracy. High wherever labels are rare.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_score : array-like of shape (samples, labels)
        Scores; a cell counts as predicted above the threshold, not at it.
    threshold : float, default=0.5
        In the unit of the scores.

    Returns
    -------
    accuracy : float

    Examples
    --------
    >>> from multilabel.metrics import binary_accuracy
    >>> binary_accuracy([[1, 0], [0, 1]], [[0.9, 0.6], [0.1, 0.7]])
    0.75
    """
    targets, scores = _scores(y_true, y_score)
    try:
        return _core.metrics.binary_accuracy("binary_accuracy", targets, scores, threshold)
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None


class BootstrapInterval(NamedTuple):
    """A metric and how far it would move; made by `bootstrap_interval`."""

    value: float
    """On the rows as they are."""
    low: float
    """The lower end of the interval."""
    high: float
    """The upper end of the interval."""
    samples: NDArray[np.float64]
    """The value on each resample."""


class LabelRanking(NamedTuple):
    """The three ranking metrics of `label_ranking`."""

    average_precision: float
    """See `label_ranking_average_precision_score`."""
    coverage_error: float
    """See `coverage_error`."""
    ranking_loss: float
    """See `label_ranking_loss`."""


def _ranking(where: str, y_true: Any, y_score: Any, sample_weight: Any) -> LabelRanking:
    targets, scores = _scores(y_true, y_score)
    weights = weight_array(sample_weight, len(targets))
    try:
        return LabelRanking(*_core.metrics.ranking(where, targets, scores, weights))
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None


def label_ranking_average_precision_score(
    y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    """The mean share of positives among the labels ranked at or above each positive.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    value : float
        In (0, 1], best is 1. Ties share the worst rank; a row without positives, or without negatives, counts 1.

    Examples
    --------
    >>> from multilabel.metrics import label_ranking_average_precision_score
    >>> label_ranking_average_precision_score([[1, 0, 0], [0, 0, 1]], [[0.9, 0.2, 0.1], [0.1, 0.8, 0.3]])
    0.75
    """
    return _ranking("label_ranking_average_precision_score", y_true, y_score, sample_weight).average_precision


def coverage_error(y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """How many labels, best score first, must be taken to have all positives of a row, on average.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    value : float
        At best the mean number of positives. A row without positives counts 0.

    Examples
    --------
    >>> from multilabel.metrics import coverage_error
    >>> coverage_error([[1, 0, 0], [0, 0, 1]], [[0.9, 0.2, 0.1], [0.1, 0.8, 0.3]])
    1.5
    """
    return _ranking("coverage_error", y_true, y_score, sample_weight).coverage_error


def label_ranking_loss(y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The share of (positive, negative) pairs in which the negative scores at least as high.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    value : float
        In [0, 1], best is 0. A row without positives, or without negatives, counts 0.

    Examples
    --------
    >>> from multilabel.metrics import label_ranking_loss
    >>> label_ranking_loss([[1, 0, 0], [0, 0, 1]], [[0.9, 0.2, 0.1], [0.1, 0.8, 0.3]])
    0.25
    """
    return _ranking("label_ranking_loss", y_true, y_score, sample_weight).ranking_loss


def label_ranking(y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> LabelRanking:
    """The three ranking metrics in one pass, at the price of one.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.

    Returns
    -------
    ranking : LabelRanking
        A named tuple of ``average_precision``, ``coverage_error`` and ``ranking_loss``.

    Examples
    --------
    >>> from multilabel.metrics import label_ranking
    >>> label_ranking([[1, 0, 0], [0, 0, 1]], [[0.9, 0.2, 0.1], [0.1, 0.3, 0.8]])
    LabelRanking(average_precision=1.0, coverage_error=1.0, ranking_loss=0.0)
    """
    return _ranking("label_ranking", y_true, y_score, sample_weight)


def _check_score_average(where: str, average: Any, undefined: Any) -> None:
    if average not in _AVERAGES:
        raise InvalidParameterError(
            f"The 'average' parameter of {where} must be a str among {{'macro', 'micro', 'samples', 'weighted'}} "
            f"or None. Got {average!r} instead."
        )
    if undefined not in ("sklearn", "skip"):
        raise _core.ArgumentError(f"undefined must be 'sklearn' or 'skip'; got {undefined!r}")


def average_precision_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    average: ScoreAverage | None = "macro",
    pos_label: Any = 1,
    sample_weight: ArrayLike | None = None,
    definition: Literal["sklearn", "voc07", "voc10"] = "sklearn",
    undefined: Literal["sklearn", "skip"] = "sklearn",
) -> Any:
    """The area under the precision and recall curve; its macro average is mAP.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    average : {"micro", "macro", "weighted", "samples"} or None, default="macro"
        How labels become one number; None for one value a label.
    pos_label : int, default=1
        For binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    definition : {"sklearn", "voc07", "voc10"}, default="sklearn"
        Which number it is: nothing interpolated; the mean precision at eleven recalls; the area under the highest
        precision at each recall or beyond. They differ by up to a point on the same scores.
    undefined : {"sklearn", "skip"}, default="sklearn"
        A label without positives counts 0 (with a warning) as in scikit-learn, or is NaN and left out of averages.

    Returns
    -------
    average_precision : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import average_precision_score
    >>> y_true, y_score = [[1, 0], [0, 1], [1, 0]], [[0.9, 0.2], [0.8, 0.7], [0.3, 0.1]]
    >>> average_precision_score(y_true, y_score)
    0.9166666666666666
    >>> average_precision_score(y_true, y_score, average=None)
    array([0.83333333, 1.        ])
    """
    where = "average_precision_score"
    if not is_multilabel(y_true):
        return _sklearn(where, y_true, y_score, average=average, pos_label=pos_label, sample_weight=sample_weight)
    if pos_label != 1:
        raise _core.ArgumentError(
            "Parameter pos_label is fixed to 1 for multilabel-indicator y_true. Do not set pos_label or set "
            "pos_label to 1."
        )
    if definition not in ("sklearn", "voc07", "voc10"):
        raise _core.ArgumentError(f"definition must be 'sklearn', 'voc07' or 'voc10'; got {definition!r}")
    _check_score_average(where, average, undefined)
    targets, scores = _scores(y_true, y_score)
    weights = weight_array(sample_weight, len(targets))
    try:
        value, missing = _core.metrics.average_precision(
            where, targets, scores, average, definition, undefined == "skip", weights
        )
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None
    if missing and undefined == "sklearn":
        warnings.warn(
            "No positive class found in y_true, recall is set to one for all thresholds.",
            UserWarning,
            stacklevel=_callers_level(),
        )
    return value


def roc_auc_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    average: ScoreAverage | None = "macro",
    sample_weight: ArrayLike | None = None,
    max_fpr: float | None = None,
    multi_class: Literal["raise", "ovr", "ovo"] = "raise",
    labels: ArrayLike | None = None,
    undefined: Literal["sklearn", "skip"] = "sklearn",
) -> Any:
    """The area under the ROC curve: how likely a positive scores above a negative.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    average : {"micro", "macro", "weighted", "samples"} or None, default="macro"
        How labels become one number; None for one value a label.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    max_fpr : float, optional
        The standardised partial area up to this false positive rate; computed by scikit-learn.
    multi_class : {"raise", "ovr", "ovo"}, default="raise"
        For multiclass data only.
    labels : array-like, optional
        For multiclass data only.
    undefined : {"sklearn", "skip"}, default="sklearn"
        A label without positives or without negatives makes its value and the macro average NaN (with a warning) as in
        scikit-learn, or is left out of averages.

    Returns
    -------
    area : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import roc_auc_score
    >>> roc_auc_score([[1, 0], [0, 1], [1, 0]], [[0.9, 0.2], [0.8, 0.7], [0.3, 0.1]])
    0.75
    """
    where = "roc_auc_score"
    if not is_multilabel(y_true) or (max_fpr is not None and max_fpr != 1):
        return _sklearn(
            where,
            y_true,
            y_score,
            average=average,
            sample_weight=sample_weight,
            max_fpr=max_fpr,
            multi_class=multi_class,
            labels=labels,
        )
    _check_score_average(where, average, undefined)
    targets, scores = _scores(y_true, y_score)
    weights = weight_array(sample_weight, len(targets))
    try:
        value, missing = _core.metrics.roc_auc(where, targets, scores, average, undefined == "skip", weights)
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None
    if missing and undefined == "sklearn":
        _warn_undefined("Only one class is present in y_true. ROC AUC score is not defined in that case.")
    return value


def _probability(where: str, kind: str, y_true: Any, y_proba: Any, average: Any, sample_weight: Any) -> Any:
    _check_score_average(where, average, "skip")
    targets, scores = _scores(y_true, y_proba)
    weights = weight_array(sample_weight, len(targets))
    return _core.metrics.probability(where, kind, targets, scores, average, weights)


def log_loss(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    average: ScoreAverage | None = "macro",
) -> Any:
    """The mean over known cells of -log(probability given to the truth), label by label; 0 is best.

    scikit-learn takes a row of several labels for one class among many; for one column the two are equal.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out.
    y_proba : array-like of shape (samples, labels)
        Probabilities in [0, 1]; logits are refused, not squashed.
    normalize : bool, default=True
        For binary and multiclass data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    labels : array-like, optional
        For binary and multiclass data only.
    average : {"micro", "macro", "weighted", "samples"} or None, default="macro"
        How labels become one number; None for one value a label. micro is the mean over cells.

    Returns
    -------
    loss : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import log_loss
    >>> round(log_loss([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]]), 4)
    0.1976
    """
    if not is_multilabel(y_true):
        return _sklearn("log_loss", y_true, y_proba, normalize=normalize, sample_weight=sample_weight, labels=labels)
    if not normalize or labels is not None:
        raise _core.ArgumentError(
            "log_loss: normalize and labels are for binary and multiclass data; got a label matrix"
        )
    return _probability("log_loss", "log", y_true, y_proba, average, sample_weight)


def brier_score_loss(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
    labels: ArrayLike | None = None,
    scale_by_half: bool | Literal["auto"] = "auto",
    average: ScoreAverage | None = "macro",
) -> Any:
    """The mean over known cells of (probability - truth) squared, label by label, in [0, 1]; 0 is best.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out.
    y_proba : array-like of shape (samples, labels)
        Probabilities in [0, 1]; logits are refused, not squashed.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    pos_label : optional
        For binary data only.
    labels : array-like, optional
        For binary and multiclass data only.
    scale_by_half : bool or "auto", default="auto"
        For binary and multiclass data only.
    average : {"micro", "macro", "weighted", "samples"} or None, default="macro"
        How labels become one number; None for one value a label. micro is the mean over cells.

    Returns
    -------
    loss : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import brier_score_loss
    >>> round(brier_score_loss([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]]), 4)
    0.0375
    """
    where = "brier_score_loss"
    if not is_multilabel(y_true):
        options = {"pos_label": pos_label, "labels": labels, "scale_by_half": scale_by_half}
        return _sklearn(where, y_true, y_proba, sample_weight=sample_weight, **options)
    if pos_label not in (None, 1) or labels is not None or scale_by_half != "auto":
        raise _core.ArgumentError(
            f"{where}: pos_label, labels and scale_by_half are for other data; got a label matrix"
        )
    return _probability(where, "brier", y_true, y_proba, average, sample_weight)


def expected_calibration_error(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    average: Literal["micro", "macro", "weighted"] | None = "micro",
    bins: int = 15,
    binning: Literal["equal_width", "equal_mass"] = "equal_width",
) -> Any:
    """The mean over known cells of the distance between mean probability and share of positives of the cell's bin.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out.
    y_proba : array-like of shape (samples, labels)
        Probabilities in [0, 1]; logits are refused, not squashed.
    average : {"micro", "macro", "weighted"} or None, default="micro"
        micro pools all cells; None gives one value a label.
    bins : int, default=15
        The error shrinks with fewer bins: compare like with like.
    binning : {"equal_width", "equal_mass"}, default="equal_width"
        Bins of equal width, or of equally many cells (the adaptive form), ties not split.

    Returns
    -------
    error : float, or ndarray of shape (labels,) for ``average=None``
        In [0, 1]; 0 is best.

    Examples
    --------
    >>> from multilabel.metrics import expected_calibration_error
    >>> round(expected_calibration_error([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]], bins=2), 4)
    0.175
    """
    where = "expected_calibration_error"
    if average not in (None, "micro", "macro", "weighted"):
        raise _core.ArgumentError(f"{where}: average must be 'micro', 'macro', 'weighted' or None; got {average!r}")
    if binning not in ("equal_width", "equal_mass"):
        raise _core.ArgumentError(f"{where}: binning must be 'equal_width' or 'equal_mass'; got {binning!r}")
    if not isinstance(bins, int | np.integer) or bins < 1:
        raise _core.ArgumentError(f"{where}: bins must be an int of at least 1; got {bins!r}")
    targets, scores = _scores(y_true, y_proba)
    return _core.metrics.calibration_error(where, targets, scores, average, bins, binning == "equal_mass")


def _gain(
    where: str, y_true: Any, y_score: Any, k: Any, log_base: float, sample_weight: Any, ignore_ties: bool
) -> float:
    targets, scores = label_array(y_true, "y_true").astype(np.float64), score_array(y_score, "y_score")
    if targets.ndim != 2 or scores.ndim != 2:
        raise _core.ShapeError(
            "Only ('multilabel-indicator', 'continuous-multioutput', 'multiclass-multioutput') formats are supported. "
            f"Got {targets.ndim} dimensions instead"
        )
    if len(targets) != len(scores):
        raise _core.ShapeError(
            f"Found input variables with inconsistent numbers of samples: {[len(targets), len(scores)]}"
        )
    if k is not None and (not isinstance(k, int | np.integer) or k < 1):
        raise InvalidParameterError(
            f"The 'k' parameter of {where} must be an int in the range [1, inf) or None. Got {k!r} instead."
        )
    weights = weight_array(sample_weight, len(targets))
    if ignore_ties:  # of equal scores the last column first, as reversing a stable order gives it
        scores = np.argsort(np.argsort(scores, axis=1, kind="stable"), axis=1, kind="stable").astype(np.float64)
    try:
        return _core.metrics.gain(
            where, where == "ndcg_score", targets, scores, 0 if k is None else k, log_base, weights
        )
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None


def dcg_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    k: int | None = None,
    log_base: float = 2,
    sample_weight: ArrayLike | None = None,
    ignore_ties: bool = False,
) -> float:
    """The mean over rows of the sum over ranks of relevance / log(rank + 1).

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        Relevance of 0 or more, graded or not; NaN or -1 where unknown, which leaves the ranking.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    k : int, optional
        Only the first k ranks count.
    log_base : float, default=2
        Of the discount.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    ignore_ties : bool, default=False
        Break ties by position instead of sharing the mean of their gains.

    Returns
    -------
    gain : float

    Examples
    --------
    >>> from multilabel.metrics import dcg_score
    >>> dcg_score([[0, 3, 1]], [[0.5, 0.9, 0.1]])
    3.5
    """
    return _gain("dcg_score", y_true, y_score, k, log_base, sample_weight, ignore_ties)


def ndcg_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    k: int | None = None,
    sample_weight: ArrayLike | None = None,
    ignore_ties: bool = False,
) -> float:
    """The mean over rows of `dcg_score` divided by the best possible, in [0, 1].

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        Relevance of 0 or more, graded or not; NaN or -1 where unknown, which leaves the ranking.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    k : int, optional
        Only the first k ranks count.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    ignore_ties : bool, default=False
        Break ties by position instead of sharing the mean of their gains.

    Returns
    -------
    gain : float
        A row without relevance counts 0.

    Examples
    --------
    >>> from multilabel.metrics import ndcg_score
    >>> ndcg_score([[0, 1, 1]], [[0.5, 0.9, 0.6]])
    1.0
    """
    if label_array(y_true, "y_true").shape[-1] == 1:
        raise _core.ArgumentError(
            "Computing NDCG is only meaningful when there is more than 1 document. Got 1 instead."
        )
    return _gain("ndcg_score", y_true, y_score, k, 2.0, sample_weight, ignore_ties)


def _curves(where: str, y_true: Any, y_score: Any, pos_label: Any, sample_weight: Any) -> list[Any]:
    if pos_label not in (None, 1):
        raise _core.ArgumentError(f"{where}: pos_label is fixed to 1 for a label matrix; got {pos_label!r}")
    targets, scores = _scores(y_true, y_score)
    weights = weight_array(sample_weight, len(targets))
    try:
        return _core.metrics.curves(where, where == "roc_curve", targets, scores, weights)
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None


def precision_recall_curve(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    pos_label: Any = None,
    sample_weight: ArrayLike | None = None,
    drop_intermediate: bool = False,
) -> Any:
    """Precision and recall of every label at each of its distinct scores.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    pos_label : optional
        For binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    drop_intermediate : bool, default=False
        For binary data only.

    Returns
    -------
    curves : list of (precision, recall, thresholds)
        One tuple a label, thresholds ascending; precision and recall end with a point (1, 0) that has no threshold. For
        binary data one tuple, by scikit-learn.

    Examples
    --------
    >>> from multilabel.metrics import precision_recall_curve
    >>> precision, recall, thresholds = precision_recall_curve([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]])[0]
    >>> precision, recall, thresholds
    (array([0.5, 1. , 1. ]), array([1., 1., 0.]), array([0.1, 0.9]))
    """
    if not is_multilabel(y_true):
        options = {"pos_label": pos_label, "sample_weight": sample_weight, "drop_intermediate": drop_intermediate}
        return _sklearn("precision_recall_curve", y_true, y_score, **options)
    return _curves("precision_recall_curve", y_true, y_score, pos_label, sample_weight)


def roc_curve(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    pos_label: Any = None,
    sample_weight: ArrayLike | None = None,
    drop_intermediate: bool = True,
) -> Any:
    """False and true positive rate of every label at each of its distinct scores.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    pos_label : optional
        For binary data only.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    drop_intermediate : bool, default=True
        For binary data only; for a label matrix every point is kept.

    Returns
    -------
    curves : list of (false_positive_rate, true_positive_rate, thresholds)
        One tuple a label, thresholds descending from infinity; a rate without denominator is NaN. For binary data one
        tuple, by scikit-learn.

    Examples
    --------
    >>> from multilabel.metrics import roc_curve
    >>> roc_curve([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]])[0]
    (array([0., 0., 1.]), array([0., 1., 1.]), array([inf, 0.9, 0.1]))
    """
    if not is_multilabel(y_true):
        options = {"pos_label": pos_label, "sample_weight": sample_weight, "drop_intermediate": drop_intermediate}
        return _sklearn("roc_curve", y_true, y_score, **options)
    return _curves("roc_curve", y_true, y_score, pos_label, sample_weight)


def top_k_predictions(y_score: ArrayLike, k: int) -> NDArray[np.uint8]:
    """1 for the k best scores of each row: ``f1_score(y_true, top_k_predictions(y_score, 3), ...)`` is a metric at 3.

    Parameters
    ----------
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    k : int
        At least 1. Of equal scores the one in the first column is taken.

    Returns
    -------
    predictions : ndarray of shape (samples, labels)

    Examples
    --------
    >>> from multilabel.metrics import top_k_predictions
    >>> top_k_predictions([[0.9, 0.2, 0.6]], 2)
    array([[1, 0, 1]], dtype=uint8)
    """
    if not isinstance(k, int | np.integer) or k < 1:
        raise _core.ArgumentError(f"top_k_predictions: k must be an int of at least 1; got {k!r}")
    return _core.metrics.top_k_predictions(score_array(y_score, "y_score"), k)


def coco_report(y_true: ArrayLike, y_score: ArrayLike, *, threshold: float = 0.5, k: int = 3) -> dict[str, float]:
    """The numbers of the multi-label papers on COCO, VOC and NUS-WIDE, for all predictions and for the best k of a row.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    threshold : float, default=0.5
        A label is predicted when its score is at or above it.
    k : int, default=3
        The names with ``@k`` keep the k best scores of a row that also pass the threshold.

    Returns
    -------
    report : dict
        mAP; CP, CR, CF1 (per class; CF1 is the harmonic mean of the two, not macro-F1); OP, OR, OF1 (overall); and the
        six again with ``@k``. Labels without positives are left out of mAP and the per-class numbers.

    Examples
    --------
    >>> from multilabel.metrics import coco_report
    >>> report = coco_report([[1, 0], [0, 1]], [[0.9, 0.6], [0.1, 0.7]])
    >>> report["mAP"], report["CP"], report["OF1"]
    (1.0, 0.75, 0.8)
    """
    if not isinstance(k, int | np.integer) or k < 1:
        raise _core.ArgumentError(f"coco_report: k must be an int of at least 1; got {k!r}")
    targets, scores = _scores(y_true, y_score)
    try:
        return _core.metrics.coco_report("coco_report", targets, scores, threshold, k)
    except _core.ArgumentError as error:
        raise _refused_scores(error, scores) from None


def bootstrap_interval(
    metric: Callable[..., float],
    y_true: ArrayLike,
    y_other: ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    **options: Any,
) -> BootstrapInterval:
    """How far a metric would move on another sample of as many rows: percentiles over rows drawn with replacement.

    Parameters
    ----------
    metric : callable
        Called as ``metric(y_true, y_other, **options)``; returns a number.
    y_true : array-like of shape (samples, labels)
        Targets, in the form the metric takes.
    y_other : array-like of shape (samples, labels)
        Predictions or scores.
    confidence : float, default=0.95
        The share of resamples inside, in (0, 1).
    resamples : int, default=1000
        How many times rows are drawn.
    seed : int, default=0
        The same seed gives the same rows.
    **options
        Passed on to the metric.

    Returns
    -------
    interval : BootstrapInterval
        A named tuple of ``value`` (on the rows as they are), ``low``, ``high`` and ``samples`` (the value of each resample).
        Resamples on which the metric is NaN are left out of the percentiles.

    Examples
    --------
    >>> from multilabel.metrics import bootstrap_interval, f1_score
    >>> y_true, y_pred = [[1, 0], [0, 1], [1, 1], [0, 1]], [[1, 0], [0, 1], [1, 0], [1, 1]]
    >>> interval = bootstrap_interval(f1_score, y_true, y_pred, resamples=200, average="micro")
    >>> interval.value
    0.8
    >>> interval.low <= interval.value <= interval.high
    True
    """
    if not 0 < confidence < 1:
        raise _core.ArgumentError(f"bootstrap_interval: confidence must be between 0 and 1; got {confidence!r}")
    if resamples < 1:
        raise _core.ArgumentError(f"bootstrap_interval: resamples must be at least 1; got {resamples!r}")
    targets, other = as_array(y_true, "y_true"), as_array(y_other, "y_other")
    if len(targets) != len(other):
        raise _core.ShapeError(
            f"Found input variables with inconsistent numbers of samples: {[len(targets), len(other)]}"
        )
    value = float(metric(targets, other, **options))
    draws = np.random.Generator(np.random.PCG64(seed))
    samples = np.empty(resamples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for i in range(resamples):
            rows = draws.integers(0, len(targets), len(targets))
            samples[i] = metric(targets[rows], other[rows], **options)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(samples, [tail, 1 - tail]) if not np.isnan(samples).all() else (np.nan, np.nan)
    return BootstrapInterval(value, float(low), float(high), samples)


def evaluate(
    targets: ArrayLike,
    scores: ArrayLike,
    predictions: ArrayLike | None = None,
    vocabulary: Any = None,
    *,
    threshold: float = 0.5,
) -> MultiLabelReport:
    """The whole picture of scores and of the predictions made from them: per label, averaged and in total.

    Parameters
    ----------
    targets : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells are left out everywhere.
    scores : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    predictions : array-like of shape (samples, labels), optional
        0 and 1, such as ``rule.apply(scores)``; by default the scores at or above ``threshold``.
    vocabulary : Vocabulary, fitted MultiLabelBinarizer or sequence of str, optional
        The names of the columns; their numbers by default.
    threshold : float, default=0.5
        Used when there are no predictions.

    Returns
    -------
    report : MultiLabelReport
        ``print(report)`` shows a table. Macro numbers and mAP leave out labels without positives and list them.

    Examples
    --------
    >>> from multilabel.metrics import evaluate
    >>> report = evaluate([[1, 0], [0, 1]], [[0.9, 0.6], [0.1, 0.7]], vocabulary=["cat", "dog"])
    >>> report.micro_f1, report.labels[1].name, report.labels[1].precision
    (0.8, 'dog', 0.5)
    """
    known, numbers = _scores(targets, scores)
    predicted = (
        numbers >= np.asarray(threshold, numbers.dtype)
        if predictions is None
        else label_array(predictions, "predictions")
    )
    names = getattr(vocabulary, "vocabulary", vocabulary)
    if names is None:
        names = [str(column) for column in range(known.shape[1])]
    if not isinstance(names, _core.encoding.Vocabulary):
        names = _core.encoding.Vocabulary(names)
    return _core.metrics.evaluate(known, numbers, predicted, names)

# SPDX-License-Identifier: Apache-2.0
"""Precision, recall, F-beta and Jaccard of predictions of 0 and 1, and what they are counted from."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilabel import _core
from multilabel._label_arrays import as_array, column_names

from ._input import (
    AVERAGES,
    Average,
    ZeroDivision,
    are_multilabel,
    boolean,
    by_sklearn,
    callers_level,
    invalid_parameter,
    read_pair,
    refused,
    require_array_like,
    warn_undefined,
)


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
    raise invalid_parameter(where, "zero_division", allowed, value)


def _known_average(where: str, average: Any, pos_label: Any) -> Any:
    """The average of a label matrix; the default, which is for binary data in scikit-learn, is the macro mean."""
    if average is not None and not (isinstance(average, str) and average in (*AVERAGES, "binary")):
        raise invalid_parameter(
            where, "average", "a str among {'binary', 'macro', 'micro', 'samples', 'weighted'} or None", average
        )
    if not isinstance(pos_label, Real | str | np.bool_ | None):
        raise invalid_parameter(
            where,
            "pos_label",
            "an instance of 'float', an instance of 'str', an instance of 'bool', an instance of 'numpy.bool' or None",
            pos_label,
        )
    average = "macro" if average == "binary" else average  # the one label's value of scikit-learn's binary data
    if pos_label not in (None, 1):
        warnings.warn(
            f"Note that pos_label (set to {pos_label!r}) is ignored when average != 'binary' (got {average!r}). "
            "You may use labels=[pos_label] to specify a single positive class.",
            UserWarning,
            stacklevel=callers_level(),
        )
    return average


def _columns(where: str, labels: Any, count: int) -> list[int]:
    if labels is None:
        return []
    require_array_like(where, "labels", labels)
    numbers = as_array(labels, "labels").ravel()
    if not numbers.size:
        raise _core.ArgumentError(f"{where}: labels must name at least one column; got {labels!r}")
    try:
        columns = [int(label) for label in numbers]
        whole = all(column == label for column, label in zip(columns, numbers, strict=True))
    except (TypeError, ValueError, OverflowError):
        whole = False
    if not whole:
        raise _core.ArgumentError(f"{where}: labels must be the numbers of columns; got {labels!r}")
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


_THREE = ("precision", "recall", "fbeta")


def _warn_for(where: str, value: Any) -> list[str]:
    """Which of the three may warn, by our names."""
    if isinstance(value, list | tuple | set | frozenset) and all(isinstance(name, str) for name in value):
        return ["fbeta" if name == "f-score" else name for name in value]
    raise invalid_parameter(where, "warn_for", "a list, a tuple or a set of str", value)


def _warn_zero_division(kind: str, average: str | None, size: int) -> None:
    name, modifier = _MODIFIERS[kind]
    axis, other = ("label", "sample") if average == "samples" else ("sample", "label")
    place = "due to" if size == 1 else f"in {other}s with"
    warn_undefined(
        f"{name} is ill-defined and being set to 0.0 {place} no {modifier} {axis}s. Use `zero_division` parameter to "
        "control this behavior."
    )


def _with_weightless(undefined: Sequence[int], weights: NDArray[Any] | None, average: str | None) -> list[int]:
    """How many values are undefined, counting rows of weight 0 in averages over rows: scikit-learn warns of them, too."""
    weightless = 0 if average != "samples" or weights is None else int((weights == 0).sum())
    return [max(count, weightless) for count in undefined]


def _warn_all(kinds: Sequence[str], undefined: Sequence[int], average: str | None, size: int, beta: float) -> None:
    for kind, count in zip(kinds, undefined, strict=True):
        silent = kind == "fbeta" and (beta == 0 or math.isinf(beta))
        if count and not silent:
            _warn_zero_division(kind, average, size)


def _beta(where: str, value: Any) -> float:
    try:
        if isinstance(value, Real) and float(value) >= 0:
            return float(value)
    except OverflowError:  # an int beyond every float
        pass
    raise invalid_parameter(where, "beta", "a float in the range [0.0, inf]", value)


def _classification(
    where: str,
    kind: str,
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any,
    pos_label: Any,
    average: Any,
    sample_weight: Any,
    zero_division: Any,
    mask: Any,
    beta: float = 1.0,
) -> Any:
    divisor = _zero_division(where, zero_division, nan=kind != "jaccard")
    average = _known_average(where, average, pos_label)
    targets, predictions, weights = read_pair(y_true, y_pred, sample_weight, mask)
    columns = _columns(where, labels, targets.shape[1])
    try:
        value, undefined, size = _core.metrics.classification(
            where, targets, predictions, kind, average, beta, divisor, weights, columns
        )
    except _core.ArgumentError as error:
        raise refused(error, targets, predictions) from None
    if isinstance(zero_division, str):
        _warn_all([kind], _with_weightless([undefined], weights, average), average, size, beta)
    return value


def precision_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
    mask: ArrayLike | None = None,
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
        How labels become one number; None for one value a label. By default the macro mean; for binary data, which
        scikit-learn computes, its one value.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("precision_score", y_true, y_pred, **options)
    return _classification("precision_score", "precision", y_true, y_pred, **options, mask=mask)


def recall_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
    mask: ArrayLike | None = None,
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
        How labels become one number; None for one value a label. By default the macro mean; for binary data, which
        scikit-learn computes, its one value.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("recall_score", y_true, y_pred, **options)
    return _classification("recall_score", "recall", y_true, y_pred, **options, mask=mask)


def f1_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
    mask: ArrayLike | None = None,
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
        How labels become one number; None for one value a label. By default the macro mean; for binary data, which
        scikit-learn computes, its one value.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("f1_score", y_true, y_pred, **options)
    return _classification("f1_score", "fbeta", y_true, y_pred, **options, mask=mask)


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
    mask: ArrayLike | None = None,
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
        How labels become one number; None for one value a label. By default the macro mean; for binary data, which
        scikit-learn computes, its one value.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    score : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import fbeta_score
    >>> fbeta_score([[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 1, 1]], beta=2, average="micro")
    0.8823529411764706
    """
    beta = _beta("fbeta_score", beta)
    options = {
        "labels": labels,
        "pos_label": pos_label,
        "average": average,
        "sample_weight": sample_weight,
        "zero_division": zero_division,
        "beta": beta,
    }
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("fbeta_score", y_true, y_pred, **options)
    return _classification("fbeta_score", "fbeta", y_true, y_pred, **options, mask=mask)


def jaccard_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
    mask: ArrayLike | None = None,
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
        How labels become one number; None for one value a label. By default the macro mean; for binary data, which
        scikit-learn computes, its one value.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    zero_division : {"warn", 0, 1}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("jaccard_score", y_true, y_pred, **options)
    return _classification("jaccard_score", "jaccard", y_true, y_pred, **options, mask=mask)


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
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn(where, y_true, y_pred, warn_for=warn_for, **options)
    beta, wanted = _beta(where, beta), _warn_for(where, warn_for)
    divisor = _zero_division(where, zero_division)
    average = _known_average(where, average, pos_label)
    targets, predictions, weights = read_pair(y_true, y_pred, sample_weight, mask)
    columns = _columns(where, labels, targets.shape[1])
    try:
        values, undefined, support = _core.metrics.precision_recall_fscore_support(
            where, targets, predictions, average, beta, divisor, weights, columns
        )
    except _core.ArgumentError as error:
        raise refused(error, targets, predictions) from None
    if isinstance(zero_division, str):
        counts = _with_weightless(undefined, weights, average)
        size = (
            1 if average == "micro" else targets.shape[0] if average == "samples" else len(columns) or targets.shape[1]
        )
        _warn_all(
            _THREE,
            [count if kind in wanted else 0 for kind, count in zip(_THREE, counts, strict=True)],
            average,
            size,
            beta,
        )
    if average is None and weights is None:
        support = support.astype(np.int64)
    return *values, support


def multilabel_confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    samplewise: bool = False,
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    matrices : ndarray of shape (labels, 2, 2) or (samples, 2, 2)
        int64; float64 when rows are weighted, but for whole weights of one matrix a row. Unknown cells are in none of the four.

    Examples
    --------
    >>> from multilabel.metrics import multilabel_confusion_matrix
    >>> multilabel_confusion_matrix([[1, 0], [0, 1]], [[1, 1], [0, 1]]).tolist()
    [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]
    """
    where = "multilabel_confusion_matrix"
    samplewise = boolean(where, "samplewise", samplewise)
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn(where, y_true, y_pred, sample_weight=sample_weight, labels=labels, samplewise=samplewise)
    targets, predictions, weights = read_pair(y_true, y_pred, sample_weight, mask)
    columns = _columns(where, labels, targets.shape[1])
    try:
        matrices = _core.metrics.multilabel_confusion_matrix(where, targets, predictions, samplewise, weights, columns)
    except _core.ArgumentError as error:
        raise refused(error, targets, predictions) from None
    if weights is None:
        return matrices.astype(np.int64)
    if not samplewise:
        return matrices
    return matrices.astype(np.result_type(np.int64, as_array(sample_weight, "sample_weight").dtype))


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
    mask: ArrayLike | None = None,
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
        The names of the columns used; by default those of a data frame, or numbers.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    digits : int, default=2
        Decimals in the text.
    output_dict : bool, default=False
        Return a dictionary instead.
    zero_division : {"warn", 0, 1, nan}, default="warn"
        The value where the denominator is 0; "warn" is 0 with a warning, nan leaves it out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    where = "classification_report"
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn(
            where,
            y_true,
            y_pred,
            labels=labels,
            target_names=target_names,
            sample_weight=sample_weight,
            digits=digits,
            output_dict=output_dict,
            zero_division=zero_division,
        )
    targets, predictions, weights = read_pair(y_true, y_pred, sample_weight, mask)
    columns = _columns(where, labels, targets.shape[1]) if labels is not None else list(range(targets.shape[1]))
    output_dict = boolean(where, "output_dict", output_dict)
    if not isinstance(digits, int | np.integer) or not 0 <= digits <= 2**16:
        raise invalid_parameter(where, "digits", f"an int in the range [0, {2**16}]", digits)
    if target_names is not None:
        require_array_like(where, "target_names", target_names)
        if not all(isinstance(name, str | np.str_) for name in target_names):
            raise _core.ArgumentError(f"{where}: target_names must be a sequence of str; got {target_names!r}")
    if target_names is not None and len(columns) != len(target_names):
        if labels is None:
            raise _core.ArgumentError(
                f"Number of classes, {len(columns)}, does not match size of target_names, {len(target_names)}. Try "
                "specifying the labels parameter"
            )
        warnings.warn(
            f"labels size, {len(columns)}, does not match size of target_names, {len(target_names)}",
            UserWarning,
            stacklevel=callers_level(),
        )
    if target_names is None:
        known = column_names(y_true) or column_names(y_pred) or range(targets.shape[1])
        names = [str(known[column]) for column in columns]
    else:
        names = list(target_names)
    divisor = _zero_division(where, zero_division)
    try:
        *scores, support, undefined, means = _core.metrics.report_numbers(
            where, targets, predictions, divisor, weights, columns
        )
    except _core.ArgumentError as error:
        raise refused(error, targets, predictions) from None
    if isinstance(zero_division, str):
        averages: list[str | None] = [None, "micro", "macro", "weighted", "samples"]
        counts = [(undefined, len(support)), *((line[1], line[2]) for line in means)]
        for average, (missing, size) in zip(averages, counts, strict=True):
            missing = _with_weightless(missing, weights, average)
            for kind, count in zip(_THREE, missing, strict=True):
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
        if len(both) < len(lines) + len(rows):  # a label would be lost behind another or behind an average
            twice = next(name for name in both if [*names, *rows].count(name) > 1)
            raise _core.ArgumentError(
                f"{where}: target_names must be distinct and none of {', '.join(rows)}; got {twice!r} for two lines"
            )
        return {name: dict(zip(headers, map(float, values), strict=True)) for name, values in both.items()}
    width = max(*(len(name) for name in names), len("weighted avg"), digits)
    text = f"{'':>{width}s} " + "".join(f" {header:>9}" for header in headers) + "\n\n"

    def line(name: str, values: tuple[Any, ...]) -> str:
        numbers = "".join(f" {value:>9.{digits}f}" for value in values[:3])
        return f"{name:>{width}s} {numbers} {values[3]:>9}\n"

    return text + "".join(line(*row) for row in lines) + "\n" + "".join(line(*row) for row in rows.items())

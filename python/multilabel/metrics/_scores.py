# SPDX-License-Identifier: Apache-2.0
"""How well the scores of a label tell its positives from its negatives, at every threshold."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from multilabel import _core
from multilabel._choices import one_of
from multilabel._label_arrays import weight_array

from ._input import (
    ScoreAverage,
    are_targets_of_scores,
    by_sklearn,
    callers_level,
    check_score_average,
    invalid_parameter,
    read_scores,
    refused_scores,
    require_array_like,
    warn_undefined,
)


def average_precision_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    average: ScoreAverage | None = "macro",
    pos_label: Any = 1,
    sample_weight: ArrayLike | None = None,
    definition: Literal["sklearn", "voc07", "voc10", "asl"] = "sklearn",
    undefined: Literal["sklearn", "skip"] = "sklearn",
    mask: ArrayLike | None = None,
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
    definition : {"sklearn", "voc07", "voc10", "asl"}, default="sklearn"
        Which number it is: nothing interpolated; the mean precision at eleven recalls; the area under the highest
        precision at each recall or beyond; the precisions at the positives, one by one, over positives + 1e-8, which
        is what papers since asymmetric loss report, in percent. They differ by up to a point on the same scores. "asl"
        leaves the order of equal scores to its sort; here it is the mean over these orders. It knows no weights.
    undefined : {"sklearn", "skip"}, default="sklearn"
        A label without positives counts 0 (with a warning) as in scikit-learn, or is NaN and left out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_targets_of_scores(y_true, y_score, mask):
        return by_sklearn(where, y_true, y_score, average=average, pos_label=pos_label, sample_weight=sample_weight)
    if isinstance(pos_label, np.ndarray) or pos_label != 1:
        raise _core.ArgumentError(
            "Parameter pos_label is fixed to 1 for multilabel-indicator y_true. Do not set pos_label or set "
            "pos_label to 1."
        )
    one_of(where, "definition", definition, ("sklearn", "voc07", "voc10", "asl"))
    check_score_average(where, average, undefined)
    targets, scores = read_scores(y_true, y_score, mask)
    weights = weight_array(sample_weight, len(scores))
    try:
        value, missing = _core.metrics.average_precision(
            where, targets, scores, average, definition, undefined == "skip", weights
        )
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None
    if missing and undefined == "sklearn":
        warnings.warn(
            "No positive class found in y_true, recall is set to one for all thresholds.",
            UserWarning,
            stacklevel=callers_level(),
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
    mask: ArrayLike | None = None,
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
        The area up to this false positive rate, scaled so that chance is 0.5 and perfect is 1.
    multi_class : {"raise", "ovr", "ovo"}, default="raise"
        For multiclass data only.
    labels : array-like, optional
        For multiclass data only.
    undefined : {"sklearn", "skip"}, default="sklearn"
        A label without positives or without negatives makes its value and the macro average NaN (with a warning) as in
        scikit-learn, or is left out of averages.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_targets_of_scores(y_true, y_score, mask):
        return by_sklearn(
            where,
            y_true,
            y_score,
            average=average,
            sample_weight=sample_weight,
            max_fpr=max_fpr,
            multi_class=multi_class,
            labels=labels,
        )
    if max_fpr is not None and not (isinstance(max_fpr, float | int | np.number) and 0 < max_fpr <= 1):
        raise invalid_parameter(where, "max_fpr", "a float in the range (0.0, 1.0] or None", max_fpr)
    if not (isinstance(multi_class, str) and multi_class in ("raise", "ovr", "ovo")):
        raise invalid_parameter(where, "multi_class", "a str among {'ovo', 'ovr', 'raise'}", multi_class)
    if labels is not None:
        require_array_like(where, "labels", labels)
    check_score_average(where, average, undefined)
    targets, scores = read_scores(y_true, y_score, mask)
    weights = weight_array(sample_weight, len(scores))
    try:
        limit = 1.0 if max_fpr is None else float(max_fpr)
        value, missing = _core.metrics.roc_auc(where, targets, scores, average, undefined == "skip", weights, limit)
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None
    if missing and undefined == "sklearn":
        warn_undefined("Only one class is present in y_true. ROC AUC score is not defined in that case.")
    return value


def _curves(where: str, y_true: Any, y_score: Any, pos_label: Any, sample_weight: Any, mask: Any) -> list[Any]:
    if isinstance(pos_label, np.ndarray) or pos_label not in (None, 1):
        raise _core.ArgumentError(f"{where}: pos_label is fixed to 1 for a label matrix; got {pos_label!r}")
    targets, scores = read_scores(y_true, y_score, mask)
    weights = weight_array(sample_weight, len(scores))
    try:
        return _core.metrics.curves(where, where == "roc_curve", targets, scores, weights)
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None


def precision_recall_curve(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    pos_label: Any = None,
    sample_weight: ArrayLike | None = None,
    drop_intermediate: bool = False,
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_targets_of_scores(y_true, y_score, mask):
        options = {"pos_label": pos_label, "sample_weight": sample_weight, "drop_intermediate": drop_intermediate}
        return by_sklearn("precision_recall_curve", y_true, y_score, **options)
    return _curves("precision_recall_curve", y_true, y_score, pos_label, sample_weight, mask)


def roc_curve(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    pos_label: Any = None,
    sample_weight: ArrayLike | None = None,
    drop_intermediate: bool = True,
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_targets_of_scores(y_true, y_score, mask):
        options = {"pos_label": pos_label, "sample_weight": sample_weight, "drop_intermediate": drop_intermediate}
        return by_sklearn("roc_curve", y_true, y_score, **options)
    return _curves("roc_curve", y_true, y_score, pos_label, sample_weight, mask)

# SPDX-License-Identifier: Apache-2.0
"""The share of rows, or of cells, that are right."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from multilabel import _core
from multilabel._arguments import real
from multilabel._doubts import doubt_logits
from multilabel._label_arrays import in_type_of

from ._input import are_multilabel, boolean, by_sklearn, read_pair, read_scores, refused, refused_scores


def _rows_right(where: str, y_true: Any, y_pred: Any, sample_weight: Any, mask: Any) -> Any:
    """The share of rows that are right, their weight, and that of all rows of which anything is known."""
    targets, predictions, weights = read_pair(y_true, y_pred, sample_weight, mask)
    try:
        return _core.metrics.accuracy(where, targets, predictions, weights)
    except _core.ArgumentError as error:
        raise refused(error, targets, predictions) from None


def accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    accuracy : float

    Examples
    --------
    >>> from multilabel.metrics import accuracy_score
    >>> accuracy_score([[1, 0], [0, 1]], [[1, 1], [0, 1]])
    0.5
    """
    normalize = boolean("accuracy_score", "normalize", normalize)
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("accuracy_score", y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    share, right, _ = _rows_right("accuracy_score", y_true, y_pred, sample_weight, mask)
    return share if normalize else right


def zero_one_loss(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    loss : float

    Examples
    --------
    >>> from multilabel.metrics import zero_one_loss
    >>> zero_one_loss([[1, 0], [0, 1]], [[1, 1], [0, 1]])
    0.5
    """
    normalize = boolean("zero_one_loss", "normalize", normalize)
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("zero_one_loss", y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    share, right, all_rows = _rows_right("zero_one_loss", y_true, y_pred, sample_weight, mask)
    return 1 - share if normalize else all_rows - right


def hamming_loss(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None, mask: ArrayLike | None = None
) -> float:
    """The share of known cells that are wrong.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_pred : array-like or sparse matrix of shape (samples, labels)
        0 and 1.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_multilabel(y_true, y_pred, mask):
        return by_sklearn("hamming_loss", y_true, y_pred, sample_weight=sample_weight)
    targets, predictions, weights = read_pair(y_true, y_pred, sample_weight, mask)
    try:
        return _core.metrics.hamming("hamming_loss", targets, predictions, weights)
    except _core.ArgumentError as error:
        raise refused(error, targets, predictions) from None


def binary_accuracy(
    y_true: ArrayLike, y_score: ArrayLike, *, threshold: float = 0.5, mask: ArrayLike | None = None
) -> float:
    """The share of known cells on the right side of a threshold: Keras's accuracy. High wherever labels are rare.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown.
    y_score : array-like of shape (samples, labels)
        Scores; a cell counts as predicted above the threshold, not at it.
    threshold : float, default=0.5
        In the unit of the scores.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    accuracy : float

    Examples
    --------
    >>> from multilabel.metrics import binary_accuracy
    >>> binary_accuracy([[1, 0], [0, 1]], [[0.9, 0.6], [0.1, 0.7]])
    0.75
    """
    threshold = real("binary_accuracy", "threshold", threshold)
    targets, scores = read_scores(y_true, y_score, mask)
    (threshold,) = in_type_of(y_score, [threshold])
    doubt_logits("binary_accuracy", scores, threshold)
    try:
        return _core.metrics.binary_accuracy("binary_accuracy", targets, scores, threshold)
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None

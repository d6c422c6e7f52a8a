# SPDX-License-Identifier: Apache-2.0
"""Whether scores can be taken for probabilities."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from multilabel import _core
from multilabel._arguments import whole
from multilabel._choices import one_of
from multilabel._label_arrays import resolution_of, weight_array

from ._input import ScoreAverage, are_targets_of_scores, boolean, by_sklearn, check_score_average, read_scores


def _probability(where: str, kind: str, y_true: Any, y_proba: Any, average: Any, sample_weight: Any, mask: Any) -> Any:
    check_score_average(where, average, "skip")
    targets, scores = read_scores(y_true, y_proba, mask)
    weights = weight_array(sample_weight, len(scores))
    return _core.metrics.probability(where, kind, targets, scores, average, weights, resolution_of(y_proba))


def log_loss(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    average: ScoreAverage | None = "macro",
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    loss : float, or ndarray of shape (labels,) for ``average=None``

    Examples
    --------
    >>> from multilabel.metrics import log_loss
    >>> round(log_loss([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]]), 4)
    0.1976
    """
    if not are_targets_of_scores(y_true, y_proba, mask):
        return by_sklearn("log_loss", y_true, y_proba, normalize=normalize, sample_weight=sample_weight, labels=labels)
    if not boolean("log_loss", "normalize", normalize) or labels is not None:
        raise _core.ArgumentError(
            "log_loss: normalize and labels are for binary and multiclass data; got a label matrix"
        )
    return _probability("log_loss", "log", y_true, y_proba, average, sample_weight, mask)


def brier_score_loss(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    pos_label: Any = None,
    labels: ArrayLike | None = None,
    scale_by_half: bool | Literal["auto"] = "auto",
    average: ScoreAverage | None = "macro",
    mask: ArrayLike | None = None,
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    if not are_targets_of_scores(y_true, y_proba, mask):
        options = {"pos_label": pos_label, "labels": labels, "scale_by_half": scale_by_half}
        return by_sklearn(where, y_true, y_proba, sample_weight=sample_weight, **options)
    other = isinstance(pos_label, np.ndarray) or isinstance(scale_by_half, np.ndarray)
    if other or pos_label not in (None, 1) or labels is not None or scale_by_half != "auto":
        raise _core.ArgumentError(
            f"{where}: pos_label, labels and scale_by_half are for other data; got a label matrix"
        )
    return _probability(where, "brier", y_true, y_proba, average, sample_weight, mask)


def expected_calibration_error(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    average: Literal["micro", "macro", "weighted"] | None = "micro",
    n_bins: int = 15,
    strategy: Literal["uniform", "quantile"] = "uniform",
    mask: ArrayLike | None = None,
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
    n_bins : int, default=15
        The error shrinks with fewer bins: compare like with like.
    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width, or of about equally many cells (the adaptive form), equal scores in one.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    error : float, or ndarray of shape (labels,) for ``average=None``
        In [0, 1]; 0 is best.

    Examples
    --------
    >>> from multilabel.metrics import expected_calibration_error
    >>> round(expected_calibration_error([[1, 0], [0, 1]], [[0.9, 0.2], [0.1, 0.7]], n_bins=2), 4)
    0.175
    """
    where = "expected_calibration_error"
    one_of(where, "average", average, (None, "micro", "macro", "weighted"))
    one_of(where, "strategy", strategy, ("uniform", "quantile"))
    n_bins = whole(where, "n_bins", n_bins, 1, 10**6)
    targets, scores = read_scores(y_true, y_proba, mask)
    return _core.metrics.calibration_error(where, targets, scores, average, n_bins, strategy == "quantile")

# SPDX-License-Identifier: Apache-2.0
"""How well each row ranks its labels: the three ranking metrics, and cumulative gain."""

from __future__ import annotations

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from multilabel import _core
from multilabel._label_arrays import label_array, mask_array, require_same_names, score_array, weight_array

from ._input import boolean, invalid_parameter, read_scores, refused_scores


class LabelRanking(NamedTuple):
    """The three ranking metrics; made by `label_ranking`.

    Examples
    --------
    >>> from multilabel.metrics import label_ranking
    >>> average_precision, coverage_error, ranking_loss = label_ranking([[1, 0, 0]], [[0.5, 0.9, 0.1]])
    >>> average_precision, coverage_error, ranking_loss
    (0.5, 2.0, 0.5)
    """

    average_precision: float
    """See `label_ranking_average_precision_score`."""
    coverage_error: float
    """See `coverage_error`."""
    ranking_loss: float
    """See `label_ranking_loss`."""


def _ranking(where: str, y_true: Any, y_score: Any, sample_weight: Any, mask: Any) -> LabelRanking:
    targets, scores = read_scores(y_true, y_score, mask)
    weights = weight_array(sample_weight, len(scores))
    try:
        return LabelRanking(*getattr(_core.metrics, where)(where, targets, scores, weights))
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None


def label_ranking_average_precision_score(
    y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None, mask: ArrayLike | None = None
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    return _ranking("label_ranking_average_precision_score", y_true, y_score, sample_weight, mask).average_precision


def coverage_error(
    y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None, mask: ArrayLike | None = None
) -> float:
    """How many labels, best score first, must be taken to have all positives of a row, on average.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    return _ranking("coverage_error", y_true, y_score, sample_weight, mask).coverage_error


def label_ranking_loss(
    y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None, mask: ArrayLike | None = None
) -> float:
    """The share of (positive, negative) pairs in which the negative scores at least as high.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    return _ranking("label_ranking_loss", y_true, y_score, sample_weight, mask).ranking_loss


def label_ranking(
    y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None, mask: ArrayLike | None = None
) -> LabelRanking:
    """The three ranking metrics in one pass, at the price of one.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (samples, labels)
        0, 1, and NaN or -1 where the truth is unknown; such cells leave their row.
    y_score : array-like of shape (samples, labels)
        Finite scores, higher meaning more likely.
    sample_weight : array-like of shape (samples,), optional
        How much each row counts.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    return _ranking("label_ranking", y_true, y_score, sample_weight, mask)


def _gain(
    where: str, y_true: Any, y_score: Any, k: Any, log_base: float, sample_weight: Any, ignore_ties: bool, mask: Any
) -> float:
    require_same_names(where, y_true=y_true, y_score=y_score, sample_weight=sample_weight, mask=mask)
    targets, scores = label_array(y_true, "y_true").astype(np.float64), score_array(y_score, "y_score")
    known = mask_array(mask, targets.shape)
    if known is not None:
        targets[~known] = np.nan
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
        raise invalid_parameter(where, "k", "an int in the range [1, inf) or None", k)
    if not isinstance(log_base, Real) or not float(log_base) > 0:
        raise invalid_parameter(where, "log_base", "a float in the range (0.0, inf)", log_base)
    ignore_ties = boolean(where, "ignore_ties", ignore_ties)
    weights = weight_array(sample_weight, len(scores))
    if ignore_ties:  # of equal scores first the one that NumPy's sort leaves last, as in scikit-learn
        ranks = np.empty(scores.shape)
        np.put_along_axis(ranks, np.argsort(scores), np.arange(scores.shape[1], dtype=np.float64)[None], axis=1)
        scores = ranks
    try:
        ranks_counted = 0 if k is None else min(k, scores.shape[1])
        return _core.metrics.gain(where, where == "ndcg_score", targets, scores, ranks_counted, log_base, weights)
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None


def dcg_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    k: int | None = None,
    log_base: float = 2,
    sample_weight: ArrayLike | None = None,
    ignore_ties: bool = False,
    mask: ArrayLike | None = None,
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
        Break ties in the order that NumPy's sort leaves instead of sharing the mean of their gains.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

    Returns
    -------
    gain : float

    Examples
    --------
    >>> from multilabel.metrics import dcg_score
    >>> dcg_score([[0, 3, 1]], [[0.5, 0.9, 0.1]])
    3.5
    """
    return _gain("dcg_score", y_true, y_score, k, log_base, sample_weight, ignore_ties, mask)


def ndcg_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    k: int | None = None,
    sample_weight: ArrayLike | None = None,
    ignore_ties: bool = False,
    mask: ArrayLike | None = None,
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
        Break ties in the order that NumPy's sort leaves instead of sharing the mean of their gains.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    return _gain("ndcg_score", y_true, y_score, k, 2.0, sample_weight, ignore_ties, mask)

# SPDX-License-Identifier: Apache-2.0
"""Many numbers at once: of a model, as the papers on COCO report them, and how sure one number is."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilabel import _core
from multilabel._arguments import real, seed_of, whole
from multilabel._doubts import doubt_logits
from multilabel._label_arrays import as_array, column_names, in_type_of, is_sparse, require_same_names, score_array

from ._input import read_predictions, read_scores, refused_scores

LabelReport = _core.metrics.LabelReport
MultiLabelReport = _core.metrics.MultiLabelReport


class BootstrapInterval(NamedTuple):
    """A metric and how far it would move; made by `bootstrap_interval`.

    Examples
    --------
    >>> from multilabel.metrics import bootstrap_interval, hamming_loss
    >>> value, low, high, samples = bootstrap_interval(hamming_loss, [[1, 0], [0, 1]], [[1, 1], [0, 1]], resamples=50)
    >>> value, low <= value <= high, len(samples)
    (0.25, True, 50)
    """

    value: float
    """On the rows as they are."""
    low: float
    """The lower end of the interval."""
    high: float
    """The upper end of the interval."""
    samples: NDArray[np.float64]
    """The value on each resample."""


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
    k = whole("top_k_predictions", "k", k, 1, 2**63 - 1)
    return _core.metrics.top_k_predictions(score_array(y_score, "y_score"), k)


def coco_report(
    y_true: ArrayLike, y_score: ArrayLike, *, threshold: float = 0.5, k: int = 3, mask: ArrayLike | None = None
) -> dict[str, float]:
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
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``y_true``; what stands there is not looked at.

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
    k = whole("coco_report", "k", k, 1, 2**63 - 1)
    threshold = real("coco_report", "threshold", threshold)
    targets, scores = read_scores(y_true, y_score, mask)
    (threshold,) = in_type_of(y_score, [threshold])
    doubt_logits("coco_report", scores, threshold)
    try:
        return _core.metrics.coco_report("coco_report", targets, scores, threshold, k)
    except _core.ArgumentError as error:
        raise refused_scores(error, scores) from None


def _by_row(values: Any, name: str) -> Any:
    """``values`` as something of which rows can be taken."""
    return values.tocsr() if is_sparse(values) else as_array(values, name)


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
        The same seed gives the same rows, on every machine and in C++.
    **options
        Passed on to the metric; of ``sample_weight`` and ``mask`` the rows that are drawn.

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
    if not callable(metric):
        raise _core.ArgumentError(
            f"bootstrap_interval: metric must be a function of targets and scores; got {metric!r}"
        )
    confidence = real("bootstrap_interval", "confidence", confidence)
    resamples = whole("bootstrap_interval", "resamples", resamples, 1, 2**32 - 1)
    seed = seed_of("bootstrap_interval", seed)
    beside = {name: options.get(name) for name in ("sample_weight", "mask")}
    require_same_names("bootstrap_interval", y_true=y_true, y_other=y_other, **beside)
    targets, other = _by_row(y_true, "y_true"), _by_row(y_other, "y_other")
    of_rows = {
        name: as_array(options[name], name) for name in ("sample_weight", "mask") if options.get(name) is not None
    }
    named = {"y_true": targets, "y_other": other, **of_rows}
    for name, values in named.items():
        if not values.shape:
            raise _core.ShapeError(f"bootstrap_interval: {name} must have one entry a row; got {values[()]!r}")
    rows = targets.shape[0]
    for values in named.values():
        if values.shape[0] != rows:
            raise _core.ShapeError(
                f"Found input variables with inconsistent numbers of samples: {[rows, values.shape[0]]}"
            )
    _core.metrics.require_bootstrap("bootstrap_interval", rows, confidence, resamples)
    value = real("bootstrap_interval", "what metric returns", metric(targets, other, **options))
    samples = np.empty(resamples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for i in range(resamples):
            drawn = _core.metrics.bootstrap_rows(rows, seed, i)
            options.update({name: values[drawn] for name, values in of_rows.items()})
            on_drawn = metric(targets[drawn], other[drawn], **options)
            samples[i] = real("bootstrap_interval", "what metric returns", on_drawn)
    low, high = _core.metrics.percentile_interval(samples.tolist(), confidence)
    return BootstrapInterval(value, low, high, samples)


def evaluate(
    targets: ArrayLike,
    scores: ArrayLike,
    predictions: ArrayLike | None = None,
    vocabulary: Any = None,
    *,
    threshold: float = 0.5,
    mask: ArrayLike | None = None,
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
        The names of the columns; by default those of a data frame, or numbers.
    threshold : float, default=0.5
        Used when there are no predictions.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``targets``; what stands there is not looked at.

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
    threshold = real("evaluate", "threshold", threshold)
    if math.isnan(threshold):
        raise _core.ArgumentError("evaluate: threshold must be a number; got NaN")
    known, numbers = read_scores(targets, scores, mask)
    if predictions is None:
        (threshold,) = in_type_of(scores, [threshold])
        doubt_logits("evaluate", numbers, threshold)
        predictions = numbers >= np.asarray(threshold, numbers.dtype)
    predicted = read_predictions(predictions, "predictions")
    require_same_names("evaluate", targets=targets, scores=scores, predictions=predictions, mask=mask)
    of_frame = column_names(targets) or column_names(scores)
    names = getattr(vocabulary, "vocabulary", vocabulary)
    if names is None:
        names = of_frame or [str(column) for column in range(known.shape[1])]
    if not isinstance(names, _core.encoding.Vocabulary):
        names = _core.encoding.Vocabulary(names)
    if of_frame and len(of_frame) == len(names):
        _core.encoding.require_same(names, _core.encoding.Vocabulary(of_frame), "evaluate: vocabulary and columns")
    return _core.metrics.evaluate(known, numbers, predicted, names)

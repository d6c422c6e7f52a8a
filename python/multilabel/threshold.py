# SPDX-License-Identifier: Apache-2.0
"""From scores to predictions: fixed thresholds, the exact sweep over all scores, and tuned rules.

A label is predicted when its score is at or above the threshold, compared in the scores' own precision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import _core
from ._arguments import flag, real, reals, seed_of, whole
from ._choices import one_of
from ._label_arrays import in_type_of
from ._tables import to_frame, to_html

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FixedThreshold",
    "HIGH_PRECISION",
    "HIGH_RECALL",
    "Sweep",
    "ThresholdRule",
    "conformal",
    "decode_expected_f1",
    "decode_expected_f1_joint",
    "sweep",
    "tune",
]

Metric = Literal["f1", "fbeta", "jaccard", "precision", "recall", "accuracy", "hamming", "youden", "cost"]
Average = Literal["micro", "macro", "weighted", "samples"]

ThresholdRule = _core.threshold.ThresholdRule
FixedThreshold = _core.threshold.FixedThreshold
HIGH_RECALL = _core.threshold.HIGH_RECALL
"""0.3: finds more, for suggestions that a person looks through."""
HIGH_PRECISION = _core.threshold.HIGH_PRECISION
"""0.7: is right more often, for labels that are published unseen."""

_METRICS = ("f1", "fbeta", "jaccard", "precision", "recall", "accuracy", "hamming", "youden", "cost")
_AVERAGES = ("micro", "macro", "weighted", "samples")
_OUTCOMES = ("false_positive", "false_negative", "true_positive", "true_negative")


class Sweep(NamedTuple):
    """A metric along the threshold; unpacks as ``thresholds, values, best``. Made by `sweep`.

    Examples
    --------
    >>> from multilabel.threshold import sweep
    >>> curve = sweep([[1, 0], [0, 1]], [[0.9, 0.2], [0.4, 0.3]], thresholds=[0.2, 0.3])
    >>> curve.thresholds, curve.best.thresholds_
    (array([0.2, 0.3]), array([0.3]))
    """

    thresholds: NDArray[np.float64]
    """Ascending when every score was tried, else as given."""
    values: NDArray[np.float64]
    """The metric with ``score >= threshold`` predicted."""
    best: ThresholdRule
    """The rule at the best value; of equally good thresholds the highest."""

    def _repr_html_(self) -> str:
        return to_html(self)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; only this imports pandas."""
        return to_frame(self)


def _costs(cost: dict[str, float] | None) -> tuple[float, ...]:
    if not isinstance(cost, dict | None):
        raise _core.ArgumentError(f"cost: must be a dict of {', '.join(_OUTCOMES)}, or None; got {cost!r}")
    given = {} if cost is None else cost
    unknown = [key for key in given if key not in _OUTCOMES]
    if unknown:
        raise _core.ArgumentError(f"cost: the keys must be among {', '.join(_OUTCOMES)}; got {unknown[0]!r}")
    return tuple(
        real("cost", name, given.get(name, default)) for name, default in zip(_OUTCOMES, (1, 1, 0, 0), strict=True)
    )


def _constraint(text: str) -> tuple[str, float]:
    pattern = r"\s*(?:(precision|recall)\s*>=|(predictions_per_image)\s*<=)\s*(\S+)\s*"
    match = re.fullmatch(pattern, text) if isinstance(text, str) else None
    try:
        if match:
            return match[1] or match[2], float(match[3])
    except ValueError:
        pass
    raise _core.ArgumentError(
        "threshold.tune: constraint must be 'precision >= p', 'recall >= r' or 'predictions_per_image <= k'; "
        f"got {text!r}"
    )


def sweep(
    targets: ArrayLike,
    scores: ArrayLike,
    *,
    metric: Metric = "f1",
    average: Average = "samples",
    thresholds: Sequence[float] | NDArray[np.floating[Any]] | None = None,
    beta: float = 1.0,
    cost: dict[str, float] | None = None,
    mask: ArrayLike | None = None,
) -> Sweep:
    """The metric along one threshold for all labels: at every distinct score, exactly, or at the thresholds given.

    Values equal scikit-learn's with ``zero_division=0`` to 1e-12.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0, 1, and NaN or -1 for unknown cells, which are skipped.
    scores : array-like of shape (samples, labels)
        Finite scores of any range.
    metric : str, default="f1"
        "accuracy" is the subset accuracy (samples average only); for "hamming" and "cost" lower is better.
    average : str, default="samples"
    thresholds : sequence of float, optional
        Compared in the scores' own precision. By default every distinct score and one threshold just above the highest.
    beta : float, default=1.0
        Of "fbeta".
    cost : dict, optional
        Of "cost": what a "false_positive" (1), "false_negative" (1), "true_positive" (0) and "true_negative" (0) costs.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``targets``; what stands there is not looked at.

    Returns
    -------
    Sweep
        ``thresholds``, ``values`` and ``best``, a :class:`ThresholdRule`.

    Raises
    ------
    multilabel.ArgumentError, multilabel.ShapeError
        Both are ``ValueError``.

    Examples
    --------
    >>> from multilabel.threshold import sweep
    >>> thresholds, values, best = sweep([[1, 0], [0, 1]], [[0.9, 0.2], [0.4, 0.3]], average="micro")
    >>> values.round(3).tolist()
    [0.667, 0.8, 0.5, 0.667, 0.0]
    >>> best.thresholds_
    array([0.3])
    """
    where = "threshold.sweep"
    points = [] if thresholds is None else in_type_of(scores, reals(where, "thresholds", thresholds))
    if thresholds is not None and not points:
        raise _core.ArgumentError(f"{where}: thresholds must hold at least one value, or be None; got none")
    one_of(where, "metric", metric, _METRICS)
    one_of(where, "average", average, _AVERAGES)
    beta = real(where, "beta", beta)
    return Sweep(*_core.threshold.sweep(targets, scores, mask, metric, average, points, beta, _costs(cost)))


def tune(
    targets: ArrayLike,
    scores: ArrayLike,
    *,
    metric: Metric = "f1",
    average: Average = "samples",
    per_label: bool = False,
    constraint: str | None = None,
    shrinkage: float | None = None,
    cross_fit: int = 0,
    beta: float = 1.0,
    cost: dict[str, float] | None = None,
    passes: int = 20,
    seed: int = 0,
    mask: ArrayLike | None = None,
) -> ThresholdRule:
    """The threshold, or one per label, with the best value of the metric.

    Exact for one threshold and, per label, for the micro, macro and weighted averages; per label for the samples
    average it is a local optimum that starts from the best single threshold. The threshold is a score that is still
    predicted; of equally good ones the highest. A label whose value no threshold changes keeps the global one.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0, 1, and NaN or -1 for unknown cells, which are skipped.
    scores : array-like of shape (samples, labels)
        Finite scores of held-out samples, not of those the model was trained on.
    metric : str, default="f1"
    average : str, default="samples"
    per_label : bool, default=False
        One threshold per label. Rare labels overfit: use `cross_fit` or `shrinkage` with it.
    constraint : str, optional
        What the rule must keep on the data given: "precision >= p", "recall >= r" (in the average that is tuned for) or
        "predictions_per_image <= k" (their mean). With one threshold per label and the macro or weighted average every
        label keeps its own bound on precision or recall, and one that cannot is never predicted; otherwise the average
        keeps it and per-label thresholds are a local optimum. Not together with `shrinkage`.
    shrinkage : float, optional
        Pulls a label's threshold to the global one as if that many positives had voted for it. By default 0, or with
        `cross_fit` the strongest of 0, 1, 3, 10, 30, 100, 300 and infinity whose out-of-fold value is within two
        standard errors of the best; a label's own threshold is then the mean over the folds.
    cross_fit : int, default=0
        Number of folds. ``value_`` is then the out-of-fold value, which does not flatter.
    beta : float, default=1.0
        Of "fbeta".
    cost : dict, optional
        Of "cost", as in :func:`sweep`.
    passes : int, default=20
        At most so many times round the labels for the samples average.
    seed : int, default=0
        Which rows share a fold.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``targets``; what stands there is not looked at.

    Returns
    -------
    ThresholdRule
        With ``apply(scores)``, ``thresholds_``, ``value_``, ``to_dict()``.

    Raises
    ------
    multilabel.ArgumentError, multilabel.ShapeError
        Both are ``ValueError``.

    Examples
    --------
    >>> from multilabel.threshold import tune
    >>> rule = tune([[1, 0], [0, 1]], [[0.9, 0.2], [0.4, 0.3]], average="macro", per_label=True)
    >>> rule.thresholds_
    array([0.9, 0.3])
    >>> rule.value_
    1.0
    """
    where = "threshold.tune"
    return _core.threshold.tune(
        targets,
        scores,
        mask,
        one_of(where, "metric", metric, _METRICS),
        one_of(where, "average", average, _AVERAGES),
        flag(where, "per_label", per_label),
        None if shrinkage is None else real(where, "shrinkage", shrinkage),
        whole(where, "cross_fit", cross_fit, 0, 2**32),
        real(where, "beta", beta),
        _costs(cost),
        whole(where, "passes", passes, 1, 2**31 - 1),
        seed_of(where, seed),
        None if constraint is None else _constraint(constraint),
    )


def conformal(
    targets: ArrayLike,
    scores: ArrayLike,
    *,
    risk: Literal["fnr", "fpr", "fdr", "f1", "jaccard"] = "fnr",
    alpha: float = 0.1,
    method: Literal["crc", "rcps", "ltt"] = "crc",
    delta: float = 0.1,
    bound: Literal["hoeffding_bentkus", "betting"] = "hoeffding_bentkus",
    per_label: bool = False,
    points: int = 99,
    mask: ArrayLike | None = None,
) -> ThresholdRule:
    """The boldest threshold whose risk on new images is controlled, without a model of the data.

    Needs rows that were used for nothing else and are exchangeable with the new ones. Rows without true labels are
    allowed: they have nothing to miss.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0, 1, and NaN or -1 for unknown cells, which are skipped.
    scores : array-like of shape (samples, labels)
        Finite; in [0, 1] for "ltt" and "betting", which test a grid.
    risk : {"fnr", "fpr", "fdr", "f1", "jaccard"}, default="fnr"
        Of an image: the share of its true labels that are missed, of its absent labels that are predicted, of its
        predictions that are false (1 - precision), 1 - F1, or 1 - Jaccard index; 0 / 0 is no loss.
    alpha : float, default=0.1
        The level to keep.
    method : {"crc", "rcps", "ltt"}, default="crc"
        "crc": the expected risk is at most alpha (fnr and fpr, exact threshold). "rcps": with probability 1 - delta the
        risk is (fnr and fpr). "ltt": the same for every risk, by testing a grid.
    delta : float, default=0.1
    bound : {"hoeffding_bentkus", "betting"}, default="hoeffding_bentkus"
        Of "rcps" and "ltt"; "betting" (Waudby-Smith and Ramdas) is tighter where losses vary little.
    per_label : bool, default=False
        One threshold per label, for its own rate: among the images that have it (fnr) or lack it (fpr), among those it is
        predicted for (fdr), or its own F1 and Jaccard index. A label with too few of them to promise anything is always
        (fnr) or never (fpr, fdr) predicted, which keeps the promise; for f1 and jaccard that is an error.
    points : int, default=99
        How many thresholds between 0 and 1 a grid has.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``targets``; what stands there is not looked at.

    Returns
    -------
    ThresholdRule
        ``value_`` is the mean loss on the rows given.

    Raises
    ------
    multilabel.ArgumentError, multilabel.ShapeError
        Both are ``ValueError``; the first also when no threshold can promise the level.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.threshold import conformal
    >>> rule = conformal(np.ones((99, 1)), np.arange(1, 100).reshape(-1, 1) / 100, alpha=0.1)
    >>> rule.thresholds_
    array([0.1])
    """
    where = "threshold.conformal"
    return _core.threshold.conformal(
        targets,
        scores,
        mask,
        one_of(where, "risk", risk, ("fnr", "fpr", "fdr", "f1", "jaccard")),
        real(where, "alpha", alpha),
        one_of(where, "method", method, ("crc", "rcps", "ltt")),
        real(where, "delta", delta),
        one_of(where, "bound", bound, ("hoeffding_bentkus", "betting")),
        flag(where, "per_label", per_label),
        whole(where, "points", points, 1, 10**6),
    )


def decode_expected_f1(scores: ArrayLike, *, negligible: float = 0.0, threads: int = 1) -> NDArray[np.uint8]:
    """The label set of the largest expected F1 of each image, from calibrated probabilities, without a threshold.

    Takes labels as independent given the image. An image without true labels for which none is predicted counts as 1.

    Parameters
    ----------
    scores : array-like of shape (samples, labels)
        Calibrated probabilities.
    negligible : float, default=0.0
        Labels with a smaller probability are taken as absent; 1e-3 makes long rows several times faster.
    threads : int, default=1
        0 for all of the machine; the result does not depend on it.

    Returns
    -------
    ndarray of uint8, shape (samples, labels)

    Examples
    --------
    >>> from multilabel.threshold import decode_expected_f1
    >>> decode_expected_f1([[0.6, 0.35], [0.6, 0.25], [0.1, 0.2]])
    array([[1, 1],
           [1, 0],
           [0, 0]], dtype=uint8)
    """
    where = "threshold.decode_expected_f1"
    negligible, threads = real(where, "negligible", negligible), whole(where, "threads", threads, 0, 2**16)
    return _core.threshold.decode_expected_f1(scores, negligible, threads)


def decode_expected_f1_joint(joint: ArrayLike) -> NDArray[np.uint8]:
    """The label set of the largest expected F1 of one image whose labels depend on each other.

    Parameters
    ----------
    joint : array-like of shape (labels, labels)
        The probability that label i is true and exactly s labels are, in row i and column s - 1.

    Returns
    -------
    ndarray of uint8, shape (labels,)

    Examples
    --------
    Two labels that are always both there or both absent:

    >>> from multilabel.threshold import decode_expected_f1_joint
    >>> decode_expected_f1_joint([[0.0, 0.6], [0.0, 0.6]])
    array([1, 1], dtype=uint8)
    """
    return _core.threshold.decode_expected_f1_joint(joint)

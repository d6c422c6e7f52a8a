# SPDX-License-Identifier: Apache-2.0
"""Probabilities that come true as often as they say: temperature, Platt, isotonic, and the reliability curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import _core
from ._arguments import whole
from ._choices import one_of
from ._tables import to_frame, to_html

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "IsotonicCalibration",
    "PlattScaling",
    "ReliabilityCurve",
    "TemperatureScaling",
    "reliability_curve",
]

TemperatureScaling = _core.calibration.TemperatureScaling
PlattScaling = _core.calibration.PlattScaling
IsotonicCalibration = _core.calibration.IsotonicCalibration


class ReliabilityCurve(NamedTuple):
    """One entry for each bin that holds a cell; made by `reliability_curve`.

    Examples
    --------
    >>> from multilabel.calibration import reliability_curve
    >>> scores, rates, counts, expected_error = reliability_curve([[1, 0], [0, 1]], [[0.9, 0.2], [0.2, 0.9]])
    >>> counts, round(expected_error, 3)
    (array([2, 2]), 0.15)
    """

    scores: NDArray[np.float64]
    """The mean score of the bin."""
    rates: NDArray[np.float64]
    """The share of positives in it."""
    counts: NDArray[np.int64]
    """Its cells."""
    expected_error: float
    """The expected calibration error: the mean over cells of abs(rate - score) of their bin."""

    def _repr_html_(self) -> str:
        return to_html(self)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; only this imports pandas."""
        return to_frame(self)


def reliability_curve(
    targets: ArrayLike,
    scores: ArrayLike,
    *,
    n_bins: int = 10,
    strategy: Literal["uniform", "quantile"] = "uniform",
    mask: ArrayLike | None = None,
) -> ReliabilityCurve:
    """Mean score against share of positives, bin by bin, over all known cells.

    As scikit-learn's ``calibration_curve``: a bin holds the scores above its lower and up to its upper edge, and empty
    bins are left out. For one label pass its column, ``targets[:, [j]]``.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0, 1, and NaN or -1 for unknown cells, which are skipped.
    scores : array-like of shape (samples, labels)
        Probabilities in [0, 1].
    n_bins : int, default=10
    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width, or of about equally many cells.
    mask : array-like of bool of shape (samples, labels), optional
        False where the truth is unknown, besides NaN and -1 in ``targets``; what stands there is not looked at.

    Returns
    -------
    ReliabilityCurve
        ``scores``, ``rates``, ``counts`` and ``expected_error``.

    Raises
    ------
    multilabel.ArgumentError, multilabel.ShapeError
        Both are ``ValueError``.

    Examples
    --------
    >>> from multilabel.calibration import reliability_curve
    >>> curve = reliability_curve([[1, 0], [1, 1]], [[0.9, 0.2], [0.9, 0.9]], n_bins=2)
    >>> curve.scores, curve.rates
    (array([0.2, 0.9]), array([0., 1.]))
    >>> round(curve.expected_error, 3)
    0.125
    """
    where = "calibration.reliability_curve"
    one_of(where, "strategy", strategy, ("uniform", "quantile"))
    n_bins = whole(where, "n_bins", n_bins, 1, 10**6)
    return ReliabilityCurve(*_core.calibration.reliability_curve(targets, scores, n_bins, strategy == "quantile", mask))

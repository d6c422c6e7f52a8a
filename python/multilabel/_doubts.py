# SPDX-License-Identifier: Apache-2.0
"""What looks like a mistake but might be meant: one kind of warning, said in the name of the user's line.

A sentence is as an error's: where, what must be, what it is instead, how to mend it. What cannot be meant is an error.
"""

from __future__ import annotations

import sys
import warnings
import weakref
from typing import Any

import numpy as np

from ._core import ArgumentError

__all__ = ["DoubtWarning"]


class DoubtWarning(UserWarning):
    """Something that works but is most likely a mistake, such as logits where scores belong.

    ``warnings.simplefilter("error", multilabel.DoubtWarning)`` makes all of them errors, ``"ignore"`` silences them.

    Examples
    --------
    >>> import warnings
    >>> import multilabel as ml
    >>> with warnings.catch_warnings(record=True) as heard:
    ...     _ = ml.metrics.evaluate([[1, 0], [0, 1]], [[4.2, -1.3], [-0.7, 2.9]])
    >>> heard[0].category.__name__
    'DoubtWarning'
    """


def callers_level() -> int:
    """The ``stacklevel`` with which the function that calls this warns in the name of the user's line.

    That is the first one outside the library, and outside torch, which calls the library's hooks.
    """
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).split(".")[0] in ("multilabel", "torch"):
        level, frame = level + 1, frame.f_back
    return level


def doubt(text: str) -> None:
    """Warn, in the name of the user's line."""
    warnings.warn(text, DoubtWarning, stacklevel=callers_level())


def _numbers(values: Any) -> np.ndarray:
    """The first rows, which are enough to see what kind of numbers these are."""
    try:
        if hasattr(values, "iloc"):
            rows = np.asarray(values.iloc[:64])
        elif hasattr(values, "detach"):
            rows = values[:64].detach().cpu().double().numpy()
        else:
            rows = np.asarray(values[:64] if isinstance(values, np.ndarray | list | tuple) else [])
        return rows.astype(np.float64) if rows.dtype.kind in "biufO" else np.empty(0)
    except (TypeError, ValueError, RuntimeError):  # another function says what is wrong with them
        return np.empty(0)


def _are_labels(values: np.ndarray) -> bool:
    return bool(((values == 0) | (values == 1) | (values == -1) | np.isnan(values)).all())


def require_targets_first(where: str, targets: Any, scores: Any) -> None:
    """Refuse scores in the place of targets beside targets in the place of scores."""
    first, second = _numbers(targets), _numbers(scores)
    if first.size and second.size and not _are_labels(first) and _are_labels(second):
        strange = first[(first != 0) & (first != 1) & (first != -1)][0]
        raise ArgumentError(
            f"{where}: targets come first and must be 0, 1, or unknown (NaN or -1); got {strange:g} beside scores of 0 and 1"
            ". Swap the two arguments."
        )


def doubt_logits(where: str, scores: np.ndarray, threshold: float) -> None:
    """Warn of scores that no probability can be, cut at a threshold that only probabilities have."""
    if 0 < threshold < 1 and scores.size and (np.nanmin(scores) < 0 or np.nanmax(scores) > 1):
        doubt(
            f"{where}: scores for the threshold {threshold:g} must be in [0, 1]; got {scores.min():.3g} to {scores.max():.3g}"
            ", which look like logits. Pass 1 / (1 + exp(-logits)), or threshold=0 for logits."
        )


_of_test: weakref.WeakValueDictionary[int, np.ndarray] = weakref.WeakValueDictionary()


def mark_test_split(*arrays: np.ndarray) -> None:
    """Remember that these arrays are of the test split, as long as they live."""
    _of_test.update({id(array): array for array in arrays})


def is_test_split(values: Any) -> bool:
    """Whether ``values`` are such an array, or a look at one."""
    while isinstance(values, np.ndarray):
        if _of_test.get(id(values)) is values:
            return True
        values = values.base
    return False


def doubt_test_split(where: str, targets: Any) -> None:
    """Warn of something fitted on the test split."""
    if is_test_split(targets):
        doubt(
            f"{where}: what is fitted must be fitted on the validation split; got the test split, on which its numbers would "
            "flatter. Fit on trainer.predict(validation_loader), and look at the test split once, at the end."
        )

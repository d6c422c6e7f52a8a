# SPDX-License-Identifier: Apache-2.0
"""What every metric does with its arguments: the checks of scikit-learn in its order, its warnings and its errors."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilabel import _core
from multilabel._label_arrays import is_multilabel, label_array, score_array, weight_array

Average = Literal["binary", "micro", "macro", "weighted", "samples"]
ScoreAverage = Literal["micro", "macro", "weighted", "samples"]
ZeroDivision = float | Literal["warn"]


AVERAGES = (None, "micro", "macro", "weighted", "samples")


class UndefinedMetricWarning(UserWarning):
    """A metric has no value for some label or row. Also scikit-learn's warning of this name where that is loaded."""


def warn_undefined(text: str) -> None:
    known = sys.modules.get("sklearn.exceptions")
    kind: type[Warning] = UndefinedMetricWarning
    if known is not None:
        kind = type(
            "UndefinedMetricWarning",
            (UndefinedMetricWarning, known.UndefinedMetricWarning),
            {"__module__": __package__},
        )
    warnings.warn(text, kind, stacklevel=callers_level())


def callers_level() -> int:
    """The ``stacklevel`` with which this module's caller's caller warns in the name of the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(__package__):
        level, frame = level + 1, frame.f_back
    return level


class InvalidParameterError(_core.ArgumentError, TypeError):
    """A parameter is of the wrong kind; a ValueError and a TypeError, as scikit-learn's error of this name."""


def by_sklearn(where: str, *args: Any, **kwargs: Any) -> Any:
    try:
        from sklearn import metrics
    except ImportError:
        raise _core.ArgumentError(
            f"{where}: targets must be a matrix [samples, labels] of at least two labels; got binary or multiclass "
            "data, which scikit-learn computes where it is installed"
        ) from None
    return getattr(metrics, where)(*args, **kwargs)


def are_multilabel(y_true: Any, y_other: Any) -> bool:
    return is_multilabel(y_true) and is_multilabel(y_other)


def read_targets(y_true: Any) -> NDArray[Any]:
    targets = label_array(y_true, "y_true")
    if targets.dtype.kind in "if" and targets.size:
        head = targets[:64]
        if (head == -1).any() and not (head == 0).any() and not (targets == 0).any():
            warnings.warn(
                "y_true holds 1 and -1 but no 0. Here -1 means unknown, so no label is known to be absent; write 0 for "
                "absent.",
                UserWarning,
                stacklevel=callers_level(),
            )
    return targets


def read_pair(
    y_true: Any, y_pred: Any, sample_weight: Any
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]:
    """Targets, predictions and weights as the kernels take them, after the checks of scikit-learn in its order."""
    targets = read_targets(y_true)
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


def refused(error: Exception, y_true: NDArray[Any], y_pred: NDArray[Any]) -> Exception:
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


def read_scores(y_true: Any, y_score: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    targets = read_targets(y_true)
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


def refused_scores(error: Exception, scores: NDArray[Any]) -> Exception:
    if "scores must be finite" in str(error):
        what = "NaN" if np.isnan(scores).any() else f"infinity or a value too large for dtype('{scores.dtype}')"
        return _core.ArgumentError(f"Input contains {what}. {error}")
    return error


def check_score_average(where: str, average: Any, undefined: Any) -> None:
    if average not in AVERAGES:
        raise InvalidParameterError(
            f"The 'average' parameter of {where} must be a str among {{'macro', 'micro', 'samples', 'weighted'}} "
            f"or None. Got {average!r} instead."
        )
    if undefined not in ("sklearn", "skip"):
        raise _core.ArgumentError(f"undefined must be 'sklearn' or 'skip'; got {undefined!r}")

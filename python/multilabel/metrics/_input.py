# SPDX-License-Identifier: Apache-2.0
"""What every metric does with its arguments: the checks of scikit-learn in its order, its warnings and its errors."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilabel import _core
from multilabel._choices import one_of
from multilabel._doubts import callers_level, require_targets_first
from multilabel._label_arrays import (
    as_array,
    is_multilabel,
    is_sparse,
    label_array,
    mask_array,
    require_same_names,
    score_array,
    stored_cells,
    weight_array,
)

Average = Literal["binary", "micro", "macro", "weighted", "samples"]
ScoreAverage = Literal["micro", "macro", "weighted", "samples"]
ZeroDivision = float | Literal["warn"]

Labels = _core.metrics.Labels


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


class InvalidParameterError(_core.ArgumentError, TypeError):
    """A parameter is of the wrong kind; a ValueError and a TypeError, as scikit-learn's error of this name."""


def invalid_parameter(where: str, name: str, allowed: str, value: Any) -> InvalidParameterError:
    """The error of a parameter of the wrong kind, in scikit-learn's words."""
    return InvalidParameterError(f"The {name!r} parameter of {where} must be {allowed}. Got {value!r} instead.")


def boolean(where: str, name: str, value: Any) -> bool:
    """``value`` as a bool, which it must be already, as in scikit-learn."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise invalid_parameter(where, name, "an instance of 'bool' or an instance of 'numpy.bool'", value)


def require_array_like(where: str, name: str, value: Any) -> None:
    """Refuse what has no elements to look at."""
    if isinstance(value, str | bytes | dict) or not hasattr(value, "__len__"):
        raise invalid_parameter(where, name, "an array-like or None", value)


def by_sklearn(where: str, *args: Any, **kwargs: Any) -> Any:
    try:
        from sklearn import metrics
    except ImportError:
        raise _core.ArgumentError(
            f"{where}: targets must be a matrix [samples, labels] of at least two labels; got binary or multiclass "
            "data, which scikit-learn computes where it is installed"
        ) from None
    return getattr(metrics, where)(*args, **kwargs)


def are_multilabel(y_true: Any, y_other: Any, mask: Any = None) -> bool:
    """Whether this is ours to compute: both are label matrices; a mask says so of matrices with other cells, too."""
    if is_multilabel(y_true) and is_multilabel(y_other):
        return True
    if mask is None:
        return False
    if len(np.shape(y_true)) == len(np.shape(y_other)) == 2:
        return True
    raise _core.ShapeError(
        f"a mask is for label matrices [samples, labels]; got {len(np.shape(y_true))} and {len(np.shape(y_other))} "
        "dimensions"
    )


def are_targets_of_scores(y_true: Any, y_score: Any, mask: Any = None) -> bool:
    """`are_multilabel`, of targets beside scores, whose cells are any numbers."""
    shape = y_score.shape if hasattr(y_score, "shape") else as_array(y_score, "y_score").shape
    return are_multilabel(y_true, y_true, mask) and (len(shape) == 2 or np.shape(y_true)[1] != 1)


def _read(values: Any, name: str, mask: Any = None) -> Labels:
    if is_sparse(values):
        return Labels.sparse(*stored_cells(values, name), mask=mask_array(mask, values.shape))
    array = label_array(values, name)
    if array.ndim != 2:
        raise _core.ShapeError(
            f"binary format is not supported: {name} must be a matrix [samples, labels]; got {array.ndim} dimensions"
        )
    return Labels(array, mask_array(mask, array.shape))


def read_predictions(y_pred: Any, name: str = "y_pred") -> Labels:
    """Predictions as the kernels take them."""
    return _read(y_pred, name)


def read_targets(y_true: Any, mask: Any = None) -> Labels:
    """Targets as the kernels take them."""
    targets = _read(y_true, "y_true", mask)
    values = targets.values
    if values.ndim == 2 and values.dtype.kind in "if" and values.size:
        head = values[:64]
        if (head == -1).any() and not (head == 0).any() and not (values == 0).any():
            warnings.warn(
                "y_true holds 1 and -1 but no 0. Here -1 means unknown, so no label is known to be absent; write 0 for "
                "absent.",
                UserWarning,
                stacklevel=callers_level(),
            )
    return targets


def read_pair(
    y_true: Any, y_pred: Any, sample_weight: Any, mask: Any
) -> tuple[Labels, Labels, NDArray[np.float64] | None]:
    """Targets, predictions and weights as the kernels take them, after the checks of scikit-learn in its order."""
    require_same_names("metrics", y_true=y_true, y_pred=y_pred, sample_weight=sample_weight, mask=mask)
    targets, predictions = read_targets(y_true, mask), read_predictions(y_pred)
    rows, columns = targets.shape
    if rows != predictions.shape[0]:
        raise _core.ShapeError(
            f"Found input variables with inconsistent numbers of samples: {[rows, predictions.shape[0]]}"
        )
    if rows == 0:
        raise _core.ArgumentError(
            "Found empty input array (e.g., `y_true` or `y_pred`) while a minimum of 1 sample is required."
        )
    weights = weight_array(sample_weight, rows)
    if columns != predictions.shape[1]:
        raise _core.ShapeError(
            "Multi-label binary indicator input with different numbers of labels: "
            f"{columns} in y_true, {predictions.shape[1]} in y_pred"
        )
    return targets, predictions, weights


def refused(error: Exception, y_true: Labels, y_pred: Labels) -> Exception:
    """The error of a kernel that met a cell which is no label, introduced by what scikit-learn says about such data."""

    def kind(labels: Labels) -> str:
        values = np.nan_to_num(labels.values)
        if values.dtype.kind == "f" and (values != np.floor(values)).any():
            return "continuous-multioutput"
        stored_only = values.ndim == 1
        distinct = np.union1d(values, [0]) if stored_only else np.unique(values)
        return "multilabel-indicator" if len(distinct) <= 2 else "multiclass-multioutput"

    if np.isnan(y_pred.values).any():
        return _core.ArgumentError(f"Input y_pred contains NaN. {error}")
    kinds = [kind(y_true), kind(y_pred)]
    if kinds[0] != kinds[1]:
        text = f"Classification metrics can't handle a mix of {kinds[0]} and {kinds[1]} targets. {error}"
    elif kinds[0] == "multilabel-indicator":
        text = str(error)
    else:
        text = f"{kinds[0]} is not supported. {error}"
    return _core.ArgumentError(text)


def read_scores(y_true: Any, y_score: Any, mask: Any) -> tuple[Labels, NDArray[Any]]:
    """Targets and scores as the kernels take them, after the checks of scikit-learn in its order."""
    require_same_names("metrics", y_true=y_true, y_score=y_score, mask=mask)
    require_targets_first("metrics", y_true, y_score)
    targets, scores = read_targets(y_true, mask), score_array(y_score, "y_score")
    if scores.ndim != 2:
        raise _core.ShapeError(
            f"binary format is not supported: y_score must be a matrix [samples, labels]; got {scores.ndim} dimensions"
        )
    rows = targets.shape[0]
    if rows != len(scores):
        raise _core.ShapeError(f"Found input variables with inconsistent numbers of samples: {[rows, len(scores)]}")
    if targets.shape != scores.shape:
        raise _core.ShapeError(f"y_true and y_score have different shape: {targets.shape} and {scores.shape}")
    if rows == 0:
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
    if average is not None and not (isinstance(average, str) and average in AVERAGES):
        raise invalid_parameter(
            where, "average", "a str among {'macro', 'micro', 'samples', 'weighted'} or None", average
        )
    one_of(where, "undefined", undefined, ("sklearn", "skip"))

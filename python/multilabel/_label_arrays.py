# SPDX-License-Identifier: Apache-2.0
"""Whatever a caller has, as arrays the kernels read: NumPy, torch tensors, SciPy sparse, DataFrames, nested lists.

Nothing is imported for this but NumPy: a tensor and a sparse matrix know themselves how to become an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core

_LEGACY = (
    "You appear to be using a legacy multi-label data representation. Sequence of sequences are no longer supported; "
    "use a binary array or sparse matrix instead - the MultiLabelBinarizer transformer can convert to this format."
)


def is_sparse(values: Any) -> bool:
    """Whether ``values`` is a SciPy sparse matrix or array."""
    return hasattr(values, "tocsr") and hasattr(values, "nnz")


def as_array(values: Any, name: str) -> NDArray[Any]:
    """``values`` as a NumPy array of any shape; a view where that is possible."""
    if isinstance(values, np.ndarray):
        return np.asarray(values)
    if is_sparse(values):
        return np.asarray(values.toarray())
    if hasattr(values, "detach") and hasattr(values, "cpu"):
        values = values.detach().cpu()
        if str(values.dtype) == "torch.bfloat16":
            values = values.float()
        return values.numpy()
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError) as error:
        if "inhomogeneous" in str(error):
            raise _core.ArgumentError(f"{_LEGACY} Got rows of different lengths in {name}.") from None
        raise _core.ArgumentError(f"{name} must be an array of numbers; got {error}") from None


def stored_cells(values: Any, name: str) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], int]:
    """What a sparse matrix stores: the values, their columns, where each row begins, and the number of columns."""
    if len(values.shape) != 2:
        raise _core.ShapeError(f"{name} must have two dimensions [samples, labels]; got {len(values.shape)}")
    if values.dtype.kind not in "biuf":
        raise _core.ArgumentError(f"{name} must hold numbers; got {values.dtype}. unknown is not supported")
    matrix = values.tocsr()
    if not matrix.has_canonical_format:  # a cell that is stored twice is the sum
        matrix = matrix.copy()
        matrix.sum_duplicates()
    return (
        np.ascontiguousarray(matrix.data, dtype=np.float64),
        np.ascontiguousarray(matrix.indices, dtype=np.int64),
        np.ascontiguousarray(matrix.indptr, dtype=np.int64),
        int(matrix.shape[1]),
    )


def mask_array(values: Any, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """``mask`` as a contiguous array of bool of the shape of the targets."""
    if values is None:
        return None
    array = _numbers(as_array(values, "mask"), "mask", keep="biuf")
    if array.shape != tuple(shape):
        raise _core.ShapeError(f"mask must have the shape of the targets, {tuple(shape)}; got {array.shape}")
    if array.dtype.kind != "b":
        if not ((array == 0) | (array == 1)).all():
            raise _core.ArgumentError("mask must hold True or False (or 1 and 0), True where the truth is known")
        array = array.astype(bool)
    return array


def is_multilabel(values: Any) -> bool:
    """Whether ``values`` has two dimensions and more than one column; otherwise it is binary or multiclass data."""
    shape = values.shape if hasattr(values, "shape") else as_array(values, "y").shape
    return len(shape) == 2 and shape[1] != 1


def label_array(values: Any, name: str) -> NDArray[Any]:
    """``values`` as a contiguous array of a number type that the kernels read."""
    return _numbers(as_array(values, name), name, keep="biuf")


def score_array(values: Any, name: str) -> NDArray[Any]:
    """``values`` as a contiguous array of float32, or float64 where they are wider or whole numbers."""
    array = _numbers(as_array(values, name), name, keep="biuf")
    if array.dtype.kind == "f":
        return array
    return array.astype(np.float64)


def _numbers(array: NDArray[Any], name: str, *, keep: str) -> NDArray[Any]:
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise _core.ArgumentError(f"{name} must hold numbers; got objects such as {array.flat[0]!r}") from None
    if array.dtype.kind not in keep:
        raise _core.ArgumentError(f"{name} must hold numbers; got {array.dtype}. unknown is not supported")
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        array = array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.ascontiguousarray(array)


def weight_array(values: Any, rows: int) -> NDArray[np.float64] | None:
    """``sample_weight`` as float64 of one dimension, one value a row, finite and not all zero."""
    if values is None:
        return None
    array = np.asarray(as_array(values, "sample_weight"))
    if array.ndim == 0:
        array = np.full(rows, array[()])
    if array.ndim != 1:
        raise _core.ArgumentError(
            f"Sample weights must be 1D array or scalar, got {array.ndim}D array. Expected either a scalar value or a "
            f"1D array of length {rows}."
        )
    try:
        array = np.ascontiguousarray(array, dtype=np.float64)
    except (TypeError, ValueError):
        raise _core.ArgumentError(f"sample_weight must hold numbers; got {values!r}") from None
    if len(array) != rows:
        raise _core.ShapeError(f"Found input variables with inconsistent numbers of samples: {[rows, len(array)]}")
    if np.isnan(array).any():
        raise _core.ArgumentError("Input sample_weight contains NaN.")
    if not np.isfinite(array).all():
        raise _core.ArgumentError("Input sample_weight contains infinity or a value too large for dtype('float64').")
    if not array.any():
        raise _core.ArgumentError("Sample weights must contain at least one non-zero number.")
    return array


def label_names(labels: Any) -> list[str]:
    """Return the names that a binarizer, a vocabulary or a list stands for, in the order of the columns."""
    for attribute in ("classes_", "labels"):
        names = getattr(labels, attribute, None)
        if names is not None and not callable(names):
            return [str(name) for name in names]
    if isinstance(labels, str) or not hasattr(labels, "__iter__"):
        raise _core.ArgumentError(
            f"data: labels must be a fitted MultiLabelBinarizer, a Vocabulary or a list of names; got {labels!r}"
        )
    return [str(name) for name in labels]

# SPDX-License-Identifier: Apache-2.0
"""Whatever a caller has, as arrays the kernels read: NumPy, torch tensors, SciPy sparse, DataFrames, nested lists.

Nothing is imported for this but NumPy: a tensor and a sparse matrix know themselves how to become an array.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._doubts import doubt_test_split, require_targets_first

_LEGACY = (
    "You appear to be using a legacy multi-label data representation. Sequence of sequences are no longer supported; "
    "use a binary array or sparse matrix instead - the MultiLabelBinarizer transformer can convert to this format."
)


def is_sparse(values: Any) -> bool:
    """Whether ``values`` is a SciPy sparse matrix or array."""
    return hasattr(values, "tocsr") and hasattr(values, "nnz")


def _is_frame(values: Any) -> bool:
    """Whether ``values`` is a DataFrame or Series of pandas."""
    return hasattr(values, "iloc") and hasattr(values, "to_numpy")


def _plain(values: Any) -> NDArray[Any]:
    """``values`` as a NumPy array, a view where that is possible; raises what NumPy raises."""
    if isinstance(values, np.ma.MaskedArray):
        hidden = np.ma.getmaskarray(values)
        if not hidden.any():
            return np.asarray(values.data)
        return np.where(hidden, np.nan, _without_objects(values.data))
    if isinstance(values, np.ndarray):
        return np.asarray(values)
    if is_sparse(values):
        return np.asarray(values.toarray())
    if hasattr(values, "detach") and hasattr(values, "cpu"):
        values = values.detach().cpu()
        if str(values.dtype) == "torch.bfloat16":
            values = values.float()
        return np.asarray(values.numpy())
    if _is_frame(values):
        return np.asarray(values.to_numpy())
    if isinstance(values, list | tuple) and any(isinstance(row, np.ma.MaskedArray) for row in values):
        return _plain(np.ma.stack(values))
    return np.asarray(values)


def is_missing(cell: Any) -> bool:
    """Whether ``cell`` stands for nothing: None, NaN, or pandas' NA and NaT."""
    if cell is None:
        return True
    try:
        return bool(cell != cell)
    except TypeError:  # NA, of which nothing is true
        return True
    except ValueError:  # an array
        return False


def _without_objects(array: NDArray[Any]) -> NDArray[Any]:
    """An array of objects as floats, NaN where one is missing; as it is where one is no number."""
    if array.dtype.kind != "O":
        return array
    if any(isinstance(cell, str | bytes) for cell in array.flat):
        return array
    try:
        numbers = [np.nan if is_missing(cell) else float(cell) for cell in array.flat]
    except (TypeError, ValueError):
        return array
    return np.array(numbers, dtype=np.float64).reshape(array.shape)


def as_array(values: Any, name: str) -> NDArray[Any]:
    """``values`` as a NumPy array of any shape; a view where that is possible. A masked cell is NaN."""
    try:
        return _plain(values)
    except (TypeError, ValueError, OverflowError) as error:
        if "inhomogeneous" in str(error):
            raise _core.ArgumentError(f"{_LEGACY} Got rows of different lengths in {name}.") from None
        raise _core.ArgumentError(f"{name} must be an array of numbers; got {error}") from None


def array_for(where: str, name: str, values: Any) -> NDArray[Any]:
    """``values`` as the compiled modules read them: as `as_array` does, contiguous and in the machine's byte order."""
    try:
        return _in_order(_without_objects(_plain(values)))
    except (TypeError, ValueError, OverflowError) as error:
        raise _core.ArgumentError(
            f"{where}: {name} must be an array of numbers whose rows have one length; got {error}"
        ) from None


def in_type_of(values: Any, thresholds: Any) -> list[float]:
    """``thresholds`` as numbers of the type of ``values`` where that is coarser than float32, in which they are compared."""
    if hasattr(values, "new_tensor") and resolution_of(values):
        return [float(threshold) for threshold in values.new_tensor(list(thresholds))]
    numbers = np.asarray(thresholds, dtype=np.float64)
    return (numbers.astype(np.float16).astype(np.float64) if resolution_of(values) else numbers).tolist()


def resolution_of(values: Any) -> float:
    """A rounding step below 1 of the type of ``values`` where that is coarser than float32, else 0."""
    kind = str(getattr(values, "dtype", ""))
    if kind == "torch.bfloat16":
        return 2.0**-7
    if kind and kind != "object":
        return 2.0**-10 if kind in ("torch.float16", "float16", ">f2") else 0.0
    try:
        return 2.0**-10 if not is_sparse(values) and _plain(values).dtype == np.float16 else 0.0
    except (TypeError, ValueError, OverflowError):  # no array: what reads it will say so
        return 0.0


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
    """Whether ``values`` are targets or predictions [samples, labels]; otherwise it is binary or multiclass data.

    One column is such a matrix where it holds 0, 1 and unknown cells only, as wider ones do.
    """
    array = values if hasattr(values, "shape") else as_array(values, "y")
    if len(array.shape) != 2 or array.shape[1] != 1:
        return len(array.shape) == 2
    cells = _without_objects(as_array(array, "y"))
    return cells.dtype.kind in "biuf" and bool(((cells == 0) | (cells == 1) | (cells == -1) | (cells != cells)).all())


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
    array = _without_objects(array)
    if array.dtype.kind == "O":
        stranger = next(cell for cell in array.flat if not isinstance(cell, int | float))
        raise _core.ArgumentError(f"{name} must hold numbers; got objects such as {stranger!r}")
    if array.dtype.kind not in keep:
        raise _core.ArgumentError(f"{name} must hold numbers; got {array.dtype}. unknown is not supported")
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        array = array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return _in_order(array)


def _in_order(array: NDArray[Any]) -> NDArray[Any]:
    """``array`` contiguous and in the machine's byte order."""
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
        array = np.ascontiguousarray(_without_objects(array), dtype=np.float64)
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


class _Names:
    """What the rows or the columns of a data frame are called."""

    def __init__(self, values: Any, axis: int) -> None:
        names = getattr(values, ("index", "columns")[axis], None)
        self.given = names is not None and not callable(names)
        self.listed = list(names) if self.given else []  # type: ignore[arg-type]
        # pandas numbers what nobody named
        self.are_numbers = type(names).__name__ == "RangeIndex" and self.listed == list(range(len(self.listed)))

    def differ(self, other: _Names) -> bool:
        """Whether both have names and these are not the same in the same order; numbers are names beside the same ones."""
        if not (self.given and other.given) or len(self.listed) != len(other.listed) or self.listed == other.listed:
            return False
        same = set(map(repr, self.listed)) == set(map(repr, other.listed))
        return same or not (self.are_numbers or other.are_numbers)


def check_pair(where: str, **arrays: Any) -> None:
    """What holds of targets, scores and mask of any function: the same names, and the targets first."""
    targets, scores, *_ = arrays.values()
    require_same_names(where, **arrays)
    require_targets_first(where, targets, scores)


def check_fit(where: str, **arrays: Any) -> None:
    """`check_pair`, of what is fitted, which should not be fitted on the test split."""
    check_pair(where, **arrays)
    doubt_test_split(where, next(iter(arrays.values())))


def require_same_names(where: str, **arrays: Any) -> None:
    """Refuse data frames whose rows or columns have other names than those of a frame before, or another order."""
    for axis, (what, mend) in enumerate(
        (("row", "{0}.loc[{1}.index], or {0}.to_numpy() where the rows are in order"), ("column", "{0}[{1}.columns]"))
    ):
        named = [(name, _Names(values, axis)) for name, values in arrays.items() if values is not None]
        for (first, expected), (name, actual) in itertools.combinations(named, 2):
            if not expected.differ(actual):
                continue
            at = next(i for i, (a, b) in enumerate(zip(expected.listed, actual.listed)) if a != b)
            only_order = set(map(repr, expected.listed)) == set(map(repr, actual.listed))
            raise _core.LabelError(
                f"{where}: {name} must have the {what} names of {first}; got {actual.listed[at]!r} where {first} has "
                f"{expected.listed[at]!r}, in {what} {at}{'; only the order differs' if only_order else ''}. "
                f"Pass {mend.format(name, first)}."
            )


def column_names(values: Any) -> list[str] | None:
    """The names of the columns of a data frame; None where nobody named them."""
    names = _Names(values, 1)
    return [str(name) for name in names.listed] if names.given and not names.are_numbers else None

# SPDX-License-Identifier: Apache-2.0
"""Label names to 0/1 matrices and back, the vocabulary that says which column is which, and label statistics."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._choices import one_of
from ._label_arrays import array_for, column_names, is_missing, is_sparse, label_array

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "MultiLabelBinarizer",
    "Vocabulary",
    "co_occurrence",
    "imbalance_ratio",
    "label_cardinality",
    "label_counts",
    "label_density",
    "require_same",
]

Vocabulary = _core.encoding.Vocabulary

_DUPLICATES = (
    "The classes argument contains duplicate classes. Remove these duplicates before passing them to "
    "MultiLabelBinarizer."
)


class InvalidParameterError(_core.ArgumentError, TypeError):
    """A parameter is of the wrong kind; a ValueError and a TypeError, as scikit-learn's error of this name."""


class LabelTypeError(_core.Error, TypeError):
    """Something is no label or no row of labels; a TypeError and no ValueError, as in scikit-learn."""


def _not_fitted(name: str) -> Exception:
    text = f"This {name} instance is not fitted yet. Call 'fit' with appropriate arguments before using this estimator."
    known = sys.modules.get("sklearn.exceptions")
    if known is None:
        return _core.NotFittedError(text)
    both = type("NotFittedError", (_core.NotFittedError, known.NotFittedError), {"__module__": __name__})
    return both(text)


def _rows(rows: Any, name: str) -> Any:
    if hasattr(rows, "vocabulary") and hasattr(rows, "labels"):
        raise _core.ArgumentError(
            f"{name}: rows must be collections of labels; got a {type(rows).__name__}. Pass its .labels; fit on those of "
            "the training split only, so that every split has the same columns."
        )
    return rows


def _require_label(where: str, label: Any, place: str) -> None:
    if is_missing(label):
        raise LabelTypeError(
            f"{where}: a label must be a name or a number; got {label!r} in {place}. Leave a missing label out."
        )


def _ascending(where: str, labels: list[Any], indices: NDArray[np.int32], starts: NDArray[np.int64]) -> list[Any]:
    """The labels sorted; a `LabelTypeError` names the first that is none, or has no order among the others, and its row."""

    def row_of(number: int) -> str:
        return f"row {int(np.searchsorted(starts, np.flatnonzero(indices == number)[0], side='right')) - 1}"

    for number, label in enumerate(labels):
        if label.__class__ is not str and label.__class__ is not int and is_missing(label):
            _require_label(where, label, row_of(number))
    try:
        return sorted(labels)
    except TypeError:
        for number, label in enumerate(labels):
            try:
                sorted([labels[0], label])
            except TypeError:
                raise LabelTypeError(
                    f"{where}: labels must be comparable with each other, all names or all numbers; got {label!r} in "
                    f"{row_of(number)} beside {labels[0]!r} in {row_of(0)}"
                ) from None
        raise


def require_same(expected: Vocabulary, actual: Vocabulary, where: str = "vocabularies") -> None:
    """Raise `LabelError` unless both vocabularies hold the same labels in the same order.

    Parameters
    ----------
    expected, actual : Vocabulary
        The message names the first difference and says whether only the order differs.
    where : str, default="vocabularies"
        What the message starts with.

    Examples
    --------
    >>> from multilabel.encoding import Vocabulary, require_same
    >>> require_same(Vocabulary(["cat", "dog"]), Vocabulary(["cat", "dog"]))
    """
    for name, value in (("expected", expected), ("actual", actual)):
        if not isinstance(value, Vocabulary):
            raise _core.ArgumentError(f"require_same: {name} must be a Vocabulary; got {value!r}")
    if not isinstance(where, str):
        raise _core.ArgumentError(f"require_same: where must be a str; got {where!r}")
    _core.encoding.require_same(expected, actual, where)


class MultiLabelBinarizer:
    """Rows of labels to a matrix of 0 and 1 and back, as scikit-learn's class of this name.

    Parameters
    ----------
    classes : array-like of labels, optional
        The columns, in this order. By default the sorted labels of the rows given to `fit`.
    sparse_output : bool, default=False
        Return a SciPy CSR matrix.
    unknown : {"warn", "error", "ignore"}, default="warn"
        What `transform` does with a label that is not among the classes. The default warns and leaves it out, as
        scikit-learn does; ``"error"`` is what the C++ class does by default.

    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
        The labels in column order: int64 when all are Python ints that fit, object otherwise.
    unknown_counts_ : dict
        The labels that the last `transform` left out, each with how often it came.

    Examples
    --------
    >>> from multilabel import MultiLabelBinarizer
    >>> binarizer = MultiLabelBinarizer()
    >>> binarizer.fit_transform([["dog", "cat"], [], ["bird"]])
    array([[0, 1, 1],
           [0, 0, 0],
           [1, 0, 0]])
    >>> binarizer.classes_
    array(['bird', 'cat', 'dog'], dtype=object)

    A string is not a row of labels:

    >>> binarizer.fit(["dog"])
    Traceback (most recent call last):
    ...
    multilabel.ArgumentError: MultiLabelBinarizer: each row must be a collection of labels, such as a list; got the string 'dog' in row 0, whose letters would be the labels. Write ['dog'] for one label, or split the string.
    """  # noqa: E501

    def __init__(
        self,
        *,
        classes: ArrayLike | None = None,
        sparse_output: bool = False,
        unknown: Literal["warn", "error", "ignore"] = "warn",
    ) -> None:
        self.classes = classes
        self.sparse_output = sparse_output
        self.unknown = unknown

    def _check_parameters(self) -> None:
        if self.classes is not None and (isinstance(self.classes, str | dict) or not hasattr(self.classes, "__len__")):
            raise InvalidParameterError(
                f"The 'classes' parameter of {type(self).__name__} must be an array-like or None. "
                f"Got {self.classes!r} instead."
            )
        if not isinstance(self.sparse_output, bool | np.bool_):
            raise InvalidParameterError(
                f"The 'sparse_output' parameter of {type(self).__name__} must be an instance of 'bool' or an instance "
                f"of 'numpy.bool'. Got {self.sparse_output!r} instead."
            )
        if not (isinstance(self.unknown, str) and self.unknown in ("warn", "error", "ignore")):
            raise InvalidParameterError(
                f"The 'unknown' parameter of {type(self).__name__} must be a str among {{'error', 'ignore', 'warn'}}. "
                f"Got {self.unknown!r} instead."
            )

    def _collected(self, rows: Any) -> Any:
        """The distinct labels as they come, and the rows in their numbers."""
        return _core.encoding.collect(_rows(rows, type(self).__name__), type(self).__name__)

    def _set_classes(self, classes: Any) -> None:
        dtype = int if all(isinstance(label, int) and -(2**63) <= label < 2**63 for label in classes) else object
        self.classes_: NDArray[Any] = np.empty(len(classes), dtype=dtype)
        self.classes_[:] = classes
        self._columns: dict[Hashable, int] | None = None

    def fit(self, rows: Iterable[Iterable[Hashable]], y: None = None) -> Self:
        """Learn the classes: the distinct labels of ``rows``, sorted; with ``classes`` given, those.

        Parameters
        ----------
        rows : iterable of iterables of labels
            One collection of labels a sample. Labels are hashable and comparable with each other.
        y : None
            Ignored; a scikit-learn pipeline passes it.

        Returns
        -------
        self : MultiLabelBinarizer
        """
        self._check_parameters()
        if self.classes is None:
            self._set_classes(_ascending(type(self).__name__, *self._collected(rows)))
        else:
            try:
                distinct = len(set(self.classes))  # type: ignore[arg-type]
            except TypeError:
                raise LabelTypeError(
                    f"{type(self).__name__}: classes must be labels that can be hashed; got {self.classes!r}"
                ) from None
            if distinct < len(self.classes):  # type: ignore[arg-type]
                raise _core.LabelError(_DUPLICATES)
            for i, label in enumerate(self.classes):  # type: ignore[arg-type]
                _require_label(type(self).__name__, label, f"position {i} of classes")
            self._set_classes(self.classes)
        return self

    def fit_transform(self, rows: Iterable[Iterable[Hashable]], y: None = None) -> Any:
        """``fit(rows)`` and ``transform(rows)`` in one pass, so that a generator works.

        Parameters
        ----------
        rows : iterable of iterables of labels
            One collection of labels a sample.
        y : None
            Ignored.

        Returns
        -------
        indicator : ndarray or CSR matrix of shape (rows, classes)
            1 where a row has the label, int64.
        """
        if self.classes is not None:
            return self.fit(rows).transform(rows)
        self._check_parameters()
        labels, indices, starts = self._collected(rows)
        ascending = _ascending(type(self).__name__, labels, indices, starts)
        self._set_classes(ascending)
        column = {label: j for j, label in enumerate(ascending)}
        order = np.fromiter((column[label] for label in labels), dtype=np.int32, count=len(labels))
        self.unknown_counts_: dict[Hashable, int] = {}
        return self._matrix(rows, indices, starts, order)

    def transform(self, rows: Iterable[Iterable[Hashable]]) -> Any:
        """The matrix with a 1 where a row has the label.

        Parameters
        ----------
        rows : iterable of iterables of labels
            One collection of labels a sample.

        Returns
        -------
        indicator : ndarray or CSR matrix of shape (rows, classes)
            1 where a row has the label, int64.
        """
        self._check_fitted()
        if self._columns is None:
            self._columns = {label: j for j, label in enumerate(self.classes_)}
        indices, starts, unknown = _core.encoding.look_up(
            _rows(rows, type(self).__name__), self._columns, type(self).__name__
        )
        self.unknown_counts_ = unknown
        if unknown and self.unknown != "ignore":
            names = sorted(unknown, key=str)
            if self.unknown == "error":
                raise _core.LabelError(
                    f"MultiLabelBinarizer.transform: labels must be among the {len(self.classes_)} classes; got {names}"
                    ". unknown='ignore' leaves them out."
                )
            warnings.warn(f"unknown class(es) {names} will be ignored", UserWarning, stacklevel=2)
        return self._matrix(rows, indices, starts, np.arange(len(self.classes_), dtype=np.int32))

    def inverse_transform(self, indicator: Any) -> list[tuple[Any, ...]]:
        """The labels of each row.

        Parameters
        ----------
        indicator : array-like or sparse matrix of shape (rows, classes)
            Cells of 0 and 1. A zero that a sparse matrix stores is a zero (scikit-learn takes it for a 1).

        Returns
        -------
        rows : list of tuples
            In column order.
        """
        self._check_fitted()
        named = column_names(indicator)
        if named is not None and len(named) == len(self.classes_):
            require_same(self.vocabulary, Vocabulary(named), f"{type(self).__name__}.inverse_transform: columns")
        sparse = is_sparse(indicator)
        matrix = label_array(indicator, "indicator")
        columns = matrix.shape[1] if matrix.ndim == 2 else matrix.ndim
        if matrix.ndim != 2 or columns != len(self.classes_):
            raise _core.ShapeError(f"Expected indicator for {len(self.classes_)} classes, but got {columns}")
        rows = _core.encoding.decode(matrix, list(self.classes_))
        if rows is None:
            text = "Expected only 0s and 1s in label indicator."
            raise _core.ArgumentError(text if sparse else f"{text} Also got {np.setdiff1d(matrix, [0, 1])}")
        return rows

    @property
    def vocabulary(self) -> Vocabulary:
        """The classes by name; labels that are no strings take their ``str``."""
        self._check_fitted()
        return Vocabulary([str(label) for label in self.classes_])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """The names of the columns, for scikit-learn's pipelines.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of str objects
        """
        self._check_fitted()
        return np.array([str(label) for label in self.classes_], dtype=object)

    def set_output(self, *, transform: Literal["default", "pandas", "polars"] | None = None) -> Self:
        """Choose what `transform` and `fit_transform` return: arrays, or data frames with the label names as columns.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            None changes nothing.

        Returns
        -------
        self : MultiLabelBinarizer
        """
        one_of(f"{type(self).__name__}.set_output", "transform", transform, ("default", "pandas", "polars", None))
        if transform is not None:
            self._output = transform
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters by name.

        Parameters
        ----------
        deep : bool, default=True
            Makes no difference here.

        Returns
        -------
        params : dict
        """
        return {"classes": self.classes, "sparse_output": self.sparse_output, "unknown": self.unknown}

    def set_params(self, **params: Any) -> Self:
        """Change constructor parameters by name.

        Parameters
        ----------
        **params
            Names as in `get_params`.

        Returns
        -------
        self : MultiLabelBinarizer
        """
        valid = self.get_params()
        for name, value in params.items():
            if name not in valid:
                raise _core.ArgumentError(
                    f"Invalid parameter {name!r} for estimator {self!r}. Valid parameters are: {sorted(valid)!r}."
                )
            setattr(self, name, value)
        return self

    def _check_fitted(self) -> None:
        if not hasattr(self, "classes_"):
            raise _not_fitted(type(self).__name__)

    def _matrix(
        self, rows: Any, indices: NDArray[np.int32], starts: NDArray[np.int64], order: NDArray[np.int32]
    ) -> Any:
        shape = (len(starts) - 1, len(self.classes_))
        if self.sparse_output:
            indices, starts = _core.encoding.canonical_rows(indices, starts, order)
            return _csr((np.ones(len(indices), dtype=np.int64), indices, starts), shape)
        matrix = _core.encoding.scatter(indices, starts, order, shape[1])
        output = getattr(self, "_output", "default")
        if output == "pandas":
            import pandas as pd

            index = rows.index if isinstance(rows, pd.Series) else None
            return pd.DataFrame(matrix, index=index, columns=self.get_feature_names_out())
        if output == "polars":
            import polars as pl

            return pl.DataFrame(matrix, schema=list(self.get_feature_names_out()))
        return matrix

    def __repr__(self) -> str:
        defaults = {"classes": None, "sparse_output": False, "unknown": "warn"}
        shown = []
        for name, default in defaults.items():
            value = getattr(self, name)
            if value is not default and not (isinstance(value, str | bool) and value == default):
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "classes_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False, two_d_labels=True),
            transformer_tags=TransformerTags(),
            input_tags=InputTags(two_d_array=False),
        )


def _csr(parts: tuple[NDArray[Any], ...], shape: tuple[int, int]) -> Any:
    from scipy import sparse

    config = sys.modules.get("sklearn")
    if config is not None and config.get_config().get("sparse_interface") == "sparray":
        return sparse.csr_array(parts, shape=shape)
    return sparse.csr_matrix(parts, shape=shape)


def _present(targets: ArrayLike, where: str) -> NDArray[np.bool_]:
    matrix = array_for(where, "targets", targets)
    if matrix.ndim != 2:
        raise _core.ShapeError(f"{where}: targets must have two dimensions [samples, labels]; got {matrix.ndim}")
    present = matrix == 1
    if matrix.dtype.kind != "b":
        other = ~(present | (matrix == 0) | (matrix == -1) | (matrix != matrix))
        if other.any():
            row, column = np.argwhere(other)[0]
            raise _core.ArgumentError(
                f"{where}: targets must hold 0 or 1 (NaN or -1: unknown); got {matrix[row, column]} in row {row}, "
                f"column {column}"
            )
    return present


def label_counts(targets: ArrayLike) -> NDArray[np.int64]:
    """How many rows have each label.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0 and 1; NaN or -1 where unknown, which counts as neither.

    Returns
    -------
    counts : ndarray of shape (labels,)

    Examples
    --------
    >>> from multilabel.encoding import label_counts
    >>> label_counts([[1, 1, 0], [0, 1, 0]])
    array([1, 2, 0])
    """
    return _present(targets, "label_counts").sum(axis=0, dtype=np.int64)


def label_cardinality(targets: ArrayLike) -> float:
    """The mean number of labels a row has; NaN without rows.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0 and 1; NaN or -1 where unknown, which counts as neither.

    Returns
    -------
    cardinality : float

    Examples
    --------
    >>> from multilabel.encoding import label_cardinality
    >>> label_cardinality([[1, 1, 0], [0, 1, 0]])
    1.5
    """
    present = _present(targets, "label_cardinality")
    return float(present.sum()) / len(present) if len(present) else float("nan")


def label_density(targets: ArrayLike) -> float:
    """The cardinality divided by the number of labels, in [0, 1]; NaN without rows or labels.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0 and 1; NaN or -1 where unknown, which counts as neither.

    Returns
    -------
    density : float

    Examples
    --------
    >>> from multilabel.encoding import label_density
    >>> label_density([[1, 1, 0, 0], [0, 1, 0, 0]])
    0.375
    """
    present = _present(targets, "label_density")
    return float(present.sum()) / len(present) / present.shape[1] if present.size else float("nan")


def co_occurrence(targets: ArrayLike) -> NDArray[np.int64]:
    """How many rows have both label i and label j; the diagonal is `label_counts`.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0 and 1; NaN or -1 where unknown, which counts as neither.

    Returns
    -------
    counts : ndarray of shape (labels, labels)

    Examples
    --------
    >>> from multilabel.encoding import co_occurrence
    >>> co_occurrence([[1, 1, 0], [0, 1, 0]])
    array([[1, 1, 0],
           [1, 2, 0],
           [0, 0, 0]])
    """
    return _core.encoding.co_occurrence(np.ascontiguousarray(_present(targets, "co_occurrence")))


def imbalance_ratio(targets: ArrayLike) -> NDArray[np.float64]:
    """For each label the count of the most frequent label divided by its own; infinity for an absent one.

    Parameters
    ----------
    targets : array-like of shape (samples, labels)
        0 and 1; NaN or -1 where unknown, which counts as neither.

    Returns
    -------
    ratios : ndarray of shape (labels,)

    Examples
    --------
    >>> from multilabel.encoding import imbalance_ratio
    >>> imbalance_ratio([[1, 1, 0], [0, 1, 0]])
    array([ 2.,  1., inf])
    """
    counts = label_counts(targets)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(counts > 0, counts.max(initial=0) / counts, np.inf)

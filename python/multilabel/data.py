# SPDX-License-Identifier: Apache-2.0
"""Data sets of images and labels: read a table, look for what is wrong with it, load batches on threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._core import ArgumentError
from ._core import data as _core
from ._core.data import CacheStatistics, Inspection
from ._loader import DataLoader
from ._samplers import (
    ClassAwareSampler,
    DistributedSampler,
    RepeatFactorSampler,
    SequentialSampler,
    ShuffledSampler,
)
from .splits import KFold, RepeatedKFold, ShuffleSplit, train_test_split

if TYPE_CHECKING:
    from .encoding import Vocabulary

__all__ = [
    "CacheStatistics",
    "ClassAwareSampler",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "Inspection",
    "KFold",
    "RepeatFactorSampler",
    "RepeatedKFold",
    "SequentialSampler",
    "ShuffleSplit",
    "ShuffledSampler",
    "inspect",
    "read_csv",
    "read_image",
    "train_test_split",
]


def _member(enum: Any, name: str, value: str) -> Any:
    if value in enum.__members__:
        return enum.__members__[value]
    known = ", ".join(repr(key) for key in enum.__members__)
    raise ArgumentError(f"data: {name} must be one of {known}; got {value!r}")


def _label_names(labels: Any) -> list[str]:
    """Return the names that a binarizer, a vocabulary or a list stands for, in the order of the columns."""
    for attribute in ("classes_", "labels"):
        names = getattr(labels, attribute, None)
        if names is not None and not callable(names):
            return [str(name) for name in names]
    if isinstance(labels, str) or not hasattr(labels, "__iter__"):
        raise ArgumentError(
            f"data: labels must be a fitted MultiLabelBinarizer, a Vocabulary or a list of names; got {labels!r}"
        )
    return [str(name) for name in labels]


class Dataset:
    """An ordered list of images with their labels; cheap to copy, cut and join.

    Parameters
    ----------
    images : sequence of paths, bytes or arrays
        Image files, opened only when they are loaded; or in memory, as the bytes of a file or uint8 [height, width, 3].
    labels : sequence of sequences of str
        The labels of each image.
    columns : dict of str to sequence of str, optional
        Further columns, one cell an image, such as a split.

    Examples
    --------
    >>> from multilabel.data import Dataset
    >>> data = Dataset(["a.png", "b.png"], [["cat", "dog"], []], columns={"split": ["train", "val"]})
    >>> train, validation = data.split_by("split", ["train", "val"])
    >>> train.labels, len(validation)
    ([['cat', 'dog']], 1)
    """

    def __init__(
        self,
        images: Sequence[str | os.PathLike | bytes | np.ndarray],
        labels: Sequence[Sequence[str]],
        *,
        columns: dict[str, Sequence[str]] | None = None,
    ):
        self._dataset = _core.Dataset(
            list(images),
            [list(row) for row in labels],
            {name: list(cells) for name, cells in (columns or {}).items()},
        )

    @classmethod
    def _of(cls, dataset: Any) -> Dataset:
        made = cls.__new__(cls)
        made._dataset = dataset
        return made

    @property
    def images(self) -> list[str]:
        """The image files, in order; those in memory are called ``sample 0`` and so on."""
        return self._dataset.images()

    @property
    def labels(self) -> list[list[str]]:
        """The labels of each image, in order: what a binarizer fits and transforms."""
        return self._dataset.labels()

    @property
    def columns(self) -> list[str]:
        """The names of the further columns, sorted."""
        return self._dataset.columns()

    def column(self, name: str) -> list[str]:
        """Return the cells of a further column, in the order of the images."""
        return self._dataset.column(name)

    @property
    def vocabulary(self) -> Vocabulary:
        """Every label that occurs, sorted."""
        from .encoding import Vocabulary

        return Vocabulary(self._dataset.label_names())

    def targets(self, labels: Any) -> np.ndarray:
        """Return float32 [samples, labels]: 1 where the image has the label, 0 where not, NaN where unknown.

        Parameters
        ----------
        labels : MultiLabelBinarizer, Vocabulary or list of str
            The columns.

        Raises
        ------
        LabelError
            For a label that is not among them; names the image and the nearest known label.
        """
        return self._dataset.targets(_label_names(labels))

    def split_by(self, column: str, values: Sequence[str]) -> list[Dataset]:
        """Return one data set for each of `values`: the images whose cell in `column` is that value.

        Raises
        ------
        ArgumentError
            For a column or a value that does not occur; names those that do.
        """
        return [Dataset._of(part) for part in self._dataset.split_by(column, list(values))]

    def filter(self, keep: Callable[[str, list[str]], bool]) -> Dataset:
        """Return the images for which ``keep(image, labels)`` is true."""
        kept = [
            i for i, (image, labels) in enumerate(zip(self.images, self.labels, strict=True)) if keep(image, labels)
        ]
        return Dataset._of(self._dataset.select(kept))

    def concat(self, other: Dataset) -> Dataset:
        """Return this one's images, then the other's, with the columns that both have."""
        return Dataset._of(self._dataset.concat(other._dataset))

    __add__ = concat

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, key: int | slice | Sequence[int] | np.ndarray) -> Any:
        """Return (image, labels) for a number, a `Dataset` for a slice, positions or a boolean mask."""
        if isinstance(key, slice):
            return Dataset._of(self._dataset.select(list(range(*key.indices(len(self))))))
        positions = np.asarray(key)
        if positions.dtype == bool:
            if positions.shape != (len(self),):
                raise IndexError(f"Dataset: a mask must have {len(self)} cells; got shape {positions.shape}")
            positions = np.flatnonzero(positions)
        if positions.size and not np.issubdtype(positions.dtype, np.integer):
            raise TypeError(f"Dataset: positions must be integers; got {positions.dtype}")
        outside = (positions < -len(self)) | (positions >= len(self))
        if np.any(outside):
            raise IndexError(f"Dataset: positions must be below {len(self)}; got {positions[outside].flat[0]}")
        positions = np.where(positions < 0, positions + len(self), positions)
        if positions.ndim == 0:
            one = self._dataset.select([int(positions)])
            return one.image(0), one.labels()[0]
        return Dataset._of(self._dataset.select([int(i) for i in positions]))

    def __repr__(self) -> str:
        return f"Dataset({len(self)} images, {len(self._dataset.label_names())} labels)"


def read_csv(
    path: str | os.PathLike,
    *,
    image: str = "image",
    labels: str = "labels",
    delimiter: str = "|",
    separator: str = ",",
    root: str | os.PathLike | None = None,
    empty: Literal["none", "unknown", "error"] = "none",
    unnamed: Literal["absent", "unknown"] = "absent",
    unknown_mark: str = "",
) -> Dataset:
    """Read a table with one row an image (RFC 4180: quotes, CRLF and a byte-order mark are understood).

    Parameters
    ----------
    path : path
        The table, in UTF-8. Its first row names the columns.
    image, labels : str
        The columns with the image file and with its labels. All others stay with the data set.
    delimiter : str
        Between labels, one character. Blanks around a label and empty labels are dropped.
    separator : str
        Between cells, one character.
    root : path, optional
        Where relative image files start; by default the table's own folder.
    empty : {"none", "unknown", "error"}
        What an empty label cell means: an image without labels, one that nobody labelled, or a mistake.
    unnamed : {"absent", "unknown"}
        What it means that a row does not name a label.
    unknown_mark : str
        A label that begins with this is unknown: ``"?dog"`` for ``"?"``.

    Raises
    ------
    DataError
        For a file that cannot be read, a missing column, a ragged row, an empty image cell; ``path`` and ``row`` say
        where.

    Examples
    --------
    >>> import multilabel as ml
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv", image="image", labels="labels", delimiter="|")
    >>> len(data)
    3456
    """
    for name, value in (("delimiter", delimiter), ("separator", separator)):
        if len(value.encode()) != 1:
            raise ArgumentError(f"data.read_csv: {name} must be one character of ASCII; got {value!r}")
    return Dataset._of(
        _core.read_csv(
            os.fspath(path),
            image=image,
            labels=labels,
            delimiter=delimiter,
            separator=separator,
            root=None if root is None else os.fspath(root),
            empty=_member(_core.EmptyLabels, "empty", empty),
            unnamed=_member(_core.Unnamed, "unnamed", unnamed),
            unknown_mark=unknown_mark,
        )
    )


def read_image(path: str | os.PathLike, *, max_pixels: int = 100_000_000) -> np.ndarray:
    """Read an image as uint8 [height, width, 3] in RGB order, upright.

    Grey becomes RGB, transparency is laid on white, 16 bits become 8; the orientation that a camera stored is applied.

    Raises
    ------
    DataError
        For a file that is missing, empty, cut short, not an image, or larger than `max_pixels`; ``path`` names it.
    """
    return _core.read_image(os.fspath(path), max_pixels=max_pixels)


def inspect(
    dataset: Dataset,
    *,
    files: Literal["none", "bytes", "pixels"] = "bytes",
    split: str = "split",
    rare_below: int = 10,
    threads: int = 0,
) -> Inspection:
    """Look for what silently spoils an experiment; ``print(inspect(data))`` shows the findings.

    Parameters
    ----------
    dataset : Dataset
        All splits together, so that duplicates across them are found.
    files : {"none", "bytes", "pixels"}
        How far to look into the files: not at all; whether they are complete images and whether two are equal; or
        decode each as well.
    split : str
        Column with the split, if there is one.
    rare_below : int
        A label with fewer images than this is reported as rare.
    threads : int
        0 for all.
    """
    return _core.inspect(
        dataset._dataset,
        files=_member(_core.FileCheck, "files", files),
        split=split,
        rare_below=rare_below,
        threads=threads,
    )

# SPDX-License-Identifier: Apache-2.0
"""A list of images with their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import data as _core
from multilabel._label_arrays import label_names as _label_names

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from multilabel.encoding import Vocabulary


def _rows_of_lists(name: str, rows: Any) -> list[Any]:
    rows = list(rows)
    for i, row in enumerate(rows):
        if isinstance(row, str):
            raise ArgumentError(
                f"data.Dataset: {name} must be a list of labels for each image; got {row!r} for image {i}. Write [{row!r}]."
            )
    return rows


def _names_by_image(name: str, rows: Any) -> list[list[str]]:
    return [list(row) for row in _rows_of_lists(name, rows)]


def _is_frame(table: Any) -> bool:
    return hasattr(table, "columns") and hasattr(table, "index") and hasattr(table, "iloc")


def _in_order_of(images: Any, name: str, table: Any) -> Any:
    """Return the rows of a data frame or series in the order of those of `images`, if both have names for them."""
    ours: Any = getattr(images, "index", None)
    theirs: Any = getattr(table, "index", None)
    if not hasattr(ours, "equals") or not hasattr(theirs, "equals") or ours.equals(theirs):
        return table
    if not theirs.is_unique or len(ours) != len(theirs) or not ours.isin(theirs).all():
        raise ArgumentError(
            f"data.Dataset: {name} must have the row names of images; got {list(theirs[:3])} beside {list(ours[:3])}. "
            "Give .to_numpy() of both if only the order counts."
        )
    return table.loc[ours]


def _label_rows(labels: Any) -> list[Any]:
    """Return one entry an image; the rows of a data frame with a column a label are dictionaries."""
    if not _is_frame(labels):
        return _rows_of_lists("labels", labels)
    names = list(labels.columns)
    known = labels.astype(object).where(labels.notna(), None)
    return [dict(zip(names, row)) for row in known.to_numpy()]


def _cells(column: Any) -> list[str]:
    return [cell if isinstance(cell, str) else str(cell) for cell in column]


class Dataset:
    """An ordered list of images with their labels; cheap to copy, cut and join.

    Parameters
    ----------
    images : sequence of paths, bytes, Pillow images or arrays
        Image files, opened only when they are loaded; or in memory, as the bytes of a file, a Pillow image or uint8
        [height, width, 3].
    labels : sequence of sequences of str, of dict or of rows; or data frame
        The labels of each image; or ``{"cat": 1, "dog": 0, "cow": None}``, None for unknown; or a row of such cells, one for
        each label of `vocabulary`. A data frame has a column a label; its rows are brought into the order of those of
        `images`, if that is a series.
    columns : dict of str to sequence, or data frame, optional
        Further columns, one cell an image, such as a split.
    unknown : sequence of sequences of str, optional
        The labels of each image that nobody looked for: their cells are NaN in the targets.
    boxes : sequence of arrays [objects, 4], optional
        Left, top, right and bottom of the objects in each image, in pixels; with `box_labels`.
    box_labels : sequence of sequences of str, optional
        The label of each box.
    vocabulary : Vocabulary or list of str, optional
        The labels there are, in this order, for the data set and its parts; by default those that occur, sorted.

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
        images: Sequence[Any],
        labels: Any,
        *,
        columns: Mapping[str, Sequence[Any]] | Any = None,
        unknown: Sequence[Sequence[str]] | None = None,
        boxes: Sequence[ArrayLike] | None = None,
        box_labels: Sequence[Sequence[str]] | None = None,
        vocabulary: Any = None,
    ):
        if vocabulary is None and _is_frame(labels):
            vocabulary = list(labels.columns)
        names = None if vocabulary is None else _label_names(vocabulary)
        further = {} if columns is None else _in_order_of(images, "columns", columns)
        self._dataset = _core.Dataset(
            list(images),
            _label_rows(_in_order_of(images, "labels", labels)),
            {str(name): _cells(_in_order_of(images, "columns", cells)) for name, cells in further.items()},
            names or [],
        )
        if not (unknown is None and boxes is None and box_labels is None and vocabulary is None):
            self._dataset = _core.annotate(
                self._dataset,
                _names_by_image("unknown", unknown or []),
                [
                    np.asarray(edges, dtype=np.float64).reshape(-1, 4).tolist()
                    for edges in ([] if boxes is None else boxes)
                ],
                _names_by_image("box_labels", box_labels or []),
                names,
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
    def unknown(self) -> list[list[str]]:
        """The labels of each image that are unknown."""
        return _core.unknown(self._dataset)

    @property
    def absent(self) -> list[list[str]]:
        """The labels that each image is known not to show, as far as that differs from not being named."""
        return _core.absent(self._dataset)

    @property
    def passed_over(self) -> list[tuple[str, str]]:
        """What a reader left out, as (file, reason): bad entries with ``on_bad="skip"``, files that are no images."""
        return _core.passed_over(self._dataset)

    @property
    def boxes(self) -> list[np.ndarray]:
        """The boxes of each image, float64 [objects, 4]: left, top, right and bottom in pixels, the first pixel 0 to 1."""
        return _core.boxes(self._dataset)

    @property
    def box_labels(self) -> list[list[str]]:
        """The label of each box of each image."""
        return _core.box_labels(self._dataset)

    @property
    def columns(self) -> list[str]:
        """The names of the further columns, sorted."""
        return self._dataset.columns()

    def column(self, name: str) -> list[str]:
        """Return the cells of a further column, in the order of the images."""
        return self._dataset.column(name)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that the data set was given, or else every label that occurs, sorted."""
        from multilabel.encoding import Vocabulary

        return Vocabulary(self._dataset.label_names())

    def targets(self, labels: Any = None) -> np.ndarray:
        """Return float32 [samples, labels]: 1 where the image has the label, 0 where not, NaN where unknown, or a soft target.

        Parameters
        ----------
        labels : MultiLabelBinarizer, Vocabulary or list of str, optional
            The columns; by default `vocabulary`.

        Raises
        ------
        LabelError
            For a label that is not among them; names the image and the nearest known label.
        """
        return self._dataset.targets(self._dataset.label_names() if labels is None else _label_names(labels))

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

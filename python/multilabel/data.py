# SPDX-License-Identifier: Apache-2.0
"""Data sets of images and labels: read a table, look for what is wrong with it, load batches on threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._choices import member as _member
from ._core import ArgumentError
from ._core import data as _core
from ._core.data import CacheStatistics, Inspection
from ._loader import DataLoader
from ._readers import (
    ShardSampler,
    ShardStream,
    read_coco,
    read_csv,
    read_folder,
    read_jsonl,
    read_sample,
    read_shards,
    read_voc,
)
from ._samplers import (
    ClassAwareSampler,
    DistributedSampler,
    RepeatFactorSampler,
    SequentialSampler,
    ShuffledSampler,
)
from .splits import KFold, RepeatedKFold, ShuffleSplit, train_test_split

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

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
    "ShardSampler",
    "ShardStream",
    "ShuffleSplit",
    "ShuffledSampler",
    "inspect",
    "read_coco",
    "read_csv",
    "read_folder",
    "read_image",
    "read_jsonl",
    "read_sample",
    "read_shards",
    "read_voc",
    "train_test_split",
]


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


def _names_by_image(name: str, rows: Any) -> list[list[str]]:
    for i, row in enumerate(rows):
        if isinstance(row, str):
            raise ArgumentError(
                f"data.Dataset: {name} must be a list of labels for each image; got {row!r} for image {i}. Write [{row!r}]."
            )
    return [list(row) for row in rows]


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
        images: Sequence[str | os.PathLike | bytes | np.ndarray],
        labels: Sequence[Sequence[str]],
        *,
        columns: dict[str, Sequence[str]] | None = None,
        unknown: Sequence[Sequence[str]] | None = None,
        boxes: Sequence[ArrayLike] | None = None,
        box_labels: Sequence[Sequence[str]] | None = None,
        vocabulary: Any = None,
    ):
        self._dataset = _core.Dataset(
            list(images),
            _names_by_image("labels", labels),
            {name: list(cells) for name, cells in (columns or {}).items()},
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
                None if vocabulary is None else _label_names(vocabulary),
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
        from .encoding import Vocabulary

        return Vocabulary(self._dataset.label_names())

    def targets(self, labels: Any = None) -> np.ndarray:
        """Return float32 [samples, labels]: 1 where the image has the label, 0 where not, NaN where unknown.

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


def read_image(
    path: str | os.PathLike,
    *,
    max_pixels: int = 100_000_000,
    shrinks_to: tuple[int, int] | None = None,
    damage: Literal["refuse", "keep"] = "refuse",
    background: Sequence[int] = (255, 255, 255),
) -> np.ndarray:
    """Read an image as uint8 [height, width, 3] in RGB order, upright.

    Grey and the inks of print become RGB, transparency is laid on `background`, 16 bits become 8; the orientation that
    a camera stored is applied.

    Parameters
    ----------
    path : path-like
    max_pixels : int
        A larger image is refused before it is decoded.
    shrinks_to : (int, int), optional
        Height and width that the whole image will be shrunk to afterwards, as ``Compose.shrinks_to`` says: a JPEG may
        then be decoded at a half, a quarter or an eighth of its size, as long as 1.25 times this remains.
    damage : {"refuse", "keep"}
        What becomes of a JPEG whose data is damaged though its end is there.
    background : three ints
        RGB, 0 to 255, what shows through where an image is transparent.

    Raises
    ------
    DataError
        For a file that is missing, empty, cut short, damaged, not an image, or larger than `max_pixels`; ``path`` names
        it.

    Examples
    --------
    >>> from multilabel.data import read_image
    >>> image = read_image("examples/data/openclipart/images/0003.jpg")
    >>> image.dtype, image.shape
    (dtype('uint8'), (128, 128, 3))
    >>> read_image("no.jpg")
    Traceback (most recent call last):
        ...
    multilabel.DataError: data::read_image: path must be an image file; got a path that does not exist ('no.jpg')
    """
    if damage not in ("refuse", "keep"):
        raise ArgumentError(f"data.read_image: damage must be 'refuse' or 'keep'; got {damage!r}")
    color = tuple(int(value) for value in background)
    if len(color) != 3 or not all(0 <= value <= 255 for value in color):
        raise ArgumentError(f"data.read_image: background must be three numbers from 0 to 255; got {background!r}")
    return _core.read_image(os.fspath(path), max_pixels, shrinks_to or (0, 0), damage == "keep", color)


def inspect(
    dataset: Dataset,
    *,
    files: Literal["none", "bytes", "pixels"] = "pixels",
    split: str = "split",
    rare_below: int = 10,
    threads: int = 0,
    near_bits: int = 4,
    near_difference: float = 4.0,
) -> Inspection:
    """Look for what silently spoils an experiment; ``print(inspect(data))`` shows it, ``.to_dict()`` is for programs.

    Parameters
    ----------
    dataset : Dataset
        All splits together, so that duplicates across them are found.
    files : {"none", "bytes", "pixels"}
        How far to look into the files: not at all; whether they are complete images and whether two are equal; or
        decode each as well and find those that look the same.
    split : str
        Column with the split, if there is one.
    rare_below : int
        A label with fewer images than this is reported as rare.
    threads : int
        0 for all.
    near_bits, near_difference : int, float
        Pictures look the same whose 64-bit hashes differ in at most this many bits, and whose thumbnails of 8 x 8 pixels
        differ by at most this many grey levels of 255 on average.

    Examples
    --------
    >>> from multilabel.data import Dataset, inspect
    >>> data = Dataset(["a.png", "b.png", "c.png"], [["cat"], ["cat"], ["dog"]], columns={"split": ["train", "val", "train"]})
    >>> found = inspect(data, files="none", rare_below=2)
    >>> found.rare, found.missing
    (['dog'], [('dog', 'val')])
    """
    return _core.inspect(
        dataset._dataset,
        files=_member("data", _core.FileCheck, "files", files),
        split=split,
        rare_below=rare_below,
        threads=threads,
        near_bits=near_bits,
        near_difference=near_difference,
    )

# SPDX-License-Identifier: Apache-2.0
"""Readers of tar shards and the sampler that reads them in order; public in ``multilabel.data``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import data as _core

from ._dataset import Dataset
from ._readers import (
    Codes,
    EmptyLabels,
    OnBad,
    Probabilities,
    Unnamed,
    _character,
    _empty,
    _list,
    _meaning,
    _unnamed,
)
from ._samplers import _Sampler, _seed


def _shards(shards: str | os.PathLike | Sequence[str | os.PathLike]) -> list[str]:
    if isinstance(shards, str | os.PathLike):
        return [os.fspath(shards)]
    return [os.fspath(shard) for shard in shards]


def _shard_options(
    image: str | None,
    labels: str,
    field: str,
    boxes: str,
    delimiter: str,
    empty: EmptyLabels,
    unnamed: Unnamed,
    label_columns: Sequence[str] | None,
    meaning: Any,
    on_bad: OnBad,
) -> Any:
    return _core.ReadShardsOptions(
        image=image or "",
        labels=labels,
        field=field,
        boxes=boxes,
        delimiter=_character("read_shards", "delimiter", delimiter),
        empty=_empty(empty),
        unnamed=_unnamed(unnamed),
        label_columns=_list(label_columns),
        meaning=meaning,
        on_bad=on_bad,
    )


def read_shards(
    shards: str | os.PathLike | Sequence[str | os.PathLike],
    *,
    image: str | None = None,
    labels: str = "json",
    field: str = "labels",
    boxes: str = "boxes",
    delimiter: str = "|",
    names: Sequence[str] | None = None,
    empty: EmptyLabels = "none",
    unnamed: Unnamed = "absent",
    label_columns: Sequence[str] | None = None,
    codes: Codes | None = None,
    label_codes: Mapping[str, Codes] | None = None,
    probabilities: Probabilities = "refuse",
    no_label: str = "",
    on_bad: OnBad = "raise",
) -> Dataset:
    """Read WebDataset's tar archives as a data set.

    One pass over the shards reads the labels and notes where each image lies; a loader then takes the images in any order,
    without unpacking and without holding a shard in memory. Use `ShardSampler` where the disk is slow at jumping.

    Parameters
    ----------
    shards : path or list of paths
        ``"train-{000..146}.tar"`` stands for a range. They must not be compressed; `ShardStream` reads those that are.
    image : str, optional
        Ending of the image, such as ``"seg.png"``; by default jpg, jpeg, jfif, png, webp, gif, bmp, tif or ppm and the like.
    labels : str
        Ending of the labels: ``"json"`` for a JSON object; any other, such as ``"txt"`` or ``"cls"``, is text like
        ``cat|dog`` or ``3``.
    field, boxes : str
        Keys of the labels and boxes in the JSON, which look as in `read_jsonl`.
    delimiter : str
        Between labels in text, one character.
    names : list of str, optional
        The label that each number stands for; they are then the vocabulary.
    empty : {"none", "unknown", "error", "drop"}
        What a sample without labels is.
    unnamed : {"absent", "unknown"}
        What it means that a sample does not name a label.
    label_columns : list of str, optional
        Where the labels in the JSON are a row of cells, ``[1, 0, null]``: what its columns are; they are then the vocabulary.
    codes, label_codes, probabilities, no_label
        As in `read_csv`.
    on_bad : {"raise", "skip"}
        What to do with a sample that is wrong: an error, or leave it out. ``data.passed_over`` lists those, and the members
        without an ending.

    Returns
    -------
    Dataset
        The columns "id" and "shard" have the name of each sample and of its file.

    Raises
    ------
    DataError
        Names the shard and the sample at fault: no archive, one cut short, a sample without an image or with two,
        shards in which no sample has labels though there is more in them than images.

    Examples
    --------
    >>> import io, pathlib, tarfile, tempfile
    >>> import multilabel as ml
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "train-000.tar"
    >>> picture = pathlib.Path("examples/data/openclipart/images/0003.jpg").read_bytes()
    >>> with tarfile.open(path, "w") as shard:
    ...     for name, content in {"a.jpg": picture, "a.txt": b"cat|dog", "b.jpg": picture, "b.txt": b"dog"}.items():
    ...         entry = tarfile.TarInfo(name)
    ...         entry.size = len(content)
    ...         shard.addfile(entry, io.BytesIO(content))
    >>> data = ml.data.read_shards(path, labels="txt")
    >>> data.labels, data.column("id"), ml.data.read_sample(data, 1).shape
    ([['cat', 'dog'], ['dog']], ['a', 'b'], (128, 128, 3))
    """
    meaning = _meaning("read_shards", codes, label_codes, probabilities, names, no_label)
    options = _shard_options(image, labels, field, boxes, delimiter, empty, unnamed, label_columns, meaning, on_bad)
    return Dataset._of(_core.read_shards(_shards(shards), options))


class ShardStream:
    """Samples of tar shards as they come, through a shuffle buffer.

    For shards that are compressed, come out of a pipe, or are too many to be looked through first; otherwise `read_shards`
    is the better choice, because a loader takes it. Iterating yields ``(name, image, labels)`` with the shard and the file
    in it as the name, and the image as uint8 [height, width, 3]; each iteration is the next epoch.

    Parameters
    ----------
    shards, image, labels, field, boxes, delimiter, names, empty, unnamed, codes, label_codes, no_label, on_bad
        As in `read_shards`, and so are `label_columns` and `probabilities`; compression by gzip, bzip2, xz, zstd and lz4 is
        undone on the way.
    buffer : int
        Samples that wait in memory to be drawn, still encoded; 1 keeps the order of the shards. Above 1 the shards are
        shuffled as well.
    seed : int
        The order is a function of the seed and the epoch.

    Attributes
    ----------
    passed_over : list of (str, str)
        What the last epoch left out so far, as (file, reason).

    Examples
    --------
    >>> import io, pathlib, tarfile, tempfile
    >>> import multilabel as ml
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "train-000.tar"
    >>> picture = pathlib.Path("examples/data/openclipart/images/0003.jpg").read_bytes()
    >>> with tarfile.open(path, "w") as shard:
    ...     for name, content in {"a.jpg": picture, "a.txt": b"cat|dog", "b.jpg": picture, "b.txt": b"dog"}.items():
    ...         entry = tarfile.TarInfo(name)
    ...         entry.size = len(content)
    ...         shard.addfile(entry, io.BytesIO(content))
    >>> for name, image, labels in ml.data.ShardStream(path, labels="txt", buffer=1):
    ...     print(pathlib.Path(name).name, image.shape, labels)
    a.jpg (128, 128, 3) ['cat', 'dog']
    b.jpg (128, 128, 3) ['dog']
    """

    def __init__(
        self,
        shards: str | os.PathLike | Sequence[str | os.PathLike],
        *,
        image: str | None = None,
        labels: str = "json",
        field: str = "labels",
        boxes: str = "boxes",
        delimiter: str = "|",
        names: Sequence[str] | None = None,
        empty: EmptyLabels = "none",
        unnamed: Unnamed = "absent",
        buffer: int = 1000,
        seed: int = 0,
        label_columns: Sequence[str] | None = None,
        codes: Codes | None = None,
        label_codes: Mapping[str, Codes] | None = None,
        probabilities: Probabilities = "refuse",
        no_label: str = "",
        on_bad: OnBad = "raise",
    ):
        meaning = _meaning("ShardStream", codes, label_codes, probabilities, names, no_label)
        self._options = _shard_options(
            image, labels, field, boxes, delimiter, empty, unnamed, label_columns, meaning, on_bad
        )
        self.passed_over: list[tuple[str, str]] = []
        self._shards = _shards(shards)
        self._next_epoch = 0
        self.buffer = buffer
        self.seed = seed

    def epoch(self, epoch: int) -> Iterator[tuple[str, np.ndarray, list[str]]]:
        """Yield the samples of a given epoch, counted from 0."""
        stream = _core.ShardStream(self._shards, self._options, buffer=self.buffer, seed=self.seed, epoch=epoch)
        while True:
            try:
                sample = stream.next()
            except StopIteration:
                return
            finally:
                self.passed_over = stream.passed_over()
            yield sample

    def __iter__(self) -> Iterator[tuple[str, np.ndarray, list[str]]]:
        epoch = self._next_epoch
        self._next_epoch += 1
        return self.epoch(epoch)


class ShardSampler(_Sampler):
    """The order in which a loader reads a data set of `read_shards` as a stream.

    The shards are shuffled, each is read from its beginning to its end, and a buffer mixes what comes. The order is that in
    which a `ShardStream` with the same buffer and seed gives the samples.

    Parameters
    ----------
    dataset : Dataset
        From `read_shards`.
    buffer : int
        Samples that wait to be drawn; 1 keeps everything in the order of the shards.
    seed : int

    Examples
    --------
    >>> import io, pathlib, tarfile, tempfile
    >>> import multilabel as ml
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "train-000.tar"
    >>> picture = pathlib.Path("examples/data/openclipart/images/0003.jpg").read_bytes()
    >>> with tarfile.open(path, "w") as shard:
    ...     for name, content in {"a.jpg": picture, "a.txt": b"cat|dog", "b.jpg": picture, "b.txt": b"dog"}.items():
    ...         entry = tarfile.TarInfo(name)
    ...         entry.size = len(content)
    ...         shard.addfile(entry, io.BytesIO(content))
    >>> ml.data.ShardSampler(ml.data.read_shards(path, labels="txt"), buffer=1).order(epoch=0)
    array([0, 1])
    """

    def __init__(self, dataset: Dataset, *, buffer: int = 1000, seed: int = 0):
        if not isinstance(dataset, Dataset) or "shard" not in dataset.columns:
            raise ArgumentError(f"data.ShardSampler: dataset must come from read_shards; got {dataset!r}")
        self._sampler = _core.shard_sampler(dataset._dataset, buffer=buffer, seed=_seed("ShardSampler", seed))

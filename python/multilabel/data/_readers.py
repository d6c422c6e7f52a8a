# SPDX-License-Identifier: Apache-2.0
"""Readers of tables, annotation files and folders; public in ``multilabel.data``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from multilabel._choices import member
from multilabel._core import ArgumentError
from multilabel._core import data as _core
from multilabel._doubts import doubt

from ._dataset import Dataset

EmptyLabels = Literal["none", "unknown", "error", "drop"]
Unnamed = Literal["absent", "unknown"]
Doubtful = Literal["present", "unknown", "absent"]


def _path(path: str | os.PathLike | None) -> str | None:
    return None if path is None else os.fspath(path)


def _character(where: str, name: str, value: str) -> str:
    if len(value.encode()) != 1:
        raise ArgumentError(f"data.{where}: {name} must be one character of ASCII; got {value!r}")
    return value


def _empty(value: str) -> Any:
    return member("data", _core.EmptyLabels, "empty", value)


def _unnamed(value: str) -> Any:
    return member("data", _core.Unnamed, "unnamed", value)


def _list(value: str | Sequence[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(one) for one in value]


def _doubt_delimiter(where: str, dataset: Dataset, delimiter: str) -> Dataset:
    """Warn where no row was cut, and another delimiter would leave fewer labels, or labels are as many as rows."""
    if any(len(row) > 1 for row in dataset[:1000].labels):
        return dataset
    rows = dataset.labels
    found = {label for row in rows for label in row}
    if len(found) < 2 or any(len(row) > 1 for row in rows):
        return dataset
    for other in ",;|/\t":
        pieces = {piece.strip() for label in found for piece in label.split(other)}
        if other != delimiter and len(pieces) < len(found):
            doubt(
                f"data.{where}: delimiter must be what stands between labels; got {delimiter!r}, which no row holds, so that "
                f"there are {len(found)} labels such as {max(found, key=len)!r}. delimiter={other!r} would leave {len(pieces)}."
            )
            return dataset
    if len(found) == len(rows) >= 20:
        doubt(
            f"data.{where}: labels must come again and again; got {len(found)} of them in as many rows, such as "
            f"{rows[0][0]!r}. Look at delimiter={delimiter!r} and at the column with the labels."
        )
    return dataset


def read_csv(
    path: str | os.PathLike,
    *,
    image: str = "image",
    labels: str = "labels",
    delimiter: str = "|",
    separator: str = ",",
    root: str | os.PathLike | None = None,
    empty: EmptyLabels = "none",
    unnamed: Unnamed = "absent",
    unknown_mark: str = "",
    label_columns: str | Sequence[str] | None = None,
    others: Sequence[str] = (),
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
    empty : {"none", "unknown", "error", "drop"}
        What an empty label cell means: an image without labels, one that nobody labelled, a mistake, or one to leave out.
    unnamed : {"absent", "unknown"}
        What it means that a row does not name a label.
    unknown_mark : str
        A label that begins with this is unknown: ``"?dog"`` for ``"?"``.
    label_columns : "*" or list of str, optional
        One column a label, in place of `labels`: 1, true, yes; 0, false, no; nothing, NaN, NA, ? or -1 for unknown. ``"*"``
        stands for every column but `image` and `others`. The vocabulary is these columns, in this order.
    others : list of str
        Columns that ``"*"`` leaves out.

    Raises
    ------
    DataError
        For a file that cannot be read, a missing column, a ragged row, an empty image cell, a cell of a label column that
        means nothing; ``path`` and ``row`` say where.

    Examples
    --------
    >>> import multilabel as ml
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv", image="image", labels="labels", delimiter="|")
    >>> len(data)
    3456
    """
    dataset = Dataset._of(
        _core.read_csv(
            os.fspath(path),
            image=image,
            labels=labels,
            delimiter=_character("read_csv", "delimiter", delimiter),
            separator=_character("read_csv", "separator", separator),
            root=_path(root),
            empty=_empty(empty),
            unnamed=_unnamed(unnamed),
            unknown_mark=unknown_mark,
            label_columns=_list(label_columns),
            others=_list(others),
        )
    )
    return dataset if label_columns else _doubt_delimiter("read_csv", dataset, delimiter)


def read_jsonl(
    path: str | os.PathLike,
    *,
    image: str = "image",
    labels: str = "labels",
    boxes: str = "boxes",
    delimiter: str = "|",
    root: str | os.PathLike | None = None,
    empty: EmptyLabels = "none",
    unnamed: Unnamed = "absent",
) -> Dataset:
    """Read one JSON object a line, one line an image: ``{"image": "a.png", "labels": ["cat", "dog"]}``.

    Parameters
    ----------
    path : path
        Read line by line; blank lines do not count.
    image, labels, boxes : str
        The keys. Labels are ``["cat"]``, ``{"cat": 1, "dog": 0, "cow": null}`` (null: unknown) or ``"cat|dog"``; boxes are
        ``[{"label": "cat", "bbox": [x, y, width, height]}]`` in pixels. Other keys that hold text, a number or a truth
        value are columns.
    delimiter : str
        Between the labels of a text, one character.
    root : path, optional
        Where relative image files start; by default the file's own folder.
    empty : {"none", "unknown", "error", "drop"}
        What it means that the labels are missing, null or an empty list.
    unnamed : {"absent", "unknown"}
        What it means that a line does not name a label.

    Raises
    ------
    DataError
        ``path`` and ``row`` (the line) say where.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from multilabel.data import read_jsonl
    >>> path = pathlib.Path(tempfile.mkdtemp(), "labels.jsonl")
    >>> _ = path.write_text('{"image": "a.png", "labels": ["cat", "dog"], "split": "train"}')
    >>> data = read_jsonl(path)
    >>> data.labels, data.column("split")
    ([['cat', 'dog']], ['train'])
    """
    return Dataset._of(
        _core.read_jsonl(
            os.fspath(path),
            image=image,
            labels=labels,
            boxes=boxes,
            delimiter=_character("read_jsonl", "delimiter", delimiter),
            root=_path(root),
            empty=_empty(empty),
            unnamed=_unnamed(unnamed),
        )
    )


def read_coco(
    path: str | os.PathLike,
    *,
    root: str | os.PathLike | None = None,
    labels: Literal["name", "supercategory"] = "name",
    crowd: Doubtful = "present",
    empty: EmptyLabels = "none",
    unnamed: Unnamed = "absent",
) -> Dataset:
    """Read COCO's ``instances_*.json`` or LVIS's: the labels of an image are the categories of the objects in it.

    The file is parsed as it is read and its polygons are skipped, so that memory holds boxes and names only.

    Parameters
    ----------
    path : path
        The annotations.
    root : path, optional
        Folder of the images; by default that of the annotations.
    labels : {"name", "supercategory"}
        Which name of a category is the label.
    crowd : {"present", "unknown", "absent"}
        What an annotation with ``iscrowd`` counts as; unknown gives way to another object of the label.
    empty : {"none", "unknown", "error", "drop"}
        What an image without annotations is.
    unnamed : {"absent", "unknown"}
        What a category means that is not annotated; ``"unknown"`` for LVIS, whose ``neg_category_ids`` are absent.

    Returns
    -------
    Dataset
        Its vocabulary is that of the categories in their order; the column "id" has COCO's number of each image; boxes
        come with their labels.

    Raises
    ------
    DataError
        Names the file and the entry at fault, such as ``annotations[3].bbox``.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> from multilabel.data import read_coco
    >>> path = pathlib.Path(tempfile.mkdtemp(), "instances.json")
    >>> _ = path.write_text(json.dumps({
    ...     "images": [{"id": 7, "file_name": "a.jpg"}],
    ...     "annotations": [{"image_id": 7, "category_id": 2, "bbox": [10, 20, 30, 40], "iscrowd": 0}],
    ...     "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}))
    >>> data = read_coco(path)
    >>> data.labels, data.boxes[0].tolist(), data.vocabulary.labels
    ([['dog']], [[10.0, 20.0, 40.0, 60.0]], ['cat', 'dog'])
    """
    return Dataset._of(
        _core.read_coco(
            os.fspath(path),
            root=_path(root),
            labels=member("data", _core.CocoLabels, "labels", labels),
            crowd=member("data", _core.Doubtful, "crowd", crowd),
            empty=_empty(empty),
            unnamed=_unnamed(unnamed),
        )
    )


def read_voc(
    path: str | os.PathLike,
    *,
    sets: str | Sequence[str] | None = None,
    difficult: Doubtful = "unknown",
    empty: EmptyLabels = "none",
    first_pixel: int = 1,
    annotations: str = "Annotations",
    images: str = "JPEGImages",
    lists: str = "ImageSets/Main",
) -> Dataset:
    """Read Pascal VOC: a folder such as ``VOCdevkit/VOC2007``, or one that holds the XML files itself.

    Parameters
    ----------
    path : path
        The folder.
    sets : str or list of str, optional
        Lists in `lists`, such as ``["train", "val"]``, each a split; by default every XML file.
    difficult : {"unknown", "present", "absent"}
        What an object marked difficult counts as; VOC's own scoring skips it. Unknown gives way to another object of the
        label.
    empty : {"none", "unknown", "error", "drop"}
        What an image without objects is.
    first_pixel : int
        VOC counts pixels from 1; 0 for tools that count from 0. The boxes of the data set count from 0 and reach to the far
        edge of their last pixel.
    annotations, images, lists : str
        Folders below `path`.

    Returns
    -------
    Dataset
        The columns "id" and, with `sets`, "split" have the name of each image and the list it came from.

    Raises
    ------
    DataError
        Names the file at fault.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from multilabel.data import read_voc
    >>> path = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (path / "a.xml").write_text(
    ...     "<annotation><filename>a.jpg</filename><object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
    ...     "<xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>")
    >>> data = read_voc(path)
    >>> data.labels, data.boxes[0].tolist()
    ([['dog']], [[0.0, 0.0, 30.0, 40.0]])
    """
    return Dataset._of(
        _core.read_voc(
            os.fspath(path),
            sets=_list(sets),
            difficult=member("data", _core.Doubtful, "difficult", difficult),
            empty=_empty(empty),
            first_pixel=first_pixel,
            annotations=annotations,
            images=images,
            lists=lists,
        )
    )


def read_folder(
    path: str | os.PathLike,
    *,
    splits: str | Sequence[str] | None = None,
    labels: Literal["first", "every"] = "first",
    names: Mapping[str, str | Sequence[str]] | None = None,
    label_list: str | os.PathLike | None = None,
    delimiter: str = "|",
    empty: EmptyLabels = "error",
) -> Dataset:
    """Read images from folders whose names are the labels, as ImageNet has them: ``root/cat/1.jpg``.

    Parameters
    ----------
    path : path
        The folder above those of the labels, or above those of the splits.
    splits : str or list of str, optional
        Folders above those of the labels, such as ``["train", "val"]``; their names are the column "split".
    labels : {"first", "every"}
        ``root/dog/beagle/1.jpg`` is a dog, or a dog and a beagle.
    names : dict of str to str or list of str, optional
        Labels of a folder; one not named here or in `label_list` is its own label.
    label_list : path, optional
        A file with more of these, a folder and its labels a line: ``n02084071 dog|animal``; a tab in place of the blank if
        the folder's name has blanks.
    delimiter : str
        Between the labels in `label_list`, one character.
    empty : {"error", "none", "unknown", "drop"}
        What an image is that lies in no folder of a label.

    Raises
    ------
    DataError
        Names the folder, the image or the line of the list at fault.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from multilabel.data import read_folder
    >>> path = pathlib.Path(tempfile.mkdtemp())
    >>> (path / "n02084071").mkdir()
    >>> (path / "n02084071" / "1.jpg").touch()
    >>> read_folder(path, names={"n02084071": ["dog", "animal"]}).labels
    [['dog', 'animal']]
    """
    return Dataset._of(
        _core.read_folder(
            os.fspath(path),
            splits=_list(splits),
            labels=member("data", _core.FolderLabels, "labels", labels),
            names={folder: _list(own) for folder, own in (names or {}).items()},
            label_list=_path(label_list),
            delimiter=_character("read_folder", "delimiter", delimiter),
            empty=_empty(empty),
        )
    )


def read_sample(dataset: Dataset, i: int) -> np.ndarray:
    """Read the image of sample `i` of a data set as uint8 [height, width, 3], wherever it lies (file, shard, memory).

    Raises
    ------
    DataError
        As `read_image`.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.data import Dataset, read_sample
    >>> data = Dataset([np.zeros((2, 3, 3), np.uint8)], [["cat"]])
    >>> read_sample(data, 0).shape
    (2, 3, 3)
    """
    if not -len(dataset) <= i < len(dataset):
        raise IndexError(f"data.read_sample: i must be below {len(dataset)}; got {i}")
    return _core.read_sample(dataset._dataset, i % len(dataset))

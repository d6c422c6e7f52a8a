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
Probabilities = Literal["refuse", "keep", "round"]
OnBad = Literal["raise", "skip"]
Codes = Mapping[str | float, float | None]


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


def _codes(where: str, codes: Codes) -> dict[str, float]:
    """Return each code as text with its target; None, which is JSON's and people's word for unknown, is NaN."""
    found = {}
    for code, target in codes.items():
        number = float("nan") if target is None else target
        if isinstance(number, str) or not (number != number or 0 <= number <= 1):
            raise ArgumentError(
                f"data.{where}: codes must stand for 1, 0, None or a number between; got {code!r}: {target!r}"
            )
        found["" if code is None or code != code else str(code)] = float(number)
    return found


def _meaning(
    where: str,
    codes: Codes | None,
    label_codes: Mapping[str, Codes] | None,
    probabilities: str,
    names: Sequence[str] | None,
    no_label: str,
) -> Any:
    return _core.LabelMeaning(
        _codes(where, codes or {}),
        {label: _codes(where, own) for label, own in (label_codes or {}).items()},
        member("data", _core.Probabilities, "probabilities", probabilities),
        _list(names),
        no_label,
    )


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
    unnamed: Unnamed | None = None,
    unknown_mark: str = "",
    label_columns: str | Sequence[str] | None = None,
    others: Sequence[str] = (),
    suffix: str = "",
    names: Sequence[str] | None = None,
    codes: Codes | None = None,
    label_codes: Mapping[str, Codes] | None = None,
    probabilities: Probabilities = "refuse",
    no_label: str = "",
    confidence: str = "Confidence",
    repeated: Literal["keep", "join"] | None = None,
    skip_rows: int = 0,
    on_bad: OnBad = "raise",
) -> Dataset:
    """Read a table of images (RFC 4180: quotes, CRLF and a byte-order mark are understood).

    Blanks around cells and columns without a name, such as pandas' index, do not count.

    Parameters
    ----------
    path : path
        The table, in UTF-8. Its first row names the columns.
    image, labels : str
        The columns with the image file and with its labels. All others stay with the data set. ``image=""`` is the first
        column without a name.
    delimiter : str
        Between labels, one character. Blanks around a label and empty labels are dropped. A list that is written as text,
        ``"['cat', 'dog']"``, is read as a list.
    separator : str
        Between cells, one character; a blank stands for any number of them.
    root : path, optional
        Where relative image files start; by default the table's own folder.
    empty : {"none", "unknown", "error", "drop"}
        What an empty label cell means: an image without labels, one that nobody labelled, a mistake, or one to leave out.
    unnamed : {"absent", "unknown"}, optional
        What it means that a row does not name a label, or leaves its own column blank; by default absent in a list and
        unknown in a column of its own.
    unknown_mark : str
        A label that begins with this is unknown: ``"?dog"`` for ``"?"``.
    label_columns : "*" or list of str, optional
        One column a label, in place of `labels`: 1, true, yes, y; 0, false, no, n; nothing, NaN, NA, ? or -1 for unknown.
        ``"*"`` stands for every column with a name but `image` and `others`. The vocabulary is these columns, in this order.
        Where all of their cells are 1 or -1, -1 is absent.
    others : list of str
        Columns that ``"*"`` leaves out.
    suffix : str
        What the names of the files lack, such as ``".jpg"``. Without it such files are found by their names alone.
    names : list of str, optional
        The labels that the numbers 0, 1, ... in a list stand for; they are then the vocabulary.
    codes : dict, optional
        The target of each code that a cell may hold: 1 present, 0 absent, None unknown, or a number between for a soft
        label: ``{"-1": 0, "u": None}``. Numbers are compared as numbers, so that ``"-1"`` is ``"-1.0"``, too.
    label_codes : dict of str to dict, optional
        Codes for single labels, which go before `codes`: ``{"Edema": {"-1": 1}}``.
    probabilities : {"refuse", "keep", "round"}
        What to do with a number between 0 and 1: an error, a soft label, or present from 0.5 on.
    no_label : str
        A label that says that the image shows none of the others, such as ``"No Finding"``. It is no label of the data set,
        and beside another one it is an error.
    confidence : str
        Column that says whether the image has the label in the same row: OpenImages' 0 is verified to be absent. Used
        where the table has it; ``""`` for none.
    repeated : {"keep", "join"}, optional
        What several rows of one image are in a table with lists: as many samples, or one with the labels of all, whose further
        columns list the cells that differ, ``"a|b"``. By default joined where there is a `confidence`.
    skip_rows : int
        Rows above the header.
    on_bad : {"raise", "skip"}
        What to do with a row that is wrong: an error, or leave it out; ``data.passed_over`` lists those.

    Raises
    ------
    DataError
        For a file that cannot be read, a missing column, a ragged row, an empty image cell, a cell of a label column that
        means nothing, rows of one image that contradict each other; ``path`` and ``row`` say where.

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
            unnamed=None if unnamed is None else _unnamed(unnamed),
            unknown_mark=unknown_mark,
            label_columns=_list(label_columns),
            others=_list(others),
            suffix=suffix,
            meaning=_meaning("read_csv", codes, label_codes, probabilities, names, no_label),
            confidence=confidence,
            repeated=None if repeated is None else member("data", _core.Repeated, "repeated", repeated),
            skip_rows=skip_rows,
            on_bad=on_bad,
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
    label_columns: Sequence[str] | None = None,
    suffix: str = "",
    names: Sequence[str] | None = None,
    codes: Codes | None = None,
    label_codes: Mapping[str, Codes] | None = None,
    probabilities: Probabilities = "refuse",
    no_label: str = "",
    on_bad: OnBad = "raise",
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
    label_columns : list of str, optional
        Where the labels are a row of cells, ``[1, 0, null]``: what its columns are; they are then the vocabulary.
    suffix, names, codes, label_codes, probabilities, no_label
        As in `read_csv`.
    on_bad : {"raise", "skip"}
        What to do with a line that is wrong: an error, or leave it out; ``data.passed_over`` lists those.

    Raises
    ------
    DataError
        ``path`` and ``row`` (the line) say where; for a key that no line has, too.

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
            label_columns=_list(label_columns),
            suffix=suffix,
            meaning=_meaning("read_jsonl", codes, label_codes, probabilities, names, no_label),
            on_bad=on_bad,
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
    on_bad: OnBad = "raise",
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
        What an image without annotations is; ``"unknown"`` for a file that has no list of them.
    unnamed : {"absent", "unknown"}
        What a category means that is not annotated; ``"unknown"`` for LVIS, whose ``neg_category_ids`` are absent.
    on_bad : {"raise", "skip"}
        What to do with an image or an annotation that is wrong: an error, or leave it out; ``data.passed_over`` lists those.

    Returns
    -------
    Dataset
        Its vocabulary is that of the categories in their order, without a root that no annotation has, as Roboflow writes
        one; the column "id" has COCO's id of each image, a number or text; boxes come with their labels.

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
            on_bad=on_bad,
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
    on_bad: OnBad = "raise",
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
        Folders below `path`. An image is found by its name without ending where that of the XML file is wrong or has none.
    on_bad : {"raise", "skip"}
        What to do with a file that is wrong: an error, or leave it out; ``data.passed_over`` lists those.

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
            on_bad=on_bad,
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
    on_bad: OnBad = "raise",
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
    on_bad : {"raise", "skip"}
        What to do with an image whose labels cannot be told: an error, or leave it out. ``data.passed_over`` lists those, and
        the files without the ending of an image.

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
            on_bad=on_bad,
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

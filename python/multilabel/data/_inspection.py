# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a data set, before anything is trained on it."""

from __future__ import annotations

from typing import Literal

from multilabel._choices import member as _member
from multilabel._core import data as _core
from multilabel._core.data import Inspection

from ._dataset import Dataset


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

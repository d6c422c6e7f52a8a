# SPDX-License-Identifier: Apache-2.0
"""An image file as an array, upright and in RGB."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import data as _core


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

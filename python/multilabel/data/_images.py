# SPDX-License-Identifier: Apache-2.0
"""A picture, wherever it lies, as an array, upright and in RGB."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import data as _core

WHITE = (255, 255, 255)


def read_image(
    image: Any,
    *,
    max_pixels: int = 100_000_000,
    shrinks_to: tuple[int, int] | None = None,
    damage: Literal["refuse", "keep"] = "refuse",
    background: Sequence[int] = WHITE,
) -> np.ndarray:
    """Read an image as uint8 [height, width, 3] in RGB order, upright.

    Grey and the inks of print become RGB, transparency is laid on `background`, 16 bits become 8; the orientation that
    a camera stored is applied. Of an animation it is the first picture.

    Parameters
    ----------
    image : path, bytes or PIL.Image.Image
        A file, its bytes, or what Pillow made of it; all give the same pixels.
    max_pixels : int
        A larger image is refused before it is decoded.
    shrinks_to : (int, int), optional
        Height and width that the whole image will be shrunk to afterwards, as ``Compose.shrinks_to`` says: a JPEG may
        then be decoded at a half, a quarter or an eighth of its size, as long as 1.25 times this remains.
    damage : {"refuse", "keep"}
        What becomes of a JPEG whose data is damaged, or whose end is missing.
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
    options = (max_pixels, shrinks_to or (0, 0), damage == "keep", color)
    if isinstance(image, (str, os.PathLike)):
        return _core.read_image(os.fspath(image), *options)
    if _core.is_encoded(image):
        return _core.decode_image(image, "", *options)
    if _is_pillow(image):
        return pixels_of(image, color)
    raise ArgumentError(f"data.read_image: image must be a path, bytes or a Pillow image; got {type(image).__name__}")


def in_memory(image: Any) -> bool:
    """Return whether it is the bytes of a file or a Pillow image, which `read_image` reads."""
    return _core.is_encoded(image) or _is_pillow(image)


def _is_pillow(image: Any) -> bool:
    return hasattr(image, "getbands") and hasattr(image, "convert")


def pixels_of(image: Any, background: Sequence[int] = WHITE) -> Any:
    """Return a Pillow image of any mode as `read_image` gives its file; anything else as it is."""
    if not _is_pillow(image):
        return image
    from PIL import ImageOps

    image.load()  # a TIFF is turned by this already, which takes its orientation away
    image = ImageOps.exif_transpose(image)
    if image.mode == "F" or image.mode.startswith("I"):
        return np.stack([_eight_bits(np.asarray(image))] * 3, axis=-1)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        # Pillow leaves La only by way of LA.
        rgba = np.asarray((image.convert("LA") if image.mode == "La" else image).convert("RGBA"), dtype=np.int32)
        alpha = rgba[..., 3:]
        return ((rgba[..., :3] * alpha + np.array(background) * (255 - alpha) + 127) // 255).astype(np.uint8)
    return np.asarray(image.convert("RGB"))


def _eight_bits(grey: np.ndarray) -> np.ndarray:
    """Return 16 bits, in whatever type, or a float from 0 to 1 as 8 bits."""
    floats = np.issubdtype(grey.dtype, np.floating)
    most = 1.0 if floats else 65535
    if not (np.isfinite(grey).all() and grey.min(initial=0) >= 0 and grey.max(initial=0) <= most):
        raise ArgumentError(
            f"data.read_image: pixels of a Pillow image of {'floats' if floats else 'integers'} must be from 0 to {most}; "
            f"got {grey.min()} to {grey.max()}. Say what they mean: bring them to 8 bits first."
        )
    return np.rint(grey * 255.0 if floats else grey / 257.0).astype(np.uint8)

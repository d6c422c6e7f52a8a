# SPDX-License-Identifier: Apache-2.0
"""Flips, turns, resizes and crops: what stays in the frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from multilabel._choices import member as _member
from multilabel._core import ArgumentError
from multilabel._core import augmentation as _core

from ._base import (
    Border,
    Interpolation,
    Limits,
    _choice,
    _color,
    _Operation,
    _pair,
    _symmetric,
)
from ._label_safety import Lost

_Downscale = Literal["image", "image_mask"] | None
_Position = Literal["center", "top_left", "top_right", "bottom_left", "bottom_right", "random"]


def _averages(area_for_downscale: str | None) -> bool:
    """Return whether an image is averaged where it shrinks."""
    if area_for_downscale not in (None, "image", "image_mask"):
        raise ArgumentError(
            f"augmentation: area_for_downscale must be None, 'image' or 'image_mask'; got {area_for_downscale!r}"
        )
    return area_for_downscale is not None


class HorizontalFlip(_Operation):
    """Mirror left to right with probability `p`, 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, HorizontalFlip
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([HorizontalFlip(p=1)])(image=image)["image"][0, :, 0].tolist()
    [192, 128, 64, 0]
    """

    def __init__(self, p: float = 0.5):
        self.p = p
        self._operation = _core.horizontal_flip(p=p)


class VerticalFlip(_Operation):
    """Mirror top to bottom with probability `p`, 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, VerticalFlip
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> Compose([VerticalFlip(p=1)])(image=image)["image"][..., 0].tolist()
    [[6, 7, 8], [3, 4, 5], [0, 1, 2]]
    """

    def __init__(self, p: float = 0.5):
        self.p = p
        self._operation = _core.vertical_flip(p=p)


class Rotate(_Operation):
    """Turn about the middle by an angle drawn from `limit`; the size stays.

    Parameters
    ----------
    limit : float or (float, float)
        Degrees, of any size; a number stands for minus to plus it. A positive angle turns counter-clockwise.
    interpolation : int or str
        By OpenCV's number or by name.
    border_mode : int or str
        What stands beyond the edges: ``"constant"`` is albumentations' default, ``"reflect_101"`` continues the
        picture.
    crop_border : bool
        Cut out the largest rectangle that shows nothing from outside, of a size that depends on the angle.
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Rotate
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> Compose([Rotate(limit=(90, 90), p=1)])(image=image)["image"][..., 0].tolist()
    [[2, 5, 8], [1, 4, 7], [0, 3, 6]]
    >>> Rotate(limit=15)  # a number is a range about 0
    Rotate(limit=(-15.0, 15.0))
    """

    def __init__(
        self,
        limit: Limits = (-90, 90),
        interpolation: Interpolation = "linear",
        border_mode: Border = "constant",
        crop_border: bool = False,
        fill: float | Sequence[float] = 0,
        p: float = 0.5,
    ):
        self.limit = _symmetric("limit", limit)
        self.interpolation = _choice(_core.Interpolation, "interpolation", interpolation).name
        self.border_mode = _choice(_core.Border, "border_mode", border_mode).name
        self.crop_border = crop_border
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.rotate(
            limit=self.limit,
            interpolation=_choice(_core.Interpolation, "interpolation", interpolation),
            border_mode=_choice(_core.Border, "border_mode", border_mode),
            crop_border=crop_border,
            fill=self.fill,
            p=p,
        )


class Resize(_Operation):
    """Scale to exactly `height` x `width`.

    Parameters
    ----------
    height, width : int
        Size of the result in pixels, at least 1.
    interpolation : int or str
        ``"linear"`` is albumentations' default; ``"area"`` averages when it shrinks, which keeps fine structure from
        turning into stripes.
    area_for_downscale : None, "image" or "image_mask"
        Average where the image shrinks, use `interpolation` where it grows. Masks are never averaged.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Resize
    >>> image = np.zeros((4, 8, 3), np.uint8)
    >>> Compose([Resize(height=2, width=3)])(image=image)["image"].shape
    (2, 3, 3)
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: Interpolation = "linear",
        area_for_downscale: _Downscale = None,
        p: float = 1,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        self.height = height
        self.width = width
        self.interpolation = kind.name
        self.area_for_downscale = area_for_downscale
        self.p = p
        self._operation = _core.resize(
            height=height, width=width, interpolation=kind, area_for_downscale=_averages(area_for_downscale), p=p
        )


class _MaxSize(_Operation):
    _make: Callable[..., Any]
    _either = ("max_size", "max_size_hw")

    def __init__(
        self,
        max_size: int | Sequence[int] | None = None,
        max_size_hw: Sequence[int | None] | None = None,
        interpolation: Interpolation = "linear",
        area_for_downscale: _Downscale = None,
        p: float = 1,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        where = f"augmentation.{type(self).__name__}"
        if (max_size is None) == (max_size_hw is None):
            given = "neither" if max_size is None else "both"
            raise ArgumentError(f"{where}: exactly one of max_size and max_size_hw must be given; got {given}")
        height, width = (None, None) if max_size_hw is None else tuple(max_size_hw)
        if max_size is None and height is None and width is None:
            raise ArgumentError(f"{where}: max_size_hw must name a height, a width or both; got {max_size_hw!r}")
        sizes = [] if max_size is None else np.atleast_1d(max_size).tolist()
        self.max_size: int | list[int] | None = max_size if max_size is None else sizes
        if np.isscalar(max_size):
            self.max_size = sizes[0]
        self.max_size_hw = None if max_size_hw is None else (height, width)
        self.interpolation = kind.name
        self.area_for_downscale = area_for_downscale
        self.p = p
        self._operation = type(self)._make(
            max_sizes=sizes,
            max_height=height or 0,
            max_width=width or 0,
            interpolation=kind,
            area_for_downscale=_averages(area_for_downscale),
            p=p,
        )


class LongestMaxSize(_MaxSize):
    """Scale so that the longest side is `max_size`; the shape stays.

    Parameters
    ----------
    max_size : int or sequence of int
        Pixels; one of several is drawn.
    max_size_hw : (int or None, int or None)
        In place of `max_size`: the largest height and width.
    interpolation : int or str
    area_for_downscale : None, "image" or "image_mask"
        Average where the image shrinks.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, LongestMaxSize
    >>> image = np.zeros((4, 8, 3), np.uint8)
    >>> Compose([LongestMaxSize(4)])(image=image)["image"].shape
    (2, 4, 3)
    """

    _make = staticmethod(_core.longest_max_size)


class SmallestMaxSize(_MaxSize):
    """Scale so that the shortest side is `max_size`; the shape stays.

    Parameters
    ----------
    max_size : int or sequence of int
        Pixels; one of several is drawn.
    max_size_hw : (int or None, int or None)
        In place of `max_size`: the smallest height and width.
    interpolation : int or str
    area_for_downscale : None, "image" or "image_mask"
        Average where the image shrinks.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, SmallestMaxSize
    >>> image = np.zeros((4, 8, 3), np.uint8)
    >>> Compose([SmallestMaxSize(2)])(image=image)["image"].shape
    (2, 4, 3)
    """

    _make = staticmethod(_core.smallest_max_size)


class RandomResizedCrop(_Operation):
    """Cut out a piece of random area and shape and scale it to `size`.

    Parameters
    ----------
    size : (int, int)
        Height and width of the result.
    scale : (float, float)
        Share of the area that is kept, above 0, at most 1. The default loses small objects and leaves their labels standing; see
        ``LabelSafeCrop``.
    ratio : (float, float)
        Width over height of the piece, above 0.
    interpolation : int or str
    area_for_downscale : None, "image" or "image_mask"
        Average where the piece shrinks.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, RandomResizedCrop
    >>> image = np.zeros((4, 8, 3), np.uint8)
    >>> Compose([RandomResizedCrop(size=(2, 3), scale=(0.5, 1))])(image=image)["image"].shape
    (2, 3, 3)
    """

    def __init__(
        self,
        size: Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
        interpolation: Interpolation = "linear",
        area_for_downscale: _Downscale = None,
        p: float = 1,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        height, width = (int(side) for side in _pair("size", size))
        self.size = (height, width)
        self.scale = _pair("scale", scale)
        self.ratio = _pair("ratio", ratio)
        self.interpolation = kind.name
        self.area_for_downscale = area_for_downscale
        self.p = p
        self._operation = _core.random_resized_crop(
            height=height,
            width=width,
            scale=self.scale,
            ratio=self.ratio,
            interpolation=kind,
            area_for_downscale=_averages(area_for_downscale),
            p=p,
        )


class LabelSafeCrop(_Operation):
    """Cut out a piece of the image and scale it, so that what the labels name stays in the picture.

    With boxes or masks (see ``Compose``) no label is lost, whatever `min_kept`: pieces are drawn until one will do, and the
    tenth is extended as far as the lost objects reach. Without them, whatever takes up more than 1 - `min_kept` of the area
    cannot vanish.

    Parameters
    ----------
    height, width : int
        Size of the result.
    min_kept : float
        0 to 1: at least this share of the area stays.
    stretch : (float, float)
        Width over height of the piece, relative to the image's own.
    interpolation : int or str
    p : float
        Probability.
    min_visibility : float
        0 to 1: the share of an object of each label that must be seen, all moves so far included.
    lost : {"resample", "drop", "soft", "ignore", "keep"}
        ``"resample"`` loses no label. Anything else: the piece is drawn without a look at the objects, and this becomes of
        the labels that are lost (see ``Guard``).

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, LabelSafeCrop
    >>> crop = Compose([LabelSafeCrop(32, 32, min_kept=0.2)])
    >>> result = crop(image=np.zeros((60, 80, 3), np.uint8), bboxes=[[5, 5, 15, 15]], labels=["cat"], seed=1)
    >>> bool(result["visibility"][0] >= 0.5)
    True
    """

    def __init__(
        self,
        height: int,
        width: int,
        min_kept: float = 0.8,
        stretch: Sequence[float] = (9 / 10, 10 / 9),
        interpolation: Interpolation = "area",
        p: float = 1,
        min_visibility: float = 0.5,
        lost: Lost = "resample",
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        self.height = height
        self.width = width
        self.min_kept = min_kept
        self.stretch = _pair("stretch", stretch)
        self.interpolation = kind.name
        self.p = p
        self.min_visibility = min_visibility
        self.lost = lost
        self._operation = _core.label_safe_crop(
            height=height,
            width=width,
            min_kept=min_kept,
            stretch=self.stretch,
            interpolation=kind,
            p=p,
            min_visibility=min_visibility,
            lost=_member("augmentation.LabelSafeCrop", _core.LostLabel, "lost", lost),
        )


class _Crop(_Operation):
    _make: Callable[..., Any]

    def __init__(
        self,
        height: int,
        width: int,
        pad_if_needed: bool = False,
        pad_position: _Position = "center",
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 1,
    ):
        border = _choice(_core.Border, "border_mode", border_mode)
        position = _choice(_core.PadPosition, "pad_position", pad_position)
        self.height = height
        self.width = width
        self.pad_if_needed = pad_if_needed
        self.pad_position = position.name
        self.border_mode = border.name
        self.fill = _color(fill)
        self.p = p
        self._operation = type(self)._make(
            height=height,
            width=width,
            pad_if_needed=pad_if_needed,
            pad_position=position,
            border_mode=border,
            fill=self.fill,
            p=p,
        )


class CenterCrop(_Crop):
    """Keep `height` x `width` pixels about the middle.

    Parameters
    ----------
    height, width : int
        Size of the result; a smaller image is a ``ShapeError``, unless `pad_if_needed`.
    pad_if_needed : bool
        Frame a smaller image first.
    pad_position : str
        Where it then lies: ``"center"``, ``"top_left"``, ``"top_right"``, ``"bottom_left"``, ``"bottom_right"`` or
        ``"random"``.
    border_mode : int or str
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import CenterCrop, Compose
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> Compose([CenterCrop(1, 3)])(image=image)["image"][..., 0].tolist()
    [[3, 4, 5]]
    >>> Compose([CenterCrop(4, 4)])(image=image)
    Traceback (most recent call last):
        ...
    multilabel.ShapeError: augmentation::CenterCrop: the image must be at least 4 x 4 (height x width); got 3 x 3...
    """

    _make = staticmethod(_core.center_crop)


class RandomCrop(_Crop):
    """Keep `height` x `width` pixels at a place drawn uniformly.

    Parameters
    ----------
    height, width : int
        Size of the result; a smaller image is a ``ShapeError``, unless `pad_if_needed`.
    pad_if_needed : bool
        Frame a smaller image first.
    pad_position : str
        Where it then lies: ``"center"``, ``"top_left"``, ``"top_right"``, ``"bottom_left"``, ``"bottom_right"`` or
        ``"random"``.
    border_mode : int or str
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, RandomCrop
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> crop = Compose([RandomCrop(1, 2)])
    >>> [crop(image=image, seed=seed)["image"][..., 0].tolist() for seed in range(3)]
    [[[0, 1]], [[6, 7]], [[0, 1]]]
    """

    _make = staticmethod(_core.random_crop)


class PadIfNeeded(_Operation):
    """Extend a smaller image to at least `min_height` x `min_width`, or to multiples.

    Parameters
    ----------
    min_height, min_width : int or None
        Smallest size of the result.
    pad_height_divisor, pad_width_divisor : int or None
        In place of `min_height` and `min_width`, which must then be None: the size becomes a multiple.
    position : str
        Where the image lies: ``"center"`` (an odd pixel goes to the bottom or right), ``"top_left"``, ``"top_right"``,
        ``"bottom_left"``, ``"bottom_right"`` or ``"random"``.
    border_mode : int or str
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, PadIfNeeded
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> Compose([PadIfNeeded(4, 4, fill=9)])(image=image)["image"][..., 0].tolist()
    [[0, 1, 2, 9], [3, 4, 5, 9], [6, 7, 8, 9], [9, 9, 9, 9]]
    """

    def __init__(
        self,
        min_height: int | None = 1024,
        min_width: int | None = 1024,
        pad_height_divisor: int | None = None,
        pad_width_divisor: int | None = None,
        position: _Position = "center",
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 1,
    ):
        border = _choice(_core.Border, "border_mode", border_mode)
        place = _choice(_core.PadPosition, "position", position)
        self.min_height = min_height
        self.min_width = min_width
        self.pad_height_divisor = pad_height_divisor
        self.pad_width_divisor = pad_width_divisor
        self.position = place.name
        self.border_mode = border.name
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.pad_if_needed(
            min_height=min_height or 0,
            min_width=min_width or 0,
            pad_height_divisor=pad_height_divisor or 0,
            pad_width_divisor=pad_width_divisor or 0,
            position=place,
            border_mode=border,
            fill=self.fill,
            p=p,
        )

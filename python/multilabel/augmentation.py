# SPDX-License-Identifier: Apache-2.0
"""Augmentation on the CPU with albumentations' names: ``Compose([HorizontalFlip(p=0.5), Rotate(limit=15)])``.

Images are uint8 arrays [height, width, 3] in RGB order. The result of a pipeline depends on the image and on ``seed``,
``epoch`` and ``index`` alone; it is the same in C++, on any number of threads, and neighbouring operations share one
pass over the pixels.
"""

from __future__ import annotations

import inspect as _inspect
import itertools as _itertools
import json as _json
import secrets as _secrets
import sys as _sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path as _Path
from typing import Any, Literal

import numpy as np

from ._audit import Audit, audit
from ._augmentation_base import (
    Border,
    Interpolation,
    Limits,
    _choice,
    _color,
    _Operation,
    _pair,
    _remake,
    _symmetric,
)
from ._choices import member as _member
from ._core import ArgumentError
from ._core import augmentation as _core
from ._core.augmentation import Preprocessing
from ._geometry_operations import Affine, CoarseDropout, Perspective, SafeRotate, ShiftScaleRotate
from ._label_safety import BboxParams, CutMix, Guard, Lost, MixUp, Mosaic, _augment
from ._value_operations import (
    CLAHE,
    ColorJitter,
    Equalize,
    GaussianBlur,
    HueSaturationValue,
    ImageCompression,
    ISONoise,
    MotionBlur,
    Posterize,
    RandomGamma,
    Sharpen,
    Solarize,
    ToGray,
)

__all__ = [
    "Affine",
    "Audit",
    "BboxParams",
    "CLAHE",
    "CenterCrop",
    "CoarseDropout",
    "ColorJitter",
    "Compose",
    "Custom",
    "CutMix",
    "Equalize",
    "GaussNoise",
    "GaussianBlur",
    "Guard",
    "HorizontalFlip",
    "HueSaturationValue",
    "ISONoise",
    "ImageCompression",
    "LabelSafeCrop",
    "LongestMaxSize",
    "MixUp",
    "Mosaic",
    "MotionBlur",
    "NoOp",
    "Normalize",
    "OneOf",
    "PadIfNeeded",
    "Perspective",
    "Posterize",
    "Preprocessing",
    "RandomBrightnessContrast",
    "RandomCrop",
    "RandomGamma",
    "RandomResizedCrop",
    "Resize",
    "Rotate",
    "SafeRotate",
    "Sequential",
    "Sharpen",
    "ShiftScaleRotate",
    "SmallestMaxSize",
    "Solarize",
    "SomeOf",
    "ToGray",
    "ToTensorV2",
    "VerticalFlip",
    "audit",
    "evaluation",
    "from_dict",
    "load",
    "rand_augment",
    "replay",
    "restrained",
    "save",
    "trivial_augment",
]


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


class RandomBrightnessContrast(_Operation):
    """Multiply by 1 + contrast and add brightness, each drawn from its limits; clip to 0 ... 255.

    Parameters
    ----------
    brightness_limit : float or (float, float)
        Share of 255, or of the image's mean if not `brightness_by_max`.
    contrast_limit : float or (float, float)
        At least -1; 0.2 stands for factors from 0.8 to 1.2.
    brightness_by_max : bool
        What `brightness_limit` is a share of.
    ensure_safe_range : bool
        Make a change that would lead beyond 0 ... 255 smaller, in place of clipping.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, RandomBrightnessContrast
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> brighter = RandomBrightnessContrast(brightness_limit=(0.3, 0.3), contrast_limit=0, p=1)
    >>> Compose([brighter])(image=image)["image"][0, :, 0].tolist()  # 0.3 * 255 more, at most 255
    [76, 140, 204, 255]
    """

    def __init__(
        self,
        brightness_limit: Limits = (-0.2, 0.2),
        contrast_limit: Limits = (-0.2, 0.2),
        brightness_by_max: bool = True,
        ensure_safe_range: bool = False,
        p: float = 0.5,
    ):
        self.brightness_limit = _symmetric("brightness_limit", brightness_limit)
        self.contrast_limit = _symmetric("contrast_limit", contrast_limit)
        self.brightness_by_max = brightness_by_max
        self.ensure_safe_range = ensure_safe_range
        self.p = p
        self._operation = _core.random_brightness_contrast(
            brightness_limit=self.brightness_limit,
            contrast_limit=self.contrast_limit,
            brightness_by_max=brightness_by_max,
            ensure_safe_range=ensure_safe_range,
            p=p,
        )


class GaussNoise(_Operation):
    """Add normal noise to every pixel and clip.

    Parameters
    ----------
    std_range : (float, float)
        Deviation as a share of 255, 0 to 1. The default is albumentations' and strong; ``restrained`` uses (0.01, 0.03).
    mean_range : (float, float)
        Mean as a share of 255.
    per_channel : bool
        Whether red, green and blue receive noise of their own.
    noise_scale_factor : float
        Above 0, at most 1: below 1 the noise is drawn for an image of that size and scaled up, so its grain is coarse.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, GaussNoise
    >>> image = np.full((100, 100, 3), 128, np.uint8)
    >>> noisy = Compose([GaussNoise(std_range=(0.02, 0.02), p=1)])(image=image, seed=0)["image"]
    >>> round(float(noisy.std()), 1)  # 0.02 * 255
    5.1
    """

    def __init__(
        self,
        std_range: Sequence[float] = (0.2, 0.44),
        mean_range: Sequence[float] = (0.0, 0.0),
        per_channel: bool = True,
        noise_scale_factor: float = 1,
        p: float = 0.5,
    ):
        self.std_range = _pair("std_range", std_range)
        self.mean_range = _pair("mean_range", mean_range)
        self.per_channel = per_channel
        self.noise_scale_factor = noise_scale_factor
        self.p = p
        self._operation = _core.gauss_noise(
            std_range=self.std_range,
            mean_range=self.mean_range,
            per_channel=per_channel,
            noise_scale_factor=noise_scale_factor,
            p=p,
        )


class Normalize(_Operation):
    """Return (x / max_pixel_value - mean) / std as float32: the last operation of a pipeline.

    Parameters
    ----------
    mean, std : float or three floats
        Of values divided by `max_pixel_value`; `std` above 0. ImageNet's by default.
    max_pixel_value : float
        Above 0.
    normalization : str
        ``"standard"``, or by the image's own values: ``"image"`` (mean and deviation), ``"image_per_channel"``,
        ``"min_max"``, ``"min_max_per_channel"``; then `mean` and `std` are without effect.
    p : float
        1.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, HorizontalFlip, Normalize
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> normal = Compose([Normalize(mean=0.5, std=0.5)])(image=image)["image"]
    >>> normal.dtype.name, [round(value, 2) for value in normal[0, :, 0].tolist()]
    ('float32', [-1.0, -0.5, 0.0, 0.51])
    >>> Compose([Normalize(), HorizontalFlip()])
    Traceback (most recent call last):
        ...
    multilabel.ArgumentError: augmentation::Pipeline: Normalize must be the last operation; got HorizontalFlip after it
    """

    def __init__(
        self,
        mean: float | Sequence[float] = (0.485, 0.456, 0.406),
        std: float | Sequence[float] = (0.229, 0.224, 0.225),
        max_pixel_value: float = 255.0,
        normalization: Literal["standard", "image", "image_per_channel", "min_max", "min_max_per_channel"] = "standard",
        p: float = 1,
    ):
        def three(values: float | Sequence[float]) -> tuple[float, ...]:
            parts = (values,) * 3 if np.isscalar(values) else values
            return tuple(float(value) for value in parts)  # type: ignore[union-attr,arg-type]

        kind = _choice(_core.Normalization, "normalization", normalization)
        self.mean = three(mean)
        self.std = three(std)
        self.max_pixel_value = max_pixel_value
        self.normalization = kind.name
        self.p = p
        if len(self.mean) != 3 or len(self.std) != 3:
            raise ArgumentError(f"augmentation: mean and std must be three numbers each; got {mean!r} and {std!r}")
        self._operation = _core.normalize(
            mean=self.mean, std=self.std, max_pixel_value=max_pixel_value, normalization=kind, p=p
        )


class Custom(_Operation):
    """A Python function as an operation.

    Parameters
    ----------
    function : callable
        ``function(image, random) -> image``: a uint8 array [height, width, 3] and a ``numpy.random.Generator`` that
        depends on the seed, the epoch and the sample alone. Draw from nothing else, or results will depend on the
        workers.
    p : float
        Probability.
    name : str, optional
        Names the stream of random numbers; by default the function's name.

    Notes
    -----
    Workers take Python's lock for the function, and for nothing else of a pipeline.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Custom
    >>> def grey(image, random):
    ...     return np.repeat(image.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    >>> Compose([Custom(grey)])(image=np.full((2, 2, 3), [0, 30, 60], np.uint8))["image"][0, 0].tolist()
    [30, 30, 30]
    """

    def __init__(
        self,
        function: Callable[[np.ndarray, np.random.Generator], np.ndarray],
        p: float = 1,
        name: str | None = None,
    ):
        if not callable(function):
            raise ArgumentError(f"augmentation.Custom: function must be callable; got {function!r}")
        self.function = function
        self.p = p
        self.name = name or getattr(function, "__name__", type(function).__name__)

        def call(image: np.ndarray, seed: int, epoch: int, index: int, stream: int) -> np.ndarray:
            words = np.random.SeedSequence([seed & 0xFFFFFFFF, seed >> 32, epoch, index, stream])
            return function(image, np.random.Generator(np.random.Philox(words)))

        self._operation = _core.python_operation(call=call, name=self.name, p=p)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """Raise ``ArgumentError``: a function has no plain form."""
        raise ArgumentError(f"augmentation.Custom: {self.name!r} is a Python function, which cannot be stored")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and (self.function, self.p, self.name) == (other.function, other.p, other.name)

    __hash__ = None


class NoOp(_Operation):
    """Leave the image as it is: an alternative for ``OneOf``.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, NoOp, OneOf, Posterize
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> half = Compose([OneOf([NoOp(), Posterize(1)], p=1)])  # one image in two
    >>> [half(image=image, seed=seed)["image"][0, :, 0].tolist() for seed in range(2)]
    [[0, 0, 128, 128], [0, 64, 128, 192]]
    """

    def __init__(self, p: float = 0.5):
        self.p = p
        self._operation = _core.no_op(p=p)


class ToTensorV2(_Operation):
    """Return a torch tensor [3, height, width]: the last operation of a ``Compose``.

    float32 after ``Normalize``, else uint8. A loader delivers planes of float with or without it.

    Parameters
    ----------
    transpose_mask : bool
        Kept for albumentations' sake; masks stay [height, width].
    p : float
        1.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Normalize, ToTensorV2
    >>> image = np.zeros((4, 8, 3), np.uint8)
    >>> tensor = Compose([Normalize(), ToTensorV2()])(image=image)["image"]
    >>> tensor.dtype, tensor.shape
    (torch.float32, torch.Size([3, 4, 8]))
    """

    def __init__(self, transpose_mask: bool = False, p: float = 1):
        self.transpose_mask = transpose_mask
        self.p = p
        self._operation = _core.to_tensor(p=p)


class _Group(_Operation):
    """Operations inside an operation."""

    transforms: list[_Operation]

    def _take(self, transforms: Sequence[_Operation | Callable]) -> list[Any]:
        self.transforms = [one if isinstance(one, _Operation) else Custom(one) for one in transforms]
        return [one._operation for one in self.transforms]

    def to_dict(self) -> dict[str, Any]:
        """Return the operation and those inside as plain values, ready for JSON."""
        return {**super().to_dict(), "transforms": [one.to_dict() for one in self.transforms]}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._parameters() == other._parameters()

    __hash__ = None

    def __len__(self) -> int:
        return len(self.transforms)

    def __iter__(self) -> Iterator[_Operation]:
        return iter(self.transforms)

    def __getitem__(self, item: int) -> _Operation:
        return self.transforms[item]


class OneOf(_Group):
    """With probability `p` exactly one of the operations.

    The choice is weighted by the operations' own `p`, and what is chosen happens. A further alternative takes over the
    images that it wins and changes neither the choice nor the draws for the others.

    Parameters
    ----------
    transforms : sequence of operations or functions
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, HorizontalFlip, OneOf, Posterize
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> either = Compose([OneOf([HorizontalFlip(p=1), Posterize(1, p=2 / 3)], p=1)])  # 3 to 2
    >>> [either(image=image, seed=seed)["image"][0, :, 0].tolist() for seed in range(2)]
    [[192, 128, 64, 0], [0, 0, 128, 128]]
    """

    def __init__(self, transforms: Sequence[_Operation | Callable], p: float = 0.5):
        self.p = p
        self._operation = _core.one_of(operations=self._take(transforms), p=p)


class SomeOf(_Group):
    """With probability `p`, `n` of the operations with equal chances, in the given order; each then obeys its own `p`.

    Parameters
    ----------
    transforms : sequence of operations or functions
    n : int
        How many, at least 1; without `replace` at most as many as there are.
    replace : bool
        Whether one may be chosen more than once.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import HorizontalFlip, SomeOf, VerticalFlip
    >>> SomeOf([HorizontalFlip(), VerticalFlip()], n=3)
    Traceback (most recent call last):
        ...
    multilabel.ArgumentError: augmentation::SomeOf: n without replacement must be at most 2; got 3
    >>> len(SomeOf([HorizontalFlip(), VerticalFlip()], n=3, replace=True))
    2
    """

    def __init__(self, transforms: Sequence[_Operation | Callable], n: int = 1, replace: bool = False, p: float = 1):
        self.n = n
        self.replace = replace
        self.p = p
        self._operation = _core.some_of(operations=self._take(transforms), n=n, replace=replace, p=p)


class Sequential(_Group):
    """With probability `p` all of the operations, one after the other; each then obeys its own `p`.

    Parameters
    ----------
    transforms : sequence of operations or functions
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, HorizontalFlip, OneOf, Posterize, Sequential, NoOp
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> both = Sequential([HorizontalFlip(p=1), Posterize(1, p=1)], p=1)
    >>> Compose([both])(image=image)["image"][0, :, 0].tolist()
    [128, 128, 0, 0]
    """

    def __init__(self, transforms: Sequence[_Operation | Callable], p: float = 0.5):
        self.p = p
        self._operation = _core.sequential(operations=self._take(transforms), p=p)


_KINDS: dict[str, type[_Operation]] = {
    kind.__name__: kind
    for kind in globals().copy().values()
    if isinstance(kind, type) and issubclass(kind, _Operation) and kind is not Custom and kind.__name__[0] != "_"
}


class Compose:
    """Operations one after the other, as one pipeline.

    Parameters
    ----------
    transforms : sequence of operations or functions
        A plain function stands for ``Custom(function)``.
    bbox_params : BboxParams, optional
        How boxes are written and which ones the result keeps; by default (x_min, y_min, x_max, y_max) in pixels, with
        their labels in ``labels=``, and all that are seen at all.
    guard : Guard or str, optional
        What becomes of labels whose objects have left the picture; a string stands for ``Guard(lost=...)``. By default
        their targets stay.
    fuse : bool
        Whether neighbouring operations share one pass over the pixels. Without, each one is carried out by itself and
        leaves rounded 8-bit pixels: the same draws, several times slower, and blurred once for every move.
    p : float
        Probability that anything happens at all.
    seed : int, optional
        For calls without a key of their own: the first is index 0, the next 1, and so on. In a worker of torch's
        ``DataLoader`` torch's own seed is mixed in, so no two workers and no two epochs repeat each other.
    save_applied_params : bool
        Add ``"applied_transforms"`` to each result of a call without boxes and masks: a list of (name, numbers drawn).
        With them guards and ``LabelSafeCrop`` may draw again.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, HorizontalFlip, Resize
    >>> pipeline = Compose([HorizontalFlip(p=1), Resize(2, 2)])
    >>> image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    >>> pipeline(image=image, seed=1, epoch=0, index=5)["image"][0].tolist()
    [[3, 4, 5], [0, 1, 2]]
    """

    def __init__(
        self,
        transforms: Sequence[_Operation | Callable],
        *,
        bbox_params: BboxParams | None = None,
        guard: Guard | Lost | None = None,
        fuse: bool = True,
        p: float = 1,
        seed: int | None = None,
        save_applied_params: bool = False,
    ):
        self.transforms = [one if isinstance(one, _Operation) else Custom(one) for one in transforms]
        self.bbox_params = bbox_params
        self.guard = Guard(guard) if isinstance(guard, str) else guard
        self.fuse = fuse
        self.p = p
        self.seed = seed
        self.save_applied_params = save_applied_params
        self._calls = _itertools.count()
        self._tensor = bool(self.transforms) and isinstance(self.transforms[-1], ToTensorV2)
        if p < 1 and self.transforms:
            self._pipeline = _core.Pipeline([Sequential(self.transforms, p=p)._operation], fuse)
        else:
            self._pipeline = _core.Pipeline([one._operation for one in self.transforms], fuse)
        if self.guard is not None:
            self._pipeline = _core.guarded(self._pipeline, **self.guard._options)

    def _key(self, seed: int | None, epoch: int | None, index: int | None) -> tuple[int, int, int]:
        """Return (seed, epoch, index); a call that names none of them gets a key that no other call has."""
        if not (seed is None and epoch is None and index is None):
            return (self.seed or 0 if seed is None else seed, epoch or 0, index or 0)
        if self.seed is None:
            return (_secrets.randbits(64), 0, 0)
        worker = _sys.modules["torch"].utils.data.get_worker_info() if "torch" in _sys.modules else None
        mixed = self.seed if worker is None else self.seed ^ (worker.seed * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        return (mixed, 0, next(self._calls))

    def __call__(
        self,
        *,
        image: np.ndarray,
        mask: np.ndarray | None = None,
        masks: Sequence[np.ndarray] | None = None,
        mask_labels: Mapping[Any, Any] | Sequence[Any] | None = None,
        bboxes: Sequence[Sequence] | np.ndarray | None = None,
        seed: int | None = None,
        epoch: int | None = None,
        index: int | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Augment one image and what belongs to it.

        Parameters
        ----------
        image : array [height, width, 3] of uint8
            RGB; left untouched.
        mask, masks : array [height, width] or [height, width, channels], or a sequence of them, optional
            Of any type; they go through all moves at once, each pixel from the nearest one, 0 where there is only fill.
        mask_labels : dict or sequence, optional
            The labels of the values of `mask`, or of the parts of `masks` that are not 0: these are then objects of which
            crops and guards take care.
        bboxes : sequence of boxes or array [boxes, 4 or more], optional
            In the format of `bbox_params`. The result has the smallest upright box about what is still seen of each.
        seed, epoch, index : int, optional
            Equal numbers give equal results; those left out are 0. A loader passes its seed, the epoch and the
            sample's position. With none of them each call draws anew.
        **fields
            The `label_fields` of `bbox_params`, or ``labels``: sequences with one entry a box.

        Returns
        -------
        dict
            ``image``: uint8, or float32 if the pipeline ends in ``Normalize``; a torch tensor if it ends in ``ToTensorV2``;
            what else was given, without the boxes that are gone; with boxes ``visibility``, the share of each that is
            seen; with labels ``targets``, what the guard makes of each.
        """
        key = self._key(seed, epoch, index)
        if mask is None and masks is None and mask_labels is None and bboxes is None and not fields:
            result: dict[str, Any] = {"image": self._pipeline(image, *key)}
            if self.save_applied_params:
                result["applied_transforms"] = _applied(self._pipeline.record(image, *key))
        else:
            result = _augment(self, image, bboxes, mask, masks, mask_labels, fields, key)
        result["image"] = self._finish(result["image"])
        return result

    def _finish(self, image: np.ndarray) -> Any:
        if not self._tensor:
            return image
        import torch

        return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))

    def record(
        self, image: np.ndarray, *, seed: int | None = None, epoch: int | None = None, index: int | None = None
    ) -> dict[str, Any]:
        """Return what the pipeline draws for an image, and the pipeline itself, as plain values ready for JSON.

        ``replay(record, image)`` gives the same pixels. The numbers have names and may be changed by hand. It is the record
        of a call without boxes and masks, for whose sake ``LabelSafeCrop`` and guards may draw again.
        """
        key = self._key(seed, epoch, index)
        drawn = self._pipeline.record(image, *key)
        return {
            "transform": self.to_dict(),
            "seed": key[0],
            "epoch": key[1],
            "index": key[2],
            "draws": [{"name": name, "values": [list(value) for value in values]} for name, values in drawn],
        }

    def write(self, image: np.ndarray, *, seed: int = 0, epoch: int = 0, index: int = 0) -> np.ndarray:
        """Return what a loader puts into a batch: float32 [3, height, width]."""
        return self._pipeline.write(image, seed, epoch, index)

    def describe(self) -> str:
        """Return the plan: which operations share which pass over the pixels."""
        return self._pipeline.describe()

    @property
    def preprocessing(self) -> Preprocessing:
        """The format of what a loader receives; a height or width of 0 depends on the image."""
        return self._pipeline.preprocessing()

    @property
    def shrinks_to(self) -> tuple[int, int] | None:
        """Height and width that the whole image is averaged to before any operation counts its pixels, or None.

        A loader passes it to ``data.read_image``, which may then decode a large JPEG at a fraction of its size.
        """
        height, width = self._pipeline.shrinks_to()
        return (height, width) if height > 0 else None

    def _options(self) -> dict[str, Any]:
        given = {"fuse": self.fuse, "p": self.p, "seed": self.seed, "save_applied_params": self.save_applied_params}
        return {
            name: value
            for name, value in given.items()
            if value != _inspect.signature(Compose).parameters[name].default
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the pipeline as plain values, ready for JSON; ``from_dict`` reads them."""
        safety = {name: value.to_dict() for name, value in self._safety().items() if value is not None}
        return {
            "name": "Compose",
            "transforms": [one.to_dict() for one in self.transforms],
            **safety,
            **self._options(),
        }

    def _safety(self) -> dict[str, Any]:
        return {"bbox_params": self.bbox_params, "guard": self.guard}

    def __repr__(self) -> str:
        lines = "".join(f"    {line}\n" for one in self.transforms for line in f"{one!r},".splitlines())
        given = {name: value for name, value in self._safety().items() if value is not None} | self._options()
        options = "".join(f", {name}={value!r}" for name, value in given.items())
        return f"Compose([\n{lines}]{options})" if self.transforms else f"Compose([]{options})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compose) and self._everything() == other._everything()

    def _everything(self) -> dict[str, Any]:
        return {"transforms": self.transforms, **self._safety(), **self._options()}

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.transforms)

    def __iter__(self) -> Iterator[_Operation]:
        return iter(self.transforms)

    def __getitem__(self, item: int) -> _Operation:
        return self.transforms[item]

    def __reduce__(self):
        return (_remake, (Compose, self._everything()))


def _applied(drawn: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return (name, numbers) of the operations that happened; a number drawn several times is a list."""
    applied = []
    for name, values in drawn:
        if not values or values[0] != ("applied", 1.0):
            continue
        numbers: dict[str, Any] = {}
        for key, value in values[1:]:
            numbers.setdefault(key, []).append(value)
        applied.append((name, {key: value[0] if len(value) == 1 else value for key, value in numbers.items()}))
    return applied


def replay(record: dict[str, Any], image: np.ndarray) -> dict[str, Any]:
    """Augment an image with the numbers of a record.

    Parameters
    ----------
    record : dict
        What ``Compose.record`` returned, perhaps through JSON, perhaps with numbers changed by hand.
    image : array [height, width, 3] of uint8
        The image of the record for the same pixels, or another one for the same treatment.

    Returns
    -------
    dict
        ``{"image": array}``, as from the pipeline itself.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, RandomCrop, replay
    >>> image = np.arange(300, dtype=np.uint16).astype(np.uint8).reshape(10, 10, 3)
    >>> pipeline = Compose([RandomCrop(4, 4)])
    >>> record = pipeline.record(image, seed=1)
    >>> bool((replay(record, image)["image"] == pipeline(image=image, seed=1)["image"]).all())
    True
    """
    for part in ("transform", "draws"):
        if part not in record:
            raise ArgumentError(f"augmentation.replay: record must have {part!r}; got {sorted(record)}")
    pipeline = from_dict(record["transform"])
    if not isinstance(pipeline, Compose):
        raise ArgumentError(f"augmentation.replay: record must hold a Compose; got {type(pipeline).__name__}")
    drawn = [(one["name"], [(name, float(value)) for name, value in one["values"]]) for one in record["draws"]]
    key = (record.get("seed", 0), record.get("epoch", 0), record.get("index", 0))
    return {"image": pipeline._finish(pipeline._pipeline.replay(image, drawn, *key))}


def from_dict(values: dict[str, Any]) -> Compose | _Operation:
    """Return the pipeline or operation that ``to_dict`` described.

    Raises
    ------
    ArgumentError
        For an operation or a parameter that does not exist.

    Examples
    --------
    >>> from multilabel.augmentation import Rotate, from_dict
    >>> from_dict({"name": "Rotate", "limit": 15}) == Rotate(limit=15)
    True
    >>> from_dict({"name": "Rotate", "limits": 15})
    Traceback (most recent call last):
        ...
    multilabel.ArgumentError: augmentation.from_dict: parameters of Rotate must be among limit, ...; got 'limits'
    """
    if not isinstance(values, Mapping):
        raise ArgumentError(f"augmentation.from_dict: values must be what to_dict returned; got {values!r}")
    parameters = dict(values)
    name = parameters.pop("name", None)
    if name != "Compose" and name not in _KINDS:
        raise ArgumentError(
            f"augmentation.from_dict: name must be one of {', '.join(['Compose', *_KINDS])}; got {name!r}"
        )
    kind: Any = Compose if name == "Compose" else _KINDS[name]
    known = list(_inspect.signature(kind.__init__).parameters)[1:]
    for parameter in parameters:
        if parameter not in known:
            raise ArgumentError(
                f"augmentation.from_dict: parameters of {name} must be among {', '.join(known)}; got {parameter!r}"
            )
    for key, safety in (("bbox_params", BboxParams), ("guard", Guard)):
        if isinstance(parameters.get(key), dict):
            parameters[key] = _made(key, safety, parameters[key])
    if "transforms" in known:
        if not isinstance(parameters.get("transforms"), (list, tuple)):
            raise ArgumentError(
                f"augmentation.from_dict: transforms of {name} must be a list; got {parameters.get('transforms')!r}"
            )
        parameters["transforms"] = [from_dict(one) for one in parameters["transforms"]]
    return _made(name, kind, parameters)


def _made(name: str, kind: Any, parameters: dict[str, Any]) -> Any:
    try:
        return kind(**parameters)
    except TypeError as error:
        raise ArgumentError(f"augmentation.from_dict: {name} must have its parameters; got {error}") from None


def _format(path: _Path, data_format: str | None, where: str) -> str:
    found = data_format or ("yaml" if path.suffix.lower() in (".yaml", ".yml") else "json")
    if found not in ("json", "yaml"):
        raise ArgumentError(f"augmentation.{where}: data_format must be 'json' or 'yaml'; got {found!r}")
    return found


def _yaml(where: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise ArgumentError(
            f"augmentation.{where}: data_format must be 'json' where PyYAML is missing; got 'yaml'. pip install pyyaml"
        ) from None
    return yaml


def save(
    transform: Compose | _Operation, filepath: str | _Path, data_format: Literal["json", "yaml"] | None = None
) -> None:
    """Write a pipeline to a file; ``load`` reads it.

    Parameters
    ----------
    transform : Compose or operation
        Without Python functions, which have no plain form.
    filepath : path
    data_format : "json" or "yaml", optional
        By default YAML for ``.yaml`` and ``.yml``, which needs PyYAML, and JSON for anything else.

    Examples
    --------
    >>> from multilabel.augmentation import Compose, HorizontalFlip, load, save
    >>> save(Compose([HorizontalFlip()]), "pipeline.json")
    >>> load("pipeline.json")
    Compose([
        HorizontalFlip(),
    ])
    """
    path = _Path(filepath)
    values = _json.loads(_json.dumps(transform.to_dict()))
    if _format(path, data_format, "save") == "yaml":
        text = _yaml("save").safe_dump(values, sort_keys=False)
    else:
        text = _json.dumps(values, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def load(filepath: str | _Path, data_format: Literal["json", "yaml"] | None = None) -> Compose | _Operation:
    """Return the pipeline that ``save`` wrote.

    Raises
    ------
    ArgumentError
        For a file that holds no pipeline.

    Examples
    --------
    >>> from pathlib import Path
    >>> from multilabel.augmentation import load
    >>> _ = Path("pipeline.json").write_text('{"name": "HorizontalFlip", "p": 0.25}')
    >>> load("pipeline.json")
    HorizontalFlip(p=0.25)
    """
    path = _Path(filepath)
    text = path.read_text(encoding="utf-8")
    if _format(path, data_format, "load") == "yaml":
        yaml = _yaml("load")
        wrong: type[Exception] = yaml.YAMLError
        read = yaml.safe_load
    else:
        wrong, read = _json.JSONDecodeError, _json.loads
    try:
        values = read(text)
    except wrong as error:
        raise ArgumentError(f"augmentation.load: {str(path)!r} must hold a saved pipeline; got {error}") from None
    if not isinstance(values, dict):
        raise ArgumentError(f"augmentation.load: {str(path)!r} must hold a saved pipeline; got {type(values).__name__}")
    return from_dict(values)


def evaluation(
    size: int | Preprocessing = 224,
    *,
    mean: Sequence[float] = (0.5, 0.5, 0.5),
    std: Sequence[float] = (0.5, 0.5, 0.5),
    interpolation: Interpolation = "area",
) -> Compose:
    """Return the pipeline for validation, testing and serving: resize, then normalise.

    Parameters
    ----------
    size : int or Preprocessing
        Height and width of the result; a stored ``Preprocessing`` gives exactly that format.
    mean, std : three floats
        Of values divided by 255.
    interpolation : int or str
        ``"area"`` averages when it shrinks.

    Examples
    --------
    >>> from multilabel.augmentation import evaluation
    >>> evaluation(size=96)
    Compose([
        Resize(height=96, width=96, interpolation='area'),
        Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
    ])
    """
    if isinstance(size, Preprocessing):
        return Compose(
            [
                Resize(size.height, size.width, size.interpolation.name),  # type: ignore[arg-type]
                Normalize(mean=size.mean, std=size.std, normalization=size.normalization.name),  # type: ignore[arg-type]
            ]
        )
    return Compose([Resize(size, size, interpolation), Normalize(mean=mean, std=std)])


def restrained(
    size: int = 224,
    *,
    flip: float = 0.5,
    rotate: Limits = 15,
    brightness: Limits = 0.2,
    contrast: Limits = 0.2,
    noise: Sequence[float] = (0.01, 0.03),
    mean: Sequence[float] = (0.5, 0.5, 0.5),
    std: Sequence[float] = (0.5, 0.5, 0.5),
) -> Compose:
    """Return the recommended pipeline for training, which no label should notice.

    Parameters
    ----------
    size : int
        Height and width of the result.
    flip : float
        Probability of the mirror image.
    rotate : float or (float, float)
        Degrees; beyond its edges the picture is continued by reflection.
    brightness, contrast : float or (float, float)
        As in ``RandomBrightnessContrast``.
    noise : (float, float)
        Deviation of the noise as a share of 255.
    mean, std : three floats
        Of values divided by 255.

    Examples
    --------
    >>> from multilabel.augmentation import restrained
    >>> len(restrained(size=96))
    6
    """
    return Compose(
        [
            HorizontalFlip(p=flip),
            Rotate(limit=rotate, border_mode="reflect_101", p=1),
            Resize(size, size, "area"),
            RandomBrightnessContrast(brightness_limit=brightness, contrast_limit=contrast, p=1),
            GaussNoise(std_range=noise, p=1),
            Normalize(mean=mean, std=std),
        ]
    )


def _mild_changes(strength: float) -> list[_Operation]:
    """Return the thirteen changes of ``trivial_augment`` and ``rand_augment`` at a strength of 0 to 1."""

    def affine(**parameters: Any) -> Affine:
        return Affine(border_mode="reflect_101", p=1, **parameters)

    def limits(limit: float) -> tuple[float, float]:
        return (-limit * strength, limit * strength)

    half = 0.5 * strength
    return [
        NoOp(p=1),
        affine(rotate=limits(15)),
        affine(shear={"x": limits(8)}),
        affine(shear={"y": limits(8)}),
        affine(translate_percent={"x": limits(0.1)}),
        affine(translate_percent={"y": limits(0.1)}),
        RandomBrightnessContrast(brightness_limit=half, contrast_limit=0, p=1),
        RandomBrightnessContrast(brightness_limit=0, contrast_limit=half, p=1),
        ColorJitter(brightness=0, contrast=0, saturation=half, hue=0, p=1),
        Sharpen(alpha=(0, half), lightness=(1, 1), p=1),
        Posterize(num_bits=(7 - int(3 * strength + 0.5), 7), p=1),
        Solarize(threshold_range=(1 - 0.125 * strength, 1), p=1),
        Equalize(p=1),
    ]


def trivial_augment(
    size: int = 224,
    *,
    flip: float = 0.5,
    mean: Sequence[float] = (0.5, 0.5, 0.5),
    std: Sequence[float] = (0.5, 0.5, 0.5),
) -> Compose:
    """Return TrivialAugment with ranges in which labels stay true: one of thirteen changes for each image.

    Turns to 15 degrees, shears to 8, shifts to a tenth, brightness, contrast and saturation by at most half, sharpening by
    at most half, at least four bits a colour, inversion of the brightest eighth, equalisation, or nothing.

    Parameters
    ----------
    size : int
        Height and width of the result.
    flip : float
        Probability of the mirror image.
    mean, std : three floats
        Of values divided by 255.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import trivial_augment
    >>> pipeline = trivial_augment(size=32)
    >>> len(pipeline[1])  # the changes of which each image gets one
    13
    >>> pipeline(image=np.zeros((40, 50, 3), np.uint8), seed=1)["image"].shape
    (32, 32, 3)
    """
    return Compose(
        [
            HorizontalFlip(p=flip),
            OneOf(_mild_changes(1), p=1),
            Resize(size, size, "area"),
            Normalize(mean=mean, std=std),
        ]
    )


def rand_augment(
    size: int = 224,
    *,
    n: int = 2,
    magnitude: float = 5,
    flip: float = 0.5,
    mean: Sequence[float] = (0.5, 0.5, 0.5),
    std: Sequence[float] = (0.5, 0.5, 0.5),
) -> Compose:
    """Return RandAugment with ranges in which labels stay true: `n` of the changes of ``trivial_augment`` for each image.

    Parameters
    ----------
    size : int
        Height and width of the result.
    n : int
        How many, at least 1, chosen with replacement.
    magnitude : float
        0 to 10: the limit of their strength; 10 is that of ``trivial_augment``.
    flip : float
        Probability of the mirror image.
    mean, std : three floats
        Of values divided by 255.

    Examples
    --------
    >>> from multilabel.augmentation import rand_augment
    >>> rand_augment(size=32, n=3)[1].n
    3
    >>> rand_augment(magnitude=30)
    Traceback (most recent call last):
        ...
    multilabel.ArgumentError: augmentation.rand_augment: magnitude must be between 0 and 10; got 30
    """
    if not 0 <= magnitude <= 10:
        raise ArgumentError(f"augmentation.rand_augment: magnitude must be between 0 and 10; got {magnitude!r}")
    return Compose(
        [
            HorizontalFlip(p=flip),
            SomeOf(_mild_changes(magnitude / 10), n=n, replace=True, p=1),
            Resize(size, size, "area"),
            Normalize(mean=mean, std=std),
        ]
    )

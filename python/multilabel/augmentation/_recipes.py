# SPDX-License-Identifier: Apache-2.0
"""Pipelines that most projects need, and random policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from multilabel._core import ArgumentError
from multilabel._core.augmentation import Preprocessing

from ._base import (
    Interpolation,
    Limits,
    _Operation,
)
from ._composition import Compose, OneOf, SomeOf
from ._frame_operations import HorizontalFlip, Resize, Rotate
from ._geometry_operations import Affine
from ._plain_operations import GaussNoise, NoOp, Normalize, RandomBrightnessContrast
from ._value_operations import ColorJitter, Equalize, Posterize, Sharpen, Solarize


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

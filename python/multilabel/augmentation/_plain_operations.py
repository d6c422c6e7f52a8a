# SPDX-License-Identifier: Apache-2.0
"""Brightness, noise, normalization, and operations of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import augmentation as _core

from ._base import (
    Limits,
    _choice,
    _Operation,
    _pair,
    _symmetric,
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

# SPDX-License-Identifier: Apache-2.0
"""Operations that change colours and sharpness and leave every pixel in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from multilabel._choices import one_of
from multilabel._core import ArgumentError
from multilabel._core import augmentation as _core

from ._base import Limits, _choice, _fixed, _Operation, _pair, _symmetric, _whole_pair


def _whole_range(name: str, value: int | Sequence[int], low: int) -> tuple[int, int]:
    """Return (low, high); a number stands for `low` to it."""
    return (low, int(value)) if np.isscalar(value) else _whole_pair(name, value)  # type: ignore[arg-type]


class RandomGamma(_Operation):
    """Raise values to the power gamma / 100: 255 (x / 255)^(gamma / 100).

    Parameters
    ----------
    gamma_limit : float or (float, float)
        Hundredths, at least 1: 80 brightens, 120 darkens. A number stands for 1 to it.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, RandomGamma
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([RandomGamma(gamma_limit=(200, 200), p=1)])(image=image)["image"][0, :, 0].tolist()
    [0, 16, 64, 145]
    """

    def __init__(self, gamma_limit: Limits = (80, 120), p: float = 0.5):
        self.gamma_limit = _fixed("gamma_limit", gamma_limit, low=1)
        self.p = p
        self._operation = _core.random_gamma(gamma_limit=self.gamma_limit, p=p)


class Posterize(_Operation):
    """Keep the highest bits of each value.

    Parameters
    ----------
    num_bits : int, (int, int) or three of either
        Bits that are left, 1 to 7; three entries stand for red, green and blue.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Posterize
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([Posterize(num_bits=1, p=1)])(image=image)["image"][0, :, 0].tolist()
    [0, 0, 128, 128]
    """

    def __init__(self, num_bits: int | Sequence[int] | Sequence[Sequence[int]] = 4, p: float = 0.5):
        entries = [num_bits] if np.isscalar(num_bits) or len(num_bits) == 2 else list(num_bits)  # type: ignore[arg-type]
        if len(entries) not in (1, 3):
            raise ArgumentError(f"augmentation.Posterize: num_bits must be one range or three; got {num_bits!r}")
        ranges = [
            (int(one), int(one)) if np.isscalar(one) else _whole_pair("num_bits", one)  # type: ignore[arg-type]
            for one in entries
        ]
        self.num_bits = ranges[0] if len(ranges) == 1 else ranges
        self.p = p
        self._operation = _core.posterize(
            num_bits=ranges if len(ranges) == 3 else ranges * 3, per_channel=len(ranges) == 3, p=p
        )


class Solarize(_Operation):
    """Invert all values from a threshold up.

    Parameters
    ----------
    threshold_range : (float, float)
        Share of 255, 0 to 1.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Solarize
    >>> image = np.array([[0, 64, 128, 192]], np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([Solarize(threshold_range=(0.5, 0.5), p=1)])(image=image)["image"][0, :, 0].tolist()
    [0, 64, 127, 63]
    """

    def __init__(self, threshold_range: Sequence[float] = (0.5, 0.5), p: float = 0.5):
        self.threshold_range = _pair("threshold_range", threshold_range)
        self.p = p
        self._operation = _core.solarize(threshold_range=self.threshold_range, p=p)


class Equalize(_Operation):
    """Make all values about equally frequent.

    Parameters
    ----------
    mode : "cv" or "pil"
        OpenCV's equalisation, or Pillow's as albumentations has it.
    by_channels : bool
        Treat red, green and blue apart; otherwise the brightness alone.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Equalize
    >>> image = np.array([[10, 11, 12, 13]], np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([Equalize(p=1)])(image=image)["image"][0, :, 0].tolist()
    [0, 85, 170, 255]
    """

    def __init__(self, mode: Literal["cv", "pil"] = "cv", by_channels: bool = True, p: float = 0.5):
        self.mode = one_of("augmentation", "mode", mode, ("cv", "pil"))
        self.by_channels = by_channels
        self.p = p
        self._operation = _core.equalize(pil=mode == "pil", by_channels=by_channels, p=p)


class CLAHE(_Operation):
    """Equalise the lightness tile by tile, with a limit on the contrast.

    Parameters
    ----------
    clip_limit : float or (float, float)
        How much more frequent than the mean a value may be, at least 1. A number stands for 1 to it.
    tile_grid_size : (int, int)
        Tiles along the width and the height.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import CLAHE, Compose
    >>> image = np.tile(np.arange(100, 116, dtype=np.uint8)[:, None], (16, 1, 1)).repeat(3, axis=2)
    >>> clear = Compose([CLAHE(clip_limit=(4, 4), tile_grid_size=(1, 1), p=1)])(image=image)["image"]
    >>> int(np.ptp(image)), int(np.ptp(clear))  # grey levels from the darkest to the brightest
    (15, 72)
    """

    def __init__(self, clip_limit: Limits = 4.0, tile_grid_size: Sequence[int] = (8, 8), p: float = 0.5):
        self.clip_limit = _fixed("clip_limit", clip_limit, low=1)
        self.tile_grid_size = _whole_pair("tile_grid_size", tile_grid_size)
        self.p = p
        self._operation = _core.clahe(clip_limit=self.clip_limit, tile_grid_size=self.tile_grid_size, p=p)


class HueSaturationValue(_Operation):
    """Add to hue, saturation and value; grey stays grey.

    Parameters
    ----------
    hue_shift_limit : float or (float, float)
        Of a circle of 180; a number stands for minus to plus it.
    sat_shift_limit, val_shift_limit : float or (float, float)
        Grey levels.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, HueSaturationValue
    >>> image = np.full((1, 1, 3), [200, 0, 0], np.uint8)
    >>> green = HueSaturationValue(hue_shift_limit=(60, 60), sat_shift_limit=0, val_shift_limit=0, p=1)
    >>> Compose([green])(image=image)["image"].tolist()  # a third of the circle
    [[[0, 200, 0]]]
    """

    def __init__(
        self,
        hue_shift_limit: Limits = (-20, 20),
        sat_shift_limit: Limits = (-30, 30),
        val_shift_limit: Limits = (-20, 20),
        p: float = 0.5,
    ):
        self.hue_shift_limit = _symmetric("hue_shift_limit", hue_shift_limit)
        self.sat_shift_limit = _symmetric("sat_shift_limit", sat_shift_limit)
        self.val_shift_limit = _symmetric("val_shift_limit", val_shift_limit)
        self.p = p
        self._operation = _core.hue_saturation_value(
            hue_shift_limit=self.hue_shift_limit,
            sat_shift_limit=self.sat_shift_limit,
            val_shift_limit=self.val_shift_limit,
            p=p,
        )


class ColorJitter(_Operation):
    """Change brightness, contrast, saturation and hue, in random order, as torchvision does.

    Parameters
    ----------
    brightness, contrast, saturation : float or (float, float)
        Factors of at least 0; a number v stands for 1 - v to 1 + v.
    hue : float or (float, float)
        Share of the circle, -0.5 to 0.5; a number stands for minus to plus it.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import ColorJitter, Compose
    >>> image = np.full((1, 1, 3), [200, 0, 0], np.uint8)
    >>> pale = ColorJitter(brightness=0, contrast=0, saturation=(0.5, 0.5), hue=0, p=1)
    >>> Compose([pale])(image=image)["image"].tolist()
    [[[130, 30, 30]]]
    """

    def __init__(
        self,
        brightness: Limits = (0.8, 1.2),
        contrast: Limits = (0.8, 1.2),
        saturation: Limits = (0.8, 1.2),
        hue: Limits = (-0.5, 0.5),
        p: float = 0.5,
    ):
        def factors(name: str, value: Limits) -> tuple[float, float]:
            if not np.isscalar(value):
                return _pair(name, value)  # type: ignore[arg-type]
            if float(value) < 0:  # type: ignore[arg-type]
                raise ArgumentError(f"augmentation.ColorJitter: {name} must not be negative; got {value!r}")
            return (max(0.0, 1 - float(value)), 1 + float(value))  # type: ignore[arg-type]

        self.brightness = factors("brightness", brightness)
        self.contrast = factors("contrast", contrast)
        self.saturation = factors("saturation", saturation)
        self.hue = _symmetric("hue", hue)
        self.p = p
        self._operation = _core.color_jitter(
            brightness=self.brightness, contrast=self.contrast, saturation=self.saturation, hue=self.hue, p=p
        )


class ToGray(_Operation):
    """Take the colour away; the result still has three channels.

    Parameters
    ----------
    num_output_channels : int
        3: the library's images are RGB.
    method : str
        ``"weighted_average"``, ``"from_lab"``, ``"desaturation"``, ``"average"``, ``"max"`` or ``"pca"``.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, ToGray
    >>> image = np.full((1, 1, 3), [200, 0, 0], np.uint8)
    >>> Compose([ToGray(p=1)])(image=image)["image"].tolist()
    [[[60, 60, 60]]]
    >>> Compose([ToGray(method="max", p=1)])(image=image)["image"].tolist()
    [[[200, 200, 200]]]
    """

    def __init__(self, num_output_channels: int = 3, method: str = "weighted_average", p: float = 0.5):
        if num_output_channels != 3:
            raise ArgumentError(f"augmentation.ToGray: num_output_channels must be 3; got {num_output_channels!r}")
        self.num_output_channels = num_output_channels
        self.method = one_of("augmentation", "method", method, tuple(_core.GrayMethod.__members__))
        self.p = p
        self._operation = _core.to_gray(method=_choice(_core.GrayMethod, "method", method), p=p)


class GaussianBlur(_Operation):
    """Blur with a normal kernel.

    Parameters
    ----------
    blur_limit : int or (int, int)
        Size of the kernel in pixels, made odd; 0 means large enough for the deviation. A number stands for 0 to it.
    sigma_limit : float or (float, float)
        Deviation in pixels; a number stands for 0 to it.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, GaussianBlur
    >>> image = np.array([[0, 0, 255, 0, 0]], np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([GaussianBlur(blur_limit=(3, 3), sigma_limit=(1, 1), p=1)])(image=image)["image"][0, :, 0].tolist()
    [0, 70, 115, 70, 0]
    """

    def __init__(self, blur_limit: int | Sequence[int] = 0, sigma_limit: Limits = (0.5, 3.0), p: float = 0.5):
        self.blur_limit = _whole_range("blur_limit", blur_limit, 0)
        self.sigma_limit = _fixed("sigma_limit", sigma_limit, low=0)
        self.p = p
        self._operation = _core.gaussian_blur(blur_limit=self.blur_limit, sigma_limit=self.sigma_limit, p=p)


class MotionBlur(_Operation):
    """Blur along a line.

    Parameters
    ----------
    blur_limit : int or (int, int)
        Size of the kernel in pixels, at least 3, made odd; a number stands for 3 to it.
    allow_shifted : bool
        Whether the line may lie beside the middle of the kernel, which moves the picture a little.
    angle_range : (float, float)
        Degrees, 0 to 360.
    direction_range : (float, float)
        -1 blurs backwards, 1 forwards, 0 both ways.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, MotionBlur
    >>> image = np.array([[0, 0, 255, 0, 0]], np.uint8)[..., None].repeat(3, axis=2)
    >>> level = MotionBlur((3, 3), allow_shifted=False, angle_range=(0, 0), direction_range=(0, 0), p=1)
    >>> Compose([level])(image=image)["image"][0, :, 0].tolist()
    [0, 85, 85, 85, 0]
    """

    def __init__(
        self,
        blur_limit: int | Sequence[int] = (3, 7),
        allow_shifted: bool = True,
        angle_range: Sequence[float] = (0, 360),
        direction_range: Sequence[float] = (-1.0, 1.0),
        p: float = 0.5,
    ):
        self.blur_limit = _whole_range("blur_limit", blur_limit, 3)
        self.allow_shifted = allow_shifted
        self.angle_range = _pair("angle_range", angle_range)
        self.direction_range = _pair("direction_range", direction_range)
        self.p = p
        self._operation = _core.motion_blur(
            blur_limit=self.blur_limit,
            allow_shifted=allow_shifted,
            angle_range=self.angle_range,
            direction_range=self.direction_range,
            p=p,
        )


class Sharpen(_Operation):
    """Sharpen, and overlay the result on the image.

    Parameters
    ----------
    alpha : (float, float)
        Share of the sharpened image in the result, 0 to 1.
    lightness : (float, float)
        Of the sharpened image, at least 0, for ``method="kernel"``.
    method : "kernel" or "gaussian"
        Nine fixed weights, or what a blur takes away.
    kernel_size : int
        Pixels, at least 3, made odd, for ``method="gaussian"``.
    sigma : float
        Pixels, above 0, for ``method="gaussian"``.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Sharpen
    >>> image = np.array([[100, 100, 120, 120]] * 3, np.uint8)[..., None].repeat(3, axis=2)
    >>> Compose([Sharpen(alpha=(0.5, 0.5), lightness=(1, 1), p=1)])(image=image)["image"][1, :, 0].tolist()
    [100, 70, 150, 120]
    """

    def __init__(
        self,
        alpha: Sequence[float] = (0.2, 0.5),
        lightness: Sequence[float] = (0.5, 1.0),
        method: Literal["kernel", "gaussian"] = "kernel",
        kernel_size: int = 5,
        sigma: float = 1.0,
        p: float = 0.5,
    ):
        self.alpha = _pair("alpha", alpha)
        self.lightness = _pair("lightness", lightness)
        self.method = one_of("augmentation", "method", method, ("kernel", "gaussian"))
        self.kernel_size = kernel_size
        self.sigma = sigma
        self.p = p
        self._operation = _core.sharpen(
            alpha=self.alpha,
            lightness=self.lightness,
            gaussian=method == "gaussian",
            kernel_size=kernel_size,
            sigma=sigma,
            p=p,
        )


class ISONoise(_Operation):
    """Add the grain of a camera's sensor: rare bright specks and slight shifts of hue.

    Parameters
    ----------
    color_shift : (float, float)
        Deviation of the hue in degrees for an intensity of 1, 0 to 1.
    intensity : (float, float)
        How many specks there are, and how bright, at least 0.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, ISONoise
    >>> image = np.random.default_rng(0).integers(100, 156, (64, 64, 3)).astype(np.uint8)
    >>> grainy = Compose([ISONoise(intensity=(0.5, 0.5), p=1)])(image=image, seed=0)["image"]
    >>> bool((grainy != image).any()), grainy.shape
    (True, (64, 64, 3))
    """

    def __init__(
        self, color_shift: Sequence[float] = (0.01, 0.05), intensity: Sequence[float] = (0.1, 0.5), p: float = 0.5
    ):
        self.color_shift = _pair("color_shift", color_shift)
        self.intensity = _pair("intensity", intensity)
        self.p = p
        self._operation = _core.iso_noise(color_shift=self.color_shift, intensity=self.intensity, p=p)


class ImageCompression(_Operation):
    """Write the image with loss and read it back.

    Parameters
    ----------
    compression_type : "jpeg" or "webp"
    quality_range : (int, int)
        1 (worst) to 100.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, ImageCompression
    >>> image = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    >>> def error(quality):
    ...     lossy = Compose([ImageCompression(quality_range=(quality, quality), p=1)])(image=image)["image"]
    ...     return np.abs(lossy.astype(int) - image).mean()
    >>> bool(error(10) > error(90))
    True
    """

    def __init__(
        self,
        compression_type: Literal["jpeg", "webp"] = "jpeg",
        quality_range: Sequence[int] = (99, 100),
        p: float = 0.5,
    ):
        self.compression_type = one_of("augmentation", "compression_type", compression_type, ("jpeg", "webp"))
        self.quality_range = _whole_pair("quality_range", quality_range)
        self.p = p
        self._operation = _core.image_compression(
            webp=compression_type == "webp", quality_range=self.quality_range, p=p
        )

# SPDX-License-Identifier: Apache-2.0
"""Augmentation on the CPU with albumentations' names: ``Compose([HorizontalFlip(p=0.5), Rotate(limit=15)])``.

Images are uint8 arrays [height, width, 3] in RGB order. The result of a pipeline depends on the image and on ``seed``,
``epoch`` and ``index`` alone; it is the same in C++, on any number of threads, and neighbouring operations share one
pass over the pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from multilabel._core.augmentation import Preprocessing

from ._composition import Compose, OneOf, Sequential, SomeOf
from ._files import _KINDS as _KINDS
from ._files import from_dict, load, replay, save
from ._frame_operations import (
    CenterCrop,
    HorizontalFlip,
    LabelSafeCrop,
    LongestMaxSize,
    PadIfNeeded,
    RandomCrop,
    RandomResizedCrop,
    Resize,
    Rotate,
    SmallestMaxSize,
    VerticalFlip,
)
from ._geometry_operations import Affine, CoarseDropout, Perspective, SafeRotate, ShiftScaleRotate
from ._label_safety import BboxParams, CutMix, Guard, MixUp, Mosaic
from ._plain_operations import Custom, GaussNoise, NoOp, Normalize, RandomBrightnessContrast, ToTensorV2
from ._recipes import evaluation, rand_augment, restrained, trivial_augment
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

if TYPE_CHECKING:
    from multilabel.data._audit import Audit, audit

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

_ABOVE = ("Audit", "audit")  # they need data sets, and live beside them
for _name in set(__all__) - {*_ABOVE, "Preprocessing"}:
    globals()[_name].__module__ = __name__  # where pickle and people look for it


def __getattr__(name: str) -> Any:
    if name in _ABOVE:
        from multilabel.data import _audit

        return getattr(_audit, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

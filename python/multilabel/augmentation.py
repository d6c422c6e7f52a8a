# SPDX-License-Identifier: Apache-2.0
"""Augmentation on the CPU with albumentations' names: ``Compose([HorizontalFlip(p=0.5), Rotate(limit=15)])``.

Images are uint8 arrays [height, width, 3] in RGB order. The result of a pipeline depends on the image and on ``seed``,
``epoch`` and ``index`` alone; it is the same in C++, on any number of threads, and neighbouring operations share one
pass over the pixels.
"""

from __future__ import annotations

import inspect as _inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ._audit import Audit, audit
from ._core import ArgumentError
from ._core import augmentation as _core
from ._core.augmentation import Preprocessing
from ._label_safety import BboxParams, CutMix, Guard, Lost, MixUp, Mosaic, _augment, _member

__all__ = [
    "Audit",
    "BboxParams",
    "CenterCrop",
    "Compose",
    "Custom",
    "CutMix",
    "GaussNoise",
    "Guard",
    "HorizontalFlip",
    "LabelSafeCrop",
    "LongestMaxSize",
    "MixUp",
    "Mosaic",
    "Normalize",
    "PadIfNeeded",
    "Preprocessing",
    "RandomBrightnessContrast",
    "RandomCrop",
    "RandomResizedCrop",
    "Resize",
    "Rotate",
    "SmallestMaxSize",
    "VerticalFlip",
    "audit",
    "evaluation",
    "from_dict",
    "restrained",
]

Interpolation = int | Literal["nearest", "linear", "cubic", "area"]
Border = int | Literal["constant", "replicate", "reflect", "wrap", "reflect_101"]
Limits = float | Sequence[float]


def _choice(enum: Any, name: str, value: int | str) -> Any:
    """Return the member of a compiled enum, by its name or by OpenCV's number."""
    for known, member in enum.__members__.items():
        if value == known or (not isinstance(value, str) and value == int(member)):
            return member
    known = ", ".join(f"{key!r} ({int(member)})" for key, member in enum.__members__.items())
    raise ArgumentError(f"augmentation: {name} must be one of {known}; got {value!r}")


def _symmetric(name: str, value: Limits) -> tuple[float, float]:
    """Return (low, high); a number stands for minus to plus it."""
    if np.isscalar(value):
        return (-float(value), float(value))  # type: ignore[arg-type]
    return _pair(name, value)  # type: ignore[arg-type]


def _pair(name: str, value: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in value)
    except (TypeError, ValueError):
        raise ArgumentError(f"augmentation: {name} must be (low, high); got {value!r}") from None
    return (low, high)


def _color(fill: float | Sequence[float]) -> tuple[float, float, float]:
    if np.isscalar(fill):
        return (float(fill),) * 3  # type: ignore[arg-type]
    values = tuple(float(part) for part in fill)  # type: ignore[union-attr]
    if len(values) != 3:
        raise ArgumentError(f"augmentation: fill must be a number or three of them; got {fill!r}")
    return values


class _Operation:
    """What the operations share: their parameters as attributes, ``repr``, equality and ``to_dict``."""

    _operation: Any  # the compiled one

    def _parameters(self) -> dict[str, Any]:
        names = list(_inspect.signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the operation as plain values, ready for JSON."""
        return {"name": type(self).__name__, **self._parameters()}

    def __reduce__(self):
        return (_remake, (type(self), self._parameters()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._parameters().items())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]


def _remake(kind: type[_Operation], parameters: dict[str, Any]) -> _Operation:
    return kind(**parameters)


class HorizontalFlip(_Operation):
    """Mirror left to right with probability `p`."""

    def __init__(self, p: float = 0.5):
        self.p = p
        self._operation = _core.horizontal_flip(p=p)


class VerticalFlip(_Operation):
    """Mirror top to bottom with probability `p`."""

    def __init__(self, p: float = 0.5):
        self.p = p
        self._operation = _core.vertical_flip(p=p)


class Rotate(_Operation):
    """Turn about the middle by an angle drawn from `limit`; the size stays.

    Parameters
    ----------
    limit : float or (float, float)
        Degrees; a number stands for minus to plus it. A positive angle turns counter-clockwise.
    interpolation : int or str
        By OpenCV's number or by name.
    border_mode : int or str
        What stands beyond the edges: ``"constant"`` is albumentations' default, ``"reflect_101"`` continues the
        picture.
    fill : float or three floats
        RGB colour for the constant border.
    p : float
        Probability.
    """

    def __init__(
        self,
        limit: Limits = (-90, 90),
        interpolation: Interpolation = "linear",
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 0.5,
    ):
        self.limit = _symmetric("limit", limit)
        self.interpolation = _choice(_core.Interpolation, "interpolation", interpolation).name
        self.border_mode = _choice(_core.Border, "border_mode", border_mode).name
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.rotate(
            limit=self.limit,
            interpolation=_choice(_core.Interpolation, "interpolation", interpolation),
            border_mode=_choice(_core.Border, "border_mode", border_mode),
            fill=self.fill,
            p=p,
        )


class Resize(_Operation):
    """Scale to exactly `height` x `width`.

    Parameters
    ----------
    height, width : int
        Size of the result.
    interpolation : int or str
        ``"linear"`` is albumentations' default; ``"area"`` averages when it shrinks, which keeps fine structure from
        turning into stripes.
    p : float
        Probability.
    """

    def __init__(self, height: int, width: int, interpolation: Interpolation = "linear", p: float = 1):
        self.height = height
        self.width = width
        self.interpolation = _choice(_core.Interpolation, "interpolation", interpolation).name
        self.p = p
        self._operation = _core.resize(
            height=height, width=width, interpolation=_choice(_core.Interpolation, "interpolation", interpolation), p=p
        )


class LongestMaxSize(_Operation):
    """Scale so that the longest side is `max_size`; the shape stays."""

    def __init__(self, max_size: int = 1024, interpolation: Interpolation = "linear", p: float = 1):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        self.max_size = max_size
        self.interpolation = kind.name
        self.p = p
        self._operation = _core.longest_max_size(max_size=max_size, interpolation=kind, p=p)


class SmallestMaxSize(_Operation):
    """Scale so that the shortest side is `max_size`; the shape stays."""

    def __init__(self, max_size: int = 1024, interpolation: Interpolation = "linear", p: float = 1):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        self.max_size = max_size
        self.interpolation = kind.name
        self.p = p
        self._operation = _core.smallest_max_size(max_size=max_size, interpolation=kind, p=p)


class RandomResizedCrop(_Operation):
    """Cut out a piece of random area and shape and scale it to `size`.

    Parameters
    ----------
    size : (int, int)
        Height and width of the result.
    scale : (float, float)
        Share of the area that is kept. The default loses small objects and leaves their labels standing; see
        ``LabelSafeCrop``.
    ratio : (float, float)
        Width over height of the piece.
    interpolation : int or str
    p : float
        Probability.
    """

    def __init__(
        self,
        size: Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
        interpolation: Interpolation = "linear",
        p: float = 1,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        height, width = (int(side) for side in _pair("size", size))
        self.size = (height, width)
        self.scale = _pair("scale", scale)
        self.ratio = _pair("ratio", ratio)
        self.interpolation = kind.name
        self.p = p
        self._operation = _core.random_resized_crop(
            height=height, width=width, scale=self.scale, ratio=self.ratio, interpolation=kind, p=p
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


class CenterCrop(_Operation):
    """Keep `height` x `width` pixels about the middle."""

    def __init__(self, height: int, width: int, p: float = 1):
        self.height = height
        self.width = width
        self.p = p
        self._operation = _core.center_crop(height=height, width=width, p=p)


class RandomCrop(_Operation):
    """Keep `height` x `width` pixels at a place drawn uniformly."""

    def __init__(self, height: int, width: int, p: float = 1):
        self.height = height
        self.width = width
        self.p = p
        self._operation = _core.random_crop(height=height, width=width, p=p)


class PadIfNeeded(_Operation):
    """Extend a smaller image about its middle to at least `min_height` x `min_width`."""

    def __init__(
        self,
        min_height: int = 1024,
        min_width: int = 1024,
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 1,
    ):
        self.min_height = min_height
        self.min_width = min_width
        self.border_mode = _choice(_core.Border, "border_mode", border_mode).name
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.pad_if_needed(
            min_height=min_height,
            min_width=min_width,
            border_mode=_choice(_core.Border, "border_mode", border_mode),
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
        0.2 stands for factors from 0.8 to 1.2.
    brightness_by_max : bool
        What `brightness_limit` is a share of.
    p : float
        Probability.
    """

    def __init__(
        self,
        brightness_limit: Limits = (-0.2, 0.2),
        contrast_limit: Limits = (-0.2, 0.2),
        brightness_by_max: bool = True,
        p: float = 0.5,
    ):
        self.brightness_limit = _symmetric("brightness_limit", brightness_limit)
        self.contrast_limit = _symmetric("contrast_limit", contrast_limit)
        self.brightness_by_max = brightness_by_max
        self.p = p
        self._operation = _core.random_brightness_contrast(
            brightness_limit=self.brightness_limit,
            contrast_limit=self.contrast_limit,
            brightness_by_max=brightness_by_max,
            p=p,
        )


class GaussNoise(_Operation):
    """Add normal noise to every pixel and clip.

    Parameters
    ----------
    std_range : (float, float)
        Deviation as a share of 255. The default is albumentations' and strong; ``restrained`` uses (0.01, 0.03).
    mean_range : (float, float)
        Mean as a share of 255.
    per_channel : bool
        Whether red, green and blue receive noise of their own.
    p : float
        Probability.
    """

    def __init__(
        self,
        std_range: Sequence[float] = (0.2, 0.44),
        mean_range: Sequence[float] = (0.0, 0.0),
        per_channel: bool = True,
        p: float = 0.5,
    ):
        self.std_range = _pair("std_range", std_range)
        self.mean_range = _pair("mean_range", mean_range)
        self.per_channel = per_channel
        self.p = p
        self._operation = _core.gauss_noise(
            std_range=self.std_range, mean_range=self.mean_range, per_channel=per_channel, p=p
        )


class Normalize(_Operation):
    """Return (x / 255 - mean) / std as float32: the last operation of a pipeline."""

    def __init__(
        self,
        mean: Sequence[float] = (0.485, 0.456, 0.406),
        std: Sequence[float] = (0.229, 0.224, 0.225),
        p: float = 1,
    ):
        self.mean = tuple(float(value) for value in mean)
        self.std = tuple(float(value) for value in std)
        self.p = p
        if len(self.mean) != 3 or len(self.std) != 3:
            raise ArgumentError(f"augmentation: mean and std must be three numbers each; got {mean!r} and {std!r}")
        self._operation = _core.normalize(mean=self.mean, std=self.std, p=p)


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
            random = np.random.Generator(np.random.Philox(words))
            return function(image, random) if random.random() < p else image

        self._operation = _core.python_operation(call=call, name=self.name)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """Raise ``ArgumentError``: a function has no plain form."""
        raise ArgumentError(f"augmentation.Custom: {self.name!r} is a Python function, which cannot be stored")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and (self.function, self.p, self.name) == (other.function, other.p, other.name)

    __hash__ = None


_KINDS = {
    kind.__name__: kind
    for kind in (
        HorizontalFlip,
        VerticalFlip,
        Rotate,
        Resize,
        LongestMaxSize,
        SmallestMaxSize,
        RandomResizedCrop,
        LabelSafeCrop,
        CenterCrop,
        RandomCrop,
        PadIfNeeded,
        RandomBrightnessContrast,
        GaussNoise,
        Normalize,
    )
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
    ):
        self.transforms = [one if isinstance(one, _Operation) else Custom(one) for one in transforms]
        self.bbox_params = bbox_params
        self.guard = Guard(guard) if isinstance(guard, str) else guard
        self.fuse = fuse
        self._pipeline = _core.Pipeline([one._operation for one in self.transforms], fuse)
        if self.guard is not None:
            self._pipeline = _core.guarded(self._pipeline, **self.guard._options)

    def __call__(
        self,
        *,
        image: np.ndarray,
        mask: np.ndarray | None = None,
        masks: Sequence[np.ndarray] | None = None,
        mask_labels: Mapping[Any, Any] | Sequence[Any] | None = None,
        bboxes: Sequence[Sequence] | np.ndarray | None = None,
        seed: int = 0,
        epoch: int = 0,
        index: int = 0,
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
        seed, epoch, index : int
            Equal numbers give equal results. A loader passes its seed, the epoch and the sample's position.
        **fields
            The `label_fields` of `bbox_params`, or ``labels``: sequences with one entry a box.

        Returns
        -------
        dict
            ``image``: uint8, or float32 if the pipeline ends in ``Normalize``; what else was given, without the boxes that
            are gone; with boxes ``visibility``, the share of each that is seen; with labels ``targets``, what the guard
            makes of each.
        """
        numbers = (seed, epoch, index)
        if mask is None and masks is None and bboxes is None and not fields:
            return {"image": self._pipeline(image, *numbers)}
        return _augment(self, image, bboxes, mask, masks, mask_labels, fields, numbers)

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

    def to_dict(self) -> dict[str, Any]:
        """Return the pipeline as plain values, ready for JSON; ``from_dict`` reads them."""
        safety = {name: value.to_dict() for name, value in self._safety().items() if value is not None}
        fuse = {} if self.fuse else {"fuse": False}
        return {"name": "Compose", "transforms": [one.to_dict() for one in self.transforms], **safety, **fuse}

    def _safety(self) -> dict[str, Any]:
        return {"bbox_params": self.bbox_params, "guard": self.guard}

    def __repr__(self) -> str:
        safety = "".join(f", {name}={value!r}" for name, value in self._safety().items() if value is not None)
        fuse = "" if self.fuse else ", fuse=False"
        return f"Compose([{', '.join(map(repr, self.transforms))}]{safety}{fuse})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Compose):
            return False
        return (self.transforms, self._safety(), self.fuse) == (other.transforms, other._safety(), other.fuse)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.transforms)

    def __iter__(self):
        return iter(self.transforms)

    def __reduce__(self):
        return (_recompose, (self.transforms, {**self._safety(), "fuse": self.fuse}))


def _recompose(transforms: list[_Operation], options: dict[str, Any]) -> Compose:
    return Compose(transforms, **options)


def from_dict(values: dict[str, Any]) -> Compose | _Operation:
    """Return the pipeline or operation that ``to_dict`` described.

    Raises
    ------
    ArgumentError
        For an operation or a parameter that does not exist.
    """
    parameters = dict(values)
    name = parameters.pop("name", None)
    if name == "Compose":
        safety = {
            key: kind(**parameters[key])
            for key, kind in (("bbox_params", BboxParams), ("guard", Guard))
            if parameters.get(key) is not None
        }
        fuse = parameters.get("fuse", True)
        return Compose([from_dict(one) for one in parameters["transforms"]], fuse=fuse, **safety)  # type: ignore[arg-type]
    if name not in _KINDS:
        raise ArgumentError(
            f"augmentation.from_dict: name must be one of {', '.join(['Compose', *_KINDS])}; got {name!r}"
        )
    known = list(_inspect.signature(_KINDS[name].__init__).parameters)[1:]
    for parameter in parameters:
        if parameter not in known:
            raise ArgumentError(
                f"augmentation.from_dict: parameters of {name} must be among {', '.join(known)}; got {parameter!r}"
            )
    return _KINDS[name](**parameters)


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
    """
    if isinstance(size, Preprocessing):
        return Compose(
            [Resize(size.height, size.width, size.interpolation.name), Normalize(mean=size.mean, std=size.std)]  # type: ignore[arg-type]
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

# SPDX-License-Identifier: Apache-2.0
"""Operations that hold operations, and the pipeline."""

from __future__ import annotations

import inspect as _inspect
import itertools as _itertools
import secrets as _secrets
import sys as _sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from multilabel._core import ShapeError
from multilabel._core import augmentation as _core
from multilabel._core.augmentation import Preprocessing

from ._base import (
    _Operation,
    _remake,
)
from ._label_safety import BboxParams, Guard, Lost, _fields, _like, _Masks
from ._plain_operations import Custom, ToTensorV2


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
        image: np.ndarray,
        *,
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


def _augment(
    compose: Compose,
    image: np.ndarray,
    bboxes: Any,
    mask: Any,
    masks: Any,
    mask_labels: Any,
    fields: Mapping[str, Any],
    numbers: tuple[int, int, int],
) -> dict[str, Any]:
    height, width = np.shape(image)[:2]
    params = compose.bbox_params
    rows = [] if bboxes is None else list(bboxes)
    names = _fields(params, fields, len(rows)) if bboxes is not None or fields else []
    params = params or BboxParams()
    if any(len(row) < 4 for row in rows):
        raise ShapeError("augmentation.Compose: bboxes must have at least four numbers each")
    edges = params._to_edges(np.array([[float(x) for x in row[:4]] for row in rows]), height, width)
    edges, valid = params._valid(edges, height, width)
    used = np.flatnonzero(valid)
    if names:
        labels = [fields[names[0]][i] for i in used]
    else:
        labels = [rows[i][4] if len(rows[i]) > 4 else "" for i in used]
    known = _Masks(mask, masks, mask_labels)
    spelled = {str(label): label for label in [*labels, *known.labels]}
    moved, out, visible, index, _, others, outcomes = _core.augment(
        compose._pipeline,
        image,
        edges[used],
        [str(label) for label in labels],
        known.objects,
        [str(label) for label in known.labels],
        known.others,
        *numbers,
    )
    result: dict[str, Any] = {"image": moved}
    if known.mask is not None:
        result["mask"] = others[0]
    if known.masks is not None:
        result["masks"] = _like(masks, others[known.mask is not None :])
    if bboxes is not None:
        kept = params._kept(out, visible)
        source = used[index[kept]]
        size = moved.shape[:2]
        boxes = params._from_edges(out[kept], *size)
        if isinstance(bboxes, np.ndarray):
            further = bboxes[source, 4:] if bboxes.ndim == 2 else np.empty((0, 0))
            result["bboxes"] = np.concatenate([boxes, further], axis=1)
        else:
            result["bboxes"] = [[*box, *list(rows[i])[4:]] for box, i in zip(boxes.tolist(), source, strict=True)]
        for name in names:
            result[name] = _like(fields[name], [fields[name][i] for i in source])
        result["visibility"] = visible[kept]
    if labels or known.labels:
        result["targets"] = {spelled[label]: target for label, _, target in outcomes if label}
    return result


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

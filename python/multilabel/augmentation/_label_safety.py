# SPDX-License-Identifier: Apache-2.0
"""Boxes, masks and targets that travel with an image, and mixers of batches; public in ``multilabel.augmentation``."""

from __future__ import annotations

import inspect as _inspect
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from multilabel._choices import member
from multilabel._core import ArgumentError, ShapeError
from multilabel._core import augmentation as _core
from multilabel._label_arrays import label_names

from ._base import _remake

Lost = Literal["keep", "drop", "soft", "ignore", "resample"]
BoxFormat = Literal["coco", "pascal_voc", "albumentations", "yolo"]
_FORMATS = ("coco", "pascal_voc", "albumentations", "yolo")


class _Values:
    """Parameters as attributes, with ``repr``, equality, pickling and a plain form."""

    def _parameters(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in list(_inspect.signature(type(self).__init__).parameters)[1:]}

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as plain values, ready for JSON."""
        return self._parameters()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._parameters().items())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._parameters() == other._parameters()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self):
        return (_remake, (type(self), self._parameters()))


class Guard(_Values):
    """What becomes of a label whose objects have left the picture.

    Parameters
    ----------
    lost : {"resample", "drop", "soft", "ignore", "keep"}
        ``"resample"`` draws the pipeline again, up to `attempts` times; if none will do, the best attempt stands and the
        label is dropped. ``"drop"`` turns its target to 0, ``"ignore"`` to NaN (unknown), ``"keep"`` leaves it at 1.
        ``"soft"`` makes the target of every label with a box or mask the share that is seen.
    min_visibility : float
        0 to 1: a label is lost when less than this share of each of its objects is seen. The share is the area of what
        is seen over the area in the first image, once for all moves together.
    attempts : int
        For ``"resample"``, at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Guard, RandomCrop
    >>> pipeline = Compose([RandomCrop(4, 4)], guard=Guard("drop"))
    >>> result = pipeline(image=np.zeros((4, 12, 3), np.uint8), bboxes=[[0, 0, 4, 4], [8, 0, 12, 4]], labels=["a", "b"])
    >>> sum(result["targets"].values()) <= 1
    True
    """

    def __init__(self, lost: Lost = "resample", min_visibility: float = 0.5, attempts: int = 10):
        self.lost = lost
        self.min_visibility = min_visibility
        self.attempts = attempts
        self._options = {
            "lost": member("augmentation.Guard", _core.LostLabel, "lost", lost),
            "min_visibility": min_visibility,
            "attempts": attempts,
        }
        _core.guarded(_core.Pipeline([]), **self._options)  # refuses what is out of range


class BboxParams(_Values):
    """How boxes are written, and which ones the result keeps: albumentations' class, but measured once.

    Parameters
    ----------
    format : {"coco", "pascal_voc", "albumentations", "yolo"}
        (x, y, width, height), (x_min, y_min, x_max, y_max), the latter over the image's size, (x_center, y_center, width,
        height) over the image's size. Pixels of the upright image; the first pixel spans 0 to 1.
    label_fields : sequence of str, optional
        Further arguments of the call with one entry a box; they lose the entries of boxes that go. Without them a box may
        carry its label, and whatever else, behind its four numbers.
    min_area : float
        Least area of a box in the result, in its pixels.
    min_visibility : float
        0 to 1: least area of what is seen over the area in the first image.
    min_width, min_height : float
        Least size of a box in the result, in its pixels.
    check_each_transform : bool
        Without effect: no move is judged alone.
    clip : bool
        Cut boxes to the image first instead of refusing those that reach beyond.
    filter_invalid_bboxes : bool
        Leave out boxes without an area instead of refusing them, and cut all to the image first.
    max_accept_ratio : float, optional
        Largest ratio of a box's longer to its shorter side in the result.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import BboxParams, CenterCrop, Compose
    >>> crop = Compose([CenterCrop(4, 4)], bbox_params=BboxParams("coco", label_fields=["names"], min_visibility=0.5))
    >>> found = crop(image=np.zeros((8, 8, 3), np.uint8), bboxes=[[3, 3, 2, 2], [0, 0, 3, 3]], names=["cat", "dog"])
    >>> found["bboxes"], found["names"]  # the second box shows a ninth of itself
    ([[1.0, 1.0, 2.0, 2.0]], ['cat'])
    """

    def __init__(
        self,
        format: BoxFormat = "pascal_voc",
        label_fields: Sequence[str] | None = None,
        min_area: float = 0.0,
        min_visibility: float = 0.0,
        min_width: float = 0.0,
        min_height: float = 0.0,
        check_each_transform: bool = True,
        clip: bool = False,
        filter_invalid_bboxes: bool = False,
        max_accept_ratio: float | None = None,
    ):
        if format not in _FORMATS:
            raise ArgumentError(
                f"augmentation.BboxParams: format must be one of {', '.join(map(repr, _FORMATS))}; got {format!r}"
            )
        if not 0 <= min_visibility <= 1:
            raise ArgumentError(
                f"augmentation.BboxParams: min_visibility must be between 0 and 1; got {min_visibility}"
            )
        if max_accept_ratio is not None and max_accept_ratio < 1:
            raise ArgumentError(f"augmentation.BboxParams: max_accept_ratio must be at least 1; got {max_accept_ratio}")
        self.format = format
        self.label_fields = None if label_fields is None else list(label_fields)
        self.min_area = min_area
        self.min_visibility = min_visibility
        self.min_width = min_width
        self.min_height = min_height
        self.check_each_transform = check_each_transform
        self.clip = clip
        self.filter_invalid_bboxes = filter_invalid_bboxes
        self.max_accept_ratio = max_accept_ratio

    def _to_edges(self, values: np.ndarray, height: int, width: int) -> np.ndarray:
        """Return left, top, right, bottom in pixels."""
        boxes = np.array(values, dtype=np.float64).reshape(-1, 4)
        if self.format in ("albumentations", "yolo"):
            boxes *= [width, height, width, height]
        if self.format == "coco":
            boxes[:, 2:] += boxes[:, :2]
        elif self.format == "yolo":
            half = boxes[:, 2:] / 2
            boxes = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
        return boxes

    def _from_edges(self, edges: np.ndarray, height: int, width: int) -> np.ndarray:
        boxes = edges.copy()
        if self.format == "coco":
            boxes[:, 2:] -= boxes[:, :2]
        elif self.format == "yolo":
            boxes = np.concatenate([(edges[:, :2] + edges[:, 2:]) / 2, edges[:, 2:] - edges[:, :2]], axis=1)
        if self.format in ("albumentations", "yolo"):
            boxes /= [width, height, width, height]
        return boxes

    def _valid(self, edges: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the boxes, cut if that was asked for, and which of them to use; refuse the rest."""
        if self.clip or self.filter_invalid_bboxes:
            edges = np.clip(edges, 0, [width, height, width, height])
        area = (edges[:, 2] > edges[:, 0]) & (edges[:, 3] > edges[:, 1])
        if self.filter_invalid_bboxes:
            return edges, area
        slack = 1e-6 * max(height, width)  # what other tools' float32 leaves
        beyond = (edges < -slack).any(axis=1) | (edges > np.array([width, height, width, height]) + slack).any(axis=1)
        wrong = ~area | beyond
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            raise ArgumentError(
                f"augmentation.Compose: bboxes must have an area and lie within the image of {height} x {width} (height x "
                f"width); got {edges[i].tolist()} (left, top, right, bottom). Pass BboxParams(clip=True) or "
                "filter_invalid_bboxes=True to mend or drop such boxes"
            )
        return edges, area

    def _kept(self, edges: np.ndarray, visible: np.ndarray) -> np.ndarray:
        sides = edges[:, 2:] - edges[:, :2]
        kept = (
            (sides.prod(axis=1) >= self.min_area)
            & (visible >= self.min_visibility)
            & (sides[:, 0] >= self.min_width)
            & (sides[:, 1] >= self.min_height)
        )
        if self.max_accept_ratio is not None:
            kept &= sides.max(axis=1) <= self.max_accept_ratio * sides.min(axis=1)
        return kept


def _like(original: Any, values: list) -> Any:
    """Return `values` in the kind of sequence that `original` was."""
    if isinstance(original, np.ndarray):
        return np.array(values, dtype=original.dtype).reshape(len(values), *original.shape[1:])
    return tuple(values) if isinstance(original, tuple) else values


def _fields(params: BboxParams | None, fields: Mapping[str, Any], boxes: int) -> list[str]:
    """Return the names of the arguments with one entry a box; refuse others."""
    names = (params and params.label_fields) or [name for name in ("labels",) if name in fields]
    for name in fields:
        if name not in names:
            raise ArgumentError(
                f"augmentation.Compose: arguments must be image, mask, masks, mask_labels, bboxes, "
                f"{', '.join([*names, 'seed', 'epoch'])} or index; got {name!r}. Name it in BboxParams(label_fields=[...])"
            )
    for name in names:
        if name not in fields:
            raise ArgumentError(
                f"augmentation.Compose: {name!r} of label_fields must be given with the boxes; got none"
            )
        if len(fields[name]) != boxes:
            raise ShapeError(
                f"augmentation.Compose: {name} must have one entry a box, {boxes}; got {len(fields[name])}"
            )
    return list(names)


class _Masks:
    """The masks of a call: those with labels are objects, the others only follow."""

    def __init__(self, mask: Any, masks: Any, mask_labels: Any):
        self.mask = None if mask is None else np.ascontiguousarray(mask)
        self.masks = None if masks is None else [np.ascontiguousarray(one) for one in masks]
        self.objects: list[np.ndarray] = []
        self.labels: list[Any] = []
        if isinstance(mask_labels, Mapping):
            if self.mask is None or self.mask.ndim != 2:
                raise ArgumentError(
                    "augmentation.Compose: mask_labels from value to label needs mask=, an array [height, width]"
                )
            for value, label in mask_labels.items():
                self.objects.append((self.mask == value).astype(np.uint8))
                self.labels.append(label)
        elif mask_labels is not None:
            if self.masks is None or len(self.masks) != len(mask_labels):
                raise ShapeError(
                    "augmentation.Compose: mask_labels must name each of masks; got "
                    f"{len(mask_labels)} for {0 if self.masks is None else len(self.masks)}"
                )
            for one, label in zip(self.masks, mask_labels, strict=True):
                self.objects.append((one != 0).astype(np.uint8))
                self.labels.append(label)
        self.others = [] if self.mask is None else [self.mask]
        self.others += self.masks or []
        if any(one.ndim < 2 for one in self.others):
            raise ShapeError("augmentation.Compose: masks must be arrays [height, width] or [height, width, channels]")


class _Mixer(_Values):
    """What the mixers share: a call on arrays or tensors, and the compiled mixer that a loader takes."""

    _mixer: Any

    def __call__(
        self,
        images: Any,
        targets: Any,
        *,
        boxes: Sequence[Sequence[Sequence]] | None = None,
        labels: Any = None,
        seed: int = 0,
        epoch: int = 0,
        index: int = 0,
    ) -> tuple[Any, Any]:
        """Return mixed images and targets, as NumPy arrays or as torch tensors, as they came.

        Parameters
        ----------
        images : array or tensor [samples, channels, height, width]
            Normalised or not; left untouched.
        targets : array or tensor [samples, labels]
            0 to 1, or NaN where unknown.
        boxes : sequence of sequences of (x_min, y_min, x_max, y_max, label), optional
            In pixels of `images`, one sequence an image: their labels then count by what is seen of them.
        labels : MultiLabelBinarizer, Vocabulary or list of str, optional
            The columns of the targets; needed with `boxes`.
        seed, epoch, index : int
            Equal numbers give equal batches; `index` is the number of the batch.
        """
        tensor = hasattr(images, "detach")
        new_images, new_targets = (
            np.array(one.detach().cpu().numpy() if hasattr(one, "detach") else one, dtype=np.float32, order="C")
            for one in (images, targets)
        )
        where = f"augmentation.{type(self).__name__}"
        if new_images.ndim != 4 or new_targets.ndim != 2 or len(new_images) != len(new_targets):
            raise ShapeError(
                f"{where}: images and targets must be [samples, channels, height, width] and [samples, labels]; "
                f"got {list(new_images.shape)} and {list(new_targets.shape)}"
            )
        names: list[str] = []
        if labels is not None:
            names = label_names(labels)
        rows = [list(one) for one in boxes] if boxes is not None else []
        edges = [np.array([box[:4] for box in one], dtype=np.float64).reshape(-1, 4) for one in rows]
        self._mixer(
            new_images, new_targets, edges, [[str(box[4]) for box in one] for one in rows], names, seed, epoch, index
        )
        if not tensor:
            return new_images, new_targets
        from torch import from_numpy

        return (
            from_numpy(new_images).to(images.device, images.dtype if images.dtype.is_floating_point else None),
            from_numpy(new_targets).to(targets.device),
        )


class MixUp(_Mixer):
    """Lay every image of a batch over another one, and mix their targets.

    Parameters
    ----------
    alpha : float
        Above 0: the weight is drawn from Beta(alpha, alpha); small values leave one image dominant.
    targets : {"soft", "union"}
        The weighted sum, or the labels of both, of an image as long as its weight is at least `min_visibility`.
    p : float
        Probability of each row to be mixed.
    min_visibility : float
        0 to 1, for the union.

    Notes
    -----
    Partners form one cycle through the batch that is drawn from (seed, epoch, batch), so no image meets itself, and the
    result does not depend on workers. A cell that is unknown in either image stays unknown, unless it cannot matter.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import MixUp
    >>> images = np.stack([np.zeros((3, 2, 2)), np.ones((3, 2, 2))])
    >>> mixed, targets = MixUp(alpha=1)(images, np.eye(2), seed=3)
    >>> bool(np.isclose(mixed[0, 0, 0, 0], targets[0, 1]))
    True
    """

    def __init__(
        self,
        alpha: float = 0.2,
        targets: Literal["soft", "union"] = "soft",
        p: float = 1.0,
        min_visibility: float = 0.25,
    ):
        self.alpha = alpha
        self.targets = targets
        self.p = p
        self.min_visibility = min_visibility
        mode = member("augmentation.MixUp", _core.MixTargets, "targets", targets)
        self._mixer = _core.mix_up(alpha=alpha, targets=mode, p=p, min_visibility=min_visibility)


class CutMix(_Mixer):
    """Replace a rectangle of every image of a batch by that of another one, and mix their targets by what is seen.

    Parameters
    ----------
    alpha : float
        Above 0: the rectangle's share of the area is drawn from Beta(alpha, alpha); 1 is uniform.
    targets : {"soft", "union"}
        Each target times the share of its image that is seen, or, where boxes are known, of its object; or the labels of
        both, each as long as that share is at least `min_visibility`.
    p : float
        Probability of each row to be mixed.
    min_visibility : float
        0 to 1, for the union.

    Notes
    -----
    Shares are those of the rectangle that lies within the image. Partners and unknown cells as for ``MixUp``.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import CutMix
    >>> images = np.stack([np.zeros((3, 8, 8)), np.ones((3, 8, 8))])
    >>> mixed, targets = CutMix()(images, np.eye(2), seed=3)
    >>> bool(np.isclose(mixed[0].mean(), targets[0, 1]))
    True
    """

    def __init__(
        self,
        alpha: float = 1.0,
        targets: Literal["soft", "union"] = "soft",
        p: float = 1.0,
        min_visibility: float = 0.25,
    ):
        self.alpha = alpha
        self.targets = targets
        self.p = p
        self.min_visibility = min_visibility
        mode = member("augmentation.CutMix", _core.MixTargets, "targets", targets)
        self._mixer = _core.cut_mix(alpha=alpha, targets=mode, p=p, min_visibility=min_visibility)


class Mosaic(_Mixer):
    """Put four images of a batch into one.

    Parameters
    ----------
    fit : {"scale", "cut"}
        Whole images, made smaller, lose no label; pieces cut at their own scale do, unless boxes are known: then a piece
        that would cost a label is scaled instead.
    center : (float, float)
        Where the tiles meet, as a share of width and of height, drawn from this range within 0 to 1.
    targets : {"union", "soft"}
        As in ``CutMix``. Of whole images both are the same.
    p : float
        Probability of each row to be mixed.
    min_visibility : float
        0 to 1: the least share of an object that a cut may leave, and for the union of an image or object whose label
        counts.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Mosaic
    >>> mixed, targets = Mosaic()(np.zeros((4, 3, 8, 8)), np.eye(4), seed=3)
    >>> targets[0].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(
        self,
        fit: Literal["scale", "cut"] = "scale",
        center: Sequence[float] = (0.4, 0.6),
        targets: Literal["soft", "union"] = "union",
        p: float = 1.0,
        min_visibility: float = 0.25,
    ):
        self.fit = fit
        self.center = tuple(float(value) for value in center)
        self.targets = targets
        self.p = p
        self.min_visibility = min_visibility
        if len(self.center) != 2:
            raise ArgumentError(f"augmentation.Mosaic: center must be (low, high); got {center!r}")
        self._mixer = _core.mosaic(
            fit=member("augmentation.Mosaic", _core.MosaicFit, "fit", fit),
            center=self.center,
            targets=member("augmentation.Mosaic", _core.MixTargets, "targets", targets),
            p=p,
            min_visibility=min_visibility,
        )

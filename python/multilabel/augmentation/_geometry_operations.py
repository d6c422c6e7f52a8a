# SPDX-License-Identifier: Apache-2.0
"""Operations that move pixels, or paint over them, beyond flips, turns and crops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import augmentation as _core

from ._base import (
    Border,
    Interpolation,
    Limits,
    _choice,
    _color,
    _fixed,
    _Operation,
    _pair,
    _symmetric,
    _whole_pair,
)

AxisLimits = float | Sequence[float] | Mapping[str, float | Sequence[float]]


def _axes(name: str, value: AxisLimits, missing: float) -> dict[str, tuple[float, float]]:
    """Return {"x": (low, high), "y": (low, high)}; a number stands for itself, an axis left out for `missing`."""
    if isinstance(value, Mapping):
        if not value or not set(value) <= {"x", "y"}:
            raise ArgumentError(f"augmentation: {name} must have the keys 'x' and 'y' or one of them; got {value!r}")
        return {axis: _fixed(name, value.get(axis, missing)) for axis in ("x", "y")}
    return {"x": _fixed(name, value), "y": _fixed(name, value)}


def _pairs(axes: dict[str, tuple[float, float]] | None) -> Any:
    return None if axes is None else (axes["x"], axes["y"])


class Affine(_Operation):
    """Scale, turn, shear and shift about the middle, each by what is drawn from its range.

    Parameters
    ----------
    scale : float, (float, float) or {"x": ..., "y": ...}
        Factors above 0; above 1 the content grows. A number is a fixed value.
    translate_percent : float, (float, float), dict or None
        Shift as a share of the width and height.
    translate_px : int, (int, int), dict or None
        Shift in whole pixels; not together with `translate_percent`.
    rotate : float or (float, float)
        Degrees, counter-clockwise. A number is a fixed value, unlike in ``Rotate``.
    shear : float, (float, float) or {"x": ..., "y": ...}
        Degrees, -89 to 89.
    interpolation : int or str
    fit_output : bool
        Give the result the size that shows exactly all of the image.
    keep_ratio : bool
        Scale both axes by the same number.
    balanced_scale : bool
        Draw from below 1 and from above 1 equally often.
    border_mode : int or str
        What stands beyond the edges: ``"constant"`` is albumentations' default, ``"reflect_101"`` continues the
        picture.
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Affine, Compose
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> right = Affine(translate_px={"x": 1}, p=1)
    >>> Compose([right])(image=image)["image"][..., 0].tolist()
    [[0, 0, 1], [0, 3, 4], [0, 6, 7]]
    """

    def __init__(
        self,
        scale: AxisLimits = (1.0, 1.0),
        translate_percent: AxisLimits | None = None,
        translate_px: AxisLimits | None = None,
        rotate: Limits = 0.0,
        shear: AxisLimits = (0.0, 0.0),
        interpolation: Interpolation = "linear",
        fit_output: bool = False,
        keep_ratio: bool = False,
        balanced_scale: bool = False,
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 0.5,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        border = _choice(_core.Border, "border_mode", border_mode)
        self.scale = _axes("scale", scale, 1.0)
        self.translate_percent = None if translate_percent is None else _axes("translate_percent", translate_percent, 0)
        self.translate_px = None if translate_px is None else _axes("translate_px", translate_px, 0)
        self.rotate = _fixed("rotate", rotate)
        self.shear = _axes("shear", shear, 0.0)
        self.interpolation = kind.name
        self.fit_output = fit_output
        self.keep_ratio = keep_ratio
        self.balanced_scale = balanced_scale
        self.border_mode = border.name
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.affine(
            scale=_pairs(self.scale),
            translate_percent=_pairs(self.translate_percent),
            translate_px=_pairs(self.translate_px),
            rotate=self.rotate,
            shear=_pairs(self.shear),
            interpolation=kind,
            fit_output=fit_output,
            keep_ratio=keep_ratio,
            balanced_scale=balanced_scale,
            border_mode=border,
            fill=self.fill,
            p=p,
        )


class ShiftScaleRotate(_Operation):
    """Shift, scale and turn: ``Affine`` under the names of an older interface.

    Parameters
    ----------
    shift_limit : float or (float, float)
        Share of the width and height; a number stands for minus to plus it.
    scale_limit : float or (float, float)
        Above -1; added to 1, drawn for each axis; a number stands for minus to plus it.
    rotate_limit : float or (float, float)
        Degrees, counter-clockwise.
    interpolation, border_mode : int or str
    shift_limit_x, shift_limit_y : float, (float, float) or None
        In place of `shift_limit` for one axis.
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, ShiftScaleRotate
    >>> image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    >>> turn = ShiftScaleRotate(shift_limit=0, scale_limit=0, rotate_limit=(90, 90), p=1)
    >>> Compose([turn])(image=image)["image"][..., 0].tolist()
    [[2, 5, 8], [1, 4, 7], [0, 3, 6]]
    """

    def __init__(
        self,
        shift_limit: Limits = (-0.0625, 0.0625),
        scale_limit: Limits = (-0.1, 0.1),
        rotate_limit: Limits = (-45, 45),
        interpolation: Interpolation = "linear",
        border_mode: Border = "constant",
        shift_limit_x: Limits | None = None,
        shift_limit_y: Limits | None = None,
        fill: float | Sequence[float] = 0,
        p: float = 0.5,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        border = _choice(_core.Border, "border_mode", border_mode)
        self.shift_limit = _symmetric("shift_limit", shift_limit)
        self.scale_limit = _symmetric("scale_limit", scale_limit)
        self.rotate_limit = _symmetric("rotate_limit", rotate_limit)
        self.interpolation = kind.name
        self.border_mode = border.name
        self.shift_limit_x = _symmetric("shift_limit_x", self.shift_limit if shift_limit_x is None else shift_limit_x)
        self.shift_limit_y = _symmetric("shift_limit_y", self.shift_limit if shift_limit_y is None else shift_limit_y)
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.shift_scale_rotate(
            shift_limit_x=self.shift_limit_x,
            shift_limit_y=self.shift_limit_y,
            scale_limit=self.scale_limit,
            rotate_limit=self.rotate_limit,
            interpolation=kind,
            border_mode=border,
            fill=self.fill,
            p=p,
        )


class SafeRotate(_Operation):
    """Turn by an angle drawn from `limit` and shrink, so that no corner is lost; the size stays.

    Parameters
    ----------
    limit : float or (float, float)
        Degrees; a number stands for minus to plus it. A positive angle turns counter-clockwise.
    interpolation, border_mode : int or str
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, SafeRotate
    >>> image = np.full((8, 8, 3), 200, np.uint8)
    >>> turned = Compose([SafeRotate(limit=(45, 45), p=1)])(image=image)["image"]
    >>> turned.shape, turned[0, 0].tolist()  # the same size; the corner shows the fill
    ((8, 8, 3), [0, 0, 0])
    """

    def __init__(
        self,
        limit: Limits = (-90, 90),
        interpolation: Interpolation = "linear",
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 0.5,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        border = _choice(_core.Border, "border_mode", border_mode)
        self.limit = _symmetric("limit", limit)
        self.interpolation = kind.name
        self.border_mode = border.name
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.safe_rotate(
            limit=self.limit, interpolation=kind, border_mode=border, fill=self.fill, p=p
        )


class Perspective(_Operation):
    """Show the picture as seen from somewhat aside.

    Parameters
    ----------
    scale : float or (float, float)
        Deviation of each corner's move inwards, at least 0, as a share of the width and height; no corner moves by
        more than 0.32. A number stands for 0 to it.
    keep_size : bool
        Give the result the size of the image.
    fit_output : bool
        Show all of the image.
    interpolation, border_mode : int or str
    fill : float or three floats
        RGB colour for the constant border, 0 to 255.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, Perspective
    >>> image = np.full((16, 16, 3), 200, np.uint8)
    >>> Compose([Perspective(scale=0.1, keep_size=True, p=1)])(image=image, seed=0)["image"].shape
    (16, 16, 3)
    """

    def __init__(
        self,
        scale: Limits = (0.05, 0.1),
        keep_size: bool = True,
        fit_output: bool = False,
        interpolation: Interpolation = "linear",
        border_mode: Border = "constant",
        fill: float | Sequence[float] = 0,
        p: float = 0.5,
    ):
        kind = _choice(_core.Interpolation, "interpolation", interpolation)
        border = _choice(_core.Border, "border_mode", border_mode)
        self.scale = _fixed("scale", scale, low=0)
        self.keep_size = keep_size
        self.fit_output = fit_output
        self.interpolation = kind.name
        self.border_mode = border.name
        self.fill = _color(fill)
        self.p = p
        self._operation = _core.perspective(
            scale=self.scale,
            keep_size=keep_size,
            fit_output=fit_output,
            interpolation=kind,
            border_mode=border,
            fill=self.fill,
            p=p,
        )


class CoarseDropout(_Operation):
    """Paint over a few rectangles at random places.

    Parameters
    ----------
    num_holes_range : (int, int)
        Fewest and most, at least 1.
    hole_height_range, hole_width_range : (float, float)
        Shares of the height and width if below 1, else whole pixels; both of one kind. A hole may hide a
        small object and leave its label standing: keep holes smaller than the objects that matter.
    fill : float, three floats, "random" or "random_uniform"
        RGB colour, 0 to 255; a random one for every pixel; one random one for each hole.
    p : float
        Probability.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import CoarseDropout, Compose
    >>> image = np.zeros((4, 4, 3), np.uint8)
    >>> hole = CoarseDropout((1, 1), hole_height_range=(0.5, 0.5), hole_width_range=(0.5, 0.5), fill=9, p=1)
    >>> Compose([hole])(image=image, seed=0)["image"][..., 0].tolist()
    [[0, 9, 9, 0], [0, 9, 9, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """

    def __init__(
        self,
        num_holes_range: Sequence[int] = (1, 2),
        hole_height_range: Sequence[float] = (0.1, 0.2),
        hole_width_range: Sequence[float] = (0.1, 0.2),
        fill: float | Sequence[float] | Literal["random", "random_uniform"] = 0,
        p: float = 0.5,
    ):
        if isinstance(fill, str) and fill not in ("random", "random_uniform"):
            raise ArgumentError(
                f"augmentation.CoarseDropout: fill must be a number, three of them, 'random' or 'random_uniform'; "
                f"got {fill!r}"
            )
        self.num_holes_range = _whole_pair("num_holes_range", num_holes_range)
        self.hole_height_range = _pair("hole_height_range", hole_height_range)
        self.hole_width_range = _pair("hole_width_range", hole_width_range)
        self.fill = fill if isinstance(fill, str) else _color(fill)
        self.p = p
        self._operation = _core.coarse_dropout(
            num_holes_range=self.num_holes_range,
            hole_height_range=self.hole_height_range,
            hole_width_range=self.hole_width_range,
            fill_with=_core.HoleFill.__members__[fill if isinstance(fill, str) else "color"],
            fill=(0, 0, 0) if isinstance(fill, str) else _color(np.asarray(fill).tolist()),
            p=p,
        )

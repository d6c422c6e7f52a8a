# SPDX-License-Identifier: Apache-2.0
"""What the pictures of multilabel.plot share: colours, plain Axes, checked arrays and drawn images."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._core import ArgumentError, DataError, ShapeError
from ._label_arrays import array_for, check_pair

try:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
except ImportError as error:
    raise ImportError(
        "multilabel.plot: matplotlib must be installed; got none. pip install 'multilabel[report]'"
    ) from error

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

INK, MUTED, LINE = "#1d2430", "#5b6472", "#d9dee5"
BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY = "#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9"
SERIES = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (8, 1.5)), (0, (1, 1)))


def verdict(truth: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which labels of one sample were found, are missing and are spurious; an unknown cell is none of them."""
    true, guessed = truth > 0, predicted > 0
    return np.flatnonzero(true & guessed), np.flatnonzero(true & ~guessed), np.flatnonzero((truth == 0) & guessed)


class ShownAxes(Axes):
    """Axes of a figure of their own: a notebook shows the figure where they are a cell's last value."""

    def _repr_png_(self) -> bytes:
        figure, picture = self.get_figure(root=True), io.BytesIO()
        if figure is not None:
            figure.savefig(picture, format="png", dpi=110)
        return picture.getvalue()


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    if ax is not None:
        return ax
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)  # a reader's font may be larger than the one measured here
    return Figure(figsize=(width, height), layout=layout).subplots(subplot_kw={"axes_class": ShownAxes})


def clean(ax: Axes, *, grid: Literal["x", "y", "both"] | None) -> None:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(LINE)
    ax.tick_params(colors=MUTED, labelsize=9 if grid else 8, length=3)
    ax.xaxis.label.set_color(MUTED)
    ax.yaxis.label.set_color(MUTED)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color=LINE, linewidth=0.6)


def legend(ax: Axes, *, loc: str, parse_math: bool = True, **layout: Any) -> None:
    style: dict[str, Any] = {"loc": loc, "frameon": False, "fontsize": 9, "labelcolor": INK, "handlelength": 2.4}
    for text in ax.legend(**style | layout).get_texts():
        text.set_parse_math(parse_math)


def readable(name: str) -> str:
    """Return a column or metric as people write it: "f1_samples" as "F1 samples", "map" as "mAP"."""
    words = {"f1": "F1", "map": "mAP", "auc": "AUC"}
    return " ".join(words.get(word, word) for word in name.replace("mean_average_precision", "map").split("_"))


def line_style(i: int) -> dict[str, Any]:
    return {"color": SERIES[i % len(SERIES)], "linestyle": DASHES[i % len(DASHES)]}


def mark(ax: Axes, x: float, y: float) -> None:
    style: dict[str, Any] = {"markerfacecolor": VERMILION, "markeredgecolor": "white", "markeredgewidth": 1.5}
    ax.plot([x], [y], marker="o", markersize=8, zorder=6, **style)


def note(ax: Axes, text: str, point: tuple[float, float], shift: tuple[float, float], **style: Any) -> None:
    ax.annotate(text, point, xytext=shift, textcoords="offset points", fontsize=9.5, color=INK, **style)


def target_matrix(values: ArrayLike, where: str) -> np.ndarray:
    """Return a float matrix [samples, labels] whose unknown cells (-1 or NaN) are NaN."""
    matrix = array_for(where, "targets", values).astype(float)
    if matrix.ndim != 2:
        raise ShapeError(f"{where}: targets must have the shape [samples, labels]; got {list(matrix.shape)}")
    return np.where(matrix == -1, np.nan, matrix)


def matching(targets: ArrayLike, scores: ArrayLike, where: str) -> tuple[np.ndarray, np.ndarray]:
    check_pair(where, targets=targets, scores=scores)
    truth, score = target_matrix(targets, where), array_for(where, "scores", scores).astype(float)
    if truth.shape != score.shape:
        shapes = f"{list(truth.shape)} and {list(score.shape)}"
        raise ShapeError(f"{where}: both arrays must have one shape [samples, labels]; got {shapes}")
    if np.isnan(score).any():
        raise ArgumentError(
            f"{where}: scores must be numbers; got NaN in row {int(np.argwhere(np.isnan(score))[0, 0])}"
        )
    return truth, score


def column_names(labels: Iterable[str] | None, count: int, where: str) -> list[str]:
    """Return one name a column; ``labels`` may be names, a binarizer's classes or a Vocabulary."""
    if labels is None:
        return [f"label {i}" for i in range(count)]
    names = [str(name) for name in getattr(labels, "labels", labels)]
    if len(names) != count:
        raise ShapeError(f"{where}: labels must be {count} names, one a column; got {len(names)}")
    return names


def precision_recall_steps(truth: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return recall, precision and thresholds, from high to low; tied scores are one step.

    Recall and precision begin with a point at recall 0 that no threshold belongs to.
    """
    known = np.isfinite(truth)
    positive, score = truth[known] > 0, score[known]
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    ends = np.flatnonzero(np.r_[np.diff(score) != 0, True]) if score.size else np.zeros(0, dtype=int)
    hits = np.cumsum(positive)[ends]
    precision = hits / (ends + 1)
    recall = hits / max(int(positive.sum()), 1)
    last = len(ends) - 1  # a long curve is thinned, evenly and again near its start, where precision jumps
    thinned = np.arange(len(ends))
    if last > 600:
        thinned = np.unique(np.r_[0, np.linspace(0, last, 400), np.geomspace(1, last, 200)].astype(int))
    precision, recall = precision[thinned], recall[thinned]
    return np.r_[0.0, recall], np.r_[precision[:1], precision], score[ends][thinned]


def wilson_interval(hits: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    z2 = 1.959964**2
    share = hits / cells
    centre = (share + z2 / (2 * cells)) / (1 + z2 / cells)
    half = np.sqrt(z2 * (share * (1 - share) / cells + z2 / (4 * cells**2))) / (1 + z2 / cells)
    return centre - half, centre + half


def history_columns(history: Any) -> dict[str, list[float]]:
    """Return the table of a training as column -> values, from a CSV file, a mapping or an object with ``to_dict``."""
    if isinstance(history, (str, PathLike)):
        return read_history(history)
    if not isinstance(history, Mapping):
        history = history.to_dict()
    return {str(name): list(values) for name, values in history.items()}


def read_history(path: str | PathLike[str]) -> dict[str, list[float]]:
    """Read the table that CSVLogger writes: a header, then a row an epoch; an empty cell is NaN."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise DataError(f"plot.history: {fspath(path)} must be a readable CSV file; got {error.strerror}") from error
    if len(rows) < 2:
        raise DataError(
            f"plot.history: {fspath(path)} must hold a header and at least one epoch; got {len(rows)} lines"
        )
    header = [name.strip() for name in rows[0]]
    table: dict[str, list[float]] = {name: [] for name in header}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise DataError(
                f"plot.history: {fspath(path)}, line {number} must have {len(header)} cells; got {len(row)}"
            )
        for name, cell in zip(header, row, strict=True):
            try:
                table[name].append(float(cell) if cell.strip() else math.nan)
            except ValueError:
                raise DataError(
                    f"plot.history: {fspath(path)}, line {number}, column {name} must be a number; got {cell!r}"
                ) from None
    return table


def pixels_of(image: Any) -> np.ndarray:
    if isinstance(image, (str, PathLike)):
        from . import data

        return np.asarray(data.read_image(fspath(image)))
    return np.asarray(image)


def displayable(image: Any, pipeline: Any) -> np.ndarray:
    """Return uint8 pixels [height, width, 3] of whatever an augmentation answers, normalised or not."""
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[0] == 3 and pixels.shape[2] != 3:
        pixels = pixels.transpose(1, 2, 0)
    if pixels.dtype == np.uint8:
        return pixels
    how = getattr(pipeline, "preprocessing", None)
    mean, std = (getattr(how, name, None) for name in ("mean", "std"))
    own_values = getattr(getattr(how, "normalization", None), "name", "standard") != "standard"
    if mean is not None and std is not None and not own_values:
        pixels = pixels * np.asarray(std) + np.asarray(mean)
    else:
        low, high = float(pixels.min()), float(pixels.max())
        pixels = (pixels - low) / (high - low) if high > low else pixels * 0
    return np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8)


def picture(ax: Axes, image: Any, x: float, y: float) -> None:
    """Draw an image into the unit square whose upper left corner is (x, y), centred and undistorted."""
    pixels = pixels_of(image)
    height, width = pixels.shape[:2]
    w, h = width / max(width, height), height / max(width, height)
    left, top = x + (1 - w) / 2, y + (1 - h) / 2
    ax.imshow(pixels, extent=(left, left + w, top + h, top), interpolation="bilinear", cmap="gray")


def finish_grid(ax: Axes, width: float, height: float) -> Axes:
    ax.set(xlim=(-0.03, width + 0.03), ylim=(height, -0.03), aspect="equal")
    ax.set_axis_off()
    return ax


def sample_of(dataset: Any, i: int) -> tuple[np.ndarray, list[str], list[tuple[float, float, float, float, str]]]:
    """Return the image, the labels and the boxes (left, top, right, bottom, label) of sample `i` of a data set."""
    from ._core import data as _data

    return (
        _data.sample_image(dataset._dataset, i),
        dataset[i][1],
        _data.sample_boxes(dataset._dataset, i),
    )


def boxes_on(ax: Axes, boxes: Iterable[Any], image: np.ndarray, x: float, y: float) -> None:
    """Draw boxes in pixels of `image` over its picture in the unit square at (x, y)."""
    height, width = image.shape[:2]
    scale = 1 / max(width, height)
    left, top = x + (1 - width * scale) / 2, y + (1 - height * scale) / 2
    for box in boxes:
        a, b, c, d = (float(value) * scale for value in box[:4])
        corners_x = [left + a, left + c, left + c, left + a, left + a]
        corners_y = [top + b, top + b, top + d, top + d, top + b]
        ax.plot(corners_x, corners_y, color="white", linewidth=2.4, solid_joinstyle="miter")
        ax.plot(corners_x, corners_y, color=BLUE, linewidth=1.2, solid_joinstyle="miter")


def words_under(ax: Axes, words: str, x: float, y: float, *, color: str) -> None:
    """Write under the unit square at (x, y), cut to its width."""
    words = words if len(words) <= 24 else words[:23] + "…"
    ax.text(x + 0.5, y + 1.03, words, color=color, fontsize=7.5, ha="center", va="top", parse_math=False)

# SPDX-License-Identifier: Apache-2.0
"""Pictures of a multi-label data set, its training and its answers: matplotlib Axes in, Axes out.

Every function draws into ``ax`` and returns it; without ``ax`` it makes a figure of its own, reached as ``ax.figure``.
Nothing here touches pyplot or matplotlib's global settings, so a server or a loop may draw without leaking figures. The
colours are Okabe and Ito's, which stay apart for colour-blind readers; a mark or a line style says the same again.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

try:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.ticker import MaxNLocator, PercentFormatter
except ImportError as error:
    raise ImportError(
        "multilabel.plot: matplotlib must be installed; got none. pip install 'multilabel[report]'"
    ) from error

from . import _drawing as draw
from ._core import ArgumentError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

    from .threshold import Average, Metric

__all__ = [
    "audit",
    "augment_preview",
    "augmentations",
    "co_occurrence",
    "history",
    "label_distribution",
    "precision_recall",
    "predictions",
    "reliability",
    "threshold_curves",
]


def label_distribution(
    targets: ArrayLike | Mapping[str, ArrayLike],
    labels: Iterable[str] | None = None,
    *,
    top: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many samples carry each label, the most frequent first.

    Parameters
    ----------
    targets : array [samples, labels], or a mapping from the name of a split to such an array
        1 present, 0 absent, NaN or -1 unknown (not counted). Splits are stacked in the order given.
    labels : iterable of str, optional
        Their names, in the order of the columns.
    top : int, optional
        Only the ``top`` most frequent labels; all by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from multilabel import plot
    >>> ax = plot.label_distribution([[1, 0], [1, 1], [1, 0]], ["sky", "boat"])
    >>> [int(bar.get_width()) for bar in ax.patches]
    [3, 1]
    """
    splits = dict(targets) if isinstance(targets, Mapping) else {"": targets}
    counts = {
        name: np.nansum(draw.target_matrix(split, "plot.label_distribution") > 0, axis=0)
        for name, split in splits.items()
    }
    widths = {len(count) for count in counts.values()}
    if len(widths) != 1:
        raise ShapeError(
            "plot.label_distribution: the splits must be non-empty and have one number of labels; "
            f"got {sorted(widths) or 'no split'}"
        )
    names = draw.column_names(labels, widths.pop(), "plot.label_distribution")
    total = np.sum(list(counts.values()), axis=0)
    order = np.argsort(-total, kind="stable")[:top]
    ax = draw.axes_or_new(ax, 6.4, 0.9 + 0.2 * len(order))
    left = np.zeros(len(order))
    for i, (name, count) in enumerate(counts.items()):
        ax.barh(
            np.arange(len(order)), count[order], left=left, height=0.72, color=draw.SERIES[i % 6], label=name or None
        )
        left = left + count[order]
    ax.set_yticks(np.arange(len(order)), labels=[names[i] for i in order], parse_math=False)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlabel("samples with the label")
    draw.clean(ax, grid="x")
    if len(counts) > 1:
        draw.legend(ax, loc="lower right")
    return ax


def co_occurrence(
    targets: ArrayLike,
    labels: Iterable[str] | None = None,
    *,
    normalize: Literal["row", "jaccard", "none"] = "row",
    ax: Axes | None = None,
) -> Axes:
    """Draw which labels appear together.

    Parameters
    ----------
    targets : array [samples, labels]
        1 present, 0 absent; a sample counts for a pair where both cells are known.
    labels : iterable of str, optional
        Their names, in the order of the columns.
    normalize : {"row", "jaccard", "none"}, default="row"
        "row": the share of the row's samples that also carry the column's label; "jaccard": both over either;
        "none": counts.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The diagonal is left empty: a label always appears with itself.

    Examples
    --------
    >>> from multilabel import plot
    >>> ax = plot.co_occurrence([[1, 1], [1, 0]], ["animal", "cat"])
    >>> ax.images[0].get_array().filled(-1).tolist()
    [[-1.0, 0.5], [1.0, -1.0]]
    """
    matrix = draw.target_matrix(targets, "plot.co_occurrence")
    present = (matrix > 0).astype(float)
    together = present.T @ present
    if normalize == "none":
        shown = together
    elif normalize in ("row", "jaccard"):
        known = np.isfinite(matrix).astype(float)
        of_row = present.T @ known
        base = of_row if normalize == "row" else of_row + of_row.T - together
        shown = np.divide(together, base, out=np.zeros_like(together), where=base > 0)
    else:
        raise ArgumentError(f'plot.co_occurrence: normalize must be "row", "jaccard" or "none"; got {normalize!r}')
    names = draw.column_names(labels, len(shown), "plot.co_occurrence")
    size = 2.0 + 0.17 * len(names)
    ax = draw.axes_or_new(ax, size + 0.6, size)
    # From nothing to full colour, so that the picture sits as well on a dark page as on a white one.
    ramp = LinearSegmentedColormap.from_list("multilabel", [(0, 0.447, 0.698, 0.0), (0, 0.447, 0.698, 1.0)])
    cells = np.ma.masked_array(shown, mask=np.eye(len(names), dtype=bool))
    picture = ax.imshow(cells, cmap=ramp, vmin=0, vmax=1 if normalize == "row" else None, interpolation="nearest")
    ticks = np.arange(len(names))
    ax.set_xticks(ticks, labels=names, rotation=90, fontsize=8, parse_math=False)
    ax.set_yticks(ticks, labels=names, fontsize=8, parse_math=False)
    draw.clean(ax, grid=None)
    ax.tick_params(length=0)
    bar = ax.figure.colorbar(picture, ax=ax, shrink=0.5, aspect=24, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=draw.MUTED, length=0, labelsize=8)
    if normalize == "row":
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_xlabel("of the samples with the row's label, how many carry the column's", fontsize=9)
    return ax


def precision_recall(
    targets: ArrayLike,
    scores: ArrayLike,
    labels: Iterable[str] | None = None,
    *,
    highlight: Iterable[str] = (),
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw precision against recall over all thresholds: every label thin, all cells together bold.

    Parameters
    ----------
    targets, scores : array [samples, labels]
        Truth (NaN or -1 unknown, skipped) and scores, higher meaning more likely.
    labels : iterable of str, optional
        Their names, in the order of the columns.
    highlight : iterable of str
        Labels drawn in colour and named; the others are one shade of grey.
    threshold : float, optional
        Marks the point of the bold line where a cell is predicted when its score is at least this.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from multilabel import plot
    >>> targets, scores = [[1, 0], [0, 1]], [[0.9, 0.2], [0.6, 0.4]]
    >>> ax = plot.precision_recall(targets, scores, ["cat", "dog"], highlight=["dog"], threshold=0.5)
    >>> ax.get_xlabel()
    'recall'
    """
    truth, score = draw.matching(targets, scores, "plot.precision_recall")
    names = draw.column_names(labels, truth.shape[1], "plot.precision_recall")
    ax = draw.axes_or_new(ax, 5.2, 4.4)
    coloured = list(highlight)
    unknown = sorted(set(coloured) - set(names))
    if unknown:
        raise ArgumentError(f"plot.precision_recall: highlight must hold labels of the columns; got {unknown[0]!r}")
    for column, name in enumerate(names):
        if not (truth[:, column] > 0).any():
            continue  # no positives: recall is undefined
        recall, precision, _ = draw.precision_recall_steps(truth[:, column], score[:, column])
        if name in coloured:
            i = coloured.index(name) + 1
            ax.step(recall, precision, **draw.line_style(i), linewidth=1.5, label=name, zorder=3)
        else:
            ax.step(recall, precision, color=draw.LINE, linewidth=0.7, zorder=1)
    recall, precision, cut = draw.precision_recall_steps(truth.ravel(), score.ravel())
    ax.step(recall, precision, color=draw.BLUE, linewidth=2.2, label="all cells (micro)", zorder=4)
    if threshold is not None:
        predicted = int(np.searchsorted(-cut, -threshold, side="right"))
        if predicted > 0:
            point = recall[predicted], precision[predicted]
            draw.mark(ax, *point)
            draw.note(ax, f"threshold {threshold:.3g}", point, (9, 5))
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.01))
    draw.clean(ax, grid="both")
    draw.legend(ax, loc="lower left", parse_math=False, bbox_to_anchor=(-0.02, 1.0), ncols=3, columnspacing=1.4)
    return ax


def threshold_curves(
    targets: ArrayLike,
    scores: ArrayLike,
    *,
    metric: Metric = "f1",
    averages: Sequence[Average] = ("samples", "micro", "macro"),
    chosen: float | None = None,
    points: int = 199,
    ax: Axes | None = None,
) -> Axes:
    """Draw a metric against the one threshold that all labels share.

    Parameters
    ----------
    targets, scores : array [samples, labels]
        Truth (NaN or -1 unknown, skipped) and scores in [0, 1].
    metric : str, default="f1"
        Any metric of :func:`multilabel.threshold.sweep`.
    averages : sequence of {"samples", "micro", "macro", "weighted"}
        One line each; the chosen point lies on the first.
    chosen : float, optional
        The threshold in use, marked and named.
    points : int, default=199
        How many thresholds between 0 and 1 are drawn. The marked point is computed exactly, not read off the line.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from multilabel import plot
    >>> ax = plot.threshold_curves([[1, 0], [0, 1]], [[0.9, 0.2], [0.3, 0.8]], averages=["micro"], chosen=0.5)
    >>> len(ax.lines)
    3
    """
    from . import threshold

    truth, score = draw.matching(targets, scores, "plot.threshold_curves")
    if points < 2:
        raise ArgumentError(f"plot.threshold_curves: points must be at least 2; got {points}")
    grid = np.linspace(0, 1, points + 2)[1:-1]
    ax = draw.axes_or_new(ax, 6.4, 3.8)
    highest = 0.0
    for i, average in enumerate(averages):
        values = threshold.sweep(truth, score, metric=metric, average=average, thresholds=grid).values
        label = f"{average} {draw.readable(metric)}"
        ax.plot(grid, values, **draw.line_style(i), linewidth=2.2 if i == 0 else 1.5, label=label)
        highest = max(highest, float(np.nanmax(values)))
    ax.set(xlim=(0, 1), ylim=(0, min(1.18 * highest, 1.02) or 1))
    if chosen is not None and averages:
        value = float(threshold.sweep(truth, score, metric=metric, average=averages[0], thresholds=[chosen]).values[0])
        ax.axvline(chosen, color=draw.MUTED, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
        draw.mark(ax, chosen, value)
        text = f"threshold {chosen:.3f}: {averages[0]} {draw.readable(metric)} {value:.3f}"
        side = 1 if chosen < 0.6 else -1  # towards the middle of the picture, low where the curves leave room
        place = (chosen, 0.05 * ax.get_ylim()[1])
        draw.note(ax, text, place, (6 * side, 0), ha="left" if side > 0 else "right", fontweight="bold")
    ax.set(xlabel="threshold: a label is predicted when its score is at least this", ylabel=draw.readable(metric))
    draw.clean(ax, grid="y")
    draw.legend(ax, loc="upper right")
    return ax


def reliability(
    targets: ArrayLike,
    scores: ArrayLike,
    *,
    n_bins: int = 12,
    strategy: Literal["uniform", "quantile"] = "uniform",
    ax: Axes | None = None,
) -> Axes:
    """Draw how often labels are truly there against the score they were given, over all cells.

    Parameters
    ----------
    targets, scores : array [samples, labels]
        Truth (NaN or -1 unknown, skipped) and scores in [0, 1].
    n_bins : int, default=12
        Number of bins of the score.
    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width, or of about equally many cells.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        One point a non-empty bin at its mean score, with the 95 % Wilson interval of its frequency. The expected
        calibration error in the corner is the mean distance of the points from the diagonal, weighted by their cells.

    Examples
    --------
    >>> from multilabel import plot
    >>> ax = plot.reliability([[1, 0], [1, 0]], [[0.9, 0.1], [0.7, 0.3]], n_bins=2)
    >>> ax.texts[0].get_text()
    'expected calibration error 0.200'
    """
    from . import calibration

    truth, score = draw.matching(targets, scores, "plot.reliability")
    if score.size and not (score.min() >= 0 and score.max() <= 1):
        extremes = f"{score.min():g} to {score.max():g}"
        raise ArgumentError(f"plot.reliability: scores must be in [0, 1]; got {extremes}. Pass scores, not logits")
    curve = calibration.reliability_curve(truth, score, n_bins=n_bins, strategy=strategy)
    low, high = draw.wilson_interval(curve.rates * curve.counts, curve.counts)
    spread = np.clip([curve.rates - low, high - curve.rates], 0, None)

    ax = draw.axes_or_new(ax, 5.2, 4.4)
    ax.plot([0, 1], [0, 1], color=draw.MUTED, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1)
    style: dict[str, Any] = {"color": draw.BLUE, "ecolor": draw.SKY, "elinewidth": 1.6, "linewidth": 1.8, "zorder": 3}
    ax.errorbar(curve.scores, curve.rates, yerr=spread, marker="o", markersize=5, **style)
    text = f"expected calibration error {curve.expected_error:.3f}"
    ax.text(0.97, 0.05, text, transform=ax.transAxes, ha="right", color=draw.INK, fontsize=9.5)
    ax.set(xlabel="score", ylabel="share of cells where the label is there", xlim=(0, 1), ylim=(0, 1.02))
    draw.clean(ax, grid="both")
    return ax


def history(
    history: str | PathLike[str] | Mapping[str, Sequence[float]] | Any,
    *,
    columns: Sequence[str] | None = None,
    best: Literal["min", "max"] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw numbers of the training against the epoch.

    Parameters
    ----------
    history : path of a history.csv, or mapping from column to values, or an object whose ``to_dict()`` gives one
        With an ``epoch`` column, or counted from 1 without one.
    columns : sequence of str, optional
        What to draw; by default every column with "loss" in its name, or all where there is none. NaN leaves a gap.
    best : {"min", "max"}, optional
        Marks the epoch where the last of ``columns`` is smallest or largest.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from multilabel import plot
    >>> ax = plot.history({"training_loss": [0.4, 0.2], "validation_loss": [0.5, 0.3]}, best="min")
    >>> [line.get_label() for line in ax.lines][:2]
    ['training loss', 'validation loss']
    """
    table = draw.history_columns(history)
    first = next((values for name, values in table.items() if name != "epoch"), [])
    epoch = np.asarray(table.get("epoch", np.arange(1, len(first) + 1)), dtype=float)
    if columns is None:
        losses = [name for name in table if "loss" in name and name != "hamming_loss"]
        columns = losses or [name for name in table if name != "epoch"]
    missing = [name for name in columns if name not in table]
    if missing or not columns:
        raise ArgumentError(
            f"plot.history: columns must be among {', '.join(table)}; got {missing[0] if missing else 'none'!r}"
        )
    ax = draw.axes_or_new(ax, 5.6, 3.4)
    for i, name in enumerate(columns):
        dots: dict[str, Any] = {"marker": "o", "markersize": 3.5 if len(epoch) <= 40 else 0}
        ax.plot(
            epoch,
            np.asarray(table[name], float),
            **draw.line_style(i),
            **dots,
            linewidth=1.8,
            label=draw.readable(name),
        )
    values = np.asarray(table[columns[-1]], dtype=float)
    if best is not None and np.isfinite(values).any():
        at = int(np.nanargmin(values) if best == "min" else np.nanargmax(values))
        draw.mark(ax, epoch[at], values[at])
        draw.note(ax, f"{values[at]:.3f}", (epoch[at], values[at]), (0, 9), ha="center", fontweight="bold")
    ax.set_xlabel("epoch")
    if len(epoch):
        ax.set_xlim(epoch.min() - 0.5, epoch.max() + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.margins(y=0.15)
    draw.clean(ax, grid="y")
    if len(columns) > 1:
        draw.legend(ax, loc="best", parse_math=False)
    return ax


def predictions(
    images: Sequence[str | PathLike[str] | ArrayLike],
    targets: ArrayLike,
    predicted: ArrayLike,
    labels: Iterable[str] | None = None,
    *,
    columns: int = 5,
    ax: Axes | None = None,
) -> Axes:
    """Draw images above their labels: found (✓), missing (−) and spurious (+).

    Parameters
    ----------
    images : sequence of paths or of arrays [height, width, 3]
        In the order of the rows of ``targets``.
    targets, predicted : array [images, labels]
        Truth (NaN or -1 unknown: such a label is neither missing nor spurious) and 0/1 predictions.
    labels : iterable of str, optional
        Their names, in the order of the columns.
    columns : int, default=5
        Images a row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel import plot
    >>> ax = plot.predictions([np.full((8, 8, 3), 200, np.uint8)], [[1, 0, 1]], [[1, 1, 0]], ["cat", "dog", "sofa"])
    >>> [text.get_text() for text in ax.texts]
    ['✓ cat', '− sofa', '+ dog']
    """
    truth, given = draw.matching(targets, predicted, "plot.predictions")
    if len(images) != len(truth):
        raise ShapeError(
            f"plot.predictions: images must be as many as the rows of targets, {len(truth)}; got {len(images)}"
        )
    names = draw.column_names(labels, truth.shape[1], "plot.predictions")
    verdicts = [draw.verdict(row, guess) for row, guess in zip(truth, given, strict=True)]
    lines = max((sum(map(len, verdict)) for verdict in verdicts), default=0)
    columns = max(1, min(columns, len(images)))
    rows = math.ceil(len(images) / columns)
    ax = draw.axes_or_new(ax, 1.5 * columns, rows * (1.45 + 0.17 * lines))
    step = 1.12 + 0.12 * lines
    styles = (("✓", draw.MUTED), ("−", draw.BLUE), ("+", draw.VERMILION))
    for i, (image, verdict) in enumerate(zip(images, verdicts, strict=True)):
        x, y = 1.1 * (i % columns), step * (i // columns)
        draw.picture(ax, image, x, y)
        marked = [(*style, names[k]) for style, found in zip(styles, verdict, strict=True) for k in found]
        for line, (mark, color, name) in enumerate(marked):
            height = y + 1.09 + 0.12 * line
            ax.text(x, height, f"{mark} {name}", color=color, fontsize=8.5, va="center", parse_math=False)
    return draw.finish_grid(ax, 1.1 * columns - 0.1, step * rows)


def augmentations(
    images: Sequence[str | PathLike[str] | ArrayLike],
    pipeline: Callable[..., Any],
    *,
    count: int = 6,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw images before and after an augmentation: one row an image, the original first.

    Parameters
    ----------
    images : sequence of paths or of arrays [height, width, 3] uint8
        What the data set gives.
    pipeline : callable
        Called as ``pipeline(image=image, seed=seed, epoch=epoch, index=row)``, as a data loader would in the
        epochs from 0 to ``count - 1``. Normalised answers are brought back to pixels for the eye.
    count : int, default=6
        How many draws of each image.
    seed : int, default=0
        The same seed gives the same picture.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel import plot
    >>> flip = lambda image, **where: {"image": image[:, ::-1]}
    >>> ax = plot.augmentations([np.zeros((8, 8, 3), np.uint8)], flip, count=2)
    >>> len(ax.images)
    3
    """
    if count < 1:
        raise ArgumentError(f"plot.augmentations: count must be at least 1; got {count}")
    ax = draw.axes_or_new(ax, 1.3 * (count + 1), 1.35 * max(1, len(images)))
    for row, image in enumerate(images):
        pixels = draw.pixels_of(image)
        draw.picture(ax, pixels, 0, 1.08 * row)
        for epoch in range(count):
            answer = pipeline(image=pixels, seed=seed, epoch=epoch, index=row)
            answer = answer["image"] if isinstance(answer, Mapping) else answer
            draw.picture(ax, draw.displayable(answer, pipeline), 1.15 + 1.06 * epoch, 1.08 * row)
    ax.axvline(1.075, color=draw.LINE, linewidth=1)
    return draw.finish_grid(ax, 1.15 + 1.06 * count, 1.08 * max(1, len(images)))


def audit(found: Any, *, count: int = 8, ax: Axes | None = None) -> Axes:
    """Draw what an audit of an augmentation found worst: one row a case, the image, then what was left of it.

    Parameters
    ----------
    found : Audit
        What ``augmentation.audit`` returned.
    count : int, default=8
        How many cases to draw at most.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Beside each pair: the label, its score before and after, and the operation.

    Examples
    --------
    >>> import multilabel as ml
    >>> import numpy as np
    >>> from multilabel.augmentation import CenterCrop, Compose
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")[:20]
    >>> def height_of(images):  # stands in for a model: it believes in labels as far as the picture is high
    ...     return [np.full(len(data.vocabulary), min(1, len(image) / 64)) for image in images]
    >>> found = ml.augmentation.audit(Compose([CenterCrop(32, 32)]), data, height_of, labels=data.vocabulary)
    >>> ax = ml.plot.audit(found, count=3)
    >>> len(ax.images)  # two pictures a case
    6
    """
    cases = found.pictures(count)
    ax = draw.axes_or_new(ax, 5.4, 1.4 * max(1, len(cases)))
    for row, (case, before, after) in enumerate(cases):
        draw.picture(ax, before, 0, 1.08 * row)
        draw.picture(ax, after, 1.1, 1.08 * row)
        words = f"{case['label']}  {case['before']:.2f} → {case['after']:.2f}"
        ax.text(2.2, 1.08 * row + 0.42, words, color=draw.INK, fontsize=10, va="center", parse_math=False)
        operation = case["operation"].partition("(")[0]
        ax.text(2.2, 1.08 * row + 0.66, operation, color=draw.MUTED, fontsize=9, va="center", parse_math=False)
    if not cases:
        ax.text(0.1, 0.5, "No score fell.", color=draw.MUTED, fontsize=10, va="center")
    return draw.finish_grid(ax, 4.1, 1.08 * max(1, len(cases)))


def augment_preview(
    dataset: Any,
    pipeline: Any,
    *,
    images: int = 6,
    draws: int = 6,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw images of a data set before and after an augmentation, with labels and boxes: one row an image.

    Parameters
    ----------
    dataset : Dataset
        Boxes are drawn where there are any.
    pipeline : Compose
        The draws are those of the epochs from 0 on, for the image's position, as a loader with this seed would make them.
    images : int, default=6
        How many images at most, spread evenly over the data set.
    draws : int, default=6
        How many draws of each.
    seed : int, default=0
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Under an image stand its labels; under a draw those that it has lost: of which no box shows at least half, and what the
    pipeline's guard has made of their targets.

    Examples
    --------
    >>> import multilabel as ml
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")
    >>> ax = ml.plot.augment_preview(data, ml.augmentation.restrained(size=64), images=2, draws=3)
    >>> len(ax.images)
    8
    """
    if images < 1 or draws < 1:
        raise ArgumentError(f"plot.augment_preview: images and draws must be at least 1; got {images} and {draws}")
    pipeline = copy.copy(pipeline)
    pipeline.bbox_params = None  # whatever its users write, boxes are drawn from their edges
    n = min(images, len(dataset))
    positions = [i * len(dataset) // n for i in range(n)]
    step, height = 1.06, 1.3
    width = 1.15 + step * draws
    ax = draw.axes_or_new(ax, 1.3 * width, 1.3 * height * max(1, n))
    for row, position in enumerate(positions):
        pixels, names, boxes = draw.sample_of(dataset, position)
        y = height * row
        draw.picture(ax, pixels, 0, y)
        draw.boxes_on(ax, boxes, pixels, 0, y)
        draw.words_under(ax, ", ".join(names) or "no label", 0, y, color=draw.INK)
        for epoch in range(draws):
            x = 1.15 + step * epoch
            where = {"seed": seed, "epoch": epoch, "index": position}
            if boxes:
                answer = pipeline(
                    image=pixels, bboxes=[box[:4] for box in boxes], labels=[box[4] for box in boxes], **where
                )
            else:
                answer = pipeline(image=pixels, **where)
            shown = draw.displayable(answer["image"], pipeline)
            draw.picture(ax, shown, x, y)
            if not boxes:
                continue
            left = [(*box, name) for box, name in zip(answer["bboxes"], answer["labels"])]
            draw.boxes_on(ax, left, shown, x, y)
            seen = dict.fromkeys((box[4] for box in boxes), 0.0)
            for name, share in zip(answer["labels"], answer["visibility"]):
                seen[name] = max(seen[name], float(share))
            lost = [name for name, share in seen.items() if share < 0.5]
            if lost:
                targets = answer.get("targets", {})
                words = ", ".join(f"{name} → {targets.get(name, 1):.2g}" for name in lost)
                draw.words_under(ax, "lost: " + words, x, y, color=draw.VERMILION)
    ax.axvline(1.075, color=draw.LINE, linewidth=1)
    return draw.finish_grid(ax, width, height * max(1, n))

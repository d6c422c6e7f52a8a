# SPDX-License-Identifier: Apache-2.0
"""One HTML page about one training: what it can do, where it fails, and what the data had to do with it.

``write_html("out/demo")`` in Python, ``python -m multilabel.report out/demo`` in a shell. The page holds its pictures
and charts, needs no script and no network, and prints. The numbers are those of :mod:`multilabel.metrics` and
:mod:`multilabel.threshold`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

from . import _report_parts as parts
from . import plot
from ._core import ArgumentError, DataError, Error, __version__
from ._report_pictures import Thumbnails
from ._run_folder import read_run_folder

try:
    import jinja2
except ImportError as error:
    raise ImportError(
        "multilabel.report: jinja2 must be installed; got none. pip install 'multilabel[report]'"
    ) from error

__all__ = ["write_html"]

_CONTENTS = {
    "threshold": "Threshold",
    "training": "Training",
    "labels": "Label by label",
    "predictions": "Predictions",
    "scores": "Scores",
    "data": "Data",
    "noise": "Second look",
    "configuration": "Configuration",
}


def write_html(
    directory: str | PathLike[str],
    *,
    output: str | PathLike[str] | None = None,
    title: str | None = None,
    image_root: str | PathLike[str] | None = None,
    data: Any = None,
    thresholds: Sequence[float] = (0.3, 0.5, 0.7),
    thumbnails: int = 12,
) -> Path:
    """Write the report of a training and return its path.

    Parameters
    ----------
    directory : path
        The output folder: ``test.safetensors`` (required) and ``validation.safetensors`` from ``HeldOut.save``,
        ``history.csv`` from ``CSVLogger``, and the bundle ``model/``. What is missing leaves its part of the page out.
    output : path, optional
        The file to write; ``report.html`` in ``directory`` by default.
    title : str, optional
        The heading; made of the folder's name by default.
    image_root : path, optional
        The folder that relative image names start from; by default the current one, then ``directory``.
    data : Dataset, optional
        The whole data set, for its inspection.
    thresholds : sequence of float, default=(0.3, 0.5, 0.7)
        Fixed thresholds to put beside the one in use, which is the bundle's, or else tuned on the validation images, or
        else 0.5.
    thumbnails : int, default=12
        How many pictures of each kind, at most.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DataError
        A file is missing or damaged; the message names it.
    LabelError
        The files of the folder do not have one vocabulary.

    Examples
    --------
    >>> from multilabel import report
    >>> path = report.write_html("out/quickstart")  # doctest: +SKIP
    """
    folder = Path(directory)
    if thumbnails < 0:
        raise ArgumentError(f"report.write_html: thumbnails must be at least 0; got {thumbnails}")
    run = read_run_folder(folder)
    rule = parts.threshold_in_use(run)
    predicted = rule.apply(run.test.scores)
    pictures = Thumbnails([Path(image_root)] if image_root is not None else [Path(), folder])
    right, wrong = parts.examples(run.test, predicted, thumbnails, pictures)
    page = {
        "title": title or f"Report of {folder.resolve().name}",
        "summary": parts.summary(run, rule),
        "tiles": parts.tiles(run.test, predicted),
        "threshold": parts.thresholds(run, rule, thresholds),
        "training": parts.training(run.history),
        "labels": parts.labels(run.test, predicted, rule),
        "right": right,
        "wrong": wrong,
        "scores": parts.scores(run.test, rule),
        "data": parts.data(run, data),
        "noise": parts.noise(run, thumbnails, pictures),
        "versions": parts.versions(run.test.vocabulary),
        "documents": {name: json.dumps(text, indent=2, ensure_ascii=False) for name, text in run.documents.items()},
        "missing_pictures": pictures.missing,
        "version": __version__,
    }
    page["contents"] = {key: name for key, name in _CONTENTS.items() if page.get(key, True)}
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = (resources.files(__package__) / "templates" / "report.html.j2").read_text(encoding="utf-8")
    path = Path(output) if output is not None else folder / "report.html"
    try:
        path.write_text(environment.from_string(template).render(page), encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"report.write_html: {path} must be a file that can be written; got {error.strerror}"
        ) from error
    return path


def _save_threshold_picture(directory: Path, file: Path) -> None:
    run = read_run_folder(directory)
    shown = run.validation or run.test
    ax = plot.threshold_curves(shown.targets, shown.scores, chosen=parts.threshold_in_use(run).shared)
    try:
        ax.figure.savefig(file, dpi=144)  # type: ignore[union-attr]  # a figure of its own, never a part of one
    except (OSError, ValueError) as error:
        raise DataError(f"report: {file} must be a .png or .svg file that can be written; got {error}") from error


def _main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m multilabel.report", description="Write the HTML report of a training's output folder."
    )
    parser.add_argument(
        "directory", type=Path, help="holds test.safetensors, validation.safetensors, history.csv, model/"
    )
    parser.add_argument("--output", type=Path, help="the file to write (default: report.html in the folder)")
    parser.add_argument("--title", help="the heading (default: made of the folder's name)")
    parser.add_argument(
        "--images", type=Path, metavar="FOLDER", help="where relative image names start (default: here)"
    )
    parser.add_argument("--data", type=Path, metavar="CSV", help="the data set's table, to inspect it in the report")
    parser.add_argument(
        "--image-column", default="image", help="column of --data with the files (default: %(default)s)"
    )
    parser.add_argument("--labels-column", default="labels", help="its column with the labels (default: %(default)s)")
    parser.add_argument("--delimiter", default="|", help="between the labels of --data (default: %(default)s)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="also save the threshold curve, as .png or .svg")
    options = parser.parse_args(arguments)
    try:
        table = None
        if options.data is not None:
            from . import data

            columns = {"image": options.image_column, "labels": options.labels_column}
            table = data.read_csv(options.data, delimiter=options.delimiter, **columns)
        path = write_html(
            options.directory, output=options.output, title=options.title, image_root=options.images, data=table
        )
        if options.picture is not None:
            _save_threshold_picture(options.directory, options.picture)
    except Error as error:
        print(error, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(_main())

# SPDX-License-Identifier: Apache-2.0
"""The command line: ``python -m multilabel COMMAND``, or ``multilabel COMMAND`` once installed.

Exit status: 0 when all went well, 1 when the library said no (its sentence goes to standard error), 2 for a command line that
cannot be understood.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._core import ArgumentError, DataError, Error, __version__

if TYPE_CHECKING:
    from .augmentation import Compose
    from .data import Dataset

__all__ = ["main"]


def _add_data(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("data")
    group.add_argument("--data", type=Path, required=True, metavar="CSV", help="the table of images and labels")
    group.add_argument("--image-column", default="image", help="its column with the image files (default: %(default)s)")
    group.add_argument("--labels-column", default="labels", help="its column with the labels (default: %(default)s)")
    group.add_argument("--delimiter", default="|", help="between labels (default: %(default)s)")
    group.add_argument("--root", type=Path, help="where relative image files start (default: the table's folder)")


def _read_data(options: argparse.Namespace) -> Dataset:
    from . import data

    return data.read_csv(
        options.data,
        image=options.image_column,
        labels=options.labels_column,
        delimiter=options.delimiter,
        root=options.root,
    )


def _read_pipeline(path: Path | None, size: int) -> Compose:
    """Return the pipeline that a JSON or YAML file describes, or the restrained recipe."""
    from . import augmentation

    if path is None:
        return augmentation.restrained(size=size)
    try:
        pipeline = augmentation.load(path)
    except OSError as error:
        raise DataError(f"augment-preview: --pipeline must be a file that can be read; got {path} ({error})") from None
    return pipeline if isinstance(pipeline, augmentation.Compose) else augmentation.Compose([pipeline])


def _augment_preview(options: argparse.Namespace) -> int:
    for name in ("images", "draws", "size"):
        if getattr(options, name) < 1:
            raise ArgumentError(f"augment-preview: --{name} must be at least 1; got {getattr(options, name)}")
    try:
        from . import plot
    except ImportError as error:
        raise ArgumentError(str(error)) from None
    data = _read_data(options)
    if len(data) == 0:
        raise DataError(f"augment-preview: --data must have images; got none in {options.data}")
    pipeline = _read_pipeline(options.pipeline, options.size)
    ax = plot.augment_preview(data, pipeline, images=options.images, draws=options.draws, seed=options.seed)
    try:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        ax.figure.savefig(options.output, dpi=options.dpi)  # type: ignore[union-attr]
    except (OSError, ValueError) as error:
        raise DataError(
            f"augment-preview: --output must be a picture file that can be written; got {options.output} ({error})"
        ) from None
    print(options.output)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="multilabel", description="Multi-label image classification.")
    parser.add_argument("--version", action="version", version=f"multilabel {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    preview = commands.add_parser(
        "augment-preview",
        help="draw images before and after an augmentation",
        description="Draw images of a data set before and after an augmentation, with their labels and what is left of "
        "their boxes, to be looked at before training.",
    )
    _add_data(preview)
    preview.add_argument(
        "--pipeline", type=Path, metavar="FILE", help="JSON or YAML of Compose.to_dict() (default: restrained)"
    )
    preview.add_argument(
        "--size", type=int, default=224, help="of the restrained recipe, pixels (default: %(default)s)"
    )
    preview.add_argument("--images", type=int, default=6, metavar="N", help="how many images (default: %(default)s)")
    preview.add_argument(
        "--draws", type=int, default=6, metavar="N", help="how many draws of each (default: %(default)s)"
    )
    preview.add_argument(
        "--seed", type=int, default=0, help="the same seed draws the same picture (default: %(default)s)"
    )
    preview.add_argument(
        "--output", type=Path, default=Path("augment-preview.png"), help=".png, .svg or .pdf (default: %(default)s)"
    )
    preview.add_argument("--dpi", type=int, default=120, help="dots per inch (default: %(default)s)")
    preview.set_defaults(run=_augment_preview)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except Error as error:
        print(error, file=sys.stderr)
        return 1

# SPDX-License-Identifier: Apache-2.0
"""Commands that look at pictures: inspect, augment-preview and predict; and doctor, which looks at the installation."""

from __future__ import annotations

import csv
import glob
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from multilabel._core import ArgumentError, DataError

from . import _shown

_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


@click.command()
@_shown.source
@_shown.columns
@_shown.as_json
def inspect(source: Path, json_: bool, **columns: str) -> str:
    """Look for what is wrong with the data at SOURCE before anything is trained on it.

    \b
    Examples:
      multilabel inspect labels.csv
      multilabel inspect annotations.json --root photos --json
    """
    from multilabel import data

    found = data.inspect(_shown.read_source(source, **columns))
    if json_:
        _shown.print_json(found.to_dict())
    else:
        click.echo(found.to_text())
    return "done"


@click.command("augment-preview")
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, metavar="CSV", help="The table of images and labels."
)
@click.option("--image-column", default="image", show_default=True, help="Its column with the image files.")
@click.option("--labels-column", default="labels", show_default=True, help="Its column with the labels.")
@click.option("--delimiter", default="|", show_default=True, help="Between labels.")
@click.option(
    "--root", type=click.Path(path_type=Path), help="Where relative image files start.  [default: the table's folder]"
)
@click.option(
    "--pipeline", type=click.Path(path_type=Path), help="JSON or YAML of Compose.to_dict().  [default: restrained]"
)
@click.option("--size", default=224, show_default=True, help="Of the restrained recipe, pixels.")
@click.option("--images", default=6, show_default=True, help="How many images.")
@click.option("--draws", default=6, show_default=True, help="How many draws of each.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same picture.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("augment-preview.png"),
    show_default=True,
    help=".png, .svg or .pdf",
)
@click.option("--dpi", default=120, show_default=True, help="Dots per inch.")
def augment_preview(
    data: Path,
    image_column: str,
    labels_column: str,
    delimiter: str,
    root: Path | None,
    pipeline: Path | None,
    output: Path,
    dpi: int,
    **numbers: Any,
) -> str:
    """Draw images before and after an augmentation, with their labels and what is left of their boxes.

    \b
    Examples:
      multilabel augment-preview --data labels.csv --pipeline recipe.json --images 8
    """
    for name in ("images", "draws", "size"):
        if numbers[name] < 1:
            raise ArgumentError(f"augment-preview: --{name} must be at least 1; got {numbers[name]}")
    from multilabel import data as datasets

    try:
        from multilabel import plot
    except ImportError as error:
        raise ArgumentError(str(error)) from None
    table = datasets.read_csv(data, image=image_column, labels=labels_column, delimiter=delimiter, root=root)
    if len(table) == 0:
        raise DataError(f"augment-preview: --data must have images; got none in {data}")
    recipe = _pipeline(pipeline, numbers.pop("size"))
    ax = plot.augment_preview(table, recipe, **numbers)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        ax.figure.savefig(output, dpi=dpi)  # type: ignore[union-attr]
    except (OSError, ValueError) as error:
        raise DataError(
            f"augment-preview: --output must be a picture file that can be written; got {output} ({error})"
        ) from None
    click.echo(output)
    return "done"


def _pipeline(path: Path | None, size: int) -> Any:
    """The pipeline that a JSON or YAML file describes, or the restrained recipe."""
    from multilabel import augmentation

    if path is None:
        return augmentation.restrained(size=size)
    try:
        pipeline = augmentation.load(path)
    except OSError as error:
        raise DataError(f"augment-preview: --pipeline must be a file that can be read; got {path} ({error})") from None
    return pipeline if isinstance(pipeline, augmentation.Compose) else augmentation.Compose([pipeline])


def _files(given: tuple[str, ...]) -> Iterator[str]:
    """The image files that arguments stand for: files, folders, patterns, and - for the lines of standard input."""
    for one in given:
        path = Path(one)
        if one == "-":
            yield from filter(None, map(str.strip, sys.stdin))
        elif path.is_dir():
            yield from (str(file) for file in sorted(path.rglob("*")) if file.suffix.lower() in _ENDINGS)
        elif path.exists() or not glob.has_magic(one):
            yield one
        else:
            yield from sorted(glob.glob(one, recursive=True))


def _rows(predictor: Any, files: Iterator[str], skip_bad: bool) -> Iterator[tuple[str, Any]]:
    for file in files:
        try:
            yield file, predictor(file)
        except DataError as error:
            if not skip_bad:
                raise
            print(f"skipped: {error}", file=sys.stderr)


@click.command()
@click.argument("model", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("images", nargs=-1, required=True)
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--skip-bad", is_flag=True, help="Name files that are no pictures on standard error, and go on.")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", lazy=False), default="-", help="File to write.")
def predict(model: Path, images: tuple[str, ...], format_: str, skip_bad: bool, output: Any) -> str:
    """Label IMAGES with the bundle MODEL: files, folders, patterns, or - for paths on standard input.

    \b
    Examples:
      multilabel predict out/run/model cat.jpg
      multilabel predict out/run/model photos/ --format csv -o labels.csv
      find . -name '*.png' | multilabel predict out/run/model - --skip-bad
    """
    from multilabel import bundle

    predictor = bundle.load(model / "model" if (model / "model").is_dir() else model)
    rows = _rows(predictor, _files(images), skip_bad)
    if format_ == "csv":
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow(["image", "labels", "scores"])
        for file, found in rows:
            writer.writerow([file, "|".join(one.label for one in found), "|".join(f"{one.score:.6g}" for one in found)])
    else:
        for file, found in rows:
            labels = [{"label": one.label, "score": round(float(one.score), 6)} for one in found]
            click.echo(json.dumps({"image": file, "labels": labels}, ensure_ascii=False), file=output)
    return "done"


@click.command()
@_shown.as_json
def doctor(json_: bool) -> str:
    """Look at the installation: versions, the compiled modules, threads, GPUs, and what is missing for what.

    \b
    Examples:
      multilabel doctor
    """
    from importlib import metadata

    from multilabel._core import __version__
    from multilabel._threads import get_num_threads

    rows: list[dict[str, str]] = [{"what": "multilabel", "found": __version__, "for": ""}]
    wanted = {
        "torch": "models, training, bundles",
        "numpy": "everything",
        "matplotlib": "plots",
        "jinja2": "the report",
        "pandas": "to_frame",
        "tqdm": "a bar in notebooks",
        "scikit-learn": "binary and multiclass data",
        "pyyaml": "YAML",
    }
    for package, purpose in wanted.items():
        try:
            rows.append({"what": package, "found": metadata.version(package), "for": purpose})
        except metadata.PackageNotFoundError:
            rows.append({"what": package, "found": "-", "for": purpose})
    try:
        import torch

        from multilabel import training  # noqa: F401  (loads the compiled half)

        rows.append({"what": "compiled for this torch", "found": "yes", "for": ""})
        rows.append({"what": "GPUs that torch sees", "found": str(torch.cuda.device_count()), "for": ""})
    except ImportError as error:
        rows.append({"what": "compiled for this torch", "found": f"no: {error}", "for": ""})
    rows.append({"what": "threads", "found": str(get_num_threads()), "for": ""})
    if json_:
        _shown.print_json({row["what"]: row["found"] for row in rows})
    else:
        _shown.print_table(rows)
    return "done"


COMMANDS = (inspect, augment_preview, predict, doctor)

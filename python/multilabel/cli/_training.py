# SPDX-License-Identifier: Apache-2.0
"""Commands that make a model: train, and what is fitted on its answers, tune and calibrate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from multilabel._core import ArgumentError, DataError
from multilabel._settings import PRESETS, read_toml

from . import _shown


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), required=False)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out/run"), show_default=True, help="Folder to write."
)
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), default="standard", show_default=True, help="How much time to spend."
)
@click.option("--epochs", type=click.IntRange(1), help="Passes over the training pictures.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Stop learning after so long.")
@click.option(
    "--weights", type=click.Path(exists=True, dir_okay=False), help="Pretrained .safetensors of timm's names."
)
@_shown.columns
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="One setting, as training.learning_rate=1e-4."
)
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A run.toml to repeat.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in --out.")
@click.option("--progress/--no-progress", default=True, show_default=True, help="On standard error.")
@_shown.as_json
def train(
    source: Path | None,
    out: Path,
    preset: str,
    epochs: int | None,
    minutes: float | None,
    weights: str | None,
    changes: tuple[str, ...],
    config: Path | None,
    resume: bool,
    progress: bool,
    json_: bool,
    **columns: str,
) -> str:
    """Train on SOURCE: a table, lines of JSON, COCO's JSON, or a folder with a folder a label.

    Finds the columns, inspects, splits (what looks alike stays together), trains, calibrates, tunes the threshold, tests once,
    and writes a folder with the model, a report, the history and a run.toml that repeats the run.

    \b
    Examples:
      multilabel train labels.csv
      multilabel train labels.csv --preset quick --minutes 10
      multilabel train labels.csv --set training.learning_rate=1e-4 --set augmentation.size=128
      multilabel train --config out/run/run.toml --out out/again
    """
    from multilabel.runs import train as train_on

    settings: dict[str, Any] = read_toml(config) if config is not None else {}
    given = {"training.epochs": epochs, "training.minutes": minutes, "model.pretrained": weights}
    settings |= {name: value for name, value in given.items() if value is not None}
    settings |= {f"data.{name}": value for name, value in columns.items() if value}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise click.BadParameter(f"must be NAME=VALUE; got {change!r}", param_hint="--set")
        settings[name] = value
    place = source or settings.get("data.path")
    if not place:
        raise click.UsageError("Missing argument 'SOURCE'.")
    run = train_on(place, out=out, preset=preset, settings=settings, resume=resume, progress=progress)  # type: ignore[arg-type]
    if json_:
        _shown.print_json({"out": out, **_shown.report_dict(run.report())})
    else:
        click.echo(f"{run.report()}\n{run!r}\n{out}")
    return "done"


def _held_out(path: Path) -> Any:
    """The answers in a file, or those on the validation pictures of a run's folder."""
    from multilabel.evaluation import HeldOut

    return HeldOut.load(path / "validation.safetensors" if path.is_dir() else path)


def _write(path: Path | None, fitted: Any, json_: bool) -> None:
    if path is not None:
        try:
            path.write_text(fitted.to_json() + "\n", encoding="utf-8")
        except OSError as error:
            raise DataError(f"--output must be a file that can be written; got {path} ({error.strerror})") from None
    if json_ or path is None:
        click.echo(fitted.to_json() if json_ else repr(fitted))


_output = click.option("-o", "--output", type=click.Path(path_type=Path), help="JSON file to write.")


@click.command()
@_shown.source
@click.option("--metric", default="f1", show_default=True)
@click.option("--average", default="samples", show_default=True)
@click.option("--per-label", is_flag=True, help="One threshold a label.")
@click.option(
    "--cross-fit", type=click.IntRange(0), default=5, show_default=True, help="Folds of the value that is told."
)
@click.option("--constraint", help="Such as 'precision >= 0.9'.")
@_output
@_shown.as_json
def tune(source: Path, output: Path | None, json_: bool, **options: Any) -> str:
    """Fit a threshold on SOURCE: the folder of a run, or a file of HeldOut.save.

    \b
    Examples:
      multilabel tune out/run
      multilabel tune out/run --metric fbeta --constraint 'precision >= 0.9' -o rule.json
    """
    from multilabel import threshold

    held_out = _held_out(source)
    _write(output, threshold.tune(held_out.targets, held_out.scores, **options), json_)
    return "done"


@click.command()
@_shown.source
@click.option(
    "--method", type=click.Choice(["temperature", "platt", "isotonic"]), default="temperature", show_default=True
)
@click.option("--per-label", is_flag=True, help="One fit a label.")
@_output
@_shown.as_json
def calibrate(source: Path, method: str, per_label: bool, output: Path | None, json_: bool) -> str:
    """Fit a calibrator on SOURCE: the folder of a run, or a file of HeldOut.save.

    \b
    Examples:
      multilabel calibrate out/run
      multilabel calibrate validation.safetensors --method platt --per-label -o calibrator.json
    """
    from multilabel import calibration

    kinds: dict[str, Any] = {
        "temperature": calibration.TemperatureScaling,
        "platt": calibration.PlattScaling,
        "isotonic": calibration.IsotonicCalibration,
    }
    held_out = _held_out(source)
    _write(output, kinds[method].fit(held_out.targets, held_out.logits, per_label=per_label), json_)
    return "done"


def read_rule(path: Path) -> Any:
    """The rule that `tune` wrote."""
    from multilabel.threshold import ThresholdRule

    try:
        return ThresholdRule.from_json(json.dumps(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        raise ArgumentError(f"--rule must be a file of multilabel tune -o; got {path} ({error})") from None


COMMANDS = (train, tune, calibrate)

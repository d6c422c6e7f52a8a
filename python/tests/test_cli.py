# SPDX-License-Identifier: Apache-2.0
"""The command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from multilabel import augmentation
from multilabel.cli import main

TABLE = "examples/data/openclipart/labels.csv"
pytest.importorskip("matplotlib")


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "augment-preview" in capsys.readouterr().out


def test_a_command_line_without_sense_ends_with_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["augment-preview"])
    assert ended.value.code == 2
    assert "--data" in capsys.readouterr().err


def test_the_module_can_be_run():
    result = subprocess.run(
        [sys.executable, "-m", "multilabel", "--version"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert result.stdout.startswith("multilabel ")


def test_preview_draws_a_picture(tmp_path, capsys):
    output = tmp_path / "new" / "out.png"
    pipeline = tmp_path / "pipeline.json"
    pipeline.write_text(json.dumps(augmentation.restrained(size=32).to_dict()), encoding="utf-8")
    arguments = [
        "augment-preview",
        "--data",
        TABLE,
        "--images",
        "2",
        "--draws",
        "2",
        "--output",
        str(output),
        "--dpi",
        "50",
    ]
    assert main(arguments) == 0
    assert capsys.readouterr().out.strip() == str(output)
    assert output.read_bytes().startswith(b"\x89PNG")
    first = output.read_bytes()
    assert main([*arguments, "--size", "32", "--pipeline", str(pipeline)]) == 0
    assert output.read_bytes() != first


@pytest.mark.parametrize(
    ("further", "words"),
    [
        (["--images", "0"], "--images must be at least 1; got 0"),
        (["--pipeline", "nowhere.json"], "nowhere.json"),
        (["--labels-column", "nothing"], "nothing"),
        (["--output", "out.nonsense"], "--output must be a picture file"),
    ],
)
def test_what_the_library_refuses_ends_with_1(further, words, tmp_path, capsys):
    arguments = ["augment-preview", "--data", TABLE, "--output", str(tmp_path / "out.png"), "--draws", "1"]
    assert main([*arguments, "--images", "1", *further]) == 1
    assert words in capsys.readouterr().err

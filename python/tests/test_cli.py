# SPDX-License-Identifier: Apache-2.0
"""The command line."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import multilabel as ml
from multilabel import augmentation

pytest.importorskip("click")
pytest.importorskip("rich")
pytest.importorskip("matplotlib")
from multilabel.cli import main

TABLE = "examples/data/openclipart/labels.csv"
COMMANDS = [
    "augment-preview",
    "calibrate",
    "compare",
    "doctor",
    "evaluate",
    "inspect",
    "predict",
    "report",
    "train",
    "tune",
]


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_shows_examples(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert f"Examples:\n    multilabel {command}" in capsys.readouterr().out.replace(
        "find . -name", "multilabel predict"
    )


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


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a tiny run."""
    out = tmp_path_factory.mktemp("out") / "run"
    table = ml.data.read_csv(TABLE)
    part = tmp_path_factory.mktemp("part") / "t.csv"
    rows = [
        "image,labels",
        *(f"{Path(image).absolute()},{'|'.join(names)}" for image, names in (table[i] for i in range(60))),
    ]
    part.write_text("\n".join(rows) + "\n", encoding="utf-8")
    tiny = ["--set", "augmentation.size=32", "--set", "threshold.cross_fit=0", "--epochs", "1", "--no-progress"]
    assert main(["train", str(part), "--out", str(out), *tiny]) == 0
    return out


def test_train_writes_a_run_and_repeats_it(run, tmp_path, capsys):
    assert (run / "report.html").exists()
    assert (
        main(["train", "--config", str(run / "run.toml"), "--out", str(tmp_path / "again"), "--json", "--no-progress"])
        == 0
    )
    numbers = json.loads(capsys.readouterr().out)
    assert main(["evaluate", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["micro_f1"] == numbers["micro_f1"]
    assert main(["compare", str(run), str(tmp_path / "again"), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["samples_f1"] == second["samples_f1"]


def test_train_asks_in_a_sentence_and_ends_with_2(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("image,tags,classes\na.jpg,x,y\n", encoding="utf-8")
    assert main(["train", str(tmp_path / "t.csv"), "--out", str(tmp_path / "run")]) == 2
    assert "which column of t.csv holds the labels, 'tags' or 'classes'?" in capsys.readouterr().err


def test_what_is_fitted_can_be_written_and_used(run, tmp_path, capsys):
    assert main(["tune", str(run), "--cross-fit", "0", "--metric", "jaccard", "-o", str(tmp_path / "rule.json")]) == 0
    assert main(["evaluate", str(run / "test.safetensors"), "--rule", str(tmp_path / "rule.json")]) == 0
    assert "mAP" in capsys.readouterr().out
    assert main(["calibrate", str(run), "--method", "platt", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"slopes", "intercepts"}
    assert main(["tune", str(run / "test.safetensors"), "--cross-fit", "0"]) == 0
    assert "warning: threshold.tune" in capsys.readouterr().err


def test_predict_takes_files_folders_patterns_and_standard_input(run, tmp_path, capsys, monkeypatch):
    picture = "examples/data/openclipart/images/0000.png"
    (tmp_path / "sub").mkdir()
    for name in ("a.png", "sub/b.png"):
        shutil.copy(picture, tmp_path / name)
    (tmp_path / "bad.png").write_text("no picture", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(picture + "\n\n"))
    assert main(["predict", str(run), str(tmp_path), str(tmp_path / "sub" / "*.png"), picture, "-", "--skip-bad"]) == 0
    told = capsys.readouterr()
    images = [json.loads(line)["image"] for line in told.out.splitlines()]
    assert [Path(image).name for image in images] == ["a.png", "b.png", "b.png", "0000.png", "0000.png"]
    assert "bad.png" in told.err
    assert main(["predict", str(run / "model"), str(tmp_path / "bad.png")]) == 1
    assert main(["predict", str(run), picture, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "image,labels,scores"


def test_inspect_and_doctor_print_json(capsys):
    assert main(["inspect", TABLE, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"] == 3456
    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["multilabel"] == ml.__version__

# SPDX-License-Identifier: Apache-2.0
"""One call from a table to a served model, and the folder that repeats it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import multilabel as ml
from multilabel._find_data import read
from multilabel._settings import DEFAULTS, flat, read_toml, resolved, write_toml

TINY = {"augmentation.size": 32, "training.epochs": 1, "threshold.cross_fit": 2, "training.workers": 1}


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    cv2 = pytest.importorskip("cv2")
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    rows = ["file,tags,who"]
    for i in range(40):
        has = random.random(2) < 0.5
        picture = random.integers(0, 80, (32, 32, 3))
        picture[:16] += 120 * has[0]
        picture[16:] += 120 * has[1]
        cv2.imwrite(str(folder / f"{i}.png"), picture)
        names = ";".join(name for name, there in zip(("top", "bottom"), has) if there)
        rows.append(f"{i}.png,{names},person {i % 10}")
    (folder / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "t.csv"


def test_train_leaves_a_folder_that_repeats_the_run(table, tmp_path) -> None:
    run = ml.train(table, out=tmp_path / "run", settings={**TINY, "data.groups": "who"}, progress=False)
    written = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"model", "run.toml", "history.csv", "validation.safetensors", "test.safetensors", "checkpoints"} <= written
    assert (run.settings["data"]["image"], run.settings["data"]["labels"], run.settings["data"]["delimiter"]) == (
        "file",
        "tags",
        ";",
    )
    assert len(repr(run).splitlines()) == 4
    again = ml.train(table, settings=read_toml(tmp_path / "run" / "run.toml"), progress=False)
    np.testing.assert_array_equal(again.tested.logits, run.tested.logits)
    assert again.rule == run.rule
    served = ml.load(tmp_path / "run" / "model")
    np.testing.assert_allclose(served.scores(run.tested.images), run.tested.scores, atol=1e-5)
    assert run.predict(run.tested.images[0]) == served(run.tested.images[0])
    assert run.report().samples == len(run.tested.images)


def test_groups_and_look_alikes_stay_on_one_side(table) -> None:
    run = ml.train(table, settings={**TINY, "data.groups": "who"}, progress=False)
    people = {Path(image).name: i % 10 for i, image in enumerate(f"{i}.png" for i in range(40))}
    sides = [{people[Path(image).name] for image in answers.images} for answers in (run.held_out, run.tested)]
    assert not sides[0] & sides[1]


def test_what_spoils_a_run_is_said(table, tmp_path) -> None:
    rows = [
        "file,tags,split",
        *(
            f"{i}.png,{'top' if i < 30 else 'new'},{'train' if i < 30 else 'val' if i < 35 else 'test'}"
            for i in range(40)
        ),
    ]
    (table.parent / "s.csv").write_text("\n".join([*rows, "nowhere.png,top,train"]) + "\n", encoding="utf-8")
    settings = {**TINY, "threshold.cross_fit": 0}
    with pytest.warns(ml.DoubtWarning) as heard:
        ml.train(table.parent / "s.csv", out=tmp_path / "run", settings=settings, progress=False)
    said = " ".join(str(warning.message) for warning in heard)
    assert "got 1 that are left out, such as" in said
    assert "got 1 that are not and are left out, such as 'new'" in said
    assert "learns to see from these pictures alone" in said


def test_the_device_is_a_setting(table) -> None:
    with pytest.raises(ml.ArgumentError, match="device must be auto, cpu"):
        ml.train(table, settings={**TINY, "training.device": "gpu"}, progress=False)


def test_settings_are_known_typed_and_written_whole(tmp_path) -> None:
    settings = resolved(
        "quick", {"training.learning_rate": "1e-4", "threshold.per_label": "true", "training.epochs": 3}
    )
    assert settings["training"]["learning_rate"] == 1e-4
    assert settings["threshold"]["per_label"] is True
    assert (settings["training"]["epochs"], settings["augmentation"]["size"]) == (3, 96)
    write_toml(tmp_path / "run.toml", settings)
    assert read_toml(tmp_path / "run.toml") == flat(settings)
    assert DEFAULTS["training"]["epochs"] == 12  # untouched
    with pytest.raises(ml.ArgumentError, match=r"got 'training\.learning_rat'. Did you mean training\.learning_rate\?"):
        resolved("quick", {"training.learning_rat": 1})
    with pytest.raises(ml.ArgumentError, match=r"training\.epochs must be of type int.*got 'many'"):
        resolved("quick", {"training.epochs": "many"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("image,labels\na.jpg,cat|dog\n", ("image", "labels", "|")),
        ('Filename,Tags\na.jpg,"cat, dog"\nb.jpg,dog\n', ("Filename", "Tags", ",")),
        ("photo_of,labels\na.jpg,cat\n", ("photo_of", "labels", "|")),  # by its cells
        ("id,path,category,labels\n1,a.jpg,x,cat;dog\n", ("path", "labels", ";")),
    ],
)
def test_columns_and_delimiter_are_found(tmp_path, text: str, found: tuple[str, str, str]) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert tuple(read(tmp_path / "t.csv")[1].values()) == found


@pytest.mark.parametrize(
    ("header", "question"),
    [
        ("image,path,labels", "which column of t.csv holds the image"),
        ("image,tags,classes", "which column of t.csv holds the labels, 'tags' or 'classes'"),
        ("image,x,y", "which column of t.csv holds the labels, one of 'image', 'x', 'y'"),
    ],
)
def test_a_question_is_asked_where_two_columns_would_do(tmp_path, header: str, question: str) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\na.jpg,b.jpg,cat\n", encoding="utf-8")
    if header.startswith("image,path"):
        (tmp_path / "t.csv").write_text("picture,path,labels\na.jpg,b.jpg,cat\n", encoding="utf-8")
    with pytest.raises(ml.ArgumentError, match=question):
        read(tmp_path / "t.csv")

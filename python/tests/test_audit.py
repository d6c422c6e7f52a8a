# SPDX-License-Identifier: Apache-2.0
"""The audit of an augmentation: verdicts on pictures whose detector is exact."""

from __future__ import annotations

import json

import numpy as np
import pytest

from multilabel import ArgumentError, ShapeError
from multilabel.augmentation import (
    CenterCrop,
    Compose,
    HorizontalFlip,
    Normalize,
    RandomResizedCrop,
    audit,
    restrained,
)
from multilabel.data import Dataset

Image = pytest.importorskip("PIL.Image")
COLORS = ["red", "green", "blue"]
SIDE, BLOB = 64, 16


@pytest.fixture(scope="module")
def blobs(tmp_path_factory) -> Dataset:
    """Two coloured squares of three in each of 60 pictures, in thirds of the height so that none covers another."""
    folder = tmp_path_factory.mktemp("blobs")
    random = np.random.default_rng(0)
    names, labels = [], []
    for i in range(60):
        image = np.full((SIDE, SIDE, 3), 128, np.uint8)
        shown = [color for color in range(3) if color != i % 3]
        for color in shown:
            x, y = random.integers(0, SIDE - BLOB + 1), 21 * color + random.integers(0, 6)
            image[y : y + BLOB, x : x + BLOB] = 255 * np.eye(3, dtype=np.uint8)[color]
        names.append(folder / f"{i}.png")
        Image.fromarray(image).save(names[-1])
        labels.append([COLORS[color] for color in shown])
    return Dataset(names, labels)


def score(images: list[np.ndarray]) -> np.ndarray:
    """Return the coloured share of each picture over that of a whole square, at most 1."""
    rows = []
    for image in images:
        values = image.astype(int)
        others = np.stack([np.maximum(values[..., 1], values[..., 2]), np.maximum(values[..., 0], values[..., 2]),
                           np.maximum(values[..., 0], values[..., 1])], axis=-1)  # fmt: skip
        share = (values > others + 60).mean(axis=(0, 1))
        rows.append(np.minimum(1, share * SIDE**2 / BLOB**2))
    return np.array(rows)


def test_survival_is_what_the_crop_leaves(blobs):
    found = audit(Compose([CenterCrop(32, 64), Normalize()]), blobs, score, labels=COLORS, draws=1)
    expected = []
    for color in range(3):
        before, after = [], []
        for path, row in zip(blobs.images, blobs.labels):
            if COLORS[color] in row:
                image = np.asarray(Image.open(path))
                before.append(score([image])[0, color])
                after.append(score([image[16:48]])[0, color])
        expected.append(sum(after) / sum(before))
    np.testing.assert_allclose(found.survival[0], expected, rtol=1e-6)  # scores travel as float32
    assert found.operations == ["CenterCrop(height=32, width=64, p=1)", "all together"]
    assert found.images[0].tolist() == [40, 40, 40]
    assert next(iter(found.destroyed["all together"])) == "red"
    assert not found.safe


def test_a_crop_to_a_quarter_is_flagged_and_the_restrained_recipe_is_not(blobs):
    quarter = audit(
        Compose([HorizontalFlip(), RandomResizedCrop((64, 64), scale=(0.25, 0.25))]), blobs, score, labels=COLORS
    )
    assert not quarter.safe
    assert all(name.startswith(("RandomResizedCrop", "all")) for name in quarter.destroyed)
    assert "RandomResizedCrop" in str(quarter)
    kept = audit(restrained(size=64), blobs, score, labels=COLORS)
    assert kept.safe
    assert kept.destroyed == {}
    assert "No operation destroys a label." in str(kept)


def test_results_are_plain_values_and_a_table(blobs):
    found = audit(Compose([CenterCrop(16, 16)]), blobs, score, labels=COLORS, images=20)
    values = json.loads(json.dumps(found.to_dict()))
    assert values["safe"] is False
    assert [one["operation"] for one in values["operations"]] == found.operations
    frame = found.to_frame()
    assert list(frame.columns) == [
        "operation",
        "label",
        "images",
        "before",
        "after",
        "survival",
        "error",
        "lost",
        "destroyed",
    ]
    assert len(frame) == 6
    assert frame["images"].max() <= 20


def test_worst_cases_come_with_their_pictures(blobs):
    pytest.importorskip("matplotlib")
    found = audit(
        Compose([HorizontalFlip(), RandomResizedCrop((32, 32), scale=(0.1, 0.1))]), blobs, score, labels=COLORS
    )
    for case, before, after in found.pictures(4):
        label = COLORS.index(case["label"])
        assert score([before])[0, label] == pytest.approx(case["before"], abs=1e-6)
        assert score([after])[0, label] == pytest.approx(case["after"], abs=1e-6)
    assert len(found.plot(4).images) == 8


def test_equal_seeds_give_equal_audits(blobs):
    pipeline = Compose([RandomResizedCrop((32, 32))])
    first, again, other = (audit(pipeline, blobs, score, labels=COLORS, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.survival, again.survival)
    assert not np.array_equal(first.survival, other.survival)


def test_what_cannot_be_audited_is_refused(blobs):
    with pytest.raises(ArgumentError, match="labels must name the columns"):
        audit(restrained(size=32), blobs, score)
    with pytest.raises(ArgumentError, match="pipeline must be"):
        audit([HorizontalFlip()], blobs, score, labels=COLORS)
    with pytest.raises(ShapeError, match=r"predict must return \[11, 3\] scores; got \[11, 2\]"):
        audit(restrained(size=32), blobs, lambda images: np.zeros((len(images), 2)), labels=COLORS)
    with pytest.raises(ZeroDivisionError):
        audit(restrained(size=32), blobs, lambda images: 1 / 0, labels=COLORS)

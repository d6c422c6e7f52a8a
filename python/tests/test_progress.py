# SPDX-License-Identifier: Apache-2.0
"""A training says how far it is unless it is told not to: one line an epoch where nobody looks on, a bar where somebody does."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from torch import nn

import multilabel as ml


def fit(**options) -> None:
    images = [np.full((4, 4, 3), shade, np.uint8) for shade in (0, 240)] * 2
    data = ml.data.Dataset(images, [["cat"], []] * 2)
    loader = ml.data.DataLoader(data, ["cat"], ml.augmentation.evaluation(size=4), batch_size=2)
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 1))
    ml.Trainer(model, ml.loss.BCEWithLogits(), **options).fit(loader, loader, epochs=3)


def test_one_line_an_epoch_by_default(capsys) -> None:
    fit()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert len(lines) == 4  # and how it ended


def test_silence_when_asked_for_and_a_callback_takes_the_place(capsys) -> None:
    fit(progress=False)
    assert capsys.readouterr().err == ""
    fit(callbacks=[ml.training.ProgressBar(style="lines", seconds=1e9)])
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_another_progress_is_refused() -> None:
    with pytest.raises(ml.ArgumentError, match="progress must be one of True, False, 'bar', 'lines'; got 'loud'"):
        fit(progress="loud")


def test_the_bar_is_that_of_tqdm_where_it_is_installed(monkeypatch) -> None:
    made = []

    class Bar:
        n, total, closed = 0, None, False

        def __init__(self, **options) -> None:
            made.append(self)

        def update(self, steps: int) -> None:
            self.n += steps

        def set_description(self, text: str, refresh: bool = True) -> None:
            self.description = text

        def set_postfix(self, shown: dict, refresh: bool = True) -> None:
            self.shown = shown

        def close(self) -> None:
            self.closed = True

    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    fit(progress="bar")
    (bar,) = made
    assert (bar.n, bar.total, bar.closed, bar.description) == (6, 6, True, "epoch 3/3")
    assert set(bar.shown) == {"loss", "best mean_average_precision"}

# SPDX-License-Identifier: Apache-2.0
"""Losses, forward and backward, one thread: the published implementations' formulas in eager PyTorch, and BCEWithLogits.

The peers are written from the papers as their authors compute them: probabilities, clamped logarithms, and for the
two-way loss a large negative constant as minus infinity. Values and gradients are compared before the clock starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from harness import Contest, Settings
from torch import Tensor

import multilabel as ml

SHAPES = ((64, 80), (128, 1000), (64, 9605))


def asymmetric(x: Tensor, y: Tensor) -> Tensor:
    p = torch.sigmoid(x)
    rest = (1 - p + 0.05).clamp(max=1)
    value = y * torch.log(p.clamp(min=1e-8)) + (1 - y) * torch.log(rest.clamp(min=1e-8))
    with torch.no_grad():
        focus = torch.pow(1 - p * y - rest * (1 - y), 1 * y + 4 * (1 - y))
    return -(value * focus).sum()


def hill(x: Tensor, y: Tensor) -> Tensor:
    shifted, p = torch.sigmoid(x - 1), torch.sigmoid(x)
    focus = ((1 - shifted) * y + (1 - y)) ** 2
    return -((y * torch.log(shifted) - (1 - y) * (1.5 - p) * p**2) * focus).sum()


def two_way(x: Tensor, y: Tensor) -> Tensor:
    def along(dim: int) -> Tensor:
        negative = torch.logsumexp(x.masked_fill(y != 0, -100.0), dim)
        positive = 4 * torch.logsumexp((-x / 4).masked_fill(y == 0, -100.0), dim)
        return torch.nn.functional.softplus(negative + positive)[(y > 0).any(dim)].mean()

    return along(1) + along(0)


def step(loss: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor) -> Callable[[], tuple[float, Tensor]]:
    def run() -> tuple[float, Tensor]:
        x.grad = None
        value = loss(x, y)
        value.backward()
        return value, x.grad

    return run


def difference(ours: tuple[Tensor, Tensor], theirs: tuple[Tensor, Tensor]) -> float:
    """The larger of the relative difference of the values and the largest difference of the gradients, to their size."""
    value = abs(ours[0].item() / theirs[0].item() - 1)
    return max(value, float((ours[1] - theirs[1]).abs().max() / theirs[1].abs().max()))


def contests(settings: Settings) -> Iterator[Contest]:
    torch.set_num_threads(1)
    for full in SHAPES:
        n, labels = (settings.size(size, 8) for size in full)
        generator = torch.Generator().manual_seed(1)
        x = (torch.randn(n, labels, generator=generator) * 2).requires_grad_(True)
        y = (torch.rand(n, labels, generator=generator) < 0.04).float()
        y[:, 0], y[0] = 1, 0
        y[0, :2] = torch.tensor([1.0, 0.0])
        shape = f"{n} x {labels:,}"
        plain = step(torch.nn.BCEWithLogitsLoss(), x, y)
        for name, ours, peer in (
            ("asymmetric", ml.loss.Asymmetric(reduction="sum"), asymmetric),
            ("Hill", ml.loss.Hill(reduction="sum"), hill),
            ("two-way", ml.loss.TwoWay(), two_way),
        ):
            task = f"{name} loss, forward and backward, {shape}"
            yield Contest(task, step(ours, x, y), {"eager PyTorch": step(peer, x, y)}, difference, tolerance=1e-4)
        yield Contest(
            f"asymmetric loss, forward and backward, {shape}",
            step(ml.loss.Asymmetric(), x, y),
            {"torch.nn.BCEWithLogitsLoss": plain},
            remark="another loss: its cost",
        )

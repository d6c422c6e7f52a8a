# SPDX-License-Identifier: Apache-2.0
"""EfficientNet-Lite0 as one writes it in plain PyTorch, with timm's parameter names, for the training benchmark."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

# repeats, kernel, stride, expansion, channels
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class SameConv(nn.Conv2d):
    """TensorFlow's SAME padding: an odd pixel of it goes right and below."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pads = []
        for size in (x.shape[3], x.shape[2]):
            total = max((-(-size // self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - size, 0)
            pads += [total // 2, total - total // 2]
        if pads[0] == pads[1] and pads[2] == pads[3]:
            return functional.conv2d(x, self.weight, None, self.stride, (pads[2], pads[0]), 1, self.groups)
        return functional.conv2d(functional.pad(x, pads), self.weight, None, self.stride, 0, 1, self.groups)


def norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Separable(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.conv_dw = SameConv(inputs, inputs, kernel, stride, groups=inputs, bias=False)
        self.bn1 = norm(inputs)
        self.conv_pw = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.bn2 = norm(outputs)
        self.act = nn.ReLU6(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn2(self.conv_pw(self.act(self.bn1(self.conv_dw(x)))))


class Inverted(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.conv_pw = nn.Conv2d(inputs, hidden, 1, bias=False)
        self.bn1 = norm(hidden)
        self.conv_dw = SameConv(hidden, hidden, kernel, stride, groups=hidden, bias=False)
        self.bn2 = norm(hidden)
        self.conv_pwl = nn.Conv2d(hidden, outputs, 1, bias=False)
        self.bn3 = norm(outputs)
        self.act = nn.ReLU6(inplace=True)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.act(self.bn1(self.conv_pw(x)))
        y = self.act(self.bn2(self.conv_dw(y)))
        y = self.bn3(self.conv_pwl(y))
        return y + x if self.residual else y


class EfficientNetLite0(nn.Module):
    """Images [n, 3, h, w] to logits [n, labels]."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self.bn1 = norm(32)
        self.act = nn.ReLU6(inplace=True)
        stages, inputs = [], 32
        for repeats, kernel, stride, expansion, outputs in STAGES:
            stage = []
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                stage.append(
                    Separable(inputs, outputs, kernel, step)
                    if expansion == 1
                    else Inverted(inputs, outputs, kernel, step, expansion)
                )
                inputs = outputs
            stages.append(nn.Sequential(*stage))
        self.blocks = nn.Sequential(*stages)
        self.conv_head = nn.Conv2d(320, 1280, 1, bias=False)
        self.bn2 = norm(1280)
        self.classifier = nn.Linear(1280, labels)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.act(self.bn1(self.conv_stem(images))))
        x = self.act(self.bn2(self.conv_head(x)))
        return self.classifier(x.mean((2, 3)))

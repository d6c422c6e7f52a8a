# SPDX-License-Identifier: Apache-2.0
"""Pictures with known objects: real handwritten digits, enlarged and pasted on a canvas, and a detector that knows them."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

SIDE = 64


def composites(n: int, seed: int = 0) -> tuple[list[np.ndarray], list[list[list[float]]], list[list[str]]]:
    """Return images uint8 [64, 64, 3], boxes (x_min, y_min, x_max, y_max) and their labels, up to four digits each.

    Digits of 8 x 8 are enlarged 2 to 4.5 times and do not overlap.
    """
    digits = load_digits()
    random = np.random.default_rng(seed)
    images, boxes, labels = [], [], []
    for _ in range(n):
        canvas = np.zeros((SIDE, SIDE), np.uint8)
        found: list[list[float]] = []
        names: list[str] = []
        for _ in range(random.integers(2, 5)):
            which = random.integers(len(digits.images))
            side = round(8 * random.uniform(2, 4.5))
            rows = np.arange(side) * 8 // side
            picture = (digits.images[which][rows][:, rows] * 15.9).astype(np.uint8)
            for _ in range(20):
                x, y = random.integers(0, SIDE - side + 1, 2)
                box = [float(x), float(y), float(x + side), float(y + side)]
                if all(x >= b[2] or b[0] >= x + side or y >= b[3] or b[1] >= y + side for b in found):
                    canvas[y : y + side, x : x + side] = picture
                    found.append(box)
                    names.append(str(digits.target[which]))
                    break
        images.append(np.repeat(canvas[..., None], 3, axis=2))
        boxes.append(found)
        labels.append(names)
    return images, boxes, labels

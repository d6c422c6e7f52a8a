# SPDX-License-Identifier: Apache-2.0
"""The restrained recipe on photographs, alone, with decoding and in a loader, against albumentations and PyTorch.

"as written" is the peer's recipe in the order of ours, rotating the full picture; "resize first" is the shortcut that
many take, cheaper but another augmentation: it turns the squeezed picture and so shears what is in it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import albumentations as A
import cv2
import matplotlib.cbook
import numpy as np
import torch
from albumentations.pytorch import ToTensorV2
from harness import Contest, Settings
from sklearn.datasets import load_sample_images

import multilabel as ml

SIZE = 224
BATCH = 32


def photographs(count: int) -> list[np.ndarray]:
    """Return crops of 375 x 500 of the photographs that scikit-learn and matplotlib carry, with a camera's grain."""
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=True) as file:
        portrait = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_COLOR)
    sources = [*load_sample_images().images, cv2.cvtColor(portrait, cv2.COLOR_BGR2RGB)]
    random = np.random.default_rng(0)
    crops = []
    for i in range(count):
        source = sources[i % len(sources)]
        width = int(random.integers(300, min(source.shape[1], source.shape[0] * 4 // 3) + 1))
        height = width * 3 // 4
        top = int(random.integers(source.shape[0] - height + 1))
        left = int(random.integers(source.shape[1] - width + 1))
        crop = cv2.resize(source[top : top + height, left : left + width], (500, 375), interpolation=cv2.INTER_CUBIC)
        crops.append(np.clip(crop + random.normal(0, 3, crop.shape), 0, 255).astype(np.uint8))
    return crops


def recipes(noise: bool = True) -> dict[str, A.Compose]:
    """Return albumentations' form of ``multilabel.augmentation.restrained()``."""
    geometry = [A.HorizontalFlip(p=0.5), A.Rotate(limit=15, border_mode=cv2.BORDER_REFLECT_101, p=1)]
    resize = A.Resize(SIZE, SIZE, interpolation=cv2.INTER_AREA)
    pixels = [A.RandomBrightnessContrast(0.2, 0.2, p=1)]
    if noise:
        pixels.append(A.GaussNoise(std_range=(0.01, 0.03), p=1))
    finish = [A.Normalize(mean=(0.5,) * 3, std=(0.5,) * 3), ToTensorV2()]
    return {
        "albumentations, as written": A.Compose([*geometry, resize, *pixels, *finish]),
        "albumentations, resize first": A.Compose([resize, *geometry, *pixels, *finish]),
    }


def read(path: str) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)


class Files(torch.utils.data.Dataset):
    """What one writes for PyTorch's DataLoader."""

    def __init__(self, paths: list[str], recipe: A.Compose) -> None:
        self.paths, self.recipe = paths, recipe

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> torch.Tensor:
        return self.recipe(image=read(self.paths[i]))["image"]


def drain(batches: Iterator[object]) -> int:
    return sum(1 for _ in batches)


def contests(settings: Settings) -> Iterator[Contest]:
    cv2.setNumThreads(0)
    images = photographs(settings.size(240, 8))
    fixed = {"units": len(images), "unit": "images", "remark": "the draws differ"}
    ours = ml.augmentation.restrained(size=SIZE)

    def each(call: object) -> None:
        for i, image in enumerate(images):
            call(image, i)

    yield Contest(
        "restrained recipe to 224 px, decoded photographs of 500 x 375",
        partial(each, lambda image, i: ours.write(image, seed=1, index=i)),
        {name: partial(each, lambda image, i, r=recipe: r(image=image)) for name, recipe in recipes().items()},
        **fixed,
    )
    quiet = ml.augmentation.Compose([one for one in ours if not isinstance(one, ml.augmentation.GaussNoise)])
    yield Contest(
        "the same without noise",
        partial(each, lambda image, i: quiet.write(image, seed=1, index=i)),
        {name: partial(each, lambda image, i, r=r: r(image=image)) for name, r in recipes(noise=False).items()},
        **fixed,
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, image in enumerate(images):
            paths.append(str(Path(folder) / f"{i}.jpg"))
            cv2.imwrite(paths[-1], image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90 + i % 7])

        def each_file(call: object) -> None:
            for i, path in enumerate(paths):
                call(path, i)

        yield Contest(
            "JPEG file to augmented tensor",
            partial(each_file, lambda path, i: ours.write(ml.data.read_image(path), seed=1, index=i)),
            {name: partial(each_file, lambda path, i, r=r: r(image=read(path))) for name, r in recipes().items()},
            **fixed,
        )
        paths = paths * settings.size(4, 8)
        data = ml.data.Dataset(paths, [["photograph"]] * len(paths))
        loader = ml.data.DataLoader(data, ["photograph"], ours, batch_size=BATCH, workers=2, seed=1)
        peers = {
            f"PyTorch DataLoader + {name}": torch.utils.data.DataLoader(
                Files(paths, recipe),
                batch_size=BATCH,
                num_workers=2,
                persistent_workers=True,
                worker_init_fn=lambda _: cv2.setNumThreads(0),
            )
            for name, recipe in recipes().items()
        }
        yield Contest(
            f"data loader, 2 workers, batches of {BATCH}, JPEG files",
            lambda: drain(loader),
            {name: lambda peer=peer: drain(peer) for name, peer in peers.items()},
            clock="wall",
            **fixed | {"units": len(paths)},
        )

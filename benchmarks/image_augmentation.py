# SPDX-License-Identifier: Apache-2.0
"""The restrained recipe on photographs, alone, with decoding and in a loader, against albumentations and PyTorch.

"as written" is the order in which recipes are listed: flip, rotate, change values, add noise, then resize. "our order"
resizes before values change, as ``restrained`` does. "resize first" is the shortcut that many take, cheaper but another
augmentation: it turns the squeezed picture and so shears what is in it.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
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
        "albumentations, as written": A.Compose([*geometry, *pixels, resize, *finish]),
        "albumentations, our order": A.Compose([*geometry, resize, *pixels, *finish]),
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


class Decoded(torch.utils.data.Dataset):
    """The same over pictures that are decoded already; workers share their memory with the process they come from."""

    def __init__(self, images: list[np.ndarray], count: int, recipe: A.Compose) -> None:
        self.images, self.count, self.recipe = images, count, recipe

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> torch.Tensor:
        return self.recipe(image=self.images[i % len(self.images)])["image"]


def torch_loader(data: torch.utils.data.Dataset) -> torch.utils.data.DataLoader:
    return torch.utils.data.DataLoader(
        data,
        batch_size=BATCH,
        num_workers=2,
        persistent_workers=True,
        worker_init_fn=lambda _: cv2.setNumThreads(0),
    )


def drain(batches: Iterator[object]) -> int:
    return sum(1 for _ in batches)


def serve_portable(count: int, pipe: Connection) -> None:
    """Run the recipe in a process of its own, without AVX2, once for every message."""
    images, recipe = photographs(count), ml.augmentation.restrained(size=SIZE)
    while pipe.recv():
        for i, image in enumerate(images):
            recipe.write(image, seed=1, index=i)
        pipe.send(True)


@contextmanager
def portable(count: int) -> Iterator[Callable[[], None]]:
    """Start that process; what is yielded runs the recipe over all pictures once."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    os.environ["MULTILABEL_SIMD"] = "portable"
    worker = context.Process(target=serve_portable, args=(count, there), daemon=True)
    worker.start()
    del os.environ["MULTILABEL_SIMD"]

    def run() -> None:
        here.send(True)
        here.recv()

    yield run
    here.send(False)
    worker.join()


DECODING = Path(__file__).parent.parent / "build/release/benchmarks/benchmark_image_decoding"


@contextmanager
def compiled(folder: str) -> Iterator[Callable[[str], str]]:
    """Start ``image_decoding.cpp`` on the JPEGs of a folder; what is yielded sends it a line and returns its answer."""
    command = [str(DECODING), folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(line: str) -> str:
            print(line, file=process.stdin, flush=True)
            answer = process.stdout.readline().strip()
            if not answer:
                raise RuntimeError(f"{DECODING.name} ended at {line!r}")
            return answer

        yield ask
        process.stdin.close()


def contests(settings: Settings) -> Iterator[Contest]:
    if not DECODING.exists():
        sys.exit("the C++ side is missing; scripts/benchmark builds it")
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
    with portable(len(images)) as plain:
        yield Contest(
            "the recipe in plain loops, without AVX2",
            plain,
            {name: partial(each, lambda image, i, r=recipe: r(image=image)) for name, recipe in recipes().items()},
            clock="wall",
            **fixed,
        )
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, image in enumerate(images):
            paths.append(str(Path(folder) / f"{i}.jpg"))
            cv2.imwrite(paths[-1], image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90 + i % 7])

        held_bytes = [np.fromfile(path, np.uint8) for path in paths]

        def each_file(call: object) -> None:
            for i, path in enumerate(paths):
                call(path, i)

        yield Contest(
            "JPEG file to pixels, without augmentation",
            partial(each_file, lambda path, i: ml.data.read_image(path)),
            {
                "cv2.imread": partial(each_file, lambda path, i: cv2.imread(path)),
                "cv2.imread, and to RGB": partial(each_file, lambda path, i: read(path)),
                "cv2.imdecode of bytes in memory": partial(
                    each_file, lambda path, i: cv2.imdecode(held_bytes[i], cv2.IMREAD_COLOR)
                ),
            },
            **fixed | {"remark": ""},
        )
        shrinks_to = ours.shrinks_to
        yield Contest(
            "JPEG file to augmented tensor",
            partial(each_file, lambda path, i: ours.write(ml.data.read_image(path, shrinks_to=shrinks_to), index=i)),
            {
                **{name: partial(each_file, lambda path, i, r=r: r(image=read(path))) for name, r in recipes().items()},
                "cv2.imread alone, no augmentation": partial(each_file, lambda path, i: cv2.imread(path)),
                "cv2.imdecode alone, of bytes in memory": partial(
                    each_file, lambda path, i: cv2.imdecode(held_bytes[i], cv2.IMREAD_COLOR)
                ),
            },
            **fixed,
        )
        with compiled(folder) as ask:
            yield Contest(
                "JPEG in memory to augmented tensor, in C++",
                partial(ask, "multilabel"),
                {f"cv::imdecode of OpenCV {ask('version')} alone, no augmentation": partial(ask, "imdecode")},
                clock="wall",
                **fixed | {"remark": "the OpenCV that multilabel is linked to; both decode at full size"},
            )
        count = len(paths) * settings.size(4, 8)
        data = ml.data.Dataset(paths * settings.size(4, 8), [["photograph"]] * count)
        load = partial(ml.data.DataLoader, data, ["photograph"], ours, batch_size=BATCH, seed=1)
        loader = load(workers=2)
        alone = load(workers=1)
        peers = {
            f"PyTorch DataLoader + {name}": torch_loader(Files(data.images, recipe))
            for name, recipe in recipes().items()
        }
        yield Contest(
            f"data loader, 2 workers, batches of {BATCH}, JPEG files",
            lambda: drain(loader),
            {
                **{name: lambda peer=peer: drain(peer) for name, peer in peers.items()},
                "multilabel, 1 worker": lambda: drain(alone),
            },
            clock="wall",
            **fixed | {"units": count},
        )
        cached = load(workers=2, cache="decoded")
        drain(cached)
        held = {
            f"PyTorch DataLoader + {name}": torch_loader(Decoded(images, count, recipe))
            for name, recipe in recipes().items()
        }
        yield Contest(
            f"data loader, 2 workers, batches of {BATCH}, decoded pictures in memory",
            lambda: drain(cached),
            {name: lambda peer=peer: drain(peer) for name, peer in held.items()},
            clock="wall",
            **fixed | {"units": count},
        )

# SPDX-License-Identifier: Apache-2.0
"""A loop as PyTorch users write it: a data set of one's own, our loader in place of theirs, and a stop in mid-epoch.

Usage: python examples/025_pytorch_loop.py [<epochs>], from the project's folder.
"""

import json
import sys

import torch
from torch import nn

import multilabel as ml

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 2
table = ml.data.read_csv("examples/data/openclipart/labels.csv")[:256]
labels = table.vocabulary


class Drawings(torch.utils.data.Dataset[tuple[str, list[str]]]):
    """Any object with these two methods goes through the loader; images may be paths, bytes or arrays."""

    def __len__(self) -> int:
        return len(table)

    def __getitem__(self, i: int) -> tuple[str, list[str]]:
        image, names = table[i]
        return image, names


def loader() -> ml.data.DataLoader:
    """Return batches as tensors over the loader's own memory, rare labels more often, pixels decoded once."""
    sampler = ml.data.RepeatFactorSampler(table.targets(labels), threshold=0.1, seed=7)
    return ml.data.DataLoader(
        Drawings(),
        labels,
        ml.augmentation.restrained(size=32),
        sampler=sampler,
        seed=7,
        cache="decoded",
        output="torch",
    )


torch.manual_seed(7)
model = nn.Sequential(
    nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(256, len(labels))
)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
batches = loader()
for epoch in range(epochs):
    for images, targets in batches:
        loss = nn.functional.binary_cross_entropy_with_logits(model(images), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}: {len(batches)} batches, loss {loss.item():.4f}")
print(f"{batches.cache_statistics.hits} images came from memory, {batches.cache_statistics.misses} from disk")

iteration = iter(batches)
next(iteration)
saved = json.dumps(batches.state_dict())  # beside the weights
expected = next(iteration)[0].clone()
again = loader()
again.load_state_dict(json.loads(saved))
same = torch.equal(next(iter(again))[0], expected)
print("the loader that went on gives the same batch:", same)
sys.exit(0 if same else 1)

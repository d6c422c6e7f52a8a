# SPDX-License-Identifier: Apache-2.0
"""Steps of training EfficientNet-Lite0 at 96 px, batches of 32: the C++ loop against the same in Python, eager PyTorch.

Both begin with the same weights, read the same batches from the same loader, keep activations and weights in
channels-last order, and take AdamW's fused step. The peer's network is plain ``torch.nn`` (efficientnet_lite0.py); that
its logits are the same is checked first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from efficientnet_lite0 import EfficientNetLite0
from harness import Contest, Settings

import multilabel as ml

SIZE, BATCH, LABELS, RATE = 96, 32, 46, 1e-5


def loaders(folder: str, steps: int) -> tuple[ml.data.DataLoader, ml.data.DataLoader]:
    """Return a loader of ``steps`` batches, and one of a single small batch, as ``fit`` validates after an epoch."""
    data = ml.data.read_csv(f"{folder}/labels.csv")
    labels = sorted({label for row in data.labels for label in row})
    plain = ml.augmentation.evaluation(size=SIZE)
    train = ml.data.DataLoader(data[: steps * BATCH], labels, plain, batch_size=BATCH, shuffle=True, seed=1)
    return train, ml.data.DataLoader(data[-8:], labels, plain, batch_size=8)


def contests(settings: Settings) -> Iterator[Contest]:
    steps = settings.size(32, 2)
    train, validation = loaders("examples/data/openclipart", steps)
    ours = ml.model.create("efficientnet_lite0", labels=LABELS, seed=1)
    peer = EfficientNetLite0(LABELS)
    peer.load_state_dict({name: tensor.clone() for name, tensor in ours.state_dict().items()}, strict=False)
    peer = peer.to(memory_format=torch.channels_last)
    images = next(iter(validation))[0]
    trainer = ml.training.Trainer(ours, ml.loss.BCEWithLogits(), learning_rate=RATE, weight_decay=0.01, seed=1)
    answers = trainer.predict(validation).logits

    matrices = [p for p in peer.parameters() if p.dim() > 1]
    vectors = [p for p in peer.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, fused=True)
    criterion = torch.nn.BCEWithLogitsLoss()

    def logits() -> np.ndarray:
        peer.eval()
        with torch.no_grad():
            return peer(torch.from_numpy(images).to(memory_format=torch.channels_last)).numpy()

    difference = float(np.abs(np.asarray(answers) - logits()).max())
    if difference > 1e-3:
        raise RuntimeError(
            f"training_step: both networks must give the same logits; got a difference of {difference:g}"
        )

    def fit_ours() -> None:
        trainer.fit(train, validation, epochs=1)

    def fit_peer() -> None:
        peer.train()
        for batch, targets in train.torch():
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(peer(batch.to(memory_format=torch.channels_last)), targets)
            loss.backward()
            optimizer.step()
        logits()

    for threads in (1, 2):
        torch.set_num_threads(threads)
        yield Contest(
            f"training EfficientNet-Lite0, 96 px, batches of 32, {threads} thread{'s' * (threads > 1)}",
            fit_ours,
            {"the same loop in Python, eager PyTorch": fit_peer},
            clock="processor" if threads == 1 else "wall",
            units=steps,
            unit="steps",
            remark="equal logits" if difference == 0 else f"logits within {difference:.0e}",
        )

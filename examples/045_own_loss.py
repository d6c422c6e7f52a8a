# SPDX-License-Identifier: Apache-2.0
"""A loss of your own: two functions, what a positive and what a negative costs.

Checks, unknown cells, weights and the reduction come with it. This one is the Brier score, weighted by the counts of the
labels.
"""

import torch

import multilabel as ml

weights = ml.loss.ClassBalanced([900, 10, 40], beta=0.99)  # images with each label
brier = ml.loss.CellLoss(lambda x: torch.sigmoid(-x) ** 2, lambda x: torch.sigmoid(x) ** 2, **weights.options)
logits = torch.tensor([[2.0, -1.0, 0.0], [0.5, 1.0, -3.0]], requires_grad=True)
targets = torch.tensor([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # -1: nobody knows
value = brier(logits, targets)
value.backward()
print(value.item())
print(logits.grad)

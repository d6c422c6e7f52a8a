# SPDX-License-Identifier: Apache-2.0
"""Answers in a forked process, whose parent's threads do not live there: torch works on one thread from then on.

OpenMP's threads do not survive a fork, and the first parallel loop of the child would wait for them for ever. torch's own
``DataLoader`` does the same in its workers; ``torch.set_num_threads`` has the last word.
"""

from __future__ import annotations

import os

import torch

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))

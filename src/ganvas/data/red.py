"""One colour as a data set: the real data of the lectures' worked example.

Source: the lecture slides "Deep Learning 101: GAN" by 신박AI.
"""

from __future__ import annotations

import torch

from ganvas.data.dataset import Dataset

COUNT = 100_000
"""Pictures, all the same."""


def load(size: int | None = None) -> Dataset:
    """Pure red, (255, 0, 0), in 100,000 pictures of one pixel, or of `size` x `size` pixels."""
    red = torch.tensor([255, 0, 0], dtype=torch.uint8).view(1, 3, 1, 1)
    return Dataset("red", red.repeat(COUNT, 1, size or 1, size or 1))

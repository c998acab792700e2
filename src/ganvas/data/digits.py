"""The digits that come with scikit-learn: small enough to train on in seconds, always at hand.

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), test part.
"""

from __future__ import annotations

import torch

from ganvas.data.dataset import Dataset
from ganvas.data.resize import resize


def load(size: int | None = None) -> Dataset:
    """The 1,797 digits (N, 1, 8, 8), or smoothly enlarged to `size` x `size`; classes 0 to 9."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    counts = torch.from_numpy(bunch.images).unsqueeze(1)  # (N, 1, 8, 8), ink in 0..16
    x = counts.mul(255 / 16).round().to(torch.uint8)
    y = torch.from_numpy(bunch.target).to(torch.int64)
    if size is not None:
        x = resize(x, size, size)
    return Dataset("digits", x, y, tuple("0123456789"))

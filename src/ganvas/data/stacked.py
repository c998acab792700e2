"""Stacked MNIST: three random digits as red, green and blue, so 1,000 kinds of pictures.

Source: Metz et al., Unrolled Generative Adversarial Networks, 2017; 128,000 pictures as in
Srivastava et al., VEEGAN, 2017, here of the 60,000 training digits, and 26,000 of the test digits,
as many as the custom is to score.
"""

from __future__ import annotations

import torch

from ganvas import seeds
from ganvas.data import mnist
from ganvas.data.dataset import Dataset

COUNTS = {"": 128_000, ":test": 26_000}


def load(name: str, size: int | None = None) -> Dataset:
    """`stacked-mnist`, or with ":test" that of the held-out digits: uint8 (N, 3, 28, 28).

    The same digits are stacked every time. Raises as `mnist.load` does.
    """
    part = name.removeprefix("stacked-mnist")
    digits = mnist.load(f"mnist{part}", size).x[:, 0]
    generator = seeds.generator(0, name)
    rows = torch.randint(len(digits), (COUNTS[part], 3), generator=generator)
    return Dataset(name, digits[rows])

"""The network behind the shipped features: small, quick on a processor, its last layer narrow.

Narrow, because a Frechet distance wants ten times as many samples as features are wide.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas import seeds

WIDTH = 64
"""Numbers that describe a picture."""
RESIZER = "bilinear, antialiased, float32"
"""What `resized` does, as a score card says it."""


def resized(images: Tensor, side: int) -> Tensor:
    """`images` uint8 (N, C, H, W) -> float32 (N, C, side, side) in [0, 1].

    The one resizer of all features, `RESIZER`: bilinear with antialiasing and without rounding in
    between. Pictures of that size already pass untouched.
    """
    x = images.to(torch.float32, memory_format=torch.channels_last) / 255  # twice as quick
    if x.shape[2:] == (side, side):
        return x
    return F.interpolate(x, (side, side), mode="bilinear", antialias=True)


class SmallCNN(nn.Module):
    """Pictures float32 (N, C, side, side) in [0, 1] -> features (N, WIDTH); `head` -> classes.

    Four convolutions with batch norm, halved three times by pooling, and a linear layer. Features
    are taken before its ReLU, where they are nearer to Gaussian, each with mean 0 and variance 1
    over the training set.
    """

    def __init__(self, channels: int, side: int, classes: int) -> None:
        super().__init__()
        self.side = side
        self.body = nn.Sequential(
            *_block(channels, 16, 5, pool=2),
            *_block(16, 32, 3),
            *_block(32, 32, 3, pool=2),
            *_block(32, 64, 3, pool=2),
            nn.Flatten(),
            nn.Linear(64 * (side // 8) ** 2, WIDTH),
            nn.BatchNorm1d(WIDTH, affine=False),
        )
        self.head = nn.Linear(WIDTH, classes)

    def forward(self, x: Tensor) -> Tensor:
        """The features of `x`."""
        features: Tensor = self.body(x)
        return features

    def logits(self, x: Tensor) -> Tensor:
        """The evidence for each class, (N, classes)."""
        evidence: Tensor = self.head(self(x).relu())
        return evidence


def random_cnn(channels: int, side: int = 32) -> SmallCNN:
    """A `SmallCNN` whose weights are drawn and never trained: the same ones on every machine.

    They are uniform, with the variance of He et al. 2015, Eq. 10: normal ones pass through
    functions that processors round differently.
    """
    with torch.random.fork_rng(devices=[]):  # the usual first weights would move torch's numbers
        net = SmallCNN(channels, side, classes=1)
    for name, weight in net.named_parameters():
        if weight.dim() > 1:
            address = seeds.generator("random features", name)
            drawn = torch.rand(weight.shape, generator=address, dtype=torch.float32)
            weight.data = (2 * drawn - 1) * math.sqrt(6 / weight[0].numel())
        elif name.endswith("bias"):
            weight.data.zero_()
    return net


def _block(before: int, after: int, kernel: int, pool: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False)
    halved = [nn.MaxPool2d(pool)] if pool > 1 else []  # before the norm: a quarter of its work
    return [conv, *halved, nn.BatchNorm2d(after), nn.ReLU()]

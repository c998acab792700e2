"""SNGAN's residual networks.

Source: Miyato et al., Spectral Normalization for GANs, 2018, appendix B.4, Table 4 (32 pixels:
three blocks up, four down). Glorot-uniform weights, with gain sqrt 2 inside the blocks. Other sides
have as many doublings as they need.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, relu

from ganvas.networks.dcgan import Norm
from ganvas.networks.sides import doublings


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut; doubles the side, halves it, or keeps it."""

    def __init__(
        self, before: int, after: int, *, scale: float = 1, norm: Norm = "none", first: bool = False
    ) -> None:
        super().__init__()
        self.scale, self.first = scale, first
        batch = norm == "batch"
        self.norm1 = nn.BatchNorm2d(before) if batch else nn.Identity()
        self.conv1 = nn.Conv2d(before, after, 3, 1, 1)
        self.norm2 = nn.BatchNorm2d(after) if batch else nn.Identity()
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1)
        changes = before != after or scale != 1
        self.short = nn.Conv2d(before, after, 1) if changes else nn.Identity()
        for conv, gain in ((self.conv1, math.sqrt(2)), (self.conv2, math.sqrt(2)), (self.short, 1)):
            _glorot(conv, gain)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, S, S) to (N, after, S * scale, S * scale)."""
        h = x if self.first else relu(self.norm1(x))
        h = self.conv1(_up(h) if self.scale > 1 else h)
        h = self.conv2(relu(self.norm2(h)))
        if self.scale > 1:
            return h + self.short(_up(x))  # type: ignore[no-any-return]
        if self.scale < 1:  # the 1 x 1 convolution commutes with the mean, and is cheaper after it
            return avg_pool2d(h, 2) + self.short(avg_pool2d(x, 2))  # type: ignore[no-any-return]
        return h + self.short(x)  # type: ignore[no-any-return]


class Sum(nn.Module):
    """ReLU, then the sum over the picture."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, S, S) to (N, C)."""
        return relu(x).sum((2, 3))


def generator(
    z: int, shape: tuple[int, ...], *, width: int = 64, norm: Norm = "batch"
) -> nn.Module:
    """(N, z) to pictures (N, C, S, S) before the last activation; 4 `width` channels throughout."""
    side, times = doublings(shape)
    channels = 4 * width
    first = nn.Linear(z, channels * side * side)
    _glorot(first, 1)
    last = nn.Conv2d(channels, shape[0], 3, 1, 1)
    _glorot(last, 1)
    return nn.Sequential(
        first,
        nn.Unflatten(1, (channels, side, side)),
        *(Block(channels, channels, scale=2, norm=norm) for _ in range(times)),
        nn.BatchNorm2d(channels) if norm == "batch" else nn.Identity(),
        nn.ReLU(),
        last,
    )


def trunk(shape: tuple[int, ...], *, width: int = 64) -> tuple[nn.Module, int]:
    """Pictures (N, C, S, S) to features (N, 2 width), and how many.

    Four blocks, of which the first two halve the side; where G doubles it only once, only the first
    does, and one more block halves it for each doubling after the third.
    """
    _, times = doublings(shape)
    channels, halvings = 2 * width, max(1, min(times, 2) + max(0, times - 3))
    blocks = [Block(shape[0], channels, scale=0.5, first=True)]
    blocks += [Block(channels, channels, scale=0.5) for _ in range(halvings - 1)]
    blocks += [Block(channels, channels) for _ in range(2)]
    return nn.Sequential(*blocks, Sum()), channels


def _up(x: Tensor) -> Tensor:
    return interpolate(x, scale_factor=2)


def _glorot(layer: nn.Module, gain: float) -> None:
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(layer.weight, gain)
        if layer.bias is not None:
            torch.nn.init.zeros_(layer.bias)

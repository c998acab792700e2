"""R3GAN's networks: residual blocks without normalisation, resampled by a smooth filter.

Source: Huang et al., The GAN is dead; long live the GAN!, 2024 (arXiv 2501.05441), section 3.3 and
its published code. A block is 1 x 1, grouped 3 x 3, 1 x 1, with leaky ReLUs between, beside the
identity; its last convolution starts at 0, the others like Fixup (Zhang et al., 2019). The filter
is [1, 3, 3, 1], bilinear between pixel centres, where the published code has [1, 2, 1].
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, leaky_relu, pad

from ganvas.errors import UsageError
from ganvas.networks.sides import doublings

EXPANSION = 2
"""How much wider a block is inside."""
SLOPE = 0.2


class Residual(nn.Module):
    """x + f(x), sides and channels kept: (N, C, S, S) to the same."""

    def __init__(self, channels: int, groups: int, blocks: int) -> None:
        super().__init__()
        inner = EXPANSION * channels
        self.rise = nn.Conv2d(channels, inner, 1, bias=False)
        self.mix = nn.Conv2d(inner, inner, 3, 1, 1, groups=groups, bias=False)
        self.fall = nn.Conv2d(inner, channels, 1, bias=False)
        self.bias1, self.bias2 = (nn.Parameter(torch.zeros(inner, 1, 1)) for _ in range(2))
        gain = math.sqrt(2 / (1 + SLOPE**2)) * blocks**-0.25  # f has two layers that start at work
        start(self.rise, gain), start(self.mix, gain), nn.init.zeros_(self.fall.weight)

    def forward(self, x: Tensor) -> Tensor:
        """x + f(x)."""
        h = leaky_relu(self.rise(x) + self.bias1, SLOPE)
        h = leaky_relu(self.mix(h) + self.bias2, SLOPE)
        return x + self.fall(h)  # type: ignore[no-any-return]


class Resample(nn.Module):
    """Doubles or halves the side by the filter [1, 3, 3, 1] / 8 in each direction."""

    filter: Tensor

    def __init__(self, *, up: bool) -> None:
        super().__init__()
        self.up = up
        if not up:
            line = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
            self.register_buffer("filter", line[:, None] * line, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, S, S) to (N, C, 2S, 2S) or (N, C, S/2, S/2)."""
        if self.up:
            return interpolate(x, scale_factor=2, mode="bilinear")
        weight = self.filter.to(x.dtype).expand(x.shape[1], 1, 4, 4)
        return conv2d(pad(x, (1, 1, 1, 1), "replicate"), weight, stride=2, groups=x.shape[1])


def generator(
    z: int, shape: tuple[int, ...], *, width: int = 64, blocks: int = 2, group: int = 16
) -> nn.Module:
    """(N, z) to pictures (N, C, S, S) before the last activation.

    `width`: channels at every side; `blocks`: residual blocks at each; `group`: channels of a group
    of the 3 x 3 convolutions.
    """
    side, times = doublings(shape)
    total = blocks * (times + 1)
    layers: list[nn.Module] = [Basis(z, width, side)]
    for i in range(times + 1):
        layers += [Resample(up=True)] if i else []
        layers += [_residual(width, group, total) for _ in range(blocks)]
    layers.append(start(nn.Conv2d(width, shape[0], 1, bias=False), 1))
    return nn.Sequential(*layers)


def trunk(
    shape: tuple[int, ...], *, width: int = 64, blocks: int = 2, group: int = 16
) -> tuple[nn.Module, int]:
    """Pictures (N, C, S, S) to features (N, width), and how many; G turned around."""
    side, times = doublings(shape)
    total = blocks * (times + 1)
    layers: list[nn.Module] = [start(nn.Conv2d(shape[0], width, 1, bias=False), 1)]
    for i in range(times + 1):
        layers += [Resample(up=False)] if i else []
        layers += [_residual(width, group, total) for _ in range(blocks)]
    layers.append(start(nn.Conv2d(width, width, side, groups=width, bias=False), 1))
    return nn.Sequential(*layers, nn.Flatten()), width


class Basis(nn.Module):
    """A learned square of features, scaled by a linear map of z: (N, z) to (N, C, S, S)."""

    def __init__(self, z: int, channels: int, side: int) -> None:
        super().__init__()
        self.square = nn.Parameter(torch.randn(channels, side, side))
        self.scale = start(nn.Linear(z, channels, bias=False), 1)

    def forward(self, z: Tensor) -> Tensor:
        """The square times the scales."""
        scales: Tensor = self.scale(z)
        return self.square * scales[:, :, None, None]


def _residual(channels: int, group: int, blocks: int) -> Residual:
    inner = EXPANSION * channels
    if inner % group:
        raise UsageError(
            f"r3's blocks are {inner} channels wide inside, which groups of {group} do not divide; "
            f"choose group = {math.gcd(inner, group)}, or another width."
        )
    return Residual(channels, inner // group, blocks)


def start(layer: nn.Module, gain: float) -> nn.Module:
    """The layer with weights from N(0, gain² / fan-in)."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        fan = layer.weight[0].numel()
        nn.init.normal_(layer.weight, 0, gain / math.sqrt(fan))
    return layer

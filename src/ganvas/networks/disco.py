"""DiscoGAN's networks: an autoencoder from domain to domain, and a D that shows its features.

Source: Kim et al., Learning to Discover Cross-Domain Relations with GANs, 2017, section 2.2 and
its published code. Weights start as PyTorch's layers do, as there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from ganvas.errors import UsageError
from ganvas.networks.mlp import mlp
from ganvas.networks.sides import doublings, widths

Kind = Literal["conv", "mlp"]


class Translator(nn.Module):
    """Pictures (N, C, S, S) of one domain to those of another, in (0, 1).

    The side is halved down to 4 to 7 pixels and doubled back.
    """

    def __init__(self, before: tuple[int, ...], after: int, *, width: int = 64) -> None:
        super().__init__()
        _, self.halvings = doublings(before)
        channels = [before[0], *widths(self.halvings, width)]
        layers: list[nn.Module] = []
        for i, (inputs, outputs) in enumerate(pairwise(channels)):
            layers.append(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False))
            layers += [nn.BatchNorm2d(outputs)] if i else []
            layers.append(nn.LeakyReLU(0.2))
        channels[0] = after
        for inputs, outputs in pairwise(channels[::-1]):
            layers.append(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False))
            layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-2], nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """The translation."""
        return self.layers(x)  # type: ignore[no-any-return]


class Whole(nn.Module):
    """An MLP from samples (N, …) of one shape to those of another, pictures in (0, 1)."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...], *, width: int) -> None:
        super().__init__()
        last: Literal["sigmoid", "linear"] = "sigmoid" if len(after) == 3 else "linear"
        self.before, self.layers = before, mlp(before, (width,) * 3, after, output=last)

    def forward(self, x: Tensor) -> Tensor:
        """The translation; UsageError for samples of another shape."""
        if x.shape[1:] != self.before:
            raise UsageError(f"An MLP made for {self.before} cannot take {tuple(x.shape[1:])}.")
        return self.layers(x)  # type: ignore[no-any-return]


class Shown(nn.Module):
    """A D that gives its logits (N,) and, behind them, its features after each block but one."""

    def __init__(self, blocks: Iterable[nn.Module], last: nn.Module) -> None:
        super().__init__()
        self.blocks, self.last = nn.ModuleList(blocks), last

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """The logits, and the features of the second block, the third, …"""
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return self.last(x).flatten(), *features[1:]


def translator(
    kind: Kind, before: tuple[int, ...], after: tuple[int, ...], width: int
) -> nn.Module:
    """Samples of the shape `before` to samples of the shape `after`, pictures in (0, 1).

    `width`: channels next to the picture; three layers of an MLP are twice as wide.
    """
    if kind == "conv":
        return Translator(before, after[0], width=width)
    return Whole(before, after, width=2 * width)


def judge(kind: Kind, shape: tuple[int, ...], width: int) -> Shown:
    """Samples (N, …) to logits and features; `width` as above, of five layers of an MLP."""
    if kind == "mlp":
        sizes = [math.prod(shape), *[2 * width] * 5]
        layers = [nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in pairwise(sizes)]
        layers[0].insert(0, nn.Flatten())
        return Shown(layers, nn.Linear(sizes[-1], 1))
    side, times = doublings(shape)
    channels = [shape[0], *widths(times, width)]
    blocks = [
        nn.Sequential(
            nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
            nn.BatchNorm2d(outputs) if i else nn.Identity(),
            nn.LeakyReLU(0.2),
        )
        for i, (inputs, outputs) in enumerate(pairwise(channels))
    ]
    return Shown(blocks, nn.Conv2d(channels[-1], 1, side, bias=False))

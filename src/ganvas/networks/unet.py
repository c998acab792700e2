"""pix2pix's generator: down to one pixel and up again, with every side joined across.

Source: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017,
sections 3.2.1 and 6.1.1; weights start as N(0, 0.02). Each picture is normalised by itself, which
is what the paper's batch normalisation comes to with its batch of one picture.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, relu

from ganvas.errors import UsageError
from ganvas.networks.dcgan import start
from ganvas.networks.sides import widths

DROPPED = 3
"""The innermost steps up whose features are dropped at random."""


class UNet(nn.Module):
    """Pictures (N, C, S, S) to pictures in (-1, 1) of the same size; S halved as often as it goes.

    Raises:
        UsageError: a side that cannot be halved twice.
    """

    def __init__(self, before: tuple[int, ...], after: int, *, width: int = 64) -> None:
        super().__init__()
        side, self.halvings = before[1], 0
        while side % 2 == 0:
            side, self.halvings = side // 2, self.halvings + 1
        if self.halvings < 2:
            raise UsageError(f"A U-Net halves the side, which {before[1]} is not made for; use 64.")
        channels = widths(self.halvings, width)
        pairs = [(before[0], channels[0]), *pairwise(channels)]
        last = len(pairs) - 1
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(inputs, outputs, 4, 2, 1),
                nn.InstanceNorm2d(outputs, affine=True) if 0 < i < last else nn.Identity(),
            )
            for i, (inputs, outputs) in enumerate(pairs)
        )
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose2d(outputs * (1 if i == last else 2), outer, 4, 2, 1),
                nn.InstanceNorm2d(outer, affine=True),
            )
            for i, (_, outputs) in reversed(list(enumerate(pairs)))
            if i
            for outer in [channels[i - 1]]
        )
        self.out = nn.ConvTranspose2d(2 * channels[0], after, 4, 2, 1)
        dropped = min(DROPPED, last)
        self.spots = [(channels[last - 1 - i], side * 2 ** (i + 1)) for i in range(dropped)]
        start(self)

    @property
    def drops(self) -> int:
        """Uniform numbers for a picture that `forward` drops features by."""
        return sum(channels * side * side for channels, side in self.spots)

    def forward(self, x: Tensor, u: Tensor | None = None) -> Tensor:
        """The translation of `x`.

        `u`: uniform numbers (N, drops); where one is below a half a feature is dropped, the others
        count double. None drops nothing.
        """
        skips: list[Tensor] = []
        for i, step in enumerate(self.down):
            x = step(leaky_relu(x, 0.2) if i else x)
            skips.append(x)
        at = 0
        for i, step in enumerate(self.up):
            x = step(relu(x if i == 0 else torch.cat([x, skips[-1 - i]], 1)))
            if u is not None and i < len(self.spots):
                count = x[0].numel()
                x = x * 2 * (u[:, at : at + count].view_as(x) >= 0.5)
                at += count
        return torch.tanh(self.out(relu(torch.cat([x, skips[0]], 1))))

"""The lectures' worked example, played on until the colour is red: without biases and with them.

Paper: Goodfellow et al., Generative Adversarial Nets, 2014 (arXiv 1406.2661).
Reference: the lecture slides "Deep Learning 101: GAN" by 신박AI, where the first weights are from.
Differs: minibatches of z, uniform from 0 to 1, where the lecture has one z = 0.5; the learning rate
0.1 where it has 0.01, so that the same way takes a tenth of the steps; the second game.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganvas.data.batches import Batch, DataSpec, Images
from ganvas.errors import UsageError
from ganvas.game import Draw, Game, Moment, Nets, Turn, both, still
from ganvas.losses import LOSSES
from ganvas.networks.mlp import mlp
from ganvas.optim import Optim
from ganvas.options import constant

GAMES = {"without biases": ("G", "D"), "with biases": ("G_bias", "D_bias")}
CHANNELS = ("red", "green", "blue")
V, W = (0.3, 0.2, 0.3), (0.4, 0.3, 0.2)
"""The lecture's first weights of G and of D, one a channel."""
WATCHED = (0.5, 0.0)
"""The z whose colours are followed: the lecture's, and the one that biases are needed for."""
LOSS = LOSSES["nonsaturating"]


@dataclass(frozen=True, kw_only=True)
class Red(Game):
    """G(z) = σ(v z) against D(x) = σ(w·x), and the same with biases that begin at 0; same z."""

    plays: ClassVar[tuple[type, ...]] = (Images,)
    averaged: ClassVar[tuple[str, ...]] = ("G", "G_bias")

    G: Optim = Optim(method="sgd", lr=constant(0.1))
    """The optimizer of each G."""
    D: Optim = Optim(method="sgd", lr=constant(0.1))
    """The optimizer of each D."""

    @property
    def range(self) -> tuple[float, float]:
        """Colours from 0 to 1, as a sigmoid gives them."""
        return (0.0, 1.0)

    @cached_property
    def players(self) -> dict[str, Optim]:
        """Four: each optimizer serves in both games."""
        return {"G": self.G, "D": self.D, "G_bias": self.G, "D_bias": self.D}

    def accept(self, data: DataSpec) -> None:
        """Takes colours alone: pictures of one pixel."""
        super().accept(data)
        if data.shape != (3, 1, 1):
            size = " x ".join(map(str, data.shape))
            raise UsageError(f"Red plays with 3 x 1 x 1, a colour, as --data red; got {size}.")

    def build(self, data: DataSpec) -> Nets:
        """One layer each, beginning with the lecture's weights, whatever the seed."""
        nets: dict[str, nn.Module] = {}
        for bias, (g, d) in zip((False, True), GAMES.values(), strict=True):
            nets[g] = _begin(mlp((1,), (), data.shape, output="sigmoid", bias=bias), V)
            nets[d] = _begin(mlp(data.shape, (), (), bias=bias), W)
        return Nets(**nets)

    def turns(self, nets: Nets, draw: Draw, t: Moment) -> Iterator[Turn]:
        """In each of the two games: D on both inputs, then G through the D that has just moved."""
        batch = draw()
        z = self.latent(batch, t)
        for name, (g, d) in GAMES.items():
            G, D = getattr(nets, g), getattr(nets, d)
            for at, (i, channel) in product(WATCHED, enumerate(CHANNELS)):
                t.watch(f"G({at:g}) {name}: {channel}", partial(_shade, G, at, i, t))
            real, fake = both(D, batch.x, still(G, z))
            t.watch(f"{name}: D(x)", real.sigmoid)
            t.watch(f"{name}: D(G(z))", fake.sigmoid)
            yield d, {term: value.mean() for term, value in LOSS.d(real, fake).items()}
            yield g, {term: value.mean() for term, value in LOSS.g(D(G(z))).items()}

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """One number a row, uniform from 0 to 1: float32 (rows, 1)."""
        return t.uniform(rows, 1)

    def decode(self, nets: Any, z: Tensor, y: Tensor | None = None) -> Tensor:
        """The colours of the lecture's G, the one without biases."""
        return nets.G(z)  # type: ignore[no-any-return]

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """The colour G(z) for every z from 0, at the left, to 1, at the right.

        Without biases G(0) = σ(v · 0) = σ(0) = ½ whatever the weights v are: z = 0 stays grey for
        ever, and a z near 0 stays near grey until the weights are very large. With biases G(z) is
        σ(v z + b), and b moves every z alike.
        """
        z = torch.linspace(0, 1, 480, device=t.device)[:, None]
        strips = {name: getattr(nets, g)(z).permute(2, 1, 3, 0) for name, (g, _) in GAMES.items()}
        return {name.replace(" ", "-"): x.expand(1, -1, 48, -1) for name, x in strips.items()}


def _shade(G: nn.Module, z: float, channel: int, t: Moment) -> Tensor:
    """One channel of the colour G(z)."""
    return still(G, torch.full((1, 1), z, device=t.device)).flatten(1)[:, channel]


def _begin(network: nn.Sequential, weights: tuple[float, ...]) -> nn.Sequential:
    """The network with these weights in its one layer, and no bias yet."""
    layer = next(m for m in network if isinstance(m, nn.Linear))
    layer.weight.data.copy_(torch.tensor(weights).view_as(layer.weight))
    if layer.bias is not None:
        layer.bias.data.zero_()
    return network

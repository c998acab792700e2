"""Samples asked for by class: what all conditional families of one G share."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganvas.data.batches import DataSpec, Labelled
from ganvas.families._players import Players
from ganvas.game import Moment
from ganvas.networks.conditional import Joined


class Asked(Players):
    """A game whose G is told the class."""

    plays: ClassVar[tuple[type, ...]] = (Labelled,)
    conditional: ClassVar[bool] = True

    def told_generator(self, data: DataSpec) -> nn.Module:
        """G: rows of `latent` and classes (N,) to samples (N, …)."""
        classes = len(data.classes)
        return Joined(self.generator(data, self.inputs + classes), classes, (self.inputs,))

    def sample(self, nets: Any, n: int, y: Tensor | None, t: Moment) -> Tensor:
        """Samples of the classes `y`; without them, of one class after the other."""
        y = torch.arange(n, device=t.device) % nets.G.classes if y is None else y
        return self.decode(nets, self.latent(n, t), y)

    def decode(self, nets: Any, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z | y), in the game's range; without classes, of the first."""
        y = z.new_zeros(len(z), dtype=torch.int64) if y is None else y
        return nets.G(z, y)  # type: ignore[no-any-return]

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """The classes, up to ten, each a row, with the same noise in each column."""
        if batch.x.dim() != 4:
            return super().views(nets, batch, t)
        rows = min(nets.G.classes, 10)
        z, y = self.latent(10, t), torch.arange(rows, device=t.device)
        samples = self.decode(nets, z.repeat(rows, 1), y.repeat_interleave(10))
        ways = self.ways(nets, t, torch.arange(8, device=t.device) % nets.G.classes)
        return {"samples": samples.view(rows, 10, *samples.shape[1:])} | ways

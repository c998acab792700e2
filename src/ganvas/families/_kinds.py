"""How often each category comes: equally, or as the data have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn

from ganvas.data.batches import Batch, DataSpec
from ganvas.families._noise import SHOWN
from ganvas.families._players import Players
from ganvas.game import Moment, Terms
from ganvas.networks.mixture import Mixture
from ganvas.options import fixed


@dataclass(frozen=True, kw_only=True)
class Kinds(Players):
    """A game whose G makes kinds of samples, by a category that another network recognises."""

    prior: Literal["uniform", "learned"] = fixed("uniform")
    """How often each category comes: equally, or as often as it is found in real samples."""

    def generator(self, data: DataSpec, inputs: int) -> nn.Module:
        """G; where the prior is learned, with the shares."""
        G = super().generator(data, inputs)
        learned = self.prior == "learned"
        return Mixture(G, self._category, self.category_size) if learned else G

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """Where the prior is learned, in place of the category what `Mixture` draws one by."""
        noise = super().latent(rows, t)
        if self.prior == "learned":
            noise[:, self._category] = -1 / t.uniform(rows, self.categories).log()
        return noise

    def category(self, nets: Any, z: Tensor) -> Tensor:
        """The category of each row of `latent`, int64 (N,)."""
        if self.prior == "uniform":
            return z[:, self._category].argmax(1)
        drawn: Tensor = nets.G.category(z)
        return drawn

    def frequent(self, nets: Any) -> Tensor:
        """Where the prior is learned, the categories with the largest shares."""
        if self.prior == "uniform":
            return super().frequent(nets)
        largest: Tensor = nets.G.shares.argsort(descending=True, stable=True)[:SHOWN]
        return largest.sort().values  # in their own order, which stays as the shares move

    def shares(self, nets: Any, found: Tensor, t: Moment) -> Terms:
        """G's term for the shares, given logits (N, K) of the categories of real samples."""
        if self.prior == "uniform":
            return {}
        t.watch("kinds", lambda: nets.G.kinds)
        return {"prior": nets.G.surprise(found.detach().float().softmax(1))}

"""Games between two domains: what all families that translate share.

`G[to]` makes samples of the domain `to` from those of the other, and `D[to]` judges them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Lt
from torch import Tensor

from ganvas.data.batches import DataSpec, Unpaired
from ganvas.errors import UsageError
from ganvas.families._noise import Width
from ganvas.families._objective import Objective, logits_of
from ganvas.game import Moment, Network, Terms
from ganvas.networks.sides import at_any_size
from ganvas.optim import Optim
from ganvas.options import fixed
from ganvas.pictures import beside

Samples = dict[str, Tensor]
"""Samples of each domain, by its name."""
LOOKED_AT = 12
"""Pictures of each domain in a view."""


@dataclass(frozen=True, kw_only=True)
class Translation(Objective):
    """A game whose G translates and whose D gives logits."""

    plays: ClassVar[tuple[type, ...]] = (Unpaired,)
    usual: ClassVar[dict[str, Any]] = {"data": "shapes", "batch": 1}

    G: Optim = Optim()
    """G's optimizer."""
    D: Optim = Optim()
    """D's optimizer."""

    @property
    def into(self) -> tuple[str, ...]:
        """Both domains, b first."""
        return ("b", "a")

    @staticmethod
    def other(domain: str) -> str:
        """The domain that samples of `domain` are made from."""
        return "a" if domain == "b" else "b"

    def translate(self, nets: Any, x: Tensor, to: str) -> Tensor:
        """G[to](x); pictures keep their size, whatever it is."""
        G = nets.G[to]
        if not hasattr(G, "halvings"):  # an MLP
            return G(x)  # type: ignore[no-any-return]
        return at_any_size(G, x, 2**G.halvings, getattr(G, "smallest", 1))

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """Pictures, their translations, and, where G has a way back, these translated back."""
        views = {}
        for to in self.into:
            back = self.other(to)
            x = getattr(batch, back)[: LOOKED_AT if batch.a.dim() == 4 else None]
            there = self.translate(nets, x, to)
            if x.dim() != 4:
                return {"samples": there}
            row = [x, there, *([self.translate(nets, there, back)] if back in nets.G else [])]
            views["-".join((back, to, back)[: len(row)])] = in_rows(*row)
        return views

    def d_sides(self, nets: Any, x: Samples, fakes: Samples, t: Moment) -> Terms:
        """D's terms in all domains that there are fakes of."""
        return joined(
            self.d_side(to, nets.D[to], x[to], fake.detach(), t) for to, fake in fakes.items()
        )

    def d_side(self, domain: str, D: Network, x: Tensor, fake: Tensor, t: Moment) -> Terms:
        """D's terms in one of the domains, named by it."""
        of_real, of_fake, penalty = self.said(D, x, fake, t)
        real_logits, fake_logits = logits_of(of_real), logits_of(of_fake)
        loss = self.adversarial
        t.watch(f"{domain}: D(x)", lambda: loss.verdict(real_logits))
        t.watch(f"{domain}: D(G(x))", lambda: loss.verdict(fake_logits))
        return named(self.means(loss.d(real_logits, fake_logits)) | penalty, domain)


@dataclass(frozen=True, kw_only=True)
class Patches(Translation):
    """A game between pictures whose D judges patches."""

    width: Width = fixed(64)
    """Channels next to the picture, of G and D."""
    layers: Width = fixed(3)
    """Convolutions of D that halve the picture; 3 make patches of 70 pixels."""
    shift: Annotated[float, Ge(0), Lt(0.5)] = 0.06
    """Training images are shifted at random by up to this share of their side."""

    def accept(self, data: DataSpec) -> None:
        """Also raises UsageError for points."""
        super().accept(data)
        if not data.is_images:
            raise UsageError(f"{type(self).__name__} takes images; {data.name!r} gives points.")


def shapes(data: DataSpec) -> dict[str, tuple[int, ...]]:
    """The shape of a sample of each domain."""
    return {"a": data.shape, "b": data.b.shape if data.b else data.shape}


def named(terms: Terms, domain: str) -> Terms:
    """The terms, with the domain behind their names: `real b`."""
    return {f"{term} {domain}": value for term, value in terms.items()}


def joined(terms: Iterable[Terms]) -> Terms:
    """All of the terms."""
    return {name: value for each in terms for name, value in each.items()}


def in_rows(*columns: Tensor) -> Tensor:
    """Pictures (N, C, S, S) of each column side by side, two of the N in a row."""
    return beside(columns, 2)

"""Families that keep every promise, and those that break one each.

Paper: none; these are made for the tests.
Reference: none.
Differs: nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn.functional import softplus

from games import Small
from ganvas import Nets, Optim, Schedule, still
from ganvas.data.batches import Points

QUICK = Optim(lr=Schedule.parse(5e-3), beta1=0.5)


@dataclass(frozen=True, kw_only=True)
class Good(Small):
    """Paper: Reference: Differs: as above."""

    plays = (Points,)
    width: int = 16
    """Width of the hidden layers."""
    G: Optim = QUICK
    """G's optimizer."""
    D: Optim = QUICK
    """D's optimizer."""

    def build(self, data):
        def net(out):
            return nn.Sequential(
                nn.Linear(2, self.width), nn.LeakyReLU(), nn.Linear(self.width, out)
            )

        return Nets(G=net(2), D=net(1))


@dataclass(frozen=True, kw_only=True)
class AtOnce(Good):
    """Both players move in one turn."""

    def turns(self, nets, draw, t):
        batch = draw()
        yield {"D": self.d_terms(nets, batch, t), "G": self.g_terms(nets, batch, t)}


@dataclass(frozen=True, kw_only=True)
class Sheltered(Good):
    """Has options that live in one branch alone, one of them behind a bool; and a small size."""

    quick: ClassVar = {"width": 8}
    branch: Literal["plain", "weighed"] = "plain"
    """Whether there are weights."""
    weight: float = 0.5
    """The weight of a branch."""
    simple: bool = True
    """Without a margin."""
    margin: float = 0.5
    """The margin of a branch."""

    def d_terms(self, nets, batch, t):
        assert self.width <= 16  # 8, or twice as much where the width is tried
        terms = super().d_terms(nets, batch, t)
        if self.branch == "plain":
            return terms
        margin = 0 if self.simple else self.margin
        return terms | {"real": terms["real"] * self.weight * (1 + margin)}

    def g_terms(self, nets, batch, t):
        terms = super().g_terms(nets, batch, t)
        return terms if self.simple else {"fake": terms["fake"] * 1.5}


@dataclass(frozen=True, kw_only=True)
class Hasty(AtOnce):
    """Both players move in one turn, after which D is clipped."""

    def turns(self, nets, draw, t):
        yield from super().turns(nets, draw, t)
        yield "G", self.g_terms(nets, draw(), t)
        with torch.no_grad():
            nets.D[0].weight.clamp_(-0.3, 0.3)


@dataclass(frozen=True, kw_only=True)
class Shadowed(Sheltered):
    """Has an option that is dead in every branch."""

    shadow: float = 0.5
    """Read, and of no weight."""

    def d_terms(self, nets, batch, t):
        terms = super().d_terms(nets, batch, t)
        return terms | {"real": terms["real"] + 0 * self.shadow}


@dataclass(frozen=True, kw_only=True)
class Stranger(Good):
    """Moves a player that does not exist."""

    def turns(self, nets, draw, t):
        yield "E", self.d_terms(nets, draw(), t)


@dataclass(frozen=True, kw_only=True)
class Vector(Good):
    """Yields a loss for each sample."""

    def turns(self, nets, draw, t):
        yield "D", {"real": softplus(-nets.D(draw().x))}


@dataclass(frozen=True, kw_only=True)
class Meddler(Good):
    """Clips D in G's turn."""

    def turns(self, nets, draw, t):
        batch = draw()
        yield "D", self.d_terms(nets, batch, t)
        yield "G", self.g_terms(nets, batch, t)
        with torch.no_grad():
            nets.D[0].weight.clamp_(-0.3, 0.3)


@dataclass(frozen=True, kw_only=True)
class Mixer(Good):
    """D's loss depends on the spread of the batch, and nothing says so."""

    def d_terms(self, nets, batch, t):
        return super().d_terms(nets, batch, t) | {"spread": nets.D(batch.x).var()}


@dataclass(frozen=True, kw_only=True)
class Rememberer(Good):
    """Remembers its first step beside the networks."""

    def d_terms(self, nets, batch, t):
        if not hasattr(self, "first"):
            object.__setattr__(self, "first", t.step)
        terms = super().d_terms(nets, batch, t)
        return terms | {"real": terms["real"] * (1 + t.step - self.first)}


@dataclass(frozen=True, kw_only=True)
class Unseeded(Good):
    """First weights from the system's randomness."""

    def build(self, data):
        nets = super().build(data)
        nn.init.constant_(nets.G[0].bias, random.SystemRandom().random() / 10)
        return nets


@dataclass(frozen=True, kw_only=True)
class Clinger(Good):
    """Draws with the help of the last batch it was trained on."""

    def turns(self, nets, draw, t):
        batch = draw()
        object.__setattr__(self, "last", batch.x.mean(0))
        yield from super().turns(nets, lambda: batch, t)

    def decode(self, nets, z, y=None):
        return nets.G(z) + getattr(self, "last", torch.zeros(2))

    def g_terms(self, nets, batch, t):
        return {"fake": softplus(-nets.D(nets.G(self.latent(batch, t)))).mean()}


@dataclass(frozen=True, kw_only=True)
class Idle(Good):
    """Has an option that nothing reads."""

    charm: float = 1.0
    """Not read."""


@dataclass(frozen=True, kw_only=True)
class Coarse(Good):
    """Rests on an epsilon that bf16 rounds away."""

    def d_terms(self, nets, batch, t):
        terms = super().d_terms(nets, batch, t)
        one = torch.ones((), dtype=nets.D(batch.x).dtype)
        return terms | {"epsilon": 0 / (one + 1e-3 - 1)}


@dataclass(frozen=True, kw_only=True)
class Awkward(Good):
    """Has an option that TOML cannot give back."""

    bounds: complex = 1j
    """A complex number."""

    def d_terms(self, nets, batch, t):
        terms = super().d_terms(nets, batch, t)
        return terms | {"real": terms["real"] * abs(self.bounds)}


@dataclass(frozen=True, kw_only=True)
class Silent(Good):
    """Has an option without a word about it."""

    weight: float = 1.0

    def d_terms(self, nets, batch, t):
        terms = super().d_terms(nets, batch, t)
        return terms | {"real": terms["real"] * self.weight}


@dataclass(frozen=True, kw_only=True)
class Backward(Good):
    """G helps D."""

    def g_terms(self, nets, batch, t):
        return {"fake": softplus(nets.D(nets.G(self.latent(batch, t)))).mean()}


KEPT = [Good, AtOnce, Sheltered]
BROKEN = {
    Stranger: "only known players move",
    Vector: "terms are finite numbers",
    Meddler: "other players stay bit for bit",
    Hasty: "other players stay bit for bit",
    Mixer: "micro-batches add up to the whole",
    Rememberer: "resumes to the bit",
    Unseeded: "same seed, same bits",
    Clinger: "draws without data",
    Idle: "every option changes something",
    Shadowed: "every option changes something",
    Coarse: "finite in bf16",
    Awkward: "options survive TOML and flags",
    Silent: "documented",
    Backward: "learns a small toy",
}
__all__ = ["BROKEN", "KEPT", "Good", "still"]

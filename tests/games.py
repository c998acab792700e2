"""Small games that bend the engine the way later families will."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganvas import Game, Moment, Nets, Optim, both, still
from ganvas.data.batches import DataSpec, Points
from ganvas.losses.penalties import r1

SPEC = DataSpec(name="toy", shape=(2,), count=64)
PLAIN = Optim(method="sgd", lr=Optim().lr.parse(0.1))


def source(number: int, part: int, parts: int) -> Points:
    """Minibatches of 8 points that depend on their number alone."""
    x = torch.randn(8, 2, generator=torch.Generator().manual_seed(number))
    return Points(x.chunk(parts)[part])


def net(out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, out))


class Mean(nn.Module):
    """A running mean that `t.update` moves."""

    value: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("value", torch.zeros(()))
        self.calls = 0

    def update(self, value: Tensor) -> None:
        self.calls += 1
        self.value.lerp_(value, 0.5)


class Reverse(torch.autograd.Function):
    """Identity forward, negated gradient backward, as in DANN."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        return -gradient


@dataclass(frozen=True, kw_only=True)
class Small(Game):
    """Common to these games: 2-D points, one G and one D."""

    plays = (Points,)
    G: Optim = PLAIN
    D: Optim = PLAIN

    def build(self, data: DataSpec) -> Nets:
        return Nets(G=net(2), D=net(1))

    def latent(self, rows, t: Moment) -> Tensor:
        return t.normal(rows, 2)

    def decode(self, nets, z, y=None) -> Tensor:
        return nets.G(z)

    def d_terms(self, nets, batch, t):
        real, fake = both(nets.D, batch.x, still(nets.G, self.latent(batch, t)))
        return {"real": softplus(-real).mean(), "fake": softplus(fake).mean()}

    def g_terms(self, nets, batch, t):
        return {"fake": softplus(-nets.D(nets.G(self.latent(batch, t)))).mean()}

    def turns(self, nets, draw, t):
        batch = draw()
        yield "D", self.d_terms(nets, batch, t)
        yield "G", self.g_terms(nets, batch, t)


@dataclass(frozen=True, kw_only=True)
class TwoPairs(Small):
    """Two G and two D as one player each; D moves on every third step, G on the others."""

    def build(self, data):
        return Nets(
            G=nn.ModuleDict({"ab": net(2), "ba": net(2)}),
            D=nn.ModuleDict({"a": net(1), "b": net(1)}),
        )

    def decode(self, nets, z, y=None):
        return nets.G["ba"](nets.G["ab"](z))

    def turns(self, nets, draw, t):
        x = draw().x
        b = nets.G["ab"](x)
        if t.step % 3 == 0:
            yield (
                "D",
                {
                    "a": softplus(-nets.D["a"](x)).mean(),
                    "b": softplus(nets.D["b"](b)).mean(),
                },
            )
        else:
            cycle = (nets.G["ba"](b) - x).square().mean()
            yield "G", {"b": softplus(-nets.D["b"](b)).mean(), "cycle": cycle}


@dataclass(frozen=True, kw_only=True)
class Lazy(Small):
    """A penalty every second step, as a turn of its own of the same player."""

    def turns(self, nets, draw, t):
        batch = draw()
        yield "D", self.d_terms(nets, batch, t)
        if t.step % 2 == 0:
            yield "D", {"r1": r1(nets.D, batch.x).mean()}
        yield "G", self.g_terms(nets, batch, t)


@dataclass(frozen=True, kw_only=True)
class ManySteps(Small):
    """Three D steps, each on a fresh batch."""

    def turns(self, nets, draw, t):
        for _ in range(3):
            batch = draw()
            yield "D", self.d_terms(nets, batch, t)
        yield "G", self.g_terms(nets, batch, t)


@dataclass(frozen=True, kw_only=True)
class Pretrained(Small):
    """G alone against a plain error for the first 16 images, then the game."""

    def turns(self, nets, draw, t):
        batch = draw()
        if t.images < 16:
            yield "G", {"error": (nets.G(batch.x) - batch.x).square().mean()}
            return
        yield "D", self.d_terms(nets, batch, t)
        yield "G", self.g_terms(nets, batch, t)


@dataclass(frozen=True, kw_only=True)
class Simultaneous(Small):
    """Both gradients at the same point, then both steps."""

    def turns(self, nets, draw, t):
        batch = draw()
        yield {"D": self.d_terms(nets, batch, t), "G": self.g_terms(nets, batch, t)}


@dataclass(frozen=True, kw_only=True)
class Reversal(Small):
    """One network of a feature part and a domain part, trained by one reversed gradient."""

    def build(self, data):
        return Nets(G=nn.ModuleDict({"feature": net(2), "domain": net(1)}), D=net(1))

    def decode(self, nets, z, y=None):
        return nets.G["feature"](z)

    def turns(self, nets, draw, t):
        feature = nets.G["feature"](draw().x)
        yield "G", {"domain": softplus(nets.G["domain"](Reverse.apply(feature))).mean()}


@dataclass(frozen=True, kw_only=True)
class SharedTrunk(Small):
    """Q shares D's trunk and moves together with G, as in InfoGAN."""

    Q: Optim = PLAIN

    def build(self, data):
        trunk = nn.Sequential(nn.Linear(2, 4), nn.Tanh())
        return Nets(
            G=net(2),
            D=nn.Sequential(trunk, nn.Linear(4, 1)),
            Q=nn.Sequential(trunk, nn.Linear(4, 2)),
        )

    def turns(self, nets, draw, t):
        batch = draw()
        yield "D", self.d_terms(nets, batch, t)
        z = self.latent(batch, t)
        yield ("G", "Q"), {"code": (nets.Q(nets.G(z)) - z).square().mean()}


@dataclass(frozen=True, kw_only=True)
class Stateful(Small):
    """State that is not a parameter: a running mean of D's logits."""

    def build(self, data):
        return Nets(G=net(2), D=net(1), mean=Mean())

    def turns(self, nets, draw, t):
        batch = draw()
        t.update(nets.mean, nets.D(batch.x).mean())
        yield "D", self.d_terms(nets, batch, t)
        yield "G", self.g_terms(nets, batch, t)


BENDING = [
    Small,
    TwoPairs,
    Lazy,
    ManySteps,
    Pretrained,
    Simultaneous,
    Reversal,
    SharedTrunk,
    Stateful,
]

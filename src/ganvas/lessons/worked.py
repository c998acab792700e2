"""The worked example: rounds of the smallest GAN, every number by the formula on the page.

G turns one number z into a colour, G(z) = σ(v·z); D says how likely a colour x is the real one,
D(x) = σ(w·x); neither has a bias. D moves first, then G moves against the updated D. All of it is
plain Python; `worked_check` holds it against autograd.

Source of the example and its numbers: the lecture slides "Deep Learning 101: GAN" by 신박AI.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ganvas.errors import UsageError

Numbers = tuple[float, ...]
Fed = Literal["both", "real", "fake"]
"""What D's update looks at: both inputs, or one of them."""
FED: tuple[Fed, ...] = ("both", "fake", "real")
MOST = 10_000
"""Rounds at most."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """What the example starts from; the defaults are the lecture's numbers."""

    z: float = 0.5
    """The noise that G starts from, one number."""
    v: Numbers = (0.3, 0.2, 0.3)
    """G's weights, one for each channel of the colour."""
    w: Numbers = (0.4, 0.3, 0.2)
    """D's weights, one for each channel."""
    real: Numbers = (1.0, 0.0, 0.0)
    """The real colour; pure red."""
    lr: float = 0.01
    """The learning rate of both."""
    rounds: int = 1
    """How often D and then G move."""
    feed: Literal["both", "coin"] = "both"
    """Whether D sees the real and the fake in each round, or one of them by a coin's toss."""
    seed: int = 0
    """Decides the coin; with 0 the first toss shows the fake, as in the lecture."""


@dataclass(frozen=True)
class Judged:
    """One input before D, and what D learns from it."""

    x: Numbers
    s: float
    """w·x."""
    d: float
    """σ(s), how likely x is real."""
    loss: float
    """-log d for the real input, -log(1 - d) for the fake."""
    error: float
    """∂L/∂s: -(1 - d) for the real input, d for the fake."""
    gradient: Numbers
    """∂L/∂w = ∂L/∂s · x."""


@dataclass(frozen=True)
class Update:
    """One way for D to move, and what follows for G."""

    gradient: Numbers
    """The ∂L/∂w that D moves by."""
    w: Numbers
    """w* = w - lr · ∂L/∂w."""
    s: float
    """w*·G(z), the same fake before the updated D."""
    d: float
    """σ(s): D(G(z)) recomputed."""
    loss_g: float
    """-log d, G's loss."""
    gradient_g: Numbers
    """∂L/∂G(z) = -(1 - d) · w*: the error where it leaves D."""
    gradient_v: Numbers
    """∂L/∂v = -(1 - d) · w* · G(z)(1 - G(z)) · z, the gradient of G's loss."""
    gradient_v_kept: Numbers
    """The same with the D(G(z)) from before D moved, as the lecture's notes have it."""
    v: Numbers
    """v* = v - lr · ∂L/∂v."""
    g: Numbers
    """σ(v*·z), the colour after."""


@dataclass(frozen=True)
class Round:
    """D's move and then G's, from the weights `v` and `w`."""

    number: int
    """1, 2, …"""
    v: Numbers
    w: Numbers
    a: Numbers
    """v·z, so that G(z) = σ(a) = `fake.x`."""
    real: Judged
    fake: Judged
    loss_g: float
    """-log D(G(z)) before D moves."""
    fed: Fed
    """Which update is made; the other two are there to compare."""
    updates: dict[Fed, Update]

    @property
    def made(self) -> Update:
        """The update that the next round starts from."""
        return self.updates[self.fed]


def play(example: Example) -> list[Round]:
    """All rounds, each from the weights that the one before has made.

    Raises:
        UsageError: a number that is not finite, lists of unequal lengths, a rate or a number of
            rounds out of range; or weights that grow beyond what a float holds.
    """
    _accept(example)
    v, w = example.v, example.w
    rounds = []
    for number, fed in zip(range(1, example.rounds + 1), tosses(example), strict=False):
        played = round_of(example, number, v, w, fed)
        if not _is_finite(played):
            raise UsageError(
                f"In round {number} a number is larger than a float can hold; "
                "smaller values of z, v, w, real or lr stay in range."
            )
        rounds.append(played)
        v, w = played.made.v, played.made.w
    return rounds


def tosses(example: Example) -> Iterator[Fed]:
    """What D is fed in round 1, 2, …: always both, or the real one where the coin shows heads."""
    if example.feed == "both":
        while True:
            yield "both"
    import torch

    from ganvas.seeds import generator

    coin = generator(example.seed, "coin")
    while True:
        yield "real" if torch.rand((), generator=coin).item() < 0.5 else "fake"


def sigmoid(s: float) -> float:
    """1 / (1 + e^-s), in (0, 1) or rounded to an end of it."""
    return 1 / (1 + math.exp(-s)) if s >= 0 else math.exp(s) / (1 + math.exp(s))


def round_of(example: Example, number: int, v: Numbers, w: Numbers, fed: Fed) -> Round:
    """One round from the weights `v` and `w`; `fed` says which of D's updates is made."""
    a = times(example.z, v)
    g = tuple(sigmoid(each) for each in a)
    real, fake = _judged(w, example.real, real=True), _judged(w, g, real=False)
    summed = tuple(r + f for r, f in zip(real.gradient, fake.gradient))
    gradients: dict[Fed, Numbers] = {"both": summed, "fake": fake.gradient, "real": real.gradient}
    updates = {
        fed: _update(example, v, w, g, fake.d, gradient) for fed, gradient in gradients.items()
    }
    return Round(number, v, w, a, real, fake, _minus_log_sigmoid(fake.s), fed, updates)


def _judged(w: Numbers, x: Numbers, *, real: bool) -> Judged:
    s = _dot(w, x)
    d = sigmoid(s)
    error = -(1 - d) if real else d
    loss = _minus_log_sigmoid(s if real else -s)  # 1 - σ(s) = σ(-s)
    return Judged(x, s, d, loss, error, times(error, x))


def _update(
    example: Example, v: Numbers, w: Numbers, g: Numbers, d_old: float, gradient: Numbers
) -> Update:
    w_new = _moved(w, gradient, example.lr)
    s = _dot(w_new, g)
    gradient_v = gradient_of_g(sigmoid(s), w_new, g, example.z)
    v_new = _moved(v, gradient_v, example.lr)
    return Update(
        gradient=gradient,
        w=w_new,
        s=s,
        d=sigmoid(s),
        loss_g=_minus_log_sigmoid(s),
        gradient_g=times(-(1 - sigmoid(s)), w_new),
        gradient_v=gradient_v,
        gradient_v_kept=gradient_of_g(d_old, w_new, g, example.z),
        v=v_new,
        g=tuple(sigmoid(each * example.z) for each in v_new),
    )


def gradient_of_g(d: float, w: Numbers, g: Numbers, z: float) -> Numbers:
    """∂L/∂v of -log D(G(z)) by the chain rule, where D(G(z)) = `d`."""
    return tuple(-(1 - d) * wi * gi * (1 - gi) * z + 0.0 for wi, gi in zip(w, g))


def _moved(weights: Numbers, gradient: Numbers, lr: float) -> Numbers:
    return tuple(weight - lr * slope for weight, slope in zip(weights, gradient))


def _minus_log_sigmoid(s: float) -> float:
    """-log σ(s), also where σ(s) is rounded to 0."""
    return max(-s, 0.0) + math.log1p(math.exp(-abs(s)))


def _dot(a: Numbers, b: Numbers) -> float:
    return sum(x * y for x, y in zip(a, b))


def times(factor: float, numbers: Numbers) -> Numbers:
    """Each of the numbers times `factor`."""
    return tuple(factor * number + 0.0 for number in numbers)  # + 0.0: never a -0


def _is_finite(played: Round) -> bool:
    """Whether every number of the round is finite; all others are bounded by these."""
    numbers = [*played.a, played.real.s, played.fake.s]
    for update in played.updates.values():
        numbers += [update.s, *update.w, *update.v, *update.gradient_v_kept]
    return all(map(math.isfinite, numbers))


def _accept(example: Example) -> None:
    lists = {"v": example.v, "w": example.w, "real": example.real}
    sizes = [len(numbers) for numbers in lists.values()]
    if len(set(sizes)) > 1 or not sizes[0]:
        raise UsageError(
            "v, w and real have one number each for every channel of the colour; "
            f"got {sizes[0]}, {sizes[1]} and {sizes[2]} numbers."
        )
    for name, numbers in {"z": (example.z,), **lists, "lr": (example.lr,)}.items():
        for number in numbers:
            if not math.isfinite(number):
                raise UsageError(f"{name} holds finite numbers; got {number}.")
    if example.lr <= 0:
        raise UsageError(f"lr is above 0; got {example.lr:g}.")
    if not 1 <= example.rounds <= MOST:
        raise UsageError(f"rounds is from 1 to {MOST:,}; got {example.rounds:,}.")
    if example.seed < 0:
        raise UsageError(f"seed is 0 or more; got {example.seed}.")

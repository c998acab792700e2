"""The Dirac-GAN: the smallest game that shows which ways of training a GAN converge.

All real samples are the point 0, G draws the one point θ, D is the straight line ψ·x. Training
is a path in the plane of (θ, ψ), and (0, 0) is its goal. As in the paper, a high ψ·x says "fake";
the library's losses, for which a high logit says "real", see -ψ·x.

Plays are computed in plain floats from the slopes of the losses; `dirac_table` compares every
point they visit with what autograd finds there for the library's own losses.

Paper: Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?, 2018
    (arXiv 1801.04406), sections 2 and 3 and the appendix.
Reference: GAN_stability, notebooks/DiracGAN.ipynb: 500 steps of .2 from (1, 1); clip 1, WGAN-GP of
    weight .7 towards slope 1, noise of .7, consensus 1, R1 of .3 and 1; G moves first.
Differs: the noise is integrated where the notebook draws 1,000 samples; consensus takes the whole
    gradient of its term, where the notebook halves one part. The penalty of WGAN-GP and of DRAGAN
    (the same here, as D is equally steep everywhere) exists in this one dimension only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ganvas.errors import UsageError

NODES = 20
"""Points of the integral over instance noise."""
FAR = 1e6
"""Further out than this, a play is not followed."""
MOST = 100_000
"""Steps, for the table to take no more than minutes."""
Point = tuple[float, float]
"""θ and ψ."""


class Slopes(NamedTuple):
    """The derivatives of a loss by the logit: D's on real and on fake samples, and G's."""

    real: Callable[[float], float]
    fake: Callable[[float], float]
    g: Callable[[float], float]


def sigmoid(logit: float) -> float:
    """1/(1 + e^-logit), without overflow."""
    e = math.exp(-abs(logit))
    return (1 if logit >= 0 else e) / (1 + e)


SLOPES = {
    "minimax": Slopes(lambda x: -sigmoid(-x), sigmoid, lambda x: -sigmoid(x)),
    "nonsaturating": Slopes(lambda x: -sigmoid(-x), sigmoid, lambda x: -sigmoid(-x)),
    "wasserstein": Slopes(lambda _: -1.0, lambda _: 1.0, lambda _: -1.0),
    "leastsquares": Slopes(lambda x: x - 1, lambda x: x, lambda x: x - 1),
}
"""By the names of `ganvas.losses.LOSSES`."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way of training the Dirac-GAN: a loss, and what is added to it."""

    name: str
    loss: str
    """A name of `LOSSES`."""
    bias: float = 0.0
    """The logit of x is bias - ψ·x; ½ lies midway between the targets of least squares."""
    gamma: float = 0.0
    """Weight of R1, which is R2 too, as D is equally steep at real and at fake samples."""
    gp: float = 0.0
    """Weight of ½(|ψ| - 1)², the penalty of WGAN-GP and of DRAGAN."""
    clip: float = math.inf
    """After each move of D, ψ is cut to [-clip, clip]."""
    noise: float = 0.0
    """Standard deviation of the noise on real and on fake samples."""
    consensus: float = 0.0
    """Weight of ½|both gradients|², added to both losses; written down for minimax."""
    converges: bool = False
    """Whether the paper proves that training ends at (0, 0) when it starts near it."""

    @cached_property
    def nodes(self) -> list[Point]:
        """The noise as values and their weights, which add up to 1."""
        values, weights = np.polynomial.hermite_e.hermegauss(NODES if self.noise else 1)
        weights = weights / weights.sum()
        return list(zip((self.noise * values).tolist(), weights.tolist(), strict=True))

    def g(self, theta: float, psi: float) -> float:
        """Where G goes: minus the derivative of its loss by θ."""
        slope, pull = SLOPES[self.loss].g, 0.0
        for e, w in self.nodes:  # one after the other: Python's sum rounds differently since 3.12
            pull += w * slope(self.bias - psi * (theta + e))
        return psi * pull - self._consensus(theta, psi)

    def d(self, theta: float, psi: float) -> float:
        """Where D goes: minus the derivative of its loss by ψ."""
        slopes, pull = SLOPES[self.loss], 0.0
        for e, w in self.nodes:
            real, fake = e, theta + e
            pull += w * real * slopes.real(self.bias - psi * real)
            pull += w * fake * slopes.fake(self.bias - psi * fake)
        if psi:
            pull -= self.gp * (abs(psi) - 1) * math.copysign(1, psi)
        return pull - self.gamma * psi - self._consensus(psi, theta)

    def _consensus(self, own: float, other: float) -> float:
        """The derivative of its term, ½(θ² + ψ²)·σ(-θψ)², by the player's own variable."""
        if not self.consensus:
            return 0.0
        s = sigmoid(-own * other)
        return self.consensus * s * s * (own - (own * own + other * other) * (1 - s) * other)


VARIANTS = (
    Variant(name="minimax", loss="minimax"),
    Variant(name="nonsaturating", loss="nonsaturating"),
    Variant(name="leastsquares", loss="leastsquares", bias=0.5),
    Variant(name="clip", loss="wasserstein", clip=1.0),
    Variant(name="wgan-gp", loss="wasserstein", gp=0.7),
    Variant(name="dragan", loss="minimax", gp=0.3),
    Variant(name="noise", loss="minimax", noise=0.7, converges=True),
    Variant(name="consensus", loss="minimax", consensus=1.0, converges=True),
    Variant(name="r1-weak", loss="minimax", gamma=0.3, converges=True),
    Variant(name="r1-critical", loss="minimax", gamma=1.0, converges=True),
    Variant(name="r1-strong", loss="minimax", gamma=2.0, converges=True),
    Variant(name="nonsaturating-r1", loss="nonsaturating", gamma=0.3, converges=True),
)
"""The rows of the table."""


class Schedule(NamedTuple):
    """Who moves when: both at once, or G once and then D some times, each seeing the last move."""

    name: str
    d_steps: int = 1
    together: bool = False


SCHEDULES = (
    Schedule("together", together=True),
    Schedule("alternating"),
    Schedule("five", d_steps=5),
)
"""The columns of the table."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the games are played, but for the variant and the schedule."""

    steps: int = 500
    """Steps of training, each with one move of G."""
    lr: float = 0.2
    """The size of a step: times the gradient it is the move."""
    start: Point = (1.0, 1.0)
    """θ and ψ before the first step."""

    def __post_init__(self) -> None:
        if not 100 <= self.steps <= MOST:
            raise UsageError(f"steps is 100 to {MOST:,}, got {self.steps}.")
        if not 0 < self.lr <= 2:
            raise UsageError(f"lr is above 0 and at most 2, got {self.lr:g}.")
        if not all(abs(x) <= 10 for x in self.start) or not any(self.start):
            raise UsageError(
                "start is a θ and a ψ between -10 and 10, not both 0, where nobody moves; "
                f"got {self.start[0]:g} {self.start[1]:g}."
            )


def play(variant: Variant, schedule: Schedule, setting: Setting) -> list[Point]:
    """The points (θ, ψ) of a training by gradient steps: the start, and one after each step.

    Fewer where it runs away beyond `FAR`.
    """

    def clipped(psi: float) -> float:
        return max(-variant.clip, min(variant.clip, psi))

    lr, theta, psi = setting.lr, setting.start[0], clipped(setting.start[1])
    path = [(theta, psi)]
    for _ in range(setting.steps):
        moved = theta + lr * variant.g(theta, psi)
        if schedule.together:
            psi = clipped(psi + lr * variant.d(theta, psi))
        else:
            for _ in range(schedule.d_steps):
                psi = clipped(psi + lr * variant.d(moved, psi))
        theta = moved
        if not math.hypot(theta, psi) <= FAR:  # nor where it is not a number any more
            break
        path.append((theta, psi))
    return path


def reach(path: Sequence[Point]) -> list[float]:
    """The distance of each point from the goal (0, 0)."""
    return [math.hypot(*point) for point in path]


def verdict(path: Sequence[Point], steps: int) -> str:
    """What a play of so many steps does: `converges`, `creeps` inward, `orbits` or `diverges`.

    Judged by how far out its last quarter reaches, as a share of its second: all of it for an
    orbit, three fifths for a decay like t^-½, next to nothing for an exponential one.
    """
    if len(path) <= steps:
        return "diverges"
    far = reach(path)
    quarter = len(far) // 4
    second, last = max(far[quarter : 2 * quarter]), max(far[-quarter:])
    if last > 1.05 * second:
        return "diverges"
    if last > 0.95 * second:
        return "orbits"
    return "creeps" if last > 0.4 * second else "converges"

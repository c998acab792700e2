"""The table of the Dirac-GAN: every variant played, and held against the library and the paper.

What the two players do is taken here from the library's own losses and its R1 by autograd; the
plain floats of `ganvas.theory.dirac` must agree with it wherever a play has been.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ganvas.losses import LOSSES, r1
from ganvas.theory.dirac import SCHEDULES, Point, Setting, Variant, play, reach, verdict

CLOSE = 1e-6
"""Numbers that differ by less are equal: R1 is computed in float32."""
MILESTONES = (500, 5_000, 50_000)
"""Steps after which `decay` looks."""
Eigenvalues = tuple[complex, complex]
jacobian: Callable[..., Tensor] = torch.autograd.functional.jacobian


class Line(nn.Module):
    """D of many games at once: row i of x, (N, …), gets the logits bias - ψ_i·x."""

    def __init__(self, psi: Tensor, bias: float) -> None:
        super().__init__()
        self.psi, self.bias = psi, bias

    def forward(self, x: Tensor) -> Tensor:
        """The logits, of x's shape."""
        return self.bias - self.psi[:, None] * x


def losses(variant: Variant, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
    """G's and D's loss at each of the points, (N,), by the library's losses and its R1."""
    values, weights = torch.tensor(variant.nodes, dtype=theta.dtype).T
    D = Line(psi, variant.bias)
    real = values.expand(len(theta), -1)  # (N, nodes)
    fake = theta[:, None] + real
    loss = LOSSES[variant.loss]
    g = torch.stack(list(loss.g(D(fake), D(real)).values())).sum(0) @ weights
    d = torch.stack(list(loss.d(D(real), D(fake)).values())).sum(0) @ weights
    if variant.gamma:
        d = d + variant.gamma * r1(D, torch.zeros_like(theta)[:, None])
    if variant.gp:
        d = d + variant.gp / 2 * (psi.abs() - 1).square()
    return g, d


def field(variant: Variant, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
    """Where G and D go at each of the points, (N,), by autograd of `losses`."""

    def size(theta: Tensor, psi: Tensor) -> Tensor:
        """The term of consensus: half the squared length of both gradients."""
        g, d = field(replace(variant, consensus=0.0), theta, psi)
        return variant.consensus * (g.square() + d.square()) / 2

    def of_g(theta: Tensor) -> Tensor:
        loss = losses(variant, theta, psi)[0]
        return (loss + size(theta, psi) if variant.consensus else loss).sum()

    def of_d(psi: Tensor) -> Tensor:
        loss = losses(variant, theta, psi)[1]
        return (loss + size(theta, psi) if variant.consensus else loss).sum()

    g = jacobian(of_g, theta, create_graph=True)
    d = jacobian(of_d, psi, create_graph=True)
    return -g, -d


def disagreement(variant: Variant, path: Sequence[Point]) -> float:
    """The largest difference on `path` between `field` and the variant's own slopes."""
    theta, psi = torch.tensor(path, dtype=torch.float64).T
    own = [(variant.g(*point), variant.d(*point)) for point in path]
    there = torch.stack(field(variant, theta, psi), dim=1).detach()
    difference = (torch.tensor(own, dtype=torch.float64) - there) / there.abs().clamp(min=1)
    return float(difference.abs().max())


def eigenvalues(variant: Variant) -> Eigenvalues | None:
    """Those of the Jacobian of `field` at the goal; None where |ψ| has no derivative there.

    Near the goal a training runs like e^(λt): negative real parts pull it in, imaginary parts
    turn it. Sorted, the one with the larger real, then imaginary part first.
    """
    if variant.gp:
        return None

    def at(point: Tensor) -> Tensor:
        return torch.cat(field(variant, point[:1], point[1:]))

    slopes = jacobian(at, torch.zeros(2, dtype=torch.float64))
    found = [complex(value) for value in np.linalg.eigvals(slopes.numpy())]
    first, second = sorted(found, key=lambda value: (-round(value.real, 9), -value.imag))
    return first, second


def of_the_paper(variant: Variant) -> Eigenvalues | None:
    """The eigenvalues the paper proves: f'(0) turns, R1 and noise brake D, consensus both."""
    if variant.gp:
        return None
    turn = 1.0 if variant.loss == "wasserstein" else 0.5
    brake = variant.gamma / 2 + variant.noise**2 / 4
    root = cmath.sqrt(brake**2 - turn**2)
    middle = -brake - variant.consensus * turn**2
    return middle + root, middle - root


@dataclass(frozen=True)
class End:
    """How a play ended: its distance from the goal, and what it does; see `verdict`."""

    distance: float
    verdict: str


@dataclass(frozen=True)
class Row:
    """A variant, its plays by the names of their schedules, and what is known of them."""

    variant: Variant
    paths: dict[str, list[Point]]
    ends: dict[str, End]
    eigenvalues: Eigenvalues | None
    paper: Eigenvalues | None
    difference: float
    """See `disagreement`."""

    @property
    def agrees(self) -> bool:
        """Whether the library's losses push as the plays did, and turn and brake as proved."""
        pairs = zip(self.eigenvalues or (), self.paper or (), strict=True)
        return self.difference < CLOSE and all(abs(a - b) < CLOSE for a, b in pairs)


def measure(variant: Variant, setting: Setting) -> Row:
    """Plays a variant by each of the schedules."""
    paths = {each.name: play(variant, each, setting) for each in SCHEDULES}
    ends = {
        name: End(reach(path)[-1], verdict(path, setting.steps)) for name, path in paths.items()
    }
    visited = [point for path in paths.values() for point in path]
    proved, found = of_the_paper(variant), eigenvalues(variant)
    return Row(variant, paths, ends, found, proved, disagreement(variant, visited))


class Late(NamedTuple):
    """A moment of a long play: steps made, distance from the goal, and what the law says."""

    steps: int
    distance: float
    law: float


def decay(setting: Setting) -> list[Late]:
    """How slowly the non-saturating loss gets nearer where the players alternate.

    Near the goal its pull, averaged over a turn, is dr/dt = -r³/16 with t = lr·steps. So
    r = (1/r₀² + t/8)^-½, and each digit takes a hundred times as long as the one before.
    """
    variant, alternating = Variant(name="nonsaturating", loss="nonsaturating"), SCHEDULES[1]
    far = reach(play(variant, alternating, replace(setting, steps=MILESTONES[-1])))

    def law(steps: int) -> float:
        return 1 / math.sqrt(1 / far[0] ** 2 + setting.lr * steps / 8)

    return [Late(steps, far[steps], law(steps)) for steps in MILESTONES if steps < len(far)]

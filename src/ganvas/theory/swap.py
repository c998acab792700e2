"""Min and max exchanged: G goes to its optimum against a D that stands still, and collapses.

Paper: Goodfellow et al., Generative Adversarial Nets, 2014, Eq. 1 and section 6; Goodfellow, NIPS
2016 Tutorial: Generative Adversarial Networks, section 5.1.1, on max min against min max.
The data are eight narrow bells on a ring. Two copies of one half-trained GAN make equally many
steps of G: one alternates with D as usual, in the other D is frozen.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganvas.data import toy
from ganvas.errors import UsageError
from ganvas.families.gan import GAN
from ganvas.metrics.modes import Modes, mixtures
from ganvas.optim import Optim
from ganvas.options import Schedule, constant
from ganvas.seeds import generator
from ganvas.theory.value import Estimate, estimate
from ganvas.trainer import Trainer

DATA = "toy:ring8"
BATCH = 256
TOGETHER = 600
"""Steps of both players before the two copies part."""
STEPS, LEAST, MOST = 800, 200, 100_000
"""Steps of G after that: by default, and the bounds of what may be asked."""
JUDGING = 300
"""Steps of D alone, at the end, against the G that alternated."""
DRAWN = 2500
"""Samples that are counted, PacGAN's number."""
SIDE, CELLS = 2.0, 401
"""D is searched for its peak on a grid of 401 x 401 points over [-2, 2] x [-2, 2]."""


@dataclass(frozen=True)
class Cloud:
    """What a G draws, and V with the D beside it."""

    x: Tensor
    """Samples, float32 (2500, 2)."""
    value: Estimate

    @property
    def modes(self) -> int:
        """Modes with a sample within three standard deviations, 0 … 8."""
        return self._counted.captured

    @property
    def near(self) -> float:
        """The share of samples within three standard deviations of a mode; 0.989 for the data."""
        return self._counted.high_quality

    @property
    def spread(self) -> float:
        """Root mean square distance of the samples from their mean; 1 for the data, 0 a point."""
        return (self.x - self.x.mean(0)).square().sum(1).mean().sqrt().item()

    @property
    def _counted(self) -> Modes:
        return mixtures(self.x, toy.modes(DATA), toy.sigma(DATA))


@dataclass(frozen=True)
class Exchange:
    """Both orders of min and max, from the same G and D and with equally many steps of G."""

    steps: int
    seed: int
    before: Cloud
    frozen: Cloud
    """After G's steps against the frozen D."""
    alternating: Cloud
    """After as many steps of G, D moving too."""
    d: Tensor
    """The frozen D on the grid, (401, 401): rows are y, columns x, both from -2 to 2."""
    peak: tuple[float, float]
    """Where the frozen D is largest."""
    floor: float
    """min_G V(D, G) of the frozen D: E log D(x) + log(1 - D(peak)), all samples at the peak."""
    ceiling: Estimate
    """max_D V(D, G) of the alternating G, as far as D comes by training."""


def game(steps: int) -> GAN:
    """The game for `steps` steps after the first `TOGETHER`: both rates fall to 0 at its end."""
    kimg = BATCH * (TOGETHER + steps) / 1000
    return GAN(
        z=2,
        g_hidden=(64, 64),
        d_hidden=(64, 64),
        activation="leaky",
        penalty="r1",
        gamma=constant(1),
        G=Optim(lr=Schedule(2e-3, 0, kimg / 2, kimg), beta1=0),
        D=Optim(lr=Schedule(4e-3, 0, kimg / 2, kimg), beta1=0),
    )


def exchange(
    steps: int = STEPS, seed: int = 0, tell: Callable[[float], None] | None = None
) -> Exchange:
    """Trains a GAN, then goes on with it in both orders; about ten seconds.

    Args:
        steps: steps of G after the first `TOGETHER` of both, in either order.
        seed: of the first weights, the noise and the order of the data.
        tell: called with the share that is done, 0 to 1.

    Raises:
        UsageError: steps out of range, or a seed below 0.
    """
    if not LEAST <= steps <= MOST:
        raise UsageError(f"steps is {LEAST} to {MOST:,}, got {steps:,}.")
    if seed < 0:
        raise UsageError(f"seed is 0 or more, got {seed}.")
    whole, done = TOGETHER + 2 * steps + JUDGING, 0

    def go(trainer: Trainer, n: int, *players: str) -> Cloud:
        nonlocal done
        for _ in range(n):
            trainer.step(move=players or None)
            done += 1
            if tell is not None:
                tell(done / whole)
        return cloud(trainer)

    usual = Trainer(game(steps), DATA, batch=BATCH, seed=seed, device="cpu", threads=1)
    before = go(usual, TOGETHER)
    d, peak, floor = valley(usual)
    swapped = copy.deepcopy(usual)
    rate = Schedule(1e-2, 0, BATCH * TOGETHER / 1000, BATCH * (TOGETHER + steps) / 1000)
    swapped.change(penalty="none", G={"lr": str(rate), "beta1": 0.9})  # momentum, across dips
    frozen = go(swapped, steps, "G")
    alternating = go(usual, steps)
    usual.change(penalty="none", D={"lr": "0.001"})
    ceiling = go(usual, JUDGING, "D").value
    return Exchange(steps, seed, before, frozen, alternating, d, peak, floor, ceiling)


def cloud(trainer: Trainer) -> Cloud:
    """What G draws now; the noise is the same at every call."""
    G, D = trainer.engine.nets.G, trainer.engine.nets.D
    noise = torch.randn(DRAWN, 2, generator=generator("swap", "noise", trainer.settings.seed))
    with torch.no_grad():
        x = G(noise)
    return Cloud(x, estimate(D, reals(), x))


def reals() -> Tensor:
    """Real samples that the data set does not hold, (2500, 2)."""
    return toy.sample(DATA, DRAWN, seed=1)


def valley(trainer: Trainer) -> tuple[Tensor, tuple[float, float], float]:
    """D on the grid, where it is largest, and the V that G reaches by putting all samples there."""
    line, D = torch.linspace(-SIDE, SIDE, CELLS), trainer.engine.nets.D
    y, x = torch.meshgrid(line, line, indexing="ij")
    grid = torch.stack([x, y], -1).view(-1, 2)
    with torch.no_grad():
        logits = D(grid)
    peak = grid[logits.argmax()]
    floor = estimate(D, reals(), peak.expand(2, 2)).value
    found = logits.double().sigmoid().view(CELLS, CELLS)
    return found, (peak[0].item(), peak[1].item()), floor

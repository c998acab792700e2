"""Points with a known truth, so that "has the generator got all of it?" can be counted.

`ring8` and `grid25` are PacGAN's (Lin et al., 2018, arXiv 1712.04086): radius 1, σ 0.01; and
-4 … 4 in steps of 2, σ 0.05. `swissroll` is WGAN-GP's (Gulrajani et al., 2017, arXiv 1704.00028):
scikit-learn's roll with noise 0.25, axes 0 and 2, divided by 7.5. `gaussian` has mean 4 and
standard deviation 1.25, as the customary one-dimensional examples do. `moons` is scikit-learn's
shape with noise 0.05. `ring5` and `ring10` are the two domains of a translation, with as many
modes as those of DiscoGAN's first experiment (Kim et al., 2017, arXiv 1703.05192, Figure 4). The
paper does not give their places: circles of radius 2 around (-2, -2) and (2, 2) with σ 0.1, as in
carpedm20/DiscoGAN-pytorch.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganvas.data.dataset import Dataset
from ganvas.errors import unknown

COUNT = 100_000
"""Points in a toy set."""


class Mixture(NamedTuple):
    """Equally likely bells."""

    modes: NDArray[np.float64]
    """Their centres, (K, d)."""
    sigma: float
    """Their standard deviation along each axis."""


def _circle(modes: int) -> NDArray[np.float64]:
    # endpoint=False: with both ends of the circle, two of the centres would be the same one.
    angles = np.linspace(0, 2 * math.pi, modes, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


_LINE = np.arange(-4.0, 5.0, 2.0)

MIXTURES = {
    "gaussian": Mixture(np.array([[4.0]]), 1.25),
    "ring8": Mixture(_circle(8), 0.01),
    "ring5": Mixture(2 * _circle(5) - 2, 0.1),
    "ring10": Mixture(2 * _circle(10) + 2, 0.1),
    "grid25": Mixture(np.stack(np.meshgrid(_LINE, _LINE), axis=-1).reshape(-1, 2), 0.05),
}
"""The toy sets whose modes can be counted."""


def load(name: str) -> Dataset:
    """The toy set `name`, with or without `toy:` before it: the same 100,000 points every time."""
    return Dataset("toy:" + _short(name), sample(name, COUNT, seed=0))


def modes(name: str) -> Tensor:
    """The centres of a mixture, float32 (K, d).

    Raises:
        UsageError: a set that has no modes to count, such as `swissroll`.

    >>> modes("ring8").shape
    torch.Size([8, 2])
    """
    return torch.from_numpy(_mixture(name).modes).to(torch.float32)


def sigma(name: str) -> float:
    """The standard deviation of each mode of a mixture, along each axis.

    Raises:
        UsageError: a set that has no modes to count.
    """
    return _mixture(name).sigma


def sample(name: str, n: int, seed: int) -> Tensor:
    """`n` fresh points of the toy set `name`, float32 (n, d).

    The data set itself is drawn with seed 0: take another seed for points it does not hold.
    """
    short = _short(name)
    rng = np.random.default_rng(seed)
    if short in MIXTURES:
        points = _bells(MIXTURES[short], n, rng)
    else:
        points = {"swissroll": _swissroll, "moons": _moons}[short](n, rng)
    return torch.from_numpy(points.astype(np.float32))


def _short(name: str) -> str:
    short = name.removeprefix("toy:")
    if short not in (*MIXTURES, "swissroll", "moons"):
        raise unknown("toy set", short, (*MIXTURES, "swissroll", "moons"))
    return short


def _mixture(name: str) -> Mixture:
    short = name.removeprefix("toy:")
    if short not in MIXTURES:
        raise unknown("mixture", short, MIXTURES)
    return MIXTURES[short]


def _bells(mixture: Mixture, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    centres = mixture.modes[rng.integers(len(mixture.modes), size=n)]
    return centres + mixture.sigma * rng.standard_normal(centres.shape)


def _swissroll(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    t = 1.5 * math.pi * (1 + 2 * rng.random(n))
    roll = np.stack([t * np.cos(t), t * np.sin(t)], axis=1)
    return (roll + 0.25 * rng.standard_normal(roll.shape)) / 7.5


def _moons(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    t = math.pi * rng.random(n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    arcs = np.where(rng.random((n, 1)) < 0.5, upper, lower)
    return arcs + 0.05 * rng.standard_normal(arcs.shape)

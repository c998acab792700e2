"""Normal noise in many dimensions is a thin shell, so latent walks go along the sphere."""

from __future__ import annotations

import math
from itertools import chain

import torch
from torch import Tensor

from ganvas.families.gan import GAN
from ganvas.game import Moment
from ganvas.theory.row import Row

DIMENSIONS = (2, 64, 1024)
COUNT = 4096
"""Rows of noise drawn in each."""
SURE = 5
"""Standard errors that chance is allowed."""


def rows(seed: int) -> list[Row]:
    """The section `shell`."""
    return [*chain.from_iterable(_thickness(d, seed) for d in DIMENSIONS), *_halfway(seed)]


def noise(d: int, seed: int) -> Tensor:
    """What a GAN with `z = d` draws its samples from, float64 (COUNT, d)."""
    return GAN(z=d).latent(COUNT, Moment(seed=seed, step="theory")).double()


def spread(d: int) -> float:
    """The standard deviation of ‖z‖ in d dimensions: 1/√2 = 0.7071 in the end.

    The mean of ‖z‖ is √2 Γ((d + 1)/2) / Γ(d/2), that of ‖z‖² is d.
    """
    mean = math.sqrt(2) * math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2))
    return math.sqrt(d - mean**2)


def _thickness(d: int, seed: int) -> list[Row]:
    norms = noise(d, seed).norm(dim=1)
    root = norms.square().mean().sqrt().item()
    error = spread(d) / math.sqrt(COUNT)
    return [
        Row(f"shell.norm{d}", math.sqrt(d), root, SURE * error),
        Row(f"shell.spread{d}", spread(d), norms.std().item(), SURE * error),
    ]


def _halfway(seed: int) -> list[Row]:
    """The norm halfway between two points, as a share of the norms at the ends."""
    a, b = noise(DIMENSIONS[-1], seed).chunk(2)
    ends = (a.norm(dim=1) + b.norm(dim=1)) / 2
    paths = {"straight": torch.lerp(a, b, 0.5), "sphere": GAN().between(a, b, 0.5)}
    shares = {name: (path.norm(dim=1) / ends).mean().item() for name, path in paths.items()}
    return [
        Row("shell.straight", 1 / math.sqrt(2), shares["straight"], 0.005),
        Row("shell.sphere", 1.0, shares["sphere"], 0.005),
    ]

"""Two densities on a few cells, and how far apart they are by closed forms.

On cells an expectation is a sum and D is a list of logits, so nothing but the loss is on trial:
no network that is too small, no sample that is too few.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganvas.seeds import generator

CELLS = 8


def draw(seed: int) -> tuple[Tensor, Tensor]:
    """Two random densities p, of the data, and q, of G: float64 (8,), all cells above 0."""
    p, q = (_random(generator(seed, "theory", name)) for name in "pq")
    return p, q


def _random(generator: torch.Generator) -> Tensor:
    return torch.randn(CELLS, generator=generator, dtype=torch.float64).softmax(0)


def kl(p: Tensor, q: Tensor) -> Tensor:
    """KL(p‖q) = Σ p log(p/q)."""
    return (p * (p / q).log()).sum()


def js(p: Tensor, q: Tensor) -> Tensor:
    """JSD(p, q) = ½ KL(p‖m) + ½ KL(q‖m), m halfway between; 0 … log 2."""
    middle = (p + q) / 2
    return (kl(p, middle) + kl(q, middle)) / 2


def tv(p: Tensor, q: Tensor) -> Tensor:
    """TV(p, q) = ½ Σ |p - q|; 0 … 1."""
    return (p - q).abs().sum() / 2


def triangular(p: Tensor, q: Tensor) -> Tensor:
    """Σ (p - q)²/(p + q), the triangular discrimination; 0 … 2."""
    return ((p - q).square() / (p + q)).sum()


def pearson(p: Tensor, q: Tensor) -> Tensor:
    """χ²(p‖q) = Σ (p - q)²/q."""
    return ((p - q).square() / q).sum()


def product(p: Tensor, q: Tensor) -> Tensor:
    """p⊗q: the density of pairs of one from p and one from q, (K²,)."""
    return torch.outer(p, q).flatten()

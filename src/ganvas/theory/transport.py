"""Two parallel lines at the distance θ: the example that the Wasserstein distance was made for.

The critic may be any function whose slope is at most 1. On finitely many points that is a linear
program, so what is found is the best critic, not a network's attempt at it.

Source: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, Example 1.
"""

from __future__ import annotations

import math

import torch
from scipy.optimize import linprog
from torch import Tensor

from ganvas.losses import LOSSES, Loss
from ganvas.theory.optimal import best, d_loss, g_loss
from ganvas.theory.row import EXACT, Row

HEIGHTS = 5
"""Points on each line."""
OVERLAPS = (1e-6, 1e-9)
"""Shares of each density that lie on the other's line; without any, KL has no value."""


def rows() -> list[Row]:
    """The section `lines`."""
    half, two = distance(0.5), distance(2.0)
    further, closer = (reverse_kl(overlap) for overlap in OVERLAPS)
    decades = math.log10(OVERLAPS[0] / OVERLAPS[1])
    return [
        Row("lines.half", 0.5, half[0], EXACT),
        Row("lines.two", 2.0, two[0], EXACT),
        Row("lines.slope", 1.0, two[1], EXACT),
        Row("lines.js", math.log(2), js_apart(), EXACT),
        Row("lines.tv", 1.0, 1 - _least("hinge") / 2, EXACT),
        Row("lines.kl", math.log(10), (closer - further) / decades, 1e-4),
    ]


def critic(loss: Loss, points: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """The values (K,) at `points` (K, d) that minimise D's loss, slopes being at most 1.

    The loss must be linear in them, as Wasserstein's is. The value at the first point is 0.
    """
    n = len(points)
    cost = torch.func.grad(lambda values: d_loss(loss, values, p, q))(torch.zeros_like(p))
    i, j = torch.combinations(torch.arange(n)).T
    i, j = torch.cat([i, j]), torch.cat([j, i])
    differences = torch.eye(n, dtype=p.dtype)[i] - torch.eye(n, dtype=p.dtype)[j]
    lengths = (points[i] - points[j]).norm(dim=1)
    bounds = [(0, 0), *[(None, None)] * (n - 1)]
    found = linprog(cost.numpy(), differences.numpy(), lengths.numpy(), bounds=bounds)
    return torch.from_numpy(found.x)


def distance(theta: float) -> tuple[float, float]:
    """The lines' distance by the best critic, and the slope of G's loss between them.

    The data lie at x = 0, G's samples at x = θ; a third line, halfway, belongs to neither.
    """
    loss = LOSSES["wasserstein"]
    x = torch.tensor([0, theta / 2, theta], dtype=torch.float64)
    y = torch.linspace(0, 1, HEIGHTS, dtype=torch.float64)
    here = [torch.eye(3, dtype=x.dtype)[line].repeat_interleave(HEIGHTS) for line in range(3)]
    data, halfway, samples = (line / HEIGHTS for line in here)
    values = critic(loss, torch.cartesian_prod(x, y), data, samples)
    risen = g_loss(loss, values, data, samples) - g_loss(loss, values, data, halfway)
    return -d_loss(loss, values, data, samples).item(), risen.item() / (theta / 2)


def js_apart() -> float:
    """JSD of the two lines, from the least loss of D; θ does not come into it."""
    return (math.log(4) - _least("minimax")) / 2


def reverse_kl(overlap: float) -> float:
    """KL(q‖p) of two lines that share a little of their mass, from G's two losses.

    Against the best D, -log D and log(1 - D) add up to log((1 - D)/D) = log(q/p).
    """
    p, q = _apart(overlap)
    logits = best(LOSSES["nonsaturating"], p, q)
    both = [g_loss(LOSSES[name], logits, p, q) for name in ("nonsaturating", "minimax")]
    return torch.stack(both).sum().item()


def _least(name: str) -> float:
    """D's least loss on two lines: a free logit on each knows nothing of their distance."""
    p, q = _apart(0.0)
    return d_loss(LOSSES[name], best(LOSSES[name], p, q), p, q).item()


def _apart(overlap: float) -> tuple[Tensor, Tensor]:
    """Data on the first line and samples on the second, but for `overlap`."""
    p = torch.tensor([1 - overlap, overlap], dtype=torch.float64)
    return p, p.flip(0)

"""A minibatch tells V only roughly: how roughly, and what many samples do about it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganvas.losses import LOSSES
from ganvas.seeds import generator
from ganvas.theory.densities import draw, js
from ganvas.theory.optimal import best
from ganvas.theory.row import Row

BATCHES = (16, 64, 256)
TOTAL = 2**20
"""Samples drawn of either kind."""
SURE = 5
"""Standard errors that chance is allowed."""


def rows(seed: int) -> list[Row]:
    """The section `chance`."""
    p, q = draw(seed)
    spread = math.sqrt(_variance((p / (p + q)).log(), p) + _variance((q / (p + q)).log(), q))
    v = estimates(seed)  # (TOTAL,) the estimates of V from one sample of either kind
    parts = [v.view(-1, n).mean(1) for n in BATCHES]
    bars = [
        Row(f"chance.bar{n}", bar, part.std().item(), SURE * bar / math.sqrt(2 * len(part)))
        for n, part in zip(BATCHES, parts, strict=True)
        for bar in [spread / math.sqrt(n)]
    ]
    value = -math.log(4) + 2 * js(p, q).item()
    near = (parts[-1] - value).abs() < 2 * spread / math.sqrt(BATCHES[-1])
    share = math.erf(math.sqrt(2))  # of a bell, within two standard deviations
    return [
        *bars,
        Row("chance.inside", share, near.double().mean().item(), 0.015),
        Row("chance.law", value, v.mean().item(), SURE * spread / math.sqrt(TOTAL)),
    ]


def estimates(seed: int) -> Tensor:
    """V = log D(x) + log(1 - D(fake)) of single samples, float64 (TOTAL,), D being the best."""
    p, q = draw(seed)
    loss = LOSSES["minimax"]
    logits = best(loss, p, q)
    x, fake = (
        torch.multinomial(
            density, TOTAL, replacement=True, generator=generator(seed, "theory", "drawn", name)
        )
        for name, density in (("x", p), ("fake", q))
    )
    return -torch.stack([*loss.d(logits[x], logits[fake]).values()]).sum(0)


def _variance(values: Tensor, density: Tensor) -> float:
    mean = (density * values).sum()
    return (density * (values - mean).square()).sum().item()

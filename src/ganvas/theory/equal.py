"""Where G draws like the data: what each loss stands at when neither player can gain."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganvas.losses import LOSSES, Loss, least_squares
from ganvas.theory.densities import draw
from ganvas.theory.optimal import best, d_loss, g_loss
from ganvas.theory.row import EXACT, Row
from ganvas.theory.transport import critic

D_LOSSES = {
    "minimax": 2 * math.log(2),
    "nonsaturating": 2 * math.log(2),
    "leastsquares": 1 / 4,
    "lsgan": 1.0,
    "hinge": 2.0,
    "wasserstein": 0.0,
    "relativistic": math.log(2),
    "relativistic-average": 2 * math.log(2),
}
"""D's loss at q = p; `lsgan` has the paper's targets -1, 1, 0."""
G_LOSSES = {
    "minimax": -math.log(2),
    "nonsaturating": math.log(2),
    "leastsquares": 1 / 8,
    "relativistic": math.log(2),
    "relativistic-average": 2 * math.log(2),
}
"""G's; hinge and wasserstein leave it open, as adding to all logits costs their best D nothing."""


def rows(seed: int) -> list[Row]:
    """The section `equal`."""
    p, _ = draw(seed)
    losses = LOSSES | {"lsgan": least_squares(real=1, fake=-1, g=0)}
    found = {name: _settled(name, losses[name], p) for name in D_LOSSES}
    return [
        *(Row(f"equal.d.{name}", D_LOSSES[name], d, EXACT) for name, (d, _) in found.items()),
        *(Row(f"equal.g.{name}", G_LOSSES[name], found[name][1], EXACT) for name in G_LOSSES),
    ]


def _settled(name: str, loss: Loss, p: Tensor) -> tuple[float, float]:
    """D's and G's loss where q = p and D is at its best."""
    if loss.mixes_samples:
        p = torch.full_like(p, 1 / len(p))
    if name == "wasserstein":
        logits = critic(loss, torch.arange(len(p), dtype=p.dtype)[:, None], p, p)
    else:
        logits = best(loss, p, p)
    return d_loss(loss, logits, p, p).item(), g_loss(loss, logits, p, p).item()

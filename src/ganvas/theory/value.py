"""V(D, G) as a minibatch tells it: a mean with its error bar."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ganvas.losses import LOSSES

EVEN = -math.log(4)
"""V where p_g = p_data and D = 1/2: the value of the game."""


class Estimate(NamedTuple):
    """The mean over a minibatch, and the standard error of that mean."""

    value: float
    error: float


def estimate(D: nn.Module, x: Tensor, fake: Tensor) -> Estimate:
    """V(D, G) = E log D(x) + E log(1 - D(fake)), Eq. 1 of the 2014 paper, from samples.

    It is minus the loss that D is trained with. `x` and `fake`: (N, d) and (M, d).
    """
    with torch.no_grad():
        said = [-losses.double() for losses in LOSSES["minimax"].d(D(x), D(fake)).values()]
    variance = sum((term.var() / len(term)).item() for term in said)
    return Estimate(sum(term.mean().item() for term in said), math.sqrt(variance))


def signed(value: float) -> str:
    """Four decimals and a true minus: −1.3863."""
    return f"{value:.4f}".replace("-", "−")

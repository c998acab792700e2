"""The best D that there is: a free logit on every cell, moved until its loss falls no more.

The losses are those that networks are trained with, called as training calls them. A minibatch is
every pair of a real and a fake cell, weighted by its probability, which makes its mean exactly the
expectation.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganvas.losses import Loss
from ganvas.losses.adversarial import Losses
from ganvas.seeds import generator
from ganvas.theory.densities import product

STEPS = 100
"""Steps after which every logit stands still to a billionth, from wherever it started."""


def d_loss(loss: Loss, logits: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """The expectation of D's loss, 0-d; `logits`, the densities `p` and `q`: float64 (K,).

    A loss that mixes samples sees plain means: it needs cells that weigh the same.
    """
    real, fake = _pairs(logits)
    return _expectation(loss.d(real, fake), product(p, q))


def g_loss(loss: Loss, logits: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """The expectation of G's loss, 0-d, to be differentiated with respect to `q` or `logits`."""
    real, fake = _pairs(logits)
    return _expectation(loss.g(fake, real), product(p, q))


def best(loss: Loss, p: Tensor, q: Tensor, start: Tensor | None = None) -> Tensor:
    """D's logits (K,) that minimise its loss, from `start` or from random ones.

    Rprop asks for the signs of the slopes alone, so it finds the corners of the hinge as exactly
    as the bottom of a bowl.
    """
    random = torch.randn(len(p), generator=generator("theory", "start"), dtype=p.dtype)
    logits = (random if start is None else start).clone().requires_grad_()
    rprop = torch.optim.Rprop([logits], lr=0.5, step_sizes=(1e-15, 50))
    for _ in range(STEPS):
        rprop.zero_grad()
        torch.autograd.backward(d_loss(loss, logits, p, q))
        rprop.step()
    return logits.detach()


def _pairs(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The logits of the real and of the fake cell of every pair, each (K²,)."""
    n = len(logits)
    return logits.repeat_interleave(n), logits.repeat(n)


def _expectation(terms: Losses, weights: Tensor) -> Tensor:
    return torch.stack([(weights * value).sum() for value in terms.values()]).sum()

"""Penalties on D's gradient with respect to its input.

`input_gradient` is the one place that differentiates inside a loss. Source of R1: Mescheder,
Geiger, Nowozin, Which Training Methods for GANs do actually Converge?, 2018, Eq. 9.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def input_gradient(D: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """D's logits of `x` and their gradient with respect to `x`, itself differentiable.

    `x`: (N, …). Returns logits as D gives them and a gradient of `x`'s shape. Row i of the
    gradient belongs to sample i, provided that D does not mix samples.
    """
    x = x.detach().requires_grad_()
    logits = D(x)
    (gradient,) = torch.autograd.grad(logits.float().sum(), x, create_graph=True)
    return logits, gradient


def r1(D: nn.Module, x: Tensor) -> Tensor:
    """Half the squared norm of D's gradient at each of `x`, per sample (N,), float32.

    At real samples this is R1, at fakes R2; the caller multiplies by gamma.
    """
    _, gradient = input_gradient(D, x)
    return gradient.float().square().flatten(1).sum(1) / 2

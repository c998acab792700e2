"""Penalties on D's gradient with respect to its input.

`slopes` is the one place that differentiates inside a loss. Sources: R1 and R2, Mescheder
et al., Which Training Methods for GANs do actually Converge?, 2018, Eq. 9; the gradient penalty,
Gulrajani et al., Improved Training of Wasserstein GANs, 2017, Eq. 3; DRAGAN, Kodali et al., On
Convergence and Stability of GANs, 2017, Eq. 5.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ganvas.losses.adversarial import wide

Critic = Callable[[Tensor], Tensor]
"""D, or D given what else it is told: samples (N, …) to logits."""


def input_gradient(D: Critic, x: Tensor) -> Tensor:
    """The gradient of D's logits of `x` (N, …) with respect to `x`, itself differentiable.

    Of `x`'s shape. Row i belongs to sample i, provided that D does not mix samples.
    """
    x = x.detach().requires_grad_()
    (gradient,) = slopes(D(x), x)
    return gradient


def slopes(logits: Tensor, *at: Tensor) -> tuple[Tensor, ...]:
    """The gradients of the sum of `logits` with respect to each of `at`, differentiable."""
    return torch.autograd.grad(wide(logits).sum(), at, create_graph=True)


def half_square(gradient: Tensor) -> Tensor:
    """Half the squared norm of each sample's gradient (N, …), per sample (N,), float32.

    Of D's gradient at real samples this is R1, at fakes R2; the caller multiplies by gamma.
    """
    return wide(gradient).square().flatten(1).sum(1) / 2


def r1(D: Critic, x: Tensor) -> Tensor:
    """R1, or R2 where `x` are fakes, by a pass of its own, per sample (N,), float32."""
    return half_square(input_gradient(D, x))


def gp(D: Critic, x: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """How far the norm of D's gradient is from 1 between real and fake, squared, per sample (N,).

    `share`: where between, in [0, 1], (N,): 0 is at the fake.
    """
    between = torch.lerp(fake.detach().to(x.dtype), x.detach(), _rows(share, x))
    return (_norm(D, between) - 1).square()


def dragan(D: Critic, x: Tensor, noise: Tensor, share: Tensor) -> Tensor:
    """How far the norm of D's gradient is from 1 around the data, squared, per sample (N,).

    `noise`: uniform in [0, 1), of `x`'s shape; it becomes up to half the standard deviation of the
    batch, as in the authors' code. `share`: (N,), how much of it is added.
    """
    around = x.detach() + _rows(share, x) * x.detach().std() * noise / 2
    return (_norm(D, around) - 1).square()


def _norm(D: Critic, x: Tensor) -> Tensor:
    gradient = input_gradient(D, x)
    # The root of 0 has no slope; what is added is far below what float32 keeps beside a norm of 1.
    return (wide(gradient).square().flatten(1).sum(1) + 1e-12).sqrt()


def _rows(share: Tensor, x: Tensor) -> Tensor:
    return share.view(-1, *[1] * (x.ndim - 1))

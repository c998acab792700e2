"""What G and D say to each other: D's and G's sides apart, per sample, from D's raw logits.

With l the logit and D = sigmoid(l): -log D = softplus(-l) and -log(1 - D) = softplus(l), which
stay exact where the sigmoid itself has rounded to 0 or 1.

Source: Goodfellow et al., Generative Adversarial Nets, 2014, Eq. 1 and section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import softplus


def wide(value: Tensor) -> Tensor:
    """The value in float32, or better where it is: losses do not add up in 16 bits."""
    return value.float() if value.dtype.itemsize < 4 else value


def minus_log_d(logits: Tensor) -> Tensor:
    """-log D, per sample: small where D says "real"."""
    return softplus(-wide(logits))


def minus_log_one_minus_d(logits: Tensor) -> Tensor:
    """-log(1 - D), per sample: small where D says "fake"."""
    return softplus(wide(logits))


def log_one_minus_d(logits: Tensor) -> Tensor:
    """log(1 - D), per sample: G's side of the minimax game; its gradient D vanishes as D -> 0."""
    return -softplus(wide(logits))


class Loss(NamedTuple):
    """The three per-sample functions of an adversarial loss; each player minimises the mean."""

    real: Callable[[Tensor], Tensor]
    """D's, of its logits of real samples."""
    fake: Callable[[Tensor], Tensor]
    """D's, of its logits of fake samples."""
    g: Callable[[Tensor], Tensor]
    """G's, of D's logits of fake samples."""


LOSSES = {
    "minimax": Loss(minus_log_d, minus_log_one_minus_d, log_one_minus_d),
    "nonsaturating": Loss(minus_log_d, minus_log_one_minus_d, minus_log_d),
}
"""Minimax is Eq. 1; non-saturating is section 3's advice: the same fixed point, a strong start."""

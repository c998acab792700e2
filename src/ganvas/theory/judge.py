"""What D becomes when it has learned all it can, and what that leaves to G.

Sources: Goodfellow et al., Generative Adversarial Nets, 2014, Proposition 1 and Theorem 1; Mao et
al., Least Squares GANs, 2017, section 3.2.2; Lim and Ye, Geometric GAN, 2017, for the hinge;
Jolicoeur-Martineau, On Relativistic f-Divergences, 2019.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganvas.losses import LOSSES, least_squares
from ganvas.theory.densities import draw, js, pearson, product, triangular, tv
from ganvas.theory.optimal import best, d_loss, g_loss
from ganvas.theory.row import EXACT, Row, farthest

NAMES = ("minimax", "leastsquares", "hinge", "relativistic")
"""The losses whose least value has a closed form; that of wasserstein is in `transport`."""


def rows(seed: int) -> list[Row]:
    """The sections `judge`, the best D, and `value`, its loss."""
    p, q = draw(seed)
    found = {name: best(LOSSES[name], p, q) for name in NAMES}
    least = {name: d_loss(LOSSES[name], logits, p, q).item() for name, logits in found.items()}
    share, ratio = p / (p + q), (p / q).log()
    free = found["relativistic"]
    value = {
        "minimax": math.log(4) - 2 * js(p, q).item(),
        "leastsquares": (p * q / (p + q)).sum().item() / 2,
        "hinge": 2 - 2 * tv(p, q).item(),
        "relativistic": math.log(2) - js(product(p, q), product(q, p)).item(),
    }
    return [
        farthest("judge.minimax", share, found["minimax"].sigmoid()),
        farthest("judge.leastsquares", share, found["leastsquares"]),
        farthest("judge.hinge", (p - q).sign(), found["hinge"]),
        farthest("judge.relativistic", ratio - ratio.mean(), free - free.mean()),
        Row("value.minimax", -value["minimax"], -least["minimax"], EXACT),
        *_lowest(p, q),
        *(Row(f"value.{name}", value[name], least[name], EXACT) for name in NAMES[1:]),
        *_lsgan(p, q),
    ]


def _lowest(p: Tensor, q: Tensor) -> list[Row]:
    """C(G) at its lowest, and where that is: the softmax parameters of q go down G's own loss.

    At every point D is at its best again; G's slope against that D, held still, is C's.
    """
    loss = LOSSES["minimax"]
    parameters = q.log().requires_grad_()
    descent = torch.optim.LBFGS(
        [parameters], max_iter=40, tolerance_change=1e-12, line_search_fn="strong_wolfe"
    )
    logits = best(loss, p, q)

    def value() -> Tensor:
        nonlocal logits
        descent.zero_grad()
        density = parameters.softmax(0)
        logits = best(loss, p, density.detach(), logits)
        torch.autograd.backward(g_loss(loss, logits, p, density))
        return -d_loss(loss, logits, p, density.detach())

    descent.step(value)  # type: ignore[no-untyped-call]
    lowest = value().item()
    return [
        Row("value.minimum", -math.log(4), lowest, EXACT),
        farthest("value.density", p, parameters.detach().softmax(0), 1e-5),
    ]


def _lsgan(p: Tensor, q: Tensor) -> list[Row]:
    """The paper's targets -1, 1, 0; its C(G) also counts the real samples, which G cannot move."""
    loss = least_squares(real=1, fake=-1, g=0)
    logits = best(loss, p, q)
    twice = 2 * (g_loss(loss, logits, p, q) + g_loss(loss, logits, q, p)).item()
    return [
        Row("value.lsgan", triangular(p, q).item(), twice, EXACT),
        Row("value.pearson", pearson(p, q).item(), twice, 1e-3, "≠"),
    ]

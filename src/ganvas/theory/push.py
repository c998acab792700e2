"""What G learns from: the slopes of its loss against a D that is held still.

Sources: Goodfellow et al., 2014, section 3; Arjovsky and Bottou, Towards Principled Methods for
Training GANs, 2017, Theorem 2.5; Lim and Ye, 2017.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ganvas.losses import LOSSES, Loss
from ganvas.theory.densities import draw, js, kl, tv
from ganvas.theory.optimal import best, g_loss
from ganvas.theory.row import EXACT, Row, farthest

STEP = 1e-5
"""Of the finite differences; they are exact to some 1e-10."""


def rows(seed: int) -> list[Row]:
    """The section `push`."""
    p, q = draw(seed)
    minimised: dict[str, Callable[[Tensor], Tensor]] = {
        "minimax": lambda q: 2 * js(p, q),
        "nonsaturating": lambda q: kl(q, p) - 2 * js(p, q),
        "hinge": lambda q: 2 * tv(p, q),
    }
    return [
        *(_ratio(n) for n in (10, 100, 1000)),
        *(
            farthest(f"push.{name}", differences(divergence, q.log()), pushed(LOSSES[name], p, q))
            for name, divergence in minimised.items()
        ),
    ]


def slopes(loss: Loss, logits: Tensor) -> Tensor:
    """The slope of G's loss at D's logit of a fake, for each of `logits` (N,)."""

    def total(fake: Tensor) -> Tensor:
        return torch.stack([*loss.g(fake).values()]).sum()

    slope: Tensor = torch.func.grad(total)(logits)
    return slope


def pushed(loss: Loss, p: Tensor, q: Tensor) -> Tensor:
    """The gradient of G's loss in the softmax parameters of q, D at its best for q and still."""
    logits = best(loss, p, q)
    gradient: Tensor = torch.func.grad(lambda s: g_loss(loss, logits, p, s.softmax(0)))(q.log())
    return gradient


def differences(divergence: Callable[[Tensor], Tensor], parameters: Tensor) -> Tensor:
    """The gradient of a divergence in the softmax parameters (K,), by central differences."""
    steps = STEP * torch.eye(len(parameters), dtype=parameters.dtype)
    ahead, behind = (
        torch.stack([divergence(row.softmax(0)) for row in parameters + sign * steps])
        for sign in (1, -1)
    )
    return (ahead - behind) / (2 * STEP)


def _ratio(n: int) -> Row:
    """How much steeper -log D is than log(1 - D) where D = 1/n: (1 - D)/D = n - 1."""
    logit = torch.tensor([1 / n], dtype=torch.float64).logit()
    strong, weak = (slopes(LOSSES[name], logit).item() for name in ("nonsaturating", "minimax"))
    return Row(f"push.ratio{n}", n - 1, strong / weak, EXACT * n)

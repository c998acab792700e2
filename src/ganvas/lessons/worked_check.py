"""What the worked example is held against: PyTorch's autograd, and the numbers in the notes.

Source of the notes' numbers: the lecture slides "Deep Learning 101: GAN" by 신박AI.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ganvas.lessons.worked import FED, Example, Fed, Numbers, Round, gradient_of_g, round_of, times


@dataclass(frozen=True)
class Notes:
    """The numbers as the lecture's notes print them, rounded where they round."""

    g: Numbers
    d_real: float
    d_fake: float
    gradient_real: Numbers
    gradient_fake: Numbers
    w: Numbers
    gradient_v: Numbers
    """By the rounded numbers above: the old D(G(z)) beside the new w*."""
    gradient_v_printed: Numbers


@dataclass(frozen=True)
class Autograd:
    """The gradients of the first round once more, by PyTorch in float64."""

    gradient_real: Numbers
    gradient_fake: Numbers
    gradient_v: dict[Fed, Numbers]
    difference: float
    """The largest difference in all rounds from the formulas; relative where numbers exceed 1."""


def notes(example: Example) -> Notes | None:
    """The notes' numbers, from the lecture's own example; None for any other.

    The notes round, but for the first weight of D: 0.39668 is printed as 0.396.
    """
    start = ("z", "v", "w", "real", "lr")
    if any(getattr(example, name) != getattr(Example(), name) for name in start):
        return None
    first = round_of(example, 1, example.v, example.w, "fake")
    g, d_fake = _rounded(first.fake.x, 2), round(first.fake.d, 2)
    exact = first.made.w
    w = (math.floor(exact[0] * 1000) / 1000, *_rounded(exact[1:], 3))
    gradient_v = gradient_of_g(d_fake, w, g, example.z)
    return Notes(
        g=g,
        d_real=round(first.real.d, 2),
        d_fake=d_fake,
        gradient_real=times(-(1 - round(first.real.d, 2)), example.real),
        gradient_fake=_rounded(first.fake.gradient, 3),
        w=w,
        gradient_v=gradient_v,
        gradient_v_printed=_rounded(gradient_v, 3),
    )


def autograd(example: Example, rounds: list[Round]) -> Autograd:
    """The gradients of all rounds by PyTorch, from the logits and the library's own losses."""
    import torch

    from ganvas.losses import LOSSES

    def rows(values: Iterable[Numbers]) -> torch.Tensor:
        return torch.tensor(list(values), dtype=torch.float64)

    def gradient(loss: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
        of.grad = None
        torch.autograd.backward(loss.sum(), inputs=[of], retain_graph=True)
        assert of.grad is not None
        return of.grad

    loss = LOSSES["nonsaturating"]
    v, w = (rows(weights).requires_grad_() for weights in zip(*((r.v, r.w) for r in rounds)))
    fake = torch.sigmoid(v * example.z)  # (rounds, channels)
    real = rows([example.real])
    d = loss.d((real * w).sum(1), (fake.detach() * w).sum(1))
    found = {
        "real": (gradient(d["real"], w), rows(r.real.gradient for r in rounds)),
        "fake": (gradient(d["fake"], w), rows(r.fake.gradient for r in rounds)),
    }
    for fed in FED:
        made = [r.updates[fed] for r in rounds]
        g = loss.g((fake * rows(u.w for u in made)).sum(1))["fake"]
        found[f"v {fed}"] = (gradient(g, v), rows(u.gradient_v for u in made))
    apart = [((a - b).abs() / b.abs().clamp_min(1)).max().item() for a, b in found.values()]
    first = {name: tuple(by_torch[0].tolist()) for name, (by_torch, _) in found.items()}
    return Autograd(
        gradient_real=first["real"],
        gradient_fake=first["fake"],
        gradient_v={fed: first[f"v {fed}"] for fed in FED},
        difference=max(apart),
    )


def _rounded(numbers: Numbers, decimals: int) -> Numbers:
    return tuple(round(number, decimals) for number in numbers)

"""What is played for: the options of loss and penalty, and the terms they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Annotated, Any, Literal

import torch
from annotated_types import Ge
from torch import Tensor, nn

from ganvas.errors import UsageError
from ganvas.game import Game, Moment, Nets, Network, Terms, both, mixing, still
from ganvas.losses import LOSSES, Loss, dragan, gp, half_square, least_squares, slopes
from ganvas.nn.clipped import Clipped
from ganvas.nn.spectral import Spectral
from ganvas.options import Schedule, constant

TorchSpectral = nn.utils.parametrizations._SpectralNorm
LAZIEST = 16
"""Steps between R1 penalties in StyleGAN2 (Karras et al., 2020), which introduced such pauses."""


@dataclass(frozen=True, kw_only=True)
class Objective(Game):
    """A game between a D that gives logits and a G, with losses and penalties to choose from."""

    loss: Literal[
        "minimax", "nonsaturating", "leastsquares", "hinge", "wasserstein", "relativistic",
        "relativistic-average",
    ] = "nonsaturating"  # fmt: skip
    """What both minimise; `minimax` is Eq. 1 of the GAN, `nonsaturating` its section 3's advice."""
    real_target: float = 1.0
    """leastsquares: where D's logits of real samples should be."""
    fake_target: float = 0.0
    """leastsquares: where D's logits of fakes should be."""
    g_target: float = 1.0
    """leastsquares: where G wants D's logits of its fakes."""
    penalty: Literal["none", "r1", "r2", "r1r2", "gp", "dragan"] = "none"
    """On D's slope: at real samples (r1), fakes (r2), between (gp), or around the data (dragan)."""
    gamma: Annotated[Schedule, Ge(0)] = constant(1.0)
    """Weight of the penalty; 0.1 to 10 for r1 and r2, often 10 for gp and dragan."""
    every: Annotated[int, Ge(1)] = 1
    """Steps between penalties; each then weighs so many times as much."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss == "leastsquares" and self.real_target == self.fake_target:
            raise UsageError(
                f"real_target = fake_target = {self.real_target:g}, so D has nothing to tell "
                "apart; give two targets."
            )

    @cached_property
    def adversarial(self) -> Loss:
        """The loss with its targets."""
        if self.loss == "leastsquares":
            return least_squares(self.real_target, self.fake_target, self.g_target)
        return LOSSES[self.loss]

    @property
    def mixes_samples(self) -> bool:
        """The average relativistic loss looks at the whole batch, and so does DRAGAN's noise."""
        here = self.adversarial.mixes_samples or self.penalty == "dragan"
        return here or super().mixes_samples

    @property
    def period(self) -> int:
        """The penalty comes again after `every` steps."""
        return self.every if self.penalty != "none" else 1

    def idle(self) -> dict[str, str]:
        """Also what belongs to a penalty, or to the loss of least squares."""
        penalties = ("gamma", "every") if self.penalty == "none" else ()
        targets = ("real_target", "fake_target", "g_target")
        unread = dict.fromkeys(penalties, "penalty = none")
        if self.loss != "leastsquares":
            unread |= dict.fromkeys(targets, f"loss = {self.loss}")
        return super().idle() | unread

    def review(self, nets: Nets) -> Iterator[str]:
        """Doubts about loss, penalty and networks together.

        Raises:
            UsageError: D ends in a sigmoid, or its batch norm makes a penalty meaningless.
        """
        D: nn.Module = nets.D
        options = {f.name for f in fields(self)}
        normed = "norm" in options
        judges = [D[to] for to in self.into if to in D] if isinstance(D, nn.ModuleDict) else [D]
        if any(isinstance(_end(judge), nn.Sigmoid) for judge in judges):
            raise UsageError(
                f"D ends in a sigmoid, but loss = {self.loss} takes D's logits; take the sigmoid "
                "away."
            )
        if mixing(D):
            if self.penalty in ("gp", "dragan"):
                raise UsageError(
                    f"penalty = {self.penalty} asks for D's slope at each sample by itself, which "
                    f"batch norm in D has not; use {'norm = g' if normed else 'penalty = none'}."
                )
            if self.penalty != "none":
                yield (
                    f"penalty = {self.penalty} with batch norm in D is not the papers'"
                    f"{'; norm = g leaves D without' if normed else ''}."
                )
        bounded = any(
            isinstance(module, Spectral | TorchSpectral | Clipped) for module in D.modules()
        )
        if self.loss == "wasserstein" and self.penalty == "none" and not bounded:
            ways = ["penalty = gp"] if normed or not mixing(D) else []
            ways += [name for name in ("clip", "spectral") if name in options]
            yield (
                "loss = wasserstein runs away where nothing bounds D's slope; use "
                f"{' or '.join(ways) or 'another loss'}."
            )
        if self.penalty != "none":
            yield from self._penalised(D)

    def _penalised(self, D: nn.Module) -> Iterator[str]:
        """Doubts about the penalty that there is."""
        if any(isinstance(module, Clipped) for module in D.modules()):
            yield f"clip and penalty = {self.penalty} bound D's slope twice; one of them serves."
        if not (self.gamma.start or self.gamma.end):
            yield (
                f"gamma = 0: penalty = {self.penalty} weighs nothing and costs its time; use "
                "penalty = none."
            )
        if self.every > LAZIEST:
            yield (
                f"every = {self.every:,} makes the penalty weigh {self.every:,} times as much in "
                f"one step; StyleGAN2, which began with such pauses, has {LAZIEST}."
            )
        if self.every > 1 and self.loss == "relativistic":
            yield "Penalties at some steps only made the relativistic game fail in the R3GAN paper."

    def said(self, D: Network, x: Tensor, fake: Tensor, t: Moment) -> tuple[Any, Any, Terms]:
        """What D says of real samples `x` and of `fake`, (N, …) each, and its penalty if it is due.

        Logits (N,) twice; or, where D has several outputs, a tuple of them twice. R1 and R2 are
        slopes of the same pass: D looks at each sample once.
        """
        if not self.due(t):
            return *both(D, x, fake), {}
        weight = self.gamma(t) * self.every
        if self.penalty in ("gp", "dragan"):
            return *both(D, x, fake), {self.penalty: weight * self._around(D, x, fake, t).mean()}
        at = {"r1": x, "r2": fake}
        at |= {k: v.detach().requires_grad_() for k, v in at.items() if k in self.penalty}
        together = self.penalty == "r1r2"  # else the side without a slope had a second backward
        of_real, of_fake = both(D, *at.values()) if together else (D(at["r1"]), D(at["r2"]))
        logits = {"r1": logits_of(of_real), "r2": logits_of(of_fake)}
        sloped = [name for name in at if name in self.penalty]
        found = slopes(torch.cat([logits[k] for k in sloped]), *(at[k] for k in sloped))
        terms = {k: weight * half_square(g).mean() for k, g in zip(sloped, found, strict=True)}
        return of_real, of_fake, terms

    def due(self, t: Moment) -> bool:
        """Whether there is a penalty, and its step has come."""
        return self.penalty != "none" and not (isinstance(t.step, int) and t.step % self.every)

    def d_terms(self, D: Network, x: Tensor, fake: Tensor, t: Moment) -> Terms:
        """D's adversarial terms and its penalty, given real samples and fakes (N, …)."""
        real_logits, fake_logits, penalty = self.said(D, x, fake, t)
        return self.judged(real_logits, fake_logits, t) | penalty

    def judged(self, real_logits: Tensor, fake_logits: Tensor, t: Moment) -> Terms:
        """D's adversarial terms, given its logits (N,) of real samples and of fakes."""
        loss = self.adversarial
        t.watch("D(x)", lambda: loss.verdict(real_logits))
        t.watch("D(G(z))", lambda: loss.verdict(fake_logits))
        return self.means(loss.d(real_logits, fake_logits))

    def g_terms(self, D: Network, x: Tensor, fake: Tensor, t: Moment) -> Terms:
        """G's adversarial terms, given its fakes (N, …) and the real samples to compare with."""
        return self.paid(D, x, D(fake))

    def paid(self, D: Network, x: Tensor, fake_logits: Tensor) -> Terms:
        """G's adversarial terms, given D's logits (N,) of its fakes; `x` are to compare with."""
        loss = self.adversarial
        return self.means(loss.g(fake_logits, logits_of(still(D, x)) if loss.compares else None))

    @staticmethod
    def means(losses: Terms) -> Terms:
        """Losses per sample as the terms of a turn."""
        return {term: value.mean() for term, value in losses.items()}

    def _around(self, D: Network, x: Tensor, fake: Tensor, t: Moment) -> Tensor:
        """The penalties on the slope at other places than real and fake samples, (N,)."""

        def logits(at: Tensor) -> Tensor:
            return logits_of(D(at))

        if self.penalty == "gp":
            return gp(logits, x, fake, t.uniform(len(x)))
        noise, share = t.uniform(len(x), *x.shape[1:]), t.uniform(len(x))
        return dragan(logits, x, noise, share)


def _end(D: nn.Module) -> nn.Module:
    """The layer that gives D's logits."""
    for inside in ("network", "logit", "last"):  # told the class, clipped, or with more outputs
        if isinstance(found := getattr(D, inside, None), nn.Module):
            return _end(found)
    if isinstance(D, nn.Sequential):
        layers = [layer for layer in D if not isinstance(layer, nn.Flatten)]
        return _end(layers[-1]) if layers else D
    return D


def logits_of(said: Any) -> Tensor:
    """The logits (N,) in what D says: the first of its outputs, where it has several."""
    return said[0] if isinstance(said, tuple) else said  # type: ignore[no-any-return]

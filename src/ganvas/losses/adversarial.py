"""What G and D say to each other: D's and G's sides apart, per sample, from D's raw logits.

With l the logit and D = sigmoid(l): -log D = softplus(-l) and -log(1 - D) = softplus(l), which
stay exact where the sigmoid itself has rounded to 0 or 1.

Sources: Goodfellow et al., Generative Adversarial Nets, 2014, Eq. 1 and section 3; Mao et al.,
Least Squares GANs, 2017, Eq. 2; Arjovsky et al., Wasserstein GAN, 2017, Eq. 2; Miyato et al.,
Spectral Normalization for GANs, 2018, Eqs. 16 and 17; Jolicoeur-Martineau, The Relativistic
Discriminator, 2018, Eqs. 7 to 10, the average without her factor 1/2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

PerSample = Callable[[Tensor], Tensor]
Losses = dict[str, Tensor]
"""Named losses, per sample (N,); a player minimises the sum of their means."""


def wide(value: Tensor) -> Tensor:
    """The value in float32, or better where it is: losses do not add up in 16 bits."""
    return value.float() if value.dtype.itemsize < 4 else value


class Loss(Protocol):
    """An adversarial loss: what each player minimises, given D's logits (N,)."""

    @property
    def compares(self) -> bool:
        """Whether G's side needs the logits of real samples too."""

    @property
    def mixes_samples(self) -> bool:
        """Whether a sample's loss depends on the other samples of the batch."""

    @property
    def verdict(self) -> PerSample:
        """What the loss takes a logit to say: a probability of being real, or the logit itself."""

    def d(self, real: Tensor, fake: Tensor) -> Losses:
        """D's side."""

    def g(self, fake: Tensor, real: Tensor | None = None) -> Losses:
        """G's side; `real` is needed where the loss compares."""


@dataclass(frozen=True)
class Apart:
    """A loss that judges each sample by itself."""

    real: PerSample
    """D's, of its logits of real samples."""
    fake: PerSample
    """D's, of its logits of fake samples."""
    of_g: PerSample
    """G's, of D's logits of fake samples."""
    verdict: PerSample = torch.sigmoid
    compares: ClassVar[bool] = False
    mixes_samples: ClassVar[bool] = False

    def d(self, real: Tensor, fake: Tensor) -> Losses:
        """D's losses on real and on fake samples."""
        return {"real": self.real(real), "fake": self.fake(fake)}

    def g(self, fake: Tensor, real: Tensor | None = None) -> Losses:
        """G's loss on its fakes."""
        return {"fake": self.of_g(fake)}


@dataclass(frozen=True)
class Paired:
    """Relativistic pairing: D asks whether a real sample is more real than the fake beside it."""

    verdict: PerSample = torch.sigmoid
    compares: ClassVar[bool] = True
    mixes_samples: ClassVar[bool] = False

    def d(self, real: Tensor, fake: Tensor) -> Losses:
        """D's loss of each pair."""
        return {"pair": minus_log_d(wide(real) - wide(fake))}

    def g(self, fake: Tensor, real: Tensor | None = None) -> Losses:
        """G's loss of each pair, D's with the two exchanged."""
        real = _needed(real)
        return {"pair": minus_log_d(wide(fake) - wide(real))}


@dataclass(frozen=True)
class Average:
    """Relativistic average: D compares each sample with the mean of the other kind."""

    verdict: PerSample = torch.sigmoid
    compares: ClassVar[bool] = True
    mixes_samples: ClassVar[bool] = True

    def d(self, real: Tensor, fake: Tensor) -> Losses:
        """D's losses: the real samples above the mean fake, the fakes below the mean real."""
        real, fake = wide(real), wide(fake)
        return {
            "real": minus_log_d(real - fake.mean()),
            "fake": minus_log_one_minus_d(fake - real.mean()),
        }

    def g(self, fake: Tensor, real: Tensor | None = None) -> Losses:
        """G's losses, D's with the two exchanged."""
        real = _needed(real)
        exchanged = self.d(fake, real)
        return {"fake": exchanged["real"], "real": exchanged["fake"]}


def _needed(real: Tensor | None) -> Tensor:
    if real is None:
        raise TypeError("This loss compares fakes with real samples: give g their logits too.")
    return real


def minus_log_d(logits: Tensor) -> Tensor:
    """-log D, per sample: small where D says "real"."""
    return softplus(-wide(logits))


def minus_log_one_minus_d(logits: Tensor) -> Tensor:
    """-log(1 - D), per sample: small where D says "fake"."""
    return softplus(wide(logits))


def log_one_minus_d(logits: Tensor) -> Tensor:
    """log(1 - D), per sample: G's side of the minimax game; its gradient D vanishes as D -> 0."""
    return -softplus(wide(logits))


def least_squares(real: float = 1.0, fake: float = 0.0, g: float = 1.0) -> Apart:
    """Half the squared distance of the logit from its target; b, a and c of the LSGAN paper."""
    return Apart(
        lambda logits: (wide(logits) - real).square() / 2,
        lambda logits: (wide(logits) - fake).square() / 2,
        lambda logits: (wide(logits) - g).square() / 2,
        verdict=wide,
    )


def minus(logits: Tensor) -> Tensor:
    """-l, per sample."""
    return -wide(logits)


LOSSES: dict[str, Loss] = {
    "minimax": Apart(minus_log_d, minus_log_one_minus_d, log_one_minus_d),
    "nonsaturating": Apart(minus_log_d, minus_log_one_minus_d, minus_log_d),
    "leastsquares": least_squares(),
    "hinge": Apart(
        lambda logits: relu(1 - wide(logits)),
        lambda logits: relu(1 + wide(logits)),
        minus,
        verdict=wide,
    ),
    "wasserstein": Apart(minus, wide, minus, verdict=wide),
    "relativistic": Paired(),
    "relativistic-average": Average(),
}
"""By the names of the option; least squares with its usual targets 1, 0 and 1."""

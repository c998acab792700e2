"""Networks that are told the class: joined to what they read, or as a projection.

Sources: Mirza & Osindero, Conditional Generative Adversarial Nets, 2014; Miyato & Koyama, cGANs
with Projection Discriminator, 2018, Eq. 4.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn


class Joined(nn.Module):
    """A network whose input is joined with the class.

    Vectors (N, d) become (N, d + classes), one-hot; pictures (N, C, S, S) get one more channel,
    which is learned for each class.
    """

    def __init__(self, network: nn.Module, classes: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.network, self.classes, self.shape = network, classes, shape
        pixels = shape[1] * shape[2] if len(shape) == 3 else 0
        self.plane = nn.Embedding(classes, pixels) if pixels else None

    @staticmethod
    def width(classes: int, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of what the network inside reads."""
        return (shape[0] + (1 if len(shape) == 3 else classes), *shape[1:])

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """What the network says of `x` (N, …) of the classes `y`, int64 (N,)."""
        if self.plane is None:
            told = nn.functional.one_hot(y, self.classes).to(x.dtype)
        else:
            told = self.plane(y).view(-1, 1, *self.shape[1:]).to(x.dtype)
        output: Tensor = self.network(torch.cat([x, told], 1))
        return output


class Projection(nn.Module):
    """A logit from features, plus how well they agree with the class: w . h + e(y) . h."""

    def __init__(self, trunk: nn.Module, logit: nn.Linear, classes: int) -> None:
        super().__init__()
        self.trunk, self.logit = trunk, logit
        self.of_class = nn.Embedding(classes, logit.in_features)
        nn.init.xavier_uniform_(self.of_class.weight)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Logits (N,) of samples (N, …) as members of the classes `y`, int64 (N,)."""
        h = self.trunk(x)
        return self.logit(h).squeeze(1) + (self.of_class(y) * h).sum(1)  # type: ignore[no-any-return]


class Heads(nn.Module):
    """One trunk with several linear heads: (N, …) to the outputs of each, the logit (N,) first.

    Of the others the first `onlookers` are `Onlooker`s.
    """

    def __init__(
        self,
        trunk: nn.Module,
        logit: nn.Module,
        features: int,
        *widths: int,
        onlookers: int = 0,
    ) -> None:
        super().__init__()
        self.trunk, self.logit = trunk, logit
        kinds = (Onlooker if i < onlookers else nn.Linear for i in range(len(widths)))
        self.others = nn.ModuleList(
            kind(features, width) for kind, width in zip(kinds, widths, strict=True)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """The logits (N,), then each other head's output (N, width)."""
        h = self.trunk(x)
        return self.logit(h).squeeze(1), *(head(h) for head in self.others)


class Onlooker(nn.Linear):
    """A head that learns from features, and not the features from it."""

    def forward(self, h: Tensor) -> Tensor:
        """What it says of features (N, F)."""
        return super().forward(h.detach())


class Told:
    """A conditional network that has been told the classes: a function of samples alone.

    A batch of several times as many samples has the classes repeated, so that real and fake can
    pass together.
    """

    def __init__(self, network: nn.Module, y: Tensor) -> None:
        self.network, self.y = network, y

    def __call__(self, x: Tensor) -> Tensor:
        """What the network says of `x`, (k N, …)."""
        output: Tensor = self.network(x, self.y.repeat(len(x) // len(self.y)))
        return output

    def modules(self) -> Iterator[nn.Module]:
        """The network's parts."""
        return self.network.modules()

"""The 2014 GAN: two networks of any differentiable kind, one forging, one judging.

Paper: Goodfellow et al., Generative Adversarial Nets, 2014 (arXiv 1406.2661).
Reference: Algorithm 1 of the paper, and goodfeli/adversarial for its settings.
Differs: Adam where the paper has momentum SGD (`--G.method sgd --G.momentum 0.5`); ReLU where its
D has maxout and dropout; 64 normal numbers of noise and layers of 128, where the reference has 100
uniform ones and 1200; D moves first and G on the same fakes, where Algorithm 1 draws anew and the
reference takes both gradients before either moves; `feed = coin`, from lectures. Later losses,
penalties and networks are options, each with its own paper in `losses/` and `networks/`, and so is
a category beside the noise, as in ClusterGAN (2018, arXiv 1809.03627) without its encoder; few
images are augmented where networks convolve, see `augment/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch
from annotated_types import Ge
from torch import Tensor

from ganvas.augment import Augment
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.families._objective import Objective
from ganvas.families._players import Players
from ganvas.game import Draw, Moment, Nets, Network, Terms, Turn, still


@dataclass(frozen=True, kw_only=True)
class GAN(Objective, Players, Augment):
    """The plain two-player game between a G and a D; override `build` for networks of your own.

    The defaults are the lectures' MNIST experiment: G 64-128-784, D 784-128-1, pixels in (0, 1).
    """

    quick: ClassVar[dict[str, Any]] = Players.quick | {"d_steps": 1}

    d_steps: Annotated[int, Ge(1)] = 1
    """Steps of D for each step of G, each on a fresh batch; k in Algorithm 1."""
    feed: Literal["both", "coin"] = "both"
    """Whether D sees a real and a fake sample at a time, or one of the two by a coin's toss."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.feed == "coin" and self.adversarial.compares:
            raise UsageError(f"loss = {self.loss} compares real with fake: use feed = both.")

    def build(self, data: DataSpec) -> Nets:
        """G from noise to a sample, D from a sample to one logit."""
        return Nets(
            G=self.generator(data, self.inputs), D=self.bound(self.discriminator(data.shape))
        )

    def turns(self, nets: Nets, draw: Draw, t: Moment) -> Iterator[Turn]:
        """Algorithm 1: `d_steps` times D, then G on the fakes that D saw last."""
        for left in reversed(range(self.d_steps)):
            batch = draw()
            z, (G, D) = self.latent(batch, t), self.told(nets, batch)
            kept = left == 0 and t.parts == 1  # with G's graph; in parts, that would fill memory
            fake = G(z) if kept else still(G, z)
            x, shown = self.augmented(batch.x, t), self.augmented(fake.detach(), t)
            yield "D", self.d_terms(D, x, shown, t)
        fake = fake if kept else G(z)
        yield "G", self.g_terms(D, x, self.augmented(fake, t), t)

    def d_terms(self, D: Network, x: Tensor, fake: Tensor, t: Moment) -> Terms:
        """D's adversarial terms: of both inputs of each row, or of the one its coin shows."""
        if self.feed == "both":
            return super().d_terms(D, x, fake, t)
        loss, heads = self.adversarial, t.uniform(len(x)) < 0.5  # (N,) rows that show the real one
        logits = D(torch.where(heads.view(-1, *[1] * (x.ndim - 1)), x, fake))
        t.watch("D(x)", lambda: loss.verdict(logits[heads]))
        t.watch("D(G(z))", lambda: loss.verdict(logits[~heads]))
        of, shown = loss.d(logits, logits), heads.view(-1, *[1] * (logits.ndim - 1))
        terms = {"real": (of["real"] * shown).mean(), "fake": (of["fake"] * ~shown).mean()}
        return terms | self.said(D, x, fake, t)[2] if self.due(t) else terms

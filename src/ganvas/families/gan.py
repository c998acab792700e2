"""The 2014 GAN: two networks of any differentiable kind, one forging, one judging.

Paper: Goodfellow et al., Generative Adversarial Nets, 2014 (arXiv 1406.2661).
Reference: Algorithm 1 of the paper, and goodfeli/adversarial for its settings.
Differs: Adam where the paper has momentum SGD (`--G.method sgd --G.momentum 0.5`); ReLU where its
D has maxout and dropout; G steps on the fakes that D has just seen, as the reference does, where
Algorithm 1 draws anew; `feed = coin`, from lectures; `gamma`, R1 of Mescheder et al., 2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch
from annotated_types import Ge
from torch import Tensor, nn

from ganvas.data.batches import Batch, DataSpec, Images, Labelled, Points
from ganvas.game import Draw, Game, Moment, Nets, Terms, Turn, both, still
from ganvas.losses import LOSSES, r1
from ganvas.networks.mlp import mlp
from ganvas.optim import Optim
from ganvas.options import Schedule, constant, fixed

Width = Annotated[int, Ge(1)]


@dataclass(frozen=True, kw_only=True)
class GAN(Game):
    """The plain two-player game between an MLP G and an MLP D; override `build` for your own.

    The defaults are the lectures' MNIST experiment: G 64-128-784, D 784-128-1, pixels in (0, 1).
    """

    plays: ClassVar[tuple[type, ...]] = (Points, Images, Labelled)

    z: Width = fixed(64)
    """Numbers of noise that a sample is made from."""
    noise: Literal["normal", "uniform"] = "normal"
    """Their distribution: standard normal, or uniform in [-1, 1]."""
    g_hidden: tuple[Width, ...] = fixed((128,))
    """Widths of G's hidden layers; none makes G a single layer."""
    d_hidden: tuple[Width, ...] = fixed((128,))
    """Widths of D's hidden layers."""
    activation: Literal["relu", "leaky", "tanh"] = fixed("relu")
    """Activation of the hidden layers."""
    output: Literal["auto", "sigmoid", "tanh", "linear"] = fixed("auto")
    """G's last activation; auto is sigmoid for images, linear for points."""
    bias: bool = fixed(True)
    """Whether the layers have biases."""
    loss: Literal["minimax", "nonsaturating"] = "nonsaturating"
    """G minimises log(1 - D(G(z))), Eq. 1, or -log D(G(z)), as the paper advises."""
    d_steps: Annotated[int, Ge(1)] = 1
    """Steps of D for each step of G, each on a fresh batch; k in Algorithm 1."""
    feed: Literal["both", "coin"] = "both"
    """Whether D sees a real and a fake sample at a time, or one of the two by a coin's toss."""
    gamma: Annotated[Schedule, Ge(0)] = constant(0.0)
    """Weight of the R1 penalty on D's gradient at real samples."""
    G: Optim = Optim()
    """G's optimizer."""
    D: Optim = Optim()
    """D's optimizer."""

    @property
    def range(self) -> tuple[float, float]:
        """Pixels in (-1, 1) for tanh, else in (0, 1)."""
        return (-1.0, 1.0) if self.output == "tanh" else (0.0, 1.0)

    def build(self, data: DataSpec) -> Nets:
        """G from noise to a sample, D from a sample to one logit; both MLPs."""
        auto = "sigmoid" if data.is_images else "linear"
        last: Any = auto if self.output == "auto" else self.output
        common: Any = {"activation": self.activation, "bias": self.bias}
        G = mlp((self.z,), self.g_hidden, data.shape, output=last, **common)
        return Nets(G=G, D=mlp(data.shape, self.d_hidden, (), **common))

    def turns(self, nets: Nets, draw: Draw, t: Moment) -> Iterator[Turn]:
        """Algorithm 1: `d_steps` times D, then G on the fakes that D saw last."""
        for left in reversed(range(self.d_steps)):
            batch = draw()
            z = self.latent(batch, t)
            kept = left == 0 and t.parts == 1  # with G's graph; in parts, that would fill memory
            fake = nets.G(z) if kept else still(nets.G, z)
            yield "D", self.d_terms(nets.D, batch.x, fake, t) | self.penalty(nets.D, batch.x, t)
        yield "G", self.g_terms(nets.D, batch.x, fake if kept else nets.G(z), t)

    def g_terms(self, D: nn.Module, x: Tensor, fake: Tensor, t: Moment) -> Terms:
        """G's adversarial term; `x` is there for losses that compare."""
        return {term: value.mean() for term, value in LOSSES[self.loss].g(D(fake)).items()}

    def penalty(self, D: nn.Module, x: Tensor, t: Moment) -> Terms:
        """The R1 penalty on D, where its weight is above 0."""
        return {"r1": self.gamma(t) * r1(D, x).mean()} if self.gamma(t) else {}

    def d_terms(self, D: nn.Module, x: Tensor, fake: Tensor, t: Moment) -> Terms:
        """D's adversarial terms: of both inputs of each row, or of the one its coin shows."""
        loss = LOSSES[self.loss]
        if self.feed == "both":
            real, drawn = both(D, x, fake)
            t.watch("D(x)", real.sigmoid)
            t.watch("D(G(z))", drawn.sigmoid)
            return {term: value.mean() for term, value in loss.d(real, drawn).items()}
        heads = t.uniform(len(x)) < 0.5  # (N,) the rows that show D the real sample
        logits = D(torch.where(heads.view(-1, *[1] * (x.ndim - 1)), x, fake))
        t.watch("D(x)", lambda: logits[heads].sigmoid())
        t.watch("D(G(z))", lambda: logits[~heads].sigmoid())
        terms = loss.d(logits, logits)
        return {"real": (terms["real"] * heads).mean(), "fake": (terms["fake"] * ~heads).mean()}

    def latent(self, rows: int | Batch, t: Moment) -> Tensor:
        """Noise, float32 (rows, z)."""
        return t.normal(rows, self.z) if self.noise == "normal" else 2 * t.uniform(rows, self.z) - 1

    def decode(self, nets: Any, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z), in the game's range."""
        return nets.G(z)  # type: ignore[no-any-return]

    def between(self, a: Tensor, b: Tensor, w: float) -> Tensor:
        """Along the sphere for normal noise, straight for uniform noise."""
        return super().between(a, b, w) if self.noise == "normal" else torch.lerp(a, b, w)

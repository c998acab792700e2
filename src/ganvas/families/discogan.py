"""DiscoGAN: two domains without pairs, and what one picture corresponds to in the other.

Paper: Kim et al., Learning to Discover Cross-Domain Relations with Generative Adversarial Networks,
2017 (arXiv 1703.05192).
Reference: section 2 and Eqs. 3 to 8 of the paper for `variant = paper`; SKTBrain/DiscoGAN, the
authors' code, for `variant = code`, and for the batch and the weight decay of both.
Differs: D's logits in place of its sigmoid; sides of 4 to 7 times a power of two, not 64 alone; in
`paper`, G moves before D, on the same fakes. `code` is what was published: nine tenths of G's
adversarial term match features, the reconstruction has a small share for 10,000 steps and then a
half, and D moves at every third step and G at the others; its D minimises half of what ours does,
which Adam undoes but for the weight decay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le
from torch import Tensor, nn

from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.families._noise import Width
from ganvas.families._translation import Translation, joined, named, shapes
from ganvas.game import Draw, Moment, Nets, Terms, Turn, still
from ganvas.losses import feature_matching, l2
from ganvas.networks import disco
from ganvas.optim import Optim
from ganvas.options import Schedule, defaults, fixed


@defaults(G=Optim(decay=1e-5), D=Optim(decay=1e-5))
class DiscoGAN(Translation):
    """Two GANs that share their two generators, each of which undoes the other."""

    usual: ClassVar[dict[str, Any]] = {"data": "shapes", "batch": 64}
    quick: ClassVar[dict[str, Any]] = {"width": 4, "G": {"lr": 1e-2}, "D": {"lr": 2e-3}}

    mode: Literal["disco", "recon", "gan"] = fixed("disco")
    """Both GANs and both cycles; a to b and its cycle (2.3, Figure 2b); or a to b alone (2a)."""
    variant: Literal["paper", "code"] = "paper"
    """G's loss and the order of moves of the paper, or those of the authors' code."""
    matching: Annotated[float, Ge(0), Le(1)] = 0.9
    """code: share of feature matching in G's adversarial term."""
    share: Annotated[Schedule, Ge(0), Le(1)] = Schedule.parse("0.01:0.5:639-640:linear")
    """code: share of the reconstruction in G's loss; 640 thousand images are 10,000 steps of 64."""
    network: Literal["conv", "mlp"] = fixed("conv")
    """Convolutional networks, for images, or fully connected ones."""
    width: Width = fixed(64)
    """Channels next to the picture; deeper layers have more. Layers of an MLP are twice as wide."""

    @property
    def range(self) -> tuple[float, float]:
        """Pixels in (0, 1)."""
        return (0.0, 1.0)

    @property
    def into(self) -> tuple[str, ...]:
        """Both domains where both directions are trained, else b."""
        return ("b", "a") if self.mode == "disco" else ("b",)

    @property
    def mixes_samples(self) -> bool:
        """Batch normalisation and feature matching look at the whole batch."""
        return self.network == "conv" or self.variant == "code" or super().mixes_samples

    @property
    def period(self) -> int:
        """By the code, who moves comes again after three steps."""
        return super().period if self.variant == "paper" else math.lcm(3, super().period)

    def idle(self) -> dict[str, str]:
        """Also what the other variant reads."""
        code = () if self.variant == "code" else ("matching", "share")
        return super().idle() | dict.fromkeys(code, "variant = paper")

    def accept(self, data: DataSpec) -> None:
        """Also raises UsageError for points where the networks are convolutional."""
        super().accept(data)
        if self.network == "conv" and not data.is_images:
            raise UsageError(f"network = conv is for images; use network = mlp for {data.name!r}.")

    def build(self, data: DataSpec) -> Nets:
        """G and D of each domain that samples are made in, and G back where there is a cycle."""
        shape, kind = shapes(data), self.network
        made = ("b",) if self.mode == "gan" else ("b", "a")
        ends = {to: (shape[self.other(to)], shape[to]) for to in made}
        G = {to: disco.translator(kind, *ends[to], self.width) for to in made}
        D = {to: disco.judge(kind, shape[to], self.width) for to in self.into}
        return Nets(G=nn.ModuleDict(G), D=nn.ModuleDict(D))

    def turns(self, nets: Any, draw: Draw, t: Moment) -> Iterator[Turn]:
        """G of both directions, then D of both domains; by the code, one of the two a step."""
        x = draw()._asdict()
        moving = "GD" if self.variant == "paper" else "DGG"[int(t.step) % 3]
        if "G" in moving:
            made = {to: nets.G[to](x[self.other(to)]) for to in self.into}
            yield "G", joined(self.g_side(nets, x, to, fake, t) for to, fake in made.items())
        else:  # no graph of G, which would be kept for every micro-batch
            made = {to: still(nets.G[to], x[self.other(to)]) for to in self.into}
        if "D" in moving:
            yield "D", self.d_sides(nets, x, made, t)

    def g_side(self, nets: Any, x: dict[str, Tensor], to: str, fake: Tensor, t: Moment) -> Terms:
        """What G is paid for its fakes in the domain `to`, and for the way back from there."""
        D, back = nets.D[to], self.other(to)
        logits, *features = D(fake)
        terms = named(self.paid(D, x[to], logits), to)  # L_GAN, Eq. 4
        cycle = {}
        if back in nets.G:
            cycle = {f"cycle {back}": l2(nets.G[back](fake), x[back]).mean()}  # L_CONST, Eq. 3
        if self.variant == "paper":
            return terms | cycle  # Eq. 5
        match = feature_matching(list(still(D, x[to])[1:]), features)
        r, m = self.share(t) if cycle else 0.0, self.matching
        terms = {k: (1 - r) * (1 - m) * v for k, v in terms.items()}
        terms[f"features {to}"] = (1 - r) * m * match
        return terms | {k: r * v for k, v in cycle.items()}

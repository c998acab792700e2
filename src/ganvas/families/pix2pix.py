"""pix2pix: pictures from pictures by examples, a U-Net against patches that see both.

Paper: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, 2017 (arXiv
1611.07004).
Reference: sections 3 and 6 of the paper and junyanz/pytorch-CycleGAN-and-pix2pix.
Differs: each picture is normalised by itself, which is what batch normalisation comes to with the
paper's batch of one; the noise, dropout in G, is drawn at training alone, so that a picture has one
translation; its masks are addressed like all noise, so that runs resume to the bit; G moves before
D, on the same fake; D's objective is not halved; images are shifted by whole pixels, not enlarged
and cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge
from torch import Tensor, nn

from ganvas.augment.shift import shifted
from ganvas.data.batches import DataSpec, Paired
from ganvas.families._translation import LOOKED_AT, Patches, in_rows, named, shapes
from ganvas.game import Draw, Moment, Nets, Turn
from ganvas.losses import l1
from ganvas.networks import patch
from ganvas.networks.unet import UNet
from ganvas.options import Schedule, constant, defaults, fixed


@defaults()
class Pix2Pix(Patches):
    """A conditional GAN with L1: G* = arg min_G max_D L_cGAN(G, D) + lambda L_L1(G) (Eq. 4)."""

    plays: ClassVar[tuple[type, ...]] = (Paired,)
    usual: ClassVar[dict[str, Any]] = {"data": "edges:shapes:b", "batch": 1, "mirror": True}
    quick: ClassVar[dict[str, Any]] = {
        "width": 4, "layers": 1, "G": {"lr": 2e-3}, "D": {"lr": 2e-3},
    }  # fmt: skip

    to: Literal["b", "a"] = fixed("b")
    """The domain that pictures are translated into."""
    l1_weight: Annotated[Schedule, Ge(0)] = Schedule.parse(100.0)
    """Weight of the distance from the right answer; lambda in Eq. 4."""
    gan_weight: Annotated[Schedule, Ge(0)] = Schedule.parse(1.0)
    """Weight of D's verdict; 0 leaves a U-Net trained by L1 alone, without a D that moves."""
    sees: Literal["both", "output"] = fixed("both")
    """What D judges: the answer beside the question, or alone (GAN in the paper's Table 1)."""
    dropout: bool = True
    """Whether the three innermost steps up drop half of their features: the paper's noise."""

    def idle(self) -> dict[str, str]:
        """Also what only D reads, where it does not move."""
        alone = self.gan_weight == constant(0.0)
        of_d = ("loss", "penalty", "sees", "layers") if alone else ()
        return super().idle() | dict.fromkeys(of_d, "gan_weight = 0")

    @property
    def into(self) -> tuple[str, ...]:
        """The one domain."""
        return (self.to,)

    def build(self, data: DataSpec) -> Nets:
        """G of the one direction; D of the answer, and of the question where it sees both."""
        shape = shapes(data)
        before, after = shape[self.other(self.to)], shape[self.to]
        seen = after[0] + (before[0] if self.sees == "both" else 0)
        D = patch.judge((seen, *after[1:]), width=self.width, layers=self.layers, affine=True)
        G = UNet(before, after[0], width=self.width)
        return Nets(G=nn.ModuleDict({self.to: G}), D=D)

    def turns(self, nets: Any, draw: Draw, t: Moment) -> Iterator[Turn]:
        """G on D's verdict and the right answer; then D on the answer and what G gave."""
        batch = draw()
        u = t.uniform(batch, 2)  # pairs are shifted together
        pair = {k: shifted(v, u, self.shift) for k, v in batch._asdict().items()}
        x, y, G = pair[self.other(self.to)], pair[self.to], nets.G[self.to]
        D = patch.Beside(nets.D, x) if self.sees == "both" else nets.D
        fake = G(x, t.uniform(batch, G.drops) if self.dropout else None)
        terms = {"l1": self.l1_weight(t) * l1(fake, y).mean()}
        if weight := self.gan_weight(t):
            terms |= {k: weight * v for k, v in self.paid(D, y, D(fake)).items()}
        yield "G", named(terms, self.to)
        if weight:
            yield "D", self.d_side(self.to, D, y, fake.detach(), t)

    def views(self, nets: Any, batch: Any, t: Moment) -> dict[str, Tensor]:
        """Questions, what G answers, and the right answers, side by side, twice a row."""
        back = self.other(self.to)
        x, y = (getattr(batch, k)[:LOOKED_AT] for k in (back, self.to))
        return {f"{back}-{self.to}": in_rows(x, self.translate(nets, x, self.to), y)}

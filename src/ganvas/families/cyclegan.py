"""CycleGAN: two domains without pairs, by residual generators, patches and the way there and back.

Paper: Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks,
2017 (arXiv 1703.10593).
Reference: section 4 of the paper and junyanz/pytorch-CycleGAN-and-pix2pix.
Differs: least squares have the LSGAN paper's half for G too, so the weights of cycle and identity
are half of the paper's 10 and 5; the pool holds the 50 fakes made last, as the paper says, where
the code exchanges them at random; the identity loss is always on, as in the code, where the paper
has it for paintings to photographs; images are shifted by whole pixels, not enlarged and cut; the
rate falls from 100 to 200 thousand images, the paper's epochs 100 to 200 for a set of 1,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from annotated_types import Ge
from torch import Tensor, nn

from ganvas.augment.shift import shifted
from ganvas.data.batches import DataSpec
from ganvas.errors import UsageError
from ganvas.families._translation import Patches, joined, named, shapes
from ganvas.game import Draw, Moment, Nets, Terms, Turn
from ganvas.losses import l1
from ganvas.networks import cycle, patch
from ganvas.nn.pool import Pool
from ganvas.optim import Optim
from ganvas.options import Schedule, defaults, fixed

RATE = Optim(lr=Schedule.parse("2e-4:0:100-200:linear"))


@defaults(loss="leastsquares", G=RATE, D=RATE)
class CycleGAN(Patches):
    """Least squares in both domains, and the L1 of each picture that went there and back."""

    usual: ClassVar[dict[str, Any]] = {"data": "shapes", "batch": 1, "mirror": True}
    quick: ClassVar[dict[str, Any]] = {
        "width": 4, "blocks": 1, "layers": 1, "pool": 8, "G": {"lr": 4e-3}, "D": {"lr": 2e-3},
    }  # fmt: skip

    cycle: Annotated[Schedule, Ge(0)] = Schedule.parse(5.0)
    """Weight of the way there and back, Eq. 2."""
    identity: Annotated[Schedule, Ge(0)] = Schedule.parse(2.5)
    """Weight of leaving alone what is in the domain already, section 5.2; keeps colours."""
    blocks: Annotated[int, Ge(0)] = fixed(0)
    """Residual blocks of G; 0 takes 9 from 256 pixels on and 6 below."""
    pool: Annotated[int, Ge(0)] = fixed(50)
    """Past fakes that D is shown half of the time."""

    def accept(self, data: DataSpec) -> None:
        """Also raises UsageError for sides that 4 does not divide."""
        super().accept(data)
        if data.shape[1] % 4 or data.shape[1] < 16:
            raise UsageError(
                f"{type(self).__name__} takes images of 16, 20, 24, … pixels; {data.name!r} gives "
                f"{data.shape}. --size 64 makes images of any folder so large."
            )

    def build(self, data: DataSpec) -> Nets:
        """G, D and a pool of past fakes for each domain."""
        shape = shapes(data)
        blocks = self.blocks or (9 if data.shape[1] >= 256 else 6)
        size = {"width": self.width, "blocks": blocks}
        G = {to: cycle.Generator(shape[self.other(to)][0], shape[to][0], **size) for to in shape}
        D = {to: patch.judge(shape[to], width=self.width, layers=self.layers) for to in shape}
        pool = {to: Pool(self.pool, shape[to]) for to in shape}
        return Nets(G=nn.ModuleDict(G), D=nn.ModuleDict(D), pool=nn.ModuleDict(pool))

    def turns(self, nets: Any, draw: Draw, t: Moment) -> Iterator[Turn]:
        """Both G on adversaries, cycles and identities; then both D on fakes of now and before."""
        x = {k: shifted(v, t.uniform(len(v), 2), self.shift) for k, v in draw()._asdict().items()}
        made = {to: nets.G[to](x[self.other(to)]) for to in self.into}
        yield "G", joined(self.g_side(nets, x, to, fake, t) for to, fake in made.items())
        shown = {}
        for to, fake in made.items():
            shown[to] = nets.pool[to].shown(fake, t.uniform(len(fake), 2))
            t.update(nets.pool[to], fake, rows=True)
        yield "D", self.d_sides(nets, x, shown, t)

    def g_side(self, nets: Any, x: dict[str, Tensor], to: str, fake: Tensor, t: Moment) -> Terms:
        """What G is paid for its fakes in the domain `to`, and for the way back from there."""
        back, D = self.other(to), nets.D[to]
        terms = named(self.paid(D, x[to], D(fake)), to)  # Eq. 1, with least squares
        terms[f"cycle {back}"] = self.cycle(t) * l1(nets.G[back](fake), x[back]).mean()  # Eq. 2
        if weight := self.identity(t):
            terms[f"identity {to}"] = weight * l1(nets.G[to](x[to]), x[to]).mean()
        return terms

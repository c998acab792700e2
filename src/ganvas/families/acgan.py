"""ACGAN: D also names the class, of real and of fake samples, and G is paid when it can.

Paper: Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, 2017 (arXiv
1610.09585).
Reference: section 4 of the paper, Eqs. 2 and 3.
Differs: an MLP by default (`--network dcgan`); fakes have the classes of the batch, and G steps on
those that D has just seen; few images are augmented where networks convolve; the weight of the
class term is an option; any adversarial loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Ge
from torch.nn.functional import cross_entropy

from ganvas.augment import Augment
from ganvas.data.batches import DataSpec
from ganvas.families._asked import Asked
from ganvas.families._objective import Objective
from ganvas.game import Draw, Moment, Nets, Turn, still
from ganvas.options import defaults


@defaults()
class ACGAN(Asked, Augment, Objective):
    """D's loss is L_S + L_C and so is G's, L_S turned around (Eqs. 2 and 3)."""

    class_weight: Annotated[float, Ge(0)] = 1.0
    """Weight of the class term, for both players."""

    def build(self, data: DataSpec) -> Nets:
        """G as in the conditional GAN; D with a second head for the class."""
        D = self.with_heads(data.shape, len(data.classes))
        return Nets(G=self.told_generator(data), D=D)

    def turns(self, nets: Nets, draw: Draw, t: Moment) -> Iterator[Turn]:
        """D on real and fake and their classes, then G on both."""
        batch = draw()
        y, z = batch.y, self.latent(batch, t)
        fake = nets.G(z, y) if t.parts == 1 else still(nets.G, z, y)
        x, shown = self.augmented(batch.x, t), self.augmented(fake.detach(), t)
        of_real, of_fake, penalty = self.said(nets.D, x, shown, t)
        (real_logits, real_classes), (fake_logits, fake_classes) = of_real, of_fake
        wrong = cross_entropy(real_classes.float(), y) + cross_entropy(fake_classes.float(), y)
        t.watch("class of real", lambda: (real_classes.argmax(1) == y).float())
        t.watch("class of fake", lambda: (fake_classes.argmax(1) == y).float())
        terms = self.judged(real_logits, fake_logits, t) | {"class": self.class_weight * wrong}
        yield "D", terms | penalty
        fake = fake if t.parts == 1 else nets.G(z, y)
        fake_logits, fake_classes = nets.D(self.augmented(fake, t))
        wrong = self.class_weight * cross_entropy(fake_classes.float(), y)
        yield "G", self.paid(nets.D, x, fake_logits) | {"class": wrong}

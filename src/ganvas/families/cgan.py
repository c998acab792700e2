"""Conditional GAN: both players are told the class, so that samples can be asked for by class.

Paper: Mirza & Osindero, Conditional Generative Adversarial Nets, 2014 (arXiv 1411.1784); the
projection: Miyato & Koyama, cGANs with Projection Discriminator, 2018 (arXiv 1802.05637).
Reference: section 3 of the paper, Eq. 2.
Differs: `condition = concat` gives D a learned plane for each class beside the picture, and G the
class one-hot beside the noise, where the paper maps noise, picture and class through layers of
their own; an MLP of one hidden layer of ReLU without dropout by default, any other network and
loss; Adam, 64 normal numbers of noise; fakes have the batch's classes, and G steps on those that D
has just seen; few images are augmented where networks convolve.
"""

from __future__ import annotations

from typing import Any, Literal

from ganvas.data.batches import DataSpec
from ganvas.families._asked import Asked
from ganvas.families.gan import GAN
from ganvas.game import Nets
from ganvas.networks.conditional import Joined, Projection, Told
from ganvas.options import defaults, fixed


@defaults()
class CGAN(Asked, GAN):
    """V(D, G) with D(x | y) and G(z | y), Eq. 2."""

    condition: Literal["concat", "projection"] = fixed("concat")
    """How D is told the class: beside its input, or as a projection of its features."""

    def build(self, data: DataSpec) -> Nets:
        """G from noise and class to a sample, D from sample and class to a logit."""
        classes = len(data.classes)
        if self.condition == "projection":
            body, features = self.trunk(data.shape)
            D = self.bound(Projection(body, self.last(features), classes))
        else:
            inside = self.bound(self.discriminator(Joined.width(classes, data.shape)))
            D = Joined(inside, classes, data.shape)
        return Nets(G=self.told_generator(data), D=D)

    def told(self, nets: Any, batch: Any) -> tuple[Any, Any]:
        """G and D, told the classes of the batch."""
        return Told(nets.G, batch.y), Told(nets.D, batch.y)

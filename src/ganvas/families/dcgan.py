"""DCGAN: the GAN with convolutions all the way, which first made pictures worth looking at.

Paper: Radford et al., Unsupervised Representation Learning with Deep Convolutional GANs, 2016
(arXiv 1511.06434).
Reference: section 3 and its box of guidelines.
Differs: any side, halved until 4 pixels or less are left, where the paper has 64; kernels of 4 x 4,
where the authors' code has 5 x 5; widths start from `width` next to the picture; G steps on the
fakes that D has just seen; few images are augmented; `down = pool` is the textbooks' D.
"""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.options import defaults


@defaults(network="dcgan", z=100, noise="uniform")
class DCGAN(GAN):
    """Transposed and strided convolutions, batch norm, leaky ReLU in D; Adam at 2e-4, beta1 0.5."""

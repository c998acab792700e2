"""WGAN with a gradient penalty: the critic's slope is kept at 1 between data and samples.

Paper: Gulrajani et al., Improved Training of Wasserstein GANs, 2017 (arXiv 1704.00028).
Reference: Algorithm 1 of the paper, and igul222/improved_wgan_training.
Differs: DCGAN's networks without batch norm in the critic, where the reference's for MNIST are
5 x 5 and have none in G either, and those for CIFAR-10 are residual (`--network resnet`); beta1 0.5
as in the reference for MNIST, where Algorithm 1 has 0; G steps on the fakes that the critic has
seen last; few images are augmented.
"""

from __future__ import annotations

from ganvas.families.dcgan import DCGAN
from ganvas.optim import Optim
from ganvas.options import constant, defaults

RATE = Optim(lr=constant(1e-4), beta1=0.5, beta2=constant(0.9))


@defaults(
    loss="wasserstein",
    penalty="gp",
    gamma=constant(10.0),
    d_steps=5,
    norm="g",
    z=128,
    noise="normal",
    G=RATE,
    D=RATE,
)
class WGANGP(DCGAN):
    """The Wasserstein loss, `penalty = gp` of weight 10, five steps of the critic."""

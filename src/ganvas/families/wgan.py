"""Wasserstein GAN: a critic with clipped weights estimates how far the samples are from the data.

Paper: Arjovsky et al., Wasserstein GAN, 2017 (arXiv 1701.07875).
Reference: Algorithm 1 of the paper.
Differs: Adam without momentum, which is RMSProp with its start corrected (beta2 0.99), at the
paper's rate of 5e-5; the critic has no batch norm, and so starts as `networks/dcgan.py` says; five
steps of the critic throughout; G steps on the fakes that the critic has seen last; few images are
augmented.
"""

from __future__ import annotations

from ganvas.families.dcgan import DCGAN
from ganvas.optim import Optim
from ganvas.options import constant, defaults

RATE = Optim(lr=constant(5e-5), beta1=0.0, beta2=constant(0.99))


@defaults(loss="wasserstein", clip=0.01, d_steps=5, norm="g", noise="normal", G=RATE, D=RATE)
class WGAN(DCGAN):
    """DCGAN's networks; `D/real` + `D/fake` is minus the critic's estimate of the distance."""

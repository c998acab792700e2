"""SNGAN: spectral normalisation bounds D's slope layer by layer; hinge loss, residual networks.

Paper: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018 (arXiv
1802.05957).
Reference: appendix B of the paper, and pfnet-research/sngan_projection.
Differs: the power iteration runs once after each step of D instead of in each pass; one rate
throughout instead of one that falls to 0; G steps on the fakes that D has seen last, where the
reference's G draws twice D's batch; few images are augmented; `width` 64 is its 256 channels in G
and 128 in D.
"""

from __future__ import annotations

from ganvas.families.gan import GAN
from ganvas.optim import Optim
from ganvas.options import constant, defaults

RATE = Optim(lr=constant(2e-4), beta1=0.0, beta2=constant(0.9))


@defaults(network="resnet", loss="hinge", spectral=True, d_steps=5, z=128, G=RATE, D=RATE)
class SNGAN(GAN):
    """Residual networks, batch norm in G alone, five steps of D for one of G."""
